"""A few cases that everybody reads, and the rest as evenly as ever."""

from __future__ import annotations

from collections import Counter

import pytest
from allocating import given, loads_of, readers_of

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.errors import UsageError

CASES = [f"CASE-{n:02}" for n in range(20)]
NAMES = ["ada", "ben", "cleo", "dan", "eve"]


def sizes(made) -> Counter[int]:
    return Counter(len(readers) for readers in readers_of(made).values())


def test_some_cases_are_everybodys_and_the_load_stays_within_one():
    made = given(CASES, NAMES, calibration=3, seed=5)
    assert sizes(made) == {5: 3, 2: 17}
    loads = loads_of(made, NAMES)
    assert max(loads) - min(loads) <= 1
    assert len({(a.case_id, a.reviewer) for a in made}) == len(made), "nobody reads a case twice"
    assert len({a.review_id for a in made}) == len(made)


def test_a_second_run_and_a_larger_sample_keep_the_set_that_was_begun():
    first = given(CASES[5:], NAMES, calibration=3)
    assert given(CASES[5:], NAMES, first, calibration=3) == ()
    more = given(CASES, NAMES, first, calibration=3)
    assert sizes([*first, *more]) == {5: 3, 2: 17}

    def everybodys(made) -> set[str]:
        return {case for case, readers in readers_of(made).items() if len(readers) == 5}

    assert everybodys([*first, *more]) == everybodys(first)


def test_a_new_reviewer_reads_the_set_too():
    first = given(CASES, NAMES, calibration=2)
    more = given(CASES, [*NAMES, "fay"], first, calibration=2)
    assert [(a.reviewer, a.position) for a in more] == [("fay", 6), ("fay", 6)]


def test_without_a_set_it_is_the_usual_allocation():
    assert given(CASES, NAMES, calibration=0, seed=4) == given(CASES, NAMES, seed=4)


def test_the_set_is_of_cases_that_nobody_is_kept_from_where_there_are_such():
    cases = [CaseToRead(c, ward="elm" if c < "CASE-18" else "oak") for c in CASES]
    people = [Reviewer("ada", wards=("elm",)), *map(Reviewer, NAMES[1:])]
    made = allocate(cases, people, AllocationPlan(calibration=2)).new
    assert {c for c, who in readers_of(made).items() if len(who) == 5} == {"CASE-18", "CASE-19"}
    done = allocate(cases, people, AllocationPlan(calibration=3))
    assert sizes(done.new) == {5: 2, 4: 1, 2: 17}, "who may not read it does not"
    assert all("ada" in r.out for r in done.readings if r.stratum == "" and r.case_id < "CASE-18")


@pytest.mark.parametrize(("calibration", "names"), [(-1, NAMES), (2, ["ada"]), (2, ["ada", "ada"])])
def test_what_cannot_be(calibration, names):
    with pytest.raises(UsageError):
        given(CASES, names, calibration=calibration)
