// One choice of many, in a list that opens.

function render({ model, el }) {
  mount(el, "field");
  let select = null;
  let answers = [];
  let told = null;
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const tell = () => (told.textContent = answers[select.selectedIndex - 1]?.description ?? "");
  const field = connect(model, el, (answer) => {
    if (!select) return;
    select.selectedIndex = answer === null ? 0 : answers.findIndex((one) => same(one.answer, answer)) + 1;
    tell();
  });
  const picked = () => {
    tell();
    field.edit(answers[select.selectedIndex - 1]?.answer ?? null);
  };
  const build = () => {
    const id = fieldId(model.get("field"));
    answers = [
      ...model.get("options").map((one) => ({ ...one, answer: { value: one.value } })),
      ...model.get("missing").map((one) => ({ ...one, answer: { missing: one.missing } })),
    ];
    const option = (one) => h("option", { text: one.label });
    select = h(
      "select",
      { id, class: "lltic-select", autocomplete: "off", "data-key": id, on: { change: picked } },
      h("option", { value: "", text: "Choose an answer" }),
      answers.map(option),
    );
    told = h("p", { class: "lltic-hint", role: "status" });
    return boxed(model, el, select, { below: told });
  };
  return fieldLife(model, el, ["options", "missing", "optional"], build, field);
}

export default { render };
