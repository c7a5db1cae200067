// What each side said, beside each other; and a way to take one's words over.

function render({ model, el }) {
  mount(el, "sides");
  return watch(model, ["label", "sides", "field", "level"], () => {
    const field = model.get("field");
    const use = (side) =>
      field &&
      side.answer &&
      h(
        "button",
        {
          type: "button",
          class: "lltic-link lltic-small-link",
          "data-key": `use:${field}:${side.label}`,
          on: { click: () => emit("lltic:fill", { field, value: side.answer }) },
        },
        "Take this over",
        hidden(` from ${side.label}: ${model.get("label")}`),
      );
    const one = (side) =>
      h(
        "div",
        { class: "lltic-side" },
        h(`h${model.get("level") + 1}`, { class: "lltic-side__who", text: side.label }),
        answerPart({ answer: side.answer, text: side.text, optional: true }),
        use(side),
      );
    redraw(
      el,
      h(
        "section",
        { "aria-label": `Both answers: ${model.get("label")}` },
        h(`h${model.get("level")}`, { class: "lltic-side__question", text: model.get("label") }),
        h("div", { class: "lltic-side__pair" }, model.get("sides").map(one)),
      ),
    );
  });
}

export default { render };
