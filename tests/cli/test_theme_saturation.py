"""``lltic themes saturation`` and the page "How far we are" tell the same story."""

from __future__ import annotations

import json
from itertools import count

import pytest
from coded_study import A, B, coded_study, run
from small_study import CODY, World, clock, small_study
from suggesting import offer_by_hand, said_of

from lltic.reviews import admin, read
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person

__all__ = ["clock", "coded_study", "run", "small_study"]

DORA = Person("dora", "Dora", "Elsewhere", ("coder",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
FIRST, OTHER = f"{B}-1", f"{A}-1"
FIELD = "ongoing.judgement"
LATE, SUGGESTED = "clinical_reasoning", "early_warning_score"


class Coding(World):
    """Somebody at the coding page, for a moment."""

    def do(self, person, kind, review, **more):
        self.desk.operate(person, self.operation(kind, review, **more))

    def code(self, person, review, theme, **more):
        book = self.desk.coding_queue(person)["codebook_hash"]
        value = {"theme": theme, "start": 0, "end": 13, "codebook_hash": book, **more}
        self.do(person, "code", review, field=FIELD, value=value)


@pytest.fixture
def coding(coded_study, clock):
    """Let somebody code while no command runs."""
    numbers = count(100)

    def during(steps):
        with admin.writing(coded_study) as store:
            steps(Coding(coded_study, store, Desk(coded_study, store, clock), numbers))

    return during


def page(study):
    """What is met by text: its themes, and how many there are so far."""
    with admin.writing(study) as store:
        found = Desk(study, store, lambda: None).coding_progress(CORA)
    return [(point["new"], point["known"]) for point in found["curve"]]


def command(run, study, *more):
    code, out, _ = run("themes", "saturation", "--json", "--study", study.path, *more)
    assert code == 0
    said = json.loads(out)
    points = [point["in_order"] for point in said["saturation"]["points"]]
    return set(said["themes"]), points, said["warnings"]


def accept(world):
    """Cody is shown what they had not seen, on the text coded first, and takes it."""
    world.do(CODY, "see_suggestions", OTHER)
    rows = world.desk.coding_text(CODY, OTHER)["suggestions"]["shown"]
    for row in rows:
        world.code(CODY, OTHER, row["theme"], suggestion=row["suggestion_id"])


def test_what_came_of_a_suggestion_changes_neither(coding, coded_study, run):
    """A theme met late would else seem to have been met early, and nothing new since."""

    def late(world):
        world.code(CODY, FIRST, LATE)
        world.do(CODY, "coding_done", FIRST)

    coding(late)
    by = {"Fluid balance": [said_of(LATE, "fluid"), said_of(SUGGESTED, "charted")]}
    offer_by_hand(coded_study, by)
    before = page(coded_study), command(run, coded_study)[:2]
    coding(accept)
    assert {c.theme for c in read.codings(coded_study) if c.suggestion} == {LATE, SUGGESTED}
    assert (page(coded_study), command(run, coded_study)[:2]) == before
    themes, points, warnings = command(run, coded_study)
    assert themes == {"fluid_management", LATE} and points == [1, 2], "as they were finished"
    assert [known for _, known in page(coded_study)] == points
    assert "Left out, laid after a suggestion was shown: codings 2." in warnings
    assert not [one for one in warnings if one.startswith("Counted with the rest")]


def test_of_a_text_that_two_code_both_count_what_either_found_before_it_is_settled(
    coding, coded_study, run
):
    def second(world):
        world.code(DORA, OTHER, LATE)

    coding(second)
    assert page(coded_study) == [], "Dora is not done with it"
    coding(lambda world: world.do(DORA, "coding_done", OTHER))
    assert read.unsettled_reviews(coded_study) == {OTHER}
    ((new, known),) = page(coded_study)
    themes, points, _ = command(run, coded_study)
    assert (len(new), known) == (2, 2)
    assert (themes, points) == ({"fluid_management", LATE}, [2])


def test_both_take_texts_in_the_order_in_which_all_were_done(coding, coded_study, run):
    """The text that Cody was first done with is finished last, by Dora."""

    def steps(world):
        world.code(DORA, OTHER, LATE)
        world.do(CODY, "coding_done", FIRST)
        world.do(DORA, "coding_done", OTHER)

    coding(steps)
    assert [known for _, known in page(coded_study)] == [1, 2]
    assert read.coding_order(coded_study) == [B, A]
    assert command(run, coded_study)[1] == [1, 2]


def test_its_help_says_which_codings_count(run):
    code, out, _ = run("themes", "saturation", "--help")
    said = " ".join(out.split())
    assert code == 0
    assert "laid after suggestions had been shown does not" in said
    assert "any of them found" in said
