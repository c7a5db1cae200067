function render({ model, el }) {
  mount(el, "actions");
  const traits = ["primary", "primary_action", "secondary", "secondary_action", "links", "warning"];
  return watch(model, traits, () => {
    const save = { save: model.get("flush") };
    const button = (text, action, kind) =>
      h("button", {
        type: "button",
        class: `lltic-button${kind ? ` lltic-button--${kind}` : ""}`,
        text,
        "data-key": action,
        on: { click: (event) => press(event.currentTarget, action) },
      });
    const press = async (trigger, action) => {
      trigger.setAttribute("aria-disabled", "true");
      try {
        await act(model, trigger, action, {}, save);
      } finally {
        trigger.removeAttribute("aria-disabled");
      }
    };
    const primary = model.get("primary");
    const secondary = model.get("secondary");
    redraw(
      el,
      h(
        "div",
        { class: "lltic-actions__row" },
        primary && button(primary, model.get("primary_action"), model.get("warning") ? "warning" : ""),
        secondary && button(secondary, model.get("secondary_action"), "secondary"),
        model.get("links").map((one) => actionLink(model, one)),
      ),
    );
  });
}

export default { render };
