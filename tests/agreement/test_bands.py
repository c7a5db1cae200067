"""Bands with their probabilities, against published ones."""

from __future__ import annotations

import numpy as np
import pytest

from lltic.agreement import SCALES, bands, bands_of_redraws
from lltic.errors import NotComputable, UsageError


# Cumulative membership probabilities of .67 with a standard error of .15, as irrCAC gives them.
@pytest.mark.parametrize(
    ("scale", "cumulative", "word"),
    [
        ("Altman", [0.18168, 0.67511, 0.96356, 0.99912, 1.0], "moderate"),
        ("Fleiss", [0.28699, 0.96356, 1.0], "intermediate to good"),
        ("Landis-Koch", [0.18168, 0.67511, 0.96356, 0.99912, 1.0, 1.0], "moderate"),
    ],
)
def test_published_probabilities(scale, cumulative, word):
    found = bands(0.67, 0.15, scale)
    assert [round(b.at_least, 5) for b in found.bands] == cumulative
    assert found.chosen.label == word
    assert sum(b.probability for b in found.bands) == pytest.approx(1)


def test_scales_are_the_published_ones(data_dir):
    import csv

    files = {"Altman": "altman", "Fleiss": "fleiss", "Landis-Koch": "landis.koch"}
    for scale, name in files.items():
        with (data_dir / f"agreement/irrcac/{name}.csv").open() as stream:
            rows = list(csv.reader(stream))[1:]
        theirs = [(float(low), float(high), word.lower()) for low, high, word in rows]
        assert [(b.low, b.high, b.label) for b in SCALES[scale]] == theirs


def test_no_word_without_its_probability():
    for value in np.linspace(-0.9, 0.99, 40):
        for scale in SCALES:
            found = bands(value, 0.08, scale)
            words = [b for b in found.bands if b.label in found.sentence.lower()]
            assert words
            assert f"{found.chosen.at_least:.2f}" in found.sentence
            assert found.chosen.at_least >= 0.95


def test_a_precise_value_gets_its_own_band_and_a_vague_one_a_lower():
    assert bands(0.7, 0.01).chosen.label == "substantial"
    assert bands(0.7, 0.1).chosen.label == "moderate"
    assert bands(0.7, 0.3).chosen.label == "slight"
    assert bands(0.7, 0.1, sure=0.8).chosen.label == "substantial"


def test_the_highest_band_stands_alone():
    assert bands(0.95, 0.01).sentence == "Almost perfect with probability 1.00 (Landis-Koch)."


def test_a_value_below_minus_one_is_poor_for_sure():
    assert (
        bands(-2.5, 0.01).sentence
        == "Poor or better with probability 1.00; slight or better \
with probability 0.00 (Landis-Koch)."
    )


def test_redraws_and_normality_agree_where_redraws_are_normal():
    drawn = np.random.default_rng(1).normal(0.55, 0.06, 200_000)
    normal, counted = bands(0.55, 0.06), bands_of_redraws([*drawn, np.nan])
    for one, other in zip(normal.bands, counted.bands, strict=True):
        assert one.at_least == pytest.approx(other.at_least, abs=0.004)


def test_undefined_and_unknown():
    for wrong in (lambda: bands(1.0, 0.0), lambda: bands_of_redraws([0.5, 0.5])):
        with pytest.raises(NotComputable) as caught:
            wrong()
        assert caught.value.codes == ("no-standard-error",)
    with pytest.raises(UsageError) as caught:
        bands(0.5, 0.1, "Landis")
    assert caught.value.codes == ("unknown-scale-of-bands",)
