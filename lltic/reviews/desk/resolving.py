"""What somebody who settles sees: a text, and both sides of each difference without names."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.coding_differences import Difference, compared
from lltic.reviews.desk.coded_texts import documents_of, texts_of
from lltic.reviews.desk.reviewing import evidence_of
from lltic.reviews.desk.room import Room, needs_role
from lltic.reviews.people import Person
from lltic.reviews.rules import in_order, latest_codebook, may_settle

__all__ = ["queue", "text"]


def queue(room: Room, person: Person) -> dict[str, Any]:
    """Return the texts that a coder may settle: others coded them, and differ."""
    needs_role(person, "coder")
    coding = room.state.coding
    found = [r for r in room.state.reviews.values() if may_settle(room.state, person, r)]
    rows = []
    for review in in_order(room.state, found):
        text = coding.text(review.review_id)
        differing = compared(text)[1]
        rows.append(
            {
                "review_id": review.review_id,
                "case_id": review.case_id,
                "differences": len(differing),
                "settled": sum(d.difference_id in text.kept for d in differing),
                "done": bool(text.settled_at),
            }
        )
    return {**room.about(), "texts": rows}


def text(room: Room, person: Person, review_id: str) -> dict[str, Any]:
    """Return one text, what its coders found alike, and where they differ.

    The sides are called A and B in an order that tells nothing of them; no name, no time.
    """
    review = room.state.reviews.get(review_id)
    if review is None or not may_settle(room.state, person, review):
        raise Refused(Problem("no-such-text", "text", "is not open to you to settle"))
    coded = room.state.coding.text(review_id)
    alike, differing = compared(coded)
    texts = texts_of(room, review)
    shown = {one["item"] for one in texts}
    codebook_hash, codebook = latest_codebook(room.state)
    return {
        "review_id": review_id,
        "case_id": review.case_id,
        "texts": texts,
        "evidence": [one for one in evidence_of(review) if one["field"] in shown],
        "documents": documents_of(room, review),
        "codebook": codebook,
        "codebook_hash": codebook_hash,
        "alike": [_passage(one) | {"item": one.item, "theme": one.theme} for one in alike],
        "differences": [_shown(one, coded.kept.get(one.difference_id)) for one in differing],
        "done": bool(coded.settled_at),
    }


def _shown(one: Difference, kept: tuple[str, ...] | None) -> dict[str, Any]:
    sides = [
        {"label": ascii_uppercase[n], "passages": [_passage(c) for c in side]}
        for n, side in enumerate(one.sides)
    ]
    return {
        "difference": one.difference_id,
        "item": one.item,
        "theme": one.theme,
        "start": one.start,
        "end": one.end,
        "sides": sides,
        "kept": None if kept is None else list(kept),
    }


def _passage(coding: Any) -> dict[str, Any]:
    """A passage as one side laid it; not who they are, nor when."""
    names = ("coding_id", "start", "end", "polarity")
    return {name: getattr(coding, name) for name in names}
