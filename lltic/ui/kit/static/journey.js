// The drawing is made of boxes whose places are per cents: it fills any width, and prints.

const KEPT = "lltic:journey";
const WIDE = 560; // px; below that the list is shown instead

function percent(node, left, width) {
  node.style.left = `${left}%`;
  if (width !== undefined) node.style.width = `${width}%`;
  return node;
}

function named(one) {
  return [one.label, one.organisation].filter(Boolean).join(", ");
}

/** One line of the drawing: what it is about, and the track. The list says it to a screen reader. */
function line(name, label, under, ...inside) {
  return [
    h("div", { class: `lltic-journey__label lltic-journey__label--${name}`, "aria-hidden": "true" }, h("b", { text: label }), under ? h("small", { text: under }) : null),
    h("div", { class: `lltic-journey__track lltic-journey__track--${name}` }, ...inside),
  ];
}

function bar(page, stay, notes, scale, text) {
  const [from, to] = [scale.at(stay.from), scale.at(stay.to)];
  const words = `${named(stay)}, ${span(stay.from, stay.to)}`;
  const attrs = { class: "lltic-journey__bar", "data-care": stay.kind, title: words };
  const inside = h("span", { "aria-hidden": "true", text });
  const drawn = notes.length
    ? opening(page, notes[0], words.includes(text) ? words : `${text}: ${words}`, attrs, inside)
    : h("div", attrs, inside);
  return percent(drawn, from, Math.max(to - from, 0.6));
}

/** A button that opens a document beside the form. */
function opening({ model, said }, contact, words, attrs, ...inside) {
  const go = async (event) => {
    if (!(await act(model, event.currentTarget, "open", { document: contact.document }, { save: false }))) return;
    document.querySelector(".lltic-notes")?.scrollIntoView({ block: "nearest" });
    said.textContent = `${contact.label} is open in the notes`;
  };
  return h("button", { type: "button", "aria-label": `${words}: open in the notes`, "data-key": `open:${contact.document}`, ...attrs, on: { click: go } }, ...inside);
}

function point(page, { at, all }) {
  const [first] = all;
  const words =
    all.length === 1
      ? `${named(first)}, ${dayMonth(first.on, true)}`
      : `${all.length} documents, ${span(first.on, all.at(-1).on)}: ${all.map((one) => one.label).join("; ")}`;
  const inside = h("span", { "aria-hidden": "true", text: all.length > 1 ? all.length : "" });
  return percent(opening(page, first, words, { class: "lltic-journey__point", "data-care": first.kind, title: words }, inside), at);
}

/** The part of the journey that this page is about, behind everything on a track. */
function shade(phase, scale) {
  if (!phase.from) return null;
  const [a, b] = [scale.at(phase.from), scale.at(phase.to)];
  return percent(h("div", { class: "lltic-journey__shade" }), a, Math.max(b - a, 0.8));
}

function bracket(part, scale, current) {
  const [a, b] = [scale.at(part.from), scale.at(part.to)];
  const text = span(part.from, part.to);
  const drawn = h("div", { class: `lltic-journey__part${current ? " lltic-journey__part--here" : ""}`, title: `${part.label}, ${text}` });
  return percent(drawn, a, Math.max(b - a, 0.8));
}

function gap(one, scale) {
  const [a, b] = [scale.at(one.from), scale.at(one.to)];
  return percent(h("div", { class: "lltic-journey__gap", title: `No stay on record: ${one.label}` }, h("span", { "aria-hidden": "true", text: one.label })), a, b - a);
}

function axis(scale, died) {
  const tick = ({ at, text, late }) => {
    const kind = `lltic-journey__tick${late ? " lltic-journey__tick--late" : ""}`;
    return percent(h("span", { class: kind, "aria-hidden": "true", text }), at);
  };
  const marks = ticksOf(scale, died).map(tick);
  if (died) {
    const mark = h("span", { class: "lltic-journey__died", "aria-hidden": "true" }, h("b", { text: `died ${dayMonth(died)}` }));
    mark.style.right = `${100 - scale.width}%`;
    marks.push(mark);
  }
  if (scale.after) marks.push(percent(h("span", { class: "lltic-journey__after", "aria-hidden": "true", text: "afterwards" }), scale.width, 100 - scale.width));
  return line("axis", "", "", ...marks);
}

/** What every track shows behind its own: this page's part, and the end of life. */
function behind(phase, scale, died) {
  const end = died ? percent(h("div", { class: "lltic-journey__end" }), Math.min(scale.at(`${died}T23:59`), scale.width)) : null;
  const strip = scale.after ? percent(h("div", { class: "lltic-journey__strip" }), scale.width, 100 - scale.width) : null;
  return [strip, shade(phase, scale), end];
}

function drawing(page, data, byLane) {
  const { segments, contacts, phases, phase, died } = data;
  const scale = scaleOf(segments, contacts, died);
  const back = () => behind(phase, scale, died);
  const parts = phase.from ? [phase] : phases;
  const rows = parts.map((one) => line("part", one.label, "", ...back(), bracket(one, scale, one === phase)));
  const stay = (one, text) => bar(page, one, notesOf(one, contacts), scale, text);
  const length = (one) => days(Math.max(daysBetween(one.from, one.to), 1));
  if (byLane) {
    for (const { label, organisation, stays, points } of lanesOf(segments, contacts)) {
      const drawn = [...stays.map((one) => stay(one, [one.label === label ? "" : one.label, one.detail || length(one)].filter(Boolean).join(" · "))), ...pointsOf(points, scale).map((one) => point(page, one))];
      rows.push(line("lane", label, organisation, ...back(), ...drawn));
    }
    const gaps = gapsOf(segments, died);
    if (gaps.length) rows.push(line("lane", "No stay on record", "", ...back(), ...gaps.map((one) => gap(one, scale))));
  } else {
    const gaps = gapsOf(segments, died).map((one) => gap(one, scale));
    rows.push(line("lane", "Stays", "", ...back(), ...gaps, ...segments.map((one) => stay(one, one.label))));
    const others = pointsOf(loose(segments, contacts), scale);
    if (others.length) rows.push(line("lane", "Other contacts", "", ...back(), ...others.map((one) => point(page, one))));
  }
  return h("div", { class: "lltic-journey__drawing" }, rows.flat(), axis(scale, died));
}

/** The same in words: for screen readers, for small screens, and for whoever prefers it. */
function inWords(page, { segments, contacts, phases, phase, died }, open) {
  const way = (contact, label) => (open && contact ? [" ", h("span", {}, opening(page, contact, label, { class: "lltic-link", "data-key": `list:${contact.document}` }, "open in the notes"))] : []);
  const item = (one) => {
    if (one.what === "death") return h("li", { class: "lltic-journey__item lltic-journey__item--death" }, h("b", { text: "Died" }), `: ${dayMonth(died, true)}`);
    if (one.what === "gap") return h("li", { class: "lltic-journey__item lltic-journey__item--gap", text: `No stay on record for ${one.label}` });
    const when = one.what === "stay" ? span(one.from, one.to) : dayMonth(one.on, true);
    const first = one.what === "stay" ? notesOf(one, contacts)[0] : one;
    const late = one.what === "point" && died && one.on > died ? ", written after the death" : "";
    return h("li", { class: "lltic-journey__item", "data-care": one.kind }, h("b", { text: named(one) }), `: ${when}${late}`, ...way(first, `${named(one)}, ${when}`));
  };
  const parts = phases.map((one) => h("li", {}, h("b", { text: one.label }), `: ${span(one.from, one.to)}`));
  return h(
    "div",
    { class: "lltic-journey__words" },
    phase.from ? h("p", { class: "lltic-journey__here" }, h("b", { text: "This page: " }), `${phase.label}, ${span(phase.from, phase.to)}`) : null,
    h("ol", { class: "lltic-journey__list" }, inOrder(segments, contacts, died).map(item)),
    parts.length && !phase.from ? [h("p", {}, h("b", { text: "Parts of the form" })), h("ul", { class: "lltic-journey__parts" }, parts)] : null,
  );
}

/** What a person has chosen to see, kept for the tab: "lanes", "line", "shown" or "none". */
function chosen() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

function choose(what) {
  try {
    sessionStorage.setItem(KEPT, what);
  } catch {
    // It is not kept, then.
  }
}

function render({ model, el }) {
  mount(el, "journey");
  let width = 0;
  let listed = false;
  const page = { model, said: h("p", { class: "lltic-vh", role: "status" }) };
  const draw = () => {
    const data = {
      segments: model.get("segments"),
      contacts: model.get("contacts"),
      phases: model.get("phases"),
      phase: model.get("phase"),
      died: model.get("died_on"),
    };
    if (!data.segments.length && !data.contacts.length) return el.replaceChildren();
    const wide = width >= WIDE;
    const shown = chosen();
    // On a small screen the list would stand between a person and the form.
    const hiddenAll = shown === "none" || (!wide && model.get("compact") && shown !== "shown");
    const lanes = shown === "lanes" || (shown !== "line" && !model.get("compact"));
    const open = !hiddenAll && (listed || !wide);
    const words = inWords(page, data, open);
    words.id = uid("journey");
    words.classList.toggle("lltic-vh", !open);
    const button = (key, text, expanded, click) =>
      h("button", { type: "button", class: "lltic-link", text, "aria-expanded": expanded, "data-key": key, on: { click: () => (click(), draw()) } });
    const tools = [
      wide && !hiddenAll && button("lanes", lanes ? "On one line" : "By organisation", null, () => choose(lanes ? "line" : "lanes")),
      wide && !hiddenAll && button("list", open ? "Hide the list" : "Show as a list", String(open), () => (listed = !open)),
      button("hide", hiddenAll ? "Show the journey" : "Hide the journey", String(!hiddenAll), () => choose(hiddenAll ? "shown" : "none")),
    ];
    redraw(
      el,
      h(
        "section",
        { class: `lltic-journey__box${hiddenAll ? " lltic-journey__box--closed" : ""}` },
        h("div", { class: "lltic-journey__head" }, h(`h${model.get("level")}`, { text: model.get("title") }), h("div", { class: "lltic-journey__tools" }, tools)),
        wide && !hiddenAll ? drawing(page, data, lanes) : null,
        words,
        page.said,
      ),
    );
  };
  const stop = watch(model, ["segments", "contacts", "phases", "phase", "compact", "died_on", "title", "level"], draw);
  const measure = () => {
    const now = Math.max(0, Math.floor(el.querySelector("section")?.clientWidth - 32));
    if (now && now >= WIDE !== width >= WIDE) {
      width = now;
      draw();
    } else if (now) {
      width = now;
    }
  };
  const watcher = new ResizeObserver(() => requestAnimationFrame(measure));
  watcher.observe(el);
  return () => {
    watcher.disconnect();
    stop();
  };
}

export default { render };
