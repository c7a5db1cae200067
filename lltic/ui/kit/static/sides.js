// What each side said, beside each other; and a way to take one's words or entries over.

function render({ model, el }) {
  mount(el, "sides");
  const said = h("p", { class: "lltic-vh", role: "status" }); // stays, so that it is heard
  const inside = h("div", {});
  el.replaceChildren(inside, said);
  const stop = watch(model, ["label", "note", "sides", "field", "level"], () => {
    const field = model.get("field");
    const taking = (side, act) =>
      h(
        "button",
        { type: "button", class: "lltic-link lltic-small-link", "data-key": `use:${field}:${side.label}`, on: { click: act } },
        "Take this over",
        hidden(` from ${side.label}: ${model.get("label")}`),
      );
    const fill = (side) => emit("lltic:fill", { field, value: side.answer });
    const add = (side, button) => {
      const taken = addEntry(field, side.entry);
      trouble(el, taken ? "" : "This was not taken over. Reload the page and try again; everything marked as saved is safe.");
      if (!taken) return;
      button.setAttribute("aria-disabled", "true"); // until it is on record, and told so
      said.textContent = `Taken over from ${side.label}. It stands among the answers below.`;
    };
    const use = (side) => {
      if (!field) return null;
      if (side.taken) return h("p", { class: "lltic-quiet lltic-small-link", text: "It stands among the answers below." });
      if (side.entry) {
        const once = (event) => event.currentTarget.getAttribute("aria-disabled") || add(side, event.currentTarget);
        return taking(side, once);
      }
      return side.answer && taking(side, () => fill(side));
    };
    const one = (side) =>
      h(
        "div",
        { class: "lltic-side" },
        h(`h${model.get("level") + 1}`, { class: "lltic-side__who", text: side.label }),
        side.absent ? h("p", { class: "lltic-quiet", text: side.absent }) : answerPart({ answer: side.answer, text: side.text, optional: true }),
        use(side),
      );
    redraw(
      inside,
      h(
        "section",
        { "aria-label": `Both answers: ${model.get("label")}` },
        h(`h${model.get("level")}`, { class: "lltic-side__question", text: model.get("label") }),
        model.get("note") ? h("p", { class: "lltic-hint", text: model.get("note") }) : null,
        h("div", { class: "lltic-side__pair" }, model.get("sides").map(one)),
      ),
    );
  });
  return stop;
}

/** Write an entry's answers under a new id, then put it on the list; false when nobody saves. */
function addEntry(field, answers) {
  const id = newId().slice(0, 10);
  for (const [question, value] of Object.entries(answers)) {
    const detail = { field: `${field}.${id}.${question}`, value, version: 0, review: "", taken: false };
    emit("lltic:edit", detail);
    if (!detail.taken) return false;
  }
  const detail = { field, id, taken: false };
  emit("lltic:entry-added", detail);
  return detail.taken;
}

export default { render };
