const TABS_NEED = 520; // px of width
const PICTURES_NEED = 480; // px of width: on less, text is shown until the person chooses
const ZOOMS = [1, 1.25, 1.5, 2, 3];
const WIDTHS = [600, 800, 1000, 1200, 1600, 2000, 2400]; // px that pictures are asked for
const A4 = [595, 842]; // points, for a page whose size is not known yet
const PATIENCE = 500; // ms until it is said that something is on its way

const WHY = {
  "page-too-slow": "it takes too long to draw",
  "page-too-large": "it is too large to draw",
  "document-too-slow": "the document takes too long to open",
  "document-too-large": "the document is too large",
  "document-locked": "the document is protected by a password",
  "document-missing": "its file cannot be found",
  "document-gone": "its file cannot be found",
  "page-broken": "it is damaged",
  "document-broken": "the document is damaged",
};

class Viewer {
  constructor(model, el) {
    this.model = model;
    this.el = mount(el, "notes");
    this.source = new NotesSource(model, () => this.later());
    this.width = 0;
    this.hits = [];
    this.hit = -1;
    this.shown = null; // a passage that somebody wants to see, in code points
    this.recall();
    this.build();
  }

  // ---- place

  get placeKey() {
    return `lltic:notes:${this.model.get("place") || this.model.get("case_id")}`;
  }

  recall() {
    this.current = null;
    this.pages = {}; // document -> page one was on
    this.mode = null;
    this.zoom = 0;
    try {
      const before = this.model.get("place") ? localStorage.getItem(this.placeKey) : null;
      Object.assign(this, JSON.parse(sessionStorage.getItem(this.placeKey) ?? before ?? "{}"));
    } catch {
      // nothing was kept: from the beginning
    }
  }

  remember() {
    const { current, pages, mode, zoom } = this;
    try {
      const kept = JSON.stringify({ current, pages, mode, zoom });
      sessionStorage.setItem(this.placeKey, kept);
      if (this.model.get("place")) localStorage.setItem(this.placeKey, kept);
    } catch {
      // the place is not kept; the notes are still there
    }
  }

  get documents() {
    return this.model.get("documents");
  }

  get document() {
    return this.documents.find(({ id }) => id === this.current) ?? this.documents[0];
  }

  get pageCount() {
    return Math.max(this.document.pages ?? 0, 1);
  }

  get page() {
    return Math.min(Math.max(this.pages[this.document.id] ?? 1, 1), this.pageCount);
  }

  get asPicture() {
    const chosen = this.mode ?? (this.width && this.width < PICTURES_NEED ? "text" : "page");
    return Boolean(this.document.pictures) && chosen === "page";
  }

  go(document, page) {
    const moved = document !== this.document.id || page !== this.page;
    this.current = document;
    this.pages[document] = page;
    this.awaited = true; // the mark, or the top of the page, is brought into view when it is there
    this.remember();
    this.draw();
    if (moved && !this.marked()) this.toTop();
  }

  open(id) {
    this.shown = null;
    this.go(id, this.pages[id] ?? 1);
  }

  leaf(page) {
    if (page < 1 || page > this.pageCount) return;
    this.shown = null;
    this.go(this.document.id, page);
  }

  jump(wanted) {
    if (Number.isInteger(wanted)) this.leaf(Math.min(Math.max(wanted, 1), this.pageCount));
    this.bar.resetPage(this.page);
  }

  toTop() {
    const bar = this.bar.root.getBoundingClientRect();
    const sheet = this.sheet.getBoundingClientRect();
    if (sheet.top < bar.bottom) scrollerOf(this.el).scrollBy(0, sheet.top - bar.bottom - 8);
  }

  /** Somebody wants to see a passage. */
  show(detail) {
    const { document, page, start, end, text } = detail;
    if (!this.documents.some(({ id }) => id === document)) return;
    detail.taken = true;
    this.shown = end > start ? { document, page, start, end, text } : null;
    this.hit = -1;
    this.go(document, page);
    focusOn(this.sheet);
    this.spot();
  }

  // ---- search

  search(jump) {
    const query = this.bar.input.value.trim();
    this.query = query;
    const came = (hits, more = false, failed = false) => {
      if (query !== this.query) return; // something else is looked for by now
      Object.assign(this, { hits, more, failed, hit: -1, searching: false });
      if (jump && hits.length) this.turn(this.firstFromHere());
      else this.draw();
    };
    if (query.length < 2) return came([]);
    this.searching = true;
    this.drawCount();
    this.source.search(query, (found, problem) => {
      if (problem) return came([], false, true);
      const known = new Set(this.documents.map(({ id }) => id));
      const hits = found.hits.filter((one) => known.has(one.document_id));
      came(hits.map(({ document_id, ...one }) => ({ ...one, document: document_id, words: one.words ?? query })), found.more);
    });
  }

  enter(by) {
    if (this.bar.input.value.trim() === this.query && !this.failed) this.step(by);
    else this.search(true);
  }

  /** The first hit on the page one is on, or behind it. */
  firstFromHere() {
    const order = new Map(this.documents.map(({ id }, index) => [id, index]));
    const here = order.get(this.document.id);
    const found = this.hits.findIndex(({ document, page }) => order.get(document) > here || (document === this.document.id && page >= this.page));
    return Math.max(found, 0);
  }

  turn(index) {
    this.hit = (index + this.hits.length) % this.hits.length;
    this.shown = null;
    const { document, page } = this.hits[this.hit];
    this.go(document, page);
    this.spot();
  }

  step(by) {
    if (this.hits.length) this.turn(this.hit === -1 ? (by > 0 ? 0 : this.hits.length - 1) : this.hit + by);
  }

  marked() {
    return this.words.querySelector(".lltic-hit--current, .lltic-hit--shown");
  }

  /** Bring the hit or the passage one wants to see into view, once it is on the page. */
  spot() {
    const mark = this.marked();
    if (!mark || !this.awaited) return;
    this.awaited = false;
    const scroller = scrollerOf(this.el);
    const frame = scroller === document.scrollingElement ? { top: 0, height: window.innerHeight } : scroller.getBoundingClientRect();
    const top = Math.max(frame.top, this.bar.root.getBoundingClientRect().bottom, 0);
    const bottom = Math.min(frame.top + frame.height, window.innerHeight);
    const at = mark.getBoundingClientRect();
    if (at.top < top + 8 || at.bottom > bottom - 8) scroller.scrollBy(0, at.top - top - Math.max(bottom - top, 0) / 3);
    // The end of the column may itself be below the window's.
    if (mark.getBoundingClientRect().bottom > window.innerHeight) mark.scrollIntoView({ block: "nearest" });
    const pane = this.pane.getBoundingClientRect();
    if (at.left < pane.left || at.right > pane.right) this.pane.scrollBy(at.left - pane.left - pane.width / 3, 0);
  }

  // ---- screen

  build() {
    this.bar = new NotesBar({
      open: (id) => this.open(id),
      leaf: (by) => this.leaf(this.page + by),
      jump: (page) => this.jump(page),
      search: (jump) => this.search(jump),
      enter: (by) => this.enter(by),
      step: (by) => this.step(by),
      hit: (index) => this.turn(index),
      mode: (mode) => this.look({ mode }),
      zoom: (by) => this.look({ zoom: Math.min(Math.max(this.zoom + by, 0), ZOOMS.length - 1) }),
    });
    this.picker = new Picker(this.model, () => this.passage());
    this.bar.root.append(this.picker.root);
    this.where = h("h3", { class: "lltic-notes__where" });
    this.warning = h("p", { class: "lltic-notes__warning", hidden: true });
    this.state = h("div", { class: "lltic-notes__state", role: "status" });
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.words = h("div", { class: "lltic-notes__words" });
    this.paper = h("div", { class: "lltic-notes__paper" }, this.canvas, this.words);
    this.pane = h("div", { class: "lltic-notes__pane" }, this.paper);
    this.sheet = h("div", { class: "lltic-notes__page", id: uid("sheet"), tabindex: "0", on: { keydown: (event) => this.selectByKeys(event) } }, this.where, this.warning, this.state, this.pane);
    this.region = h("section", { class: "lltic-notes__box", "aria-label": this.model.get("title") }, this.bar.root, this.sheet);
    this.el.replaceChildren(this.region);
  }

  look(how) {
    Object.assign(this, how);
    this.awaited = true;
    this.remember();
    this.draw();
    this.spot();
  }

  /** Draw once, however much has come at once. */
  later() {
    this.drawn ??= requestAnimationFrame(() => {
      this.drawn = null;
      this.draw();
      this.spot();
    });
  }

  draw() {
    const none = !this.documents.length;
    this.bar.root.hidden = this.pane.hidden = none;
    if (none) {
      this.where.textContent = "There are no notes for this case.";
      return;
    }
    this.region.setAttribute("aria-label", this.model.get("title"));
    const named = this.bar.setDocuments(this.documents, this.document, this.sheet, this.width > 0 && this.width < TABS_NEED);
    for (const name of ["role", "aria-label", "aria-labelledby"]) {
      if (named[name]) this.sheet.setAttribute(name, named[name]);
      else this.sheet.removeAttribute(name);
    }
    this.bar.setPage(this.page, this.pageCount);
    this.bar.setView({ pictures: this.document.pictures, mode: this.asPicture ? "page" : "text", zoom: ZOOMS[this.zoom], least: this.zoom === 0, most: this.zoom === ZOOMS.length - 1 });
    this.drawCount();
    this.drawPage();
    this.picker.look();
  }

  drawCount() {
    let text = "";
    if (this.searching) text = "Searching…";
    else if (this.failed) text = "The search did not work. Press Enter to try again.";
    else if ((this.query ?? "").length >= 2) {
      const at = this.hit === -1 ? "" : `${this.hit + 1} of `;
      text = this.hits.length ? `${at}${this.hits.length}${this.more ? "+" : ""}` : "Not found";
    }
    this.bar.setCount(text, this.hits.length > 0);
    const titles = new Map(this.documents.map(({ id, title }) => [id, title]));
    this.bar.setHits(this.hits, this.hit, (id) => titles.get(id));
  }

  drawPage() {
    const one = this.document;
    const parts = [one.organisation, one.title, `page ${this.page} of ${this.pageCount}`, dayMonth(one.date, true)];
    this.where.textContent = parts.filter(Boolean).join(" · ");
    const found = this.source.page(one.id, this.page);
    const picture = this.asPicture ? this.source.picture(one.id, this.page) : null;
    this.prefetch();
    const drawn = this.asPicture && !picture?.problem;
    this.paper.classList.toggle("lltic-notes__paper--picture", drawn);
    this.canvas.hidden = !drawn;
    if (drawn) this.drawPicture(found, picture);
    this.drawState(found, picture, drawn);
    this.drawWords(found, drawn);
  }

  prefetch() {
    const { id } = this.document;
    const near = [this.page, this.page + 1, this.page - 1].filter((page) => page >= 1 && page <= this.pageCount);
    for (const page of near) this.source.page(id, page);
    const needed = this.across * (window.devicePixelRatio || 1);
    const width = WIDTHS.find((one) => one >= needed) ?? WIDTHS.at(-1);
    this.source.want(this.asPicture ? near.map((page) => [id, page, width]) : []);
  }

  /** CSS pixels across the picture. */
  get across() {
    return Math.max(this.pane.clientWidth || 600, 200) * ZOOMS[this.zoom];
  }

  drawPicture(found, picture) {
    const bitmap = picture?.bitmap;
    const size = found?.size ?? (bitmap ? [A4[0], (A4[0] * bitmap.height) / bitmap.width] : A4);
    const point = this.across / size[0];
    this.paper.style.setProperty("--u", `${point}px`);
    this.paper.style.setProperty("--across", `${this.across}px`);
    this.paper.style.setProperty("--down", `${size[1] * point}px`);
    const place = bitmap ? `${placeOf(this.document.id, this.page)}:${bitmap.width}` : "";
    if (place === this.painted) return;
    this.painted = place;
    this.canvas.width = bitmap?.width ?? 1;
    this.canvas.height = bitmap?.height ?? 1;
    if (bitmap) this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
  }

  /** Say what is on its way, and what is wrong; nothing when all is there. */
  drawState(found, picture, drawn) {
    const words = found?.text?.trim();
    let parts = [];
    let soon = false;
    if (found?.problem) {
      parts = [found.problem.message || "The notes did not arrive.", " What you have written is not affected. ", this.againButton()];
    } else if (picture?.problem) {
      const { code, message } = picture.problem;
      const why = WHY[code] ?? (message || "no answer came");
      const rest = words ? "Its words are below" : found ? "No words could be read from it either" : "Its words are on their way";
      parts = [`This page cannot be shown as a picture: ${why}. ${rest}. What you have written is safe. `, WHY[code] && code !== "page-too-slow" ? null : this.againButton()];
    } else if (!found || (drawn && !picture)) {
      soon = true;
      parts = [found ? "The picture of this page is being drawn…" : "Loading the notes…"];
    } else if (!words) {
      parts = [this.document.pictures ? "No words could be read from this page: it cannot be searched, and no passage of it can be used as evidence." : "This page has no readable text."];
    }
    const text = parts.map((one) => one?.textContent ?? one ?? "").join("");
    if (text === this.said) return;
    this.said = text;
    clearTimeout(this.saying);
    const say = () => this.state.replaceChildren(...parts.filter(Boolean));
    if (soon) this.state.replaceChildren();
    if (soon) this.saying = setTimeout(say, PATIENCE);
    else say();
  }

  againButton() {
    const { id } = this.document;
    const { page } = this;
    const again = () => {
      focusOn(this.sheet);
      this.source.again(id, page);
    };
    return h("button", { type: "button", class: "lltic-link", text: "Try again", on: { click: again } });
  }

  /** The words, over the picture or as text; a selection in them is left alone. */
  drawWords(found, drawn) {
    const text = found?.text ?? "";
    const spans = found?.text ? this.spans(text) : [];
    const table = !drawn && this.document.kind === "chart";
    this.words.classList.toggle("lltic-notes__words--table", table);
    this.paper.style.setProperty("--zoom", ZOOMS[this.zoom]);
    const same = JSON.stringify([this.document.id, this.page, drawn, spans, text.length]);
    if (same === this.laid && found === this.laidFrom) return;
    [this.laid, this.laidFrom] = [same, found];
    if (drawn) paintLayer(this.words, text, found?.words ?? [], spans);
    else paintText(this.words, text, spans);
  }

  spans(text) {
    const { id } = this.document;
    const here = (one) => one.document === id && one.page === this.page;
    const at = unitsOf(text);
    const span = ({ start, end }, name) => ({ start: at(start), end: at(end), class: `lltic-hit${name}` });
    const spans = this.hits.filter(here).map((one) => span(one, one === this.hits[this.hit] ? " lltic-hit--current" : ""));
    this.warning.hidden = true;
    if (this.shown && here(this.shown)) {
      const mark = span(this.shown, " lltic-hit--shown");
      const moved = this.shown.text !== undefined && text.slice(mark.start, mark.end) !== this.shown.text;
      this.warning.hidden = !moved;
      this.warning.textContent = moved ? "The words of this page are not those that were used as evidence: the document has changed since." : "";
      if (!moved) spans.push(mark);
    }
    return spans;
  }

  // ---- evidence

  /** What is selected, as it is to be cited; null when nothing is. */
  passage() {
    const one = this.documents.length ? this.document : null;
    const text = one && this.laidFrom?.text;
    const span = text && selectionIn(this.words);
    if (!span) return null;
    const date = dayMonth(one.date, true);
    return {
      document: one.id,
      page: this.page,
      start: toCodePoints(text, span.start),
      end: toCodePoints(text, span.end),
      text: text.slice(span.start, span.end),
      source: [`${one.title}, page ${this.page}`, date].filter(Boolean).join(" · "),
    };
  }

  /** Shift with an arrow key selects words, Ctrl with one moves to the next, as in any text. */
  selectByKeys(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 }[event.key];
    if (by === undefined || event.target !== this.sheet || event.altKey || event.metaKey || !(event.shiftKey || event.ctrlKey)) return;
    const words = [...(this.laidFrom?.text ?? "").matchAll(/\S+/gu)];
    if (!words.length) return;
    event.preventDefault();
    const chosen = selectionIn(this.words);
    if (!chosen) this.keys = null;
    const first = () => Math.max(0, words.findIndex(({ index }) => rangeIn(this.words, index, index + 1).getBoundingClientRect().top >= this.bar.root.getBoundingClientRect().bottom));
    const last = words.length - 1;
    const head = this.keys ? Math.min(Math.max(this.keys.head + by, 0), last) : first();
    this.keys = { anchor: event.shiftKey && this.keys ? this.keys.anchor : head, head };
    const [from, to] = [Math.min(this.keys.anchor, head), Math.max(this.keys.anchor, head)];
    const range = rangeIn(this.words, words[from].index, words[to].index + words[to][0].length);
    const selection = document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    rangeIn(this.words, words[head].index, words[head].index + 1).startContainer.parentElement?.scrollIntoView({ block: "nearest" });
  }
}

/** The element that scrolls what is in it. */
function scrollerOf(el) {
  for (let node = el; node && node !== document.body; node = node.parentElement) {
    const { overflowY } = getComputedStyle(node);
    if ((overflowY === "auto" || overflowY === "scroll") && node.scrollHeight > node.clientHeight) return node;
  }
  return document.scrollingElement;
}

function render({ model, el }) {
  const viewer = new Viewer(model, el);
  const hear = (content) => content?.show && viewer.show(content.show);
  model.on("msg:custom", hear);
  const measure = () => {
    if (Math.abs(el.clientWidth - viewer.width) < 2) return;
    viewer.width = el.clientWidth;
    viewer.draw();
  };
  viewer.width = el.clientWidth;
  const watcher = new ResizeObserver(() => requestAnimationFrame(measure));
  watcher.observe(el);
  let shownCase = model.get("case_id");
  const stop = [
    watch(model, ["documents", "case_id", "title"], () => {
      if (model.get("case_id") !== shownCase) {
        shownCase = model.get("case_id");
        viewer.source.forget();
        Object.assign(viewer, { hits: [], hit: -1, shown: null, query: "", laid: null, painted: null });
        viewer.bar.input.value = "";
        viewer.recall();
      }
      viewer.draw();
    }),
    watch(model, ["questions"], () => viewer.picker.draw()),
    listen(document, "selectionchange", viewer.picker.look),
    listen(document, "focusin", viewer.picker.follow),
    listen(document, "lltic:passage", ({ detail }) => viewer.show(detail)),
  ];
  return () => {
    watcher.disconnect();
    model.off("msg:custom", hear);
    viewer.source.end();
    stop.forEach((one) => one());
  };
}

export default { render };
