"""Every instrument is opened, filled in and submitted on the pages, without a browser."""

from __future__ import annotations

import pytest
from page_screens import Screen
from whole_answers import fill, say_all

from lltic.cli.form_preview import CASE, preview_study, readers
from lltic.definitions import names
from lltic.form import asked, load_form
from lltic.form.rules import is_relevant
from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import Field

REVIEW = f"{CASE}-1"


@pytest.mark.parametrize("name", names("form"))
def test_it_is_filled_in_and_submitted(name, tmp_path, clock):
    loaded = load_form(name)
    study = preview_study(tmp_path / "study", loaded, "a-long-password")
    person = readers(loaded.model)[0]
    form = loaded.model.for_discipline(person.discipline)
    with admin.writing(study) as store:
        screen = Screen(ServiceDesk(study, store, clock), person)
        screen.desk.go(f"?review={REVIEW}&page=tasks")
        answers = fill(form, say_all, lambda path, answer: screen.write(path, answer, REVIEW))
        for page in form.pages:
            screen.desk.go(f"?review={REVIEW}&page={page.id}")
            due = {
                path
                for path, on, item in asked(form, answers)
                if on.id == page.id and is_relevant(path, item, form, answers)
            }
            assert {field.field for field in screen.all(Field)} == due
        kept = screen.client.review(REVIEW)["fields"]
        assert {path: field["answer"] for path, field in kept.items()} == answers
        screen.desk.go(f"?review={REVIEW}&page=confirm")
        screen.sign()
        assert screen.client.review(REVIEW)["status"] == "locked"
