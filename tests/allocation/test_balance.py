from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.allocation import allocate
from lltic.errors import UsageError

CASES = [f"C{i:03}" for i in range(60)]
FOUR = ("ada", "ben", "cleo", "dan")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 40),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(0, 10),
)
def test_every_case_has_its_readers_and_workloads_differ_by_one_at_most(
    cases, names, readers, seed
):
    reviewers = [f"r{i}" for i in range(max(names, readers))]
    made = allocate(CASES[:cases], reviewers, readers=readers, seed=seed)
    by_case = {}
    for assignment in made:
        by_case.setdefault(assignment.case_id, []).append(assignment)
        assert assignment.review_id == f"{assignment.case_id}-{assignment.position}"
    assert set(by_case) == set(CASES[:cases])
    for assignments in by_case.values():
        assert len({a.reviewer for a in assignments}) == readers
        assert [a.position for a in assignments] == list(range(1, readers + 1))
    loads = Counter(a.reviewer for a in made)
    counts = [loads[name] for name in reviewers]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_pairs_and_first_places_are_spread(seed):
    made = allocate(CASES, FOUR, seed=seed)
    pairs = Counter(
        frozenset(a.reviewer for a in made if a.case_id == case_id) for case_id in CASES
    )
    assert set(pairs) == {frozenset(p) for p in combinations(FOUR, 2)}
    assert max(pairs.values()) - min(pairs.values()) <= 1
    first = Counter(a.reviewer for a in made if a.position == 1)
    assert max(first.values()) - min(first.values()) <= 2


def test_the_same_seed_gives_the_same_and_another_another():
    one = allocate(CASES, FOUR, seed=3)
    assert allocate(reversed(CASES), FOUR, seed=3) == one
    assert allocate(CASES, FOUR, seed=4) != one


def test_nothing_assigned_before_is_touched_and_new_work_evens_out():
    before = allocate(CASES[:20], FOUR[:2], seed=1)
    new = allocate(CASES[:40], FOUR, seed=2, existing=before)
    assert {a.case_id for a in new} == set(CASES[20:40])
    loads = Counter(a.reviewer for a in [*before, *new])
    assert loads == dict.fromkeys(FOUR, 20)
    assert allocate(CASES[:40], FOUR, seed=5, existing=[*before, *new]) == ()


def test_a_third_reader_is_somebody_else_at_the_third_place():
    before = allocate(CASES[:10], FOUR, seed=1)
    new = allocate(CASES[:10], FOUR, readers=3, seed=2, existing=before)
    assert [a.position for a in new] == [3] * 10
    for assignment in new:
        others = {a.reviewer for a in before if a.case_id == assignment.case_id}
        assert assignment.reviewer not in others


def test_a_reader_who_left_is_not_needed_for_the_cases_they_have():
    before = allocate(CASES[:10], FOUR[:2], seed=1)
    assert allocate(CASES[:10], FOUR[2:], seed=1, existing=before) == ()


@pytest.mark.parametrize(
    ("reviewers", "readers", "code"),
    [
        (["ada"], 2, "too-few-reviewers"),
        (["ada", "ada"], 2, "duplicate-reviewer"),
        (["ada", " "], 2, "empty-reviewer"),
        (["ada", "ben"], 0, "no-readers"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(reviewers, readers, code):
    with pytest.raises(UsageError) as error:
        allocate(CASES, reviewers, readers=readers)
    assert code in error.value.codes


def test_many_reviewers_and_readers_do_not_take_for_ever():
    reviewers = [f"r{i:02}" for i in range(40)]
    made = allocate(CASES[:20], reviewers, readers=6, seed=1)
    assert len(made) == 120
    assert set(Counter(a.reviewer for a in made).values()) == {3}
