// Where the person is: title, address bar, focus. Shows nothing itself.

const SETTLE = 700; // ms to wait for the new page's heading
const NARROW = 900; // px, below which notes and form are in one column
const GROWS = 1500; // ms in which notes and pictures may still push a page down
const LOAD = 10000; // ms to wait for the first one

function render({ model, el }) {
  mount(el, "place");
  el.hidden = true;
  let first = true;
  let seen = null; // the heading of the page one is on
  let turning = 0;
  let pressed = { at: 0, on: null }; // when, and on what, a mouse or a finger was last pressed down

  const name = () => {
    const parts = [model.get("title"), model.get("product")].filter(Boolean).join(" – ");
    document.title = `${model.get("error") ? "Error: " : ""}${parts}`;
  };
  const address = () => {
    const query = model.get("query");
    if (query === location.search) return;
    const method = first || model.get("replace") ? "replaceState" : "pushState";
    history[method](null, "", `${location.pathname}${query}`);
  };
  /** Whether the person put the focus somewhere since then, or into a box of the new page, which
   * may be there before the word that it is: nobody takes them away from there. */
  const chose = (since) => {
    const at = document.activeElement;
    const box = at === pressed.on && at.matches("input, textarea, select");
    return at !== document.body && (box || pressed.at > since);
  };
  /** Call `then` with the page's heading once the old one is gone, or after `patience`. */
  const settle = (patience, then) => {
    turning += 1;
    const turn = turning;
    const until = performance.now() + patience;
    const look = () => {
      if (turn !== turning) return;
      const heading = document.querySelector("h1");
      if ((!heading || heading === seen) && performance.now() < until) return void requestAnimationFrame(look);
      seen = heading;
      then(heading);
    };
    requestAnimationFrame(look);
  };
  /** Bring something into view, and again while the page above it still grows. */
  const stay = (target, block) => {
    const turn = turning;
    let moved = false; // by the person, who knows better
    const mine = () => (moved = true);
    const heard = ["wheel", "touchstart", "keydown", "pointerdown"];
    heard.forEach((type) => window.addEventListener(type, mine, { once: true, passive: true }));
    const until = performance.now() + GROWS;
    const look = () => {
      if (moved || turn !== turning || !target.isConnected) return;
      const { top: high, bottom } = target.getBoundingClientRect();
      if (bottom > window.innerHeight || high < 0) target.scrollIntoView({ block });
      if (performance.now() < until) setTimeout(look, 150);
      else heard.forEach((type) => window.removeEventListener(type, mine));
    };
    look();
  };
  /** Go to the field where somebody left off; it may come a little later than the heading. */
  const land = (field, since, until) => {
    const target = document.getElementById(fieldId(field));
    if (chose(since)) return;
    if (!target) {
      if (performance.now() < until) requestAnimationFrame(() => land(field, since, until));
      return;
    }
    target.focus({ preventScroll: true });
    stay(target, "center");
    // Words go on where they ended, not before what is there.
    if (target.matches("textarea")) target.setSelectionRange(target.value.length, target.value.length);
  };
  const arrive = () => {
    const turned = performance.now();
    settle(SETTLE, (heading) => {
      // An error summary takes the focus itself.
      if (!heading || (model.get("error") && document.querySelector(".lltic-problem"))) return;
      if (chose(turned)) return;
      top(heading);
      if (!heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
      // In one column the notes come first: a new page is where its heading is.
      if (window.innerWidth < NARROW) stay(heading, "start");
      if (model.get("field")) land(model.get("field"), turned, performance.now() + SETTLE);
    });
  };
  const top = (heading) => {
    for (let node = heading.parentElement; node && node !== document.body; node = node.parentElement) {
      if (node.scrollTop) node.scrollTop = 0;
    }
    window.scrollTo(0, 0);
  };
  let turn = model.get("turn");
  const update = () => {
    name();
    address();
    const turned = model.get("turn") !== turn;
    turn = model.get("turn");
    if (first) settle(LOAD, () => model.get("field") && land(model.get("field"), 0, performance.now() + SETTLE));
    else if (turned) arrive();
    first = false;
  };
  const back = async () => {
    const query = location.search;
    if (query === model.get("query")) return;
    const ok = await saveAll();
    if (!ok || (await ask(model, { action: "go", query })) !== "done") {
      history.pushState(null, "", `${location.pathname}${model.get("query")}`);
    }
  };
  const stop = [
    watch(model, ["title", "product", "query", "error", "turn"], update),
    listen(window, "popstate", back),
    listen(window, "pointerdown", ({ target }) => (pressed = { at: performance.now(), on: target })),
  ];
  return () => stop.forEach((one) => one());
}

export default { render };
