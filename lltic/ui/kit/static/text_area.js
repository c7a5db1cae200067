const TALLEST = 1200; // px that the box grows by itself; beyond that it scrolls

function render({ model, el }) {
  mount(el, "field");
  let area = null;
  let boxes = [];
  let aside = null;

  const grow = () => {
    if (!area || area.clientHeight >= TALLEST || area.clientWidth === 0) return;
    if (area.scrollHeight > area.clientHeight + 1) {
      const frame = area.offsetHeight - area.clientHeight;
      area.style.height = `${Math.min(area.scrollHeight, TALLEST) + frame}px`;
    }
  };
  /** Words beside a missing reason stay to be seen, and it is said that they do not count. */
  const setAside = (missing) => {
    const off = Boolean(missing) && area.value !== "";
    area.classList.toggle("lltic-textarea--off", off);
    aside.textContent = off ? "While this is ticked, the words above are not part of your answer." : "";
  };
  const show = (answer) => {
    const text = typeof answer?.value === "string" ? answer.value : "";
    // Leaves the caret alone when nothing changes, and the words when a reason is given instead.
    if (!answer?.missing && area.value !== text) area.value = text;
    for (const box of boxes) box.input.checked = answer?.missing === box.missing;
    setAside(answer?.missing);
    grow();
  };
  const field = connect(model, el, (answer) => area && show(answer));
  const typed = () => {
    grow();
    for (const box of boxes) box.input.checked = false;
    setAside(null);
    field.edit(area.value === "" ? null : { value: area.value });
  };
  const ticked = (box) => {
    for (const other of boxes) if (other !== box) other.input.checked = false;
    setAside(box.input.checked ? box.missing : null);
    if (box.input.checked) field.edit({ missing: box.missing });
    else field.edit(area.value === "" ? null : { value: area.value });
  };

  const build = () => {
    const id = fieldId(model.get("field"));
    const words = describe(model, id);
    const optional = model.get("optional") ? h("span", { class: "lltic-optional", text: " (optional)" }) : null;
    area = h("textarea", {
      id,
      class: "lltic-textarea",
      rows: model.get("rows"),
      spellcheck: "true",
      autocomplete: "off",
      "data-key": id,
      on: { input: typed },
    });
    boxes = model.get("missing").map(({ missing, label, description }) => {
      const box = { missing };
      const made = choice(
        { type: "checkbox", name: `${id}-missing`, id: `${id}-${missing}`, label, description },
        { change: () => ticked(box) },
      );
      return Object.assign(box, made);
    });
    aside = h("p", { class: "lltic-hint", role: "status" });
    const group = h(
      "div",
      { class: "lltic-group" },
      question(model, (text) => h("label", { for: id, class: "lltic-label" }, text, optional)),
      words.hint(),
      words.error,
      area,
      boxes.length ? h("div", { class: "lltic-choices lltic-choices--below" }, boxes.map((box) => box.row), aside) : null,
    );
    redraw(el, group);
    return () => words.refresh(group, area);
  };
  const end = fieldLife(model, el, ["rows", "missing", "optional"], build, field);
  const watcher = new ResizeObserver(() => requestAnimationFrame(grow));
  watcher.observe(el);
  return () => {
    watcher.disconnect();
    end();
  };
}

export default { render };
