"""A coordinator gives a text back that somebody left, on the coding pages, without a browser."""

from __future__ import annotations

import pytest
from page_screens import LocalClient
from small_study import TickingClock
from texts_to_code import CODERS, CORA, make_texts_to_code, review_ids

from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.coded import CodingPlan
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.service.calls import plain
from lltic.ui.coding import CodingDesk
from lltic.ui.kit import Actions, ErrorSummary, Field, Heading, Notice, SiteHeader, Table

CODY, DORA, _ = CODERS
FIRST = review_ids(1)[0]
CASE = FIRST[:-2]


class Coding(LocalClient):
    """What the coding pages ask."""

    def coding_queue(self):
        return {"person": plain(self._person), **self._reach().coding_queue(self._person)}

    def coding_text(self, review_id):
        return self._reach().coding_text(self._person, review_id)

    def resolving_queue(self):
        return {"person": plain(self._person), **self._reach().resolving_queue(self._person)}

    def coding_progress(self):
        found = self._named(self._reach().coding_progress(self._person))
        return {"person": plain(self._person), **found}


class Pages:
    """Somebody's coding pages."""

    def __init__(self, desk, person) -> None:
        self.client = Coding(desk, person)
        self.desk = CodingDesk(self.client)
        self.desk.go("")

    def all(self, kind: type) -> list:
        return [part for part in self.desk.view.children[-1].children if isinstance(part, kind)]

    def heading(self) -> str:
        (heading,) = self.all(Heading)
        return heading.text

    def out(self) -> list[list]:
        found = [table for table in self.all(Table) if table.caption == "Begun and not finished"]
        return found[0].rows if found else []

    def follow(self, cell) -> None:
        table = self.all(Table)[-1]
        table._receive(None, {"action": "open", "query": cell["query"]}, [])

    def press(self, action: str) -> None:
        self.all(Actions)[-1]._receive(None, {"action": action}, [])

    def links(self) -> list[str]:
        (header,) = (p for p in self.desk.view.children if isinstance(p, SiteHeader))
        return [one["label"] for one in header.links]


@pytest.fixture
def service_desk(tmp_path):
    study = make_texts_to_code(tmp_path / "study", 1, CodingPlan())
    with admin.writing(study) as store:
        yield Desk(study, store, TickingClock())


def operate(desk, person, kind, number, **more):
    place = {"op_id": f"by-{person.name}-{number}", "review_id": FIRST, "case_id": CASE}
    return desk.operate(person, {"kind": kind, **place, **more})


def begun(desk):
    book = desk.coding_queue(CODY)["codebook_hash"]
    value = {"theme": "medication", "start": 0, "end": 4, "codebook_hash": book}
    operate(desk, CODY, "code", 1, field="ongoing.judgement", value=value)


def test_a_text_that_was_left_goes_back_to_the_queue_with_a_reason_and_stays_on_record(
    service_desk,
):
    begun(service_desk)
    assert FIRST not in [t["review_id"] for t in service_desk.coding_queue(DORA)["texts"]]
    cora = Pages(service_desk, CORA)
    ((*told, step),) = cora.out()
    assert told[:3] == [CASE, "Cody Ames", "coding"]
    cora.follow(step)
    assert cora.heading() == "Give this text back to the queue"
    cora.press("do")
    (summary,) = cora.all(ErrorSummary)
    assert summary.errors[0]["message"] == "Write down why"
    (reason,) = (f for f in cora.all(Field) if f.field == "deed.reason")
    reason.value = {"value": "On leave until spring."}
    cora.press("do")
    assert cora.heading() == "How far we are" and not cora.out()
    assert FIRST in [t["review_id"] for t in service_desk.coding_queue(DORA)["texts"]]
    kinds = [e for e in service_desk._store.read() if e.review_id == FIRST][-2:]
    assert [e.kind for e in kinds] == ["coded", "text_released"], "what was coded stays on record"
    assert (kinds[1].actor, kinds[1].reason) == ("cora", "On leave until spring.")


def test_a_text_that_its_coder_finished_meanwhile_is_not_given_back(service_desk):
    begun(service_desk)
    cora = Pages(service_desk, CORA)
    cora.follow(cora.out()[0][-1])
    operate(service_desk, CODY, "coding_done", 2)
    (reason,) = (f for f in cora.all(Field) if f.field == "deed.reason")
    reason.value = {"value": "On leave."}
    cora.press("do")
    assert [n.title for n in cora.all(Notice)] == ["That was not done"]
    with pytest.raises(Refused):
        operate(service_desk, CORA, "release_text", 1, value={"coder": "cody"}, reason="On leave.")
    assert len(service_desk._state.coding.text(FIRST).by("cody")) == 1
    cora.press("back")
    assert cora.heading() == "How far we are" and not cora.out()


def test_who_looks_after_the_coding_begins_with_how_far_it_is_and_coders_with_their_texts(
    service_desk,
):
    begun(service_desk)
    cora, dora = Pages(service_desk, CORA), Pages(service_desk, DORA)
    assert (cora.heading(), cora.links()) == ("How far we are", ["How far we are", "Progress"])
    assert (dora.heading(), dora.links()) == ("Theme coding", ["Texts to code", "How far we are"])
    cora.desk.go(f"?text={FIRST}")
    assert [n.title for n in cora.all(Notice)] == ["That was not done"]
    address = f"?progress=yes&free={FIRST}&coder=cody"
    dora.desk.go(address)
    assert dora.heading() == "How far we are" and not dora.out(), "a coder frees nobody's text"


def test_each_page_leads_to_the_other_for_those_who_have_something_there(service_desk):
    assert pages_of(service_desk, CORA) == {"Progress": "./"}
    assert pages_of(service_desk, CODY) == {}
    both = Person("robin", "Robin Hale", "", ("coder", "reviewer"))
    assert pages_of(service_desk, both) == {"My cases": "./"}


def pages_of(service_desk, person) -> dict[str, str]:
    """Return the other pages of the site that the top of somebody's coding page leads to."""
    view = Pages(service_desk, person).desk.view
    (header,) = (part for part in view.children if isinstance(part, SiteHeader))
    return {
        one["label"]: one["payload"]["page"] for one in header.links if "page" in one["payload"]
    }
