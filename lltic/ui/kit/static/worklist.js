const FINISHED = new Set(["done", "waiting"]); // nothing left to do for this person

function progress(row, unit) {
  if (!row.total) return null;
  const done = Math.min(row.done ?? 0, row.total);
  const full = h("span", {});
  full.style.width = `${(100 * done) / row.total}%`;
  const bar = h("span", { class: "lltic-progress", "aria-hidden": "true" }, full);
  return h("span", { class: "lltic-work__progress" }, bar, h("small", { text: `${done} of ${row.total} ${unit}` }));
}

function render({ model, el }) {
  mount(el, "worklist");
  const item = (row) => {
    const action = row.action ?? "open";
    const payload = { case_id: row.case_id, query: row.query };
    if (row.kind) payload.kind = row.kind;
    const link = row.link
      ? actionLink(model, { label: row.link, action, payload }, { "data-key": `${action}:${row.case_id}` }, row.link, hidden(` case ${row.case_id}`))
      : null;
    return h(
      "li",
      { class: "lltic-work__row" },
      h("span", { class: "lltic-work__case" }, hidden("Case "), h("b", { text: row.case_id })),
      h("span", { class: "lltic-work__main" }, link, row.detail ? h("small", { text: row.detail }) : null),
      h("span", { class: "lltic-work__side" }, progress(row, model.get("unit")), row.detail2 ? h("small", { text: row.detail2 }) : null),
      h("span", { class: "lltic-work__tag" }, tag(row.status, row.status_kind)),
    );
  };
  const group = ({ heading, rows }) => [
    heading ? h("h2", { class: "lltic-h2", text: heading }) : null,
    h("ul", { class: "lltic-work" }, rows.map(item)),
  ];
  return watch(model, ["groups", "unit", "done_title", "done_text", "support", "support_title"], () => {
    const groups = model.get("groups").filter(({ rows }) => rows.length);
    const support = model.get("support");
    redraw(
      el,
      groups.some(({ rows }) => rows.some((row) => !FINISHED.has(row.status_kind)))
        ? null
        : h("div", { class: "lltic-inset lltic-inset--success" }, h("p", { class: "lltic-inset__title", text: model.get("done_title") }), h("p", { text: model.get("done_text") })),
      groups.map(group).flat(),
      support ? h("div", { class: "lltic-inset lltic-inset--care" }, h("p", { class: "lltic-inset__title", text: model.get("support_title") }), h("p", { text: support })) : null,
    );
  });
}

export default { render };
