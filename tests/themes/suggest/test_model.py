"""What is suggested, in which order, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lltic.themes.suggest import Suggestion
from lltic.themes.suggest.model import BANDS, in_bands

FLUIDS = "The fluid chart was empty. Nursing notes are kind and full."
BOTH = "Three litres of saline ran in. The letter came late."
NEITHER = "The family were spoken to."


def test_only_themes_above_threshold_and_floor_the_most_probable_first(trained):
    one, both, none = trained.model.suggest([FLUIDS, BOTH, NEITHER])
    assert [s.theme for s in one] == ["fluids"]
    assert {s.theme for s in both} == {"fluids", "letters"}
    assert both[0].probability >= both[1].probability
    assert none == ()


def test_a_theme_below_its_floor_is_never_suggested_however_probable(trained):
    model = trained.model
    assert not model.floors["rare"].passed
    assert "20 are needed" in model.floors["rare"].reason
    text = "The lift was out of order. Written by hand."
    rare = model.themes.index("rare")
    assert model.probabilities([text])[0, rare] >= model.thresholds[rare]
    assert "rare" not in {s.theme for s in model.suggest([text])[0]}
    lifted = {**model.floors, "rare": replace(model.floors["rare"], passed=True)}
    assert "rare" in {s.theme for s in replace(model, floors=lifted).suggest([text])[0]}


def test_the_words_are_those_that_pushed_as_they_are_written(trained):
    [(fluids,)] = trained.model.suggest(["THE FLUID CHART was empty; nursing notes are kind."])
    assert set(fluids.words[:3]) <= {"FLUID", "CHART", "empty"}
    assert "nursing" not in fluids.words
    assert "notes" not in fluids.words


def test_taking_the_words_away_takes_the_probability_away(trained):
    [(fluids,)] = trained.model.suggest([FLUIDS])
    without = FLUIDS
    for word in fluids.words:
        without = without.replace(word, "")
    before, after = trained.model.probabilities([FLUIDS, without])[:, 0]
    assert before > 0.8
    assert after < 0.3


def test_what_the_words_add_is_the_score(trained):
    from lltic.themes.suggest.explanation import Explainer
    from lltic.themes.suggest.features import count
    from lltic.themes.suggest.space import rows_of

    model = trained.model
    counted = count([BOTH])
    rows = rows_of(model.vocabulary, counted, [BOTH])
    explainer = Explainer.of(model.vocabulary, model.weights.columns, counted, [BOTH], rows)
    single = counted.singles[0]
    pushed = explainer._pushed(0, single.indices, single.data, [0, 1])
    scores = model.weights.scores(rows)[0] - model.weights.offset
    assert pushed.sum(axis=0) == pytest.approx(scores[:2], abs=1e-9)


def test_a_finer_theme_stands_for_the_one_above(trained):
    model = replace(trained.model, parents=("letters", "", ""))
    assert [s.theme for s in model.suggest([BOTH])[0]] == ["fluids"]


def test_each_text_is_judged_by_itself(trained):
    many = trained.model.suggest([BOTH, NEITHER, FLUIDS])
    assert many == [trained.model.suggest([text])[0] for text in (BOTH, NEITHER, FLUIDS)]


def test_nothing_to_read_gives_nothing(trained):
    assert trained.model.suggest([]) == []
    assert trained.model.suggest(["", "   ", "!?"]) == [(), (), ()]


def test_no_word_of_a_text_is_in_a_repr(trained):
    suggestion = Suggestion("fluids", 0.9, ("Featherstonehaugh",))
    assert "Feather" not in repr(suggestion)
    assert "chart" not in repr(trained)
    assert len(repr(trained.model)) < 500


def test_bands_count_every_probability():
    p = np.array([0.0, *BANDS, 1.0])
    assert in_bands(p) == (1, 1, 1, 1, 1, 2)
