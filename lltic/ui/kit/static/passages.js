// Passages of a text: offsets, selections, marks. Python counts code points, the browser
// counts UTF-16 units; only these two functions know both.

function toCodePoints(text, units) {
  return Array.from(text.slice(0, units)).length;
}

function toUnits(text, points) {
  return Array.from(text).slice(0, points).join("").length;
}

/** The selected part of an element's text in UTF-16 units, without white space at its ends. */
function selectionIn(node) {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(node)) return null;
  const inside = document.createRange();
  inside.selectNodeContents(node);
  if (node.contains(range.startContainer)) inside.setStart(range.startContainer, range.startOffset);
  if (node.contains(range.endContainer)) inside.setEnd(range.endContainer, range.endOffset);
  const before = document.createRange();
  before.selectNodeContents(node);
  before.setEnd(inside.startContainer, inside.startOffset);
  const start = before.toString().length;
  return trimmed(node.textContent, start, start + inside.toString().length);
}

/** The part of an element's text between two offsets in UTF-16 units, as a range. */
function rangeIn(node, start, end) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let at = 0, part; (part = walker.nextNode()); at += part.data.length) {
    const over = at + part.data.length;
    if (start >= at && start < over) range.setStart(part, start - at);
    if (end > at && end <= over) range.setEnd(part, end - at);
  }
  return range;
}

function trimmed(text, start, end) {
  const part = text.slice(start, end);
  const from = start + (part.length - part.trimStart().length);
  const to = from + part.trim().length;
  return to > from ? { start: from, end: to } : null;
}

/**
 * Show a text with marks. A span is {start, end, class, title?} in UTF-16 units; where
 * spans overlap, a piece carries the classes of all of them. Nothing but the text is
 * added, so that offsets into the element are offsets into the text.
 */
function paintText(node, text, spans) {
  const edges = new Set([0, text.length]);
  for (const { start, end } of spans) edges.add(start).add(end);
  const cuts = [...edges].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  const pieces = [];
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const words = text.slice(cuts[i], cuts[i + 1]);
    const over = spans.filter(({ start, end }) => start <= cuts[i] && end >= cuts[i + 1]);
    if (!over.length) pieces.push(words);
    else {
      const title = over.map((one) => one.title).filter(Boolean).join(", ");
      pieces.push(h("mark", { class: over.map((one) => one.class).join(" "), title: title || null, text: words }));
    }
  }
  node.replaceChildren(...pieces);
}
