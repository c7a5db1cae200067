"""Learning: what it needs, what it keeps, and that it learns the same again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from themed_texts import material

from lltic.errors import NotComputable
from lltic.themes.suggest import WordVectors, train


def test_the_same_texts_give_the_same_model(trained):
    assert train(material()).model.hash == trained.model.hash


def test_other_texts_or_another_seed_give_another(trained):
    assert train(material(seed=8)).model.hash != trained.model.hash
    assert train(material(), seed=1).model.hash != trained.model.hash


def test_the_order_of_the_codebook_is_that_of_every_figure(trained):
    assert tuple(trained.model.floors) == trained.model.themes == material().themes


def test_no_word_of_a_single_case_is_in_a_model():
    made = material()
    texts = ("Mrs Featherstonehaugh's fluid chart was empty.", *made.texts[1:])
    model = train(replace(made, texts=texts)).model
    assert not [w for w in model.vocabulary.words if "feather" in w]
    assert not [p for p in model.vocabulary.parts if "fea" in p]


def test_too_few_cases_are_said():
    with pytest.raises(NotComputable) as caught:
        train(material(n_cases=4))
    assert caught.value.codes == ("too-few-cases",)


def test_a_theme_that_nobody_found_is_never_suggested():
    made = material()
    without = tuple(found - {"rare"} for found in made.found)
    floor = train(replace(made, found=without)).model.floors["rare"]
    assert (floor.passed, floor.n_texts_with, floor.recall) == (False, 0, None)


def test_an_embedding_may_be_plugged_in():
    vectors = {"fluid": np.array([1.0, 0.0]), "letter": np.array([0.0, 1.0])}
    plugged = WordVectors("two", "f" * 64, "", vectors, 2)
    model = train(material(n_cases=30), embedding=plugged).model
    assert model.weights.columns.shape[1] == len(model.vocabulary) + 2
    assert model.weights.columns[0, -2] > 0
    assert (model.made.embedding, model.made.embedding_hash) == ("two", "f" * 64)
    assert "fluids" in {s.theme for s in model.suggest(["The fluid chart was empty."])[0]}


def test_texts_that_share_no_word_teach_nothing():
    made = material()
    n = len(made.texts)
    strange = tuple(chr(0x4E00 + 3 * i) for i in range(n))
    for texts in (strange, ("",) * n):
        model = train(replace(made, texts=texts)).model
        assert len(model.vocabulary) == 0
        assert model.suggest([*texts[:2], "the fluid chart"]) == [(), (), ()]
