"""A joint review: both sides of every case, each by somebody of that discipline."""

from __future__ import annotations

from collections import Counter

import pytest

from lltic.allocation import allocate_joint
from lltic.errors import UsageError

CASES = [f"CASE-{n:02}" for n in range(20)]
SIDES = {"primary_care": ["pia", "per"], "secondary_care": ["sam", "sue", "sol"], "": ["eve"]}


def test_every_case_has_one_reader_of_each_side():
    made = allocate_joint(CASES, SIDES, seed=3)
    sides = Counter((a.case_id, a.position, a.discipline) for a in made)
    assert set(sides.values()) == {1} and len(made) == 2 * len(CASES)
    assert {(a.position, a.discipline) for a in made} == {
        (1, "primary_care"),
        (2, "secondary_care"),
    }
    assert all(a.reviewer in SIDES[a.discipline] for a in made)
    assert {a.review_id for a in made} == {f"{c}-{n}" for c in CASES for n in (1, 2)}


def test_workloads_of_a_side_are_within_one():
    loads = Counter(a.reviewer for a in allocate_joint(CASES, SIDES))
    for side in ("primary_care", "secondary_care"):
        found = [loads[name] for name in SIDES[side]]
        assert max(found) - min(found) <= 1


def test_what_was_assigned_stays_and_only_the_rest_is_added():
    first = allocate_joint(CASES[:10], SIDES)
    rest = allocate_joint(CASES, SIDES, existing=first)
    assert {a.case_id for a in rest} == set(CASES[10:])


def test_the_same_seed_gives_the_same():
    assert allocate_joint(CASES, SIDES, seed=5) == allocate_joint(CASES, SIDES, seed=5)


def test_a_side_that_nobody_can_take_is_named():
    with pytest.raises(UsageError) as error:
        allocate_joint(CASES, {"": ["eve"]})
    assert error.value.codes == ("no-reviewer-of-side",) * 2
