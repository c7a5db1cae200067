// Which entries there are, one more, one less. The questions of an entry are fields of their own,
// which Python shows once the longer list is on record.

const SHOWN_WITHIN = 10000; // ms that the focus waits for the first question of a new entry
const LOOK_AGAIN = 50; // ms

function render({ model, el }) {
  mount(el, "field");
  let add = null;
  let why = null;
  let full = null;
  let said = null;
  let back = null;
  let gone = null; // what was removed last: it can be put back
  let seeking = null;

  const entry = () => model.get("entry");
  const ids = () => (Array.isArray(field.answer?.value) ? field.answer.value : []);
  const show = (answer) => {
    if (!add) return;
    const count = Array.isArray(answer?.value) ? answer.value.length : 0;
    add.textContent = count ? `Add another ${entry()}` : `Add ${article(entry())}`;
    add.hidden = count >= model.get("at_most");
    full.hidden = !add.hidden;
    if (why.part) why.part.hidden = count > 0;
    why.show(answer?.missing, false);
    back.hidden = gone === null;
  };
  const field = connect(model, el, show);
  const change = (next) => {
    const answer = next.length ? { value: next } : null;
    field.edit(answer);
    show(answer);
    emit("lltic:flush", { done: () => {}, taken: false, stays: true }); // the entry appears when it is on record
  };
  const more = () => {
    if (seeking) return; // the one before is still on its way
    const id = newId().slice(0, 10);
    gone = null;
    said.textContent = "";
    change([...ids(), id]);
    seek(id);
  };
  /** Bring the focus to the first question of a new entry, unless the person has gone elsewhere. */
  const seek = (id) => {
    const since = Date.now();
    const from = document.activeElement;
    const look = () => {
      const head = document.querySelector(`[data-entry="${CSS.escape(`${model.get("field")}.${id}`)}"]`);
      const first = head && document.getElementById(head.dataset.first);
      const moved = document.activeElement !== from && document.activeElement !== document.body;
      if (!first && !moved && Date.now() - since < SHOWN_WITHIN) return;
      clearInterval(seeking);
      seeking = null;
      if (!first || moved) return;
      said.textContent = `${head.dataset.label} added.`;
      focusOn(first);
    };
    seeking = setInterval(look, LOOK_AGAIN);
  };
  const remove = ({ id, label }) => {
    const before = ids();
    if (!before.includes(id)) return;
    gone = { id, label, at: before.indexOf(id) };
    said.textContent = `${label} removed.`;
    change(before.filter((one) => one !== id));
    focusOn(add);
  };
  /** Put an entry on the list whose answers came from elsewhere on the page. */
  const take = (detail) => {
    detail.taken = !seeking && ids().length < model.get("at_most");
    if (!detail.taken) return;
    gone = null;
    change([...ids(), detail.id]);
  };
  const putBack = () => {
    const { id, label, at } = gone;
    gone = null;
    said.textContent = `${label} is back.`;
    change([...ids().slice(0, at), id, ...ids().slice(at)]);
    focusOn(add.hidden ? full : add);
  };
  const ticked = (missing) => field.edit(missing ? { missing } : null);

  const build = () => {
    const id = fieldId(model.get("field"));
    const words = describe(model, id);
    add = h("button", { type: "button", id, class: "lltic-button lltic-button--secondary lltic-add", "data-key": id, on: { click: more } });
    full = h("p", { class: "lltic-hint", text: `There can be up to ${model.get("at_most")}.` });
    said = h("span", { role: "status" });
    back = h("button", { type: "button", class: "lltic-link lltic-add", text: "Put it back", "data-key": `${id}-back`, on: { click: putBack } });
    why = reasons(model, id, ticked);
    const group = h(
      "div",
      { class: "lltic-group", role: "group", "aria-label": model.get("label") },
      words.error,
      why.part,
      full,
      h("p", { class: "lltic-entries__line" }, add, said, back),
    );
    redraw(el, group);
    return () => words.refresh(group, add);
  };
  const mine = (what) => ({ detail }) => detail.field === model.get("field") && what(detail);
  const stopRemoving = listen(document, "lltic:entry-removed", mine(remove));
  const stopTaking = listen(document, "lltic:entry-added", mine(take));
  const end = fieldLife(model, el, ["entry", "at_most", "missing"], build, field);
  return () => {
    clearInterval(seeking);
    stopRemoving();
    stopTaking();
    end();
  };
}

function article(noun) {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;
}

export default { render };
