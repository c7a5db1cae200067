"""Count the deaths of an extract as the range on the number of cases needs them.

The engine judges every death by the definition and hands over counts by day, not rows by
person: a year of a nation's deaths is some hundred thousand numbers.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import ibis

from lltic.cohort.case_range import Row, Tally
from lltic.cohort.facts import facts
from lltic.cohort.gaps import kept_deaths
from lltic.cohort.judge import judge
from lltic.cohort.model import Definition
from lltic.errors import NotComputable, Problem, UsageError

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, StringValue, Table

    from lltic.cohort.engines import Tables

__all__ = ["tally"]

BANDS = (("80 and over", 80), ("65 to 79", 65), ("under 65", 0))
"""Age bands, oldest first, each with the age it begins at; by the year of birth alone."""

AGREEING_DAYS = 3
"""A spell that ended in death and a date of death so many days apart still agree, as in the
linkage of HES with civil registrations."""

IN_DOUBT = (
    "no-date-of-death",
    "admitted-after-death",
    "unfinished-spell",
    "discharged-after-death",
)
"""Rules that count a death out because records contradict each other."""


def tally(
    tables: Tables, definition: Definition, cut: date | None = None, *, undated: bool = False
) -> Tally:
    """Return the counts that :func:`lltic.cohort.case_range.case_range` asks for.

    Parameters
    ----------
    tables : Tables
    definition : Definition
    cut : datetime.date, optional
        The day the data were cut; the last day on record when not given.
    undated : bool
        The extract tells the order of spells and no dates.

    Raises
    ------
    NotComputable
        ``no-registration-dates`` where deaths after discharge are asked for and no death has
        a day of registration; ``no-deaths`` where there are none, or none so early or so late
        as the definition's period.
    UsageError
        ``cut-too-early`` where something was registered or happened after the cut.
    """
    asks_after = "post_discharge" in definition.inclusion and not undated
    told = _judged(tables, tables.deaths, definition, undated=undated)
    first, last, last_registered = _days(tables)
    if undated:
        return _undated(tables, told)
    if first is None:
        raise NotComputable(Problem("no-deaths", "deaths", "no death has a date"))
    if asks_after and last_registered is None:
        message = "no civil registration tells its day"
        hint = "Without the days of registration, nobody knows how many are still to come."
        where = "deaths: registered_on"
        raise NotComputable(Problem("no-registration-dates", where, message, hint=hint))
    warnings: list[str] = []
    if cut is None and asks_after:
        warnings.append("The day of the data cut is not said: the last day on record was taken.")
    cut = _cut(cut, max(last, last_registered or last))
    begins, ends = definition.population.period
    since, until = max(first, begins or first), min(last, ends or last)
    if since > until:
        message = "the extract tells of no days of death in the cohort's period"
        raise NotComputable(Problem("no-deaths", "deaths", message, f"{first} to {last}"))
    persons, nobody = _persons(tables, cut)
    if nobody:
        warnings.append(
            "Nobody has an NHS number in this extract: who could not be linked is open."
        )
    grouped = tables.rows(_grouped(told, tables, definition, cut))
    out, into = _by_other_dates(tables, definition)
    into += _not_recorded(tables, definition)
    return Tally(
        [_row(row, nobody=nobody) for row in grouped if row["died_on"]],
        persons,
        cut,
        since,
        until,
        out + sum(row["n"] for row in grouped if row["in_doubt"] and row["is_case"]),
        into + sum(row["n"] for row in grouped if row["in_doubt"] and not row["is_case"]),
        asks_after_discharge=asks_after,
        warnings=tuple(warnings),
    )


def _judged(
    tables: Tables, deaths: Table, definition: Definition, *, undated: bool = False
) -> Table:
    told = facts(tables.persons, tables.spells, deaths, definition, undated=undated)
    return judge(told, definition)


def _undated(tables: Tables, told: Table) -> Tally:
    """Without dates nothing can be late; only deaths in hospital are counted."""
    (found,) = tables.rows(told.aggregate(n=told.rule.isnull().ifelse(1, 0).sum()))
    never = date.min
    row = Row(True, True, True, "", never, None, int(found["n"] or 0))
    return Tally([row], {}, never, never, never, asks_after_discharge=False)


def _days(tables: Tables) -> tuple[Any, Any, Any]:
    deaths = tables.deaths.semi_join(tables.persons, "person_id")
    civil = deaths.source == "registration"
    (row,) = tables.rows(
        deaths.aggregate(
            first=deaths.died_on.min(),
            last=deaths.died_on.max(),
            registered=deaths.registered_on.max(where=civil),
        )
    )
    return row["first"], row["last"], row["registered"]


def _cut(said: date | None, last: date) -> date:
    if said is None:
        return last
    if said < last:
        message = "is before the last death or registration in the extract"
        raise UsageError(Problem("cut-too-early", "--cut", message, "that day or a later one"))
    return said


def _band(t: Table, cut: date) -> StringValue:
    age = cut.year - t.born_on.year()
    return ibis.cases(*((age >= least, name) for name, least in BANDS), else_="age not known")


def _persons(tables: Tables, cut: date) -> tuple[dict[tuple[str, bool], int], bool]:
    """Return people by age band and identifier, and whether nobody has one."""
    t = tables.persons
    t = t.mutate(band=_band(t, cut), has_number=t.nhs_number.notnull())
    rows = tables.rows(t.group_by("band", "has_number").aggregate(n=t.count()))
    found = {(row["band"], bool(row["has_number"])): int(row["n"]) for row in rows}
    if any(has_number for _, has_number in found):
        return found, False
    return {(band, True): n for (band, _), n in found.items()}, True


def _grouped(told: Table, tables: Tables, definition: Definition, cut: date) -> Table:
    """Return how many deaths there are of each kind, of those linked to a person."""
    kept = kept_deaths(tables.deaths, tables.persons)
    registered = kept.select("death_id", registered_on="first_registered_on")
    people = tables.persons.select(
        "person_id",
        band=_band(tables.persons, cut),
        has_number=tables.persons.nhs_number.notnull(),
    )
    one = told.select(
        "death_id",
        "person_id",
        "died_on",
        is_case=told.rule.isnull(),
        inside=told.died_in_hospital.fill_null(False),
        in_doubt=_in_doubt(told, definition),
    )
    # Both joins leave out what is not kept: other records of a death, deaths of nobody.
    joined = one.inner_join(registered, "death_id").inner_join(people, "person_id")
    keys = ("is_case", "inside", "in_doubt", "has_number", "band", "died_on", "registered_on")
    return joined.group_by(*keys).aggregate(n=joined.count())


def _row(row: dict[str, Any], *, nobody: bool) -> Row:
    return Row(
        bool(row["is_case"]),
        bool(row["inside"]),
        nobody or bool(row["has_number"]),
        row["band"],
        row["died_on"],
        row["registered_on"],
        int(row["n"]),
    )


# --- records that contradict each other, counted both ways ----------------------------------------


def _in_doubt(told: Table, definition: Definition) -> BooleanValue:
    """Whether another reading of the records as they are takes a case out, or another death in."""
    alone = told.rule.isnull() & _flag_alone(told, definition)
    return alone.fill_null(False) | told.rule.isin(IN_DOUBT).fill_null(False)


def _flag_alone(told: Table, definition: Definition) -> BooleanValue:
    """A case only by the spell's word that the person died in it: the dates speak against it."""
    apart = (told.days < -AGREEING_DAYS) | (told.days > AGREEING_DAYS)
    window = definition.window
    if window is None or window.counted_from != "discharge":
        return told.died_in_hospital & apart
    return told.died_in_hospital & apart & ~told.days.between(window.days_min, window.days_max)


def _not_recorded(tables: Tables, definition: Definition) -> int:
    """Return how many could be cases of whom a spell alone says that they died in it.

    They are judged as if the end of that spell were recorded as the day of death.
    """
    t = tables.spells.filter(tables.spells.died_in_hospital).anti_join(tables.deaths, "person_id")
    ended = t.group_by("person_id").aggregate(died_on=t.discharged_at.date().max())
    nothing = {"registered_on": "date", "spell_id": "string", "told_on": "date"}
    nothing |= {"reconciled": "string"}
    empty = {name: ibis.null(kind) for name, kind in nothing.items()}
    deaths = ended.mutate(death_id=ended.person_id, source=ibis.literal("hospital"), **empty)
    told = _judged(tables, deaths, definition)
    could = told.rule.isnull() | told.rule.isin(IN_DOUBT).fill_null(False)
    (found,) = tables.rows(told.filter(could).count().name("n").as_table())
    return int(found["n"])


def _by_other_dates(tables: Tables, definition: Definition) -> tuple[int, int]:
    """Judge the deaths of which several days are told by the first and by the last of them.

    Returns how many cases could be out, and how many other deaths could be in, without those
    that are in doubt already.
    """
    kept = kept_deaths(tables.deaths, tables.persons)
    several = kept.filter(kept.first_on < kept.last_on)
    (found,) = tables.rows(several.aggregate(n=several.count()))
    if not found["n"]:
        return 0, 0
    verdicts = []
    for day in ("died_on", "first_on", "last_on"):
        chosen = several.select("death_id", on=day)
        deaths = tables.deaths.inner_join(chosen, "death_id").mutate(
            died_on=ibis._.on, told_on=ibis.null("date")
        )
        told = _judged(tables, deaths.drop("on"), definition)
        told = told.select(
            "death_id", case=told.rule.isnull(), in_doubt=_in_doubt(told, definition)
        )
        verdicts.append({row["death_id"]: row for row in tables.rows(told)})
    taken, first, last = verdicts
    out = into = 0
    for name, row in taken.items():
        if not row["in_doubt"]:
            other = (first[name]["case"], last[name]["case"])
            out += row["case"] and not all(other)
            into += not row["case"] and any(other)
    return out, into
