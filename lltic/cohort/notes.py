"""Notes: marks on a case that say what to look at twice; they never count a death out.

A note takes the same table as a rule of :mod:`lltic.cohort.rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from lltic.cohort.model import Definition
from lltic.cohort.rules import Rule

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

__all__ = ["NOTES"]


def day_of_discharge(t: Table, definition: Definition) -> BooleanValue:
    """Died on the day of discharge, after leaving."""
    return ~t.died_in_hospital & (t.days == 0)


def last_day_of_window(t: Table, definition: Definition) -> BooleanValue:
    """Died on the last day that is still in."""
    window = definition.window
    if window is None:
        return ibis.literal(value=False)
    if window.counted_from == "admission":
        return t.days_from_admission == window.days_max
    return ~t.died_in_hospital & (t.days == window.days_max)


def same_day_readmission(t: Table, definition: Definition) -> BooleanValue:
    """The index spell began on the day the spell before it ended."""
    return t.readmitted_same_day


def transfer(t: Table, definition: Definition) -> BooleanValue:
    """The index spell began with a transfer."""
    return t.admission_method == "transfer"


def superspell(t: Table, definition: Definition) -> BooleanValue:
    """The index spell is one of several that follow each other by transfer."""
    return t.n_stay > 1


def later_spell_elsewhere(t: Table, definition: Definition) -> BooleanValue:
    """Another spell began later, in time, at another provider, and could not be the index spell."""
    return t.later_elsewhere


def unfinished_spell_ignored(t: Table, definition: Definition) -> BooleanValue:
    """Some spell that began in time was not finished and could not be the index spell."""
    return t.n_counted > t.n_qualifying


def day_case_counted(t: Table, definition: Definition) -> BooleanValue:
    """The index spell was a day case, and the definition lets them in."""
    return t.patient_class == "day_case"


def regular_attender_counted(t: Table, definition: Definition) -> BooleanValue:
    """The index spell was a regular day or night attendance, and the definition lets them in."""
    return t.patient_class.isin(["regular_day", "regular_night"])


def stillbirth_counted(t: Table, definition: Definition) -> BooleanValue:
    """The index spell ended in a stillbirth, and the definition lets them in."""
    return t.discharge_method == "stillbirth"


def spell_after_death_ignored(t: Table, definition: Definition) -> BooleanValue:
    """Some spell begins after the day of death; it was ignored."""
    return t.n_spells > t.n_before


def several_registrations(t: Table, definition: Definition) -> BooleanValue:
    """There is more than one record of the death; this is the one that is kept."""
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


def date_of_the_hospital(t: Table, definition: Definition) -> BooleanValue:
    """Registration and hospital told different dates of death; the hospital's was taken."""
    return t.reconciled.isin(["HES2", "MIX1"])


def age_at_admission(t: Table, definition: Definition) -> BooleanValue:
    """The age is that at admission, for want of a date of birth or of death."""
    return t.age_is_at_admission


NOTES: dict[str, Rule] = {
    "day-of-discharge": day_of_discharge,
    "last-day-of-window": last_day_of_window,
    "same-day-readmission": same_day_readmission,
    "transfer": transfer,
    "superspell": superspell,
    "later-spell-elsewhere": later_spell_elsewhere,
    "unfinished-spell-ignored": unfinished_spell_ignored,
    "day-case-counted": day_case_counted,
    "regular-attender-counted": regular_attender_counted,
    "stillbirth-counted": stillbirth_counted,
    "spell-after-death-ignored": spell_after_death_ignored,
    "several-registrations": several_registrations,
    "flag-contradicts-dates": flag_contradicts_dates,
    "late-registration": late_registration,
    "registered-before-death": registered_before_death,
    "date-of-the-hospital": date_of_the_hospital,
    "age-at-admission": age_at_admission,
}
