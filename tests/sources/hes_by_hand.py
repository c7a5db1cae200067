"""The rules on episodes and deaths once more, in plain Python, to compare the expressions with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

Row = dict[str, Any]


def last_if_unknown(value: Any) -> tuple[bool, Any]:
    return (value is None, value if value is not None else 0)


def transit(e: Row) -> int:
    if e["transferred_in"]:
        return 2 if e["transferred_out"] else 3
    return 1 if e["transferred_out"] else 0


def in_time(e: Row) -> tuple[Any, ...]:
    return (
        e["started_on"],
        last_if_unknown(e["ended_on"]),
        last_if_unknown(e["ordinal"]),
        transit(e),
        e["episode_id"],
    )


def joins(e: Row, before: Row | None) -> str:
    if before is None:
        return "first"
    if e["admitted_on"] == before["admitted_on"]:
        return "same-admission"
    if e["started_on"] == before["started_on"]:
        return "same-start"
    if before["goes_on"] and e["started_on"] == before["ended_on"]:
        return "continues-unfinished"
    return "first"


def grouped(rows: Iterable[Row], *names: str) -> list[list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[n] for n in names)].append(row)
    return list(groups.values())


def chain(rows: list[Row], spell_of: dict[str, tuple[str, str]]) -> None:
    before, spell = None, ""
    for e in rows:
        how = joins(e, before)
        spell = e["episode_id"] if how == "first" else spell
        spell_of[e["episode_id"]] = (spell, how)
        before = e


def in_spells(episodes: list[Row]) -> dict[str, tuple[str, int, str]]:
    """Return spell, place in it and how it joined, of each episode."""
    spell_of: dict[str, tuple[str, str]] = {}
    for group in grouped(episodes, "person_id", "provider_id"):
        group.sort(key=in_time)
        chain([e for e in group if e["finished"]], spell_of)
        alone, last = [], None
        for e in group:
            if e["finished"]:
                last = e
            elif (how := joins(e, last)) != "first":
                spell_of[e["episode_id"]] = (spell_of[last["episode_id"]][0], how)
            else:
                alone.append(e)
        chain(alone, spell_of)
    by_id = {e["episode_id"]: e for e in episodes}
    members = defaultdict(list)
    for key, (spell, _) in spell_of.items():
        members[spell].append(key)
    found = {}
    for spell, keys in members.items():
        for place, key in enumerate(sorted(keys, key=lambda k: in_time(by_id[k])), 1):
            found[key] = (spell, place, spell_of[key][1])
    return found


def spells(episodes: list[Row]) -> dict[str, Row]:
    """Return what the first and the last episode of each spell say."""
    placed = in_spells(episodes)
    by_id = {e["episode_id"]: e for e in episodes}
    found: dict[str, Row] = {}
    for spell in {s for s, _, _ in placed.values()}:
        members = sorted((p, key) for key, (s, p, _) in placed.items() if s == spell)
        first, last = by_id[members[0][1]], by_id[members[-1][1]]
        over = last["discharge_method"] in ("advice", "self", "court", "died", "stillbirth")
        taken = last["finished"] and last["discharged_on"] is None and over
        discharged = last["ended_on"] if taken else last["discharged_on"]
        found[spell] = {
            "person_id": first["person_id"],
            "admitted_on": first["admitted_on"],
            "admission_method": first["admission_method"],
            "transferred_in": first["transferred_in"],
            "transferred_out": last["transferred_out"],
            "discharged_on": discharged if last["finished"] else None,
            "discharge_method": last["discharge_method"] if last["finished"] else None,
            "died_in_hospital": last["finished"] and last["discharge_method"] == "died",
            "discharge_taken": taken,
        }
    return found


def screened(episodes: list[Row]) -> dict[tuple[int, int], str | None]:
    """Return why each episode (file, row) does not take part, None where it does."""
    out: dict[tuple[int, int], str | None] = {}
    left = []
    for given in episodes:
        e = dict(given)
        if e["admitted_on"] is None and e["ordinal"] == 1 and not e["transferred_in"]:
            e["admitted_on"] = e["started_on"]
        code = None
        if e["admitted_on"] is None:
            code = "no-admission-date"
        elif e["finished"] and e["ended_on"] is None:
            code = "finished-without-end"
        elif e["ended_on"] is not None and e["ended_on"] < e["started_on"]:
            code = "episode-ends-before-start"
        out[e["file"], e["row"]] = code
        if code is None:
            left.append(e)

    def best(group: list[Row]) -> Row:
        return max(group, key=lambda e: (e["finished"], said(e), e["file"], e["row"]))

    def said(e: Row) -> int:
        return sum(v is not None for v in e.values())

    def content(e: Row) -> Row:
        return {k: v for k, v in e.items() if k not in ("file", "row")}

    def left_out(groups: list[list[Row]], why: Callable[[Row, Row], str | None]) -> list[Row]:
        kept = []
        for group in groups:
            taken = best(group)
            for e in group:
                code = None if e is taken else why(e, taken)
                out[e["file"], e["row"]] = code
                if code is None:
                    kept.append(e)
        return kept

    def of_one_key(e: Row, taken: Row) -> str:
        if content(e) == content(taken):
            return "repeated-episode"
        if taken["finished"] and not e["finished"]:
            return "superseded-episode"
        return "conflicting-episode"

    left = left_out(grouped(left, "episode_id"), of_one_key)
    for e in left:
        e["transit"] = transit(e)
    dates = ("started_on", "ended_on", "ordinal", "admitted_on", "discharged_on")
    alike = ("person_id", "provider_id", *dates, "transit", "finished")
    left = left_out(grouped(left, *alike), lambda e, taken: "duplicate-episode")

    def finished_elsewhere(e: Row, taken: Row) -> str | None:
        return "superseded-episode" if taken["finished"] and not e["finished"] else None

    left_out(grouped(left, "person_id", "provider_id", "started_on", "ordinal"), finished_elsewhere)
    return out


def class_of(registered: Any, hospital: Any) -> str:
    if hospital is None:
        return "ONS2"
    if registered is None:
        return "HES1"
    if hospital - timedelta(days=3) <= registered <= hospital:
        return "ONS1"
    if hospital < registered <= hospital + timedelta(days=3):
        return "MIX1"
    return "HES2"


def registrations_out(
    registrations: list[Row], stays: list[Row], activity: list[Row]
) -> dict[tuple[int, int], str | None]:
    """Return why each registration (file, row) is not taken, None where it is."""
    out: dict[tuple[int, int], str | None] = {}
    for group in grouped(
        [{**r, "died_on": r["died_on"] or r["registered_on"]} for r in registrations],
        "person_id",
        "died_on",
        "registered_on",
    ):
        group.sort(key=lambda r: (not r["link_kept"], r["file"], r["row"]))
        for number, r in enumerate(group):
            starts = [a["started_on"] for a in activity if a["person_id"] == r["person_id"]]
            ended = [s for s in stays if s["person_id"] == r["person_id"] and s["died_in_hospital"]]
            code = None
            if number:
                code = "repeated-registration"
            elif any(start > r["died_on"] + timedelta(days=3) for start in starts):
                code = "rejected-link"
            elif not r["link_kept"] and not ended:
                code = "weak-link"
            out[r["file"], r["row"]] = code
    return out


def deaths(registrations: list[Row], stays: list[Row], activity: list[Row]) -> list[Row]:
    """Return the records of deaths, each as who, when, registered when, by whom, told, class."""
    out = registrations_out(registrations, stays, activity)
    found: list[Row] = []
    people = {r["person_id"] for r in registrations} | {s["person_id"] for s in stays}
    for person in people:
        mine = [
            {**r, "died_on": r["died_on"] or r["registered_on"]}
            for r in registrations
            if r["person_id"] == person and out[r["file"], r["row"]] is None
        ]
        mine.sort(
            key=lambda r: (
                last_if_unknown(r["registered_on"]),
                r["died_on"],
                r["file"],
                r["row"],
            )
        )
        ended = [s for s in stays if s["person_id"] == person and s["died_in_hospital"]]
        ended.sort(key=lambda s: (s["discharged_on"], s["spell_id"]), reverse=True)

        def record(died, source, registered=None, spell=None, told=None, kind=None, who=person):
            return {
                "person_id": who,
                "died_on": died,
                "registered_on": registered,
                "source": source,
                "spell_id": spell,
                "told_on": told,
                "reconciled": kind,
            }

        if not mine and not ended:
            continue
        first = mine[0] if mine else None
        stay = ended[0] if ended else None
        said = first["died_on"] if first else None
        registered = first["registered_on"] if first else None
        left = stay["discharged_on"] if stay else None
        spell = stay["spell_id"] if stay else None
        kind = class_of(said, left)
        if kind in ("ONS1", "ONS2"):
            found.append(record(said, "registration", registered, spell, None, kind))
        elif kind == "MIX1":
            found.append(record(left, "registration", registered, spell, said, kind))
        else:
            found.append(record(left, "hospital", registered, spell, None, kind))
        if kind == "HES2":
            found.append(record(said, "registration", registered))
        found += [record(r["died_on"], "registration", r["registered_on"]) for r in mine[1:]]
        found += [record(s["discharged_on"], "hospital", None, s["spell_id"]) for s in ended[1:]]
    return found
