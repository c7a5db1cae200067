"""Estimates from a sample: unbiased over all samples, covered over many, exact when all is read."""

from __future__ import annotations

from itertools import combinations, product
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampled_cases import cases, drawn, plan
from scipy.stats import t

from lltic.errors import NotComputable
from lltic.measures import Design, profile, wilson
from lltic.records import SampledCase
from lltic.sampling import draw


def sampled(stratum: str, n: int, population: int) -> list[SampledCase]:
    return [SampledCase(f"{stratum}{i}", stratum, n / population, "p v1", "h") for i in range(n)]


def with_moments(n: int, mean: float, variance: float) -> list[float]:
    """Return n numbers with this mean and this variance (divisor n - 1)."""
    step = [i - (n - 1) / 2 for i in range(n)]
    scale = sqrt(variance * (n - 1) / sum(x * x for x in step))
    return [mean + scale * x for x in step]


def test_lohrs_farm_acres_by_region():
    # Lohr, Sampling: Design and Analysis, 2nd ed., example 3.2 (US Census of Agriculture):
    # mean 295,561 acres per county, standard error 16,380.
    regions = {
        "northeast": (220, 21, 97_629.8, 7_647_472_708),
        "north central": (1054, 103, 300_504.2, 29_618_183_543),
        "south": (1382, 135, 211_315.0, 53_587_487_856),
        "west": (422, 41, 662_295.5, 396_185_950_266),
    }
    rows, acres = [], {}
    for region, (population, n, mean, variance) in regions.items():
        rows += sampled(region, n, population)
        numbers = with_moments(n, mean, variance)
        acres |= {f"{region}{i}": x for i, x in enumerate(numbers)}
    estimate = Design.of(rows).mean(acres)
    assert estimate.population == 3078
    assert estimate.value == pytest.approx(295_561, abs=1)
    error = (estimate.high - estimate.value) / t.ppf(0.975, 296)
    assert error == pytest.approx(16_380, abs=1)


WORLD = {"a": [1, 0, 0, 1, 0], "b": [1, 1, 0, 1]}
SIZES = {"a": 3, "b": 2}
TRUTH = 5 / 9


def every_sample():
    """Yield each of the 60 samples that SIZES allows of WORLD, as design and values."""
    draws = {s: list(combinations(range(len(WORLD[s])), SIZES[s])) for s in WORLD}
    for chosen in product(*draws.values()):
        rows, values = [], {}
        for stratum, places in zip(WORLD, chosen, strict=True):
            chance = SIZES[stratum] / len(WORLD[stratum])
            for i in places:
                rows.append(SampledCase(f"{stratum}{i}", stratum, chance, "p v1", "h"))
                values[f"{stratum}{i}"] = float(WORLD[stratum][i])
        yield Design.of(rows), values


def test_the_estimate_is_unbiased_over_every_sample_and_so_is_its_variance():
    found = [(design.mean(values), design) for design, values in every_sample()]
    means = [e.value for e, _ in found]
    assert len(means) == 60
    assert sum(means) / 60 == pytest.approx(TRUTH, abs=1e-12)
    variance = sum((m - TRUTH) ** 2 for m in means) / 60
    half = t.ppf(0.975, 3)  # five cases in two strata
    estimated = [((e.high - e.value) / half) ** 2 for e, _ in found]
    assert sum(estimated) / 60 == pytest.approx(variance, rel=1e-9)
    shares = [
        design.share({c for c, y in values.items() if y}, values).value
        for design, values in every_sample()
    ]
    assert shares == pytest.approx(means)
    plain = [sum(values.values()) / len(values) for _, values in every_sample()]
    assert abs(sum(plain) / 60 - TRUTH) > 0.005  # without weights it would not be


def test_weights_add_up_to_the_population_also_when_some_are_not_read():
    design = Design.of(sampled("a", 4, 20) + sampled("b", 2, 6))
    assert design.populations == {"a": 20, "b": 6}
    assert sum(design.weights().values()) == 26
    assert design.weights(["a0", "a1", "b0", "x"]) == {"a0": 10.0, "a1": 10.0, "b0": 6.0}


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 60), st.integers(0, 60), st.integers(1, 300))
def test_a_simple_sample_has_wilsons_interval_with_the_finite_population_correction(n, hits, more):
    hits = min(hits, n)
    population = n + more
    rows = sampled("all", n, population)
    ids = [row.case_id for row in rows]
    estimate = Design.of(rows).share(ids[:hits], ids)
    z2 = 1.959963984540054**2
    size = n * (population - 1) / (population - n)
    for bound in (estimate.low, estimate.high):  # each solves (p - P)² = z² P (1 - P) / size
        distance = (hits / n - bound) ** 2 - z2 * bound * (1 - bound) / size
        assert distance == pytest.approx(0, abs=1e-9)
    whole = wilson(hits, n)
    assert whole.low <= estimate.low + 1e-12 <= estimate.high <= whole.high + 2e-12
    assert (estimate.numerator, estimate.denominator) == (hits, n)


def test_a_census_is_as_it_was():
    rows = sampled("all", 40, 40)
    ids = [row.case_id for row in rows]
    assert Design.of(rows).is_census
    estimate = Design.of(rows).share(ids[:7], ids)
    assert estimate == wilson(7, 40)
    numbers = dict(zip(ids, with_moments(40, 3.0, 4.0), strict=True))
    mean = Design.of(rows).mean(numbers)
    assert mean.high - 3 == pytest.approx(t.ppf(0.975, 39) * 2 / sqrt(40))


def test_cases_taken_with_certainty_leave_nothing_open():
    rows = sampled("must-review", 10, 10) + sampled("all", 20, 190)
    ids = [row.case_id for row in rows]
    poor = {*ids[:6], ids[10]}
    estimate = Design.of(rows).share(poor, ids)
    assert estimate.value == pytest.approx((6 + 9.5) / 200)
    rest = Design.of(rows[10:]).share({ids[10]}, ids[10:])
    assert estimate.low == pytest.approx((6 + 190 * rest.low) / 200)
    assert estimate.high == pytest.approx((6 + 190 * rest.high) / 200)


def test_no_hit_has_an_upper_bound_that_knows_of_the_weights():
    even = sampled("a", 20, 100) + sampled("b", 20, 100)
    uneven = sampled("a", 35, 40) + sampled("b", 5, 160)
    bounds = [
        Design.of(rows).share([], [row.case_id for row in rows]).high for rows in (even, uneven)
    ]
    assert bounds[0] < bounds[1] / 2


def test_strata_that_happen_to_be_all_alike_make_no_interval_narrower_than_a_simple_sample():
    rows = sampled("a", 20, 100) + sampled("b", 20, 100)
    ids = [row.case_id for row in rows]
    parted = Design.of(rows).share(ids[:20], ids)
    together = Design.of(sampled("all", 40, 200)).share(
        [f"all{i}" for i in range(20)], [f"all{i}" for i in range(40)]
    )
    assert parted.value == together.value == 0.5
    assert parted.high - parted.low >= together.high - together.low
    assert parted.high - parted.low < 1.05 * (together.high - together.low)


def test_a_part_that_the_draw_did_not_fix_is_a_ratio():
    rows = sampled("a", 4, 40) + sampled("b", 6, 12)
    design = Design.of(rows)
    ids = [row.case_id for row in rows]
    scored = ["a0", "a1", "b0", "b1", "b2"]
    estimate = design.share({"a0", "b0"}, scored, among=ids)
    # Weights 10 and 2: (10 + 2) of (20 + 6) cases that would have a score.
    assert estimate.value == pytest.approx(12 / 26)
    assert estimate.population == pytest.approx(26)
    assert (estimate.numerator, estimate.denominator) == (2, 5)


def test_the_order_in_which_cases_come_changes_no_digit():
    # A set of case ids has another order at each run, and a sum of floats another last digit.
    rows = sampled("a", 14, 50)
    ids = [row.case_id for row in rows]
    turned = [ids[k:] + ids[:k] for k in range(14)]
    scores = {case: number % 7 / 3 for number, case in enumerate(ids)}
    shares = {Design.of(rows).share(ids[:3], order) for order in turned}
    means = {Design.of(rows).mean({case: scores[case] for case in order}) for order in turned}
    assert (len(shares), len(means)) == (1, 1)


def test_what_is_not_read_and_what_was_not_drawn_is_told():
    rows = sampled("a", 4, 40) + sampled("b", 2, 12)
    design = Design.of(rows)
    estimate = design.share({"a0"}, ["a0", "a1", "a2", "x"])
    assert estimate.value == pytest.approx(1 / 3)
    assert estimate.warnings == (
        "Read so far: 3 of 6 sampled cases; the others count as like them.",
        "Not spoken for, as none of it has been read: b (12 cases).",
        "Left out, not in the sample: cases 1.",
    )
    assert design.share({"a0"}, [r.case_id for r in rows]).warnings == ()


def test_a_design_shows_its_weights_and_no_case():
    shown = Design.of(sampled("<a>", 4, 20))
    assert "<td>&lt;a&gt;</td><td>20</td><td>4</td><td>5.00</td>" in shown._repr_html_()
    assert "p v1 (h)" in shown._repr_html_()
    assert "a0" not in repr(shown) + shown._repr_html_()


def test_undefined_is_an_error_with_a_reason():
    design = Design.of(sampled("a", 4, 40))
    for call, code in (
        (lambda: design.share([], []), "no-denominator"),
        (lambda: design.share(["x"], ["x"]), "no-denominator"),
        (lambda: design.mean({"a0": 2.0}), "too-few-cases"),
        (lambda: design.share(["a0"], ["a0", "a1"], level=95), "bad-level"),
    ):
        with pytest.raises(NotComputable) as caught:
            call()
        assert caught.value.codes == (code,)


DESIGNS = {
    "simple": (
        [("acute", 300, 60, ()), ("community", 100, 50, ())],
        {"n": 60},
    ),
    "equal from unequal strata": (
        [("acute", 300, 6, ()), ("community", 100, 10, ()), ("mental_health", 30, 9, ())],
        {"method": "stratified", "strata": ("setting",), "allocation": "equal", "n": 60},
    ),
    "must review, and a sample": (
        [("acute", 40, 24, ("concern",)), ("community", 400, 12, ())],
        {"n": 80, "must_review": ("any",)},
    ),
    "many small strata": (
        [(f"ward {i:02}", 30, 1 + i % 8, ()) for i in range(12)],
        {"method": "stratified", "strata": ("setting",), "n": 36, "minimum": 2},
    ),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_intervals_cover_the_truth_over_200_seeds(name):
    groups, said = DESIGNS[name]
    world, hits = [], set()
    for setting, n, poor, flags in groups:
        made = cases(n, f"{setting}-", setting=setting, flags=flags)
        world += made
        hits |= {case.case_id for case in made[:poor]}
    truth, covered, found = len(hits) / len(world), 0, []
    for seed in range(200):
        sample = draw(world, plan(seed=1, **said), seed)
        read = drawn(sample)
        estimate = Design.of(sample.cases).share(hits & read, read)
        found.append(estimate.value)
        covered += estimate.low <= truth <= estimate.high
    # Of 200 intervals at 95 %, 182 or fewer would hold the truth once in 63 times.
    assert covered >= 183
    spread = sqrt(sum((value - truth) ** 2 for value in found) / 200)
    assert abs(sum(found) / 200 - truth) < 4 * spread / sqrt(200)


def test_a_weighted_share_is_shown_from_rounded_counts_of_the_population():
    rows = sampled("a", 60, 400) + sampled("b", 40, 80)
    ids = [row.case_id for row in rows]
    estimate = Design.of(rows).share({*ids[:15], *ids[60:80]}, ids)
    plain = profile("none", reason="a test").proportion(estimate)
    assert (plain.numerator, plain.denominator, plain.percent) == ("35", "100", "29.2")
    shown = profile("nhs_hes_2018").proportion(estimate)
    assert (shown.numerator, shown.denominator) == ("35", "100")
    assert shown.percent == "29.2"  # 140 of 480
    few = Design.of(rows).share(set(ids[:3]), ids)
    assert profile("nhs_hes_2018").proportion(few).percent == ""
    assert profile("nhs_hes_2018").weighted(few) is None
