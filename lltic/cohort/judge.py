"""The whole judgement of a cohort as one expression: facts, rules, notes, sentences, losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from lltic.cohort.facts import facts
from lltic.cohort.model import Definition
from lltic.cohort.notes import NOTES
from lltic.cohort.reasons import reasoned
from lltic.cohort.rules import OUT

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["judge", "judged", "losses"]


def judged(
    persons: Table,
    spells: Table,
    deaths: Table,
    definition: Definition,
    *,
    flags: Table | None = None,
    undated: bool = False,
) -> Table:
    """Return one row per death with facts, rule, notes, marks and sentence, on any engine.

    Parameters
    ----------
    persons, spells, deaths, flags : ibis Table
        The canonical tables.
    definition : Definition
    undated : bool
        The extract tells the order of spells and no dates.

    Notes
    -----
    What is said of a death depends on records of the same person alone: an engine may judge
    people in parts.
    """
    told = facts(persons, spells, deaths, definition, flags=flags, undated=undated)
    return reasoned(judge(told, definition), definition)


def judge(told: Table, definition: Definition) -> Table:
    """Add to the facts ``rule`` (why the death is out, null for a case) and the notes.

    A note is a column named after it, true where it holds. ``category`` is ``in_hospital`` or
    ``post_discharge``, by what the index spell says, and null where there is none.
    """
    branches = [(OUT[name](told, definition), name) for name in definition.rules]
    rule = ibis.cases(*branches, else_=ibis.null("string"))
    inside = ibis.ifelse(told.died_in_hospital, "in_hospital", "post_discharge")
    there = ibis.ifelse(told.spell_id.isnull(), ibis.null("string"), inside)
    notes = {name: note(told, definition).fill_null(False) for name, note in NOTES.items()}
    return told.mutate(rule=rule, category=there, **notes)


def losses(table: Table) -> Table:
    """Return how many deaths each rule counted out: ``rule`` (null for cases), ``category``, ``n``.

    From this the attrition is made; it adds up to the deaths, whatever the engine.
    """
    return table.group_by("rule", "category").aggregate(n=table.count())
