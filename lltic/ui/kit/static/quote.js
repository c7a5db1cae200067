function render({ model, el }) {
  mount(el, "quote");
  return watch(model, ["text", "source", "payload", "show_label", "removable"], () => {
    const link = (label, action) =>
      h("button", {
        type: "button",
        class: "lltic-link",
        text: label,
        "data-key": action,
        on: { click: (event) => act(model, event.currentTarget, action, model.get("payload"), { save: false }) },
      });
    const show = model.get("show_label");
    redraw(
      el,
      h(
        "blockquote",
        { class: "lltic-quote__box" },
        h("p", { class: "lltic-pre", text: `“${model.get("text")}”` }),
        h(
          "footer",
          {},
          h("cite", { text: model.get("source") }),
          show ? [" · ", link(show, "show")] : null,
          model.get("removable") ? [" · ", link("remove", "remove")] : null,
        ),
      ),
    );
  });
}

export default { render };
