// Two versions of one answer, and the choice between them.

/** The notice itself; `choose` is called with "mine", "other" or "both". */
function conflictNotice({ label, message, mine, other, otherBy, both }, choose) {
  const version = (title, text) =>
    h("div", { class: "lltic-conflict__version" }, h("h3", { text: title }), h("p", { class: "lltic-pre", text }));
  const button = (text, choice) =>
    h("button", {
      type: "button",
      class: "lltic-button lltic-button--secondary",
      text,
      "data-key": `conflict:${label}:${choice}`,
      on: { click: (event) => choose(choice, event.currentTarget) },
    });
  return h(
    "section",
    { class: "lltic-conflict", "aria-label": `Two versions of ${label || "an answer"}` },
    h("h2", { text: `Two versions: ${label || "an answer"}` }),
    h("p", { text: message || "This answer was changed elsewhere since you opened it. Nothing is lost: choose which to keep." }),
    h("div", { class: "lltic-conflict__pair" }, version("Yours, on this page", mine), version(otherBy || "The saved one", other)),
    h(
      "p",
      { class: "lltic-conflict__choice" },
      button("Keep mine", "mine"),
      button("Use the other", "other"),
      both && button("Keep both, one after the other", "both"),
    ),
  );
}
