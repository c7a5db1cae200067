function render({ model, el }) {
  mount(el, "error-summary");
  return watch(model, ["errors", "title", "turn"], () => {
    const errors = model.get("errors");
    if (errors.length === 0) return el.replaceChildren();
    const titleId = uid("problem");
    const entry = ({ field, message, query }) => {
      const go = (event) => {
        const target = document.getElementById(fieldId(field));
        if (!target && query === undefined) return;
        event.preventDefault();
        if (target) {
          focusOn(target);
          target.closest(".lltic-group")?.scrollIntoView({ block: "nearest" });
        } else {
          act(model, event.currentTarget, "go", { field, query });
        }
      };
      const href = query || `#${fieldId(field)}`;
      return h("li", {}, h("a", { href, text: message, "data-key": `error:${field}`, on: { click: go } }));
    };
    const box = h(
      "div",
      { class: "lltic-problem", role: "alert", "aria-labelledby": titleId, tabindex: "-1" },
      h("h2", { id: titleId, text: model.get("title") }),
      h("ul", {}, errors.map(entry)),
    );
    el.replaceChildren(box);
    requestAnimationFrame(() => {
      box.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    });
  });
}

export default { render };
