function render({ model, el }) {
  mount(el, "check-answers");
  const line = (row) => {
    const change = !model.get("locked") && row.change !== false;
    const link = actionLink(
      model,
      { label: "Change", action: "change", payload: { field: row.field, query: row.query } },
      { "data-key": `change:${row.field}` },
      "Change",
      hidden(` ${row.key}`),
    );
    return h(
      "div",
      { class: `lltic-check__row${row.error ? " lltic-check__row--error" : ""}` },
      h("dt", { text: row.key }),
      h("dd", { class: "lltic-check__value" }, row.error ? h("p", { class: "lltic-error" }, hidden("Error: "), row.error) : null, answerPart(row), evidencePart(row.evidence)),
      change ? h("dd", { class: "lltic-check__change" }, link) : null,
    );
  };
  return watch(model, ["sections", "locked"], () => {
    redraw(
      el,
      model.get("sections").flatMap(({ heading, rows }) => [
        heading ? h("h2", { class: "lltic-h2", text: heading }) : null,
        h("dl", { class: "lltic-check" }, rows.map(line)),
      ]),
    );
  });
}

export default { render };
