"""The rules, one function each: which deaths are counted out.

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

__all__ = ["OUT"]

Rule = Callable[["Table", Definition], "BooleanValue"]


def no_person(t: Table, definition: Definition) -> BooleanValue:
    """The death cannot be linked to a person."""
    return t.known.isnull()


def duplicate_registration(t: Table, definition: Definition) -> BooleanValue:
    """Another registration of the same person's death is earlier."""
    return t.registration_rank > 0


def no_date_of_death(t: Table, definition: Definition) -> BooleanValue:
    """The record of the death has no date, in an extract that has dates."""
    return t.died_on.isnull() & ~t.undated


def outside_period(t: Table, definition: Definition) -> BooleanValue:
    """The death is not in the definition's period (both ends in)."""
    first, last = definition.population.period
    early = t.died_on < first if first else ibis.literal(value=False)
    late = t.died_on > last if last else ibis.literal(value=False)
    return early | late


def under_age(t: Table, definition: Definition) -> BooleanValue:
    """The person was younger than the minimum age; an unknown age does not count out."""
    least = definition.population.minimum_age
    return ibis.literal(value=False) if least is None else t.age_at_death < least


def no_spell(t: Table, definition: Definition) -> BooleanValue:
    """The person has no spell of the definition's settings."""
    return t.n_spells.fill_null(0) == 0


def admitted_after_death(t: Table, definition: Definition) -> BooleanValue:
    """No spell began on or before the day of death."""
    return t.n_before == 0


def stillbirth(t: Table, definition: Definition) -> BooleanValue:
    """No spell is left, and the last one ended in a stillbirth."""
    return t.barred_by == "stillbirth"


def day_case(t: Table, definition: Definition) -> BooleanValue:
    """No spell is left, and the last one was a day case."""
    return t.barred_by == "day-case"


def regular_attender(t: Table, definition: Definition) -> BooleanValue:
    """No spell is left, and the last one was a regular day or night attendance."""
    return t.barred_by == "regular-attender"


def mother_and_baby(t: Table, definition: Definition) -> BooleanValue:
    """No spell is left, and the last one was a mother's for the delivery alone."""
    return t.barred_by == "mother-and-baby"


def excluded_provider(t: Table, definition: Definition) -> BooleanValue:
    """The index spell was with a provider that is left out, or the last one when none is left."""
    left_out = t.provider_id.isin(definition.population.excluded_providers)
    return (t.barred_by == "excluded-provider").fill_null(False) | left_out


def excluded_specialty(t: Table, definition: Definition) -> BooleanValue:
    """No spell is left, and the last one was under a specialty that is left out."""
    return t.barred_by == "excluded-specialty"


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


def outside_admission_window(t: Table, definition: Definition) -> BooleanValue:
    """The days from admission to death are not in the window (both ends in)."""
    assert definition.window is not None  # noqa: S101 - the loader saw to it
    window = definition.window
    return ~t.days_from_admission.between(window.days_min, window.days_max)


OUT: dict[str, Rule] = {
    "no-person": no_person,
    "duplicate-registration": duplicate_registration,
    "no-date-of-death": no_date_of_death,
    "outside-period": outside_period,
    "under-age": under_age,
    "no-spell": no_spell,
    "admitted-after-death": admitted_after_death,
    "stillbirth": stillbirth,
    "day-case": day_case,
    "regular-attender": regular_attender,
    "mother-and-baby": mother_and_baby,
    "excluded-provider": excluded_provider,
    "excluded-specialty": excluded_specialty,
    "unfinished-spell": unfinished_spell,
    "discharged-after-death": discharged_after_death,
    "died-in-hospital": died_in_hospital,
    "not-in-hospital": not_in_hospital,
    "outside-window": outside_window,
    "outside-admission-window": outside_admission_window,
}
