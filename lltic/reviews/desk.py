"""What each person may see and do: the state, the case book and the store together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lltic.clock import Clock, to_text
from lltic.errors import Problem, Refused
from lltic.form import page_progress
from lltic.records import Event, to_plain
from lltic.reviews.rules import Person, decide, may_code, review_of
from lltic.reviews.state import LOCKED, ReviewState, replay
from lltic.reviews.store import EventStore
from lltic.study import Study

__all__ = ["Desk"]


class Desk:
    """One study's reviews, as the people of the study may see them.

    Parameters
    ----------
    study : Study
        Where the case book and the documents are.
    store : EventStore
        The record; nobody else may write to it meanwhile.
    clock : Clock
        Who tells the time.
    """

    def __init__(self, study: Study, store: EventStore, clock: Clock) -> None:
        self._study = study
        self._store = store
        self._clock = clock
        self._state = replay(store.read())
        self._casebook = _read_casebook(study)

    def operate(self, person: Person, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Do one operation and say so, after the commit.

        Returns
        -------
        dict
            ``op_id, field, version, at`` and, when the review was locked,
            ``receipt``. No place in the record: that would tell of others' work.
        """
        outcome = decide(self._state, person, operation, to_text(self._clock()))
        if not isinstance(outcome, Event):
            (outcome,) = self._store.append([outcome])
            self._state.apply(outcome)
        answer: dict[str, Any] = {"op_id": outcome.op_id, "field": outcome.field, "at": outcome.at}
        if outcome.kind == "answered":
            answer["version"] = outcome.base_version + 1
        if outcome.kind == "submitted":
            answer["receipt"] = self._state.reviews[outcome.review_id].receipt
        return answer

    def worklist(self, person: Person) -> dict[str, Any]:
        """Return a reviewer's own reviews, and nothing of anybody else's."""
        own = [r for r in self._state.reviews.values() if r.reviewer == person.name]
        settings = self._study.settings
        return {
            "title": settings.title,
            "synthetic": settings.synthetic,
            "support": settings.support,
            "reviews": [self._row(review) for review in own if "reviewer" in person.roles],
        }

    def _row(self, review: ReviewState) -> dict[str, Any]:
        form = self._state.forms[review.form_hash]
        progress = {p.id: page_progress(form, p, review.answers) for p in form.pages}
        case = self._casebook.get(review.case_id, {})
        return {
            "review_id": review.review_id,
            "case_id": review.case_id,
            "status": review.status,
            "form": form.title,
            "summary": case.get("summary", ""),
            "note_pages": sum(d["pages"] for d in case.get("documents", ())),
            "progress": progress,
            "next_page": next((p for p, s in progress.items() if s in ("todo", "started")), ""),
            "saved_at": review.saved_at,
            "submitted_at": review.submitted_at,
            "receipt": review.receipt,
        }

    def review(self, person: Person, review_id: str) -> dict[str, Any]:
        """Return all that a reviewer needs to work on one of their reviews."""
        review = review_of(self._state, person, review_id)
        case = self._casebook.get(review.case_id)
        if case is None:
            hint = "Tell your coordinator: the case book must be made again (lltic allocate)."
            raise Refused(
                Problem("no-case-notes", "this case", "is not in the case book", hint=hint)
            )
        fields = {
            path: {"answer": field.answer, "version": field.version}
            for path, field in review.fields.items()
        }
        form = to_plain(self._state.forms[review.form_hash])
        return {**self._row(review), "case": case, "form": form, "fields": fields}

    def document(self, person: Person, review_id: str, document_id: str) -> list[str]:
        """Return a document's pages, when it belongs to the case of a person's own review."""
        review = review_of(self._state, person, review_id)
        case = self._casebook.get(review.case_id, {})
        if document_id not in {d["id"] for d in case.get("documents", ())}:
            raise Refused(Problem("no-such-document", "document", "is not part of this case"))
        file = (self._study.documents / f"{document_id}.txt").resolve()
        if not file.is_relative_to(self._study.documents.resolve()) or not file.is_file():
            hint = "Tell your coordinator; the rest of the notes can be read."
            raise Refused(Problem("document-missing", "document", "cannot be found", hint=hint))
        return file.read_text("utf-8").split("\f")

    def coding_queue(self, person: Person) -> dict[str, Any]:
        """Return the reviews whose text a coder may read, without their authors."""
        done = self._state.coding.done
        codebook_hash, codebook = self._codebook()
        rows = [
            {
                "review_id": review.review_id,
                "case_id": review.case_id,
                "done": (review.review_id, person.name) in done,
                "codings": self._count(review, person),
            }
            for review in self._state.reviews.values()
            if review.status == LOCKED and may_code(self._state, person, review)
        ]
        settings = self._study.settings
        return {
            "title": settings.title,
            "synthetic": settings.synthetic,
            "support": settings.support,
            "texts": rows,
            "codebook": codebook,
            "codebook_hash": codebook_hash,
        }

    def _count(self, review: ReviewState, person: Person) -> int:
        codings = self._state.coding.codings.values()
        return sum(c.review_id == review.review_id and c.coder == person.name for c in codings)

    def _codebook(self) -> tuple[str, dict[str, Any]]:
        """The codebook registered last."""
        books = [(h, d) for h, d in self._state.definitions.items() if "codes" in d]
        return books[-1] if books else ("", {"codes": []})

    def coding_text(self, person: Person, review_id: str) -> dict[str, Any]:
        """Return the free texts of one review, and this coder's codings on them."""
        review = self._state.reviews.get(review_id)
        if review is None or not may_code(self._state, person, review):
            raise Refused(Problem("no-such-text", "text", "is not open to you for coding"))
        form = self._state.forms[review.form_hash]
        titles = {path: (page.title, item.label) for path, page, item in form.items()}
        texts = [
            {
                "item": path,
                "page": titles[path][0],
                "label": titles[path][1],
                "text": answer["value"],
            }
            for path in form.text_items()
            if (answer := review.answers.get(path)) and str(answer.get("value") or "").strip()
        ]
        codings = [
            to_plain(c)
            for c in self._state.coding.codings.values()
            if c.review_id == review_id and c.coder == person.name
        ]
        done = (review_id, person.name) in self._state.coding.done
        return {
            "review_id": review_id,
            "case_id": review.case_id,
            "texts": texts,
            "codings": codings,
            "done": done,
        }


def _read_casebook(study: Study) -> dict[str, Any]:
    file = study.cohort / "casebook.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}
