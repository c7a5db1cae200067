from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.definitions import Loaded
from lltic.errors import LlticError
from lltic.sampling import Plan, draw

CASES = [f"C{i:03}" for i in range(100)]


def plan(**size) -> Loaded[Plan]:
    method = "simple" if size else "census"
    model = Plan("p", "1", "P", "Ours", method, **size)
    return Loaded("sampling plan", "p", "1", "h" * 64, Path("p.yml"), model)


def test_a_census_takes_every_case_with_certainty():
    sample = draw(CASES, plan())
    assert [c.case_id for c in sample.cases] == CASES
    assert {c.inclusion_probability for c in sample.cases} == {1.0}
    assert sample.seed is None


def test_a_simple_sample_has_its_size_its_chance_and_its_seed():
    sample = draw(CASES, plan(n=25, seed=7))
    assert len({c.case_id for c in sample.cases}) == 25
    assert {c.inclusion_probability for c in sample.cases} == {0.25}
    assert (sample.population, sample.seed) == (100, 7)
    assert "seed 7" in sample.sentence


def test_the_draw_is_the_same_again_whatever_the_order_and_other_with_another_seed():
    one = draw(CASES, plan(n=25, seed=7))
    assert draw(reversed(CASES), plan(n=25, seed=7)) == one
    assert draw(CASES, plan(n=25, seed=7), seed=8).cases != one.cases


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.floats(0.01, 1), st.integers(0, 5))
def test_a_fraction_is_rounded_to_whole_cases_and_never_to_none(population, fraction, seed):
    sample = draw(CASES[:population], plan(fraction=fraction, seed=seed))
    size = len(sample.cases)
    assert 1 <= size <= population
    assert size == 1 or abs(size - fraction * population) <= 0.5
    assert sample.cases[0].inclusion_probability == size / population


def test_asking_for_more_than_there_is_takes_all_and_says_so():
    sample = draw(CASES[:10], plan(n=25, seed=7))
    assert len(sample.cases) == 10
    assert "there are no more" in sample.sentence


def test_every_case_is_drawn_about_as_often():
    counts = dict.fromkeys(CASES[:10], 0)
    for seed in range(2000):
        for case in draw(CASES[:10], plan(n=3, seed=seed)).cases:
            counts[case.case_id] += 1
    # 2000 draws with probability 0.3: five standard deviations are about 102.
    assert all(abs(n - 600) < 102 for n in counts.values())


def test_nothing_to_draw_from_is_an_error():
    with pytest.raises(LlticError) as error:
        draw([], plan())
    assert error.value.codes == ("no-cases",)
