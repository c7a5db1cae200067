// Pages of notes as they are asked for: few at a time, few kept. Knows nothing of the screen.

const KEEP_PAGES = 40; // texts with the places of their words
const KEEP_PICTURES = 4; // decoded: a page at 1,600 pixels takes 15 MB
const AT_ONCE = 2; // pictures that are being drawn
const WORDS_WAIT = 10000; // ms until words that do not come are given up
const PICTURE_WAIT = 30000; // ms; the service gives up a page sooner, and says why

class NotesSource {
  /** `changed` is called whenever something has come, or will not come. */
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.waiting = new Map(); // ask -> {done, timer}
    this.forget();
    model.on("msg:custom", this.hear);
  }

  end() {
    this.model.off("msg:custom", this.hear);
    this.forget();
  }

  /** Another case: nothing of this one stays. */
  forget() {
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    for (const one of this.pictures?.values() ?? []) one.bitmap?.close();
    this.waiting.clear();
    this.pages = new Map(); // place -> {text, size, words} or {problem}; null while it is asked for
    this.pictures = new Map(); // place -> {bitmap, width} or {problem}
    this.drawing = new Map(); // place -> width, while it is asked for
    this.wanted = []; // [document, page, width], the most wanted first
    this.turn = (this.turn ?? 0) + 1;
  }

  hear = (content, buffers) => {
    const ask = content?.reply ?? content?.failed;
    const one = this.waiting.get(ask);
    if (!one) return;
    this.waiting.delete(ask);
    clearTimeout(one.timer);
    if (content.found) one.done(content.found, buffers?.[0]);
    else one.done(null, null, content.problem ?? { message: "", code: "" });
  };

  /** Ask Python; `done(found, buffer, problem)` is called once. */
  ask(action, payload, patience, done) {
    const ask = newId();
    const turn = this.turn;
    const ours = (...said) => turn === this.turn && done(...said);
    const never = () => this.hear({ reply: ask, problem: { message: "", code: "silent" } });
    this.waiting.set(ask, { done: ours, timer: setTimeout(never, patience) });
    try {
      this.model.send({ ...payload, action, ask, turn: ask });
    } catch {
      queueMicrotask(never);
    }
  }

  /** What is known of a page, and asked for when nothing is. */
  page(document, page) {
    const place = placeOf(document, page);
    if (this.pages.has(place)) return touched(this.pages, place);
    this.pages.set(place, null);
    this.ask("page", { document, page }, WORDS_WAIT, (found, _, problem) => {
      this.pages.set(place, found ?? { problem });
      trim(this.pages, KEEP_PAGES);
      this.changed();
    });
    return null;
  }

  /** What is known of a picture, in whatever width it has. */
  picture(document, page) {
    return touched(this.pictures, placeOf(document, page)) ?? null;
  }

  /** Ask for these pictures, the most wanted first; what was wanted before is wanted no more. */
  want(list) {
    this.wanted = list;
    this.pump();
  }

  pump() {
    for (const [document, page, width] of this.wanted) {
      if (this.drawing.size >= AT_ONCE) return;
      const place = placeOf(document, page);
      const known = this.pictures.get(place);
      if (known?.problem || known?.width >= width || this.drawing.has(place)) continue;
      this.drawing.set(place, width);
      this.ask("picture", { document, page, width }, PICTURE_WAIT, (found, buffer, problem) => {
        this.drawing.delete(place);
        if (buffer) this.decode(place, width, buffer);
        else this.came(place, { problem: problem ?? { message: "", code: "" } });
        this.pump();
      });
    }
  }

  async decode(place, width, buffer) {
    const turn = this.turn;
    try {
      // What it is the browser finds out by itself; no address is made of it.
      const bitmap = await createImageBitmap(new Blob([buffer]));
      if (turn === this.turn) this.came(place, { bitmap, width });
      else bitmap.close();
    } catch {
      if (turn === this.turn) this.came(place, { problem: { message: "", code: "page-broken" } });
    }
  }

  came(place, what) {
    const before = this.pictures.get(place);
    if (what.problem && before?.bitmap) what = { ...before, width: Infinity }; // a smaller one will do
    else before?.bitmap?.close();
    this.pictures.delete(place);
    this.pictures.set(place, what);
    trim(this.pictures, KEEP_PICTURES, (one) => one.bitmap?.close());
    this.changed();
  }

  /** Ask again for what did not come. */
  again(document, page) {
    const place = placeOf(document, page);
    if (this.pages.get(place)?.problem) this.pages.delete(place);
    if (this.pictures.get(place)?.problem) this.pictures.delete(place);
    this.changed();
  }

  search(words, done) {
    this.ask("search", { words }, PICTURE_WAIT, (found, _, problem) => done(found, problem));
  }
}

function placeOf(document, page) {
  return `${page}:${document}`;
}

/** The value, which is from now on the one that was used last. */
function touched(map, key) {
  const value = map.get(key);
  if (value) {
    map.delete(key);
    map.set(key, value);
  }
  return value;
}

/** Leave the `most` that were used last; what is still awaited stays. */
function trim(map, most, gone = () => {}) {
  for (const [key, value] of map) {
    if (map.size <= most) return;
    if (value === null) continue;
    map.delete(key);
    gone(value);
  }
}
