const TALLEST = 1200; // px that the box grows by itself; beyond that it scrolls

function render({ model, el }) {
  mount(el, "field");
  let area = null;
  let paper = null; // the same words for a printer, which cannot cut a box between two lines
  let why = null;

  const grow = () => {
    if (!area || area.clientHeight >= TALLEST || area.clientWidth === 0) return;
    if (area.scrollHeight > area.clientHeight + 1) {
      const frame = area.offsetHeight - area.clientHeight;
      area.style.height = `${Math.min(area.scrollHeight, TALLEST) + frame}px`;
    }
  };
  const setAside = (missing) => area.classList.toggle("lltic-off", why.show(missing, area.value !== ""));
  const show = (answer) => {
    const text = typeof answer?.value === "string" ? answer.value : "";
    // Leaves the caret alone when nothing changes, and the words when a reason is given instead.
    if (!answer?.missing && area.value !== text) area.value = text;
    setAside(answer?.missing);
    grow();
  };
  const field = connect(model, el, (answer) => area && show(answer), { joins: true });
  const words = () => (area.value === "" ? null : { value: area.value });
  const typed = () => {
    grow();
    setAside(null);
    field.edit(words());
  };
  const ticked = (missing) => {
    setAside(missing);
    field.edit(missing ? { missing } : words());
  };

  const build = () => {
    const id = fieldId(model.get("field"));
    area = h("textarea", {
      id,
      class: "lltic-textarea",
      rows: model.get("rows"),
      spellcheck: "true",
      autocomplete: "off",
      "data-key": id,
      on: { input: typed },
    });
    paper = h("div", { class: "lltic-paper lltic-pre", "aria-hidden": "true" });
    why = reasons(model, id, ticked);
    return boxed(model, el, area, { around: [area, paper], below: why.part });
  };
  const end = fieldLife(model, el, ["rows", "missing", "optional"], build, field);
  const watcher = new ResizeObserver(() => requestAnimationFrame(grow));
  watcher.observe(el);
  const printing = listen(window, "beforeprint", () => paper && (paper.textContent = area.value));
  return () => {
    printing();
    watcher.disconnect();
    end();
  };
}

export default { render };
