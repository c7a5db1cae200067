"""Agreement part by part, and whether the parts differ by more than chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lltic.agreement import (
    agreement_table,
    by_case,
    by_form,
    by_phase,
    by_side,
    differing,
    fleiss_kappa,
    month_of,
)
from lltic.records import Judgement

LEVELS = (1, 2, 3, 4, 5)
ITEM, OVERALL = "admission.score", "overall.score"
SCALES = {ITEM: LEVELS, OVERALL: LEVELS}
SPREAD = [(1, 1), (2, 2), (2, 3), (3, 3), (4, 4), (5, 4), (4, 3), (3, 3), (2, 1), (5, 5)] * 4
APART = [(1, 4), (2, 5), (2, 3), (3, 1), (4, 4), (5, 2), (4, 3), (3, 3), (2, 4), (5, 5)] * 4


def judged(case_id, position, value, item=ITEM, form="sjr"):
    return Judgement(
        f"{case_id}-{position}", case_id, f"r{position}", position, form, "f1", item, value, "", 1
    )


def pairs(scores, item=ITEM, start=0, **more):
    return [
        judged(f"c{i:03}", position, value, item, **more)
        for i, pair in enumerate(scores, start)
        for position, value in enumerate(pair, start=1)
    ]


BOTH = [*pairs(SPREAD), *pairs(APART, start=40)]
SETTING = {f"c{i:03}": "acute" if i < 40 else "community" for i in range(80)}


def test_each_part_is_the_table_of_its_own_cases():
    parts = by_case(BOTH, SCALES, SETTING, "setting")
    assert [(p.by, p.part, p.n_cases) for p in parts] == [
        ("setting", "acute", 40),
        ("setting", "community", 40),
    ]
    assert list(parts[0].rows) == agreement_table(pairs(SPREAD), SCALES)
    assert parts[1].rows[0].kappa.value == (
        fleiss_kappa(np.array(APART, float), LEVELS, "quadratic").value
    )


def test_cases_of_no_known_part_stand_last():
    parts = by_case(BOTH, SCALES, {**SETTING, "c000": None, "c001": ""}, "setting")
    assert [(p.part, p.n_cases) for p in parts] == [
        ("acute", 38),
        ("community", 40),
        ("not known", 2),
    ]


def test_every_option_of_the_table_goes_along():
    [part, _] = by_case(BOTH, SCALES, SETTING, "setting", weights="identity", beside=("icc",))
    assert part.rows[0].kappa.value == fleiss_kappa(np.array(SPREAD, float), LEVELS).value
    assert list(part.rows[0].beside) == ["icc"]


def test_per_form_each_by_its_own_items():
    joint = pairs(APART, "joint.score", start=40, form="lltic_joint")
    forms = {"sjr": SCALES, "lltic_joint": {"joint.score": LEVELS}, "unused": SCALES}
    parts = by_form([*pairs(SPREAD), *joint], forms)
    assert [(p.part, p.n_cases, [r.item for r in p.rows]) for p in parts] == [
        ("sjr", 40, [ITEM, OVERALL]),
        ("lltic_joint", 40, ["joint.score"]),
    ]


def test_per_phase_the_items_of_each():
    judgements = [*pairs(SPREAD), *pairs(SPREAD[:20], OVERALL)]
    parts = by_phase(judgements, SCALES, {ITEM: "Admission", OVERALL: "Overall care"})
    assert [(p.part, p.n_cases) for p in parts] == [("Admission", 40), ("Overall care", 20)]
    assert by_phase(judgements, SCALES, {OVERALL: "Overall care"}) == parts[1:]


def test_within_sides_and_between_them():
    three = [(*pair, (pair[0] + pair[1]) // 2) for pair in SPREAD]
    judgements = pairs(three)
    names = {1: "primary_care", 2: "secondary_care", 3: "primary_care"}
    sides = {j.review_id: names[j.position] for j in judgements}
    parts = {p.part: p for p in by_side(judgements, SCALES, sides)}
    table = np.array(three, float)

    def kappa(columns):
        return pytest.approx(fleiss_kappa(table[:, columns], LEVELS, "quadratic").value)

    assert parts["primary_care"].rows[0].kappa.value == kappa([0, 2])
    assert parts["between sides"].rows[0].kappa.value == kappa([0, 1])
    assert parts["secondary_care"].n_cases == 0
    assert parts["secondary_care"].rows[0].kappa is None


def test_reviews_of_no_known_side_are_left_out():
    judgements = pairs(SPREAD)
    sides = {j.review_id: f"side {j.position}" for j in judgements if j.case_id != "c000"}
    across = by_side(judgements, SCALES, sides)[-1]
    assert (across.part, across.n_cases) == ("between sides", 39)


def test_the_month_is_that_of_a_cases_last_lock():
    judgements = [judged("a", 1, 3), judged("a", 2, 3), judged("b", 1, 3)]
    at = {"a-1": "2026-11-02T09:00:00.000000Z", "a-2": "2026-10-30T09:00:00.000000Z"}
    assert month_of(at, judgements) == {"a": "2026-11", "b": ""}


# -- do the parts differ? ------------------------------------------------------------------


def test_parts_that_differ_are_found_and_parts_that_do_not_are_not():
    [found] = differing(by_case(BOTH, SCALES, SETTING, "setting"))
    assert (found.item, found.parts, found.df) == (ITEM, ("acute", "community"), 1)
    assert found.p < 0.001
    alike = [*pairs(SPREAD), *pairs(SPREAD, start=40)]
    [same] = differing(by_case(alike, SCALES, SETTING, "setting"))
    assert (same.q, same.p) == pytest.approx((0, 1))


def test_the_test_is_cochrans_on_fishers_scale():
    parts = by_case(BOTH, SCALES, SETTING, "setting")
    k = [fleiss_kappa(np.array(s, float), LEVELS, "quadratic") for s in (SPREAD, APART)]
    z, error = [np.arctanh(c.value) for c in k], [c.se / (1 - c.value**2) for c in k]
    q = (z[0] - z[1]) ** 2 / (error[0] ** 2 + error[1] ** 2)
    assert differing(parts)[0].q == pytest.approx(q)


def test_many_items_are_tested_together():
    judgements = [*BOTH, *[replace(j, item=OVERALL) for j in BOTH]]
    found = differing(by_case(judgements, SCALES, SETTING, "setting"))
    assert len(found) == 2
    assert found[0].p_adjusted / found[0].p == pytest.approx(2)  # both are far below 1e-12
    assert all(one.p_adjusted >= one.p for one in found)


def test_small_parts_and_perfect_ones_are_not_tested():
    few = {c: "few" if c < "c009" else part for c, part in SETTING.items()}
    [found] = differing(by_case(BOTH, SCALES, few, "setting"))
    assert found.parts == ("acute", "community")
    perfect = [*pairs([(s, s) for s, _ in SPREAD]), *pairs(APART, start=40)]
    assert differing(by_case(perfect, SCALES, SETTING, "setting")) == []
    assert differing([]) == []


def false_alarms(seeds):
    alarms = 0
    for seed in seeds:
        chance = np.random.default_rng(seed)
        quality = chance.integers(1, 6, 240)
        scores = np.clip(quality[:, None] + chance.choice([-1, 0, 1], (240, 2)), 1, 5)
        parts = {f"c{i:03}": "abc"[i % 3] for i in range(240)}
        [found] = differing(by_case(pairs(scores.tolist()), {ITEM: LEVELS}, parts, "setting"))
        alarms += found.p < 0.05
    return alarms / len(seeds)


def test_chance_alone_seldom_looks_like_a_difference():
    assert false_alarms(range(30)) <= 0.2


@pytest.mark.soak
def test_chance_alone_looks_like_a_difference_once_in_twenty():
    assert 0.02 <= false_alarms(range(300)) <= 0.08
