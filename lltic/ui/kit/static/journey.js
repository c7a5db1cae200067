const KINDS = {
  ambulance: "#4c6272",
  emergency: "#003087",
  acute: "#005eb8",
  community: "#330072",
  mental_health: "#7c2855",
  primary_care: "#00594c",
  care_home: "#425563",
  home: "#5b6670",
};
const HEIGHT = 96;
const LEAST = 36; // px, so that an hour in an ambulance is still seen
const LETTER = 7.4; // px, width of an average letter at 13 px

function time(iso) {
  return moment(iso).getTime();
}

/** The stays and what lies between them, up to the death: nobody may take a gap for a stay. */
function withGaps(segments, died) {
  const all = [];
  let end = null;
  const gap = (from, to) => {
    // Whole days between dates, whatever the hour, as the cohort counts them.
    const days = Math.round((time(to.slice(0, 10)) - time(from.slice(0, 10))) / 86400000);
    if (days >= 1) all.push({ gap: true, label: days === 1 ? "1 day" : `${days} days`, from, to });
  };
  for (const one of segments) {
    if (end !== null) gap(end, one.from);
    all.push(one);
    if (end === null || time(one.to) > time(end)) end = one.to;
  }
  if (died) gap(end, died);
  return all;
}

/** Left edge and width: to scale, but nothing narrower than LEAST, no gap wider than a third. */
function lay(segments, width) {
  const spans = segments.map((one) => Math.max(time(one.to) - time(one.from), 1));
  const stays = spans.reduce((sum, span, i) => sum + (segments[i].gap ? 0 : span), 0);
  segments.forEach((one, i) => one.gap && (spans[i] = Math.min(spans[i], stays / 2)));
  const least = Math.min(LEAST, width / segments.length);
  const widths = new Array(spans.length).fill(0);
  const open = new Set(spans.keys());
  let free = width;
  let total = spans.reduce((sum, one) => sum + one, 0);
  for (let again = true; again; ) {
    again = false;
    for (const i of open) {
      if ((spans[i] / total) * free >= least) continue;
      widths[i] = least;
      free -= least;
      total -= spans[i];
      open.delete(i);
      again = true;
      break;
    }
  }
  for (const i of open) widths[i] = (spans[i] / total) * free;
  let x = 0;
  return segments.map((one, i) => {
    const left = x;
    x += widths[i];
    return { ...one, left, width: widths[i] };
  });
}

/** Where a moment lies on the drawing. */
function position(laid, iso) {
  const at = time(iso);
  for (const one of laid) {
    const [from, to] = [time(one.from), time(one.to)];
    if (at <= from) return one.left;
    if (at <= to) return one.left + (one.width * (at - from)) / Math.max(to - from, 1);
  }
  const last = laid.at(-1);
  return last.left + last.width;
}

/** The words that fit into a segment: its label, its short label, the label cut, or its number. */
function fitting({ label, short, width }, index) {
  const letters = Math.floor((width - 8) / LETTER);
  const whole = [label, short].find((text) => text && text.length <= letters);
  if (whole) return whole;
  return letters >= 5 ? `${label.slice(0, letters - 1).trimEnd()}…` : String(index + 1);
}

function drawing(segments, phase, died, width) {
  const laid = lay(withGaps(segments, died), width - 2).map((one) => ({ ...one, left: one.left + 1 }));
  const middle = (x, text) => Math.min(Math.max(x, (text.length * LETTER) / 2), width - (text.length * LETTER) / 2);
  const bands = laid.map((one) => (one.gap ? pause(one) : band(one, segments.findIndex((s) => s.from === one.from && s.label === one.label))));
  const marks = [];
  const top = phase.from && phase.to ? 0 : 20; // no mark above, no empty space either
  if (phase.from && phase.to) {
    const [a, b] = [position(laid, phase.from), Math.max(position(laid, phase.to), position(laid, phase.from) + 8)];
    const text = `this page: ${phase.label}`;
    marks.push(
      s("path", { d: `M${a + 1} 30v-8H${b - 3}v8`, fill: "none", stroke: "#212b32", "stroke-width": 2 }),
      s("text", { x: middle((a + b) / 2, text), y: 14, "text-anchor": "middle", "font-weight": "bold", fill: "#212b32", text }),
    );
  }
  return s(
    "svg",
    { viewBox: `0 ${top} ${width} ${HEIGHT - top}`, width, height: HEIGHT - top, "aria-hidden": "true", class: "lltic-journey__svg" },
    s("line", { x1: 0, x2: width, y1: 70, y2: 70, stroke: "#aeb7bd", "stroke-width": 2 }),
    bands,
    marks,
    dates(laid, died, width),
    died ? s("circle", { cx: deathAt(laid, died, width), cy: 70, r: 6, fill: "#212b32" }) : null,
  );
}

/** A day without an hour: at the end when nothing lies after that day. */
function deathAt(laid, died, width) {
  const later = laid.some((one) => !one.gap && one.to.slice(0, 10) > died);
  return later ? Math.max(position(laid, died), 7) : width - 7;
}

function band(one, index) {
  return s(
    "g",
    {},
    s("title", { text: `${one.label}, ${dayMonth(one.from)} to ${dayMonth(one.to)}` }),
    s("rect", { x: one.left, y: 34, width: Math.max(one.width - 2, 1), height: 26, fill: KINDS[one.kind] ?? KINDS.home }),
    s("text", { x: one.left + one.width / 2 - 1, y: 52, "text-anchor": "middle", fill: "#fff", "font-weight": "bold", text: fitting(one, index) }),
  );
}

function pause(one) {
  const words = one.label.length * LETTER <= one.width - 4 ? one.label : "";
  return s(
    "g",
    {},
    s("title", { text: `${one.label} between` }),
    s("line", { x1: one.left + 2, x2: one.left + one.width - 4, y1: 47, y2: 47, stroke: "#4c6272", "stroke-width": 2, "stroke-dasharray": "5 5" }),
    words ? s("text", { x: one.left + one.width / 2, y: 41, "text-anchor": "middle", fill: "#3f5261", text: words }) : null,
  );
}

/** Dates below the line; the first and the last always, others where there is room. */
function dates(laid, died, width) {
  const end = died ? `died ${dayMonth(died)}` : dayMonth(laid.at(-1).to);
  const half = (text) => (text.length * LETTER) / 2;
  const wanted = [
    { x: 0, text: dayMonth(laid[0].from), anchor: "start" },
    { x: width, text: end, anchor: "end" },
    ...laid.slice(1).map((one) => ({ x: one.left, text: dayMonth(one.from), anchor: "middle" })),
  ];
  const taken = [];
  const room = { start: (one) => [one.x, one.x + 2 * half(one.text)], end: (one) => [one.x - 2 * half(one.text), one.x], middle: (one) => [one.x - half(one.text), one.x + half(one.text)] };
  return wanted
    .filter((one) => {
      const [a, b] = room[one.anchor](one);
      if (a < 0 || b > width || taken.some(([c, d]) => a < d + 8 && b > c - 8)) return false;
      taken.push([a, b]);
      return true;
    })
    .map(({ x, text, anchor }) =>
      s("text", { x, y: 90, "text-anchor": anchor, fill: "#3f5261", "font-weight": text === end && died ? "bold" : null, text }),
    );
}

/** The same in words: the text alternative, and what small screens show. */
function inWords(segments, phase, died) {
  const part = (one) => {
    const where = [one.label, one.organisation].filter(Boolean).join(", ");
    const when = dayMonth(one.from) === dayMonth(one.to) ? dayMonth(one.from, true) : `${dayMonth(one.from)} to ${dayMonth(one.to, true)}`;
    return h("li", {}, h("b", { text: where }), `: ${when}`);
  };
  const here = phase.from ? h("p", {}, h("b", { text: "This page: " }), `${phase.label}, ${dayMonth(phase.from)} to ${dayMonth(phase.to, true)}`) : null;
  return h(
    "div",
    { class: "lltic-journey__words" },
    h("ol", {}, segments.map(part), died ? h("li", {}, h("b", { text: "Died" }), `: ${dayMonth(died, true)}`) : null),
    here,
  );
}

function render({ model, el }) {
  mount(el, "journey");
  let width = 0;
  let listed = null; // null: shown where the drawing is not
  const draw = () => {
    const segments = model.get("segments");
    if (!segments.length) return el.replaceChildren();
    const [phase, died] = [model.get("phase"), model.get("died_on")];
    const wide = width >= 560;
    const words = inWords(segments, phase, died);
    words.id = uid("journey");
    const open = listed ?? !wide;
    words.classList.toggle("lltic-vh", !open);
    const toggle = h("button", {
      type: "button",
      class: "lltic-link lltic-journey__toggle",
      text: open ? "Hide the list" : "Show as a list",
      "aria-expanded": String(open),
      "aria-controls": words.id,
      "data-key": "list",
      on: { click: () => ((listed = !open), draw()) },
    });
    redraw(
      el,
      h(
        "section",
        { class: "lltic-journey__box" },
        h("div", { class: "lltic-journey__head" }, h(`h${model.get("level")}`, { text: model.get("title") }), toggle),
        wide ? drawing(segments, phase, died, width) : null,
        words,
      ),
    );
  };
  const stop = watch(model, ["segments", "phase", "died_on", "title", "level"], draw);
  const measure = () => {
    const now = Math.max(0, Math.floor(el.querySelector("section")?.clientWidth - 32));
    if (now && now !== width) {
      width = now;
      draw();
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
