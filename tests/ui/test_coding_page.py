"""The coding page without a browser: a reviewer's words, and the notes they point to."""

from __future__ import annotations

import hashlib
from itertools import count

from page_screens import LocalClient
from small_study import AMIRA, BEN, CODY, World

from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.service.calls import plain
from lltic.ui.coding import CodingDesk
from lltic.ui.kit import Heading, PassageCoder

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
DOCUMENT = "doc-AAAAA-00001"
TEXT = "Seen at ten.\fFluid balance was not charted."


class CoderClient(LocalClient):
    """What a coder's page asks besides."""

    def coding_queue(self):
        return {"person": plain(CODY), **self._desk.coding_queue(CODY)}

    def coding_text(self, review_id):
        return self._desk.coding_text(CODY, review_id)


def test_each_text_has_its_own_evidence_with_document_and_page(small_study, clock) -> None:
    (small_study.documents / f"{DOCUMENT}.txt").write_text(TEXT)
    value = {"document": DOCUMENT, "sha256": hashlib.sha256(TEXT.encode()).hexdigest(), "page": 2}
    value |= {"start": 0, "end": 13, "text": "Fluid balance"}
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        cite = world.operation("cite", FIRST, field="ongoing.judgement", value=value)
        world.desk.operate(AMIRA, cite)
        for person, review in ((AMIRA, FIRST), (BEN, SECOND)):
            world.fill(person, review)
            world.submit(person, review)
        page = CodingDesk(CoderClient(world.desk, CODY))
        page.go(f"?text={FIRST}")
        parts = page.view.children[-1].children
    (heading,) = [part for part in parts if isinstance(part, Heading)]
    assert "Evidence from the notes" in heading.lead
    coders = {part.text_id: part for part in parts if isinstance(part, PassageCoder)}
    (shown,) = coders["ongoing.judgement"].evidence
    assert shown["text"] == "Fluid balance"
    assert "page 2" in shown["source"]
    others = [one.evidence for item, one in coders.items() if item != "ongoing.judgement"]
    assert others and not any(others)
