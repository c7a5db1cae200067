// What is on a journey, from its traits: lanes of stays and points, gaps, and where a moment lies.

const CARE = {
  ambulance: "Ambulance",
  emergency: "Emergency department",
  acute: "Hospital",
  community: "Community hospital",
  mental_health: "Mental health unit",
  community_care: "Community care",
  primary_care: "General practice",
  care_home: "Care home",
  home: "At home",
  other: "Other records",
};
const DAY = 86400000;
const NEAR = 2.6; // per cent of the width; points that are nearer are one

function time(iso) {
  return moment(iso).getTime();
}

/** Whole days between dates, whatever the hour, as the cohort counts them. */
function daysBetween(from, to) {
  return Math.round((time(to.slice(0, 10)) - time(from.slice(0, 10))) / DAY);
}

function days(count) {
  return count === 1 ? "1 day" : `${count} days`;
}

/** "2 Sep to 11 Sep 2026", or one day. */
function span(from, to) {
  return dayMonth(from) === dayMonth(to) ? dayMonth(from, true) : `${dayMonth(from)} to ${dayMonth(to, true)}`;
}

/** Whose care: the lane's name, and the organisation where it is known. */
function lanesOf(segments, contacts) {
  const lanes = new Map();
  const lane = ({ kind, organisation = "" }) => {
    const key = `${kind}|${organisation}`;
    if (!lanes.has(key)) lanes.set(key, { kind, label: CARE[kind] ?? CARE.other, organisation, stays: [], points: [] });
    return lanes.get(key);
  };
  for (const one of segments) lane(one).stays.push(one);
  // What was written on a ward is told by its stay; a point for it would say the same again.
  for (const one of loose(segments, contacts)) lane(one).points.push(one);
  const order = Object.keys(CARE);
  return [...lanes.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** The documents that no stay of their own kind tells of; letters of a stay are told at its end. */
function loose(segments, contacts) {
  return contacts.filter((one) => !segments.some((stay) => isOf(one, stay)));
}

function isOf(contact, stay) {
  return stay.kind === contact.kind && Boolean(contact.spell) && stay.spell === contact.spell;
}

/** The documents of a stay, as they were dated. */
function notesOf(stay, contacts) {
  return contacts.filter((one) => isOf(one, stay));
}

/** The days for which no stay is recorded, between stays and up to the death. */
function gapsOf(segments, died) {
  const found = [];
  let end = null;
  const gap = (from, to) => daysBetween(from, to) >= 1 && found.push({ from, to, label: days(daysBetween(from, to)) });
  for (const one of segments) {
    if (end !== null && time(one.from) > time(end)) gap(end, one.from);
    if (end === null || time(one.to) > time(end)) end = one.to;
  }
  if (died && end !== null && end.slice(0, 10) < died) gap(end, `${died}T23:59`);
  return found;
}

/**
 * The scale: one day is as wide as another, from the first moment to the death. What was written
 * after the death has a strip of its own at the end, which is not to scale and says so.
 */
function scaleOf(segments, contacts, died) {
  const inLife = contacts.filter((one) => !died || one.on <= died);
  const moments = [...segments.flatMap((one) => [time(one.from), time(one.to)]), ...inLife.map((one) => time(one.on))];
  const end = died ? time(died) + DAY - 60000 : Math.max(...moments);
  const [first, last] = [Math.min(...moments, end), Math.max(...moments, end)];
  const after = inLife.length < contacts.length;
  const width = after ? 91 : 100;
  const whole = Math.max(last - first, DAY);
  const at = (when) => (width * Math.min(Math.max(when - first, 0), whole)) / whole;
  return {
    first,
    last: first + whole,
    width,
    after,
    at: (iso) => at(time(iso)),
    atTime: at,
    /** A day without an hour: at a stay that begins on it, else in its middle. */
    atDay(iso) {
      if (died && iso > died) return (width + 100) / 2;
      const begins = segments.find((one) => one.from.slice(0, 10) === iso);
      return at(begins ? time(begins.from) : time(iso) + DAY / 2);
    },
  };
}

/** Points that would lie on each other are one, which says how many they are. */
function pointsOf(contacts, scale) {
  const placed = contacts.map((one) => ({ at: scale.atDay(one.on), all: [one] })).sort((a, b) => a.at - b.at);
  const found = [];
  for (const one of placed) {
    const last = found.at(-1);
    if (last && one.at - last.at < NEAR) last.all.push(...one.all);
    else found.push(one);
  }
  return found;
}

const NAMED = 13; // percent that the name of a day takes below the lanes, on a narrow page twice that

/** Days to name below the lanes: as many as fit, at equal steps, clear of the death. */
function ticksOf(scale, died) {
  const count = (scale.last - scale.first) / DAY;
  const step = [1, 2, 3, 7, 14, 28].find((one) => count / one <= 7) ?? 28;
  const found = [];
  const start = moment(localDay(new Date(scale.first)));
  const death = died ? scale.at(died) : Infinity;
  for (let i = 0; i * step <= count + 1; i += 1) {
    const day = new Date(start.getFullYear(), start.getMonth(), start.getDate() + i * step);
    const at = i === 0 ? 0 : scale.atTime(day.getTime());
    if (day.getTime() > scale.last || at >= Math.min(death, scale.width) - NAMED) continue;
    found.push({ at, text: dayMonth(localDay(day)), late: at > scale.width - 2 * NAMED });
  }
  return found;
}

function localDay(at) {
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Everything in the order of time, for the list in words. */
function inOrder(segments, contacts, died) {
  const all = [
    ...segments.map((one) => ({ ...one, sort: time(one.from), what: "stay" })),
    ...gapsOf(segments, died).map((one) => ({ ...one, sort: time(one.from) + 1, what: "gap" })),
    ...loose(segments, contacts).map((one) => ({ ...one, sort: time(one.on), what: "point" })),
  ];
  if (died) all.push({ what: "death", sort: time(died) + DAY - 1 });
  return all.sort((a, b) => a.sort - b.sort);
}
