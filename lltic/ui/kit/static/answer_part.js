// One answer as it is shown to be read.

function answerPart(row) {
  const { answer, text, optional } = row;
  if (answer === null || answer === undefined) {
    const words = optional ? "Not answered (optional)" : "Not answered yet";
    return h("span", { class: optional ? "lltic-quiet" : "lltic-unanswered", text: words });
  }
  if (answer.missing !== undefined) return h("span", { class: "lltic-quiet", text: answerWords(answer) });
  if (text !== undefined && text !== null) return h("span", { class: "lltic-pre", text });
  if (Array.isArray(answer.value) && answer.value.length) {
    return h("ul", { class: "lltic-plain" }, answer.value.map((one) => h("li", { text: one })));
  }
  return h("span", { class: "lltic-pre", text: answerWords(answer) });
}
