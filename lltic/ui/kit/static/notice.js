function render({ model, el }) {
  mount(el, "notice");
  return watch(model, ["kind", "title", "text", "announce", "links"], () => {
    const kind = model.get("kind");
    const title = model.get("title");
    const role = model.get("announce") ? (kind === "error" || kind === "warning" ? "alert" : "status") : null;
    const paragraphs = model.get("text").split(/\n{2,}/).filter((part) => part.trim());
    const prefix = { warning: "Important: ", error: "Problem: " }[kind];
    const links = model.get("links");
    redraw(
      el,
      h(
        "div",
        { class: `lltic-inset lltic-inset--${kind}`, role },
        title ? h("p", { class: "lltic-inset__title" }, prefix ? hidden(prefix) : null, title) : null,
        paragraphs.map((text) => h("p", { text })),
        links.length ? h("p", { class: "lltic-inset__links" }, links.map((one) => actionLink(model, one))) : null,
      ),
    );
  });
}

export default { render };
