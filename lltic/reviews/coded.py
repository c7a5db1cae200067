"""What is coded by whom: the plan, who holds which text, what each found, what stands.

A text is the words of one locked review. Where two people code it, each does so without
knowing of the other until both have said that they are done; then it is closed, and where
they differ a third person settles it (:mod:`lltic.reviews.coding_differences`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from lltic.records import Coding, Event

__all__ = ["CODING_KINDS", "ORDERS", "CodedText", "CodingPlan", "CodingState"]

CODING_KINDS = frozenset(
    {
        "coding_planned",
        "text_taken",
        "text_released",
        "coded",
        "uncoded",
        "coding_done",
        "resolved",
        "text_resolved",
    }
)

ORDERS = ("random", "date")
"""In which order texts are offered: by lot, or as their reviews were submitted."""


@dataclass(frozen=True, slots=True)
class CodingPlan:
    """How the coding of a study goes: what is coded twice, in which order, when it may stop.

    ``double_share`` is the probability with which a text is coded by two people, by a lot
    that the text's name and ``seed`` decide, so that a text that comes later changes
    nothing for the others. The stopping rule is stated in ``base``, ``run`` and
    ``new_share``: see :func:`lltic.reviews.coding_curve.stops_at`.
    """

    double_share: float = 0.0
    order: str = "random"
    seed: int = 0
    base: int = 6
    run: int = 20
    new_share: float = 0.0

    def places(self, review_id: str) -> int:
        """Return how many people code a text: one or two."""
        return 2 if self.lot("double", review_id) < self.double_share else 1

    def lot(self, purpose: str, review_id: str) -> float:
        """Return a number in [0, 1) that the seed, the purpose and the text's name decide."""
        said = f"{self.seed}:{purpose}:{review_id}".encode()
        return int.from_bytes(hashlib.sha256(said).digest()[:8], "big") / 2**64


@dataclass(slots=True)
class CodedText:
    """The coding of one text.

    ``coders`` holds since when each has it, ``done`` the hash of the event with which each
    said that they have read it to its end, ``done_seq`` that event's place in the record.
    ``kept`` holds, by difference, the codings that the settler lets stand. ``seen_by`` are all
    who ever had it, to code or to settle, also those who gave it back and coded nothing.
    """

    coders: dict[str, str] = field(default_factory=dict)
    codings: dict[str, Coding] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)
    done_seq: dict[str, int] = field(default_factory=dict)
    settler: str = ""
    settling_since: str = ""
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    settled_at: str = ""
    seen_by: set[str] = field(default_factory=set)

    @property
    def is_double(self) -> bool:
        """Whether more than one person codes it."""
        return len(self.coders) > 1

    def by(self, name: str) -> list[Coding]:
        """Return somebody's codings, in the order they were made."""
        return [coding for coding in self.codings.values() if coding.coder == name]

    def sides(self) -> list[str]:
        """Return those who coded it in an order that tells nothing of them.

        That of the hashes of their last words, which only the record knows.
        """
        return sorted(self.coders, key=lambda name: self.done.get(name, ""))


@dataclass(slots=True)
class CodingState:
    """The coding of a study, folded from the events in order."""

    plan: CodingPlan | None = None
    texts: dict[str, CodedText] = field(default_factory=dict)

    @property
    def codings(self) -> dict[str, Coding]:
        """Every coding that was not taken off again, by its id."""
        return {key: one for text in self.texts.values() for key, one in text.codings.items()}

    def text(self, review_id: str) -> CodedText:
        """Return the coding of a text; nothing of it is kept where nobody has begun."""
        return self.texts.get(review_id) or CodedText()

    def is_closed(self, review_id: str) -> bool:
        """Say whether all who code a text are done, and nobody else is to code it."""
        text = self.text(review_id)
        full = self.plan is None or len(text.coders) >= self.plan.places(review_id)
        return bool(text.coders) and full and text.done.keys() >= text.coders.keys()

    def has_place(self, name: str, review_id: str) -> bool:
        """Say whether somebody codes a text or may begin to; without a plan anybody may."""
        text = self.text(review_id)
        if name in text.coders:
            return True
        if text.settler or (text.is_double and self.is_closed(review_id)):
            return False
        return self.plan is None or len(text.coders) < self.plan.places(review_id)

    def is_final(self, name: str, review_id: str, suggestion: str = "") -> bool:
        """Say whether somebody's codings of a text can no longer change.

        Under a plan, what was said to be done is done; without one it is when the last of
        several who code it is. What comes of a suggestion comes after all of that, and can
        change: it is shown when the text is finished, and stands beside what was found alone.
        """
        if suggestion:
            return False
        text = self.text(review_id)
        if text.settler:
            return True
        said_so = self.plan is not None and name in text.done
        return said_so or (text.is_double and self.is_closed(review_id))

    # -- what each kind of event does --------------------------------------------------

    def apply(self, event: Event) -> None:
        """Fold one event in."""
        getattr(self, f"_{event.kind}")(event)

    def begin_again(self, review_id: str) -> None:
        """Take back that a text is coded and settled: its review was opened, and may be corrected.

        What was laid stays, for those who laid it to go over.
        """
        text = self.texts.get(review_id)
        if text is not None:
            text.done.clear()
            text.done_seq.clear()
            text.kept.clear()
            text.settler = text.settling_since = text.settled_at = ""

    def _of(self, event: Event) -> CodedText:
        return self.texts.setdefault(event.review_id, CodedText())

    def _coding_planned(self, event: Event) -> None:
        self.plan = CodingPlan(**event.value)

    def _text_taken(self, event: Event) -> CodedText:
        text = self._of(event)
        text.coders.setdefault(event.actor, event.at)
        text.seen_by.add(event.actor)
        return text

    def _text_released(self, event: Event) -> None:
        text, name = self._of(event), event.value["coder"]
        if name == text.settler:
            text.settler = text.settling_since = ""
            text.kept.clear()
            return
        text.coders.pop(name, None)
        text.codings = {key: one for key, one in text.codings.items() if one.coder != name}

    def _coded(self, event: Event) -> None:
        value = event.value
        self._text_taken(event).codings[event.op_id] = Coding(
            coding_id=event.op_id,
            review_id=event.review_id,
            case_id=event.case_id,
            item=event.field,
            theme=value["theme"],
            start=value["start"],
            end=value["end"],
            source_hash=value["source_hash"],
            coder=event.actor,
            codebook=value["codebook"],
            codebook_hash=event.definition_hash,
            seq=event.seq,
            polarity=value.get("polarity", ""),
            at=event.at,
            suggestion=value.get("suggestion", ""),
        )

    def _uncoded(self, event: Event) -> None:
        self._of(event).codings.pop(event.value["coding_id"], None)

    def _coding_done(self, event: Event) -> None:
        text = self._text_taken(event)
        if event.actor not in text.done:
            text.done[event.actor], text.done_seq[event.actor] = event.hash, event.seq

    def _resolved(self, event: Event) -> None:
        text = self._of(event)
        text.seen_by.add(event.actor)
        if not text.settler:
            text.settler, text.settling_since = event.actor, event.at
        text.kept[event.value["difference"]] = tuple(event.value["keep"])

    def _text_resolved(self, event: Event) -> None:
        self._of(event).settled_at = event.at
