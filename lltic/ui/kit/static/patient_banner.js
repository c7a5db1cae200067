const KEPT = 3; // identifiers that stay in view on a small screen

function render({ model, el }) {
  mount(el, "banner");
  const status = h("span", { class: "lltic-save", role: "status" });
  const busy = h("span", { class: "lltic-save lltic-save--busy", "aria-hidden": "true" });
  const slot = h("div", { class: "lltic-banner__status" }, status, busy);
  const claim = () => emit("lltic:status-slot", { slot: el, claimed: true });
  const stop = [
    listen(document, "lltic:status-ask", claim),
    listen(document, "lltic:status", ({ detail }) => {
      if (status.textContent !== detail.words) status.textContent = detail.words;
      busy.textContent = detail.busy;
      status.classList.toggle("lltic-save--done", detail.done);
      status.classList.toggle("lltic-save--bad", detail.bad);
    }),
    watch(model, ["items"], () => {
      const pair = ({ label, value }) => h("div", {}, h("dt", { text: label }), h("dd", { text: value }));
      const items = model.get("items");
      const list = h("dl", { class: "lltic-banner__items", id: uid("banner") }, items.map(pair));
      const more = h("button", { type: "button", class: "lltic-link lltic-banner__more", text: "More", "aria-expanded": "false", "aria-controls": list.id });
      more.addEventListener("click", () => {
        const open = list.classList.toggle("lltic-banner__items--all");
        more.setAttribute("aria-expanded", String(open));
        more.textContent = open ? "Less" : "More";
      });
      el.replaceChildren(h("section", { class: "lltic-banner__inner", "aria-label": "Patient" }, list, items.length > KEPT ? more : null, slot));
    }),
  ];
  const height = () => {
    document.documentElement.style.setProperty("--lltic-banner-height", `${el.offsetHeight}px`);
  };
  const watcher = new ResizeObserver(height);
  watcher.observe(el);
  claim();
  return () => {
    watcher.disconnect();
    document.documentElement.style.removeProperty("--lltic-banner-height");
    stop.forEach((one) => one());
    emit("lltic:status-slot", { slot: el, claimed: false });
  };
}

export default { render };
