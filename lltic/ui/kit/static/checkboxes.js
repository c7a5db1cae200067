function render({ model, el }) {
  mount(el, "field");
  let rows = [];

  const has = (list, value) => list.some((one) => JSON.stringify(one) === JSON.stringify(value));
  const show = (answer) => {
    const list = Array.isArray(answer?.value) ? answer.value : null;
    for (const row of rows) {
      if (row.missing) row.input.checked = answer?.missing === row.missing;
      else if (row.none) row.input.checked = list !== null && list.length === 0;
      else row.input.checked = list !== null && has(list, row.value);
    }
  };
  const field = connect(model, el, show);
  const answerNow = () => {
    const alone = rows.find((row) => (row.none || row.missing) && row.input.checked);
    if (alone) return alone.missing ? { missing: alone.missing } : { value: [] };
    const values = rows.filter((row) => row.input.checked).map((row) => row.value);
    return values.length ? { value: values } : null;
  };
  const tick = (row) => {
    if (row.input.checked) {
      const alone = row.none || row.missing;
      for (const other of rows) {
        if (other !== row && (alone || other.none || other.missing)) other.input.checked = false;
      }
    }
    field.edit(answerNow());
  };

  const build = () => {
    const id = fieldId(model.get("field"));
    const none = model.get("none");
    const all = [
      ...model.get("options"),
      ...(none.label ? [{ ...none, none: true }] : []),
      ...model.get("missing"),
    ];
    rows = all.map((one, index) => {
      const row = { value: one.value, none: one.none, missing: one.missing };
      const made = choice(
        { type: "checkbox", name: id, id: index === 0 ? id : `${id}-${index + 1}`, label: one.label, description: one.description },
        { change: () => tick(row) },
      );
      return Object.assign(row, made);
    });
    const first = rows.findIndex((row) => row.none || row.missing);
    const shown = rows.flatMap((row, index) =>
      index === first && first > 0 ? [h("p", { class: "lltic-or", text: "or" }), row.row] : [row.row],
    );
    return boxedTogether(model, el, id, h("div", { class: "lltic-choices" }, shown));
  };
  return fieldLife(model, el, ["options", "none", "missing"], build, field);
}

export default { render };
