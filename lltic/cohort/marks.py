"""Marks: deaths that must be reviewed, by what is known of the person or of the index spell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import ibis

from lltic.cohort.model import Mark

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

__all__ = ["column_of", "flagged", "marked"]


def column_of(mark: Mark) -> str:
    """Return the name of the column that is true where the mark holds."""
    return f"mark_{mark.mark}"


def flagged(flags: Table, marks: Sequence[Mark]) -> Table:
    """Return one row per person with a flag, and one column per mark that asks for flags."""
    asked = [mark for mark in marks if mark.flags]
    found = {f"flag_{mark.mark}": flags.flag.isin(mark.flags).any() for mark in asked}
    return flags.group_by("person_id").aggregate(**found)


def marked(told: Table, marks: Sequence[Mark]) -> Table:
    """Return the facts with one column per mark, true where it holds, never null."""
    return told.mutate(**{column_of(mark): _holds(told, mark) for mark in marks})


def _holds(told: Table, mark: Mark) -> BooleanValue:
    grounds: list[BooleanValue] = [ibis.literal(value=False)]
    if mark.flags and f"flag_{mark.mark}" in told.columns:
        grounds.append(told[f"flag_{mark.mark}"])
    if mark.specialties:
        grounds.append(told.specialty.isin(mark.specialties))
    grounds += [told.primary_diagnosis.startswith(start) for start in mark.diagnoses]
    if mark.admission_methods:
        grounds.append(told.admission_method.isin(mark.admission_methods))
    return reduce(or_, (ground.fill_null(False) for ground in grounds))
