// A name put to something: by a password that goes to the web server, or by signing in once more
// at one's organisation. Only the token for it goes to Python.

const INTENTION = "lltic:signing"; // what somebody went to sign in again for, kept in this tab
const AWAY = 15 * 60000; // ms after which nobody comes back for it
const GONE_WITHIN = 10000; // ms that the button stays busy while the page is being left
const THERE_WITHIN = 5000; // ms that a page has to put itself together again

/** The words that are on this page and nowhere else. */
function drafts() {
  const found = [];
  emit("lltic:drafts", { add: (one) => found.push(one) });
  return found;
}

/** Whether every field of these has words in it. */
function hasAll(fields) {
  const said = drafts().filter(({ value }) => String(value.value ?? "").trim());
  return fields.every((name) => said.some(({ field }) => field === name));
}

/** Remember what is being signed, and with what words. */
function remember(deed, turn) {
  try {
    sessionStorage.setItem(INTENTION, JSON.stringify({ deed, turn, drafts: drafts(), at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

/** What somebody went to sign in again for, once, when it was for this. */
function remembered(deed) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(INTENTION) ?? "null");
    if (kept?.deed !== deed) return null;
    sessionStorage.removeItem(INTENTION);
    return Date.now() - kept.at < AWAY ? kept : null;
  } catch {
    return null;
  }
}

/** Wait until something is there, but not for ever. */
async function there(look) {
  const until = Date.now() + THERE_WITHIN;
  while (!look() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What asks for a signature: a password field. */
function byPassword(model) {
  const field = passwordField(fieldId(model.get("field")), model.get("label"), { hint: model.get("hint") });
  return { ...field, label: model.get("button"), key: field.input, forget: () => (field.input.value = "") };
}

/** What asks for a signature where there is no password: words on where one is going. */
function bySignIn(model) {
  const id = fieldId(model.get("field"));
  const error = h("p", { class: "lltic-error", id: `${id}-error`, hidden: true });
  const group = h(
    "div",
    { class: "lltic-group", id, tabindex: "-1" },
    h("p", { class: "lltic-label", text: "To sign, sign in again" }),
    model.get("hint") ? h("p", { class: "lltic-hint", text: model.get("hint") }) : null,
    h("p", { class: "lltic-hint", text: "Your organisation asks you once more who you are and brings you back here. What you have written is safe and comes back with you. When you are back, it is signed." }),
    error,
  );
  const wrong = (text) => {
    error.replaceChildren(...(text ? [hidden("Error: "), text] : []));
    error.hidden = !text;
    group.classList.toggle("lltic-group--error", Boolean(text));
  };
  const words = model.get("button");
  const label = `Sign in again to ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  return { group, wrong, label, key: null, forget: () => {} };
}

function render({ model, el }) {
  mount(el, "signature");
  let field = null;
  let button = null;

  const sign = async (attempt) => {
    if (el.getAttribute("aria-busy") === "true") return;
    el.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
    trouble(el, "");
    let next = null;
    try {
      next = await attempt();
    } finally {
      el.removeAttribute("aria-busy");
      button.removeAttribute("aria-disabled");
    }
    if (next) await act(model, button, next.action, next.payload, { save: false });
  };
  /** What to tell Python: the token, or why there is none. */
  const told = (reply) => {
    const signature = reply.said.signature;
    if (reply.status === 200 && typeof signature === "string") return { action: "signed", payload: { signature } };
    const sent = reply.said.problem === "elsewhere" ? "unconfirmed" : "over";
    const why = reply.status === 401 ? sent : reason(reply);
    if (why === "over") emit("lltic:session-over", {});
    return { action: "unsigned", payload: { why } };
  };
  const withPassword = async () => {
    if (!(await saveAll())) return null; // the alarm says what is not saved
    const password = field.input.value;
    if (!password) return { action: "unsigned", payload: { why: "empty" } };
    const next = told(await post(model.get("url"), { password, act: model.get("deed") }));
    if (next.payload.why === "wrong") field.forget();
    return next;
  };
  const ask = (turn) => post(model.get("url"), { act: model.get("deed"), turn, next: here() });
  /** Leave for the sign-in; what is signed, and the words for it, wait in this tab. */
  const goAndSignIn = async () => {
    if (!(await saveAll())) return null;
    const turn = newId();
    const reply = await ask(turn);
    const go = reply.said.problem === "elsewhere" ? reply.said.go : "";
    if (!go) return told(reply);
    if (!remember(model.get("deed"), turn)) return { action: "unsigned", payload: { why: "failed" } };
    leaveFor(go);
    await new Promise((resolve) => setTimeout(resolve, GONE_WITHIN));
    return null;
  };
  /** Back from the sign-in: put the words where they were, then sign. */
  const comeBack = (kept) => async () => {
    el.prepend(h("p", { class: "lltic-hint", role: "status", text: "Welcome back. Signing…" }));
    for (const { field: name, value } of kept.drafts) {
      await there(() => document.getElementById(fieldId(name)));
      emit("lltic:fill", { field: name, value });
    }
    await there(() => document.documentElement.dataset.llticWindow); // Python knows the tab
    const next = told(await ask(kept.turn));
    el.querySelector(":scope > [role=status]")?.remove();
    return next;
  };

  const attempt = () => {
    if (!hasAll(model.get("needs"))) return { action: "unsigned", payload: { why: "unfinished" } };
    return atOrganisation() ? goAndSignIn() : withPassword();
  };
  const press = () => sign(attempt);
  const stopFrame = watch(model, ["label", "hint", "button", "warning", "links"], () => {
    field = atOrganisation() ? bySignIn(model) : byPassword(model);
    field.wrong(model.get("error"));
    field.key?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") press();
    });
    button = h("button", {
      type: "button",
      class: `lltic-button${model.get("warning") ? " lltic-button--warning" : ""}`,
      text: field.label,
      "data-key": "sign",
      on: { click: press },
    });
    const links = model.get("links").map((one) => actionLink(model, one));
    redraw(el, field.group, h("div", { class: "lltic-actions__row" }, button, links));
  });
  const stopError = watch(model, ["error"], () => field?.wrong(model.get("error")));
  const kept = atOrganisation() ? remembered(model.get("deed")) : null;
  if (kept) sign(comeBack(kept));
  return () => {
    field?.forget();
    stopFrame();
    stopError();
  };
}

export default { render };
