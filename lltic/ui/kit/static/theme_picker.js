// The themes of a codebook: found by a few letters or by their number, with the definition at hand.

const COLOURS = 6;
const POLARITY_WORDS = { problem: "a problem", good_practice: "good practice" };
const SIGNS = { "-": "problem", "+": "good_practice" };

/** What was typed: words or a number, and perhaps a sign for what the passage shows. */
function typedTheme(text) {
  const words = text.trim().toLowerCase();
  const sign = SIGNS[words.at(-1)];
  return { words: sign ? words.slice(0, -1).trim() : words, polarity: sign ?? null };
}

/** How well a theme fits what was typed: 0 is best, -1 not at all. */
function themeFits({ label, number }, words) {
  if (!words) return 0;
  if (/^[\d.]+$/u.test(words)) return [number === words, number.startsWith(`${words}`)].indexOf(true);
  const name = label.toLowerCase();
  return [name.startsWith(words), name.split(/[^\p{L}\p{N}]+/u).some((one) => one.startsWith(words)), name.includes(words)].indexOf(true);
}

/** `lay(code, polarity)` is called with a choice; `back()` leads to the text. */
class ThemePicker {
  constructor({ lay, back, isLaid }) {
    Object.assign(this, { lay, back, isLaid });
    this.themes = [];
    this.rows = new Map(); // code -> {row, button}
    this.polarity = "";
    this.unsigned = null; // what was said before a sign was typed; null while there is none
    this.shown = null; // the theme whose definition is at hand
    this.id = uid("coder-themes");
    this.build();
  }

  build() {
    const [box, hint] = [uid("theme-find"), uid("theme-hint")];
    this.input = h("input", { type: "text", id: box, class: "lltic-input lltic-picker__input", autocomplete: "off", spellcheck: "false", "aria-describedby": hint, on: { input: () => this.narrow(), keydown: (event) => this.fromKeys(event) } });
    this.best = h("p", { class: "lltic-picker__best", role: "status" });
    this.signs = h("fieldset", { class: "lltic-fieldset lltic-picker__signs" });
    this.finder = h(
      "div",
      { class: "lltic-picker__find" },
      h("label", { class: "lltic-label", for: box, text: "Find a theme" }),
      h("p", { class: "lltic-hint", id: hint, text: "Number or a few letters, then Enter. Behind it, - for a problem, + for good practice." }),
      this.input,
      this.best,
      this.signs,
    );
    this.list = h("ul", { class: "lltic-coder__themes", on: { keydown: (event) => this.inList(event) } });
    // Of one height whatever it says, so that no theme moves away under a finger or a mouse.
    this.definition = h("div", { class: "lltic-picker__definition", tabindex: "0", role: "region", "aria-label": "What the theme means" }, h("p", { class: "lltic-quiet", text: "Find a theme, or point at one, to read what it means." }));
    this.el = h("div", { class: "lltic-picker" }, h("h2", { class: "lltic-h2", id: this.id, text: "Themes" }), this.finder, this.definition, this.list);
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  colour(code) {
    const one = this.themes.find((theme) => theme.code === code);
    return one ? (Number.parseInt(one.number, 10) + COLOURS - 1) % COLOURS : COLOURS - 1;
  }

  draw(themes, locked) {
    this.themes = themes.map((one, index) => ({ number: String(index + 1), level: 0, ...one }));
    this.locked = locked;
    this.finder.hidden = locked;
    this.rows.clear();
    redraw(this.list, this.themes.map((one) => this.row(one)));
    this.drawSigns();
    this.narrow();
    this.drawPressed();
  }

  row(one) {
    const about = uid("theme");
    const colour = `lltic-coded--${this.colour(one.code)}`;
    const button = this.locked
      ? h("b", { text: one.label })
      : h("button", {
          type: "button",
          class: `lltic-theme ${colour}`,
          text: one.label,
          "aria-describedby": one.definition ? about : null,
          "data-key": `theme:${one.code}`,
          on: { click: () => this.choose(one), focus: () => this.define(one), mousemove: (event) => this.pointedAt(event, one) },
        });
    const more = one.definition ? h("span", { class: "lltic-vh", id: about, text: one.definition }) : null;
    const row = h("li", { class: `lltic-picker__row lltic-picker__row--${Math.min(one.level, 3)}` }, h("span", { class: "lltic-picker__number", "aria-hidden": "true", text: one.number }), button, more);
    this.rows.set(one.code, { row, button });
    return row;
  }

  /** What a passage shows can be said where a theme may show more than one thing. */
  drawSigns() {
    const some = this.themes.some(({ polarity }) => (polarity ?? []).length > 1);
    this.signs.hidden = !some;
    if (!some) return;
    const name = uid("polarity");
    const kinds = [["", "Not said"], ["problem", "A problem"], ["good_practice", "Good practice"]];
    const made = kinds.map(([value, label]) => {
      const id = uid("sign");
      const box = h("input", { type: "radio", name, id, value, class: "lltic-choice__input", on: { change: () => this.say(value) } });
      box.checked = value === this.polarity;
      return h("div", { class: "lltic-choice" }, box, h("label", { for: id, class: "lltic-choice__label", text: label }));
    });
    redraw(this.signs, h("legend", { class: "lltic-label", text: "What it shows" }), h("div", { class: "lltic-picker__choices" }, made));
  }

  say(polarity, unsigned = null) {
    this.polarity = polarity;
    this.unsigned = unsigned;
    for (const box of this.signs.querySelectorAll("input")) box.checked = box.value === polarity;
  }

  /** Show the themes that fit what was typed, and name the one that Enter would lay. */
  narrow() {
    const { words, polarity } = typedTheme(this.input.value);
    // A sign counts while it stands last: on the way to "follow-up" nobody means a problem.
    if (polarity !== null) this.say(polarity, this.unsigned ?? this.polarity);
    else if (this.unsigned !== null) this.say(this.unsigned);
    const fits = this.themes.map((one) => [themeFits(one, words), one]).filter(([rank]) => rank >= 0);
    const fitting = new Set(fits.map(([, one]) => one.code));
    for (const [code, { row, button }] of this.rows) {
      row.hidden = !fitting.has(code);
      button.classList.remove("lltic-theme--best");
    }
    this.found = words ? fits.sort(([one], [other]) => one - other)[0]?.[1] ?? null : null;
    if (this.found) this.rows.get(this.found.code).button.classList.add("lltic-theme--best");
    const told = !words ? "" : this.found ? `Enter: ${this.found.number} ${this.found.label}` : "No theme fits.";
    if (this.best.textContent !== told) this.best.textContent = told;
    if (this.found) this.define(this.found);
  }

  fromKeys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (this.found) this.choose(this.found);
      else if (!this.input.value.trim()) this.best.textContent = "Type a few letters of a theme, or its number.";
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      this.visible()[0]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (this.input.value) this.empty();
      else this.back();
    }
  }

  visible() {
    return [...this.list.querySelectorAll("li:not([hidden]) button")];
  }

  inList(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const buttons = this.visible();
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape" || to === -1) {
      event.preventDefault();
      this.input.focus();
    } else if (to !== undefined) {
      event.preventDefault();
      buttons[Math.min(to, buttons.length - 1)]?.focus();
    }
  }

  empty() {
    this.input.value = "";
    this.say("");
    this.narrow();
  }

  choose(one) {
    const may = one.polarity ?? [];
    this.define(one);
    if (this.polarity && may.length && !may.includes(this.polarity)) {
      this.best.textContent = `${one.label} cannot be ${POLARITY_WORDS[this.polarity]} in this codebook.`;
      return;
    }
    const polarity = this.polarity;
    this.empty();
    this.define(one);
    this.lay(one.code, polarity);
  }

  /** A mouse that lies still while the list moves under it points at nothing. */
  pointedAt({ movementX, movementY }, one) {
    if ((movementX || movementY) && !this.list.contains(document.activeElement)) this.define(one);
  }

  /** What the theme means, and when another one is meant. */
  define(one) {
    if (this.shown === one.code) return;
    this.shown = one.code;
    const part = (words, text) => (text ? h("p", {}, h("b", { text: `${words} ` }), text) : null);
    redraw(
      this.definition,
      h("h3", { class: "lltic-h3", text: `${one.number} ${one.label}` }),
      one.definition ? h("p", { text: one.definition }) : null,
      part("Use for:", one.include),
      part("Not for:", one.exclude),
      part("Example:", one.example),
      one.note ? h("p", { class: "lltic-quiet", text: one.note }) : null,
    );
  }

  /** A theme that the picked passage already carries shows as pressed. */
  drawPressed() {
    if (this.locked) return;
    for (const [code, { button }] of this.rows) button.setAttribute("aria-pressed", String(this.isLaid(code)));
  }
}
