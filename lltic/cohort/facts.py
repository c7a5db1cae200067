"""One row of facts per death: the person, the registrations, the index spell, the marks.

Ibis expressions only, and of those only what DuckDB, Spark and PostgreSQL all have, so
that every engine computes the same. Where rows have an order, it says where nulls go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from lltic.cohort.index_spells import index_spells
from lltic.cohort.marks import flagged, marked
from lltic.cohort.model import Definition

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

__all__ = ["facts", "registrations"]


def facts(
    persons: Table,
    spells: Table,
    deaths: Table,
    definition: Definition,
    *,
    flags: Table | None = None,
    undated: bool = False,
) -> Table:
    """Return one row per death with everything the rules ask about.

    Parameters
    ----------
    persons, spells, deaths, flags : ibis Table
        The canonical tables; ``flags`` is asked only where the definition has marks.
    definition : Definition
    undated : bool
        The extract tells the order of spells and no dates.

    Returns
    -------
    ibis Table
        Columns of the death; ``undated`` (the extract is); ``known`` (the person is in the
        extract), ``sex``, ``age_at_death`` (completed years; the age at admission to the index
        spell, ``age_is_at_admission``, where there is no date of birth or of death);
        ``registration_rank`` (0 for the one that is kept), ``n_registrations``; the columns of
        :func:`lltic.cohort.index_spells.index_spells`; ``days`` (discharge to death) and
        ``days_from_admission``; one column per mark, named ``mark_NAME``.
    """
    registered = registrations(deaths)
    who = persons.select("person_id", "sex", "born_on").mutate(known=ibis.literal(value=True))
    told = registered.left_join(who, "person_id").drop("person_id_right")
    told = told.mutate(years=_completed_years(told)).drop("born_on")
    index = index_spells(registered, spells, definition, undated=undated)
    joined = told.left_join(index, "death_id").drop("death_id_right")
    if definition.marks and flags is not None:
        noted = flagged(flags, definition.marks)
        joined = joined.left_join(noted, "person_id").drop("person_id_right")
    joined = joined.mutate(
        undated=ibis.literal(value=undated),
        age_at_death=ibis.coalesce(joined.years, joined.age_at_admission),
        age_is_at_admission=joined.years.isnull() & joined.age_at_admission.notnull(),
        days=joined.died_on.delta(joined.discharged_on, unit="day"),
        days_from_admission=joined.died_on.delta(joined.admitted_on, unit="day"),
    )
    return marked(joined, definition.marks)


def registrations(deaths: Table) -> Table:
    """Rank the records of one person's death.

    What was reconciled from several sources comes first, then the earliest registration.
    """
    order = [
        ibis.asc(deaths.reconciled.isnull()),
        ibis.asc(deaths.registered_on, nulls_first=False),
        ibis.asc(deaths.source == "hospital"),
        ibis.asc(deaths.died_on, nulls_first=False),
        ibis.asc(deaths.death_id),
    ]
    one_person = ibis.window(group_by=deaths.person_id)
    in_order = ibis.window(group_by=deaths.person_id, order_by=order)
    return deaths.mutate(
        registration_rank=ibis.row_number().over(in_order),
        n_registrations=deaths.death_id.count().over(one_person),
    ).drop("spell_id", "told_on")


def _completed_years(told: Table) -> IntegerValue:
    born, died = told.born_on, told.died_on
    before_birthday = (died.month() * 100 + died.day()) < (born.month() * 100 + born.day())
    return died.year() - born.year() - before_birthday.cast("int32")
