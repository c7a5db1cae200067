// What stands above the page: documents, search and its hits, pages, how it is shown.

const TABS_AT_MOST = 6;
const SEARCH_WAIT = 300; // ms without typing before the notes are searched

function small(text, label, listener, more = {}) {
  return h("button", { type: "button", class: "lltic-step", "aria-label": label, ...more, on: { click: listener } }, h("span", { "aria-hidden": "true", text }));
}

function off(button, is) {
  if (is) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

/** `does` is called with what the person wants: open, leaf, search, step, hit, mode, zoom. */
class NotesBar {
  constructor(does) {
    this.does = does;
    this.chooser = h("div", { class: "lltic-notes__documents" });
    this.root = h(
      "div",
      { class: "lltic-notes__bar" },
      h("div", { class: "lltic-notes__top" }, this.chooser, this.viewPart()),
      h("div", { class: "lltic-notes__tools" }, this.searchPart(), this.pagerPart()),
      this.hitsPart(),
    );
  }

  // ---- search

  searchPart() {
    const id = uid("search");
    const { does } = this;
    this.input = h("input", { type: "search", id, class: "lltic-input", autocomplete: "off", spellcheck: "false", maxlength: "200", "data-key": "search" });
    let timer;
    this.input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => does.search(true), SEARCH_WAIT);
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(timer);
      does.enter(event.shiftKey ? -1 : 1);
    });
    this.count = h("span", { class: "lltic-notes__count", role: "status" });
    this.listId = uid("hits");
    this.lister = h("button", { type: "button", class: "lltic-turn", "aria-expanded": "false", "aria-controls": this.listId, text: "List", on: { click: () => this.listed(this.list.hidden) } });
    this.steppers = [small("↑", "Previous result", () => does.step(-1)), small("↓", "Next result", () => does.step(1)), this.lister];
    return h("div", { class: "lltic-notes__search", role: "search" }, h("label", { for: id, class: "lltic-notes__label" }, "Search", hidden(" the notes")), this.input, this.count, h("span", { class: "lltic-notes__steps" }, this.steppers));
  }

  hitsPart() {
    this.list = h("ol", { id: this.listId, class: "lltic-notes__hits", "aria-label": "Results", hidden: true });
    return this.list;
  }

  listed(open) {
    this.list.hidden = !open;
    this.lister.setAttribute("aria-expanded", String(open));
  }

  setCount(text, any) {
    if (this.count.textContent !== text) this.count.textContent = text;
    for (const button of this.steppers) button.hidden = !any;
    if (!any) this.listed(false);
  }

  /** Every hit with a line of context; made anew only when the hits are others. */
  setHits(hits, current, titleOf) {
    if (this.shownHits !== hits) {
      this.shownHits = hits;
      const row = (hit, index) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "lltic-notes__found", "data-key": `hit:${index}`, on: { click: () => this.does.hit(index) } },
            h("span", { class: "lltic-notes__place", text: `${titleOf(hit.document)}, page ${hit.page}` }),
            " ",
            h("span", {}, `… ${oneLine(hit.before)}`, h("mark", { class: "lltic-hit", text: oneLine(hit.words) }), `${oneLine(hit.after)} …`),
          ),
        );
      this.list.replaceChildren(...hits.map(row));
    }
    [...this.list.children].forEach((item, index) => {
      const button = item.firstChild;
      if (index === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    if (!this.list.hidden && current >= 0) this.list.children[current]?.scrollIntoView({ block: "nearest" });
  }

  // ---- pages, and how they are shown

  pagerPart() {
    const id = uid("page");
    this.pageInput = h("input", { type: "text", inputmode: "numeric", id, class: "lltic-input lltic-input--page", autocomplete: "off" });
    const jump = () => this.does.jump(Number.parseInt(this.pageInput.value, 10));
    this.pageInput.addEventListener("change", jump);
    this.pageInput.addEventListener("keydown", (event) => event.key === "Enter" && jump());
    this.total = h("span", {});
    this.back = small("←", "Previous page", () => this.does.leaf(-1));
    this.next = small("→", "Next page", () => this.does.leaf(1));
    return h("div", { class: "lltic-notes__pager" }, this.back, h("label", { for: id, text: "Page" }), this.pageInput, this.total, this.next);
  }

  /** A number that somebody is typing stays theirs until another page is shown. */
  setPage(page, count) {
    if (page !== this.pageShown) this.resetPage(page);
    this.total.textContent = `of ${count}`;
    off(this.back, page <= 1);
    off(this.next, page >= count);
  }

  resetPage(page) {
    this.pageShown = page;
    this.pageInput.value = page;
  }

  viewPart() {
    const mode = (name, text) => h("button", { type: "button", class: "lltic-turn", "aria-pressed": "false", text, on: { click: () => this.does.mode(name) } });
    this.modes = { page: mode("page", "Picture"), text: mode("text", "Text") };
    this.switch = h("div", { class: "lltic-notes__switch", role: "group", "aria-label": "Show pages as" }, Object.values(this.modes));
    this.smaller = small("−", "Smaller", () => this.does.zoom(-1));
    this.larger = small("+", "Larger", () => this.does.zoom(1));
    this.percent = h("span", { class: "lltic-notes__zoom", role: "status" });
    return h("div", { class: "lltic-notes__view" }, this.switch, this.smaller, this.percent, this.larger);
  }

  setView({ pictures, mode, zoom, least, most }) {
    this.switch.hidden = !pictures;
    for (const [name, button] of Object.entries(this.modes)) button.setAttribute("aria-pressed", String(name === mode));
    const text = `${Math.round(zoom * 100)} %`;
    if (this.percent.textContent !== text) this.percent.textContent = text;
    off(this.smaller, least);
    off(this.larger, most);
  }

  // ---- documents

  /** Show the choice of documents; returns what names the page below for screen readers. */
  setDocuments(documents, current, sheet, compact) {
    if (documents.length === 1) {
      redraw(this.chooser, h("strong", { text: current.title }));
    } else if (!compact && documents.length <= TABS_AT_MOST) {
      return this.tabs(documents, current, sheet);
    } else {
      this.select(documents, current);
    }
    return { role: "group", "aria-label": "Page of the notes" };
  }

  tabs(documents, current, sheet) {
    const ids = documents.map((_, index) => `${sheet.id}-tab-${index}`);
    const at = documents.indexOf(current);
    const move = (event) => {
      const last = ids.length - 1;
      const to = { ArrowLeft: at === 0 ? last : at - 1, ArrowRight: at === last ? 0 : at + 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.does.open(documents[to].id);
      document.getElementById(ids[to])?.focus();
    };
    const tabs = documents.map(({ id, title }, index) =>
      h("button", {
        type: "button",
        role: "tab",
        id: ids[index],
        class: "lltic-tab",
        "aria-selected": String(index === at),
        "aria-controls": sheet.id,
        tabindex: index === at ? "0" : "-1",
        "data-key": `tab:${id}`,
        text: title,
        on: { click: () => this.does.open(id), keydown: move },
      }),
    );
    redraw(this.chooser, h("div", { role: "tablist", "aria-label": "Documents", class: "lltic-tabs" }, tabs));
    return { role: "tabpanel", "aria-labelledby": ids[at] };
  }

  select(documents, current) {
    const id = uid("document");
    const option = (one) => {
      const words = [one.title, one.organisation, dayMonth(one.date, true), one.pages === 1 ? "1 page" : `${one.pages} pages`];
      return h("option", { value: one.id, selected: one.id === current.id, text: words.filter(Boolean).join(" · ") });
    };
    const select = h("select", { id, class: "lltic-select", "data-key": "documents", on: { change: (event) => this.does.open(event.target.value) } }, documents.map(option));
    redraw(this.chooser, h("label", { for: id, text: "Document" }), select);
  }
}

function oneLine(text) {
  return (text ?? "").replace(/\s+/gu, " ");
}
