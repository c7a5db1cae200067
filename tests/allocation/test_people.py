"""Who may read which case: never against a conflict of interest, never above a limit."""

from __future__ import annotations

from collections import Counter

import pytest
from allocating import readers_of
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.allocation.people import CONFLICTS, OUT, conflicts, why_out
from lltic.errors import LlticError
from lltic.records import Assignment

CASE = CaseToRead("C", person_id="p1", provider_id="RX1", ward=" Elm  Ward", practice_id="P1")
ALL = tuple(CONFLICTS)


@pytest.mark.parametrize(
    ("reviewer", "rules"),
    [
        (Reviewer("ada"), ()),
        (Reviewer("ada", wards=("elm ward",)), ("own-ward",)),
        (Reviewer("ada", wards=("Elm",), organisations=("rx1",)), ("own-organisation",)),
        (Reviewer("ada", practices=("P2", "P1")), ("own-practice",)),
        (Reviewer("ada", patients=("p1",)), ("own-patient",)),
        (Reviewer("ada", patients=("C",)), ("own-patient",)),
        (Reviewer("ada", patients=("P1",)), ()),
        (Reviewer("ada", wards=("ELM WARD",), patients=("C",)), ("own-ward", "own-patient")),
    ],
)
def test_each_conflict_of_interest_is_found_by_its_name(reviewer, rules):
    assert conflicts(CASE, reviewer, ALL) == rules
    assert conflicts(CASE, reviewer, ()) == (), "a rule that the plan does not name does not count"


def test_what_a_case_does_not_say_is_no_conflict():
    nobody = Reviewer("ada", wards=("",), organisations=("",), practices=("",), patients=("x",))
    assert conflicts(CaseToRead("C"), nobody, ALL) == ()


def test_a_conflict_that_was_declared_elsewhere_counts_whatever_the_rules():
    case = CaseToRead("C", ward="elm", barred={"ada": ("own-ward", "own-patient")})
    assert conflicts(case, Reviewer("ada"), ()) == ("own-ward", "own-patient")
    assert conflicts(case, Reviewer("ada", wards=("elm",)), ALL) == ("own-ward", "own-patient")


def test_everything_else_that_keeps_somebody_out_has_a_name_and_words():
    case = CaseToRead(
        "C",
        standing=(Assignment("C-1", "C", "ada", 1, "sjr"),),
        left_by=frozenset({"ben"}),
    )
    assert why_out(case, Reviewer("ada"), ALL) == ("reads-it",)
    assert why_out(case, Reviewer("ben", available=False), ALL) == ("knows-case", "not-available")
    assert why_out(case, Reviewer("cleo", "nursing"), ALL, "primary_care") == ("other-discipline",)
    assert set(CONFLICTS) <= set(OUT)


WARDS = st.sampled_from(["", "elm", "oak", "ash", "fir"])


@st.composite
def trusts(draw):
    """Cases and reviewers with wards, practices, patients, limits, leave and earlier readers."""
    names = [f"r{i}" for i in range(draw(st.integers(2, 6)))]
    cases = []
    for i in range(draw(st.integers(1, 14))):
        case_id = f"C{i:02}"
        before = draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
        kept, left = before[:1], before[1:]
        cases.append(
            CaseToRead(
                case_id,
                ward=draw(WARDS),
                practice_id=draw(WARDS),
                standing=tuple(Assignment(f"{case_id}-1", case_id, n, 1, "sjr") for n in kept),
                left_by=frozenset(left),
                ever=len(before),
            )
        )
    people = [
        Reviewer(
            name,
            wards=(draw(WARDS),),
            practices=(draw(WARDS),),
            patients=tuple(draw(st.lists(st.sampled_from([c.case_id for c in cases]), max_size=1))),
            limit=draw(st.none() | st.integers(0, 12)),
        )
        for name in names
    ]
    plan = AllocationPlan(
        readers=2,
        overlap=draw(st.sampled_from([1.0, 0.5])),
        calibration=draw(st.integers(0, 2)),
        seed=draw(st.integers(0, 5)),
    )
    return cases, people, plan


@settings(max_examples=40, deadline=None)
@given(trusts())
def test_no_conflict_no_limit_no_second_reading_ever_and_all_that_can_be_given_is_explained(trust):
    cases, people, plan = trust
    done = allocate(cases, people, plan, partial=True)
    by_id, by_name = {c.case_id: c for c in cases}, {w.name: w for w in people}
    made = [a for a in done.new if a.reviewer]
    for a in made:
        assert why_out(by_id[a.case_id], by_name[a.reviewer], plan.conflicts) == ()
    loads = Counter(a.reviewer for a in done.assignments)
    for who in people:
        before = sum(who.name in c.readers for c in cases)
        assert who.limit is None or loads[who.name] <= max(who.limit, before)
    everything = [(a.case_id, a.reviewer) for a in done.assignments]
    assert len(everything) == len(set(everything))
    ids = [a.review_id for a in (*done.new, *done.kept)]
    assert len(ids) == len(set(ids))
    assert done == allocate(cases[::-1], people[::-1], plan, partial=True)
    for reading in done.readings:
        told = {*reading.kept, *reading.given, *reading.spare, *reading.out}
        assert told >= set(by_name)
        if reading.waiting:
            assert not reading.spare, "a place waits only where everybody else is kept from it"
    assert bool(done.problems) == any(r.waiting for r in done.readings) or plan.calibration


@settings(max_examples=15, deadline=None)
@given(st.integers(4, 30), st.integers(3, 7), st.integers(0, 3))
def test_loads_are_even_when_each_case_keeps_only_one_person_out(cases, names, seed):
    people = [Reviewer(f"r{i}", wards=(f"w{i}",)) for i in range(names)]
    # Never more cases of a ward than the others can read: then nothing prevents evenness.
    sample = [CaseToRead(f"C{i:02}", ward=f"w{i % names}") for i in range(cases)]
    made = allocate(sample, people, AllocationPlan(), seed=seed).new
    loads = Counter(a.reviewer for a in made)
    counts = [loads[w.name] for w in people]
    assert max(counts) - min(counts) <= 1
    assert all(len(readers) == 2 for readers in readers_of(made).values())


def test_reviews_outside_the_sample_count_for_limits_and_for_evenness():
    sample = [CaseToRead(f"C{i:02}") for i in range(12)]
    people = [
        Reviewer("ada", limit=10, elsewhere=9),
        Reviewer("ben", elsewhere=4),
        Reviewer("cleo"),
    ]
    made = allocate(sample, people, AllocationPlan(readers=1)).new
    assert Counter(a.reviewer for a in made) == {"ben": 4, "cleo": 8}
    with pytest.raises(LlticError) as error:
        allocate(sample, [Reviewer("ada", limit=10, elsewhere=9)], AllocationPlan(readers=1))
    assert [(p.code, p.count) for p in error.value.problems] == [("limits-too-low", 11)]
