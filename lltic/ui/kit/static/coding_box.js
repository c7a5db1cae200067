// Codings that are not on record yet: kept in the tab, sent one after the other until they are.
//
// The outbox of the coding pages. A coding is a deed, not the state of a field: none replaces
// another, and their order counts.

const CODINGS = Symbol.for("lltic.codings");
const CODING_RESEND = 2000; // ms without an answer before the same coding is sent again
const CODING_WORRY = 3000; // ms after which a coding that is not on record is an alert
const CODING_FLUSH = 6000; // ms that leaving the page waits

class CodingBox {
  constructor() {
    this.owner = this.review = "";
    this.ops = []; // {op_id, action, text_id, …, since, sent}
    this.coders = new Map(); // text id -> {model, changed, isDone}
    this.paused = new Set();
    this.link = document.documentElement.dataset.llticLink || "up";
    this.mirrored = true;
    this.timer = null;
    this.worried = false;
    document.addEventListener("lltic:pause", ({ detail }) => this.pause(detail));
    document.addEventListener("lltic:link", ({ detail }) => this.setLink(detail.state));
    document.addEventListener("lltic:flush", ({ detail }) => this.flush(detail));
    document.addEventListener("lltic:leaving", () => (this.leaving = this.mirrored));
    globalThis.addEventListener("beforeunload", (event) => {
      const kept = this.mirrored && (this.leaving || this.paused.size);
      if (this.ops.length && !kept) event.preventDefault();
    });
  }

  /** Belong to one review of one person; what was left over from before comes back. */
  open(owner, review) {
    if (owner === this.owner && review === this.review) return;
    [this.owner, this.review] = [owner, review];
    const now = Date.now();
    this.ops = this.load().map((op) => ({ ...op, since: now, sent: 0 }));
    this.after();
  }

  get key() {
    return `lltic-codings:${this.owner}:${this.review}`;
  }

  load() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  mirror() {
    if (!this.owner || !this.review) return; // a page that keeps nothing
    const text = JSON.stringify(this.ops.map(({ since, sent, tried, ...op }) => op));
    if (this.mirrored && this.written === this.key + text) return;
    try {
      if (this.ops.length) sessionStorage.setItem(this.key, text);
      else sessionStorage.removeItem(this.key);
      this.written = this.key + text;
      this.mirrored = true;
    } catch {
      this.mirrored = false; // the alert says so
    }
  }

  add(op) {
    this.ops.push({ ...op, op_id: newId(), since: Date.now(), sent: 0 });
    this.after();
  }

  /** What is sent now: the oldest whose text is on the page. */
  get current() {
    return this.ops.find((op) => this.coders.has(op.text_id));
  }

  of(textId) {
    return this.ops.filter((op) => op.text_id === textId);
  }

  /** A text is on the page: its coder ({model, changed, isDone}) sends for it. What is on record by now is done. */
  attach(textId, coder) {
    this.coders.set(textId, coder);
    const open = this.ops.filter((op) => op.text_id !== textId || !coder.isDone(op));
    if (open.length < this.ops.length) this.ops = open;
    this.after();
  }

  /** What Python says of one: done, not now, or never. */
  hear({ done, kept, refused }) {
    const op = this.ops.find((one) => [done, kept, refused].includes(one.op_id));
    if (!op || (done && !op.sent)) return; // or "not now" was said of it
    if (kept) op.sent = 0;
    else this.ops = this.ops.filter((one) => one !== op);
    this.after();
  }

  send() {
    const op = this.current;
    if (!op || this.paused.size || this.link !== "up") return;
    if (op.tried && Date.now() - op.tried < CODING_RESEND) return;
    op.sent = op.tried = Date.now();
    const { since, sent, tried, ...message } = op;
    try {
      this.coders.get(op.text_id).model.send({ ...message, turn: op.op_id });
    } catch {
      op.sent = 0; // tried again
    }
  }

  pause({ reason, on }) {
    if (on) this.paused.add(reason);
    else this.paused.delete(reason);
    if (this.paused.size) this.after();
    else this.hurry();
  }

  setLink(state) {
    this.link = state;
    if (state === "up") this.hurry();
    else this.after();
  }

  /** There is a way again: send at once, and begin to worry anew. */
  hurry() {
    for (const op of this.ops) {
      op.since = Date.now();
      delete op.tried;
    }
    this.after();
  }

  after() {
    this.mirror();
    if (this.ops.length) this.timer ??= setInterval(() => this.after(), 250);
    else this.timer = clearInterval(this.timer) ?? null;
    this.send();
    for (const { changed } of this.coders.values()) changed();
    if (this.worried !== this.late) document.documentElement.classList.toggle("lltic-has-alarm", this.late);
    this.worried = this.late;
  }

  /** Whether to worry: about nothing that waits for its person to sign in again. */
  get late() {
    if (!this.current || this.paused.size) return false;
    return this.link !== "up" || Date.now() - this.current.since > CODING_WORRY;
  }

  flush(detail) {
    if (!this.current) return;
    detail.taken = true;
    if (this.paused.size) return detail.done(this.mirrored);
    const until = Date.now() + CODING_FLUSH;
    const look = () => {
      if (!this.current) detail.done(true);
      else if (Date.now() > until) detail.done(false);
      else setTimeout(look, 50);
    };
    look();
  }
}

function codingBox() {
  return (globalThis[CODINGS] ??= new CodingBox());
}

/**
 * Draw a text whenever its model changes, and let it send for as long as it is on the page;
 * returns how to take it off. `part` ({model, box, draw, changed, hear}) is what draws it, `own`
 * the traits that only its kind has; `isDone(op)` says what is on record by now, and `another`
 * is called before another text is drawn.
 */
function onPage(part, own, { isDone, another = () => {} }) {
  const { model, box } = part;
  const entry = { model, changed: () => part.changed(), isDone };
  let shown = model.get("text_id");
  const hear = (content) => part.hear(content);
  model.on("msg:custom", hear);
  const stop = watch(model, ["text", "text_id", "question", "evidence", "locked", "owner", "review_id", ...own], () => {
    if (model.get("text_id") !== shown) {
      box.coders.delete(shown);
      shown = model.get("text_id");
      another();
    }
    part.draw();
    box.open(model.get("owner"), model.get("review_id"));
    box.attach(shown, entry);
  });
  return () => {
    stop();
    model.off("msg:custom", hear);
    if (box.coders.get(shown) === entry) box.coders.delete(shown);
  };
}

/** Say below a text that its latest coding or decision is not saved; drawn when it is news. */
function tellLate(part, what) {
  const here = part.box.current?.text_id === part.model.get("text_id");
  const parts = here ? lateParts(part.box, what) : [];
  const told = parts.map((one) => one.textContent).join(" ");
  if (told !== part.told) part.alarm.replaceChildren(...(parts.length ? [h("section", {}, ...parts)] : []));
  part.told = told;
}

/** What the alert says; nothing when there is nothing to worry about. */
function lateParts(box, what) {
  if (!box.late) return [];
  const gone = box.link === "gone";
  const why = gone ? "This page has lost its connection." : "The connection or the service is not answering.";
  const kept = gone
    ? "It is kept in this tab: do not close the tab. Reload the page, and it is saved. You may have to sign in again."
    : "It is kept in this tab: you can go on, but do not close the tab. We keep trying, and this message goes away once everything is saved.";
  const lost = "Your browser could not keep a copy: do not close or reload this page.";
  const reload = () => {
    box.leaving = true;
    location.reload();
  };
  const button = h("button", { type: "button", class: "lltic-button lltic-button--secondary", text: "Reload this page", on: { click: reload } });
  return [
    h("h2", { text: `Your latest ${what} is not saved yet` }),
    h("p", { text: `${why} ${box.mirrored ? kept : lost}` }),
    ...(gone && box.mirrored ? [h("p", {}, button)] : []),
  ];
}
