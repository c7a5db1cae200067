"""An exercise on disk: read again, coded, changed by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from exercises import LOADED, coded, text

from lltic.errors import LlticError
from lltic.study import Study
from lltic.themes.exercise import Folder

AT = "2026-11-22T09:00:00.000000Z"
ONE, TWO = text("Fear of blame."), text("Reports are too long.", sheet=2)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder.of(Study.init(tmp_path / "study"), LOADED)
    made.take([ONE, TWO], "dir/a.csv", b"one", AT)
    return made


def test_what_was_taken_is_there_and_where_it_came_from(folder: Folder):
    assert folder.path.name == "small"
    assert folder.texts(LOADED) == (ONE, TWO)
    (file,) = folder.files()
    assert (file["file"], file["read_at"], file["texts"]) == ("a.csv", AT, 2)
    assert len(file["sha256"]) == 64


def test_its_files_are_for_the_owner_alone(folder: Folder):
    folder.keep("cody", coded((ONE, "silos")))
    modes = {f.stat().st_mode & 0o777 for f in folder.path.rglob("*.json")}
    assert modes == {0o600}


def test_the_same_file_read_again_changes_nothing(folder: Folder):
    taken = folder.take([ONE, TWO], "a.csv", b"one", AT)
    assert (taken.added, taken.kept, taken.gone) == (0, 2, 0)
    assert folder.texts(LOADED) == (ONE, TWO)


def test_a_sheet_read_again_takes_the_place_of_what_it_said(folder: Folder):
    better = text("Fear of blame, mostly at night.")
    taken = folder.take([better], "b.csv", b"two", AT)
    assert (taken.added, taken.kept, taken.gone) == (1, 0, 1)
    assert set(folder.texts(LOADED)) == {better, TWO}


def test_coded_words_go_only_when_this_is_said(folder: Folder):
    folder.keep("cody", coded((ONE, "learning_culture"), (TWO, "investigation")))
    better = text("Fear of blame, mostly at night.")
    with pytest.raises(LlticError) as caught:
        folder.take([better], "b.csv", b"two", AT)
    assert caught.value.codes == ("exercise-coded",)
    assert set(folder.texts(LOADED)) == {ONE, TWO}
    assert folder.take([better], "b.csv", b"two", AT, again=True).uncoded == 1
    found = folder.coded(folder.texts(LOADED))
    assert (len(found.codings), found.stale) == (1, 1)
    assert found.read == {TWO.text_id}


def test_a_sheet_of_another_group_keeps_the_codings_on_the_same_words(folder: Folder):
    folder.keep("cody", coded((ONE, "learning_culture")))
    moved = replace(ONE, group="families")
    assert folder.take([moved], "b.csv", b"two", AT).uncoded == 0
    found = folder.coded(folder.texts(LOADED))
    assert (len(found.codings), found.stale) == (1, 0)
    assert moved in folder.texts(LOADED)


def test_codings_of_several_coders_stand_beside_each_other(folder: Folder):
    folder.keep("cody", coded((ONE, "learning_culture")))
    folder.keep("dora", coded((ONE, "feedback"), (TWO, "")))
    found = folder.coded([ONE, TWO])
    assert [c.seq for c in found.codings] == [1, 2]
    assert found.read == {ONE.text_id, TWO.text_id}
    assert folder.coded_by("dora", [ONE, TWO]).codings[0].theme == "feedback"
    assert folder.coded_by("nobody", [ONE, TWO]).codings == ()
    folder.keep("dora", coded((TWO, "silos")))
    assert len(folder.coded([ONE, TWO]).codings) == 2


def test_before_anything_was_read(tmp_path: Path):
    empty = Folder.of(Study.init(tmp_path / "study"), LOADED)
    with pytest.raises(LlticError) as caught:
        empty.texts(LOADED)
    assert caught.value.codes == ("no-answers",)
    assert empty.files() == []


@pytest.mark.parametrize("how", ["words", "json", "gone"])
def test_a_file_changed_by_hand_is_noticed(folder: Folder, how):
    file = folder.path / "texts.json"
    plain = json.loads(file.read_text())
    plain["texts"][0]["words"] = "Other words."
    file.write_text(json.dumps(plain) if how == "words" else "{" if how == "json" else "\x00")
    with pytest.raises(LlticError) as caught:
        folder.texts(LOADED)
    assert caught.value.codes == ("exercise-file",)
    assert "Other words" not in str(caught.value)


def test_a_definition_that_lost_a_group_texts_are_of(folder: Folder):
    model = replace(LOADED.model, groups=LOADED.model.groups[1:])
    with pytest.raises(LlticError) as caught:
        folder.texts(replace(LOADED, model=model))
    assert caught.value.codes == ("exercise-changed",)


def test_a_coding_of_other_words_is_stale_even_under_the_same_id(folder: Folder):
    made = coded((ONE, "silos"))
    odd = replace(made, codings=tuple(replace(c, source_hash="0" * 64) for c in made.codings))
    folder.keep("cody", odd)
    found = folder.coded([ONE, TWO])
    assert (found.codings, found.stale) == ((), 1)
