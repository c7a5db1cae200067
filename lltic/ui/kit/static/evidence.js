const PREFIX = "evidence:"; // how the field of such an operation begins

function render({ model, el }) {
  mount(el, "evidence");

  /** What is on record, and what is on its way there or away from there. */
  const now = () => {
    const onRecord = model.get("items");
    const ids = new Set(onRecord.map(({ id }) => id));
    const held = [];
    emit("lltic:held", { prefix: PREFIX, add: (one) => held.push(one) });
    const leaving = new Map(held.filter(({ value }) => value === null).map((one) => [one.field.slice(PREFIX.length), one]));
    const coming = held
      .filter(({ value, op_id }) => value?.value?.field === model.get("field") && !ids.has(op_id))
      .map(({ field, value, halted }) => ({ ...value.value, id: field, waits: halted ? "not saved" : "being saved" }));
    return [...onRecord.map((one) => ({ ...one, waits: leaving.has(one.id) ? "being taken away" : "" })), ...coming];
  };

  const takeAway = (item) => {
    const detail = { field: `${PREFIX}${item.id}`, value: null, version: 0, review: "", taken: false };
    emit("lltic:edit", detail);
    trouble(el, detail.taken ? "" : "That was not done: nothing is saved on this page just now. Try again in a moment.");
  };
  const fill = (item) => emit("lltic:fill", { field: model.get("field"), value: { value: `“${item.text}” (${item.source})` } });

  const row = (item) => {
    const about = short(item);
    const paused = Boolean(document.documentElement.dataset.llticPaused);
    const open = !model.get("locked") && !paused && !item.waits;
    return h(
      "li",
      {},
      quotation(
        item,
        model.get("linked") && showLink(item, (place) => act(model, el, "show", place, { save: false })),
        open && model.get("fills") && evidenceLink("add to my text", `fill:${item.id}`, about, () => fill(item)),
        open && evidenceLink("take away", `away:${item.id}`, about, () => takeAway(item)),
        item.waits && h("span", { class: "lltic-quiet", text: item.waits }),
      ),
    );
  };

  let shown = "";
  const draw = () => {
    const items = now();
    const same = JSON.stringify([items, model.get("label"), model.get("locked"), model.get("fills"), model.get("who"), model.get("linked"), document.documentElement.dataset.llticPaused ?? ""]);
    if (same === shown) return;
    shown = same;
    el.hidden = !items.length;
    const who = model.get("who") ? `: ${model.get("who")}` : "";
    const label = hidden(model.get("label") ? ` for “${model.get("label")}”` : "");
    redraw(
      el,
      items.length && h("h3", { class: "lltic-evidence__title" }, `Evidence from the notes${who}`, label),
      items.length && h("ul", { class: "lltic-evidence__list" }, items.map(row)),
    );
  };
  const stop = [
    watch(model, ["items", "field", "label", "who", "locked", "linked", "fills"], draw),
    ...["lltic:status", "lltic:settled", "lltic:paused"].map((type) => listen(document, type, draw)),
  ];
  return () => stop.forEach((one) => one());
}

export default { render };
