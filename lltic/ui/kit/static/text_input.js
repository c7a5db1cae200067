function render({ model, el }) {
  mount(el, "field");
  let input = null;
  let why = null;
  const setAside = (missing) => input.classList.toggle("lltic-off", why.show(missing, input.value !== ""));
  const field = connect(model, el, (answer) => {
    if (!input) return;
    const text = typeof answer?.value === "string" ? answer.value : "";
    if (!answer?.missing && input.value !== text) input.value = text;
    setAside(answer?.missing);
  });
  const words = () => (input.value === "" ? null : { value: input.value });
  const typed = () => {
    setAside(null);
    field.edit(words());
  };
  const ticked = (missing) => {
    setAside(missing);
    field.edit(missing ? { missing } : words());
  };
  const build = () => {
    const id = fieldId(model.get("field"));
    input = h("input", {
      id,
      type: "text",
      class: "lltic-input lltic-text-input",
      autocomplete: "off",
      maxlength: model.get("longest") || null, // 0: nothing is cut off; the service says when it is too long
      "data-key": id,
      on: { input: typed },
    });
    why = reasons(model, id, ticked);
    return boxed(model, el, input, { below: why.part });
  };
  return fieldLife(model, el, ["optional", "longest", "missing"], build, field);
}

export default { render };
