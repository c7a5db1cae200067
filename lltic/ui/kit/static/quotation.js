// A passage of the notes as it is shown beside an answer, wherever that stands.

/** `item` is {text, source, document, page, start, end}; `links` are elements for its last line. */
function quotation(item, ...links) {
  const more = links.flat().filter(Boolean).flatMap((one) => [" · ", one]);
  return h(
    "blockquote",
    { class: "lltic-evidence__box" },
    h("p", { class: "lltic-pre", text: `“${item.text}”` }),
    h("footer", {}, h("cite", { text: item.source }), more),
  );
}

/** Show below a text the passages of the notes beside it; hidden where there are none. */
function drawQuotations(el, items) {
  el.hidden = !items.length;
  redraw(
    el,
    items.length && h("h3", { class: "lltic-evidence__title", text: "Evidence from the notes" }),
    items.length && h("ul", { class: "lltic-evidence__list" }, items.map((item) => h("li", {}, quotation(item)))),
  );
}

/** Brings the notes on this page to the passage; `otherwise` is called where there are none. */
function showLink(item, otherwise = null) {
  const show = () => {
    const { document: id, page, start, end, text } = item;
    const detail = { document: id, page, start, end, text, taken: false };
    emit("lltic:passage", detail);
    if (!detail.taken) otherwise?.({ document: id, page, start, end });
  };
  return evidenceLink("show in notes", `show:${item.id}`, short(item), show);
}

function evidenceLink(label, key, about, listener) {
  return h("button", { type: "button", class: "lltic-link", "data-key": key, on: { click: listener } }, label, hidden(` “${about}”`));
}

function short({ text }) {
  const line = text.replace(/\s+/gu, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

/** The passages beside an answer that is only read; none where there are none. */
function evidencePart(items) {
  if (!items?.length) return null;
  return h(
    "ul",
    { class: "lltic-evidence__list", "aria-label": "Evidence from the notes" },
    items.map((item) => h("li", {}, quotation(item, showLink(item)))),
  );
}
