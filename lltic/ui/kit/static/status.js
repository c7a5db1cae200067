// Words and looks of the states of a piece of work.

const STATUS_KINDS = new Set(["todo", "doing", "done", "waiting", "problem", "off"]);

function tag(text, kind) {
  const known = STATUS_KINDS.has(kind) ? kind : "todo";
  return text ? h("span", { class: `lltic-tag lltic-tag--${known}`, text }) : null;
}
