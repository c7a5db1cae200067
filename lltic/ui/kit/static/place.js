// Where the person is: title, address bar, focus. Shows nothing itself.

const SETTLE = 700; // ms to wait for the new page's heading

function render({ model, el }) {
  mount(el, "place");
  el.hidden = true;
  let first = true;
  let seen = document.querySelector("h1");
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
  /** Wait until the old heading is gone, then take the focus to the new one. */
  const arrive = () => {
    turning += 1;
    const turn = turning;
    const until = performance.now() + SETTLE;
    const look = () => {
      if (turn !== turning) return;
      const heading = document.querySelector("h1");
      if ((!heading || heading === seen) && performance.now() < until) return void requestAnimationFrame(look);
      seen = heading;
      if (!heading || model.get("error")) return;
      top(heading);
      if (!heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: true });
    };
    requestAnimationFrame(look);
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
    if (turned && !first) arrive();
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
