// The screen of the outbox. One outbox per page; it outlives its views.

const OUTBOX = Symbol.for("lltic.outbox");

function outbox() {
  if (globalThis[OUTBOX]) return globalThis[OUTBOX];
  const views = new Set();
  const box = new Outbox({
    send: (message) => box.model.send(message),
    storage: globalThis.sessionStorage,
    changed: () => views.forEach((draw) => draw()),
    announce: (type, detail) => emit(`lltic:${type}`, detail),
  });
  box.views = views;
  box.link = document.documentElement.dataset.llticLink || "up"; // as the client left it
  globalThis[OUTBOX] = box;
  document.addEventListener("lltic:edit", ({ detail }) => {
    if (box.edit(detail.field, detail.value, detail.version, detail.review)) detail.taken = true;
  });
  document.addEventListener("lltic:hello", ({ detail }) => {
    detail.review = box.ready ? box.review : "";
    const held = box.held(detail.field, detail.version);
    if (held) detail.restore(held.value, held);
  });
  document.addEventListener("lltic:flush", ({ detail }) => {
    detail.taken = true;
    box.flush().then((ok) => {
      detail.done(ok);
      const refused = box.state.halted.find((one) => !one.other);
      if (!ok && refused && !detail.stays) focusOn(document.getElementById(fieldId(refused.field)));
    });
  });
  document.addEventListener("lltic:held", ({ detail }) => {
    for (const item of box.items.values()) {
      if (!item.field.startsWith(detail.prefix)) continue;
      detail.add({ field: item.field, value: box.newest(item), op_id: item.flight?.op_id, halted: Boolean(item.halt) });
    }
  });
  document.addEventListener("lltic:link", ({ detail }) => box.setLink(detail.state));
  document.addEventListener("lltic:pause", ({ detail }) => box.pause(detail.reason, detail.on));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") box.pushAll();
    else box.tick();
  });
  document.addEventListener("lltic:leaving", () => (box.leaving = box.mirrored));
  globalThis.addEventListener("pagehide", () => box.pushAll());
  globalThis.addEventListener("beforeunload", (event) => {
    box.pushAll();
    const kept = box.paused.size && box.mirrored; // these wait in the tab, and come back with it
    if (box.items.size && !box.leaving && !kept) event.preventDefault();
  });
  return box;
}

/** Make a widget model the way to Python and the source of the review's identity. */
function attach(box, model) {
  const hear = (content) => {
    if (content?.ack) box.ack(content.ack);
    if (content?.nack) box.nack(content.nack);
  };
  const belong = () => {
    queueMicrotask(() => {
      if (box.model !== model) return;
      const typed = early(box);
      box.open(model.get("owner"), model.get("review_id"), model.get("case_id"));
      for (const { field, value, version } of typed) merge(box, field, value, version);
    });
  };
  box.detach?.();
  box.model = model;
  model.on("msg:custom", hear);
  for (const name of ["owner", "review_id", "case_id"]) model.on(`change:${name}`, belong);
  box.detach = () => {
    model.off("msg:custom", hear);
    for (const name of ["owner", "review_id", "case_id"]) model.off(`change:${name}`, belong);
  };
  belong();
}

/** What was typed into fields before there was a review to save it to. */
function early(box) {
  const typed = [];
  if (!box.ready) emit("lltic:open-edits", { add: (one) => typed.push(one) });
  return typed;
}

/** Words typed before a mirrored text came back are added to it; neither is lost. */
function merge(box, field, value, version) {
  const held = box.items.get(field);
  const texts = held && [box.newest(held)?.value, value?.value];
  if (texts?.every((text) => typeof text === "string")) {
    const both = { value: joinTexts(texts[0], texts[1]) };
    emit("lltic:restore", { field, value: both });
    box.edit(field, both, version);
  } else if (!held) {
    box.edit(field, value, version);
  }
}

function initialize({ model }) {
  attach(outbox(), model);
}

function render({ model, el }) {
  const box = outbox();
  if (!box.model) attach(box, model);
  mount(el, "save-status");
  const words = h("span", { class: "lltic-save", role: "status" });
  const busy = h("span", { class: "lltic-save lltic-save--busy", "aria-hidden": "true" });
  const line = h("p", { class: "lltic-save-line" }, words, busy);
  const alarm = h("div", { class: "lltic-alarm", role: "alert" });
  const choices = h("div", { class: "lltic-choices-open", role: "region", "aria-label": "Two versions to choose from" });
  const strays = h("div", { class: "lltic-strays" });
  const bottom = h("div", { class: "lltic-bottom" }, alarm, choices);
  el.replaceChildren(line, strays, bottom);
  // On a small screen, or a page made large, it scrolls: then the keyboard must reach it.
  const reach = new ResizeObserver(() => {
    if (bottom.scrollHeight > bottom.clientHeight) bottom.tabIndex = 0;
    else bottom.removeAttribute("tabindex");
  });
  for (const one of [bottom, alarm, choices]) reach.observe(one);

  let shown = "";
  let asked = "";
  const slots = new Set(); // places that show the text instead
  const draw = () => {
    const state = box.state;
    const text = statusText(state, model);
    if (words.textContent !== text.words) words.textContent = text.words;
    busy.textContent = text.busy;
    words.classList.toggle("lltic-save--done", text.done);
    words.classList.toggle("lltic-save--bad", text.bad);
    line.hidden = slots.size > 0;
    emit("lltic:status", text);
    const key = alarmKey(state);
    const question = choicesKey(state);
    if (key === shown && question === asked) return;
    if (key !== shown) redraw(alarm, alarmWords(state, box, model));
    if (question !== asked) redraw(choices, choiceWords(state, box, model));
    choices.hidden = choices.childElementCount === 0;
    [shown, asked] = [key, question];
    document.documentElement.classList.toggle("lltic-has-alarm", alarm.childElementCount + choices.childElementCount > 0);
    drawStrays();
  };
  const drawStrays = () => redraw(strays, box.strays().map((one) => strayNotice(one, model)));

  const stop = [
    listen(document, "lltic:status-slot", ({ detail }) => {
      if (detail.claimed) slots.add(detail.slot);
      else slots.delete(detail.slot);
      draw();
    }),
    watch(model, ["saved_at", "labels", "review_id"], () => {
      draw();
      queueMicrotask(drawStrays);
    }),
  ];
  box.views.add(draw);
  emit("lltic:status-ask", {});
  draw();
  return () => {
    box.views.delete(draw);
    reach.disconnect();
    stop.forEach((one) => one());
    document.documentElement.classList.remove("lltic-has-alarm");
  };
}

/** The short text: `words` are announced, `busy` is only seen. Nothing says "saved" while anything is open. */
function statusText(state, model) {
  const last = model.get("saved_at");
  let words = "Saves as you write";
  let done = false;
  if (state.savedAt) {
    words = `Saved ${clockTime(state.savedAt)}`;
    done = true;
  } else if (last) {
    words = `Last saved ${dayTime(last)}`;
  }
  if (state.paused.includes("elsewhere") && !state.unsaved) return { words: "Open in another window", busy: "", done: false, bad: true };
  if (state.paused.length && state.unsaved) return { words: "Not saved yet", busy: "", done: false, bad: true };
  if (state.late || state.halted.length) return { words: "Not saved yet", busy: "", done: false, bad: true };
  if (state.link !== "up") return { words: "Not connected", busy: "", done: false, bad: true };
  if (state.unsaved) return { words: "", busy: "Saving…", done: false, bad: false };
  return { words, busy: "", done, bad: false };
}

/** Changes only when the alarm has to say something else. */
function alarmKey(state) {
  const refused = state.halted.filter((one) => !one.other).map((one) => [one.field, one.message, one.mine]);
  const lost = state.link === "gone";
  return JSON.stringify([state.late, lost, state.late || lost ? state.unsaved > 0 : 0, state.late && !state.mirrored, refused]);
}

/** Changes only when there is another choice to make; not with every letter of a joined text. */
function choicesKey(state) {
  const open = state.halted.filter((one) => one.other);
  return JSON.stringify(open.map((one) => [one.field, one.other, one.mine, typeof one.draft === "string"]));
}

const isEvidence = (field) => field.startsWith("evidence:");
const labelOf = (model, field) => (isEvidence(field) ? "evidence from the notes" : (model.get("labels") ?? {})[field] || field);

function alarmWords(state, box, model) {
  const refused = state.halted.filter((one) => !one.other);
  const parts = refused.map((one) => refusalPart(one, labelOf(model, one.field), box));
  if (state.link === "gone") parts.unshift(gonePart(state, box));
  else if (state.late) parts.unshift(latePart(state));
  return parts;
}

function choiceWords(state, box, model) {
  return state.halted.filter((one) => one.other).map((one) => conflictPart(one, box, model));
}

function notSaved(title, ...inside) {
  return h("section", { class: "lltic-alarm__part" }, h("h2", { text: title }), ...inside);
}

const KEPT = "Your words are kept in this tab: you can go on writing, but do not close the tab.";
const NOT_KEPT =
  "Your browser could not keep a copy: do not close or reload this page. If this goes on, copy your words to a safe place.";

function latePart(state) {
  return notSaved(
    "Your latest words are not saved yet",
    h("p", { text: `The connection or the service is not answering. ${state.mirrored ? KEPT : NOT_KEPT} We keep trying, and this message goes away once everything is saved.` }),
  );
}

function gonePart(state, box) {
  const title = state.unsaved ? "Your latest words are not saved yet" : "This page has lost its connection";
  const text = state.unsaved
    ? `This page has lost its connection. ${state.mirrored ? "Your words are kept in this tab. Reload the page and they will be put back and saved. You may have to sign in again." : NOT_KEPT}`
    : "Everything you wrote is saved. Reload the page to go on. You may have to sign in again.";
  const reload = h("button", {
    type: "button",
    class: "lltic-button lltic-button--secondary",
    text: "Reload this page",
    "data-key": "reload",
    on: {
      click: () => {
        box.leaving = box.mirrored;
        location.reload();
      },
    },
  });
  return notSaved(title, h("p", { text }), state.mirrored && h("p", {}, reload));
}

function conflictPart(one, box, model) {
  const kind = (model.get("kinds") ?? {})[one.field] ?? "text"; // two free texts can be made one
  const isText = (answer) => kind === "text" && (answer === null || answer === undefined || typeof answer.value === "string");
  const known = (model.get("words") ?? {})[one.field] ?? {};
  const words = kind === "date" ? { ...dateWords(one.mine), ...dateWords(one.other.value) } : known;
  return conflictNotice(
    {
      label: labelOf(model, one.field),
      field: one.field,
      mine: answerWords(one.mine, words),
      other: answerWords(one.other.value, words),
      otherBy: one.other.at ? `Saved meanwhile at ${clockTime(one.other.at, false)}` : "Saved meanwhile",
      joined: isText(one.mine) && isText(one.other.value),
      draft: one.draft,
    },
    {
      choose: (choice, text) => {
        box.resolve(one.field, choice, text);
        focusOn(document.getElementById(fieldId(one.field)));
      },
      draft: (text) => {
        box.draft(one.field, text);
        if (typeof text !== "string") focusOn(document.querySelector(`[data-key="${CSS.escape(text ? `joined:${one.field}` : `conflict:${one.field}:Keep mine`)}"]`));
      },
    },
  );
}

/** How a date reads: { "2026-09-03": "3 Sep 2026" }; a month or a year stands as it is. */
function dateWords(answer) {
  const text = answer?.value;
  return typeof text === "string" && text.length === 10 ? { [text]: dayMonth(text, true) } : {};
}

function refusalPart(one, label, box) {
  const leave = () => {
    box.abandon(one.field);
    focusOn(document.getElementById(fieldId(one.field)));
  };
  return notSaved(
    `Not saved: ${label}`,
    h("p", { text: one.message || "The service did not accept this answer." }),
    h("p", { text: isEvidence(one.field) ? "Your answers are not affected. Leave this unsaved, and select the passage again if it is still needed." : "Your words are still on this page and in this tab. Change the answer and it is tried again, or copy it to a safe place." }),
    h("p", {}, h("button", { type: "button", class: "lltic-link", text: "Leave this unsaved", "data-key": `leave:${one.field}`, on: { click: leave } })),
  );
}

function strayNotice({ case_id, review_id }, model) {
  const query = `?${new URLSearchParams({ review: review_id, case: case_id })}`;
  const open = actionLink(model, { label: `Open case ${case_id} to save them`, action: "go", payload: { query } });
  return h(
    "div",
    { class: "lltic-inset lltic-inset--warning" },
    h("p", {}, h("strong", { text: `This tab still holds words for case ${case_id} that are not saved. ` }), open),
  );
}

export default { initialize, render };
