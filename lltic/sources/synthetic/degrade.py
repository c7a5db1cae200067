"""Spoil a make-believe extract as linkage and time spoil real ones, so that the truth is known.

Two things happen. Some people have no NHS number in the extract, so that no civil
registration of their death can be linked to them. And every registration takes its time,
so that those after the day the data were cut are not there yet. A death in hospital is
known in any case: the hospital says how the spell ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from lltic.sources.synthetic.dice import Dice, Part

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Degraded", "degrade", "registration_lag"]

CORONER = 0.175
"""Share of deaths that a coroner registers (ONS 2018)."""

BY_DOCTOR: Mapping[tuple[int, int], float] = {
    (1, 1): 5, (2, 2): 10, (3, 3): 15, (4, 4): 18, (5, 5): 16, (6, 6): 13, (7, 7): 10.6,
    (8, 8): 4, (9, 9): 3, (10, 10): 2, (11, 14): 2.8, (15, 21): 0.6,
}  # fmt: skip
BY_CORONER: Mapping[tuple[int, int], float] = {(2, 7): 15.6, (8, 30): 40.2, (31, 365): 44.2}
"""Days from death to registration, first and last of a band, and its share in per cent: such
that half are registered within four or five days, three quarters within seven, and of the
coroners' 15.6 % within seven and 55.8 % within thirty (ONS, "Impact of registration delays
on mortality statistics in England and Wales", 2018 and 2019)."""


@dataclass(frozen=True)
class Degraded:
    """A spoiled extract: its canonical tables, the day it was cut, and what was taken away.

    ``lost`` are the people whose NHS number was taken away, ``unregistered`` the number of
    civil registrations that come after the cut, ``unlinked`` of those that belong to nobody.
    """

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    cut: date
    lost: frozenset[str] = field(repr=False)
    unregistered: int
    unlinked: int


def registration_lag(dice: Dice) -> int:
    """Return the days from a death to its registration, as in England and Wales in 2019."""
    bands = BY_CORONER if dice.chance(CORONER) else BY_DOCTOR
    return dice.whole(*dice.weigh(bands))


def degrade(
    tables: Mapping[str, pd.DataFrame], seed: int, cut: date, *, share: float = 0.05
) -> Degraded:
    """Return the extract with identifiers and late registrations missing.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The canonical tables of a make-believe trust; they stay as they are.
    seed : int
        The same seed spoils in the same way.
    cut : datetime.date
        The day of the data cut, not before the last death.
    share : float
        Which share of all people lose their NHS number. Of the registrations of their
        deaths one half is missing, the other is there under an identifier that nobody has.
    """
    if cut < max(tables["deaths"]["died_on"]):
        raise ValueError("the cut is before the last death, which is then no death yet")
    persons, lost = _without_numbers(tables["persons"], Dice(seed, Part.SPOILS, 1), share)
    nobody = set(persons.loc[persons["nhs_number"].isna(), "person_id"])
    kept, unregistered, unlinked = _registered(
        tables["deaths"], Dice(seed, Part.SPOILS, 2), cut, nobody
    )
    deaths = [*kept, *_told_by_hospital(tables["spells"], {row["person_id"] for row in kept})]
    spoiled = {
        **tables,
        "persons": persons,
        "deaths": _frame(deaths, list(tables["deaths"].columns)),
    }
    return Degraded(spoiled, cut, frozenset(lost), unregistered, unlinked)


def _without_numbers(
    persons: pd.DataFrame, dice: Dice, share: float
) -> tuple[pd.DataFrame, set[str]]:
    loses = [dice.chance(share) for _ in range(len(persons))]
    spoiled = persons.copy()
    spoiled.loc[loses, "nhs_number"] = None
    return spoiled, set(persons.loc[loses, "person_id"])


def _registered(
    deaths: pd.DataFrame, dice: Dice, cut: date, nobody: set[str]
) -> tuple[list[dict[str, Any]], int, int]:
    """Return the rows that are still there, and how many were too late or went to nobody."""
    kept: list[dict[str, Any]] = []
    first: dict[str, date] = {}
    late = unlinked = 0
    for row in deaths.to_dict("records"):
        if row["source"] != "registration":
            kept.append(row)
            continue
        lag, missing = registration_lag(dice), dice.chance(0.5)
        person = row["person_id"]
        # A second registration of one death comes after the first.
        day = first.get(person, row["died_on"]) + timedelta(lag)
        first.setdefault(person, day)
        if day > cut:
            late += 1
        elif person in nobody:
            unlinked += 1
            if not missing:
                kept.append({**row, "person_id": f"U{unlinked:06d}", "registered_on": day})
        else:
            kept.append({**row, "registered_on": day})
    return kept, late, unlinked


def _told_by_hospital(spells: pd.DataFrame, known: set[str]) -> list[dict[str, Any]]:
    """Return the deaths that only the end of a spell tells of, as reconciliation makes them."""
    died = spells[spells["died_in_hospital"] & ~spells["person_id"].isin(known)]
    columns = (died[name] for name in ("spell_id", "person_id", "discharged_at"))
    return [
        {
            "death_id": f"H{spell_id}",
            "person_id": person_id,
            "died_on": discharged_at.date(),
            "registered_on": None,
            "source": "hospital",
            "spell_id": spell_id,
            "reconciled": "HES1",
        }
        for spell_id, person_id, discharged_at in zip(*columns, strict=True)
    ]


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    names = list(dict.fromkeys([*columns, "spell_id", "told_on", "reconciled"]))
    return pd.DataFrame(rows, columns=names, dtype=object)
