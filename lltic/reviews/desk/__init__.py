"""What each person may see and do: the state, the case book and the store together.

=================  ==========================================================
``reviewing``      a reviewer's own reviews
``notes``          the documents of a case, page by page
``finding``        where words stand in them
``coding``         a coder's queue and texts
``coding_progress``  how far the coding is, and the curve of new themes
``coded_texts``    the words that are coded
``resolving``      where coders differ, for whoever settles it
``oversight``      adjudicators, coordinators, analysts, auditors
``allotting``      what a coordinator needs to give cases out
``differences``    where the reviewers of a case that is in differ
``calibration``    how scores are spread, to talk about
``leases``         one live window per review
``room``           what every view looks at
=================  ==========================================================
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from lltic.clock import Clock, to_text
from lltic.errors import LlticError, Refused
from lltic.pages.asking import Drawings
from lltic.records import Event
from lltic.reviews.desk import (
    allotting,
    calibration,
    coding,
    coding_progress,
    differences,
    notes,
    oversight,
    resolving,
    reviewing,
)
from lltic.reviews.desk.leases import Leases
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person
from lltic.reviews.record.events import Draft
from lltic.reviews.record.problems import DuplicateOperation
from lltic.reviews.record.store import EventStore
from lltic.reviews.rules import decide, is_operation_id, review_of
from lltic.reviews.rules.refusals import bad_operation
from lltic.reviews.state import replay
from lltic.study import Study

__all__ = ["Desk"]

LEASED = ("answer", "submit", "hand_back", "cite", "uncite")
MAX_EVENTS = 1000


class Desk:
    """One study's reviews, as the people of the study may see them.

    Safe to call from several threads: one operation after the other.

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
        self._store = store
        self._clock = clock
        self._state = replay(store.read())
        self._room = Room.of(study, self._state)
        self._leases = Leases(clock)
        self._drawings = Drawings()
        self._turn = threading.RLock()
        self._unsure = False

    def operate(
        self,
        person: Person,
        operation: Mapping[str, Any],
        signature: str = "",
        whom: Person | None = None,
    ) -> dict[str, Any]:
        """Do one operation and say so, after the commit.

        Parameters
        ----------
        operation : mapping
            As :func:`~lltic.reviews.rules.decide` takes it, and ``window``: which
            window it comes from.
        signature : str
            How the person has just shown again who they are.
        whom : Person, optional
            Who is named in it, where somebody is who may come in.

        Returns
        -------
        dict
            ``op_id, case_id, review_id, field, at``, of an answer its
            ``version``, and ``receipt`` when the review was locked. No place in the
            record: that would tell of others' work.
        """
        with self._turn:
            self._catch_up()
            try:
                event = self._do(person, {**operation, "whom": whom}, signature)
            except (Refused, DuplicateOperation) as refusal:
                # Sent again, because its answer was lost: it is done, whatever holds now.
                done = self._done(person, operation)
                if done is None and isinstance(refusal, DuplicateOperation):
                    raise bad_operation("op_id", "was used for something else") from None
                if done is None:
                    raise
                event = done
            return self._acknowledge(event)

    def _do(self, person: Person, operation: Mapping[str, Any], signature: str) -> Event:
        if operation.get("kind") in LEASED:
            review = review_of(self._state, person, operation.get("review_id"))
            self._leases.hold(review.review_id, person.name, _window(operation))
        if operation.get("kind") == "offer":
            operation = allotting.with_form(self._room, operation)
        drafts = decide(self._state, person, operation, to_text(self._clock()), signature)
        if operation.get("kind") == "offer":
            allotting.check_case(self._room, operation["case_id"])
        if operation.get("kind") == "cite":
            place = operation["review_id"], operation["value"]["document"]
            notes.check_passage(notes.note_of(self._room, person, *place), operation["value"])
        return self._write(drafts)

    def _done(self, person: Person, operation: Mapping[str, Any]) -> Event | None:
        """Return what an operation did when it was sent before, by the same person."""
        op_id = operation.get("op_id")
        event = self._store.find(op_id) if is_operation_id(op_id) else None
        if event is None or event.actor != person.name:
            return None
        asked = operation.get("review_id") or event.review_id  # the next one is asked for without
        return event if asked == event.review_id else None

    def _catch_up(self) -> None:
        """Learn what an append did that failed at the last moment: it may be on record."""
        if self._unsure:
            for event in self._store.read(after=self._state.seq):
                self._state.apply(event)
            self._unsure = False

    def _write(self, drafts: list[Draft]) -> Event:
        try:
            made = self._store.append(drafts)
        except LlticError:
            self._unsure = True
            raise
        for event in made:
            self._state.apply(event)
        return made[0]

    def _acknowledge(self, event: Event) -> dict[str, Any]:
        names = ("op_id", "case_id", "review_id", "field", "at")
        answer: dict[str, Any] = {name: getattr(event, name) for name in names}
        if event.kind == "answered":
            answer["version"] = event.base_version + 1
        if event.kind == "submitted":
            answer["receipt"] = self._state.reviews[event.review_id].receipt
        return answer

    def hold(
        self,
        person: Person,
        review_id: str,
        window: str,
        *,
        take_over: bool = False,
        opened: bool = False,
    ) -> dict[str, Any]:
        """Say that a window is alive and works on a review; see :meth:`Leases.hold`."""
        with self._turn:
            review = review_of(self._state, person, review_id)
            how = {"take_over": take_over, "opened": opened}
            self._leases.hold(review.review_id, person.name, window, **how)
            return {"review_id": review.review_id}

    def release(self, person: Person, review_id: str, window: str) -> dict[str, Any]:
        """Say that a review's page has been left in a window, whether that held it or not."""
        with self._turn:
            review = review_of(self._state, person, review_id)
            self._leases.release(review.review_id, person.name, window)
            return {"review_id": review.review_id}

    # -- what each may see ----------------------------------------------------------------

    def worklist(self, person: Person) -> dict[str, Any]:
        """Return a reviewer's own reviews, and nothing of anybody else's."""
        with self._turn:
            found = reviewing.worklist(self._room, person)
            return {**found, "today": self._clock().date().isoformat()}

    def review(self, person: Person, review_id: str) -> dict[str, Any]:
        """Return all that a person needs to work on one of their reviews."""
        with self._turn:
            return reviewing.review(self._room, person, review_id)

    def document(self, person: Person, review_id: str, document_id: str) -> list[str]:
        """Return a document's pages, when it belongs to the case of a person's own review."""
        with self._turn:
            return reviewing.document(self._room, person, review_id, document_id)

    def note(self, person: Person, review_id: str, document_id: str) -> dict[str, Any]:
        """Return how a document of a person's own case is shown, and how many pages it has."""
        return notes.about(self._note(person, review_id, document_id))

    def note_page(
        self, person: Person, review_id: str, document_id: str, page: str
    ) -> dict[str, Any]:
        """Return the words of a page, and where they stand on its picture."""
        return notes.layer(self._note(person, review_id, document_id), page)

    def note_image(
        self, person: Person, review_id: str, document_id: str, page: str, width: str
    ) -> bytes:
        """Return a page as PNG or JPEG, so many pixels wide; nobody waits while it is drawn."""
        note = self._note(person, review_id, document_id)
        return notes.image(self._drawings, note, page, width)

    def search(self, person: Person, review_id: str, words: str) -> dict[str, Any]:
        """Return where words stand in the documents of the case of a person's own review."""
        with self._turn:
            found = notes.notes_of(self._room, person, review_id)
        return notes.find(found, words)

    def _note(self, person: Person, review_id: str, document_id: str) -> notes.Note:
        with self._turn:
            return notes.note_of(self._room, person, review_id, document_id)

    def close(self) -> None:
        """End the programs that draw pages."""
        self._drawings.close()

    def coding_queue(self, person: Person) -> dict[str, Any]:
        """Return the reviews whose text a coder may read, without their authors."""
        with self._turn:
            return coding.queue(self._room, person)

    def coding_text(self, person: Person, review_id: str) -> dict[str, Any]:
        """Return one review's texts, the evidence beside them, and this coder's codings."""
        with self._turn:
            return coding.text(self._room, person, review_id)

    def coding_progress(self, person: Person) -> dict[str, Any]:
        """Return how far the coding is, and who has which text for a coordinator."""
        with self._turn:
            return coding_progress.progress(self._room, person)

    def resolving_queue(self, person: Person) -> dict[str, Any]:
        """Return the texts on which others differ and that a coder may settle."""
        with self._turn:
            return resolving.queue(self._room, person)

    def resolving_text(self, person: Person, review_id: str) -> dict[str, Any]:
        """Return one of those texts, with both sides and without names."""
        with self._turn:
            return resolving.text(self._room, person, review_id)

    def waiting(self, person: Person) -> dict[str, Any]:
        """Return the cases that an adjudicator may take."""
        with self._turn:
            return oversight.waiting(self._room, person)

    def overview(self, person: Person) -> dict[str, Any]:
        """Return how far every case is, for a coordinator; no answer."""
        with self._turn:
            return oversight.overview(self._room, person)

    def discordant(self, person: Person) -> dict[str, Any]:
        """Return the cases that are in and on which their reviewers differ; no words."""
        with self._turn:
            return differences.discordant(self._room, person)

    def calibration(self, person: Person) -> dict[str, Any]:
        """Return how often scores were the same, and how each reviewer's are spread."""
        with self._turn:
            return calibration.calibration(self._room, person)

    def case(self, person: Person, case_id: str) -> dict[str, Any]:
        """Return a case with its answers, for a coordinator or an auditor, when it is open."""
        with self._turn:
            return oversight.case(self._room, person, case_id)

    def extract(self, person: Person) -> dict[str, Any]:
        """Return the locked judgements of cases that are in, for an analyst."""
        with self._turn:
            return oversight.extract(self._room, person)

    def events(self, person: Person, after: int) -> dict[str, Any]:
        """Return the next thousand events behind a place in the record, for an auditor."""
        with self._turn:
            return oversight.events(self._room, person, self._store.read(after), MAX_EVENTS)

    def accesses(self, person: Person, after: int) -> dict[str, Any]:
        """Return the next thousand lines of the book of accesses, for an auditor."""
        with self._turn:
            book = self._store.accesses.read(after)
            return oversight.accesses(self._room, person, book, MAX_EVENTS)


def _window(operation: Mapping[str, Any]) -> str:
    window = operation.get("window")
    return window if isinstance(window, str) and len(window) <= 64 else ""
