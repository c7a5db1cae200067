// Answers in words.

const MISSING_WORDS = {
  not_applicable: "Does not apply",
  not_in_notes: "Not in the notes",
  not_known: "Not known",
  declined: "Would rather not say",
};

/** An answer in words; `labels` has those of values, and under "" one for any other. */
function answerWords(answer, labels = {}) {
  if (answer === null || answer === undefined) return "No answer";
  if (answer.missing !== undefined) return MISSING_WORDS[answer.missing] ?? answer.missing;
  const worded = (one) => labels[String(one)] ?? labels[""] ?? String(one);
  if (Array.isArray(answer.value)) return answer.value.map(worded).join(", ") || "None";
  return worded(answer.value);
}
