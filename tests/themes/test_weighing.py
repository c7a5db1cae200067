"""Weights, linearised errors and the adjustment for many comparisons, against other ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from lltic.errors import NotComputable
from lltic.measures import Design
from lltic.themes.weighing import adjusted, weigh

DESIGN = Design({c: c[0] for c in ("a1", "a2", "a3", "b1", "b2")}, {"a": 30, "b": 8})


def test_a_case_stands_for_the_cases_of_its_stratum_and_others_are_left_out():
    weighed = weigh(["a1", "a2", "b1", "b2", "z9"], DESIGN)
    assert weighed.cases == ("a1", "a2", "b1", "b2")
    assert weighed.weight / weighed.weight.sum() * 38 == pytest.approx([15, 15, 4, 4])
    assert weighed.degrees == 2
    assert weighed.mean(weighed.flags({"a1", "b1"})) == pytest.approx(0.5)
    assert weighed.mean(weighed.flags({"a1", "a2"})) == pytest.approx(30 / 38)


def test_the_error_of_a_mean_is_that_of_the_textbook():
    plain = weigh([f"c{i}" for i in range(10)], None)
    values = np.arange(10.0)
    assert plain.variance(values) == pytest.approx(values.var(ddof=1) / 10)
    assert plain.effective(values) == 10
    ids = [f"a{i}" for i in range(6)] + [f"b{i}" for i in range(4)]
    drawn = weigh(ids, Design({c: c[0] for c in ids}, {"a": 60, "b": 400}))
    strata = [values[:6], values[6:]]
    expected = sum(
        (size / 460) ** 2 * part.var(ddof=1) / len(part)
        for size, part in zip((60, 400), strata, strict=True)
    )
    assert drawn.variance(values - drawn.mean(values)) == pytest.approx(expected)


def test_unequal_weights_say_less():
    ids = [f"a{i}" for i in range(50)] + [f"b{i}" for i in range(50)]
    rng = np.random.default_rng(3)
    noise = rng.normal(size=100)
    even = weigh(ids, Design({c: c[0] for c in ids}, {"a": 500, "b": 500}))
    uneven = weigh(ids, Design({c: c[0] for c in ids}, {"a": 900, "b": 100}))
    assert even.effective(noise) == pytest.approx(100, rel=0.1)
    assert uneven.effective(noise) == pytest.approx(100 * 0.5 / 0.82, rel=0.15)


def test_a_stratum_of_one_case_still_has_an_error():
    lone = weigh(["a1", "a2", "b1"], DESIGN)
    assert lone.variance(np.array([0.0, 0.0, 1.0])) > 0


def test_no_case_is_no_comparison():
    with pytest.raises(NotComputable) as caught:
        weigh(["z1", "z2"], DESIGN)
    assert caught.value.codes == ("no-cases",)


def test_adjusting_is_benjaminis_and_yekutielis():
    p = np.random.default_rng(5).random(20) ** 3
    ours = adjusted([None, *p.tolist()])
    assert ours[0] is None
    assert ours[1:] == pytest.approx(false_discovery_control(p, method="by"))
    assert adjusted([]) == []
