// Take a passage of the notes as evidence: what is selected, and beside which question it goes.

const EVIDENCE = "evidence:"; // how the field of such an operation begins
const HINT = "Select words to use them as evidence.";

class Picker {
  /** `passage()` returns what is selected now, as it is to be cited, or null. */
  constructor(model, passage) {
    this.model = model;
    this.passage = passage;
    this.picked = null;
    this.last = ""; // the question that was last in hand
    const id = uid("beside");
    this.button = h("button", { type: "button", class: "lltic-turn lltic-turn--evidence", text: "Use as evidence", on: { click: () => this.use(), mousedown: (event) => event.preventDefault() } });
    this.select = h("select", { id, class: "lltic-select", on: { change: () => (this.last = this.select.value) } });
    this.one = h("span", { class: "lltic-notes__beside" });
    this.label = h("label", { for: id, text: "beside" });
    this.news = h("p", { class: "lltic-notes__news", role: "status" });
    this.choice = h("div", { class: "lltic-notes__pick", hidden: true }, this.button, this.one, this.label, this.select);
    this.hint = h("p", { class: "lltic-notes__hint", text: HINT });
    // One line, always: nothing moves under the mouse while words are being selected.
    this.root = h("div", { class: "lltic-notes__evidence", hidden: true }, this.choice, this.news, this.hint);
  }

  /** The focus is in a question: the next passage is meant for it. */
  follow = ({ target }) => {
    const one = this.model.get("questions").find(({ field }) => target.id === fieldId(field));
    if (!one || this.last === one.field) return;
    this.last = one.field;
    this.draw();
  };

  look = () => {
    const now = this.model.get("questions").length ? this.passage() : null;
    if (!now && this.choice.contains(document.activeElement)) return; // the choice is being made
    if (now) this.news.textContent = "";
    if (!now && !this.picked) return;
    this.picked = now;
    this.draw();
  };

  draw() {
    const questions = this.model.get("questions");
    this.root.hidden = !questions.length;
    this.choice.hidden = !(this.picked && questions.length);
    this.news.hidden = !this.choice.hidden || !this.news.textContent;
    this.hint.hidden = !this.choice.hidden || !this.news.hidden;
    if (this.choice.hidden) return;
    const current = questions.find(({ field }) => field === this.last) ?? questions[0];
    const several = questions.length > 1;
    this.label.hidden = this.select.hidden = !several;
    this.one.hidden = several;
    this.one.textContent = `beside “${current.label}”`;
    const option = ({ field, label }) => h("option", { value: field, selected: field === current.field, text: label });
    this.select.replaceChildren(...questions.map(option));
    this.select.value = current.field;
  }

  use() {
    this.look(); // the browser tells of a selection a moment after it has changed
    const questions = this.model.get("questions");
    const question = questions.find(({ field }) => field === this.last) ?? questions[0];
    if (!this.picked || !question) return;
    const passage = { ...this.picked, field: question.field };
    const detail = { field: `${EVIDENCE}${newId()}`, value: { value: passage }, version: 0, review: "", taken: false };
    emit("lltic:edit", detail);
    if (!detail.taken) return trouble(this.root, "That was not done: nothing is saved on this page just now. Try again in a moment.");
    trouble(this.root, "");
    this.news.textContent = `Laid beside “${question.label}”.`;
    this.picked = null;
    document.getSelection().removeAllRanges();
    const here = this.choice.contains(document.activeElement); // which is hidden now
    this.draw();
    if (here) focusOn(this.news);
  }
}
