const FINISHED = new Set(["done", "waiting"]); // nothing left to do for this person

function progress(row, unit) {
  if (!row.total) return null;
  const done = Math.min(row.done ?? 0, row.total);
  const full = h("span", {});
  full.style.width = `${(100 * done) / row.total}%`;
  const bar = h("span", { class: "lltic-progress", "aria-hidden": "true" }, full);
  return h("span", { class: "lltic-work__progress" }, bar, h("small", { text: `${done} of ${row.total} ${unit}` }));
}

/** Where the person was, at the top: one press leads back. */
function backTo(model, { case_id, label, detail, at, query }) {
  const saved = dayTime(at ?? "");
  return h(
    "div",
    { class: "lltic-resume" },
    actionLink(model, { label, action: "open", payload: { case_id, query } }, { class: "lltic-button lltic-resume__go", "data-key": `resume:${case_id}` }, label, hidden(` case ${case_id}, ${detail}`)),
    h("p", { class: "lltic-resume__where", "aria-hidden": "true" }, h("b", { text: `Case ${case_id}` }), h("span", { text: detail }), saved ? h("small", { text: `last saved ${saved}` }) : null),
  );
}

function render({ model, el }) {
  mount(el, "worklist");
  let wanted = { ...AS_GIVEN };
  const list = h("div", { class: "lltic-worklist__list" });
  let finder = null;
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
    heading ? h("h2", { class: "lltic-h2" }, heading, rows.length > 1 ? h("span", { class: "lltic-quiet lltic-work__count", text: ` ${rows.length}` }) : null) : null,
    h("ul", { class: "lltic-work" }, rows.map(item)),
  ];
  const fill = () => {
    const groups = model.get("groups");
    const all = groups.reduce((sum, { rows }) => sum + rows.length, 0);
    const shown = arranged(groups, wanted);
    const count = shown.reduce((sum, { rows }) => sum + rows.length, 0);
    redraw(list, shown.map(group).flat(), count || !all ? null : h("p", { class: "lltic-p", text: "No case has these words. Take some away to see more." }));
    finder?.say(wanted.words.trim() ? `${count} of ${all} cases` : "");
  };
  const change = (what) => {
    wanted = { ...wanted, ...what };
    fill();
  };
  return watch(model, ["groups", "resume", "many", "unit", "done_title", "done_text", "support", "support_title"], () => {
    const groups = model.get("groups").filter(({ rows }) => rows.length);
    const [support, resume] = [model.get("support"), model.get("resume")];
    const long = groups.reduce((sum, { rows }) => sum + rows.length, 0) >= model.get("many");
    if (!long) wanted = { ...AS_GIVEN };
    finder = long ? controls(wanted, change) : null;
    redraw(
      el,
      resume?.query ? backTo(model, resume) : null,
      groups.some(({ rows }) => rows.some((row) => !FINISHED.has(row.status_kind)))
        ? null
        : h("div", { class: "lltic-inset lltic-inset--success" }, h("p", { class: "lltic-inset__title", text: model.get("done_title") }), h("p", { text: model.get("done_text") })),
      finder?.box,
      list,
      support ? h("div", { class: "lltic-inset lltic-inset--care" }, h("p", { class: "lltic-inset__title", text: model.get("support_title") }), h("p", { text: support })) : null,
    );
    fill();
  });
}

export default { render };
