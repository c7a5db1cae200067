// A date in three boxes, day before month; inside it is ISO text: 2026-09-03, 2026-09 or 2026.

const PARTS = [
  ["day", "Day"],
  ["month", "Month"],
  ["year", "Year"],
];
const KINDS = { 4: "year", 7: "month", 10: "day" };

function render({ model, el }) {
  mount(el, "field");
  let boxes = {};
  let why = null;
  const all = () => Object.values(boxes);
  const setAside = (missing) => {
    const off = why.show(missing, all().some((box) => box.value !== ""));
    for (const box of all()) box.classList.toggle("lltic-off", off);
  };
  /** What stands in the boxes, as ISO text where it is a date. */
  const reading = () => {
    const typed = (part) => (boxes[part]?.value ?? "").trim().replaceAll("-", "/");
    const parts = [typed("year"), padded(monthNumber(typed("month"))), padded(typed("day"))];
    while (parts.length && parts.at(-1) === "") parts.pop();
    return parts.join("-");
  };
  const field = connect(model, el, (answer) => {
    if (!boxes.year) return;
    const text = typeof answer?.value === "string" ? answer.value : "";
    if (!answer?.missing && reading() !== text) {
      const [year = "", month = "", day = ""] = text.split("-");
      for (const [part, value] of Object.entries({ year, month: bare(month), day: bare(day) })) {
        if (boxes[part]) boxes[part].value = value;
      }
    }
    setAside(answer?.missing);
  });
  const finish = finishing(el, field);
  const say = () => {
    const value = reading();
    const kinds = model.get("precision");
    finish.say(value ? { value } : null, !value || (isDate(value) && kinds.includes(KINDS[value.length])));
  };
  const typed = () => {
    setAside(null);
    say();
  };
  const ticked = (missing) => {
    setAside(missing);
    if (missing) finish.say({ missing }, true);
    else say();
  };
  const build = () => {
    const id = fieldId(model.get("field"));
    const optional = model.get("optional") ? h("span", { class: "lltic-optional", text: " (optional)" }) : null;
    const kinds = model.get("precision");
    const asked = PARTS.filter(([part]) => part === "year" || kinds.includes("day") || (part === "month" && kinds.includes("month")));
    boxes = {};
    const rows = asked.map(([part, label], index) => {
      const own = index === 0 ? id : `${id}-${part}`;
      boxes[part] = h("input", {
        id: own,
        type: "text",
        inputmode: part === "month" ? null : "numeric", // a month may be written as a word
        class: `lltic-input lltic-date__${part}`,
        autocomplete: "off",
        spellcheck: "false",
        "data-key": own,
        on: { input: typed },
      });
      return h("div", { class: "lltic-date__part" }, h("label", { for: own, text: label }), boxes[part]);
    });
    why = reasons(model, id, ticked);
    return boxedTogether(model, el, id, [h("div", { class: "lltic-date" }, rows), why.part], { boxes: all(), said: optional });
  };
  const end = fieldLife(model, el, ["optional", "missing", "precision"], build, field);
  return () => {
    finish.end();
    end();
  };
}

const padded = (text) => (/^\d$/.test(text) ? `0${text}` : text);
const bare = (text) => (/^0\d$/.test(text) ? text.slice(1) : text);

/** The number of a month given by at least three of its letters; anything else as it is. */
function monthNumber(text) {
  const said = text.toLowerCase();
  const names = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
  const found = said.length > 2 ? names.findIndex((name) => name.startsWith(said)) : -1;
  return found < 0 ? text : String(found + 1);
}

/** Whether it is a day, a month or a year of the calendar. */
function isDate(text) {
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(text)) return false;
  const whole = `${text}-01-01`.slice(0, 10);
  const at = new Date(`${whole}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === whole;
}

export default { render };
