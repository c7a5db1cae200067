// A number in a plain box: no spinner that a wheel turns by accident, and nothing is rounded.

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

function render({ model, el }) {
  mount(el, "field");
  let input = null;
  let why = null;
  const setAside = (missing) => input.classList.toggle("lltic-off", why.show(missing, input.value !== ""));
  /** The number that was typed; what is none stays the text that it is. */
  const reading = () => {
    const text = input.value.trim();
    return NUMBER.test(text) ? Number(text) : text;
  };
  const field = connect(model, el, (answer) => {
    if (!input) return;
    const value = answer?.value ?? "";
    if (!answer?.missing && reading() !== value) input.value = String(value); // "61.0" stays as it was typed
    setAside(answer?.missing);
  });
  const finish = finishing(el, field);
  const say = () => {
    const value = reading();
    finish.say(value === "" ? null : { value }, value === "" || canStand(model, value));
  };
  const typed = () => {
    setAside(null);
    say();
  };
  const ticked = (missing) => {
    setAside(missing);
    if (missing) finish.say({ missing }, true);
    else say();
  };
  const build = () => {
    const id = fieldId(model.get("field"));
    const unit = model.get("unit");
    const signed = (model.get("minimum") ?? -1) < 0; // the keyboards of telephones have no minus sign
    const keys = model.get("decimals") ? "decimal" : "numeric";
    input = h("input", {
      id,
      type: "text",
      inputmode: signed ? null : keys,
      class: "lltic-input lltic-number",
      autocomplete: "off",
      spellcheck: "false",
      "data-key": id,
      on: { input: typed },
    });
    why = reasons(model, id, ticked);
    const shown = unit ? h("span", { class: "lltic-unit", "aria-hidden": "true", text: unit }) : null;
    const around = h("div", { class: "lltic-unit-line" }, input, shown);
    return boxed(model, el, input, { around, below: why.part, said: unit ? hidden(` in ${unit}`) : null });
  };
  const end = fieldLife(model, el, ["optional", "missing", "unit", "decimals", "minimum", "maximum"], build, field);
  return () => {
    finish.end();
    end();
  };
}

/** Whether it may be sent before the person has left the box; the service decides what it takes. */
function canStand(model, value) {
  const low = model.get("minimum") ?? -Infinity;
  const high = model.get("maximum") ?? Infinity;
  return typeof value === "number" && value >= low && value <= high && Number(value.toFixed(model.get("decimals"))) === value;
}

export default { render };
