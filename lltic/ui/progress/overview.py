"""How far all cases are: by stage, by setting, by person; and the concerns handed on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lltic.ui.escalating import escalation_words
from lltic.ui.progress.frame import STAGES, Frame, counted, setting_words
from lltic.ui.wording import day, plural

__all__ = ["loads", "remarks", "show_overview", "show_some"]


def show_overview(frame: Frame, data: Mapping[str, Any]) -> None:
    """Show how far all cases are."""
    counts = Counter(case["stage"] for case in data["cases"])
    stages = frame.table(
        "Cases by stage",
        [("Stage", False), ("Cases", True)],
        [
            [frame.link(words, stage=stage), counts[stage]]
            for stage, words in STAGES.items()
            if counts[stage]
        ],
        empty="No case has been given to anybody yet.",
    )
    settings = frame.table(
        "Cases by setting",
        [("Where", False), ("Cases", True), ("Reviews in", True), ("Concluded", True)],
        _settings(frame, data["cases"]),
    )
    people = frame.table(
        "Who has how much",
        [("Person", False), ("To do", True), ("In", True)],
        [
            [frame.names([name] * bool(name)), n["to_do"], n["in"]]
            for name, n in _people(frame, data)
        ],
    )
    escalations = frame.table(
        "Concerns handed on",
        [(label, False) for label in ("Case", "Why", "Since", "To whom", "Acknowledged")],
        [_escalation_row(frame, e) for e in data["escalations"]],
        empty="No judgement has set one off so far.",
    )
    frame.page("", "Progress", [stages, settings, escalations, people], lead=_lead(data))


def _lead(data: Mapping[str, Any]) -> str:
    cases = data["cases"]
    done = sum(case["stage"] == "concluded" for case in cases)
    waiting = len(data["not_given"])
    more = f" {plural(waiting, 'case').capitalize()} not given to anybody yet." if waiting else ""
    said = f"{plural(len(cases), 'case').capitalize()}, {done} concluded."
    return f"{said}{more} No answers are shown here."


def _settings(frame: Frame, cases: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for case in cases:
        found[case["setting"]].append(case)
    return [
        [
            frame.link(setting_words(setting), setting=setting or "unknown"),
            len(some),
            _in_of_all(r for case in some for r in counted(case)),
            sum(case["stage"] == "concluded" for case in some),
        ]
        for setting, some in sorted(found.items(), key=lambda one: setting_words(one[0]))
    ]


def _in_of_all(reviews: Iterable[Mapping[str, Any]]) -> str:
    statuses = [review["status"] for review in reviews]
    return f"{statuses.count('locked')} of {len(statuses)}"


def loads(data: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """Return how much everybody has ``to_do`` and ``in``, by account: two may have one name."""
    people: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in data["load"]:
        key = "in" if one["status"] == "locked" else "to_do"
        people[one["reviewer"]][key] += one["reviews"]
    return dict(people)


def _people(frame: Frame, data: Mapping[str, Any]) -> list[tuple[str, Counter[str]]]:
    def called(one: tuple[str, Counter[str]]) -> str:
        return frame.names([one[0]] * bool(one[0])).casefold()

    return sorted(loads(data).items(), key=called)


def _escalation_row(frame: Frame, found: Mapping[str, Any]) -> list[Any]:
    record = escalation_words(found["record"])
    return [
        frame.link(found["case_id"], case=found["case_id"]),
        found["says"],
        day(found["at"]),
        record["to"] or "not yet",
        record["acknowledged_at"] or "not yet",
    ]


# -- some of them --------------------------------------------------------------------------


def show_some(frame: Frame, data: Mapping[str, Any], asked: Mapping[str, str]) -> None:
    """Show the cases of a stage, or of a setting."""
    stage, setting = asked.get("stage", ""), asked.get("setting", "")
    wanted = "" if setting == "unknown" else setting
    title = STAGES.get(stage) or setting_words(wanted)
    rows = [
        [
            frame.link(case["case_id"], case=case["case_id"]),
            *([] if stage else [STAGES[case["stage"]]]),
            _in_of_all(counted(case)),
            ", ".join(_awaited(frame, case)) or "–",
            remarks(case),
        ]
        for case in data["cases"]
        if case["stage"] == stage or (not stage and case["setting"] == wanted)
    ]
    columns = [("Case", False), ("Reviews in", True), ("With", False), ("Remarks", False)]
    if not stage:
        columns.insert(1, ("Stage", False))
    lead = plural(len(rows), "case").capitalize() + "."
    parts = [frame.table("", columns, rows), frame.to("Back to all cases", page="progress")]
    frame.page("", title, parts, lead=lead, stage=stage, setting=setting)


def _awaited(frame: Frame, case: Mapping[str, Any]) -> list[str]:
    waits = [r for r in counted(case) if r["status"] != "locked"]
    return list(dict.fromkeys(frame.names(r["members"]) for r in waits))


def remarks(case: Mapping[str, Any]) -> str:
    """Return what else has to be said of a case."""
    said = ["read jointly" * case["joint"], "the blind was broken" * case["unblinded"]]
    return "; ".join(part for part in said if part).capitalize()
