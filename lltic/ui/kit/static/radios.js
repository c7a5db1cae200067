function render({ model, el }) {
  mount(el, "field");
  let rows = [];
  let clear = null;

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const show = (answer) => {
    for (const row of rows) row.input.checked = answer !== null && same(row.answer, answer);
    if (clear) clear.hidden = !rows.some((row) => row.input.checked);
  };
  const field = connect(model, el, show);
  const pick = (row) => {
    field.edit(row.answer);
    clear.hidden = false;
  };
  const empty = () => {
    rows[0].input.focus();
    field.edit(null);
    show(null);
  };

  const build = () => {
    const id = fieldId(model.get("field"));
    const layout = model.get("arrangement");
    const answers = [
      ...model.get("options").map((one) => ({ ...one, answer: { value: one.value } })),
      ...model.get("missing").map((one) => ({ ...one, answer: { missing: one.missing }, apart: true })),
    ];
    const name = uid("radio");
    rows = answers.map((one, index) => {
      const row = { answer: one.answer, apart: one.apart };
      const made = choice(
        { type: "radio", name, id: index === 0 ? id : `${id}-${index + 1}`, label: one.label, description: one.description },
        { change: () => pick(row) },
      );
      return Object.assign(row, made);
    });
    const first = rows.findIndex((row) => row.apart);
    if (first > 0 && layout !== "scale") rows[first].row.classList.add("lltic-choice--apart");
    clear = h("button", { type: "button", class: "lltic-link lltic-clear", text: "Clear my answer", "data-key": `${id}-clear`, on: { click: empty } }, hidden(` to ${model.get("label")}${model.get("within") ? ` (${model.get("within")})` : ""}`));
    const choices = h("div", { class: `lltic-choices lltic-choices--${layout}` }, rows.map((row) => row.row));
    return boxedTogether(model, el, id, [choices, clear]);
  };
  return fieldLife(model, el, ["options", "missing", "arrangement"], build, field);
}

export default { render };
