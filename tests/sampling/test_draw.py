"""A draw: its sizes, its chances, its seed, and what it says of itself."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import combinations
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampled_cases import case, cases, drawn, plan

from lltic.errors import LlticError
from lltic.sampling import draw

CASES = cases(100)


def test_a_census_takes_every_case_with_certainty():
    sample = draw(CASES, plan("census"))
    assert [c.case_id for c in sample.cases] == [c.case_id for c in CASES]
    assert {c.inclusion_probability for c in sample.cases} == {1.0}
    assert sample.seed is None
    assert sample.sentences == ("Every one of the 100 cases is taken.",)


def test_a_simple_sample_has_its_size_its_chance_and_its_seed():
    sample = draw(CASES, plan(n=25, seed=7))
    assert len(drawn(sample)) == 25
    assert {c.inclusion_probability for c in sample.cases} == {0.25}
    assert (sample.population, sample.seed) == (100, 7)
    assert "seed 7" in sample.sentence


def test_the_draw_is_the_same_again_whatever_the_order_and_other_with_another_seed():
    one = draw(CASES, plan(n=25, seed=7))
    assert draw(reversed(CASES), plan(n=25, seed=7)) == one
    assert draw([*CASES, *CASES], plan(n=25, seed=7)) == one
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
    assert sample.notes == ("The plan asks for 25; there are no more than 10.",)


def test_every_set_of_cases_is_drawn_about_as_often():
    counts = Counter(frozenset(drawn(draw(CASES[:5], plan(n=2, seed=s)))) for s in range(2000))
    ids = [c.case_id for c in CASES[:5]]
    expected = 2000 / comb(5, 2)
    distance = sum(
        (counts[frozenset(pair)] - expected) ** 2 / expected for pair in combinations(ids, 2)
    )
    assert distance < 27.9  # chi-square with 9 degrees of freedom, 1 in 1,000


def test_a_larger_sample_with_the_same_seed_holds_the_smaller_one():
    small, large = (drawn(draw(CASES, plan(n=n, seed=7))) for n in (20, 45))
    assert small < large
    assert not small < drawn(draw(CASES, plan(n=45, seed=8)))
    # Cases that come later with a new extract push nobody out but by their own number.
    later = drawn(draw([*CASES, *cases(10, "L")], plan(n=20, seed=7)))
    assert {c for c in later if c.startswith("C")} <= small


def test_strata_are_drawn_from_separately_and_add_up():
    world = cases(60) + cases(30, "D", setting="community") + cases(5, "E", setting="mental_health")
    sample = draw(world, plan("stratified", strata=("setting",), n=19, minimum=2, seed=1))
    assert [(s.name, s.population, s.sampled) for s in sample.strata] == [
        ("acute", 60, 11),
        ("community", 30, 6),
        ("mental_health", 5, 2),
    ]
    assert Counter(c.stratum for c in sample.cases) == {s.name: s.sampled for s in sample.strata}
    chances = {c.stratum: c.inclusion_probability for c in sample.cases}
    assert chances == {"acute": 11 / 60, "community": 0.2, "mental_health": 0.4}
    assert sum(1 / c.inclusion_probability for c in sample.cases) == pytest.approx(95)
    assert sample.sentences[1] == (
        "acute: 11 of 60 cases, each with probability 0.183 (design weight 5.45)."
    )


def test_cases_are_parted_by_all_that_is_asked_and_what_is_not_known_is_a_stratum():
    world = [
        case("A", died_on=date(2016, 10, 31), age_at_death=17),
        case("B", died_on=date(2016, 11, 1), age_at_death=85, specialty=None),
        case("C", died_on=None, age_at_death=None, category="post_discharge"),
    ]
    everything = ("month_of_death", "age_band", "specialty", "category", "provider", "setting")
    sample = draw(world, plan("stratified", strata=everything, n=3, seed=1))
    assert {c.case_id: c.stratum for c in sample.cases} == {
        "A": "2016-10 / 0-17 / 300 / in_hospital / RXX / acute",
        "B": "2016-11 / 85+ / specialty not known / in_hospital / RXX / acute",
        "C": "month not known / age not known / 300 / post_discharge / RXX / acute",
    }
    bands = draw(
        world, plan("stratified", strata=("age_band",), age_bands=(40,), fraction=1.0, seed=1)
    )
    assert [s.name for s in bands.strata] == ["0-39", "40+", "age not known"]


def test_equal_and_fixed_allocations_never_ask_a_stratum_for_more_than_it_has():
    world = cases(50) + cases(4, "D", setting="community")
    equal = draw(world, plan("stratified", strata=("setting",), allocation="equal", n=20, seed=1))
    assert [s.sampled for s in equal.strata] == [16, 4]
    assert "asks for 10; the stratum is smaller" in equal.sentences[2]
    sizes = {"acute": 12, "hospice": 3}
    fixed = draw(
        world,
        plan(
            "stratified",
            strata=("setting",),
            allocation="fixed",
            per_stratum=6,
            sizes=sizes,
            seed=1,
        ),
    )
    assert [(s.sampled, s.wanted) for s in fixed.strata] == [(12, 12), (4, 6)]
    assert fixed.notes == ("The plan names the stratum 'hospice'; no case is in it.",)


def test_neyman_draws_by_size_times_spread_and_refuses_to_guess_a_spread():
    world = cases(48) + cases(16, "D", setting="community")
    spreads = {"acute": 5581**0.5, "community": 53843**0.5}
    how = {"strata": ("setting",), "allocation": "neyman", "n": 24, "seed": 1}
    sample = draw(world, plan("stratified", spreads=spreads, **how))
    assert [s.sampled for s in sample.strata] == [12, 12]  # Cochran 1977, 5.6: 64 cities
    with pytest.raises(LlticError) as error:
        draw(world, plan("stratified", spreads={"hospice": 1.0}, **how))
    assert error.value.codes == ("plan-spread", "plan-spread")


def test_a_plan_that_cannot_serve_all_its_strata_is_refused():
    world = cases(50) + cases(40, "D", setting="community")
    with pytest.raises(LlticError) as error:
        draw(world, plan("stratified", strata=("setting",), n=5, minimum=3, seed=1))
    assert error.value.codes == ("plan-too-small",)


def test_what_must_be_reviewed_is_taken_with_certainty_and_the_rest_is_drawn():
    marked = cases(6, "M", flags=("concern",)) + cases(3, "N", flags=("alarm", "concern"))
    sample = draw(CASES + marked, plan(n=20, seed=1, must_review=("any",)))
    assert {c.case_id for c in marked} <= drawn(sample)
    assert [(s.name, s.population, s.sampled) for s in sample.strata] == [
        ("must-review", 9, 9),
        ("all", 100, 20),
    ]
    chances = {(c.stratum, c.inclusion_probability) for c in sample.cases}
    assert chances == {("must-review", 1.0), ("all", 0.2)}
    assert sample.sentence == (
        "29 of 109 cases are taken: 9 that must be reviewed, and 20 at random without "
        "replacement, seed 1."
    )
    some = draw(CASES + marked, plan(n=20, seed=1, must_review=("alarm", "maternal")))
    assert some.strata[0].population == 3
    assert some.notes == ("No case is flagged 'maternal'.",)
    none = draw(CASES, plan(n=20, seed=1, must_review=("any",)))
    assert none.notes == ("No case is flagged for review, so none is taken with certainty.",)
    only = draw(marked, plan(n=20, seed=1, must_review=("any",)))
    assert len(only.cases) == 9


def test_a_sample_shows_its_strata_and_no_case():
    sample = draw(cases(9, setting="<b>"), plan("stratified", strata=("setting",), n=3, seed=1))
    assert "&lt;b&gt;" in sample._repr_html_()
    assert "C00" not in repr(sample) + sample._repr_html_()
    assert sample.as_dict()["strata"][0]["weight"] == 3.0


def test_nothing_to_draw_from_is_an_error():
    with pytest.raises(LlticError) as error:
        draw([], plan("census"))
    assert error.value.codes == ("no-cases",)
