function render({ model, el }) {
  mount(el, "table");
  const cell = (value, column) => {
    if (value && typeof value === "object" && value.query !== undefined) {
      const { text, query, more } = value;
      return actionLink(model, { label: `${text} ${more ?? ""}`, action: "open", payload: { query } }, {}, text, more ? hidden(` ${more}`) : null);
    }
    if (value && typeof value === "object") return tag(value.text, value.kind);
    return h("span", { class: column.number ? "lltic-table__number" : null, text: value ?? "" });
  };
  return watch(model, ["caption", "columns", "rows", "empty"], () => {
    const columns = model.get("columns");
    const rows = model.get("rows");
    const caption = model.get("caption");
    if (!rows.length) {
      return redraw(el, caption ? h("h2", { class: "lltic-h2", text: caption }) : null, h("p", { class: "lltic-quiet", text: model.get("empty") }));
    }
    const scope = (number) => (number ? "lltic-table__number" : null);
    const head = h("tr", {}, columns.map(({ label, number }) => h("th", { scope: "col", class: scope(number), text: label })));
    const line = (row) =>
      h(
        "tr",
        {},
        row.map((value, i) =>
          i === 0
            ? h("th", { scope: "row", "data-label": columns[0].label }, cell(value, columns[0]))
            : h("td", { "data-label": columns[i].label, class: scope(columns[i].number) }, cell(value, columns[i])),
        ),
      );
    return redraw(el, h("table", { class: `lltic-grid${columns.length > 2 ? " lltic-grid--cards" : ""}` }, caption ? h("caption", { text: caption }) : null, h("thead", {}, head), h("tbody", {}, rows.map(line))));
  });
}

export default { render };
