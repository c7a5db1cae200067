// The keys of a page with texts to code, and the two that lead from text to text.

const STOPS = ".lltic-coder__words[tabindex], .lltic-settler__difference input[data-first], .lltic-actions .lltic-button";
const LISTENING = Symbol.for("lltic.coding-keys");

/** Go to the next or the previous place, from wherever one is on the page. */
function toNextStop(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const here = document.activeElement;
  const order = (one) => (here === one ? 0 : here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1);
  const stops = [...document.querySelectorAll(STOPS)].filter((one) => one.checkVisibility?.() ?? true);
  const stop = by > 0 ? stops.find((one) => order(one) > 0) : stops.findLast((one) => order(one) < 0 && !one.contains(here));
  if (!stop) return;
  event.preventDefault();
  stop.focus();
  stop.scrollIntoView({ block: "center" });
}

function render({ model, el }) {
  mount(el, "keys");
  globalThis[LISTENING] ??= document.addEventListener("keydown", toNextStop) ?? true;
  return watch(model, ["entries"], () => {
    const rows = model.get("entries").map(({ keys, does }) => h("tr", {}, h("th", { scope: "row" }, keys.split(" / ").flatMap((one, i) => [i ? " or " : null, h("kbd", { text: one })])), h("td", { text: does })));
    const table = h("table", { class: "lltic-keys__table" }, h("caption", { class: "lltic-vh", text: "Keys" }), h("thead", { class: "lltic-vh" }, h("tr", {}, h("th", { scope: "col", text: "Key" }), h("th", { scope: "col", text: "What it does" }))), h("tbody", {}, rows));
    redraw(el, h("details", { class: "lltic-keys__details" }, h("summary", { text: "Coding by keyboard" }), table));
  });
}

export default { render };
