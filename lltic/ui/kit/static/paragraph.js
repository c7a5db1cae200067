function render({ model, el }) {
  mount(el, "paragraph");
  return watch(model, ["text", "small"], () => {
    const parts = model.get("text").split(/\n{2,}/).filter((part) => part.trim());
    redraw(el, parts.map((text) => h("p", { class: model.get("small") ? "lltic-small" : "lltic-p", text })));
  });
}

export default { render };
