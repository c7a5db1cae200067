// A name put to something: the password goes to the web server, and only its token to Python.

function render({ model, el }) {
  mount(el, "signature");
  let field = null;

  const sign = async (button) => {
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
  const attempt = async () => {
    if (!(await saveAll())) return null; // the alarm says what is not saved
    const password = field.input.value;
    if (!password) return { action: "unsigned", payload: { why: "empty" } };
    const reply = await post(model.get("url"), { password, act: model.get("deed") });
    const signature = reply.said.signature;
    if (reply.status === 200 && typeof signature === "string") return { action: "signed", payload: { signature } };
    const why = reply.status === 401 ? "over" : reason(reply);
    if (why === "wrong") field.input.value = "";
    if (why === "over") emit("lltic:session-over", {});
    return { action: "unsigned", payload: { why } };
  };
  const stopFrame = watch(model, ["label", "hint", "button", "warning", "links"], () => {
    field = passwordField(fieldId(model.get("field")), model.get("label"), { hint: model.get("hint") });
    field.wrong(model.get("error"));
    field.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sign(button);
    });
    const button = h("button", {
      type: "button",
      class: `lltic-button${model.get("warning") ? " lltic-button--warning" : ""}`,
      text: model.get("button"),
      "data-key": "sign",
      on: { click: (event) => sign(event.currentTarget) },
    });
    const links = model.get("links").map((one) => actionLink(model, one));
    redraw(el, field.group, h("div", { class: "lltic-actions__row" }, button, links));
  });
  const stopError = watch(model, ["error"], () => field?.wrong(model.get("error")));
  return () => {
    if (field) field.input.value = "";
    stopFrame();
    stopError();
  };
}

export default { render };
