"""What is missing in an extract, or contradicts itself: named, counted and listed.

Ibis expressions only. Each kind is a claim about the rows of one of a few tables, so that
all kinds of a table are counted in one pass; only what is there is listed afterwards. No
spell is sorted but those of the dead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis

from lltic.cohort.facts import registrations

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, Table

    from lltic.cohort.engines import Tables

__all__ = ["KINDS", "LATE_DAYS", "LISTED", "Conflict", "Gap", "Kind", "conflicts", "find_gaps"]

LATE_DAYS = 30
"""A registration that comes more than so many days after the death is a late one."""

LISTED = 1_000
"""So many of each kind are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One kind of gap or contradiction: how many there are, and the first of them.

    ``ids`` are identifiers of the study, of what ``of`` says (persons, spells or deaths), in
    order and at most :data:`LISTED`.
    """

    code: str
    of: str
    meaning: str
    count: int
    ids: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One person of whose death there are several dates: whose date won, and why."""

    person_id: str
    death_id: str
    days_apart: int
    won: str
    why: str


# --- the tables that are asked: one row per person, spell, or record of a death ------------------


def records_of_deaths(deaths: Table, persons: Table) -> Table:
    """Return every record of a death; ``known`` says that its person is in the extract."""
    known = persons.select("person_id", known=ibis.literal(value=True))
    return deaths.left_join(known, "person_id").drop("person_id_right")


def kept_deaths(deaths: Table, persons: Table) -> Table:
    """Return the record of each person's death that counts, with what all of them say.

    ``first_registered_on``; ``first_on`` and ``last_on``, the first and the last of the days
    they tell of; ``n_records``; ``registered``, whether any is a civil registration.
    """
    told = ibis.coalesce(deaths.told_on, deaths.died_on)
    civil = deaths.source == "registration"
    records = deaths.group_by("person_id").aggregate(
        first_registered_on=deaths.registered_on.min(where=civil),
        first_on=ibis.least(told.min(), deaths.died_on.min()),
        last_on=ibis.greatest(told.max(), deaths.died_on.max()),
        n_records=deaths.count(),
        registered=civil.any(),
    )
    ranked = registrations(deaths)
    kept = ranked.filter(ranked.registration_rank == 0).semi_join(persons, "person_id")
    kept = kept.select("death_id", "person_id", "died_on", "registered_on", "source", "reconciled")
    return kept.inner_join(records, "person_id")


def spells_of_the_dead(spells: Table, kept: Table, *, undated: bool) -> Table:
    """Return each spell of each person who died, beside the day of death.

    Where there are no dates, ``ended`` is the place of the spell that ended in death.
    """
    dead = kept.select("death_id", "person_id", "died_on")
    stays = spells.select(
        "person_id",
        "spell_id",
        "sequence",
        "died_in_hospital",
        admitted_on=spells.admitted_at.date(),
        discharged_on=spells.discharged_at.date(),
    )
    pairs = dead.inner_join(stays, "person_id")
    if not undated:
        return pairs
    ending = ibis.ifelse(pairs.died_in_hospital, pairs.sequence, ibis.null("int64"))
    return pairs.mutate(ended=ending.min().over(ibis.window(group_by=pairs.death_id)))


def _asked(tables: Tables, *, undated: bool) -> Mapping[str, Table]:
    kept = kept_deaths(tables.deaths, tables.persons)
    pairs = spells_of_the_dead(tables.spells, kept, undated=undated)
    first = pairs.group_by("death_id", "died_on").aggregate(began_on=pairs.admitted_on.min())
    ended = tables.spells.filter(tables.spells.died_in_hospital)
    return {
        "persons": tables.persons,
        "spells": tables.spells,
        "records": records_of_deaths(tables.deaths, tables.persons),
        "kept": kept,
        "first": first,
        "pairs": pairs,
        "ended": ended.anti_join(tables.deaths, "person_id"),
    }


# --- the kinds: claims about a row ----------------------------------------------------------------


def _lag(t: Table) -> IntegerValue:
    return t.first_registered_on.delta(t.died_on, unit="day")


def _activity_after(t: Table) -> BooleanValue:
    return t.sequence > t.ended if "ended" in t.columns else t.admitted_on > t.died_on


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of gap: the table that is asked, the identifier listed, the claim, in words."""

    table: str
    key: str
    claim: Callable[[Table], BooleanValue]
    meaning: str


KINDS: dict[str, Kind] = {
    "person-without-identifier": Kind(
        "persons",
        "person_id",
        lambda t: t.nhs_number.isnull(),
        "The person has no NHS number: a registration of their death cannot be linked.",
    ),
    "death-without-person": Kind(
        "records",
        "death_id",
        lambda t: t.known.isnull(),
        "The death could not be linked to a person of the extract.",
    ),
    "spell-without-discharge": Kind(
        "spells",
        "spell_id",
        lambda t: t.admitted_at.notnull() & t.discharged_at.isnull() & ~t.died_in_hospital,
        "The spell has no end, and does not say that the person died in it.",
    ),
    "undated-spell": Kind(
        "spells",
        "spell_id",
        lambda t: t.admitted_at.isnull(),
        "The spell has no date of admission.",
    ),
    "undated-death": Kind(
        "records", "death_id", lambda t: t.died_on.isnull(), "The death has no date."
    ),
    "death-before-admission": Kind(
        "first",
        "death_id",
        lambda t: t.began_on > t.died_on,
        "Every spell of the person begins after the day of death.",
    ),
    "discharge-after-death": Kind(
        "pairs",
        "spell_id",
        lambda t: (t.admitted_on <= t.died_on) & (t.discharged_on > t.died_on),
        "The spell began in time and ended after the day of death.",
    ),
    "activity-after-death": Kind(
        "pairs", "spell_id", _activity_after, "The spell begins after the death."
    ),
    "several-records": Kind(
        "kept",
        "death_id",
        lambda t: t.n_records > 1,
        "There are several records of the death; this is the one that counts.",
    ),
    "conflicting-death-dates": Kind(
        "kept",
        "death_id",
        lambda t: t.first_on < t.last_on,
        "The records tell of several days of death; this is the one that counts.",
    ),
    "late-registration": Kind(
        "kept",
        "death_id",
        lambda t: _lag(t) > LATE_DAYS,
        f"The death was registered more than {LATE_DAYS} days later.",
    ),
    "registered-before-death": Kind(
        "kept", "death_id", lambda t: _lag(t) < 0, "The registration is dated before the death."
    ),
    "hospital-only-death": Kind(
        "kept",
        "death_id",
        lambda t: ~t.registered,
        "Only the hospital tells of the death; no civil registration is linked.",
    ),
    "death-not-recorded": Kind(
        "ended",
        "spell_id",
        lambda t: t.died_in_hospital,
        "The spell says that the person died in it, and no record of the death is there.",
    ),
}
"""Every kind of gap and contradiction, by its code."""


def find_gaps(tables: Tables, *, undated: bool = False) -> tuple[Gap, ...]:
    """Count every kind of gap and contradiction, and list what there is."""
    asked = _asked(tables, undated=undated)
    counts: dict[str, int] = {}
    for name, table in asked.items():
        claims = {
            code: kind.claim(table).fill_null(False).ifelse(1, 0).sum()
            for code, kind in KINDS.items()
            if kind.table == name
        }
        counts |= tables.rows(table.aggregate(**claims))[0]
    found = []
    for code, kind in KINDS.items():
        count = int(counts[code] or 0)
        ids = _listed(tables, asked[kind.table], kind) if count else ()
        found.append(Gap(code, kind.key.removesuffix("_id") + "s", kind.meaning, count, ids))
    return tuple(found)


def _listed(tables: Tables, asked: Table, kind: Kind) -> tuple[str, ...]:
    # Rows come in no order: what a limit would take is sorted here.
    ids = asked.filter(kind.claim(asked)).select(id=kind.key)
    return tuple(sorted(row["id"] for row in tables.rows(ids.order_by("id").limit(LISTED))))


# --- several dates of one death -------------------------------------------------------------------

WHY = {
    "ONS1": "the registration is 0 to 3 days before the hospital's date, and is taken",
    "ONS2": "only registrations are there, and the earliest is taken",
    "HES1": "only the hospital's records are there, and the last stay that ended in death is taken",
    "HES2": "the two are more than 3 days apart, and the hospital's date is taken",
    "MIX1": "the registration is 1 to 3 days after the hospital's date, which is taken",
}
"""Why a date was taken, by the class of :mod:`lltic.sources.reconcile`."""

FIRST_REGISTERED = "no other record of the death was registered earlier"
UNREGISTERED = {
    "registration": "no record tells when it was registered; of the registrations it has the "
    "earliest day of death",
    "hospital": "no registration is there; of the hospital's records it has the earliest day of "
    "death",
}
"""Why a record was taken where nothing was reconciled: by its registration, or its source."""


def conflicts(tables: Tables) -> tuple[Conflict, ...]:
    """Return of whose death there are several dates, which one won and why."""
    kept = kept_deaths(tables.deaths, tables.persons)
    apart = kept.last_on.delta(kept.first_on, unit="day")
    several = kept.filter(kept.first_on < kept.last_on).select(
        "person_id", "death_id", "source", "reconciled", "registered_on", days_apart=apart
    )
    rows = tables.rows(several.order_by("death_id").limit(LISTED))
    return tuple(sorted(map(_conflict, rows), key=lambda c: c.death_id))


def _conflict(row: Mapping[str, Any]) -> Conflict:
    ranked = FIRST_REGISTERED if row["registered_on"] else UNREGISTERED[row["source"]]
    why = WHY.get(row["reconciled"] or "", ranked)
    # A record of the registration may stand with the hospital's date.
    won = "hospital" if row["reconciled"] == "MIX1" else row["source"]
    return Conflict(row["person_id"], row["death_id"], row["days_apart"], won, why)
