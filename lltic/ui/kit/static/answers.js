// Answers in words.

const MISSING_WORDS = { not_applicable: "Does not apply", not_in_notes: "Not in the notes" };

/** An answer in words. */
function answerWords(answer, labels = {}) {
  if (answer === null || answer === undefined) return "No answer";
  if (answer.missing !== undefined) return MISSING_WORDS[answer.missing] ?? answer.missing;
  const worded = (one) => labels[String(one)] ?? String(one);
  if (Array.isArray(answer.value)) return answer.value.map(worded).join(", ") || "None";
  return worded(answer.value);
}
