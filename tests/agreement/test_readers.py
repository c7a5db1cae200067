"""Leniency and drift: what was planted is found, no reader is named by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from reader_panels import LEVELS, START, demo_panel, normal_panel, reading

from lltic.agreement import drift, fleiss_kappa, leniency, lettered
from lltic.errors import NotComputable, UsageError
from lltic.sources.synthetic.truth import expected_kappa


def held(calibration, planted):
    """Whether each reader's interval holds what is true of them."""
    return [one.effect.low <= planted[one.reader] <= one.effect.high for one in calibration.readers]


def scores(table, **more):
    """Readings from rows of (case, reader, score)."""
    seen: dict[str, int] = {}
    found = []
    for case_id, reader, score in table:
        seen[case_id] = seen.get(case_id, 0) + 1
        found.append(reading(case_id, reader, score, seen[case_id], **more))
    return found


RING = [("ab", 1.0), ("bc", -2.0), ("ca", 1.0)]


def ring(n=12, noise=0.1, seed=1):
    """Three readers in a ring: a one point above b, b two below c, with a little noise."""
    chance = np.random.default_rng(seed)
    own = {"a": 0.0, "b": -1.0, "c": 1.0}
    table = []
    for number in range(n):
        for pair in ("ab", "bc", "ca"):
            quality = chance.integers(2, 5)
            for who in pair:
                score = quality + own[who] + chance.normal(0, noise)
                table.append((f"{pair}{number}", who, score))
    return scores(table)


# -- leniency ------------------------------------------------------------------------------


def test_leniency_is_told_apart_from_good_care():
    found = leniency(ring())
    effects = {one.reader: one.effect.value for one in found.readers}
    assert effects == pytest.approx({"a": 0.0, "b": -1.0, "c": 1.0}, abs=0.1)
    assert [one.n_cases for one in found.readers] == [24, 24, 24]
    assert found.error == pytest.approx(0.1, abs=0.05)
    assert found.spread.low < 1.0 < found.spread.high
    assert found.readers[1].effect.high < 0 < found.readers[2].effect.low


def test_a_scale_that_runs_the_other_way_turns_the_sign_and_nothing_else():
    one, other = leniency(ring()), leniency(ring(), lower_is_better=True)
    for a, b in zip(one.readers, other.readers, strict=True):
        assert a.effect.value == pytest.approx(-b.effect.value)
        assert (a.effect.low, a.effect.high) == pytest.approx((-b.effect.high, -b.effect.low))


def test_who_reads_poor_cases_is_not_severe_for_that():
    table = []
    for number in range(30):
        poor = number < 15
        pair = ("hard", "both") if poor else ("easy", "both")
        quality = 2 if poor else 4
        table += [(f"c{number}", who, quality + (number % 2) * (who == "both")) for who in pair]
    found = {one.reader: one.effect.value for one in leniency(scores(table)).readers}
    assert found["hard"] == pytest.approx(found["easy"], abs=0.1)
    plain = np.mean([r[2] for r in table if r[1] == "easy"]) - np.mean(
        [r[2] for r in table if r[1] == "hard"]
    )
    assert plain == 2  # the wrong figure that a table of means would give


def test_effects_are_drawn_towards_the_mean_and_most_where_least_is_known():
    panel = normal_panel(3, n_cases=60)
    thin = [r for r in panel.readings if r.reader != "r00" or int(r.case_id[1:]) < 12]
    found = leniency(thin)
    shrunk = {r.reader: r.effect.value / r.unshrunk for r in found.readers if abs(r.unshrunk) > 0.1}
    assert all(0 < share < 1 for share in shrunk.values())
    least = min(found.readers, key=lambda r: r.n_cases)
    assert least.reader == "r00"
    widest = max(found.readers, key=lambda r: r.effect.high - r.effect.low)
    assert widest.reader == "r00"


def test_order_names_and_a_constant_change_nothing():
    panel = normal_panel(5)
    found = leniency(panel.readings)
    assert leniency(list(reversed(panel.readings))) == found
    higher = leniency([replace(r, score=r.score + 7) for r in panel.readings])
    for a, b in zip(found.readers, higher.readers, strict=True):
        assert a.effect.value == pytest.approx(b.effect.value, abs=1e-9)
    assert sum(r.effect.value for r in found.readers) == pytest.approx(0, abs=1e-9)


def test_readers_without_a_common_case_are_not_compared():
    apart = [replace(r, reader=r.reader + "2", case_id=r.case_id + "x") for r in ring(seed=2)]
    lifted = [replace(r, score=r.score + 3, review_id=r.review_id + "x") for r in apart]
    found = leniency([*ring(), *lifted])
    groups = {one.reader: one.group for one in found.readers}
    assert groups["a"] == groups["b"] == groups["c"] != groups["a2"]
    effects = {one.reader: one.effect.value for one in found.readers}
    assert effects["a2"] == pytest.approx(effects["a"], abs=0.15)  # three points are not theirs
    assert any("cannot be compared" in said for said in found.warnings)


def test_single_readings_and_second_looks_do_not_count():
    extra = [reading("alone", "a", 1), reading("ab0", "a", 1, 9, review_id="ab0-9")]
    assert leniency([*ring(), *extra]) == leniency(ring())


def test_too_little_is_said_to_be_too_little():
    for table in ([], [("x", "a", 3), ("x", "b", 4)], [("x", "a", 3), ("y", "b", 4)]):
        with pytest.raises(NotComputable) as error:
            leniency(scores(table))
        assert error.value.codes == ("too-few-readings",)
    with pytest.raises(UsageError) as wrong:
        leniency([*ring(), *scores([("x", "a", 1), ("x", "b", 1)], item="record.score")])
    assert wrong.value.codes == ("more-than-one-item",)


def test_two_readers_have_an_interval_each_and_a_warning():
    table = [(f"c{n}", who, 3 + (who == "a") + n % 2) for n in range(10) for who in "ab"]
    table += [("d", "a", 3), ("d", "b", 3)]
    found = leniency(scores(table))
    assert found.readers[0].effect.low < found.readers[0].effect.value < 0.6
    assert any("2 readers" in said for said in found.warnings)


def test_readers_without_any_error_are_not_known_for_sure():
    def said(table):
        return any("say too much" in line for line in leniency(scores(table)).warnings)

    assert said([(f"c{n}", who, 3) for n in range(12) for who in "ab"])
    assert said([(f"c{n}", who, 3 + (who == "a")) for n in range(12) for who in "ab"])
    assert not said([(f"c{n}", who, 3 + (who == "a") * (n % 2)) for n in range(12) for who in "ab"])


# -- drift ---------------------------------------------------------------------------------


def test_of_a_reader_with_one_case_no_drift_is_known_and_none_is_said_to_be():
    panel = normal_panel(1, n_cases=40, n_readers=4)
    alone = [
        reading("e1", "new", 3, 1, at=START),
        reading("e1", "r00", 4, 2, at=panel.readings[0].at),
    ]
    found = {one.reader: one for one in drift([*panel.readings, *alone]).readers}
    assert (found["new"].unshrunk, found["new"].unshrunk_se) == (None, None)
    assert found["new"].effect.low < -0.1 and found["new"].effect.high > 0.1
    assert all(one.unshrunk_se > 0 for one in drift(panel.readings).readers)


def test_drift_of_one_moment_is_not_computable():
    for more in ([], [reading("alone", "r00", 3, at=START - timedelta(days=99))]):
        at_once = [replace(r, at=START) for r in normal_panel(1, n_cases=40).readings]
        with pytest.raises(NotComputable) as error:
            drift([*at_once, *more])
        assert error.value.codes == ("too-few-readings",)


def test_drift_of_one_reader_is_found_beside_the_others():
    panel = normal_panel(11, n_cases=300, spread=0.2, error=0.3)
    months = {r.review_id: (r.at - START) / timedelta(days=365.25 / 12) for r in panel.readings}
    moved = [
        replace(r, score=r.score + 0.3 * months[r.review_id]) if r.reader == "r01" else r
        for r in panel.readings
    ]
    found = {one.reader: one.effect for one in drift(moved).readers}
    assert found["r01"].low > 0
    assert found["r01"].value == pytest.approx(0.3 * 7 / 8, abs=0.08)
    others = [effect.value for name, effect in found.items() if name != "r01"]
    assert others == pytest.approx([-0.3 / 8] * 7, abs=0.08)  # beside the mean of all, r01's too


def test_what_all_readers_do_together_is_not_seen_as_drift():
    panel = normal_panel(12, n_cases=80, spread=0.2, drifting=0.1)
    start = min(r.at for r in panel.readings)
    days = {r.review_id: (r.at - start).total_seconds() / 86_400 for r in panel.readings}
    together = [replace(r, score=r.score + 0.01 * days[r.review_id]) for r in panel.readings]
    one, other = drift(panel.readings), drift(together)
    for a, b in zip(one.readers, other.readers, strict=True):
        assert a.effect.value == pytest.approx(b.effect.value, abs=1e-6)


def test_drift_by_each_readers_own_order():
    panel = normal_panel(13, n_cases=80, spread=0.2, drifting=0.1)
    found = drift(panel.readings, step="ten readings")
    assert found.unit == "points per ten readings"
    assert len(found.readers) == 8
    with pytest.raises(UsageError) as wrong:
        drift(panel.readings, step="year")
    assert wrong.value.codes == ("unknown-step",)


def test_drift_without_times_is_not_computable():
    with pytest.raises(NotComputable) as error:
        drift(ring())
    assert error.value.codes == ("no-time",)


# -- who is who ----------------------------------------------------------------------------


def test_letters_stay_the_same_and_need_the_key_to_be_undone():
    names = [f"reader.{n}" for n in range(30)]
    letters = lettered(names, b"key")
    assert letters == lettered(reversed(names), b"key")
    assert letters != lettered(names, b"another")
    assert sorted(letters.values(), key=lambda x: (len(x), x))[25:28] == ["Z", "AA", "AB"]
    assert [letters[n] for n in names] != sorted(letters.values(), key=lambda x: (len(x), x))


def test_a_calibration_under_letters_names_nobody():
    found = leniency(ring())
    called = found.called(lettered(["a", "b", "c"], b"key") | {"a": "Q"})
    assert {one.reader for one in called.readers} <= {"A", "B", "C", "Q"}
    assert [one.reader for one in called.readers] == sorted(one.reader for one in called.readers)
    assert {r.effect.value for r in called.readers} == {r.effect.value for r in found.readers}


# -- planted truth -------------------------------------------------------------------------


def coverage(seeds, calibrate, make, planted):
    """Return the share of intervals that hold the truth."""
    inside = []
    for seed in seeds:
        panel = make(seed)
        inside += held(calibrate(panel.readings), getattr(panel, planted))
    return float(np.mean(inside))


def kappas(seeds):
    """Return whether the interval of each simulated study holds the planted kappa."""
    planted, inside = expected_kappa(), []
    for seed in seeds:
        pairs = np.array([r.score for r in demo_panel(seed).readings]).reshape(-1, 2)
        found = fleiss_kappa(pairs, LEVELS, "quadratic").estimate(interval="atanh")
        inside.append(found.low <= planted <= found.high)
    return float(np.mean(inside))


def test_planted_readers_are_found_within_their_intervals():
    few = range(10)
    assert 0.85 <= coverage(few, leniency, demo_panel, "leniency") <= 1
    assert 0.85 <= coverage(few, leniency, normal_panel, "leniency") <= 1
    assert 0.85 <= coverage(few, drift, lambda s: normal_panel(s, drifting=0.1), "drift") <= 1
    assert kappas(few) >= 0.8


def test_a_wrong_truth_is_not_within_the_intervals():
    def wrong(seed):
        panel = normal_panel(seed)
        return replace(panel, leniency={k: v + 0.5 for k, v in panel.leniency.items()})

    assert coverage(range(5), leniency, wrong, "leniency") < 0.6


@pytest.mark.soak
@pytest.mark.parametrize(
    ("calibrate", "make", "planted"),
    [
        (leniency, demo_panel, "leniency"),
        (leniency, normal_panel, "leniency"),
        (leniency, lambda s: normal_panel(s, n_cases=40, n_readers=4), "leniency"),
        (drift, lambda s: normal_panel(s, drifting=0.1), "drift"),
    ],
    ids=["demo", "normal", "few", "drift"],
)
def test_intervals_of_95_percent_hold_the_planted_readers_in_93_to_97(calibrate, make, planted):
    share = coverage(range(200), calibrate, make, planted)
    assert 0.93 <= share <= 0.97, share


@pytest.mark.soak
def test_intervals_of_95_percent_hold_the_planted_kappa_in_93_to_97():
    share = kappas(range(200))
    assert 0.93 <= share <= 0.97, share


@pytest.mark.soak
def test_the_spread_between_readers_is_held_too():
    inside = []
    for seed in range(200):
        spread = leniency(normal_panel(seed, spread=0.25).readings).spread
        inside.append(spread.low <= 0.25 <= spread.high)
    assert np.mean(inside) >= 0.93
