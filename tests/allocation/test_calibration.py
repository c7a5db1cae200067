"""A few cases that everybody reads, and the rest as evenly as ever."""

from __future__ import annotations

from collections import Counter

import pytest

from lltic.allocation import allocate, allocate_with_calibration
from lltic.errors import UsageError

CASES = [f"CASE-{n:02}" for n in range(20)]
NAMES = ["ada", "ben", "cleo", "dan", "eve"]


def readers(made) -> dict[str, int]:
    return dict(Counter(a.case_id for a in made))


def test_some_cases_are_everybodys_and_the_load_stays_within_one():
    made = allocate_with_calibration(CASES, NAMES, everybody=3, seed=5)
    assert Counter(readers(made).values()) == {5: 3, 2: 17}
    loads = Counter(a.reviewer for a in made)
    assert max(loads.values()) - min(loads.values()) <= 1
    assert len({(a.case_id, a.reviewer) for a in made}) == len(made), "nobody reads a case twice"
    assert len({a.review_id for a in made}) == len(made)


def test_a_second_run_and_a_larger_sample_keep_the_set_that_was_begun():
    first = allocate_with_calibration(CASES[5:], NAMES, everybody=3)
    assert allocate_with_calibration(CASES[5:], NAMES, everybody=3, existing=first) == ()
    more = allocate_with_calibration(CASES, NAMES, everybody=3, existing=first)
    whole = readers([*first, *more])
    assert Counter(whole.values()) == {5: 3, 2: 17}
    assert {c for c, n in whole.items() if n == 5} == {
        c for c, n in readers(first).items() if n == 5
    }


def test_a_new_reviewer_reads_the_set_too():
    first = allocate_with_calibration(CASES, NAMES, everybody=2)
    more = allocate_with_calibration(CASES, [*NAMES, "fay"], everybody=2, existing=first)
    assert [a.reviewer for a in more] == ["fay", "fay"]


def test_without_a_set_it_is_the_usual_allocation():
    assert allocate_with_calibration(CASES, NAMES, everybody=0, seed=4) == allocate(
        CASES, NAMES, seed=4
    )


@pytest.mark.parametrize(("everybody", "names"), [(-1, NAMES), (2, ["ada"]), (2, ["ada", "ada"])])
def test_what_cannot_be(everybody, names):
    with pytest.raises(UsageError):
        allocate_with_calibration(CASES, names, everybody=everybody)
