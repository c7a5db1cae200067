// The outbox: what was typed and is not yet committed. Knows nothing of the screen.
//
// Per field there is at most one operation in flight (sent, same op_id until it is
// answered) and one newest value behind it. All of it is mirrored to sessionStorage
// before anything else happens, and replayed from there after a reload.

const DEBOUNCE = 400; // ms without typing before a value is sent
const LONGEST_WAIT = 1000; // ms after which a value is sent although typing goes on
const RESEND = 2000; // ms without an answer before the same operation is sent again
const WORRY = 3000; // ms after which something unacknowledged is an alert
const FLUSH_WAIT = 6000; // ms that leaving a page waits for acknowledgements

class Outbox {
  constructor({ send, storage, changed, announce }) {
    this.send = send; // (message) => void, may throw
    this.storage = storage; // like sessionStorage, may throw
    this.changed = changed; // () => void, after every change of state
    this.announce = announce; // (type, detail) => void: restore, settled
    this.owner = this.review = this.caseId = "";
    this.items = new Map(); // field -> item, only what is unacknowledged
    this.known = new Map(); // field -> {version, value} as last acknowledged
    this.waiting = []; // resolvers of flushes
    this.link = "up";
    this.savedAt = "";
    this.mirrored = true;
    this.forced = false;
    this.beat = null;
    this.paused = new Set(); // why nothing is sent just now: "elsewhere", "over"
  }

  /** Belong to a review; what was left over from before comes back and is sent. */
  open(owner, review, caseId) {
    if (owner === this.owner && review === this.review && caseId === this.caseId) return;
    for (const item of this.items.values()) clearTimeout(item.timer);
    this.settleFlushes(this.items.size === 0);
    [this.owner, this.review, this.caseId] = [owner, review, caseId];
    this.items = new Map();
    this.known = new Map();
    this.savedAt = "";
    this.forced = false;
    this.load();
    for (const item of this.items.values()) {
      this.announce("restore", { field: item.field, value: this.newest(item) });
      if (item.flight) this.transmit(item);
      else this.push(item); // does nothing while a choice is open
    }
    this.after();
  }

  /** Keep everything here for a while, and send it when the last reason to wait is gone. */
  pause(reason, on) {
    const before = this.paused.size;
    if (on) this.paused.add(reason);
    else this.paused.delete(reason);
    if (before && !this.paused.size) {
      for (const item of this.items.values()) (item.flight ?? item.next).since = Date.now();
      this.sendAll();
    }
    this.after();
  }

  get ready() {
    return Boolean(this.owner && this.review && this.caseId);
  }

  key(review = this.review) {
    return `lltic:${this.owner}:${review}`;
  }

  newest(item) {
    return item.next ? item.next.value : item.flight.value;
  }

  /**
   * A person has edited a field. Returns false when it cannot be taken: there is no review
   * yet, or the field was drawn for another review than the one that is open now.
   */
  edit(field, value, version, review = "") {
    if (!this.ready || (review && review !== this.review)) return false;
    const now = Date.now();
    let item = this.items.get(field);
    if (!item) {
      const base = Math.max(this.known.get(field)?.version ?? 0, version ?? 0);
      item = { field, base, flight: null, next: null, halt: null, timer: null };
      this.items.set(field, item);
    }
    item.next = { value: wellFormed(value), since: item.next?.since ?? now, last: now };
    if (item.halt && !item.halt.other) item.halt = null; // a new try after a refusal
    this.mirror();
    this.schedule(item);
    this.after();
    return true;
  }

  /** What a field that has just been rendered should show instead, if anything. */
  held(field, version) {
    const item = this.items.get(field);
    if (item) return { value: this.newest(item), open: true, version: item.base };
    const known = this.known.get(field);
    if (known && known.version > (version ?? 0)) return { ...known, open: false };
    return null;
  }

  schedule(item) {
    clearTimeout(item.timer);
    if (item.flight || item.halt || !item.next || this.paused.size) return;
    const due = this.waiting.length
      ? 0
      : Math.min(item.next.last + DEBOUNCE, item.next.since + LONGEST_WAIT) - Date.now();
    if (due <= 0) this.push(item);
    else item.timer = setTimeout(() => this.push(item), due);
  }

  /** Turn the newest value into an operation and send it. */
  push(item) {
    clearTimeout(item.timer);
    if (item.flight || item.halt || !item.next || this.paused.size || this.items.get(item.field) !== item) return;
    const { value, since } = item.next;
    item.flight = { op_id: newId(), value, base_version: item.base, since, sent: 0 };
    item.next = null;
    this.mirror();
    this.transmit(item);
  }

  transmit(item) {
    const { op_id, value, base_version } = item.flight;
    item.flight.sent = Date.now();
    if (this.link !== "up" || this.paused.size) return; // sent when there is a way again, once
    try {
      this.send({
        op: { op_id, review_id: this.review, case_id: this.caseId, field: item.field, value, base_version },
      });
    } catch {
      // the link is down: it stays in flight and is sent again
    }
  }

  ack({ op_id, field, version, at }) {
    const item = this.items.get(field);
    if (!item?.flight || item.flight.op_id !== op_id) return; // answered before
    this.known.set(field, { version, value: item.flight.value });
    item.base = version;
    item.flight = null;
    item.halt = null;
    this.savedAt = at;
    if (!item.next) this.items.delete(field);
    this.mirror();
    this.announce("settled", { field, version, idle: !item.next });
    this.schedule(item);
    this.after();
  }

  nack({ op_id, field, retry, message, conflict }) {
    const item = this.items.get(field);
    if (!item?.flight || item.flight.op_id !== op_id) return;
    if (retry) return this.after(); // the beat sends it again
    const { value, since } = item.flight;
    item.next ??= { value, since, last: since };
    item.next.since = since;
    item.flight = null;
    item.halt = { message: message ?? "", other: conflict ?? null };
    if (conflict && sameAnswer(conflict.value, item.next.value)) {
      this.accept(item, conflict); // both say the same: nothing to ask
    } else {
      this.mirror();
    }
    this.after();
  }

  /** The person chose between two versions: "mine", "other", or a `text` made of both. */
  resolve(field, choice, text = "") {
    const item = this.items.get(field);
    const other = item?.halt?.other;
    if (!other) return;
    if (choice === "other") {
      this.announce("restore", { field, value: other.value });
      this.accept(item, other);
    } else {
      if (choice === "joined") {
        item.next.value = text === "" ? null : wellFormed({ value: text });
        this.announce("restore", { field, value: item.next.value });
      }
      item.base = other.version;
      item.halt = null;
      item.next.since = Date.now();
      this.mirror();
      this.push(item);
    }
    this.after();
  }

  /** Keep a text that is being made of two versions: null when the person thinks better of it. */
  draft(field, text) {
    const item = this.items.get(field);
    if (!item?.halt?.other) return;
    item.halt.draft = text === true ? joinTexts(item.halt.other.value?.value, item.next.value?.value) : text;
    this.mirror();
    if (text === true || text === null) this.after();
  }

  accept(item, { value, version }) {
    this.known.set(item.field, { version, value });
    this.drop(item);
    this.announce("settled", { field: item.field, version, idle: true });
  }

  /** The person gave up on saving a refused value. */
  abandon(field) {
    const item = this.items.get(field);
    if (!item?.halt) return;
    this.drop(item);
    this.announce("settled", { field, version: item.base, idle: true });
    this.after();
  }

  drop(item) {
    clearTimeout(item.timer);
    this.items.delete(item.field);
    this.mirror();
  }

  /** Send everything now; resolves to true once all is acknowledged, else to false. */
  flush() {
    if (this.items.size === 0) return Promise.resolve(true);
    // The words of a window that may not write stay in its tab: they keep nobody from leaving.
    if (this.paused.size) return Promise.resolve(this.mirrored);
    return new Promise((resolve) => {
      const waiter = { resolve };
      waiter.timer = setTimeout(() => {
        this.forced = true;
        this.finish(waiter, false);
        this.after();
      }, FLUSH_WAIT);
      this.waiting.push(waiter);
      this.pushAll();
      this.after();
    });
  }

  finish(waiter, ok) {
    clearTimeout(waiter.timer);
    this.waiting = this.waiting.filter((one) => one !== waiter);
    waiter.resolve(ok);
  }

  settleFlushes(ok) {
    for (const waiter of [...this.waiting]) this.finish(waiter, ok);
  }

  pushAll() {
    for (const item of [...this.items.values()]) this.push(item);
  }

  setLink(state) {
    const back = state === "up" && this.link !== "up";
    this.link = state;
    if (back) this.sendAll();
    this.after();
  }

  sendAll() {
    for (const item of this.items.values()) if (item.flight) this.transmit(item);
    this.pushAll();
  }

  /** After every change: finish flushes, keep the beat while something is open, show it. */
  after() {
    const halted = [...this.items.values()].some((item) => item.halt);
    if (this.items.size === 0) {
      this.forced = false;
      this.settleFlushes(true);
    } else if (halted) {
      this.settleFlushes(false);
    }
    if (this.items.size && this.beat === null) {
      this.beat = setInterval(() => this.tick(), 250);
    } else if (this.items.size === 0 && this.beat !== null) {
      clearInterval(this.beat);
      this.beat = null;
    }
    this.changed();
  }

  tick() {
    if (this.paused.size) return;
    const now = Date.now();
    for (const item of [...this.items.values()]) {
      if (item.flight && now - item.flight.sent >= RESEND) this.transmit(item);
      else this.schedule(item);
    }
    this.changed();
  }

  /** What to show: counts and the reason for an alert, if any. */
  get state() {
    const items = [...this.items.values()];
    const oldest = Math.min(...items.map((item) => (item.flight ?? item.next).since));
    const open = items.filter((item) => !item.halt);
    const late = open.length > 0 && !this.paused.size && (this.link !== "up" || this.forced || Date.now() - oldest > WORRY);
    return {
      unsaved: items.length,
      late,
      link: this.link,
      paused: [...this.paused],
      mirrored: this.mirrored,
      savedAt: this.savedAt,
      halted: items
        .filter((item) => item.halt)
        .map((item) => ({ field: item.field, mine: item.next.value, ...item.halt })),
    };
  }

  // ---- the mirror

  mirror() {
    try {
      if (this.items.size === 0) {
        this.storage.removeItem(this.key());
      } else {
        const items = [...this.items.values()].map(({ field, base, flight, next, halt }) => ({
          field,
          base,
          halt: halt?.other ? halt : null,
          flight: flight && { op_id: flight.op_id, value: flight.value, base_version: flight.base_version },
          next: next && { value: next.value },
        }));
        const kept = { shape: 1, owner: this.owner, review_id: this.review, case_id: this.caseId, items };
        this.storage.setItem(this.key(), JSON.stringify(kept));
      }
      this.mirrored = true;
    } catch {
      this.mirrored = false; // full or forbidden: the alert says so
    }
  }

  load() {
    const kept = this.ready ? this.read(this.key()) : null;
    if (!kept || kept.owner !== this.owner || kept.case_id !== this.caseId) return;
    const now = Date.now();
    for (const { field, base, flight, next, halt } of kept.items) {
      if (!flight && !next) continue;
      this.items.set(field, {
        field,
        base,
        flight: flight && { ...flight, since: now, sent: 0 },
        next: next && { value: next.value, since: now, last: now },
        halt: (next && !flight && halt) || null, // a choice that was not made yet
        timer: null,
      });
    }
  }

  read(key) {
    try {
      const kept = JSON.parse(this.storage.getItem(key) ?? "null");
      return kept?.shape === 1 && Array.isArray(kept.items) ? kept : null;
    } catch {
      return null;
    }
  }

  /** Other reviews of the same person with words left in this tab. */
  strays() {
    const found = [];
    try {
      for (let i = 0; i < this.storage.length; i += 1) {
        const key = this.storage.key(i);
        if (!key.startsWith("lltic:") || key === this.key()) continue;
        const kept = this.read(key);
        if (kept?.owner === this.owner && key === this.key(kept.review_id)) found.push(kept);
      }
    } catch {
      return [];
    }
    return found;
  }
}

/** The answer without halves of characters, which no UTF-8 text can carry. */
function wellFormed(answer) {
  const text = answer?.value;
  return typeof text === "string" && text.toWellFormed ? { value: text.toWellFormed() } : answer;
}

function sameAnswer(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** Two texts, one after the other, unless one already contains the other. */
function joinTexts(first, second) {
  if (typeof first !== "string" || !first || String(second).includes(first)) return second;
  if (typeof second !== "string" || !second || first.includes(second)) return first;
  return `${first}\n\n${second}`;
}
