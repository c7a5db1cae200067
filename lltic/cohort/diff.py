"""Which cases enter and leave between two definitions, or two cuts of the data, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lltic.cohort.evaluate import evaluate
from lltic.cohort.load import load_definition
from lltic.cohort.model import Definition
from lltic.study import Study

__all__ = ["Change", "CohortDiff", "Side", "diff_cuts", "diff_definitions"]

Row = Mapping[str, Any]

LAST = {"duplicate-registration": 1}
"""Of several records of one death the case speaks, then any other; a duplicate last."""

CHANGED = {
    "spell_id": "another spell",
    "provider_id": "another provider",
    "category": "in hospital or after discharge",
    "days": "days from discharge to death",
}
"""What makes a case another one although the person is in on both sides, in words."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says of a death: ``rule`` is empty for a case, ``no-death`` where none is."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One person whose death is told differently: it ``enters``, ``leaves`` or ``changes``."""

    person_id: str
    kind: str
    before: Side
    after: Side


@dataclass(frozen=True)
class CohortDiff:
    """The difference between two cohorts. Its repr shows counts only.

    ``before`` and ``after`` say which they are; ``counts`` holds the cases of each, those in
    ``both``, and how many ``enter``, ``leave`` and, within both, ``change``; ``moves`` counts
    those that enter or leave by the rule that has them out on the other side, and those that
    change by the first thing that did.
    """

    before: str
    after: str
    counts: dict[str, int]
    moves: dict[str, int]
    changes: tuple[Change, ...] = field(repr=False)


def diff_definitions(
    study: Study, before: str, after: str, engine: str = "duckdb", at: str = ""
) -> CohortDiff:
    """Compare two definitions on one study; nothing is written.

    Raises
    ------
    UsageError, LlticError
        As :func:`lltic.cohort.build` does.
    """
    sides = [load_definition(study, name) for name in (before, after)]
    found = [_people(study, loaded.model, engine, at) for loaded in sides]
    return _compared(found[0], found[1], sides[0].ref, sides[1].ref)


def diff_cuts(
    study: Study, other: Study, name: str | None = None, engine: str = "duckdb", at: str = ""
) -> CohortDiff:
    """Compare one definition on two cuts of the data, such as last month's and today's.

    The definition is the first study's. People are told by their identifier, which must mean
    the same person in both.
    """
    loaded = load_definition(study, name or study.settings.cohort)
    found = [_people(one, loaded.model, engine, at) for one in (study, other)]
    titles = [f"{loaded.ref}, {one.path.name}" for one in (study, other)]
    return _compared(found[0], found[1], titles[0], titles[1])


def _people(study: Study, definition: Definition, engine: str, at: str) -> dict[str, Row]:
    return _one_each(evaluate(study, definition, engine, at).rows)


def _one_each(rows: Iterable[Row]) -> dict[str, Row]:
    """Return one row per person: the case, else the record that says why there is none."""
    ordered = sorted(
        rows, key=lambda row: 0 if row["rule"] is None else 1 + LAST.get(row["rule"], 0)
    )
    found: dict[str, Row] = {}
    for row in ordered:
        found.setdefault(row["person_id"], row)
    return found


def _compared(
    before: Mapping[str, Row], after: Mapping[str, Row], title: str, other: str
) -> CohortDiff:
    kinds: Counter[str] = Counter()
    moves: Counter[str] = Counter()
    changes = []
    for person in sorted({*before, *after}):
        one, two = before.get(person), after.get(person)
        kind = _kind(one, two)
        kinds[kind] += 1
        if kind in ("enters", "leaves", "changes"):
            change = Change(person, kind, _side(one), _side(two))
            changes.append(change)
            why = change.before.rule or change.after.rule or CHANGED[_changed(one, two)[0]]
            moves[f"{kind}: {why}"] += 1
    both = kinds["same"] + kinds["changes"]
    counts = {
        "before": both + kinds["leaves"],
        "after": both + kinds["enters"],
        "both": both,
        "enter": kinds["enters"],
        "leave": kinds["leaves"],
        "change": kinds["changes"],
    }
    return CohortDiff(title, other, counts, dict(sorted(moves.items())), tuple(changes))


def _kind(before: Row | None, after: Row | None) -> str:
    was, is_ = (row is not None and row["rule"] is None for row in (before, after))
    if was != is_:
        return "leaves" if was else "enters"
    if not was:
        return "out"
    return "changes" if _changed(before, after) else "same"


def _changed(before: Row | None, after: Row | None) -> list[str]:
    return [name for name in CHANGED if before and after and before[name] != after[name]]


def _side(row: Row | None) -> Side:
    if row is None:
        return Side("no-death", "Out: the extract holds no death of this person.")
    return Side(row["rule"] or "", row["reason"])
