"""Registrations and stays become one date of death per person, at every boundary day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import hes_by_hand as by_hand
import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis_rows import rows_of

from lltic.sources.reconcile import REFUSED, Reconciliation, deaths, judged

TOLD = {
    "person_id": "string",
    "died_on": "date",
    "registered_on": "date",
    "link_kept": "boolean",
    "file": "int64",
    "row": "int64",
}
STAYS = {
    "spell_id": "string",
    "person_id": "string",
    "discharged_on": "date",
    "died_in_hospital": "boolean",
}
ACTIVITY = {"person_id": "string", "started_on": "date"}
DAY0 = date(2024, 3, 1)  # the day before is a leap day
Rows = list[dict[str, Any]]


def day(n: int | None) -> date | None:
    return None if n is None else DAY0 + timedelta(days=n)


def tables() -> tuple[ibis.Table, ibis.Table, ibis.Table]:
    return (
        ibis.table(TOLD, name="told"),
        ibis.table(STAYS, name="stays"),
        ibis.table(ACTIVITY, name="activity"),
    )


def judging() -> ibis.Table:
    return judged(*tables())


def reconciling() -> ibis.Table:
    return deaths(judging(), tables()[1])


def reconciling_within_ten_days() -> ibis.Table:
    ten = Reconciliation(agreeing_days=10, later_activity_days=10)
    return deaths(judged(*tables(), ten), tables()[1], ten)


def told(died: int | None = 0, registered: int | None = 9, row: int = 2, **more: Any) -> dict:
    said = {"person_id": "p", "link_kept": True, "file": 1, "row": row}
    return said | {"died_on": day(died), "registered_on": day(registered)} | more


def stay(discharged: int = 0, spell: str = "s", person: str = "p", died: bool = True) -> dict:
    who = {"spell_id": spell, "person_id": person, "died_in_hospital": died}
    return who | {"discharged_on": day(discharged)}


def began(*days: int, person: str = "p") -> Rows:
    return [{"person_id": person, "started_on": day(n)} for n in days]


def run(make: Any, registrations: Rows, stays: Rows = (), activity: Rows = ()) -> Rows:
    given = {"told": (TOLD, registrations), "stays": (STAYS, list(stays))}
    return rows_of(make, **given, activity=(ACTIVITY, list(activity)))


def reconciled(registrations: Rows, stays: Rows = (), activity: Rows = (), **by: Any) -> Rows:
    return run(by.get("make", reconciling), registrations, stays, activity)


def out_of(registrations: Rows, stays: Rows = (), activity: Rows = ()) -> list[str | None]:
    rows = run(judging, registrations, stays, activity)
    return [r["out"] for r in sorted(rows, key=lambda r: (r["file"], r["row"]))]


@pytest.mark.parametrize(
    ("days", "kind", "taken", "source"),
    [
        (-4, "HES2", 0, "hospital"),
        (-3, "ONS1", -3, "registration"),
        (-1, "ONS1", -1, "registration"),
        (0, "ONS1", 0, "registration"),
        (1, "MIX1", 0, "registration"),
        (3, "MIX1", 0, "registration"),
        (4, "HES2", 0, "hospital"),
    ],
)
def test_how_far_the_registration_is_from_the_stay_says_whose_date_is_taken(
    days, kind, taken, source
):
    found = reconciled([told(days)], [stay(0)])
    (one,) = [r for r in found if r["reconciled"]]
    assert (one["reconciled"], one["died_on"], one["source"]) == (kind, day(taken), source)
    assert (one["spell_id"], one["registered_on"]) == ("s", day(9))
    assert one["told_on"] == (day(days) if kind == "MIX1" else None)
    others = [r for r in found if not r["reconciled"]]
    assert [(r["source"], r["died_on"]) for r in others] == [("registration", day(days))] * (
        kind == "HES2"
    )


def test_a_death_only_registered_and_a_death_only_known_from_the_discharge_method():
    found = reconciled([told(5)], [stay(0, person="q"), stay(7, "t", "p", died=False)])
    registered, hospital = sorted(found, key=lambda r: r["person_id"])
    assert (registered["reconciled"], registered["died_on"]) == ("ONS2", day(5))
    assert (registered["spell_id"], registered["death_id"]) == (None, "R-p-1")
    assert (hospital["reconciled"], hospital["died_on"]) == ("HES1", day(0))
    assert (hospital["registered_on"], hospital["death_id"]) == (None, "H-s")


def test_the_thresholds_are_arguments():
    (one,) = reconciled([told(-9)], [stay(0)], make=reconciling_within_ten_days)
    assert one["reconciled"] == "ONS1"
    late = began(9)
    assert reconciled([told(0)], (), late) == []
    assert len(reconciled([told(0)], (), late, make=reconciling_within_ten_days)) == 1


def test_the_earliest_registration_is_kept_and_the_others_stay():
    found = reconciled([told(0, 9, 2), told(1, 8, 3), told(2, None, 4)])
    assert [(r["reconciled"], r["registered_on"]) for r in found if r["reconciled"]] == [
        ("ONS2", day(8))
    ]
    assert {r["death_id"] for r in found} == {"R-p-1", "R-p-2", "R-p-3"}


def test_of_several_stays_that_ended_in_death_the_last_is_the_death():
    found = reconciled([told(20)], [stay(0, "s"), stay(20, "t")])
    assert {(r["spell_id"], r["reconciled"], r["source"]) for r in found} == {
        ("t", "ONS1", "registration"),
        ("s", None, "hospital"),
    }


def test_a_missing_date_of_death_is_the_day_of_registration():
    (row,) = run(judging, [told(None, 4)])
    assert (row["died_on"], row["death_taken"]) == (day(4), True)
    assert reconciled([told(None, 4)])[0]["died_on"] == day(4)


@pytest.mark.parametrize(("start", "out"), [(3, None), (4, "rejected-link")])
def test_a_registration_is_refused_when_the_person_comes_to_hospital_days_later(start, out):
    assert out_of([told(0)], (), began(-9, start)) == [out]
    assert out_of([told(0)], (), began(start, person="q")) == [None]


def test_after_a_refused_registration_the_stay_alone_tells():
    found = reconciled([told(0)], [stay(8)], began(6))
    assert [(r["reconciled"], r["died_on"]) for r in found] == [("HES1", day(8))]


def test_a_refused_registration_gives_way_to_a_later_one():
    found = reconciled([told(0, 1, 2), told(9, 12, 3)], (), began(8))
    assert [(r["reconciled"], r["died_on"]) for r in found] == [("ONS2", day(9))]


def test_a_weak_link_needs_a_stay_that_ended_in_death():
    weak = told(0, link_kept=False)
    assert out_of([weak]) == ["weak-link"]
    assert out_of([weak], [stay(0, died=False)]) == ["weak-link"]
    assert out_of([weak], [stay(9, person="q")]) == ["weak-link"]
    assert out_of([weak], [stay(9)]) == [None]


def test_a_registration_that_stands_twice_is_taken_once_and_by_its_better_link():
    assert out_of([told(row=2), told(row=3)]) == [None, "repeated-registration"]
    weak = told(row=2, link_kept=False)
    assert out_of([weak, told(row=3)]) == ["repeated-registration", None]
    assert out_of([told(row=2), told(0, 8, 3)]) == [None, None]


near = st.integers(0, 12).map(day)
FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
people = st.sampled_from(["p", "p", "q"])


@st.composite
def extracts(draw) -> tuple[Rows, Rows, Rows]:
    registrations = []
    for row in range(2, 2 + draw(st.integers(0, 5))):
        died, registered = draw(st.one_of(st.none(), near)), draw(st.one_of(st.none(), near))
        one = {"person_id": draw(people), "died_on": died, "registered_on": registered}
        if died is None and registered is None:
            one["died_on"] = day(0)
        place = {"link_kept": draw(st.booleans()), "file": draw(st.integers(1, 2)), "row": row}
        registrations.append(one | place)
    spells = [
        stay(0, f"s{n}", draw(people), draw(st.booleans())) | {"discharged_on": draw(near)}
        for n in range(draw(st.integers(0, 4)))
    ]
    activity = [
        {"person_id": draw(people), "started_on": draw(near)}
        for _ in range(draw(st.integers(0, 2)))
    ]
    return registrations, spells, activity


def compare(extract: tuple[Rows, Rows, Rows]) -> None:
    rows = run(judging, *extract)
    assert {(r["file"], r["row"]): r["out"] for r in rows} == by_hand.registrations_out(*extract)
    assert {r["out"] for r in rows} <= {None, *REFUSED}
    assert len(rows) == len(extract[0])
    found, expected = reconciled(*extract), by_hand.deaths(*extract)
    names = list(expected[0]) if expected else []

    def in_order(records: Rows) -> list[tuple[str, ...]]:
        return sorted(tuple(str(r[name]) for name in names) for r in records)

    assert in_order(found) == in_order(expected)
    assert len({r["death_id"] for r in found}) == len(found)
    heads = [r["person_id"] for r in found if r["reconciled"]]
    assert sorted(heads) == sorted({r["person_id"] for r in found})


@FEW
@given(extracts())
def test_the_rule_in_plain_python_makes_the_same_deaths(extract):
    compare(extract)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@settings(FEW, max_examples=500)
@given(extracts())
def test_the_rule_in_plain_python_makes_the_same_deaths_many_times(extract):
    compare(extract)
