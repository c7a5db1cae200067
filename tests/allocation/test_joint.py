"""A joint review: both sides of every case, each by somebody of that discipline."""

from __future__ import annotations

from collections import Counter

import pytest
from allocating import given, loads_of, unevenness

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.allocation.reasons import notes
from lltic.errors import LlticError, UsageError
from lltic.records import Assignment

CASES = [f"CASE-{n:02}" for n in range(20)]
SIDES = {"primary_care": ["pia", "per"], "secondary_care": ["sam", "sue", "sol"], "": ["eve"]}
PEOPLE = [Reviewer(name, side) for side, names in SIDES.items() for name in names]


def joint(cases, existing=(), people=PEOPLE, **more):
    return given(cases, people, existing, reading="joint", **more)


def test_every_case_has_one_reader_of_each_side():
    made = joint(CASES, seed=3)
    sides = Counter((a.case_id, a.position, a.discipline) for a in made)
    assert set(sides.values()) == {1}
    assert len(made) == 2 * len(CASES)
    assert {(a.position, a.discipline) for a in made} == {
        (1, "primary_care"),
        (2, "secondary_care"),
    }
    assert all(a.reviewer in SIDES[a.discipline] for a in made)
    assert {a.review_id for a in made} == {f"{c}-{n}" for c in CASES for n in (1, 2)}


def test_workloads_of_a_side_are_within_one_and_the_sides_are_mixed():
    made = joint(CASES)
    for side in ("primary_care", "secondary_care"):
        loads = loads_of(made, SIDES[side])
        assert max(loads) - min(loads) <= 1
    assert unevenness(made) == 4 * 9 + 2 * 16, "20 cases over 6 pairs: 3, 3, 3, 3, 4, 4"


def test_what_was_assigned_stays_and_only_the_rest_is_added():
    first = joint(CASES[:10])
    rest = joint(CASES, first)
    assert {a.case_id for a in rest} == set(CASES[10:])


def test_what_was_begun_without_sides_stays_so_and_is_told():
    """A second pair at the same positions would hide the scores of the first."""
    people = [Reviewer(f"{side[0]}{i}", side) for side in SIDES if side for i in range(4)]
    first = given(CASES[:5], people)
    plan = AllocationPlan(reading="joint")
    cases = [CaseToRead(c, standing=tuple(a for a in first if a.case_id == c)) for c in CASES]
    done = allocate(cases, people, plan)
    assert {a.case_id for a in done.new} == set(CASES[5:])
    places = Counter((a.case_id, a.position) for a in done.assignments)
    assert set(places.values()) == {1}
    note = "5 cases were begun with readers of no side; they stay as they are."
    assert notes(cases, people, plan, done) == [note]


def test_the_same_seed_gives_the_same():
    assert joint(CASES, seed=5) == joint(CASES, seed=5)


def test_a_side_that_was_handed_back_is_given_within_that_side():
    standing = (
        Assignment("C-3", "C", "", 1, "lltic_joint", "primary_care"),
        Assignment("C-2", "C", "sam", 2, "lltic_joint", "secondary_care"),
    )
    case = CaseToRead("C", standing=standing, left_by=frozenset({"pia"}), ever=3)
    (new,) = allocate([case], PEOPLE, AllocationPlan(reading="joint")).new
    assert new == Assignment("C-3", "C", "per", 1, "lltic_joint", "primary_care")


def test_a_side_whose_people_are_all_kept_from_a_case_is_said():
    people = [Reviewer(w.name, w.discipline, practices=("P1",)) for w in PEOPLE]
    cases = [CaseToRead("A", practice_id="P1"), CaseToRead("B")]
    with pytest.raises(LlticError) as error:
        allocate(cases, people, AllocationPlan(reading="joint"))
    assert error.value.codes == ("too-few-may-read",) * 2
    assert [p.where for p in error.value.problems] == [
        "cases, primary_care",
        "cases, secondary_care",
    ]
    done = allocate(cases, people, AllocationPlan(reading="joint"), partial=True)
    assert {a.case_id for a in done.new} == {"B"}


def test_one_side_of_a_case_waits_for_the_other():
    people = [Reviewer("pia", "primary_care", practices=("P1",)), Reviewer("sam", "secondary_care")]
    done = allocate(
        [CaseToRead("A", practice_id="P1")], people, AllocationPlan(reading="joint"), partial=True
    )
    assert [(a.reviewer, a.discipline) for a in done.new] == [
        ("", "primary_care"),
        ("sam", "secondary_care"),
    ]


def test_a_side_that_nobody_can_take_is_named():
    with pytest.raises(UsageError) as error:
        joint(CASES, people=[Reviewer("eve")])
    assert error.value.codes == ("no-reviewer-of-side",) * 2


NONSENSE = [{"calibration": 2}, {"readers": 3}, {"overlap": 0.5}, {"repeats": 1}]


@pytest.mark.parametrize("more", NONSENSE)
def test_what_makes_no_sense_for_two_sides_is_refused(more):
    with pytest.raises(UsageError) as error:
        joint(CASES, **more)
    assert "joint-plan" in error.value.codes
