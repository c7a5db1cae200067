"""The rules, one function each: which deaths are counted out, which are marked.

A rule takes the table of :func:`lltic.cohort.facts.facts` and the definition, and
returns a true-or-false Ibis expression. Rules are asked in the order of
:data:`lltic.cohort.model.EXCLUSIONS`, so each may rely on those before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis

from lltic.cohort.model import Definition

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

__all__ = ["NOTES", "OUT", "judge"]

Rule = Callable[["Table", Definition], "BooleanValue"]


# --- out: the reasons why a death is not a case --------------------------------------------------


def no_person(t: Table, definition: Definition) -> BooleanValue:
    """The death cannot be linked to a person."""
    return t.known.isnull()


def duplicate_registration(t: Table, definition: Definition) -> BooleanValue:
    """Another registration of the same person's death is earlier."""
    return t.registration_rank > 0


def outside_period(t: Table, definition: Definition) -> BooleanValue:
    """The death is not in the definition's period (both ends in)."""
    first, last = definition.population.died_from, definition.population.died_to
    early = t.died_on < first if first else ibis.literal(value=False)
    late = t.died_on > last if last else ibis.literal(value=False)
    return early | late


def under_age(t: Table, definition: Definition) -> BooleanValue:
    """The person was younger than the minimum age; an unknown age does not count out."""
    return t.age_at_death < definition.population.minimum_age


def no_spell(t: Table, definition: Definition) -> BooleanValue:
    """The person has no spell of the definition's settings."""
    return t.n_spells.isnull()


def admitted_after_death(t: Table, definition: Definition) -> BooleanValue:
    """Every spell began after the day of death."""
    return t.n_before == 0


def unfinished_spell(t: Table, definition: Definition) -> BooleanValue:
    """No spell that began in time has a discharge or says that the person died in it."""
    return t.n_qualifying == 0


def discharged_after_death(t: Table, definition: Definition) -> BooleanValue:
    """The index spell ended after the death and does not say that the person died in it."""
    return ~t.died_in_hospital & (t.days < 0)


def died_in_hospital(t: Table, definition: Definition) -> BooleanValue:
    """The index spell says that the person died in it."""
    return t.died_in_hospital


def not_in_hospital(t: Table, definition: Definition) -> BooleanValue:
    """The index spell does not say that the person died in it."""
    return ~t.died_in_hospital


def outside_window(t: Table, definition: Definition) -> BooleanValue:
    """The days from discharge to death are not in the window (both ends in)."""
    assert definition.window is not None  # noqa: S101 - the loader saw to it
    inside = t.days.between(definition.window.days_min, definition.window.days_max)
    return ~t.died_in_hospital & ~inside


OUT: dict[str, Rule] = {
    "no-person": no_person,
    "duplicate-registration": duplicate_registration,
    "outside-period": outside_period,
    "under-age": under_age,
    "no-spell": no_spell,
    "admitted-after-death": admitted_after_death,
    "unfinished-spell": unfinished_spell,
    "discharged-after-death": discharged_after_death,
    "died-in-hospital": died_in_hospital,
    "not-in-hospital": not_in_hospital,
    "outside-window": outside_window,
}


# --- notes: marks on a case, which say what to look at twice -------------------------------------


def day_of_discharge(t: Table, definition: Definition) -> BooleanValue:
    """Died on the day of discharge, after leaving."""
    return ~t.died_in_hospital & (t.days == 0)


def last_day_of_window(t: Table, definition: Definition) -> BooleanValue:
    """Died on the last day that is still in."""
    if definition.window is None:
        return ibis.literal(value=False)
    return ~t.died_in_hospital & (t.days == definition.window.days_max)


def same_day_readmission(t: Table, definition: Definition) -> BooleanValue:
    """The index spell began on the day the spell before it ended."""
    return t.previous_discharged_on == t.admitted_on


def transfer(t: Table, definition: Definition) -> BooleanValue:
    """The index spell began with a transfer; spells are not joined, the last one has the death."""
    return t.admission_method == "transfer"


def unfinished_spell_ignored(t: Table, definition: Definition) -> BooleanValue:
    """Some spell that began in time was not finished and could not be the index spell."""
    return t.n_before > t.n_qualifying


def spell_after_death_ignored(t: Table, definition: Definition) -> BooleanValue:
    """Some spell begins after the day of death; it was ignored."""
    return t.n_spells > t.n_before


def several_registrations(t: Table, definition: Definition) -> BooleanValue:
    """The death was registered more than once; this is the earliest."""
    return t.n_registrations > 1


def flag_contradicts_dates(t: Table, definition: Definition) -> BooleanValue:
    """The spell says that the person died in it, but ends on another day than the death's."""
    return t.died_in_hospital & (t.days != 0)


def late_registration(t: Table, definition: Definition) -> BooleanValue:
    """The death was registered later than the definition's parameter says."""
    lag = t.registered_on.delta(t.died_on, unit="day")
    return lag > definition.parameters.late_registration_days


def registered_before_death(t: Table, definition: Definition) -> BooleanValue:
    """The registration is dated before the death."""
    return t.registered_on < t.died_on


NOTES: dict[str, Rule] = {
    "day-of-discharge": day_of_discharge,
    "last-day-of-window": last_day_of_window,
    "same-day-readmission": same_day_readmission,
    "transfer": transfer,
    "unfinished-spell-ignored": unfinished_spell_ignored,
    "spell-after-death-ignored": spell_after_death_ignored,
    "several-registrations": several_registrations,
    "flag-contradicts-dates": flag_contradicts_dates,
    "late-registration": late_registration,
    "registered-before-death": registered_before_death,
}


def judge(table: Table, definition: Definition) -> Table:
    """Add to the facts ``rule`` (why the death is out, null for a case) and the notes.

    Returns
    -------
    ibis Table
        Sorted by ``death_id``; a note is a column named after it, true where it holds.
    """
    branches = [(OUT[name](table, definition), name) for name in definition.rules]
    rule = ibis.cases(*branches, else_=ibis.null("string"))
    notes = {name: note(table, definition).fill_null(False) for name, note in NOTES.items()}
    return table.mutate(rule=rule, **notes).order_by("death_id")
