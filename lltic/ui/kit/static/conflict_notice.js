function render({ model, el }) {
  mount(el, "conflict-notice");
  return watch(model, ["label", "mine", "other", "other_by"], () => {
    const choose = (choice, _text, button) => act(model, button, choice === "mine" ? "keep_mine" : "use_other");
    redraw(
      el,
      conflictNotice(
        { label: model.get("label"), mine: model.get("mine"), other: model.get("other"), otherBy: model.get("other_by") },
        { choose },
      ),
    );
  });
}

export default { render };
