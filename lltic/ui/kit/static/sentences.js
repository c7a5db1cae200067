// The sentences of a text, to tick where a passage is not selected by hand.

/** The sentences as spans in UTF-16 units, without white space at their ends. */
function sentencesOf(text) {
  const parts = [...text.matchAll(/[^.!?\n]+(?:[.!?]+(?=\s|$)|[.!?]+|\n|$)/gu)];
  return parts.map((one) => trimmed(text, one.index, one.index + one[0].length)).filter(Boolean);
}

/**
 * A list of sentences; ticking the first and the last takes what lies between. `picked` gets
 * the passage as {start, end}, or null when nothing is ticked.
 */
function sentenceBoxes(text, hint, picked) {
  const spans = sentencesOf(text);
  const boxes = [];
  const take = () => {
    const ticked = boxes.flatMap((box, i) => (box.checked ? [i] : []));
    if (!ticked.length) return picked(null);
    const [first, last] = [ticked[0], ticked.at(-1)];
    boxes.forEach((box, i) => (box.checked = i >= first && i <= last));
    picked({ start: spans[first].start, end: spans[last].end });
  };
  const rows = spans.map(({ start, end }) => {
    const id = uid("sentence");
    const box = h("input", { type: "checkbox", id, class: "lltic-choice__input", on: { change: take } });
    boxes.push(box);
    return h("div", { class: "lltic-choice" }, box, h("label", { for: id, class: "lltic-choice__label", text: text.slice(start, end) }));
  });
  return h("fieldset", { class: "lltic-fieldset" }, h("legend", { class: "lltic-hint", text: hint }), rows);
}
