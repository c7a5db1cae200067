function render({ model, el }) {
  mount(el, "splitter");
  const KEY = "lltic:columns";
  let share = model.get("share");
  try {
    share = Number(sessionStorage.getItem(KEY)) || share;
  } catch {
    // no storage: the default will do
  }
  const bar = h("div", { role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": "Width of the notes", "aria-valuemin": 20, "aria-valuemax": 80 });
  el.replaceChildren(bar);
  const frame = () => el.closest(".lltic-columns");
  const set = (next) => {
    share = Math.min(80, Math.max(20, Math.round(next)));
    bar.setAttribute("aria-valuenow", share);
    bar.setAttribute("aria-valuetext", `${share} percent`);
    frame()?.style.setProperty("--lltic-left", `${share}fr`);
    frame()?.style.setProperty("--lltic-right", `${100 - share}fr`);
    try {
      sessionStorage.setItem(KEY, String(share));
    } catch {
      // kept for this page only
    }
  };
  const step = (event) => {
    const by = { ArrowLeft: share - 5, ArrowRight: share + 5, Home: 20, End: 80, Enter: model.get("share") }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    set(by);
  };
  const drag = (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = frame().getBoundingClientRect();
    set(((event.clientX - box.left) / box.width) * 100);
  };
  bar.addEventListener("keydown", step);
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
    bar.focus();
  });
  bar.addEventListener("pointermove", drag);
  // The columns may come into the page later than this bar.
  const watcher = new ResizeObserver(() => set(share));
  watcher.observe(el);
  return () => watcher.disconnect();
}

export default { render };
