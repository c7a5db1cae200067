"""What a model suggested, who was shown it, what they made of it: a part of the state.

What a coder found unaided stays apart for good: codings from before the first
suggestion on a review was shown, and also those of them that were taken off
afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lltic.records import Coding, Event, SuggestedTheme, SuggestionsShown

if TYPE_CHECKING:
    from lltic.reviews.state import State

__all__ = [
    "ACCEPTED",
    "ANSWERS",
    "CHANGED",
    "OPEN",
    "REJECTED",
    "SEEN",
    "SUGGESTED_KINDS",
    "Answer",
    "Offer",
    "Suggested",
    "ThemeAnswers",
    "per_theme",
]

SUGGESTED_KINDS = frozenset(
    {
        "suggested",
        "suggestions_shown",
        "suggestion_rejected",
        "coding_done",
        "coded",
        "uncoded",
    }
)
"""What is heard here; the last three change the coding as well."""

OPEN, ACCEPTED, CHANGED, REJECTED = "open", "accepted", "changed", "rejected"
ANSWERS = (ACCEPTED, CHANGED, REJECTED, OPEN)
"""What became of a suggestion that was shown: its theme was laid, another one was laid
because of it, it was set aside, or nothing was said."""

SEEN = "seen"
"""Marks a coding that answers no suggestion, but was laid after some had been shown."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one model made of one text; ``suggestions`` may be none."""

    model: str
    codebook_hash: str
    source_hash: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one coder made of one suggestion that was shown to them at ``shown_at``."""

    suggestion: SuggestedTheme
    coder: str
    shown_at: str
    answer: str
    coding_id: str = ""


@dataclass(frozen=True, slots=True)
class ThemeAnswers:
    """How often a theme was shown as a suggestion, and what was made of it."""

    theme: str
    shown: int
    accepted: int
    changed: int
    rejected: int
    open: int


@dataclass(slots=True)
class Suggested:
    """What the events about suggestions add up to.

    ``offers`` holds the last one of each text, by review and item; ``shown`` when which
    suggestion was shown, by review and coder; ``done_at`` the seal that a review bore when
    a coder said they were done with it; ``taken_off`` unaided codings that were taken off
    when their coder had seen suggestions.
    """

    by_id: dict[str, SuggestedTheme] = field(default_factory=dict)
    offers: dict[str, dict[str, Offer]] = field(default_factory=dict)
    shown: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    showings: list[SuggestionsShown] = field(default_factory=list)
    said: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    done_at: dict[tuple[str, str], str] = field(default_factory=dict)
    taken_off: dict[str, Coding] = field(default_factory=dict)

    # -- what each kind of event does ----------------------------------------------------------

    def apply(self, event: Event, state: State) -> None:
        """Take an event in, before the rest of the state does."""
        getattr(self, f"_{event.kind}")(event, state)

    def _suggested(self, event: Event, state: State) -> None:
        """What a model made of a text; it takes the place of what one made before."""
        value = event.value
        for one in value["suggestions"]:
            self.by_id[one["id"]] = SuggestedTheme(
                suggestion_id=one["id"],
                review_id=event.review_id,
                case_id=event.case_id,
                item=event.field,
                theme=one["theme"],
                probability=one["probability"],
                precision=one["precision"],
                words=tuple(one["words"]),
                source_hash=value["source_hash"],
                model=value["model"],
                codebook_hash=event.definition_hash,
                seq=event.seq,
            )
        ids = tuple(one["id"] for one in value["suggestions"])
        offer = Offer(value["model"], event.definition_hash, value["source_hash"], ids)
        self.offers.setdefault(event.review_id, {})[event.field] = offer

    def _suggestions_shown(self, event: Event, state: State) -> None:
        ids = tuple(event.value["suggestions"])
        place = event.review_id, event.actor
        self.shown.setdefault(place, {}).update(dict.fromkeys(ids, event.at))
        self.showings.append(
            SuggestionsShown(event.review_id, event.case_id, event.actor, ids, event.at, event.seq)
        )

    def _suggestion_rejected(self, event: Event, state: State) -> None:
        self.said[event.actor, event.value["suggestion_id"]] = REJECTED, ""

    def _coding_done(self, event: Event, state: State) -> None:
        self.done_at[event.review_id, event.actor] = state.reviews[event.review_id].seal

    def _coded(self, event: Event, state: State) -> None:
        suggestion_id = event.value.get("suggestion", "")
        if suggestion_id in self.by_id:
            same = event.value["theme"] == self.by_id[suggestion_id].theme
            answer = ACCEPTED if same else CHANGED
            self.said[event.actor, suggestion_id] = answer, event.op_id

    def _uncoded(self, event: Event, state: State) -> None:
        """What a coding answered is open again; what was found unaided is kept apart."""
        coding = state.coding.text(event.review_id).codings.get(event.value["coding_id"])
        if coding is None:
            return
        place = coding.coder, coding.suggestion
        if self.said.get(place, ("", ""))[1] == coding.coding_id:
            del self.said[place]
        if not coding.suggestion and (coding.review_id, coding.coder) in self.shown:
            self.taken_off[coding.coding_id] = coding

    # -- questions -----------------------------------------------------------------------------

    def seen_by(self, review_id: str, coder: str) -> dict[str, str]:
        """Return the suggestions on a review that a coder was shown, and when."""
        return self.shown.get((review_id, coder), {})

    def said_of(self, coder: str, suggestion_id: str) -> tuple[str, str]:
        """Return what a coder made of a suggestion, and the coding that came of it."""
        return self.said.get((coder, suggestion_id), (OPEN, ""))

    def answer(self, coder: str, suggestion_id: str) -> str:
        """Return what a coder made of a suggestion: one of :data:`ANSWERS`."""
        return self.said_of(coder, suggestion_id)[0]

    def answers(self) -> Iterator[Answer]:
        """Yield every suggestion that was shown, by coder, with what they made of it."""
        for (_, coder), shown in self.shown.items():
            for suggestion_id, at in shown.items():
                said = self.said_of(coder, suggestion_id)
                yield Answer(self.by_id[suggestion_id], coder, at, *said)

    def unaided(self, codings: Iterable[Coding]) -> Iterator[Coding]:
        """Yield what coders found before they were shown anything, taken off since or not."""
        yield from (coding for coding in codings if not coding.suggestion)
        yield from self.taken_off.values()


def per_theme(answers: Iterable[Answer]) -> list[ThemeAnswers]:
    """Return how often each theme was shown and what was made of it, by theme.

    Examples
    --------
    >>> one = SuggestedTheme("a", "r-1", "r", "i", "falls", 0.7, None, (), "", "", "", 1)
    >>> per_theme([Answer(one, "cody", "", ACCEPTED, "c1"), Answer(one, "dora", "", OPEN)])
    [ThemeAnswers(theme='falls', shown=2, accepted=1, changed=0, rejected=0, open=1)]
    """
    said: dict[str, list[str]] = {}
    for one in answers:
        said.setdefault(one.suggestion.theme, []).append(one.answer)
    return [
        ThemeAnswers(theme, len(found), *(found.count(kind) for kind in ANSWERS))
        for theme, found in sorted(said.items())
    ]
