/** One text on which coders differ: the text on the left, both sides of each difference beside it. */
class Settler {
  constructor(model, el) {
    this.model = model;
    this.box = codingBox();
    this.told = this.waiting = "";
    this.now = ""; // the difference whose passages are marked
    this.el = mount(el, "coder");
    this.el.classList.add("lltic-settler");
    this.build();
  }

  get text() {
    return this.model.get("text");
  }

  /** What was decided last: what waits to be saved, before what is on record. */
  keptOf({ id, kept }) {
    const mine = this.box.of(this.model.get("text_id")).filter((op) => op.difference === id);
    return mine.length ? { keep: mine.at(-1).keep, waits: true } : { keep: kept, waits: false };
  }

  isDone(op) {
    const one = this.model.get("differences").find(({ id }) => id === op.difference);
    return Boolean(one?.kept) && JSON.stringify(one.kept) === JSON.stringify(op.keep);
  }

  hear(content) {
    if (content?.refused) trouble(this.el, `That was not done. ${content.message}`);
    this.box.hear(content ?? {});
  }

  decide(one, keep) {
    trouble(this.el, "");
    this.box.add({ action: "resolve", difference: one.id, keep, text_id: this.model.get("text_id") });
  }

  changed() {
    const waiting = this.box.of(this.model.get("text_id")).map((op) => op.op_id).join(" ");
    if (waiting !== this.waiting) {
      if (!waiting) this.news.textContent = "Saved.";
      this.waiting = waiting;
      this.drawStates();
    }
    tellLate(this, "decision");
  }

  build() {
    const [of, list] = [uid("settler-of"), uid("settler-list")];
    this.head2 = h("h2", { class: "lltic-h2", id: of });
    this.words = h("div", { class: "lltic-coder__words" });
    this.alike = h("div", { class: "lltic-settler__alike" });
    this.evidence = h("div", { class: "lltic-evidence" });
    this.news = h("p", { class: "lltic-coder__news", role: "status" });
    this.list = h("div", { class: "lltic-settler__list" });
    this.alarm = h("div", { class: "lltic-alarm", role: "alert" });
    this.el.replaceChildren(
      h("section", { class: "lltic-coder__text", "aria-labelledby": of }, this.head2, this.words, this.alike, this.evidence),
      h("section", { class: "lltic-coder__side", "aria-labelledby": `${list} ${of}` }, h("h2", { class: "lltic-h2 lltic-settler__title", id: list, text: "What stands?" }), this.news, this.list),
      h("div", { class: "lltic-bottom" }, this.alarm),
    );
  }

  draw() {
    this.head2.textContent = this.model.get("question") || "Text";
    this.drawText();
    this.drawAlike();
    drawQuotations(this.evidence, this.model.get("evidence"));
    this.drawDifferences();
  }

  units({ start, end }) {
    return { start: toUnits(this.text, start), end: toUnits(this.text, end) };
  }

  drawText() {
    const spans = this.model.get("alike").map((one) => ({ ...this.units(one), class: "lltic-coded", title: one.label }));
    const one = this.model.get("differences").find(({ id }) => id === this.now);
    for (const { passages } of one?.sides ?? []) {
      for (const passage of passages) spans.push({ ...this.units(passage), class: "lltic-coded--picked" });
    }
    paintText(this.words, this.text, spans);
  }

  drawAlike() {
    const found = this.model.get("alike");
    redraw(
      this.alike,
      found.length ? h("h3", { class: "lltic-h3", text: `Found alike (${found.length})` }) : null,
      found.length ? h("ul", {}, found.map((one) => h("li", {}, h("b", { text: one.label }), ` ${this.quote(one)}`))) : null,
    );
  }

  quote({ start, end, said }) {
    const words = Array.from(this.text).slice(start, end).join("");
    const short = words.length > 200 ? `${words.slice(0, 130)} … ${words.slice(-60)}` : words;
    return `“${short}”${said ? ` (${said})` : ""}`;
  }

  /** The choices of a difference: each side that laid the theme, and nothing. */
  choices({ sides }) {
    const laid = sides.filter(({ passages }) => passages.length);
    const both = laid.length > 1;
    return [
      ...laid.map(({ label, passages }) => ({
        label: `${both ? `${label}’s passage stands` : `It stands, as ${label} laid it`}`,
        more: passages.map((one) => this.quote(one)).join(" "),
        keep: passages.map(({ id }) => id),
      })),
      { label: both ? "Neither stands" : "It does not stand", more: "", keep: [] },
    ];
  }

  drawDifferences() {
    this.states = new Map();
    redraw(this.list, this.model.get("differences").map((one) => this.difference(one)));
    this.drawStates();
  }

  difference(one) {
    const name = uid("settle");
    const state = h("p", { class: "lltic-quiet lltic-settler__state" });
    const locked = this.model.get("locked");
    const rows = this.choices(one).map(({ label, more, keep }, index) => {
      const id = uid("keep");
      const box = h("input", { type: "radio", name, id, class: "lltic-choice__input", disabled: locked, "data-first": index === 0, "data-key": `${one.id}:${index}`, on: { change: () => this.decide(one, keep) } });
      box.keep = keep;
      return h("div", { class: "lltic-choice" }, box, h("label", { for: id, class: "lltic-choice__label" }, label, more ? h("span", { class: "lltic-settler__quote", text: more }) : null));
    });
    const legend = h("legend", { class: "lltic-legend" }, h("span", { class: "lltic-chip", text: one.label }), one.definition ? h("span", { class: "lltic-small lltic-settler__definition", text: one.definition }) : null);
    const mark = () => {
      if (this.now === one.id) return;
      this.now = one.id;
      this.drawText();
    };
    this.states.set(one.id, { state, boxes: rows.map((row) => row.querySelector("input")), one });
    return h("fieldset", { class: "lltic-fieldset lltic-settler__difference", on: { focusin: mark, mouseenter: mark } }, legend, rows, state);
  }

  drawStates() {
    for (const { state, boxes, one } of this.states.values()) {
      const { keep, waits } = this.keptOf(one);
      for (const box of boxes) box.checked = keep !== null && JSON.stringify(box.keep) === JSON.stringify(keep);
      const words = waits ? "not saved yet" : keep === null ? "Not decided yet." : "";
      if (state.textContent !== words) state.textContent = words;
    }
  }
}

function render({ model, el }) {
  const settler = new Settler(model, el);
  return onPage(settler, ["alike", "differences"], { isDone: (op) => settler.isDone(op) });
}

export default { render };
