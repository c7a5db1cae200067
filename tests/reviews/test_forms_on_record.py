"""REL-13: a form that changes while reviews are open reinterprets nothing."""

from __future__ import annotations

from itertools import count

import pytest
from small_study import AMIRA, BEN, COMPLETE, World

from lltic.definitions import shipped
from lltic.errors import Refused
from lltic.form import load_form
from lltic.records import Assignment
from lltic.reviews import admin, read
from lltic.reviews.desk import Desk

CASE, LATER = "AAAAA-00001", "AAAAA-00003"


def write_form(study, change) -> str:
    """Put a changed copy of the shipped form into the study; return its hash."""
    folder = study.path / "review_forms"
    folder.mkdir(exist_ok=True)
    text = (shipped("form") / "sjr.yml").read_text("utf-8")
    (folder / "sjr.yml").write_text(change(text), "utf-8")
    return load_form("sjr", study.path).hash


def turned(text: str) -> str:
    """The same form with its scale turned round and a question gone."""
    text = text.replace("direction: higher_is_better", "direction: lower_is_better")
    return text.replace("label: Taken as a whole, care was", "label: The harm was")


def test_a_changed_form_reinterprets_nothing(small_study, clock):
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        world.answer(AMIRA, f"{CASE}-1", "overall.score", {"value": 4})
        before = world.desk.review(AMIRA, f"{CASE}-1")["form"]
    new = write_form(small_study, turned)
    admin.assign(small_study, [Assignment(f"{LATER}-1", LATER, "amira", 1, "sjr")], clock)
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(100))
        page = world.desk.review(AMIRA, f"{CASE}-1")
        assert page["form"] == before
        assert page["fields"]["overall.score"]["answer"] == {"value": 4}
        rest = {path: value for path, value in COMPLETE.items() if path != "overall.score"}
        world.fill(AMIRA, f"{CASE}-1", rest)
        world.submit(AMIRA, f"{CASE}-1")
        world.fill(BEN, f"{CASE}-2")
        world.submit(BEN, f"{CASE}-2")
        state = world.desk._state
        old = state.reviews[f"{CASE}-1"].form_hash
        assert state.reviews[f"{LATER}-1"].form_hash == new != old
        assert state.forms[old].scales["care"].direction == "higher_is_better"
        assert state.forms[new].scales["care"].direction == "lower_is_better"
    assert {j.form_hash for j in read.judgements(small_study)} == {old}


def test_an_answer_is_checked_by_the_form_the_review_began_with(small_study, clock):
    write_form(
        small_study,
        lambda text: text.replace("{value: 5, label: Excellent", "{value: 9, label: Excellent"),
    )
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        world.answer(AMIRA, f"{CASE}-1", "overall.score", {"value": 5})
        with pytest.raises(Refused):
            world.answer(AMIRA, f"{CASE}-1", "overall.score", {"value": 9}, base_version=1)
