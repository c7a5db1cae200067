"""Suggestions on the coding page, without a browser: when they come, what a card says and does."""

from __future__ import annotations

from itertools import count

import pytest
from page_screens import LocalClient
from small_study import AMIRA, BEN, CODY, COMPLETE, World
from suggesting import offer_to, said_of

from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.service.calls import plain
from lltic.ui.coding import CodingDesk
from lltic.ui.kit import Actions, Heading, PassageCoder, SuggestionList
from lltic.ui.suggestions import how_measured, how_sure

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
ITEM = "ongoing.judgement"
FLUID, EARLY = "fluid_management", "early_warning_score"
BY = {"Fluid balance": [said_of(FLUID, "fluid", "charted"), said_of(EARLY, "days")]}


class CoderClient(LocalClient):
    """What a coder's page asks besides."""

    def coding_queue(self):
        return {"person": plain(CODY), **self._reach().coding_queue(CODY)}

    def coding_text(self, review_id):
        return self._reach().coding_text(CODY, review_id)

    def resolving_queue(self):
        return {"person": plain(CODY), **self._reach().resolving_queue(CODY)}


class Page:
    """A coder's page on one text."""

    def __init__(self, world: World) -> None:
        self.client = CoderClient(world.desk, CODY)
        self.desk = CodingDesk(self.client)
        self.ids = count(1)
        self.desk.go(f"?text={FIRST}")

    def all(self, kind: type) -> list:
        return [part for part in self.desk.view.children[-1].children if isinstance(part, kind)]

    def list(self) -> SuggestionList:
        return next(one for one in self.all(SuggestionList) if one.text_id == ITEM)

    def card(self, theme: str) -> dict:
        return next(one for one in self.list().suggestions if one["theme"] == theme)

    def press(self, action: str, **payload) -> list[dict]:
        """Press something on the list; return what the browser is told."""
        told: list[dict] = []
        shown = self.list()
        shown.send = lambda content, buffers=None: told.append(content)
        op_id = f"{next(self.ids):032x}"
        shown._receive(None, {"action": action, "op_id": op_id, **payload}, [])
        return told

    def say_done(self) -> None:
        (actions,) = [one for one in self.all(Actions) if one.primary_action == "done"]
        actions._receive(None, {"action": "done"}, [])


@pytest.fixture
def page(small_study, clock):
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for person, review in ((AMIRA, FIRST), (BEN, SECOND)):
            world.fill(person, review)
            world.submit(person, review)
        offer_to(store, BY)
        world.desk = Desk(small_study, store, clock)
        yield Page(world)


def test_there_is_no_list_before_the_text_is_done_and_then_the_same_text_comes_with_it(page):
    assert page.all(SuggestionList) == []
    kinds = [op["kind"] for op in page.client.operations]
    assert "see_suggestions" not in kinds
    page.say_done()
    (heading,) = page.all(Heading)
    assert heading.text == "Case AAAAA-00001" and "computer would have looked at" in heading.lead
    kinds = [op["kind"] for op in page.client.operations]
    assert kinds.index("coding_done") < kinds.index("see_suggestions")
    parts = page.desk.view.children[-1].children
    order = [part for part in parts if getattr(part, "text_id", "") == ITEM]
    assert isinstance(order[0], PassageCoder) and isinstance(order[1], SuggestionList)
    assert {one["theme"] for one in page.list().suggestions} == {FLUID, EARLY}
    others = [one.suggestions for one in page.all(SuggestionList) if one.text_id != ITEM]
    assert others and not any(others)


def test_a_card_says_whose_it_is_how_sure_and_how_often_right(page):
    page.say_done()
    card = page.card(FLUID)
    assert card["label"] == "Fluid management" and card["definition"]
    assert card["sure"] == "The computer is fairly sure (81 %)."
    assert card["measured"].startswith("When it was measured, 73 of 100")
    assert card["words"] == ["fluid", "charted"]
    assert [one["value"] for one in card["shows"]] == ["problem", "good_practice"]
    assert how_measured(None) == "How often such suggestions are right was not measured."
    words = [how_sure(p).split(" is ")[1].split(" (")[0] for p in (0.1, 0.5, 0.7, 0.95)]
    assert words == ["unsure", "not quite sure", "fairly sure", "very sure"]


def test_accepting_lays_the_theme_and_shows_it_above(page):
    page.say_done()
    passage = {"start": 0, "end": len(COMPLETE[ITEM]["value"])}
    card = page.card(FLUID)
    page.press("accept", id=card["id"], theme=FLUID, polarity="problem", **passage)
    assert page.card(FLUID)["answer"] == "accepted"
    coder = next(one for one in page.all(PassageCoder) if one.text_id == ITEM)
    (laid,) = coder.codings
    assert (laid["theme"], laid["polarity"]) == (FLUID, "problem")
    operation = page.client.operations[-1]
    assert operation["value"]["suggestion"] == card["id"]
    page.press("undo", id=card["id"], coding_id=page.card(FLUID)["coding_id"])
    assert (page.card(FLUID)["answer"], coder.codings) == ("open", [])
    page.press("reject", id=card["id"])
    assert page.card(FLUID)["answer"] == "rejected"


def test_what_cannot_be_done_is_said_and_the_card_stays_open(page):
    page.say_done()
    card = page.card(EARLY)
    page.client.is_down = True
    (told, done) = page.press("reject", id=card["id"])
    assert "does not answer" in told["message"] and "done" in done
    page.client.is_down, page.client.is_over = False, True
    (told, _) = page.press("reject", id=card["id"])
    assert "Sign in again" in told["message"]
    page.client.is_over = False
    assert page.card(EARLY)["answer"] == "open"


def test_the_page_opens_also_when_suggestions_cannot_be_had(page):
    operate = page.client.operate

    def busy(operation):
        if operation["kind"] == "see_suggestions":
            page.client.is_down = True
            try:
                return operate(operation)
            finally:
                page.client.is_down = False
        return operate(operation)

    page.client.operate = busy
    page.say_done()
    (heading,) = page.all(Heading)
    assert heading.text == "Case AAAAA-00001"
    assert page.list().suggestions == []
    page.client.operate = operate
    page.desk.go(f"?text={FIRST}")
    assert len(page.list().suggestions) == 2
