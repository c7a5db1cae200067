// The words of a page over its picture: transparent, each in its place, to be selected.

const SAMPLE = 100; // px, the size at which words are measured

let ruler = null;
/** The width of a text, as a share of the height of its letters. */
function wide(text) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = `${SAMPLE}px Arial, Helvetica, sans-serif`;
  return ruler.measureText(text).width / SAMPLE;
}

/**
 * Lay a text over its picture. `words` are [start, end, left, top, right, bottom] with offsets
 * in code points and places in points. Nothing but the text is in the node afterwards, in its
 * order, so that offsets into the node are offsets into the text. Spans are as for paintText.
 */
function paintLayer(node, text, words, spans) {
  const at = unitsOf(text);
  const seen = words.filter(([, , left, top, right, bottom]) => right > left && bottom > top);
  const placed = inLines(seen.map(([start, end, ...box]) => ({ start: at(start), end: at(end), box })), text);
  const pieces = [];
  let done = 0;
  for (const word of placed) {
    if (word.start < done) continue; // never the same letters twice
    if (word.start > done) pieces.push(text.slice(done, word.start));
    pieces.push(wordPart(word, text, spans));
    done = word.end;
  }
  if (done < text.length) pieces.push(text.slice(done));
  node.replaceChildren(...pieces);
}

function wordPart({ start, end, box: [left, top, right, bottom] }, text, spans) {
  const words = text.slice(start, end);
  const part = h("span", { class: "lltic-word" });
  const here = spans
    .filter((one) => one.start < end && one.end > start)
    .map((one) => ({ ...one, start: Math.max(one.start, start) - start, end: Math.min(one.end, end) - start }));
  paintText(part, words, here);
  const set = (name, value) => part.style.setProperty(name, value.toFixed(3));
  set("--x", left);
  set("--y", top);
  set("--h", bottom - top);
  set("--s", (right - left) / (wide(words) * (bottom - top) || 1));
  return part;
}

/**
 * Give the words of a line one height, and each the blank behind it: a mouse that is dragged
 * along a line is always over one of its words.
 */
function inLines(words, text) {
  const lines = [];
  for (const word of words) {
    const line = lines.at(-1);
    const last = line?.at(-1);
    const [, top, , bottom] = word.box;
    const joined =
      last &&
      !text.slice(last.end, word.start).includes("\n") &&
      word.box[0] >= last.box[0] &&
      Math.min(bottom, last.box[3]) - Math.max(top, last.box[1]) > 0;
    if (joined) line.push(word);
    else lines.push([word]);
  }
  return lines.flatMap((line) => {
    const top = Math.min(...line.map(({ box }) => box[1]));
    const bottom = Math.max(...line.map(({ box }) => box[3]));
    return line.map(({ start, end, box }, index) => {
      const next = line[index + 1];
      const near = next && next.box[0] > box[2] && next.box[0] - box[2] < 3 * (bottom - top);
      const reach = near ? next.box[0] : box[2];
      return { start, end: near ? next.start : end, box: [box[0], top, reach, bottom] };
    });
  });
}

/** How code points of a text become UTF-16 units, for many of them. */
function unitsOf(text) {
  if (!/[\ud800-\udbff]/.test(text)) return (points) => Math.min(points, text.length);
  const starts = [];
  let units = 0;
  for (const letter of text) {
    starts.push(units);
    units += letter.length;
  }
  return (points) => starts[points] ?? text.length;
}
