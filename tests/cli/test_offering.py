"""A learnt model's suggestions are put on record, and what coders made of them is told."""

from __future__ import annotations

import json
import random

import pytest
from coded_study import coded_study, run
from small_study import CODY

from lltic.reviews import admin, read
from lltic.reviews.desk import Desk
from lltic.reviews.rules import latest_codebook
from lltic.reviews.state import replay
from lltic.themes.suggest import Material, model_path, save_model, train

__all__ = ["coded_study", "run"]

FLUID, EARLY, OTHER = "fluid_management", "early_warning_score", "dnar"
FILLING = "ward team family doctor nurse day night seen plan review letter home".split()
A = "AAAAA-00001"


def learnt(study, seed: int = 3):
    """Learn a model, really, from make-believe texts in which words and themes go together."""
    dice = random.Random(seed)
    digest, book = latest_codebook(replay(read.events(study)))
    said = {FLUID: "fluid balance not charted", EARLY: "early warning scores ignored"}
    texts, found = [], []
    for number in range(160):
        themes = {theme for n, theme in enumerate(said) if number >> n & 1}
        words = [said[theme] for theme in sorted(themes)] + dice.sample(FILLING, 6)
        texts.append(" ".join(words))
        found.append(frozenset(themes | ({OTHER} if number < 4 else set())))
    names = tuple(entry["code"] for entry in book["codes"])
    cases = tuple(f"case-{number}" for number in range(len(texts)))
    material = Material(
        themes=names,
        parents=tuple(entry.get("parent", "") for entry in book["codes"]),
        texts=tuple(texts),
        found=tuple(found),
        case_ids=cases,
        codebook=book["name"],
        codebook_hash=digest,
    )
    model = train(material).model
    save_model(model, model_path(study))
    return model


@pytest.fixture
def offered(coded_study, run):
    model = learnt(coded_study)
    code, out, _ = run("themes", "suggest", "offer", "--study", coded_study.path)
    assert code == 0
    return coded_study, model, out


def test_every_text_that_can_be_coded_is_looked_at_once(offered, run):
    study, model, out = offered
    made = [event for event in read.events(study) if event.kind == "suggested"]
    assert len(made) == len(read.texts(study)) == 12
    assert {event.value["model"] for event in made} == {model.hash}
    themes = {one["theme"] for event in made for one in event.value["suggestions"]}
    assert themes == {FLUID}, "nothing of a theme below its floor, nor without a reason"
    (right,) = {one["precision"] for e in made for one in e.value["suggestions"]}
    assert right == model.floors[FLUID].precision.value
    assert "texts that can be coded 12, looked at now 12" in out
    assert OTHER in next(line for line in out.splitlines() if "below their floor" in line)
    head = read.head(study)
    code, again, _ = run("themes", "suggest", "offer", "--study", study.path, "--json")
    told = json.loads(again)
    assert code == 0 and told["made"]["looked_at"] == 0 and told["made"]["texts"] == 12
    assert read.head(study) == head


def test_the_same_texts_give_the_same_suggestions(offered, small_study):
    study, model, _ = offered
    said = [e.value["suggestions"] for e in read.events(study) if e.kind == "suggested"]
    assert learnt(study).hash == model.hash
    texts = sorted((t.review_id, t.item, t.value) for t in read.texts(study))
    again = model.suggest([value for *_, value in texts])
    assert [[one["probability"] for one in row] for row in said] == [
        [one.probability for one in row] for row in again
    ]


def test_the_log_tells_what_was_made_of_them(offered, run, clock):
    study, _, _ = offered
    assert run("themes", "suggest", "log", "--study", study.path)[1].strip() == (
        "theme  shown  accepted  changed  rejected  open\nshown 0 on 0 texts"
    )
    with admin.writing(study) as store:
        desk = Desk(study, store, clock)
        review = {"case_id": A, "review_id": f"{A}-2"}

        def do(number: int, kind: str, **more):
            desk.operate(CODY, {"op_id": f"of-this-test-{number}", "kind": kind, **review, **more})

        do(1, "coding_done")
        do(2, "see_suggestions")
        (one,) = desk.coding_text(CODY, f"{A}-2")["suggestions"]["shown"]
        assert one["theme"] == FLUID
        do(3, "reject_suggestion", value={"suggestion_id": one["suggestion_id"]})
    code, out, _ = run("themes", "suggest", "log", "--study", study.path)
    assert code == 0
    row = next(line.split() for line in out.splitlines() if line.startswith(FLUID))
    assert row == [FLUID, "1", "0", "0", "1", "0"]
    assert out.splitlines()[-1] == "shown 1 on 1 text"
    told = json.loads(run("themes", "suggest", "log", "--study", study.path, "--json")[1])
    assert told["themes"] == [
        {"theme": FLUID, "shown": 1, "accepted": 0, "changed": 0, "rejected": 1, "open": 0}
    ]


def test_without_a_model_or_with_another_nothing_is_written(coded_study, run):
    head = read.head(coded_study)
    code, _, said = run("themes", "suggest", "offer", "--study", coded_study.path)
    assert code == 1 and "suggest train" in said
    learnt(coded_study)
    offer = ("themes", "suggest", "offer", "--study", coded_study.path, "--json")
    code, out, _ = run(*offer, "--model", "0" * 64)
    assert code == 1 and json.loads(out)["problems"][0]["code"] == "other-model"
    assert read.head(coded_study) == head


def test_no_word_of_a_text_is_printed(offered, run):
    study, _, out = offered
    out += run("themes", "suggest", "offer", "--study", study.path, "--json")[1]
    out += run("themes", "suggest", "log", "--study", study.path, "--json")[1]
    assert "charted" not in out and "sepsis" not in out
