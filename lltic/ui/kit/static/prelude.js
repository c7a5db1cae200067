// Shared by every component of the kit. Text is always set as text, never parsed.

/** Make an HTML element: attributes, `on` listeners, `text`, children; null and false are left out. */
function h(tag, attrs, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    } else if (name === "text") {
      node.textContent = String(value);
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  node.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

/** Words for screen readers only. */
function hidden(text) {
  return h("span", { class: "lltic-vh", text });
}

/** Prepare a component's root element. */
function mount(el, name) {
  el.classList.add("lltic", `lltic-${name}`);
  return el;
}

let counter = 0;
/** An id that no other element of the page has. */
function uid(prefix) {
  counter += 1;
  return `lltic-${prefix}-${counter}-${Math.floor(performance.now())}`;
}

/** The id of the element that takes the focus for a field. */
function fieldId(field) {
  return `lltic-f-${field.replace(/[^A-Za-z0-9_-]/g, "-")}`;
}

function emit(type, detail) {
  document.dispatchEvent(new CustomEvent(type, { detail }));
}

/** Listen, and return the function that stops listening. */
function listen(target, type, listener) {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}

/** Call `draw` now and once after each batch of changes of the named traits. */
function watch(model, names, draw) {
  let queued = false;
  let alive = true;
  const again = () => {
    if (queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      if (alive) draw();
    });
  };
  for (const name of names) model.on(`change:${name}`, again);
  draw();
  return () => {
    alive = false;
    for (const name of names) model.off(`change:${name}`, again);
  };
}

/** Replace what is inside `root` and leave the focus where it was, never on the page's body. */
function redraw(root, ...children) {
  const active = document.activeElement;
  const held = active && active !== root && root.contains(active);
  const key = held ? active.dataset.key : undefined;
  root.replaceChildren(...children.flat().filter(Boolean));
  if (!held) return;
  const same = key && root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (same) {
    same.focus({ preventScroll: true });
  } else {
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
  }
}

/** Local time of an ISO instant. */
function clockTime(iso, seconds = true) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) shape.second = "2-digit";
  return at.toLocaleTimeString("en-GB", shape);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The moment of an ISO date (local midnight) or instant. */
function moment(iso) {
  return new Date(iso.length === 10 ? `${iso}T00:00` : iso);
}

/** "19 Oct" or "19 Oct 2026"; empty when it is no date. */
function dayMonth(iso, year = false) {
  const at = moment(iso ?? "");
  if (Number.isNaN(at.getTime())) return "";
  return `${at.getDate()} ${MONTHS[at.getMonth()]}${year ? ` ${at.getFullYear()}` : ""}`;
}

/** "today 14:03" or "19 Oct 2026 14:03" in local time. */
function dayTime(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const today = new Date().toDateString() === at.toDateString();
  return `${today ? "today" : dayMonth(iso, true)} ${clockTime(iso, false)}`;
}

/** Save everything on the page; resolves to true when there was nothing to save or all is saved. */
function saveAll() {
  return new Promise((resolve) => {
    const detail = { done: resolve, taken: false };
    emit("lltic:flush", detail);
    if (!detail.taken) resolve(true);
  });
}

const NO_ANSWER_AFTER = 8000;

/** Say something next to where it happened. */
function trouble(scope, text) {
  scope.querySelector(":scope > .lltic-trouble")?.remove();
  if (text) scope.append(h("p", { class: "lltic-trouble", role: "alert", text }));
}

/**
 * Save (unless told not to), send an action to Python and wait until it is done.
 * While it is under way the component is busy and takes no second action.
 */
async function act(model, trigger, name, payload = {}, { save = true } = {}) {
  const scope = trigger.closest(".lltic") ?? trigger;
  if (scope.getAttribute("aria-busy") === "true") return false;
  scope.setAttribute("aria-busy", "true");
  trouble(scope, "");
  try {
    if (save && !(await saveAll())) return false;
    const outcome = await ask(model, { ...payload, action: name });
    if (outcome === "done") return true;
    trouble(
      scope,
      outcome === "failed"
        ? "That did not work. What you have written is still here. Please try again."
        : "No answer yet. What you have written is still here. Check your connection and try again.",
    );
    return false;
  } finally {
    scope.removeAttribute("aria-busy");
  }
}

/** Send a message that Python answers with done or failed. */
function ask(model, message) {
  return new Promise((resolve) => {
    const turn = newId();
    const finish = (outcome) => {
      clearTimeout(timer);
      model.off("msg:custom", hear);
      resolve(outcome);
    };
    const hear = (content) => {
      if (content?.done === turn) finish("done");
      if (content?.failed === turn) finish("failed");
    };
    const timer = setTimeout(() => finish("silent"), NO_ANSWER_AFTER);
    model.on("msg:custom", hear);
    try {
      model.send({ ...message, turn });
    } catch {
      finish("silent");
    }
  });
}

/** A random identifier; crypto.randomUUID exists on secure pages only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Save everything, then open another page of this site, which has a kernel of its own. */
async function openPage(trigger, page) {
  const scope = trigger.closest(".lltic") ?? trigger;
  if (scope.getAttribute("aria-busy") === "true") return;
  scope.setAttribute("aria-busy", "true");
  try {
    if (await saveAll()) location.assign(page);
  } finally {
    scope.removeAttribute("aria-busy");
  }
}

/** A link or a button looking like one; with a query or a page it can be opened in a new tab. */
function actionLink(model, { label, action, payload = {}, current = false }, attrs = {}, ...children) {
  const go = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    if (payload.page !== undefined) openPage(event.currentTarget, payload.page);
    else act(model, event.currentTarget, action, payload);
  };
  const common = { "data-key": `${action}:${label}`, ...attrs, on: { click: go } };
  if (current) common["aria-current"] = "page";
  const inside = children.length ? children : [label];
  const address = payload.page ?? payload.query;
  if (address !== undefined) return h("a", { href: address || "?", ...common }, ...inside);
  return h("button", { type: "button", ...common, class: `lltic-link ${attrs.class ?? ""}`.trim() }, ...inside);
}

/** Move the focus to an element that may not be focusable by itself, and bring it into view. */
function focusOn(node) {
  if (!node) return;
  if (node.tabIndex < 0 && !node.hasAttribute("tabindex")) node.setAttribute("tabindex", "-1");
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}
