"""``lltic themes plan``: the plan goes on record, and how far the coding is can be asked."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from texts_to_code import CODERS, codings, make_texts_to_code, review_ids

from lltic.audit.store import verify
from lltic.cli.app import app, main
from lltic.reviews import admin, bulk, read
from lltic.reviews.coding_plan import planned

CODY, DORA, _ = CODERS


@pytest.fixture
def study(tmp_path):
    return make_texts_to_code(tmp_path / "study", 2)


def plan(study, *options: str) -> dict:
    command = ["themes", "plan", "--study", str(study.path), "--json", *options]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.output)


def test_what_is_not_given_stays_as_it_was_and_the_same_plan_is_not_written_twice(study) -> None:
    assert plan(study)["plan"] is None
    first = plan(study, "--double-share", "0.5", "--stop-after", "3", "--seed", "7")
    assert (first["plan"]["double_share"], first["plan"]["run"]) == (0.5, 3)
    assert first["texts"] == 4 and 0 <= first["double"] <= 4
    head = read.head(study)
    again = plan(study, "--base", "2")
    assert {**first["plan"], "base": 2} == again["plan"]
    assert plan(study, "--base", "2")["plan"] == again["plan"]
    assert read.head(study)[0] == head[0] + 1
    assert not [claim for claim in verify(study) if not claim.passed]


def test_a_seed_that_is_not_given_is_drawn_once_and_cannot_be_guessed(study, tmp_path) -> None:
    first = plan(study, "--double-share", "0.5")["plan"]
    assert first["seed"] > 2**20, "once in 8 billion runs"
    assert plan(study, "--base", "2")["plan"]["seed"] == first["seed"]
    other = make_texts_to_code(tmp_path / "other", 1)
    assert plan(other, "--base", "2")["plan"]["seed"] != first["seed"]


def test_every_part_that_is_wrong_is_said_at_once(study, capsys) -> None:
    wrong = ("--double-share", "1.5", "--base", "0", "--order", "fast", "--seed", "-1")
    assert main(["themes", "plan", "--study", str(study.path), *wrong]) == 2
    said = capsys.readouterr().err
    for part in ("double_share", "base", "order", "seed"):
        assert part in said
    assert planned(study) is None


def test_it_says_in_words_how_far_the_coding_is(study) -> None:
    plan(study, "--double-share", "1", "--base", "1", "--stop-after", "1", "--order", "date")
    first, second, *_ = review_ids(2)
    theme = {"admission.judgement": "medication"}
    with admin.writing(study) as store:
        for review in (first, second):
            for coder in (CODY, DORA):
                bulk.record(store, codings(study, coder, review, theme))
    command = ["themes", "plan", "--study", str(study.path)]
    lines = CliRunner().invoke(app, command, catch_exceptions=False).output.splitlines()
    assert "texts 4 coded 2 coded twice 4 to settle 0" in lines
    assert "the stopping rule was met after 2 texts; you may go on" in lines
    assert lines[0] == "order as they were submitted"
    assert any(line.split() == ["1", "Medication"] for line in lines)
    assert len(read.codings(study)) == 2 and read.coded_reviews(study) == {first, second}


def test_the_status_counts_what_is_to_be_settled(study) -> None:
    plan(study, "--double-share", "1")
    review = review_ids(2)[0]
    with admin.writing(study) as store:
        bulk.record(store, codings(study, CODY, review, {"admission.judgement": "medication"}))
        bulk.record(store, codings(study, DORA, review, {"admission.judgement": "antibiotics"}))
    command = ["themes", "status", "--study", str(study.path)]
    lines = CliRunner().invoke(app, command, catch_exceptions=False).output.splitlines()
    assert "reviews with text 4 coded 0" in lines
    assert any(line.startswith("to settle 1:") for line in lines)
    assert read.unsettled_reviews(study) == {review}
