const MOVES = {
  ArrowLeft: { unit: "word", by: -1 },
  ArrowRight: { unit: "word", by: 1 },
  ArrowUp: { unit: "sentence", by: -1 },
  ArrowDown: { unit: "sentence", by: 1 },
  Home: { unit: "word", by: -Infinity },
  End: { unit: "word", by: Infinity },
};

/** The unit before or behind where one is; at the ends the outermost. */
function nextUnit(units, from, by) {
  if (!from || by === -Infinity) return by === Infinity ? units.at(-1) : units[0];
  if (by === Infinity) return units.at(-1);
  if (by > 0) return units.find(({ start }) => start >= from.end) ?? units.at(-1);
  return units.findLast(({ end }) => end <= from.start) ?? units[0];
}

/** The words of a text as spans in UTF-16 units. */
function wordsOf(text) {
  return [...text.matchAll(/\S+/gu)].map((one) => ({ start: one.index, end: one.index + one[0].length }));
}

class Coder {
  constructor(model, el) {
    this.model = model;
    this.box = codingBox();
    this.told = ""; // what the alert says
    this.waiting = ""; // the codings that are not on record yet
    this.wordsWhenDone = "Saved.";
    this.el = mount(el, "coder");
    this.picked = null; // the passage, {start, end} in UTF-16 units
    this.anchor = null; // the word or sentence where a keyboard selection began
    this.head = null; // and the one where it is
    this.picker = new ThemePicker({ lay: (one, polarity) => this.apply(one, polarity), back: () => this.words.focus(), isLaid: (code) => Boolean(this.codingOf(code)) });
    this.build();
  }

  get text() {
    return this.model.get("text");
  }

  theme(code) {
    return this.model.get("themes").find((one) => one.code === code);
  }

  colour(code) {
    return `lltic-coded--${this.picker.colour(code)}`;
  }

  label(code) {
    return this.theme(code)?.label ?? code;
  }

  units({ start, end }) {
    return { start: toUnits(this.text, start), end: toUnits(this.text, end) };
  }

  // ---- picking a passage

  pick(span) {
    this.picked = span;
    this.drawText();
    this.drawPicked();
    this.drawPressed();
  }

  fromMouse = () => {
    const span = selectionIn(this.words);
    if (!span || this.model.get("locked")) return;
    this.anchor = this.head = null;
    document.getSelection().removeAllRanges();
    this.pick(span);
  };

  /** Left and Right go by word, Up and Down by sentence; with Shift they extend. */
  fromKeys = (event) => {
    if (this.model.get("locked") || !this.text.trim()) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "a") {
      event.preventDefault();
      this.whole();
    } else if (event.altKey || command) {
      return;
    } else if (event.key === "Escape" && this.picked) {
      this.clear();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!this.picked) this.whole();
      this.picker.focus();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.removeHere();
    } else if (MOVES[event.key]) {
      event.preventDefault();
      this.move(MOVES[event.key], event.shiftKey);
    }
  };

  move({ unit, by }, extending) {
    const units = unit === "word" ? wordsOf(this.text) : sentencesOf(this.text);
    this.head = nextUnit(units, this.head, by);
    if (!extending || this.anchor === null) this.anchor = this.head;
    this.pick({ start: Math.min(this.anchor.start, this.head.start), end: Math.max(this.anchor.end, this.head.end) });
    this.words.querySelector(".lltic-coded--picked")?.scrollIntoView({ block: "nearest" });
  }

  /** Take off the one theme that lies on the passage; where there are several, say so. */
  removeHere() {
    if (!this.picked) return this.say("Select a passage first.");
    const here = this.codingsNow.filter((one) => {
      const { start, end } = this.units(one);
      return start < this.picked.end && end > this.picked.start;
    });
    if (here.length === 1) return this.remove(here[0]);
    if (here.length) this.codings.querySelector("button")?.focus();
    return this.say(here.length ? "Several themes lie here. Choose the one to remove in the list." : "No theme lies here.");
  }

  whole() {
    this.anchor = this.head = null;
    this.pick(trimmed(this.text, 0, this.text.length));
  }

  clear() {
    this.anchor = this.head = null;
    this.pick(null);
  }

  // ---- coding

  /** All codings of this text: those on record, and behind them those that are not yet. */
  get codingsNow() {
    const known = this.model.get("codings");
    const mine = this.box.of(this.model.get("text_id"));
    const leaving = new Set(mine.filter((op) => op.action === "uncode").map((op) => op.id));
    const added = mine.filter((op) => op.action === "code" && !known.some((one) => samePassage(one, op)));
    return [
      ...known.map((one) => ({ ...one, waits: leaving.has(one.id) && "not removed yet" })),
      ...added.map(({ op_id, theme, start, end, polarity }) => ({ id: op_id, theme, start, end, polarity, waits: "not saved yet" })),
    ];
  }

  codingOf(code) {
    if (!this.picked) return null;
    const [start, end] = [toCodePoints(this.text, this.picked.start), toCodePoints(this.text, this.picked.end)];
    return this.codingsNow.find((one) => samePassage(one, { theme: code, start, end })) ?? null;
  }

  /** Lay a theme on the passage, or take it off again; with another polarity it is laid anew. */
  apply(code, polarity = "") {
    if (!this.picked) return this.say("Select a passage first, or choose Whole text.");
    const existing = this.codingOf(code);
    if (existing?.waits) return this.remove(existing);
    if (existing) {
      this.remove(existing);
      if (!polarity || (existing.polarity ?? "") === polarity) return;
    }
    const { start, end } = this.picked;
    const said = polarity ? `, ${POLARITY_WORDS[polarity]}` : "";
    const passage = { start: toCodePoints(this.text, start), end: toCodePoints(this.text, end) };
    this.keep({ action: "code", theme: code, ...passage, ...(polarity ? { polarity } : {}) }, `Coded as ${this.label(code)}${said}.`);
  }

  remove({ id, theme, waits }) {
    if (waits) return this.say(`${this.label(theme)} is ${waits}. Wait a moment.`);
    return this.keep({ action: "uncode", id }, `Removed: ${this.label(theme)}.`);
  }

  /** Keep what was done until it is on record; `words` say so then. */
  keep(op, words) {
    this.wordsWhenDone = words;
    this.say("");
    trouble(this.el, "");
    this.box.add({ ...op, text_id: this.model.get("text_id") });
  }

  hear(content) {
    if (content?.refused) {
      this.wordsWhenDone = "";
      trouble(this.el, `That was not done. ${content.message}`);
    }
    this.box.hear(content ?? {});
  }

  /** Draw what depends on what waits; the alert only when it has something else to say. */
  changed() {
    const waiting = this.box.of(this.model.get("text_id")).map((op) => op.op_id).join(" ");
    if (waiting !== this.waiting) {
      if (!waiting) this.say(this.wordsWhenDone);
      this.waiting = waiting;
      this.drawText();
      this.drawCodings();
      this.drawPressed();
    }
    tellLate(this, "coding");
  }

  say(text) {
    this.news.textContent = text;
  }

  // ---- screen

  build() {
    const help = uid("coder-help");
    const of = uid("coder-of"); // there may be several texts on a page
    this.head2 = h("h2", { class: "lltic-h2", id: of });
    this.help = h("p", { class: "lltic-hint", id: help, text: "Select words with the mouse. With the keyboard: Left and Right move by word, Up and Down by sentence, Shift with them extends; Enter goes to the themes, with the whole text if nothing is selected." });
    this.words = h("div", { class: "lltic-coder__words", tabindex: "0", role: "group", "aria-label": "Text to code", "aria-describedby": help, on: { mouseup: () => setTimeout(this.fromMouse), keydown: this.fromKeys } });
    this.source = h("p", { class: "lltic-small" });
    this.sentences = h("details", { class: "lltic-coder__sentences" });
    this.pickedWords = h("p", { class: "lltic-coder__picked", role: "status" });
    this.wholeButton = h("button", { type: "button", class: "lltic-turn", text: "Whole text", on: { click: () => this.whole() } });
    this.clearButton = h("button", { type: "button", class: "lltic-turn", text: "Clear selection", on: { click: () => (this.clear(), this.words.focus()) } });
    this.news = h("p", { class: "lltic-coder__news", role: "status" });
    this.evidence = h("div", { class: "lltic-evidence" });
    this.codings = h("div", { class: "lltic-coder__codings" });
    this.alarm = h("div", { class: "lltic-alarm", role: "alert" });
    this.pickBar = h("div", { class: "lltic-coder__bar" }, this.pickedWords, h("div", { class: "lltic-coder__bar-buttons" }, this.wholeButton, this.clearButton), this.news);
    this.el.replaceChildren(
      h("section", { class: "lltic-coder__text", "aria-labelledby": of }, this.head2, this.help, this.words, this.source, this.sentences, this.evidence, this.codings),
      h("section", { class: "lltic-coder__side", "aria-labelledby": `${this.picker.id} ${of}` }, this.pickBar, this.picker.el),
      h("div", { class: "lltic-bottom" }, this.alarm),
    );
  }

  draw() {
    this.head2.textContent = this.model.get("question") || "Text";
    this.source.textContent = this.model.get("source");
    const locked = this.model.get("locked");
    this.help.hidden = this.sentences.hidden = locked;
    this.pickBar.hidden = locked;
    this.drawText();
    this.drawSentences();
    this.drawPicked();
    drawQuotations(this.evidence, this.model.get("evidence")); // read, not coded
    this.drawCodings();
    this.drawThemes();
  }

  drawText() {
    const spans = this.codingsNow.map((one) => ({
      ...this.units(one),
      class: `lltic-coded ${this.colour(one.theme)}`,
      title: this.label(one.theme),
    }));
    if (this.picked) spans.push({ ...this.picked, class: "lltic-coded--picked" });
    paintText(this.words, this.text, spans);
  }

  drawPicked() {
    const words = this.picked ? this.text.slice(this.picked.start, this.picked.end) : "";
    const long = words.length > 160 ? `${words.slice(0, 100)} … ${words.slice(-50)}` : words;
    const text = this.picked ? `Selected: “${long}”` : "Nothing selected yet.";
    if (this.pickedWords.textContent !== text) this.pickedWords.textContent = text;
    this.clearButton.hidden = !this.picked;
  }

  drawSentences() {
    const picked = (span) => (span ? this.pick(span) : this.clear());
    const boxes = sentenceBoxes(this.text, "Tick one sentence, or the first and the last of a passage.", picked);
    this.sentences.replaceChildren(h("summary", { text: "Choose by sentence instead" }), boxes);
  }

  drawCodings() {
    const codings = this.codingsNow.sort((a, b) => a.start - b.start || a.end - b.end);
    const points = Array.from(this.text);
    const row = (one) => {
      const words = points.slice(one.start, one.end).join("");
      const short = words.length > 140 ? `${words.slice(0, 90)} … ${words.slice(-40)}` : words;
      return h(
        "li",
        {},
        h("span", { class: `lltic-chip ${this.colour(one.theme)}` }, this.label(one.theme), one.polarity ? h("small", { text: ` ${POLARITY_WORDS[one.polarity]}` }) : null),
        h("span", { class: "lltic-coder__quote", text: `“${short}”` }),
        this.model.get("locked")
          ? null
          : one.waits
          ? h("span", { class: "lltic-quiet", text: one.waits })
          : h("button", { type: "button", class: "lltic-link", "data-key": `remove:${one.id}`, on: { click: () => this.remove(one) } }, "Remove", hidden(` ${this.label(one.theme)}: ${short}`)),
      );
    };
    redraw(
      this.codings,
      h("h3", { class: "lltic-h3", text: `Codings of this text (${codings.length})` }),
      codings.length ? h("ul", { class: "lltic-plain" }, codings.map(row)) : h("p", { class: "lltic-quiet", text: "None yet." }),
    );
  }

  drawThemes() {
    this.picker.draw(this.model.get("themes"), this.model.get("locked"));
  }

  /** A theme that the picked passage already carries shows as pressed. */
  drawPressed() {
    this.picker.drawPressed();
  }
}

function samePassage(one, other) {
  return one.theme === other.theme && one.start === other.start && one.end === other.end;
}

function render({ model, el }) {
  const coder = new Coder(model, el);
  const isDone = (op) => model.get("codings").some(({ id }) => id === (op.action === "code" ? op.op_id : op.id)) === (op.action === "code");
  const another = () => {
    coder.picked = coder.anchor = coder.head = null;
    coder.say("");
  };
  return onPage(coder, ["source", "themes", "codings"], { isDone, another });
}

export default { render };
