const COLOURS = 6;

/** The words of a text, and its sentences, as spans in UTF-16 units. */
function wordsOf(text) {
  return [...text.matchAll(/\S+/gu)].map((one) => ({ start: one.index, end: one.index + one[0].length }));
}

function sentencesOf(text) {
  const parts = [...text.matchAll(/[^.!?\n]+(?:[.!?]+(?=\s|$)|[.!?]+|\n|$)/gu)];
  return parts.map((one) => trimmed(text, one.index, one.index + one[0].length)).filter(Boolean);
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
    this.anchor = null; // index of the word where a keyboard selection began
    this.head = null;
    this.build();
  }

  get text() {
    return this.model.get("text");
  }

  themeIndex(code) {
    return this.model.get("themes").findIndex((one) => one.code === code);
  }

  label(code) {
    return this.model.get("themes").find((one) => one.code === code)?.label ?? code;
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

  /** Arrow keys move by word, with Shift they extend; Up and Down go by ten words. */
  fromKeys = (event) => {
    if (this.model.get("locked")) return;
    const words = wordsOf(this.text);
    if (!words.length) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      event.preventDefault();
      this.whole();
      return;
    }
    if (event.key === "Escape" && this.picked) {
      this.clear();
      return;
    }
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10, Home: -words.length, End: words.length }[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const from = this.head ?? (by > 0 ? -1 : 1);
    this.head = Math.min(Math.max(from + by, 0), words.length - 1);
    if (!event.shiftKey || this.anchor === null) this.anchor = this.head;
    const [first, last] = [Math.min(this.anchor, this.head), Math.max(this.anchor, this.head)];
    this.pick({ start: words[first].start, end: words[last].end });
    this.words.querySelector(".lltic-coded--picked")?.scrollIntoView({ block: "nearest" });
  };

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
      ...added.map(({ op_id, theme, start, end }) => ({ id: op_id, theme, start, end, waits: "not saved yet" })),
    ];
  }

  codingOf(code) {
    if (!this.picked) return null;
    const [start, end] = [toCodePoints(this.text, this.picked.start), toCodePoints(this.text, this.picked.end)];
    return this.codingsNow.find((one) => samePassage(one, { theme: code, start, end })) ?? null;
  }

  apply(code) {
    if (!this.picked) return this.say("Select a passage first, or choose Whole text.");
    const existing = this.codingOf(code);
    if (existing) return this.remove(existing);
    const { start, end } = this.picked;
    return this.keep({ action: "code", theme: code, start: toCodePoints(this.text, start), end: toCodePoints(this.text, end) }, `Coded as ${this.label(code)}.`);
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
    const here = this.box.current?.text_id === this.model.get("text_id");
    const parts = here ? lateCodings(this.box) : [];
    const told = parts.map((part) => part.textContent).join(" ");
    if (told !== this.told) this.alarm.replaceChildren(...(parts.length ? [h("section", {}, ...parts)] : []));
    this.told = told;
  }

  say(text) {
    this.news.textContent = text;
  }

  // ---- screen

  build() {
    const help = uid("coder-help");
    const [of, list] = [uid("coder-of"), uid("coder-themes")]; // there may be several texts on a page
    this.head2 = h("h2", { class: "lltic-h2", id: of });
    this.help = h("p", { class: "lltic-hint", id: help, text: "Select words with the mouse. With the keyboard: arrow keys move by word, Shift with an arrow key extends, Ctrl+A takes the whole text." });
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
    this.themes = h("ul", { class: "lltic-coder__themes" });
    this.pickBar = h("div", { class: "lltic-coder__bar" }, this.pickedWords, h("div", { class: "lltic-coder__bar-buttons" }, this.wholeButton, this.clearButton), this.news);
    this.el.replaceChildren(
      h("section", { class: "lltic-coder__text", "aria-labelledby": of }, this.head2, this.help, this.words, this.source, this.sentences, this.evidence, this.codings),
      h("section", { class: "lltic-coder__side", "aria-labelledby": `${list} ${of}` }, this.pickBar, h("h2", { class: "lltic-h2", id: list, text: "Themes" }), this.themes),
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
    this.drawEvidence();
    this.drawCodings();
    this.drawThemes();
  }

  /** What the reviewer laid beside the text; it is read, not coded. */
  drawEvidence() {
    const items = this.model.get("evidence");
    this.evidence.hidden = !items.length;
    redraw(
      this.evidence,
      items.length && h("h3", { class: "lltic-evidence__title", text: "Evidence from the notes" }),
      items.length && h("ul", { class: "lltic-evidence__list" }, items.map((item) => h("li", {}, quotation(item)))),
    );
  }

  drawText() {
    const spans = this.codingsNow.map((one) => ({
      ...this.units(one),
      class: `lltic-coded lltic-coded--${(this.themeIndex(one.theme) + COLOURS) % COLOURS}`,
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
    const spans = sentencesOf(this.text);
    const boxes = [];
    const take = () => {
      const ticked = boxes.map((box, i) => (box.checked ? i : -1)).filter((i) => i >= 0);
      if (!ticked.length) return this.clear();
      const [first, last] = [ticked[0], ticked.at(-1)];
      boxes.forEach((box, i) => (box.checked = i >= first && i <= last));
      this.pick({ start: spans[first].start, end: spans[last].end });
    };
    const rows = spans.map(({ start, end }, i) => {
      const made = choice2(uid("sentence"), this.text.slice(start, end), take);
      boxes[i] = made.box;
      return made.row;
    });
    this.sentences.replaceChildren(
      h("summary", { text: "Choose by sentence instead" }),
      h("fieldset", { class: "lltic-fieldset" }, h("legend", { class: "lltic-hint", text: "Tick one sentence, or the first and the last of a passage." }), rows),
    );
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
        h("span", { class: `lltic-chip lltic-coded--${(this.themeIndex(one.theme) + COLOURS) % COLOURS}`, text: this.label(one.theme) }),
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
    const locked = this.model.get("locked");
    const more = ({ include, exclude }) =>
      include || exclude
        ? h("details", {}, h("summary", { text: "When to use it" }), include ? h("p", {}, h("b", { text: "Use for: " }), include) : null, exclude ? h("p", {}, h("b", { text: "Not for: " }), exclude) : null)
        : null;
    const row = (one, index) => {
      const id = uid("theme");
      const button = locked
        ? h("b", { text: one.label })
        : h("button", {
            type: "button",
            class: `lltic-theme lltic-coded--${index % COLOURS}`,
            text: one.label,
            "aria-describedby": one.definition ? id : null,
            "data-key": `theme:${one.code}`,
            on: { click: () => this.apply(one.code) },
          });
      return h("li", {}, button, one.definition ? h("p", { class: "lltic-small", id, text: one.definition }) : null, more(one));
    };
    redraw(this.themes, this.model.get("themes").map(row));
    this.drawPressed();
  }

  /** A theme that the picked passage already carries shows as pressed. */
  drawPressed() {
    for (const button of this.themes.querySelectorAll("button.lltic-theme")) {
      button.setAttribute("aria-pressed", String(Boolean(this.codingOf(button.dataset.key.slice("theme:".length)))));
    }
  }
}

function choice2(id, label, change) {
  const box = h("input", { type: "checkbox", id, class: "lltic-choice__input", on: { change } });
  return { box, row: h("div", { class: "lltic-choice" }, box, h("label", { for: id, class: "lltic-choice__label", text: label })) };
}

function samePassage(one, other) {
  return one.theme === other.theme && one.start === other.start && one.end === other.end;
}

function render({ model, el }) {
  const coder = new Coder(model, el);
  const entry = { model, changed: () => coder.changed() };
  let shown = model.get("text_id");
  const hear = (content) => coder.hear(content);
  model.on("msg:custom", hear);
  const stop = watch(model, ["text", "text_id", "question", "source", "themes", "codings", "evidence", "locked", "owner", "review_id"], () => {
    if (model.get("text_id") !== shown) {
      coder.box.coders.delete(shown);
      shown = model.get("text_id");
      coder.picked = coder.anchor = coder.head = null;
      coder.say("");
    }
    coder.draw();
    coder.box.open(model.get("owner"), model.get("review_id"));
    coder.box.attach(shown, entry);
  });
  return () => {
    stop();
    model.off("msg:custom", hear);
    if (coder.box.coders.get(shown) === entry) coder.box.coders.delete(shown);
  };
}

export default { render };
