function cookie(name) {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

function render({ model, el }) {
  mount(el, "site-header");
  const traits = ["product", "cohort", "person", "links", "logout_url", "notice"];

  const skip = (event) => {
    event.preventDefault();
    focusOn(document.querySelector("main h1, h1"));
  };
  /** End the session on the server, then leave; a refused post is said, not hidden. */
  const leave = async () => {
    const body = new URLSearchParams({ _xsrf: cookie("_xsrf") });
    const post = { method: "POST", body, credentials: "same-origin", redirect: "manual" };
    const reply = await fetch(model.get("logout_url"), post).catch(() => null);
    if (reply && (reply.ok || reply.type === "opaqueredirect")) location.assign(model.get("login_url"));
    else trouble(el, "You are still signed in: the server did not answer. Try again, or close the browser.");
  };
  const signOut = async (event) => {
    const button = event.currentTarget;
    if (el.getAttribute("aria-busy") === "true") return;
    el.setAttribute("aria-busy", "true");
    trouble(el, "");
    try {
      if (button.dataset.sure || (await saveAll())) await leave();
      else {
        button.dataset.sure = "yes";
        button.textContent = "Sign out anyway";
        trouble(el, "Your latest words are not saved yet. They stay in this tab until you close it, and come back when you sign in here again.");
      }
    } finally {
      el.removeAttribute("aria-busy");
    }
  };
  return watch(model, traits, () => {
    const person = model.get("person");
    const notice = model.get("notice");
    const cohort = model.get("cohort");
    const links = model.get("links").map((one) => h("li", {}, actionLink(model, one)));
    const out = model.get("logout_url") && h("li", {}, h("button", { type: "button", class: "lltic-link", text: "Sign out", "data-key": "signout", on: { click: signOut } }));
    redraw(
      el,
      h("a", { class: "lltic-skip", href: "#lltic-heading", text: "Skip to the page", on: { click: skip } }),
      h(
        "header",
        { class: "lltic-site" },
        h("p", { class: "lltic-site__name" }, h("b", { text: model.get("product") }), cohort ? h("span", { text: cohort }) : null),
        h("nav", { "aria-label": "Your account" }, h("ul", {}, links, person ? h("li", { class: "lltic-site__person" }, hidden("Signed in as "), person) : null, out || null)),
      ),
      notice ? h("p", { class: "lltic-site__notice", text: notice }) : null,
    );
  });
}

export default { render };
