const TABS_AT_MOST = 6;
const TABS_NEED = 520; // px of width
const SEARCH_WAIT = 150; // ms

/** Where every hit is, in the order of the documents; white space matches any white space. */
function findAll(documents, texts, query) {
  const words = query.trim();
  if (words.length < 2) return [];
  const source = words.split(/\s+/).map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
  const pattern = new RegExp(source, "giu");
  const hits = [];
  for (const { id } of documents) {
    (texts[id] ?? []).forEach((text, index) => {
      for (const found of text.matchAll(pattern)) {
        hits.push({ document: id, page: index + 1, start: found.index, end: found.index + found[0].length });
      }
    });
  }
  return hits;
}

class Viewer {
  constructor(model, el) {
    this.model = model;
    this.el = mount(el, "notes");
    this.delivered = {};
    this.asked = new Set();
    this.failed = new Set();
    this.pages = {}; // document -> page one was on
    this.current = null;
    this.hits = [];
    this.hit = -1;
    this.shown = null; // a passage that somebody wants to see
    this.compact = false;
    this.recall();
    this.build();
  }

  // ---- place

  get placeKey() {
    return `lltic:notes:${this.model.get("case_id")}`;
  }

  recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.placeKey) ?? "{}");
      this.current = kept.current ?? null;
      this.pages = kept.pages ?? {};
    } catch {
      this.pages = {};
    }
  }

  remember() {
    try {
      sessionStorage.setItem(this.placeKey, JSON.stringify({ current: this.current, pages: this.pages }));
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

  get texts() {
    return { ...this.model.get("texts"), ...this.delivered };
  }

  get pageCount() {
    const { id, pages } = this.document;
    return Math.max(pages ?? 0, this.texts[id]?.length ?? 0, 1);
  }

  get page() {
    return Math.min(Math.max(this.pages[this.document.id] ?? 1, 1), this.pageCount);
  }

  go(document, page) {
    const moved = document !== this.document.id || page !== this.page;
    this.current = document;
    this.pages[document] = page;
    this.remember();
    this.draw();
    if (moved && !this.spot()) this.toTop();
  }

  toTop() {
    const bar = this.bar.getBoundingClientRect();
    const sheet = this.sheet.getBoundingClientRect();
    if (sheet.top < bar.bottom) scrollerOf(this.el).scrollBy(0, sheet.top - bar.bottom - 8);
  }

  // ---- texts

  async need(id) {
    if (this.texts[id] || this.asked.has(id)) return;
    this.asked.add(id);
    const outcome = await ask(this.model, { action: "open", document: id });
    if (outcome !== "done" && !this.texts[id]) {
      this.asked.delete(id);
      this.failed.add(id);
      this.draw();
    }
  }

  hear = (content) => {
    if (content?.text) {
      this.delivered = { ...this.delivered, [content.text.document]: content.text.pages };
      this.search({ jump: false });
      this.draw();
      this.spot();
    }
    if (content?.show) this.show(content.show);
  };

  show({ document, page, start, end }) {
    this.shown = end > start ? { document, page, start, end } : null;
    this.go(document, page);
    this.spot();
    focusOn(this.sheet);
  }

  // ---- search

  search({ jump }) {
    const query = this.input.value;
    if (query.trim().length >= 2) for (const { id } of this.documents) this.need(id);
    const before = this.hits[this.hit];
    this.hits = findAll(this.documents, this.texts, query);
    const same = (one) => before && one.document === before.document && one.page === before.page && one.start === before.start;
    this.hit = this.hits.findIndex(same);
    if (jump && this.hits.length) {
      const order = this.documents.findIndex(({ id }) => id === this.document.id);
      const after = this.hits.findIndex((one) => {
        const at = this.documents.findIndex(({ id }) => id === one.document);
        return at > order || (at === order && one.page >= this.page);
      });
      this.turn(after === -1 ? 0 : after);
    } else {
      this.draw();
    }
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

  /** Bring the hit or the passage one wants to see into view. */
  spot() {
    const mark = this.words.querySelector(".lltic-hit--current, .lltic-hit--shown");
    if (!mark) return false;
    const scroller = scrollerOf(this.el);
    const frame = scroller === document.scrollingElement ? { top: 0, height: window.innerHeight } : scroller.getBoundingClientRect();
    const top = Math.max(frame.top, this.bar.getBoundingClientRect().bottom);
    const at = mark.getBoundingClientRect();
    if (at.top < top + 8 || at.bottom > frame.top + frame.height - 8) {
      scroller.scrollBy(0, at.top - top - (frame.top + frame.height - top) / 3);
    }
    return true;
  }

  // ---- screen

  build() {
    const { model } = this;
    const searchId = uid("search");
    this.input = h("input", { type: "search", id: searchId, class: "lltic-input", autocomplete: "off", spellcheck: "false", "data-key": "search" });
    let timer;
    this.input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.search({ jump: true }), SEARCH_WAIT);
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(timer);
      if (this.hits.length) this.step(event.shiftKey ? -1 : 1);
      else this.search({ jump: true });
    });
    this.count = h("span", { class: "lltic-notes__count", role: "status" });
    const small = (text, label, listener) => h("button", { type: "button", class: "lltic-step", "aria-label": label, on: { click: listener } }, h("span", { "aria-hidden": "true", text }));
    this.hitButtons = [small("↑", "Previous result", () => this.step(-1)), small("↓", "Next result", () => this.step(1))];
    this.chooser = h("div", { class: "lltic-notes__documents" });
    const pageId = uid("page");
    this.pageInput = h("input", { type: "text", inputmode: "numeric", id: pageId, class: "lltic-input lltic-input--page", autocomplete: "off" });
    const jump = () => {
      const wanted = Number.parseInt(this.pageInput.value, 10);
      if (Number.isInteger(wanted)) this.leaf(Math.min(Math.max(wanted, 1), this.pageCount));
      this.pageInput.value = this.page;
    };
    this.pageInput.addEventListener("change", jump);
    this.pageInput.addEventListener("keydown", (event) => event.key === "Enter" && jump());
    this.total = h("span", {});
    this.back = small("←", "Previous page", () => this.leaf(this.page - 1));
    this.next = small("→", "Next page", () => this.leaf(this.page + 1));
    this.evidence = h("button", { type: "button", class: "lltic-turn lltic-turn--evidence", text: "Use as evidence", on: { click: (event) => this.quote(event.currentTarget), mousedown: (event) => event.preventDefault() } });
    this.bar = h(
      "div",
      { class: "lltic-notes__bar" },
      this.chooser,
      h(
        "div",
        { class: "lltic-notes__tools" },
        h("div", { class: "lltic-notes__search", role: "search" }, h("label", { for: searchId }, "Search", hidden(" the notes")), this.input, this.count, this.hitButtons),
        h("div", { class: "lltic-notes__pager" }, this.back, h("label", { for: pageId, text: "Page" }), this.pageInput, this.total, this.next),
        this.evidence,
      ),
    );
    this.where = h("h3", { class: "lltic-notes__where" });
    this.warning = h("p", { class: "lltic-notes__warning" });
    this.words = h("div", { class: "lltic-notes__words" });
    this.sheet = h("div", { class: "lltic-notes__page", tabindex: "0" }, this.where, this.warning, this.words);
    this.region = h("section", { class: "lltic-notes__box", "aria-label": model.get("title") }, this.bar, this.sheet);
    this.el.replaceChildren(this.region);
  }

  leaf(page) {
    if (page < 1 || page > this.pageCount) return;
    this.shown = null;
    this.go(this.document.id, page);
  }

  draw() {
    if (!this.documents.length) {
      this.bar.hidden = true;
      this.where.textContent = "There are no notes for this case.";
      this.words.replaceChildren();
      this.warning.hidden = true;
      return;
    }
    this.bar.hidden = false;
    this.region.setAttribute("aria-label", this.model.get("title"));
    this.drawChooser();
    this.drawCount();
    this.drawPage();
    this.pageInput.value = this.page;
    this.total.textContent = `of ${this.pageCount}`;
    const end = (button, off) => (off ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled"));
    end(this.back, this.page <= 1);
    end(this.next, this.page >= this.pageCount);
    this.drawEvidence();
  }

  drawChooser() {
    const tabs = !this.compact && this.documents.length <= TABS_AT_MOST && this.documents.length > 1;
    this.sheet.removeAttribute("aria-labelledby");
    if (this.documents.length === 1) {
      this.chooser.replaceChildren(h("strong", { text: this.document.title }));
    } else if (tabs) {
      this.drawTabs();
      return;
    } else {
      this.drawSelect();
    }
    this.sheet.setAttribute("role", "group");
    this.sheet.setAttribute("aria-label", "Page of the notes");
  }

  drawTabs() {
    this.sheet.id ||= uid("sheet");
    const ids = this.documents.map((_, index) => `${this.sheet.id}-tab-${index}`);
    const at = this.documents.indexOf(this.document);
    const move = (event) => {
      const last = ids.length - 1;
      const to = { ArrowLeft: at === 0 ? last : at - 1, ArrowRight: at === last ? 0 : at + 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.open(this.documents[to].id);
      document.getElementById(ids[to])?.focus();
    };
    const tabs = this.documents.map(({ id, title }, index) =>
      h("button", {
        type: "button",
        role: "tab",
        id: ids[index],
        class: "lltic-tab",
        "aria-selected": String(index === at),
        "aria-controls": this.sheet.id,
        tabindex: index === at ? "0" : "-1",
        "data-key": `tab:${id}`,
        text: title,
        on: { click: () => this.open(id), keydown: move },
      }),
    );
    redraw(this.chooser, h("div", { role: "tablist", "aria-label": "Documents", class: "lltic-tabs" }, tabs));
    this.sheet.setAttribute("role", "tabpanel");
    this.sheet.removeAttribute("aria-label");
    this.sheet.setAttribute("aria-labelledby", ids[at]);
  }

  drawSelect() {
    const id = uid("document");
    const option = (one) => {
      const words = [one.title, one.organisation, dayMonth(one.date, true), one.pages === 1 ? "1 page" : `${one.pages} pages`];
      return h("option", { value: one.id, selected: one.id === this.document.id, text: words.filter(Boolean).join(" · ") });
    };
    const select = h("select", { id, class: "lltic-select", "data-key": "documents", on: { change: (event) => this.open(event.target.value) } }, this.documents.map(option));
    redraw(this.chooser, h("label", { for: id, text: "Document" }), select);
  }

  open(id) {
    this.shown = null;
    this.go(id, this.pages[id] ?? 1);
  }

  drawCount() {
    const query = this.input.value.trim();
    const loaded = this.documents.filter(({ id }) => this.texts[id]).length;
    const some = loaded < this.documents.length ? ` in ${loaded} of ${this.documents.length} documents` : "";
    let text = "";
    if (query.length >= 2) {
      if (!this.hits.length) text = `Not found${some}`;
      else text = `${this.hit === -1 ? "" : `${this.hit + 1} of `}${this.hits.length}${some}`;
    }
    if (this.count.textContent !== text) this.count.textContent = text;
    for (const button of this.hitButtons) button.hidden = !this.hits.length;
  }

  drawPage() {
    const one = this.document;
    const pages = this.texts[one.id];
    const parts = [one.organisation, one.title, `page ${this.page} of ${this.pageCount}`, dayMonth(one.date, true)];
    this.where.textContent = parts.filter(Boolean).join(" · ");
    this.warning.hidden = true;
    if (!pages) return this.drawMissing(one.id);
    if (one.pages && pages.length < one.pages) {
      this.warning.hidden = false;
      this.warning.textContent = `Only ${pages.length} of ${one.pages} pages of this document are here. Do not read it as complete.`;
    }
    const text = pages[this.page - 1] ?? "";
    this.words.classList.toggle("lltic-notes__words--table", one.kind === "chart");
    if (!text.trim()) return void this.words.replaceChildren(h("p", { class: "lltic-quiet", text: "This page has no readable text." }));
    paintText(this.words, text, this.spans(one.id, text));
  }

  spans(id, text) {
    const here = (hit) => hit.document === id && hit.page === this.page;
    const spans = this.hits.filter(here).map((hit) => ({
      ...hit,
      class: hit === this.hits[this.hit] ? "lltic-hit lltic-hit--current" : "lltic-hit",
    }));
    if (this.shown && here(this.shown)) {
      const { start, end } = this.shown;
      spans.push({ start: toUnits(text, start), end: toUnits(text, end), class: "lltic-hit lltic-hit--shown" });
    }
    return spans;
  }

  drawMissing(id) {
    if (this.failed.has(id)) {
      const again = h("button", { type: "button", class: "lltic-button lltic-button--secondary", text: "Try again", on: { click: () => (this.failed.delete(id), focusOn(this.sheet), this.draw()) } });
      this.words.replaceChildren(h("p", { role: "alert", text: "The notes did not arrive. What you have written is not affected." }), again);
    } else {
      this.words.replaceChildren(h("p", { class: "lltic-quiet", text: "Loading the notes…" }));
      this.need(id);
    }
  }

  drawEvidence = () => {
    this.evidence.hidden = !this.model.get("quotable") || !selectionIn(this.words);
  };

  quote(button) {
    const span = selectionIn(this.words);
    const text = this.texts[this.document.id]?.[this.page - 1];
    if (!span || text === undefined) return;
    const { start, end } = span;
    act(
      this.model,
      button,
      "quote",
      { document: this.document.id, page: this.page, start: toCodePoints(text, start), end: toCodePoints(text, end), text: text.slice(start, end) },
      { save: false },
    );
  }
}

/** The element that scrolls what is in it. */
function scrollerOf(el) {
  for (let node = el.parentElement; node && node !== document.body; node = node.parentElement) {
    const { overflowY } = getComputedStyle(node);
    if ((overflowY === "auto" || overflowY === "scroll") && node.scrollHeight > node.clientHeight) return node;
  }
  return document.scrollingElement;
}

function render({ model, el }) {
  const viewer = new Viewer(model, el);
  model.on("msg:custom", viewer.hear);
  const measure = () => {
    const compact = el.clientWidth < TABS_NEED;
    if (compact === viewer.compact) return;
    viewer.compact = compact;
    viewer.draw();
  };
  const watcher = new ResizeObserver(() => requestAnimationFrame(measure));
  watcher.observe(el);
  let shownCase = model.get("case_id");
  const stop = [
    watch(model, ["documents", "texts", "case_id", "title", "quotable"], () => {
      if (model.get("case_id") !== shownCase) {
        shownCase = model.get("case_id");
        Object.assign(viewer, { delivered: {}, hits: [], hit: -1, shown: null });
        viewer.asked.clear();
        viewer.failed.clear();
        viewer.input.value = "";
        viewer.recall();
      }
      viewer.draw();
    }),
    listen(document, "selectionchange", viewer.drawEvidence),
  ];
  return () => {
    watcher.disconnect();
    model.off("msg:custom", viewer.hear);
    stop.forEach((one) => one());
  };
}

export default { render };
