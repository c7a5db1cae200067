// Boxes whose text means nothing half-way: a date, a number.

/**
 * Say at once what can stand as it is, and what is still being typed when the person leaves the
 * field or the page. Nothing is kept back then: what cannot stand is for the service to refuse,
 * in words, while the page keeps it.
 */
function finishing(el, field) {
  let held = null;
  const release = () => {
    if (!held) return;
    const { answer } = held;
    held = null;
    field.edit(answer);
  };
  const left = (event) => {
    if (!el.contains(event.relatedTarget)) release();
  };
  // Before anybody else who hears of it: the outbox has to know of it by then.
  const first = [[document, "lltic:flush"], [globalThis, "pagehide"], [globalThis, "beforeunload"]];
  el.addEventListener("focusout", left);
  for (const [target, type] of first) target.addEventListener(type, release, true);
  return {
    say(answer, canStand) {
      held = canStand ? null : { answer };
      if (canStand) field.edit(answer);
    },
    end() {
      release();
      el.removeEventListener("focusout", left);
      for (const [target, type] of first) target.removeEventListener(type, release, true);
    },
  };
}
