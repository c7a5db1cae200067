"""Texts like those learnt from are let through, others are not."""

from __future__ import annotations

import numpy as np
import pytest
from themed_texts import material

from lltic.errors import NotComputable
from lltic.themes.suggest import drift
from lltic.themes.suggest.drift import stability_index


def test_new_texts_of_the_same_kind_have_not_moved(trained):
    new = material(n_cases=60, seed=99)
    found = drift(trained.model, new.texts, new.case_ids)
    assert not found.moved
    assert found.n_texts == 180
    # What is never suggested cannot mislead.
    assert [theme.theme for theme in found.themes] == ["fluids", "letters"]


def test_a_theme_that_became_common_has_moved(trained):
    new = material(n_cases=60, seed=99, rate=0.95)
    found = drift(trained.model, new.texts, new.case_ids)
    assert [theme.theme for theme in found.themes if theme.moved] == ["fluids", "letters"]
    assert not found.words_moved


def test_words_never_heard_have_moved(trained):
    new = [f"Parking near gate {i} cost visitors seven pounds" for i in range(40)]
    found = drift(trained.model, new, [str(i) for i in range(40)])
    assert found.words_moved
    assert found.moved


def test_texts_about_few_cases_show_less(trained):
    new = material(n_cases=60, seed=99, rate=0.7)
    order = sorted(range(180), key=lambda i: "fluids" in new.found[i])
    texts = [new.texts[i] for i in order]  # alike stand together: as if about the same cases
    apart = drift(trained.model, texts, [str(i) for i in range(180)]).themes[0]
    kin = drift(trained.model, texts, [str(i // 60) for i in range(180)]).themes[0]
    assert kin.index == apart.index
    assert kin.by_chance > 2 * apart.by_chance


def test_few_texts_show_nothing(trained):
    with pytest.raises(NotComputable) as caught:
        drift(trained.model, ["a"] * 29, ["1"] * 29)
    assert caught.value.codes == ("too-few-texts",)


def test_a_false_alarm_is_rare():
    """Under no drift the index of ten thousand draws exceeds its limit in one of a hundred."""
    from scipy.stats import chi2

    chance = np.random.default_rng(4)
    shares = [0.5, 0.2, 0.1, 0.1, 0.05, 0.05]
    then = chance.multinomial(2000, shares, size=4000)
    now = chance.multinomial(300, shares, size=4000)
    limit = (1 / 2000 + 1 / 300) * chi2.ppf(0.99, 5)
    over = [stability_index(a, b) > limit for a, b in zip(then.tolist(), now.tolist(), strict=True)]
    assert 0.005 < np.mean(over) < 0.018
