// Where the person is: title, address bar, focus. Shows nothing itself.

const SETTLE = 700; // ms to wait for the new page's heading
const LOAD = 10000; // ms to wait for the first one

function render({ model, el }) {
  mount(el, "place");
  el.hidden = true;
  let first = true;
  let seen = null; // the heading of the page one is on
  let turning = 0;

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
  const arrive = () =>
    settle(SETTLE, (heading) => {
      // An error summary takes the focus itself.
      if (!heading || (model.get("error") && document.querySelector(".lltic-problem"))) return;
      top(heading);
      if (!heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
    });
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
    if (first) settle(LOAD, () => {});
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
  ];
  return () => stop.forEach((one) => one());
}

export default { render };
