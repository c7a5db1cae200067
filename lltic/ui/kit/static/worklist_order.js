// A long list of cases: found by words, in another order, in other groups.

const ORDERS = [
  ["suggested", "As suggested"],
  ["longest", "Longest with me first"],
  ["newest", "Newest to me first"],
  ["case", "By case"],
];
const GROUPINGS = [
  ["status", "How far I am"],
  ["given", "The day they came to me"],
];
const AS_GIVEN = { words: "", order: "suggested", by: "status" };

/** What one row says, for finding it. */
function saidOf(row) {
  return [row.case_id, row.link, row.detail, row.detail2, row.status].filter(Boolean).join(" ").toLowerCase();
}

/** The groups as the person wants to see them. */
function arranged(groups, { words, order, by }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = groups.map((group) => ({ ...group, rows: group.rows.filter((row) => wanted.every((word) => saidOf(row).includes(word))) }));
  const regrouped = by === "given" ? byDay(found) : found;
  return regrouped.map((group) => ({ ...group, rows: inOrderOf(group.rows, order) })).filter(({ rows }) => rows.length);
}

function byDay(groups) {
  const days = new Map();
  const others = [];
  for (const group of groups) {
    const dated = group.rows.filter((row) => row.given);
    for (const row of dated) days.set(row.given, [...(days.get(row.given) ?? []), row]);
    if (dated.length < group.rows.length) others.push({ ...group, rows: group.rows.filter((row) => !row.given) });
  }
  const made = [...days.keys()].sort().map((day) => ({ heading: `Came to you on ${dayMonth(day, true)}`, rows: days.get(day) }));
  return [...made, ...others];
}

function inOrderOf(rows, order) {
  const day = (row) => row.given ?? "";
  const compare = {
    longest: (a, b) => day(a).localeCompare(day(b)),
    newest: (a, b) => day(b).localeCompare(day(a)),
    case: (a, b) => a.case_id.localeCompare(b.case_id),
  }[order];
  return compare ? [...rows].sort(compare) : rows;
}

/** The controls; `change` is called with what the person wants now. */
function controls(wanted, change) {
  const find = uid("find");
  const input = h("input", { id: find, type: "search", class: "lltic-input", value: wanted.words, autocomplete: "off", spellcheck: "false", on: { input: (event) => change({ words: event.target.value }) } });
  const choice = (name, label, options) => {
    const id = uid(name);
    const select = h(
      "select",
      { id, class: "lltic-select", on: { change: (event) => change({ [name]: event.target.value }) } },
      options.map(([value, text]) => h("option", { value, text, selected: wanted[name] === value })),
    );
    return h("div", { class: "lltic-finder__part" }, h("label", { for: id, text: label }), select);
  };
  const said = h("p", { class: "lltic-finder__said", role: "status" });
  const box = h(
    "div",
    { class: "lltic-finder", role: "search", "aria-label": "My cases" },
    h("div", { class: "lltic-finder__part lltic-finder__part--wide" }, h("label", { for: find, text: "Find a case" }), input),
    choice("order", "Order", ORDERS),
    choice("by", "In groups by", GROUPINGS),
    said,
  );
  return { box, say: (text) => said.textContent !== text && (said.textContent = text) };
}
