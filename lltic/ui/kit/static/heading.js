function render({ model, el }) {
  mount(el, "heading");
  return watch(model, ["text", "level", "caption", "lead"], () => {
    const level = model.get("level");
    const words = model.get("caption");
    const lead = model.get("lead");
    redraw(
      el,
      h(
        `h${level}`,
        { class: `lltic-h${level}`, id: level === 1 ? "lltic-heading" : null, tabindex: level === 1 ? "-1" : null, "data-key": "heading" },
        words ? h("span", { class: "lltic-caption", text: words }) : null,
        model.get("text"),
      ),
      lead ? h("p", { class: "lltic-lead", text: lead }) : null,
    );
  });
}

export default { render };
