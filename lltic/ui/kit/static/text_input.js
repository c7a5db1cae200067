function render({ model, el }) {
  mount(el, "field");
  let input = null;
  const field = connect(model, el, (answer) => {
    const text = typeof answer?.value === "string" ? answer.value : "";
    if (input && input.value !== text) input.value = text;
  });
  const build = () => {
    const id = fieldId(model.get("field"));
    const words = describe(model, id);
    const optional = model.get("optional") ? h("span", { class: "lltic-optional", text: " (optional)" }) : null;
    input = h("input", { id, type: "text", class: "lltic-input lltic-text-input", autocomplete: "off", maxlength: model.get("longest"), "data-key": id });
    input.addEventListener("input", () => field.edit(input.value === "" ? null : { value: input.value }));
    const group = h("div", { class: "lltic-group" }, question(model, (text) => h("label", { for: id, class: "lltic-label" }, text, optional)), words.hint(), words.error, input);
    redraw(el, group);
    return () => words.refresh(group, input);
  };
  return fieldLife(model, el, ["optional", "longest"], build, field);
}

export default { render };
