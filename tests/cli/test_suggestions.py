"""``lltic themes suggest`` on a record that the service wrote, and on the demo study."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stdout

import pytest
from coded_study import coded_study, run

from lltic.cli import main
from lltic.reviews import read
from lltic.reviews.read import coded_reviews, texts
from lltic.study import Study
from lltic.themes import load_codebook
from lltic.themes.suggest import load_model, model_path

__all__ = ["coded_study", "run"]


@pytest.fixture(scope="module")
def demo(demo_study, tmp_path_factory) -> Study:
    """The demo study, for a model to be written into."""
    copy = tmp_path_factory.mktemp("suggestions") / "study"
    return Study.open(shutil.copytree(demo_study.path, copy))


@pytest.fixture(scope="module")
def learnt(demo) -> Study:
    """A demo study with a model."""
    with redirect_stdout(io.StringIO()) as out:
        assert main(["themes", "suggest", "train", "--study", str(demo.path), "--json"]) == 0
    said = json.loads(out.getvalue())
    assert said["path"] == str(model_path(demo))
    assert said["model"] == load_model(model_path(demo)).hash
    return demo


def test_before_any_model_each_command_says_how_to_make_one(run, coded_study):
    for command in ("show", "check", "next"):
        code, _, err = run("themes", "suggest", command, "--study", coded_study.path)
        assert code == 1
        assert "lltic themes suggest train" in err


def test_too_little_coded_is_said_and_no_model_made(run, coded_study):
    code, _, err = run("themes", "suggest", "train", "--study", coded_study.path)
    assert (code, "about 1 case " in err) == (1, True)
    assert not model_path(coded_study).exists()


def test_nothing_coded_is_said(run, small_study):
    code, _, err = run("themes", "suggest", "train", "--study", small_study.path)
    assert (code, "nothing to learn from" in err) == (1, True)
    code, _, err = run("themes", "suggest", "emergent", "--study", small_study.path)
    assert (code, "sentences share words" in err) == (1, True)


def test_show_prints_how_well_each_theme_is_found(run, learnt):
    code, out, _ = run("themes", "suggest", "show", "--study", learnt.path)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:3] == ["theme", "texts", "cases"]
    assert next(line for line in lines if line.startswith("dnar ")).endswith("yes")
    assert lines[-1].endswith("themes suggested 12 of 12")


def test_a_codebook_that_moved_on_is_said(run, learnt, tmp_path):
    study = Study.open(shutil.copytree(learnt.path, tmp_path / "study"))
    book = load_codebook("lltic-12").path.read_text("utf-8")
    (study.path / "codebooks" / "lltic-12.yml").write_text(book.replace("title: ", "title: New "))
    _, out, _ = run("themes", "suggest", "show", "--study", study.path)
    assert out.startswith("! Learnt under another codebook than")


def test_check_finds_the_last_texts_like_the_first(run, learnt):
    code, out, _ = run("themes", "suggest", "check", "--study", learnt.path)
    assert (code, out.splitlines()[-1].endswith(" not moved")) == (0, True)
    code, out, _ = run("themes", "suggest", "check", "--all", "--study", learnt.path, "--json")
    assert json.loads(out)["drift"]["n_texts"] > 4000


def test_next_lists_reviews_that_nobody_coded_and_no_theme(run, learnt):
    code, out, _ = run("themes", "suggest", "next", "-n", "3", "--study", learnt.path)
    assert code == 0
    lines = out.splitlines()
    assert len(lines) == 5
    waiting = {text.review_id for text in texts(learnt)} - coded_reviews(learnt)
    assert {line.split()[0] for line in lines[1:4]} <= waiting
    assert not [t for t in load_model(model_path(learnt)).themes if t in out]


def test_emergent_proposes_topics_and_adds_nothing(run, learnt):
    before = {p: p.read_bytes() for p in (learnt.path / "codebooks").rglob("*")}
    head = read.head(learnt)
    code, out, _ = run("themes", "suggest", "emergent", "--topics", "4", "--study", learnt.path)
    assert code == 0
    assert out.splitlines()[-1].startswith("topics 4 stable ")
    assert out.endswith("nothing was added\n")
    assert read.head(learnt) == head
    assert {p: p.read_bytes() for p in (learnt.path / "codebooks").rglob("*")} == before


def test_passages_are_printed_only_when_asked_for(run, learnt):
    command = ("themes", "suggest", "emergent", "--topics", "3", "--study", learnt.path, "--json")
    plain = json.loads(run(*command)[1])
    assert "words" not in plain["topics"][0]["passages"][0]
    shown = json.loads(run(*command, "--passages")[1])["topics"][0]["passages"][0]
    text = next(
        t for t in texts(learnt) if (t.review_id, t.item) == (shown["review_id"], shown["item"])
    )
    assert text.value[shown["start"] : shown["end"]] == shown["words"]
