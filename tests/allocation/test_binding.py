"""What stands in the way when not every place can be given, and what would help."""

from __future__ import annotations

import pytest

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.errors import LlticError
from lltic.records import Assignment

FIVE = ("ada", "ben", "cleo", "dan", "eve")


def problems(cases, people, **plan):
    with pytest.raises(LlticError) as error:
        allocate(cases, people, AllocationPlan(**plan))
    return error.value.problems


def test_a_ward_where_everybody_works_is_named_with_its_cases_counted():
    cases = [CaseToRead(f"C{i}", ward="Elm" if i < 3 else "Oak") for i in range(9)]
    (problem,) = problems(cases, [Reviewer(name, wards=("elm",)) for name in FIVE])
    assert str(problem) == (
        "cases of ward Elm: 0 of 5 reviewers may read such a case, 2 more asked for "
        "(works on the ward: 5) (3 times). Name a reviewer to whom none of this applies. "
        "Or give the rest with --partial."
    )


def test_the_reasons_are_counted_and_no_patient_is_named():
    case = CaseToRead(
        "C",
        person_id="p-secret",
        ward="Elm",
        standing=(Assignment("C-1", "C", "ada", 1, "sjr"),),
        left_by=frozenset({"ben"}),
        ever=2,
    )
    people = [
        *map(Reviewer, ("ada", "ben")),
        Reviewer("cleo", available=False),
        Reviewer("dan", patients=("p-secret",)),
    ]
    (problem,) = problems([case], people)
    assert (problem.code, problem.where, problem.count) == ("too-few-may-read", "cases", 1)
    for words in ("handed it back", "looked after the person", "reads it", "not available"):
        assert words in problem.message
    assert "p-secret" not in str(problem)


def test_limits_that_are_too_low_say_whose_and_by_how_much():
    cases = [CaseToRead(f"C{i}") for i in range(6)]
    people = [Reviewer("ada", limit=3), Reviewer("ben", limit=2), Reviewer("cleo", limit=4)]
    (problem,) = problems(cases, people)
    assert (problem.code, problem.count) == ("limits-too-low", 3)
    assert problem.where == "limits of ada, ben, cleo"
    assert "by 3 in all" in problem.hint


def test_each_group_that_stands_in_each_others_way_is_told_apart():
    cases = [CaseToRead(f"E{i}", ward="elm") for i in range(4)]
    cases += [CaseToRead(f"O{i}", ward="oak") for i in range(4)]
    people = [
        Reviewer("ada", wards=("oak",), limit=1),
        Reviewer("ben", wards=("elm",), limit=2),
        Reviewer("cleo", wards=("oak",)),
        Reviewer("dan", wards=("elm",)),
    ]
    found = problems(cases, people)
    assert [(p.where, p.count) for p in found] == [("limits of ada", 3), ("limits of ben", 2)]


def test_limits_just_high_enough_are_no_problem():
    cases = [CaseToRead(f"C{i}") for i in range(6)]
    people = [Reviewer("ada", limit=6), Reviewer("ben", limit=2), Reviewer("cleo", limit=4)]
    assert len(allocate(cases, people, AllocationPlan()).new) == 12
