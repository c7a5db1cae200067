"""Places in, assignments out: even, mixed, repeatable, and nothing assigned before is touched."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from allocating import given, loads_of, readers_of, unevenness
from greedy_allocation import greedy
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from patience import nobody_held_up

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.clock import parse_instant
from lltic.errors import LlticError, UsageError
from lltic.records import Assignment

CASES = [f"C{i:03}" for i in range(60)]
FOUR = ("ada", "ben", "cleo", "dan")


@settings(max_examples=30, deadline=None)
@for_all(st.integers(0, 40), st.integers(1, 8), st.integers(1, 4), st.integers(0, 10))
def test_every_case_has_its_readers_evenly_and_no_worse_mixed_than_step_by_step(
    cases, names, readers, seed
):
    reviewers = [f"r{i}" for i in range(max(names, readers))]
    made = given(CASES[:cases], reviewers, readers=readers, seed=seed)
    by_case = {}
    for assignment in made:
        by_case.setdefault(assignment.case_id, []).append(assignment)
        assert assignment.review_id == f"{assignment.case_id}-{assignment.position}"
    assert set(by_case) == set(CASES[:cases])
    for assignments in by_case.values():
        assert len({a.reviewer for a in assignments}) == readers
        assert [a.position for a in assignments] == list(range(1, readers + 1))
    loads = loads_of(made, reviewers)
    assert max(loads) - min(loads) <= 1
    first = loads_of([a for a in made if a.position == 1], reviewers)
    assert max(first) - min(first) <= 2
    assert unevenness(made) <= unevenness(greedy(CASES[:cases], reviewers, readers=readers))


@pytest.mark.parametrize("seed", range(5))
def test_pairs_and_first_places_are_spread(seed):
    made = given(CASES, FOUR, seed=seed)
    pairs = Counter(frozenset(readers) for readers in readers_of(made).values())
    assert pairs == dict.fromkeys((frozenset(p) for p in combinations(FOUR, 2)), 10)
    assert loads_of([a for a in made if a.position == 1], FOUR) == [15] * 4


def test_the_same_seed_gives_the_same_and_another_another():
    one = given(CASES, FOUR, seed=3)
    assert given(reversed(CASES), list(reversed(FOUR)), seed=3) == one
    assert given(CASES, FOUR, seed=4) != one


def test_another_process_with_other_hashes_gives_the_same():
    code = (
        "from lltic.allocation import *\n"
        "cases = [CaseToRead(f'C{i:03}', ward=f'w{i % 5}') for i in range(40)]\n"
        "people = [Reviewer(f'r{i}', wards=(f'w{i}',)) for i in range(7)]\n"
        "plan = AllocationPlan(overlap=0.6, calibration=2, repeats=1, form='sjr', seed=11)\n"
        "print(allocate(cases, people, plan))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]
    assert "Assignment(" in said[0]
    assert said[0] == said[1]


def test_nothing_assigned_before_is_touched_and_new_work_evens_out():
    before = given(CASES[:20], FOUR[:2], seed=1)
    new = given(CASES[:40], FOUR, before, seed=2)
    assert {a.case_id for a in new} == set(CASES[20:40])
    assert loads_of([*before, *new], FOUR) == [20] * 4
    assert given(CASES[:40], FOUR, [*before, *new], seed=5) == ()


def test_who_was_first_often_is_first_less_often_now():
    before = [place(c, n, n, FOUR[n - 1]) for c in CASES[:20] for n in (1, 2)]
    new = given(CASES[:40], FOUR[:2], before)
    assert Counter(a.reviewer for a in new if a.position == 1) == {"ben": 20}


def test_a_third_reader_is_somebody_else_at_the_third_place():
    before = given(CASES[:10], FOUR, seed=1)
    new = given(CASES[:10], FOUR, before, readers=3, seed=2)
    assert [a.position for a in new] == [3] * 10
    for assignment in new:
        assert assignment.reviewer not in readers_of(before)[assignment.case_id]


def test_a_reader_who_left_is_not_needed_for_the_cases_they_have():
    before = given(CASES[:10], FOUR[:2], seed=1)
    assert given(CASES[:10], FOUR[2:], before, seed=1) == ()


@pytest.mark.parametrize(
    ("reviewers", "plan", "code"),
    [
        (["ada"], {}, "too-few-reviewers"),
        (["ada", "ada"], {}, "duplicate-reviewer"),
        (["ada", " "], {}, "empty-reviewer"),
        (["ada", "ben"], {"readers": 0}, "no-readers"),
        (["ada", "ben"], {"calibration": -1}, "no-such-count"),
        (["ada", "ben"], {"overlap": 1.5}, "bad-overlap"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(reviewers, plan, code):
    with pytest.raises(UsageError) as error:
        given(CASES, reviewers, **plan)
    assert code in error.value.codes


def test_many_reviewers_and_readers_do_not_take_for_ever():
    reviewers = [f"r{i:02}" for i in range(40)]
    made = given(CASES[:20], reviewers, readers=6, seed=1)
    assert loads_of(made, reviewers) == [3] * 40


def test_four_hundred_cases_among_twelve_hold_nobody_up():
    cases = [CaseToRead(f"C{i:03}", ward=f"w{i % 8}") for i in range(400)]
    people = [Reviewer(f"r{i:02}", wards=(f"w{i % 8}",)) for i in range(12)]
    allocate(cases[:2], people, AllocationPlan())  # the solver is loaded
    with nobody_held_up():
        made = allocate(cases, people, AllocationPlan()).new
    loads = loads_of(made, [who.name for who in people])
    assert (sum(loads), max(loads) - min(loads)) == (800, 1)


# -- overlap -------------------------------------------------------------------------------


@pytest.mark.parametrize(("overlap", "twice"), [(0, 0), (0.25, 15), (0.999, 60), (1, 60)])
def test_a_share_of_the_cases_is_read_twice_and_the_rest_once(overlap, twice):
    made = given(CASES, FOUR, overlap=overlap, seed=8)
    assert Counter(map(len, readers_of(made).values()))[2] == twice
    assert len(made) == 60 + twice
    assert max(loads_of(made, FOUR)) - min(loads_of(made, FOUR)) <= 1
    first = loads_of([a for a in made if a.position == 1], FOUR)
    assert max(first) - min(first) <= 1


def test_a_larger_sample_keeps_what_was_read_twice_and_adds_to_its_share():
    before = given(CASES[:20], FOUR, overlap=0.5, seed=8)
    new = given(CASES, FOUR, before, overlap=0.5, seed=8)
    sizes = Counter(map(len, readers_of([*before, *new]).values()))
    assert sizes == {1: 30, 2: 30}
    assert {a.case_id for a in new} == set(CASES[20:])


def test_which_cases_are_read_twice_is_by_lot():
    def twice(seed: int) -> set[str]:
        made = readers_of(given(CASES, FOUR, overlap=0.5, seed=seed))
        return {case for case, readers in made.items() if len(readers) == 2}

    assert twice(1) == twice(1) != twice(2)


# -- after a hand-back ---------------------------------------------------------------------


def place(case: str, number: int, position: int, reviewer: str = "", side: str = "") -> Assignment:
    return Assignment(f"{case}-{number}", case, reviewer, position, "sjr", side)


def test_a_place_on_offer_is_given_to_somebody_who_does_not_know_the_case():
    case = CaseToRead(
        "C",
        standing=(place("C", 3, 1), place("C", 2, 2, "ben")),
        left_by=frozenset({"ada"}),
        ever=3,
    )
    for seed in range(8):
        (new,) = allocate([case], map(Reviewer, FOUR), AllocationPlan(), seed=seed).new
        assert (new.review_id, new.position) == ("C-3", 1)
        assert new.reviewer in {"cleo", "dan"}


def test_a_place_that_was_closed_stays_closed_and_ids_are_never_used_again():
    case = CaseToRead("C", standing=(place("C", 2, 2, "ben"),), closed=(1,), ever=2)
    people = [Reviewer(name) for name in FOUR]
    assert allocate([case], people, AllocationPlan()).new == ()
    (new,) = allocate([case], people, AllocationPlan(readers=3, form="sjr")).new
    assert (new.review_id, new.position) == ("C-3", 3)


def test_a_case_that_is_in_is_not_opened_again():
    case = CaseToRead("C", standing=(place("C", 1, 1, "ben"),), ever=1, full=True)
    assert allocate([case], map(Reviewer, FOUR), AllocationPlan()).new == ()
    opened = replace(case, full=False)
    assert len(allocate([opened], map(Reviewer, FOUR), AllocationPlan()).new) == 1


# -- partly --------------------------------------------------------------------------------


def test_partly_gives_what_can_be_given_and_keeps_a_case_from_being_concluded_by_one():
    cases = [CaseToRead(c, ward="elm" if c < "C004" else "oak") for c in CASES[:8]]
    people = [Reviewer("ada", wards=("Elm",)), Reviewer("ben", wards=("elm",)), Reviewer("cleo")]
    with pytest.raises(LlticError) as error:
        allocate(cases, people, AllocationPlan(form="sjr"))
    assert error.value.codes == ("too-few-may-read",)
    done = allocate(cases, people, AllocationPlan(form="sjr"), partial=True)
    assert done.problems == error.value.problems
    elm = [a for a in done.new if a.case_id < "C004"]
    assert Counter(a.reviewer for a in elm) == {"cleo": 4, "": 4}
    assert {a.position for a in elm if a.reviewer} == {1}
    assert "" not in {a.reviewer for a in done.assignments}
    assert [r.waiting for r in done.readings] == [1] * 4 + [0] * 4
    # The same again, with what is on offer now: nothing new, and nothing twice.
    again = [
        replace(c, standing=tuple(a for a in done.new if a.case_id == c.case_id)) for c in cases
    ]
    assert allocate(again, people, AllocationPlan(form="sjr"), partial=True).new == ()


def test_a_case_that_nobody_may_read_is_not_offered_to_anybody():
    people = [Reviewer(name, wards=("elm",)) for name in FOUR]
    done = allocate([CaseToRead("C", ward="elm")], people, AllocationPlan(), partial=True)
    assert done.new == ()
    assert [p.code for p in done.problems] == ["too-few-may-read"]


# -- once more -----------------------------------------------------------------------------


def test_second_readings_by_the_same_person_are_planned_of_their_own_cases():
    done = allocate(
        [CaseToRead(c) for c in CASES], map(Reviewer, FOUR), AllocationPlan(repeats=3), seed=2
    )
    assert Counter(name for name, _ in done.repeats) == dict.fromkeys(FOUR, 3)
    theirs = {(a.reviewer, a.case_id) for a in done.new}
    assert set(done.repeats) <= theirs
    assert len(done.new) == 120, "none of them is an assignment"
    assert (done.again, done.before) == ((), ()), "no first reading is in"


IN = "2026-10-05T09:00:00.000000Z"


def read_by_both(number: int, **more) -> CaseToRead:
    case = f"C{number}"
    standing = tuple(Assignment(f"{case}-{i}", case, FOUR[i - 1], i, "sjr") for i in (1, 2))
    return CaseToRead(case, standing=standing, ever=2, full=True, **more)


@pytest.mark.parametrize(
    ("more", "days", "given"),
    [
        ({"in_since": {FOUR[0]: IN, FOUR[1]: IN}}, 28, {FOUR[0], FOUR[1]}),
        ({"in_since": {FOUR[0]: IN, FOUR[1]: IN}}, 27, set()),
        ({"in_since": {FOUR[0]: IN}}, 40, {FOUR[0]}),
        ({"in_since": {FOUR[0]: IN, FOUR[1]: IN}, "read_again": (FOUR[0],)}, 40, {FOUR[1]}),
        ({"in_since": {FOUR[0]: IN, FOUR[1]: IN}, "ward": "elm"}, 40, {FOUR[1]}),
        ({"in_since": {FOUR[0]: IN, FOUR[1]: IN}, "barred": {FOUR[1]: ("x",)}}, 40, {FOUR[0]}),
    ],
)
def test_a_second_reading_is_given_when_it_is_due_once_and_without_a_conflict(more, days, given):
    people = [Reviewer(FOUR[0], wards=("elm",)), *map(Reviewer, FOUR[1:])]
    now = parse_instant(IN) + timedelta(days=days)
    done = allocate([read_by_both(1, **more)], people, AllocationPlan(repeats=1), now=now)
    assert set(done.again) == {(name, "C1") for name in given}
    assert set(done.before) == {(name, "C1") for name in more.get("read_again", ())}


def test_second_readings_that_were_given_stay_and_count_whatever_the_lot_says_now():
    cases = [read_by_both(n, in_since={FOUR[0]: IN}) for n in range(6)]
    fifth = replace(cases[5], read_again=(FOUR[0],))
    now = parse_instant(IN) + timedelta(days=60)
    people = [Reviewer(name) for name in FOUR]
    for seed in range(4):
        plan = AllocationPlan(repeats=2)
        done = allocate([*cases[:5], fifth], people, plan, seed=seed, now=now)
        assert ((FOUR[0], "C5"),) == done.before
        assert [name for name, _ in done.again] == [FOUR[0]]
        assert len([n for n, _ in done.repeats if n == FOUR[0]]) == 2


def test_a_reader_who_is_away_is_given_nothing_again():
    people = [Reviewer(FOUR[0], available=False), *map(Reviewer, FOUR[1:])]
    now = parse_instant(IN) + timedelta(days=60)
    case = read_by_both(1, in_since={FOUR[0]: IN})
    assert allocate([case], people, AllocationPlan(repeats=1), now=now).again == ()
