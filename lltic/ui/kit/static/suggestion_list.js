// What a computer would have looked at in a text that a person has coded, one card each.

const ANSWERED = {
  accepted: ["Accepted", "done"],
  changed: ["Another theme laid", "done"],
  rejected: ["Not this", "off"],
};
const ABOUT =
  "You have coded this text. What follows is a computer’s suggestion: it goes by words that stood where people laid a theme before. " +
  "It does not know the case, and it can be wrong. Take one only where the text itself speaks of the theme.";

class Suggestions {
  constructor(model, el) {
    this.model = model;
    this.el = mount(el, "suggestions");
    this.names = new Map(); // what was pressed -> the operation's id, the same when pressed again
    this.cards = new Map(); // suggestion id -> {made, node}
    this.turn = Promise.resolve();
    const head = uid("suggestions");
    this.title = h("h2", { class: "lltic-h2", id: head, tabindex: "-1" });
    this.about = h("p", { class: "lltic-p", text: ABOUT });
    this.news = h("p", { class: "lltic-suggestions__news", role: "status" });
    this.list = h("ul", { class: "lltic-plain" });
    this.all = h("section", { class: "lltic-suggestions__all", "aria-labelledby": head }, this.title, this.about, this.news, this.list);
    this.el.replaceChildren(this.all);
  }

  get whole() {
    const text = this.model.get("text");
    return trimmed(text, 0, text.length);
  }

  /** Where it is laid, in code points: on what was ticked, or else on the whole text. */
  passage({ span }) {
    const text = this.model.get("text");
    const { start, end } = span ?? this.whole;
    return { start: toCodePoints(text, start), end: toCodePoints(text, end) };
  }

  label(code) {
    return this.model.get("themes").find((one) => one.code === code)?.label ?? code;
  }

  /** One after the other: what is pressed while an answer is under way waits for it. */
  answer(trigger, one, action, more, words) {
    this.turn = this.turn.then(() => {
      const now = this.model.get("suggestions").find(({ id }) => id === one.id);
      return now?.answer === one.answer && this.send(trigger, one, action, more, words);
    });
  }

  /** Send it, under the same name when it is pressed again because no answer came. */
  async send(trigger, one, action, more, words) {
    const payload = { id: one.id, ...more };
    const key = JSON.stringify([action, payload]);
    if (!this.names.has(key)) this.names.set(key, newId());
    const op_id = this.names.get(key);
    this.refused = "";
    const done = await act(this.model, trigger, action, { op_id, ...payload });
    if (this.refused) {
      trouble(this.el, `That was not done. ${this.refused}`);
    } else if (done) {
      this.names.delete(key); // said again after it was taken back, it is said anew
      this.news.textContent = words;
      focusOn(this.next(one) ?? this.title);
    }
  }

  /** The heading of the next one without an answer, behind this one or from the top. */
  next({ id }) {
    const open = this.model.get("suggestions").filter((one) => one.answer === "open");
    const ids = this.model.get("suggestions").map((one) => one.id);
    const following = open.find((one) => ids.indexOf(one.id) > ids.indexOf(id)) ?? open[0];
    return following && this.list.querySelector(`[data-head="${CSS.escape(following.id)}"]`);
  }

  hear(content) {
    if (content?.refused) this.refused = content.message;
  }

  draw() {
    const all = this.model.get("suggestions");
    this.title.textContent = "Themes the computer would have looked at";
    this.all.hidden = !all.length;
    redraw(this.list, all.map((one) => this.kept(one)));
  }

  /** A card as it stands while nothing of it has changed: with what is ticked in it. */
  kept(one) {
    const made = JSON.stringify([one, this.model.get("text"), this.model.get("themes")]);
    if (this.cards.get(one.id)?.made !== made) this.cards.set(one.id, { made, node: this.card(one) });
    return this.cards.get(one.id).node;
  }

  card(one) {
    const open = one.answer === "open";
    const head = h("h3", { class: "lltic-h3", tabindex: "-1", "data-head": one.id, text: one.label });
    const [words, kind] = ANSWERED[one.answer] ?? [];
    return h(
      "li",
      { class: "lltic-suggestion" },
      h("div", { class: "lltic-suggestion__head" }, head, open ? null : tag(words, kind)),
      one.definition ? h("p", { class: "lltic-small", text: one.definition }) : null,
      h("p", {}, one.sure, one.words.length ? " It went by these words:" : ""),
      one.words.length ? h("ul", { class: "lltic-suggestion__words" }, one.words.map((text) => h("li", { text }))) : null,
      h("p", { class: "lltic-small", text: one.measured }),
      open ? this.choices(one) : this.taken(one),
    );
  }

  choices(one) {
    const draft = { span: null, shows: "" };
    const of = hidden(` (${one.label})`);
    const accept = h("button", { type: "button", class: "lltic-button lltic-button--secondary", "data-key": `accept:${one.id}` });
    const name = () => accept.replaceChildren(draft.span ? "Accept for the ticked sentences" : "Accept for the whole text", of.cloneNode(true));
    name();
    accept.addEventListener("click", () =>
      this.answer(accept, one, "accept", { theme: one.theme, polarity: draft.shows, ...this.passage(draft) }, `Accepted: ${one.label}.`),
    );
    const reject = h("button", { type: "button", class: "lltic-button lltic-button--secondary", "data-key": `reject:${one.id}` }, "Not this", of.cloneNode(true));
    reject.addEventListener("click", () => this.answer(reject, one, "reject", {}, `Not this: ${one.label}.`));
    const part = h(
      "details",
      {},
      h("summary", {}, "Only part of the text", of.cloneNode(true)),
      sentenceBoxes(this.model.get("text"), "Tick one sentence, or the first and the last of a passage.", (span) => {
        draft.span = span;
        name();
      }),
    );
    return [this.shows(one, draft), part, h("div", { class: "lltic-actions__row" }, accept, reject), this.instead(one, draft)];
  }

  /** The way back from a theme that was laid. */
  taken(one) {
    if (!one.coding_id) return null;
    const undo = h("button", { type: "button", class: "lltic-link", "data-key": `undo:${one.id}` }, "Take the theme off again", hidden(` (${one.label})`));
    undo.addEventListener("click", () => this.answer(undo, one, "undo", { coding_id: one.coding_id }, `Taken off again: ${one.label}.`));
    return h("p", {}, undo);
  }

  /** Whether the passage shows a problem or good practice, where the theme can be either. */
  shows(one, draft) {
    if (one.shows.length < 2) return null;
    const group = uid("shows");
    const rows = one.shows.map(({ value, label }) => {
      const id = uid("shows");
      const box = h("input", { type: "radio", name: group, id, value, class: "lltic-choice__input", on: { change: () => (draft.shows = value) } });
      return h("div", { class: "lltic-choice" }, box, h("label", { for: id, class: "lltic-choice__label", text: label }));
    });
    return h("fieldset", { class: "lltic-fieldset lltic-suggestion__shows" }, h("legend", { text: "If you accept it, what does the text show?" }), rows);
  }

  /** Another theme, on account of this one. */
  instead(one, draft) {
    const id = uid("instead");
    const others = this.model.get("themes").filter(({ code }) => code !== one.theme);
    const select = h(
      "select",
      { id, class: "lltic-input", "data-key": `other:${one.id}` },
      h("option", { value: "", text: "Choose a theme" }),
      others.map(({ code, label }) => h("option", { value: code, text: label })),
    );
    const lay = h("button", { type: "button", class: "lltic-button lltic-button--secondary", "data-key": `change:${one.id}` }, "Lay this theme instead", hidden(` of ${one.label}`));
    lay.addEventListener("click", () => {
      const theme = select.value;
      if (!theme) return trouble(this.el, "Choose a theme first.");
      const more = { theme, polarity: "", ...this.passage(draft) };
      return this.answer(lay, one, "accept", more, `Laid instead of ${one.label}: ${this.label(theme)}.`);
    });
    return h(
      "details",
      {},
      h("summary", {}, "Another theme fits better", hidden(` than ${one.label}`)),
      h("label", { for: id, class: "lltic-label", text: "Theme" }),
      select,
      h("p", {}, lay),
    );
  }
}

function render({ model, el }) {
  const list = new Suggestions(model, el);
  const hear = (content) => list.hear(content);
  model.on("msg:custom", hear);
  const stop = watch(model, ["text", "themes", "suggestions"], () => list.draw());
  return () => {
    stop();
    model.off("msg:custom", hear);
  };
}

export default { render };
