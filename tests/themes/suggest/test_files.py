"""A model on disk: the same again, and refused when anything in it was changed."""

from __future__ import annotations

import json
import stat

import numpy as np
import pytest
from themed_texts import material

from lltic.errors import LlticError
from lltic.themes.suggest import load_model, load_vectors, save_model, train

TEXTS = ["The fluid chart was empty.", "The letter came late.", "He waited."]


@pytest.fixture
def saved(trained, tmp_path):
    path = tmp_path / "suggestions" / "model.json"
    save_model(trained.model, path)
    return path


def test_what_is_read_is_what_was_written(trained, saved):
    model = load_model(saved)
    assert model.hash == trained.model.hash
    assert model.floors == dict(trained.model.floors)
    assert model.suggest(TEXTS) == trained.model.suggest(TEXTS)
    again = saved.with_name("again.json")
    save_model(model, again)
    assert again.read_bytes() == saved.read_bytes()


def test_it_is_for_its_owner_alone(saved):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def change(path, what):
    data = json.loads(path.read_text("utf-8"))
    what(data)
    path.write_text(json.dumps(data), "utf-8")


def codes(path, **more):
    with pytest.raises(LlticError) as caught:
        load_model(path, **more)
    return caught.value.codes


@pytest.mark.parametrize(
    "what",
    [
        lambda data: data["model"]["columns"][0].__setitem__(0, 9.9),
        lambda data: data["model"]["thresholds"].__setitem__(0, 0.01),
        lambda data: data["model"]["floors"][2].__setitem__("passed", True),
        lambda data: data["model"]["words"].__setitem__(0, "another"),
        lambda data: data.__setitem__("hash", "0" * 64),
    ],
)
def test_a_changed_file_is_refused(saved, what):
    change(saved, what)
    assert codes(saved) == ("model-changed",)


def test_another_model_than_the_one_asked_for_is_refused(trained, saved):
    assert load_model(saved, pinned=trained.model.hash).hash == trained.model.hash
    assert codes(saved, pinned="0" * 64) == ("other-model",)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"hash": 1, "model": {}}', "\x80", "[" * 9000]
)
def test_what_is_no_model_is_refused(saved, content):
    saved.write_bytes(content.encode("latin-1"))
    assert codes(saved) == ("model-unreadable",)


def test_parts_that_do_not_fit_are_refused_even_under_their_own_hash(saved):
    from lltic.definitions import content_hash

    def shorten(data):
        data["model"]["words"] = data["model"]["words"] * 9
        data["hash"] = content_hash(data["model"])

    change(saved, shorten)
    assert codes(saved) == ("model-unreadable",)


def test_a_missing_model_says_how_to_make_one(tmp_path):
    with pytest.raises(LlticError) as caught:
        load_model(tmp_path / "model.json")
    [problem] = caught.value.problems
    assert problem.code == "no-model"
    assert "suggest train" in problem.hint


def test_word_vectors_are_found_again_and_others_refused(tmp_path):
    file = tmp_path / "vectors.txt"
    file.write_text("2 2\nfluid 1 0\nletter 0 1\n")
    model = train(material(n_cases=30), embedding=load_vectors(file)).model
    path = tmp_path / "model.json"
    save_model(model, path)
    assert load_model(path).suggest(TEXTS) == model.suggest(TEXTS)
    file.write_text("2 2\nfluid 1 0\nletter 0 2\n")
    assert codes(path) == ("other-embedding",)
    file.unlink()
    assert codes(path) == ("vectors-unreadable",)


@pytest.mark.parametrize("content", ["", "fluid one", "fluid 1 0\nletter 1\n", "fluid nan 1\n"])
def test_what_are_no_vectors_is_refused(tmp_path, content):
    file = tmp_path / "vectors.txt"
    file.write_text(content)
    with pytest.raises(LlticError) as caught:
        load_vectors(file)
    assert caught.value.codes == ("vectors-unreadable",)


def test_a_text_is_the_mean_of_its_words(tmp_path):
    file = tmp_path / "vectors.txt"
    file.write_text("fluid 1 0\nLetter 0 1\n")
    found = load_vectors(file).embed(["Fluid letter", "unheard"])
    assert np.array_equal(found, [[0.5, 0.5], [0, 0]])
