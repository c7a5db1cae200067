// Somebody's session has ended, or is about to: said over the page, which stays as it is.

const LOOK = 5000; // ms between two looks at the clock
const TOLD = 5000; // ms between two notes that somebody is there

const SAFE = "Everything marked as saved is safe. Words that are not saved yet stay on this page and are saved when you have signed in.";
const KEPT = "Everything marked as saved is safe, and what you have written stays on this page.";
const ORGANISATION = "Your organisation asks you who you are and brings you back here.";
const WHY = {
  empty: "Enter your password",
  wrong: "That password is not right. Enter it again",
  locked: "Too many wrong passwords. Wait a few minutes and try again, or ask your coordinator",
  other: "Somebody else has signed in in this browser. Sign them out first, or use another browser",
  change: "Your password has to be changed first: choose “Sign in as somebody else”, and sign in as yourself there",
  down: "The server does not answer. Wait a moment and try again",
  failed: "That did not work. Try again, or load the page again",
};

function render({ model, el }) {
  mount(el, "sign-in-again");
  const id = "lltic-again-password";
  const title = h("h2", { class: "lltic-h2", id: uid("again") });
  const text = h("p", { id: uid("again") });
  const field = passwordField(id, "Password");
  const button = h("button", { type: "submit", class: "lltic-button" });
  const leave = h("p", {}, h("a", { href: "login", text: "Sign in as somebody else" }));
  const form = h("form", { novalidate: true, method: "dialog" }, title, text, field.group, button, leave);
  const dialog = h("dialog", { class: "lltic-dialog", "aria-labelledby": title.id, "aria-describedby": text.id }, form);
  el.replaceChildren(dialog);

  let mode = ""; // "", "warn", "over"
  let gone = false; // the kernel of this page has ended
  let idle = false; // it was this page that ended the session, because nobody was there
  let busy = false;

  // ---- being there

  const key = () => `lltic:active:${model.get("name")}`;
  let own = Date.now();
  let told = 0;
  const alive = () => {
    own = Date.now();
    if (own - told < TOLD) return;
    told = own;
    try {
      localStorage.setItem(key(), String(own));
    } catch {
      // other tabs then count by themselves
    }
  };
  const lastAlive = () => {
    try {
      return Math.max(own, Number(localStorage.getItem(key())) || 0);
    } catch {
      return own;
    }
  };
  const noticed = () => {
    if (!mode) alive();
  };
  const look = () => {
    const limit = model.get("idle_minutes") * 60000;
    if (!limit || mode === "over" || idle || gone) return;
    const quiet = Date.now() - lastAlive();
    if (quiet >= limit) end();
    else if (quiet >= limit - model.get("warn_minutes") * 60000) open("warn");
    else if (mode === "warn") close(); // somebody is there in another tab
  };
  const end = async () => {
    idle = true;
    await saveAll();
    await post(model.get("pause_url"));
    open("over");
  };

  // ---- the dialog

  let before = null;
  const open = (next) => {
    if (mode === next) return;
    if (!mode) before = document.activeElement;
    mode = next;
    const over = next === "over";
    emit("lltic:pause", { reason: "over", on: over });
    title.textContent = over ? "Sign in again to go on" : "Are you still there?";
    const ended = idle ? `You were signed out because nothing happened here for ${model.get("idle_minutes")} minutes.` : "Your sign-in has ended.";
    const soon = `You will be signed out in ${model.get("warn_minutes")} minutes, so that nobody else can read these notes.`;
    const onward = atOrganisation() ? ` ${ORGANISATION}` : "";
    text.textContent = over ? `${ended} ${SAFE}${onward}` : `${soon} ${KEPT}`;
    field.group.hidden = !over || atOrganisation();
    leave.hidden = !over || atOrganisation();
    wrong("");
    button.textContent = over ? "Sign in and go on" : "Stay signed in";
    dialog.setAttribute("role", over ? "dialog" : "alertdialog");
    if (!dialog.open) dialog.showModal();
    (field.group.hidden ? button : field.input).focus();
  };
  const close = () => {
    if (!mode) return;
    mode = "";
    idle = false;
    field.input.value = "";
    if (dialog.open) dialog.close();
    emit("lltic:pause", { reason: "over", on: false });
    alive();
    if (before?.isConnected && before !== document.body) before.focus({ preventScroll: true });
    else focusOn(document.querySelector("h1"));
  };
  const wrong = (why) => {
    const said = why && (WHY[why] ?? WHY.failed);
    if (atOrganisation()) return trouble(form, said);
    field.wrong(said);
    if (why) field.input.focus();
  };
  /** Ask to go on: with the password, or after having signed in at one's organisation. */
  const askToGoOn = () => {
    const kernel_id = document.documentElement.dataset.llticKernel ?? "";
    const who = { name: model.get("name"), kernel_id };
    const how = atOrganisation() ? { turn: newId(), next: here() } : { password: field.input.value };
    return post(model.get("url"), { ...who, ...how });
  };
  const signIn = async () => {
    if (!atOrganisation() && !field.input.value) return wrong("empty");
    const reply = await askToGoOn();
    if (reply.status !== 200) {
      const why = reason(reply);
      if (why === "elsewhere" && reply.said.go) return leaveFor(reply.said.go);
      if (why === "over" && atOrganisation()) return leaveFor(`login?next=${encodeURIComponent(here())}`);
      if (why === "wrong") field.input.value = "";
      return wrong(why);
    }
    if (gone || !reply.said.ticket) return reload();
    const outcome = await ask(model, { action: "again", ticket: reply.said.ticket });
    if (outcome === "done" && !model.get("over")) return close();
    return reload(); // the session is good, this page's kernel is not
  };
  /** A new kernel; what was not saved is in the tab, and comes back. */
  const reload = () => {
    emit("lltic:leaving", {});
    location.reload();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    if (mode === "warn") return close();
    busy = true;
    button.setAttribute("aria-disabled", "true");
    try {
      await signIn();
    } finally {
      busy = false;
      button.removeAttribute("aria-disabled");
    }
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (mode === "warn") close();
  });
  dialog.addEventListener("close", () => {
    if (mode === "over") dialog.showModal(); // a browser lets nobody keep a dialog open against a second Escape
  });

  // ---- how one learns that it is over

  const lost = async ({ detail }) => {
    if (detail.state !== "gone") return;
    gone = true;
    const { status } = await post(model.get("url"), { ask: true });
    if (status === 401) open("over"); // else a reload is enough, and the alarm says so
  };
  const stop = [
    listen(document, "lltic:link", lost),
    listen(document, "lltic:session-over", () => open("over")),
    watch(model, ["over"], () => {
      if (model.get("over")) open("over");
      else if (mode === "over" && !idle && !busy) close();
    }),
    ...["pointerdown", "keydown", "wheel", "touchstart"].map((type) => {
      document.addEventListener(type, noticed, { passive: true, capture: true });
      return () => document.removeEventListener(type, noticed, { capture: true });
    }),
  ];
  const timer = setInterval(look, Math.min(LOOK, Math.max(200, model.get("warn_minutes") * 6000)));
  alive();
  return () => {
    clearInterval(timer);
    stop.forEach((one) => one());
    field.input.value = "";
    if (dialog.open) dialog.close();
  };
}

export default { render };
