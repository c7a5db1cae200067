// Two versions of one answer, and the choice between them.

/**
 * The notice itself. `choose(choice, text)` is called with "mine", "other", or "joined" and its
 * text; `draft(text)` keeps a joined text while it is being made: true begins one, null gives up.
 */
function conflictNotice({ label, field, mine, other, otherBy, joined, draft }, { choose, draft: keep }) {
  const what = label || "an answer";
  const version = (title, text) =>
    h("div", { class: "lltic-conflict__version" }, h("h3", { text: title }), h("p", { class: "lltic-pre", tabindex: "0", text }));
  const button = (text, act, kind = "secondary") =>
    h("button", { type: "button", class: `lltic-button lltic-button--${kind}`, "data-key": `conflict:${field ?? label}:${text}`, on: { click: act } }, text, hidden(` for ${what}`));
  const choice = [
    button("Keep mine", (event) => choose("mine", "", event.currentTarget)),
    button("Keep the other", (event) => choose("other", "", event.currentTarget)),
    joined && button("Edit a text made of both", () => keep(true)),
  ];
  return h(
    "section",
    { class: "lltic-conflict", "aria-label": `Two versions of ${what}` },
    h("p", { class: "lltic-vh", role: "alert", text: `Two versions of ${what}: choose which to keep.` }),
    h("h2", { text: `Two versions: ${what}` }),
    h("p", { text: "This answer was changed elsewhere since you opened it. Both are safe and nothing was overwritten: choose which to keep." }),
    h("div", { class: "lltic-conflict__pair" }, version("Yours", mine), version(otherBy || "Saved meanwhile", other)),
    typeof draft === "string"
      ? joinedText(what, field, draft, { choose, keep, button })
      : h("p", { class: "lltic-conflict__choice" }, choice),
  );
}

/** Where a person makes one text of two. */
function joinedText(what, field, draft, { choose, keep, button }) {
  const id = uid("joined");
  const area = h("textarea", { id, class: "lltic-textarea", rows: 5, "data-key": `joined:${field}`, on: { input: () => keep(area.value) } });
  area.value = draft;
  return h(
    "div",
    { class: "lltic-conflict__joined" },
    h("label", { for: id, class: "lltic-label", text: "One text made of both" }, hidden(`: ${what}`)),
    area,
    h(
      "p",
      { class: "lltic-conflict__choice" },
      button("Save this text", () => choose("joined", area.value)),
      h("button", { type: "button", class: "lltic-link", text: "Back to the two versions", on: { click: () => keep(null) } }),
    ),
  );
}
