function render({ model, el }) {
  mount(el, "task-list");
  const item = (row) => {
    const id = uid("task");
    const label =
      row.status_kind === "off"
        ? h("span", { text: row.label })
        : actionLink(model, { label: row.label, action: "open", payload: { key: row.key, query: row.query } }, { "aria-describedby": id, "data-key": `open:${row.key}` });
    return h(
      "li",
      { class: "lltic-task" },
      h("span", { class: "lltic-task__main" }, label, row.hint ? h("small", { text: row.hint }) : null),
      h("span", { id }, tag(row.status, row.status_kind)),
    );
  };
  return watch(model, ["groups", "summary"], () => {
    const summary = model.get("summary");
    redraw(
      el,
      summary ? h("p", { class: "lltic-p", text: summary }) : null,
      model.get("groups").flatMap(({ heading, rows }) => [
        heading ? h("h2", { class: "lltic-h2", text: heading }) : null,
        h("ul", { class: "lltic-tasks" }, rows.map(item)),
      ]),
    );
  });
}

export default { render };
