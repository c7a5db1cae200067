// What all fields share: the frame (label, hint, error) and the way of an answer.

const NOT_TAKEN_AFTER = 3000; // ms
const TYPED = "input[type=text]";
/** Words of our own that come back within this time are an echo, not news from Python. */
const ECHO_WITHIN = 3000; // ms

/**
 * Connect a field to its answer. `show(answer)` paints it; `edit(answer)` says that the
 * person changed it. While an edit is open (not yet acknowledged) nothing from Python
 * overwrites what is on the screen. `joins`: two texts can be made one.
 */
function connect(model, el, show, { joins = false } = {}) {
  const name = () => model.get("field");
  let answer = model.get("value");
  let version = model.get("version");
  let open = false;
  let nobody = null;
  let review = ""; // the review this field was drawn for: its words never go to another

  const paint = (next) => {
    answer = next ?? null;
    show(answer);
  };
  const tell = () => {
    const detail = { field: name(), value: answer, version, review, taken: false };
    emit("lltic:edit", detail);
    return detail.taken;
  };
  const insist = () => {
    // Nobody on this page saves: try on, and say so rather than lose it silently.
    if (nobody) return;
    const since = Date.now();
    nobody = setInterval(() => {
      if (!open || tell()) {
        clearInterval(nobody);
        nobody = null;
        trouble(el, "");
      } else if (Date.now() - since > NOT_TAKEN_AFTER && !el.querySelector(":scope > .lltic-trouble")) {
        trouble(el, "This answer is not being saved. Copy it to a safe place and reload the page.");
      }
    }, 500);
  };
  const said = []; // what was sent lately without a SaveStatus: its echo must not undo newer words
  let saidAt = 0;
  const isEcho = (value) => Date.now() - saidAt < ECHO_WITHIN && said.includes(JSON.stringify(value));
  const edit = (next) => {
    answer = next;
    if (!model.get("bound")) {
      if (Date.now() - saidAt > ECHO_WITHIN) said.length = 0;
      said.push(JSON.stringify(next));
      saidAt = Date.now();
      model.set("value", next);
      model.save_changes();
      return;
    }
    open = true;
    if (!tell()) insist();
  };
  const restore = (next, { open: isOpen = true, version: at = version } = {}) => {
    open = isOpen;
    version = Math.max(version, at);
    paint(next);
  };
  const fromPython = () => {
    if (!model.get("bound")) {
      if (!isEcho(model.get("value"))) paint(model.get("value"));
    } else if (!open && model.get("version") >= version) {
      version = model.get("version");
      paint(model.get("value"));
    }
  };
  const mine = (listener) => ({ detail }) => detail.field === name() && listener(detail);
  /** Where nobody may write, the words can be read and copied, not changed. */
  const quieten = () => {
    const paused = model.get("bound") && document.documentElement.dataset.llticPaused;
    const quiet = Boolean(paused || model.get("locked"));
    for (const area of el.querySelectorAll(`textarea, ${TYPED}`)) area.readOnly = quiet;
    for (const other of el.querySelectorAll(`input:not(${TYPED}), select, .lltic-clear, .lltic-add`)) other.disabled = quiet;
  };
  const later = () => queueMicrotask(fromPython);
  model.on("change:value", later);
  model.on("change:version", later);
  const stop = [
    listen(document, "lltic:paused", quieten),
    listen(document, "lltic:fill", mine(({ value }) => {
      // Words are added to those that are there; another choice takes the place of the first.
      const texts = [answer?.value, value?.value];
      const both = joins && texts.every((one) => typeof one === "string" && one);
      const next = both ? { value: texts.join("\n\n") } : value;
      edit(next);
      paint(next);
    })),
    listen(document, "lltic:restore", mine((detail) => restore(detail.value))),
    listen(document, "lltic:settled", mine((detail) => {
      version = Math.max(version, detail.version);
      open = !detail.idle;
    })),
    listen(document, "lltic:drafts", ({ detail }) => {
      if (!model.get("bound") && answer) detail.add({ field: name(), value: answer });
    }),
    listen(document, "lltic:open-edits", ({ detail }) => {
      if (open) detail.add({ field: name(), value: answer, version });
    }),
  ];
  return {
    edit,
    /** Paint the answer, or the newer one that the outbox holds. */
    begin() {
      paint(answer);
      quieten();
      if (!model.get("bound")) return;
      const detail = { field: name(), version, restore, review: "" };
      emit("lltic:hello", detail);
      review = detail.review || review;
    },
    get answer() {
      return answer;
    },
    end() {
      clearInterval(nobody);
      stop.forEach((one) => one());
      model.off("change:value", later);
      model.off("change:version", later);
    },
  };
}

const BOXES = new Set(["INPUT", "SELECT", "TEXTAREA"]);

/** Ids of hint and error, for aria-describedby; the error element is kept up to date. */
function describe(model, id) {
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const hint = () => {
    const text = model.get("hint");
    return text ? h("p", { class: "lltic-hint", id: hintId, text }) : null;
  };
  const error = h("p", { class: "lltic-error", id: errorId });
  const refresh = (group, target, boxes = []) => {
    const text = model.get("error");
    error.replaceChildren(...(text ? [hidden("Error: "), text] : []));
    error.hidden = !text;
    group.classList.toggle("lltic-group--error", Boolean(text));
    const ids = [model.get("hint") && hintId, text && errorId].filter(Boolean).join(" ");
    if (ids) target.setAttribute("aria-describedby", ids);
    else target.removeAttribute("aria-describedby");
    for (const one of boxes.length ? boxes : [target]) {
      if (!BOXES.has(one.tagName)) continue;
      if (text) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    }
  };
  return { hint, error, refresh };
}

/** The caption above a page heading, and the heading level for the label. */
function headingTag(model) {
  return { page: "h1", section: "h2" }[model.get("heading")] ?? null;
}

function caption(model) {
  const text = model.get("caption");
  return text ? h("span", { class: "lltic-caption", text }) : null;
}

/** A legend or label, as a heading where it is one. `inner` wraps the text. */
function question(model, inner) {
  const tag = headingTag(model);
  const within = model.get("within");
  const words = inner(model.get("label"));
  if (within) words.append(hidden(` (${within})`));
  if (!tag) return [caption(model), words];
  const id = tag === "h1" ? "lltic-heading" : null;
  return [h(tag, { id, class: `lltic-question lltic-question--${model.get("heading")}` }, caption(model), words)];
}

/**
 * Draw a question that is answered in one box: label, hint and error above it, the reasons for no
 * answer below. Returns what keeps the error up to date. `around` is what the box stands in.
 */
function boxed(model, el, box, { around = box, below = null, said = null } = {}) {
  const told = describe(model, box.id);
  const optional = model.get("optional") ? h("span", { class: "lltic-optional", text: " (optional)" }) : null;
  const label = (text) => h("label", { for: box.id, class: "lltic-label" }, text, said, optional);
  const group = h("div", { class: "lltic-group" }, question(model, label), told.hint(), told.error, around, below);
  redraw(el, group);
  return () => told.refresh(group, box);
}

/** The same for a question that is answered in several boxes, of which `parts` are made. */
function boxedTogether(model, el, id, parts, { boxes = [], said = null } = {}) {
  const told = describe(model, id);
  const label = (text) => h("span", { class: "lltic-label" }, text, said);
  const legend = h("legend", { class: "lltic-legend" }, question(model, label));
  const fieldset = h("fieldset", { class: "lltic-fieldset" }, legend, told.hint(), told.error, parts);
  const group = h("div", { class: "lltic-group" }, fieldset);
  redraw(el, group);
  return () => told.refresh(group, fieldset, boxes);
}

/** Redraw the frame when its words change; refresh the error alone when only that changes. */
function fieldLife(model, el, traits, build, field) {
  let refresh = () => {};
  const stopFrame = watch(model, ["field", "label", "hint", "caption", "heading", "within", "locked", ...traits], () => {
    el.classList.toggle("lltic-field--within", Boolean(model.get("within")));
    refresh = build();
    refresh();
    field.begin();
  });
  const stopError = watch(model, ["error"], () => refresh());
  return () => {
    stopFrame();
    stopError();
    field.end();
  };
}

/** One choice: input left of its label, with a description that belongs to it. */
function choice({ type, name, id, label, description, wide }, listeners) {
  const descId = description ? `${id}-item` : null;
  const input = h("input", { type, name, id, class: "lltic-choice__input", "aria-describedby": descId, "data-key": id, autocomplete: "off", on: listeners });
  const row = h(
    "div",
    { class: `lltic-choice${wide ? " lltic-choice--wide" : ""}` },
    input,
    h("label", { for: id, class: "lltic-choice__label" }, label),
    description ? h("span", { class: "lltic-choice__desc", id: descId, text: description }) : null,
  );
  return { row, input };
}
