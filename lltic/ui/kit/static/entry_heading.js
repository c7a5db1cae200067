// The head of one entry: which it is, and a way to take it out again.

function render({ model, el }) {
  mount(el, "entry");
  let asking = false;
  const draw = () => {
    const label = model.get("label");
    const id = model.get("entry_id");
    const key = `${model.get("field")}.${id}`;
    el.dataset.entry = key;
    el.dataset.first = fieldId(`${key}.${model.get("first")}`);
    el.dataset.label = label;
    const name = `${label.slice(0, 1).toLowerCase()}${label.slice(1)}`;
    const turn = (on) => {
      asking = on;
      draw();
      el.querySelector(on ? ".lltic-button" : ".lltic-link").focus();
    };
    const yes = () => emit("lltic:entry-removed", { field: model.get("field"), id, label });
    const remove = h("button", { type: "button", class: "lltic-link lltic-entry__remove", "data-key": `remove:${key}`, on: { click: () => turn(true) } }, "Remove", hidden(` ${name}`));
    const textId = uid("remove");
    const question = h(
      "div",
      { class: "lltic-inset lltic-inset--warning", role: "group", "aria-labelledby": textId, on: { keydown: (event) => event.key === "Escape" && turn(false) } },
      h("p", { id: textId, text: `Remove ${name}? What you wrote in it will no longer count.` }),
      h(
        "p",
        { class: "lltic-actions__row" },
        h("button", { type: "button", class: "lltic-button lltic-button--warning", "data-key": `yes:${key}`, text: "Yes, remove it", on: { click: yes } }),
        h("button", { type: "button", class: "lltic-link", "data-key": `no:${key}`, text: "Keep it", on: { click: () => turn(false) } }),
      ),
    );
    const row = h("div", { class: "lltic-entry__row" }, h(`h${model.get("level")}`, { class: "lltic-entry__title", text: label }), model.get("locked") || asking ? null : remove);
    redraw(el, row, asking && question);
  };
  return watch(model, ["field", "entry_id", "label", "first", "level", "locked"], draw);
}

export default { render };
