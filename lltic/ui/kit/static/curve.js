// The curve of themes: how many were known after how many texts.

const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH] = [640, 280];
const MARGIN = { left: 48, right: 16, top: 16, bottom: 44 };

function s(tag, attrs, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attrs)) if (value !== null) node.setAttribute(name, String(value));
  node.append(...children.flat().filter((one) => one !== null));
  return node;
}

/** Round steps for an axis that ends at `most`. */
function steps(most, wanted) {
  const raw = Math.max(most / wanted, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

function picture(model) {
  const points = model.get("points");
  const [texts, most] = [points.at(-1).texts, Math.max(model.get("most"), points.at(-1).known, 1)];
  const x = (n) => MARGIN.left + ((WIDE - MARGIN.left - MARGIN.right) * n) / texts;
  const y = (n) => HIGH - MARGIN.bottom - ((HIGH - MARGIN.top - MARGIN.bottom) * n) / most;
  const [title, desc] = [uid("curve"), uid("curve-says")];
  const path = points.reduce((d, one) => `${d} H ${x(one.texts)} V ${y(one.known)}`, `M ${x(0)} ${y(0)}`);
  const upright = (at, words, name) =>
    at > 0 && at <= texts
      ? [s("line", { class: `lltic-curve__${name}`, x1: x(at), x2: x(at), y1: y(0), y2: y(most) }), s("text", { class: "lltic-curve__word", x: x(at), y: MARGIN.top - 4, "text-anchor": at > texts / 2 ? "end" : "start" }, words)]
      : [];
  return s(
    "svg",
    { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-labelledby": `${title} ${desc}`, class: "lltic-curve__picture" },
    s("title", { id: title }, model.get("title")),
    s("desc", { id: desc }, model.get("says")),
    steps(most, 5).map((n) => [s("line", { class: "lltic-curve__grid", x1: x(0), x2: x(texts), y1: y(n), y2: y(n) }), s("text", { class: "lltic-curve__word", x: MARGIN.left - 8, y: y(n) + 4, "text-anchor": "end" }, String(n))]).flat(),
    steps(texts, 8).map((n) => s("text", { class: "lltic-curve__word", x: x(n), y: HIGH - MARGIN.bottom + 18, "text-anchor": "middle" }, String(n))),
    s("text", { class: "lltic-curve__word", x: x(texts), y: HIGH - 6, "text-anchor": "end" }, "texts coded"),
    upright(model.get("base"), "counting begins", "base"),
    upright(model.get("stops_at"), "rule met", "stop"),
    s("path", { class: "lltic-curve__line", d: path, fill: "none" }),
  );
}

function render({ model, el }) {
  mount(el, "curve");
  return watch(model, ["title", "points", "most", "base", "stops_at", "says"], () => {
    const some = model.get("points").length > 0;
    redraw(el, h("h2", { class: "lltic-h2", text: model.get("title") }), some ? picture(model) : h("p", { class: "lltic-quiet", text: "No text has been coded yet." }));
  });
}

export default { render };
