// Which window this is, that it is alive, and what to say when another one has the review.

const NAME = "lltic:window";
const BEAT = 10000; // ms between two signs of life
const WAIT = 3000; // ms between them while another window has the review
const LOCK_TRIES = 8; // a page that is being reloaded lets go of its name in a moment

function stored() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function store(name) {
  try {
    sessionStorage.setItem(NAME, name);
  } catch {
    // without storage the name lasts as long as the page
  }
}

/** Hold a name for as long as this page lives; false when another page has it (a duplicated tab). */
function claim(name) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`${NAME}:${name}`, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise(() => {}) : undefined;
      })
      .catch(() => resolve(true));
  });
}

/** The name of this tab: the same after a reload, another one in a tab made as its copy. */
async function windowName() {
  const before = stored();
  if (before) {
    for (let tries = 0; tries < LOCK_TRIES; tries += 1) {
      if (await claim(before)) return before;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const name = newId();
  store(name);
  await claim(name);
  return name;
}

function initialize({ model }) {
  let alive = true;
  const send = (message) => {
    try {
      if (alive) model.send(message);
    } catch {
      // the next beat tries again
    }
  };
  const beat = () => {
    const waits = model.get("state") && document.visibilityState === "hidden"; // asks when it is seen
    if (model.get("watching") && !waits) send({ action: "beat" });
  };
  const shown = () => {
    if (document.visibilityState === "visible") beat();
  };
  let timer = null;
  const keepOn = () => {
    clearInterval(timer);
    timer = setInterval(beat, model.get("state") ? WAIT : BEAT);
  };
  /** The last words first, then that the review is free: what is saved later would hold it again. */
  const left = () => {
    if (!model.get("watching")) return;
    saveAll();
    send({ action: "leave" });
  };
  const pause = () => {
    keepOn();
    const on = model.get("state") === "elsewhere";
    if (on) document.documentElement.dataset.llticPaused = "elsewhere";
    else delete document.documentElement.dataset.llticPaused;
    emit("lltic:pause", { reason: "elsewhere", on });
    emit("lltic:paused", {});
  };
  windowName().then((window) => {
    send({ action: "hello", window });
    document.documentElement.dataset.llticWindow = window;
  });
  model.on("change:state", pause);
  keepOn();
  const stop = [
    listen(document, "visibilitychange", shown),
    listen(globalThis, "pagehide", left),
    listen(globalThis, "pageshow", ({ persisted }) => persisted && beat()),
  ];
  return () => {
    alive = false;
    clearInterval(timer);
    stop.forEach((one) => one());
  };
}

function render({ model, el }) {
  mount(el, "window");
  const problem = h("div", { role: "alert" });
  const tell = () => {
    const text = model.get("problem");
    problem.replaceChildren(...(text ? [h("p", { class: "lltic-trouble", text })] : []));
  };
  const draw = () => {
    if (model.get("state") !== "elsewhere") return redraw(el);
    const here = h("button", {
      type: "button",
      class: "lltic-button lltic-button--secondary",
      text: "Continue here",
      "data-key": "here",
      on: { click: (event) => act(model, event.currentTarget, "take_over", {}, { save: false }) },
    });
    redraw(
      el,
      h(
        "div",
        { class: "lltic-inset lltic-inset--warning", role: "alert" },
        h("p", { class: "lltic-inset__title" }, hidden("Important: "), "This review is open in another window"),
        h("p", {
          text: "You can read it here. To write here, choose “Continue here”: the other window then only reads. Everything that was marked as saved is safe, and words you wrote here that are not saved yet stay in this window and are saved when you continue here. If you have just closed the other window, this message goes away by itself.",
        }),
        h("p", {}, here),
      ),
      problem,
    );
    return undefined;
  };
  const stop = [watch(model, ["state"], draw), watch(model, ["problem"], tell)];
  return () => stop.forEach((one) => one());
}

export default { initialize, render };
