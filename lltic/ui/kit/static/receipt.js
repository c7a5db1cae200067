function render({ model, el }) {
  mount(el, "receipt");
  return watch(model, ["title", "code", "code_label", "at", "next_title", "lines", "links"], () => {
    const code = model.get("code");
    const at = model.get("at");
    const lines = model.get("lines");
    const links = model.get("links");
    redraw(
      el,
      h(
        "div",
        { class: "lltic-panel" },
        h("h1", { id: "lltic-heading", tabindex: "-1", "data-key": "heading", text: model.get("title") }),
        code ? h("p", { class: "lltic-panel__code" }, model.get("code_label"), h("strong", { text: code })) : null,
        at ? h("p", {}, h("time", { datetime: at, text: `Submitted ${dayTime(at)}` })) : null,
      ),
      lines.length ? [h("h2", { class: "lltic-h2", text: model.get("next_title") }), lines.map((text) => h("p", { class: "lltic-p", text }))].flat() : null,
      links.length ? h("p", { class: "lltic-receipt__links" }, links.map((one) => actionLink(model, one))) : null,
    );
  });
}

export default { render };
