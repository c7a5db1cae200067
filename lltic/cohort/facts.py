"""One row of facts per death: the person, the registrations, the index spell.

Ibis expressions only, so that every engine computes the same. Spells are joined to
deaths before anything is ranked: of 50 million spells only those of the dead are sorted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from lltic.cohort.model import Definition

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

__all__ = ["facts"]


def facts(persons: Table, spells: Table, deaths: Table, definition: Definition) -> Table:
    """Return one row per death with everything the rules ask about.

    Parameters
    ----------
    persons, spells, deaths : ibis Table
        The canonical tables.
    definition : Definition

    Returns
    -------
    ibis Table
        Columns of the death; ``known`` (the person is in the extract), ``sex``,
        ``age_at_death`` (completed years, null without a date of birth);
        ``registration_rank`` (0 for the one that is kept), ``n_registrations``; columns of
        the index spell with ``n_spells``, ``n_before`` (began on or before the day of
        death), ``n_qualifying`` (those of them that were finished), ``admitted_on``,
        ``discharged_on``, ``previous_discharged_on`` and ``days`` (discharge to death).
    """
    registered = _registrations(deaths)
    who = persons.select("person_id", "sex", "born_on", known=ibis.literal(value=True))
    told = registered.left_join(who, "person_id").drop("person_id_right")
    told = told.mutate(age_at_death=_completed_years(told)).drop("born_on")
    index = _index_spells(registered, spells, definition)
    joined = told.left_join(index, "death_id").drop("death_id_right")
    return joined.mutate(days=joined.died_on.delta(joined.discharged_on, unit="day"))


def _registrations(deaths: Table) -> Table:
    """Rank the records of one person's death: the earliest registration comes first."""
    order = [
        ibis.asc(deaths.registered_on),
        ibis.asc(deaths.source == "hospital"),
        ibis.asc(deaths.died_on),
        ibis.asc(deaths.death_id),
    ]
    one_person = ibis.window(group_by=deaths.person_id)
    in_order = ibis.window(group_by=deaths.person_id, order_by=order)
    return deaths.mutate(
        registration_rank=ibis.row_number().over(in_order),
        n_registrations=deaths.death_id.count().over(one_person),
    )


def _completed_years(told: Table) -> IntegerValue:
    born, died = told.born_on, told.died_on
    before_birthday = (died.month() * 100 + died.day()) < (born.month() * 100 + born.day())
    return died.year() - born.year() - before_birthday.cast("int32")


def _index_spells(deaths: Table, spells: Table, definition: Definition) -> Table:
    """Return the index spell of each death, or the nearest thing to one.

    Qualifying is a finished spell that began on or before the day of death. The last one
    is taken: by admission, then discharge, then identifier. Where none qualifies the row
    still tells how many spells there are and how many began in time.
    """
    dead = deaths.select("death_id", "person_id", "died_on")
    taken = spells.filter(spells.setting.isin(definition.population.settings))
    pairs = dead.inner_join(taken, "person_id")
    pairs = pairs.mutate(
        admitted_on=pairs.admitted_at.date(), discharged_on=pairs.discharged_at.date()
    )
    pairs = pairs.mutate(before=pairs.admitted_on <= pairs.died_on)
    finished = pairs.discharged_at.notnull() | pairs.died_in_hospital
    pairs = pairs.mutate(qualifies=pairs.before & finished)
    of_death = ibis.window(group_by=pairs.death_id)
    latest_first = ibis.window(
        group_by=pairs.death_id,
        order_by=[
            ibis.desc(pairs.qualifies),
            ibis.desc(pairs.before),
            ibis.desc(pairs.admitted_at),
            ibis.desc(pairs.discharged_at, nulls_first=True),
            ibis.desc(pairs.spell_id),
        ],
    )
    ranked = pairs.mutate(
        place=ibis.row_number().over(latest_first),
        previous_discharged_on=pairs.discharged_on.lead(1).over(latest_first),
        n_spells=pairs.spell_id.count().over(of_death),
        n_before=pairs.before.sum().over(of_death),
        n_qualifying=pairs.qualifies.sum().over(of_death),
    )
    return ranked.filter(ranked.place == 0).select(
        "death_id",
        "spell_id",
        "provider_id",
        "setting",
        "specialty",
        "admission_method",
        "admitted_on",
        "discharged_on",
        "died_in_hospital",
        "previous_discharged_on",
        "n_spells",
        "n_before",
        "n_qualifying",
    )
