"""How a coding is marked that was laid when its coder had seen suggestions on the text.

What is not marked was found unaided. Only that counts where it is asked whether coders
see the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.people import Person
from lltic.reviews.state import ReviewState, State
from lltic.reviews.suggested import ACCEPTED, CHANGED, SEEN

__all__ = ["already_answered", "mark", "named_in", "shown_to"]


def mark(
    state: State, person: Person, review: ReviewState, item: str, value: Mapping[str, Any]
) -> str:
    """Return what a coding is marked with; empty for one that was found unaided.

    ``value`` holds its ``theme`` and may name a ``suggestion`` that it answers. Laid by hand,
    a theme that was suggested for the text answers that suggestion all the same; anything
    else laid after suggestions had been shown is marked as :data:`SEEN`.

    Raises
    ------
    Refused
        ``no-such-suggestion`` for one that this coder was not shown for this text,
        ``already-answered`` for one that a theme was laid for.
    """
    shown = state.suggested.seen_by(review.review_id, person.name)
    if "suggestion" in value:
        named = shown_to(state, person, review, value["suggestion"], item)
        if _was_laid(state, person, named):
            raise already_answered()
        return named
    for one in reversed(shown):
        suggestion = state.suggested.by_id[one]
        same = (suggestion.item, suggestion.theme) == (item, value["theme"])
        if same and not _was_laid(state, person, one):
            return one
    return SEEN if shown else ""


def _was_laid(state: State, person: Person, suggestion_id: str) -> bool:
    return state.suggested.answer(person.name, suggestion_id) in (ACCEPTED, CHANGED)


def shown_to(state: State, person: Person, review: ReviewState, asked: Any, item: str = "") -> str:
    """Return the id of a suggestion that a coder was shown; refused when they were not."""
    shown = state.suggested.seen_by(review.review_id, person.name)
    known = isinstance(asked, str) and asked in shown
    if not known or item not in ("", state.suggested.by_id[asked].item):
        message = "was not shown to you on this text"
        raise Refused(Problem("no-such-suggestion", "the suggestion", message))
    return str(asked)


def already_answered() -> Refused:
    """Return the refusal of a second answer."""
    hint = "Take off the theme you laid for it, if you think otherwise now."
    return Refused(Problem("already-answered", "the suggestion", "has your answer", hint=hint))


def named_in(value: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of an operation that names a coding's suggestion, from its event."""
    found = value.get("suggestion", SEEN)
    return {} if found == SEEN else {"suggestion": found}
