"""What a coder is answered, and who settles what coders differ on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lltic.reviews.service.answers import About, Evidence, Who
from lltic.reviews.service.overviews import Named
from lltic.reviews.service.shapes import Answer, CaseId, Instant, Plain, ReviewId

__all__ = [
    "CodedDifference",
    "CodedSide",
    "CodingPlan",
    "CodingQueue",
    "CodingRow",
    "CodingText",
    "CurvePoint",
    "Passage",
    "PassageAlike",
    "Progress",
    "Resolving",
    "ResolvingQueue",
    "ResolvingRow",
    "SuggestionRow",
    "Suggestions",
    "TextOut",
]


class CodingRow(Answer):
    """A locked review, without its author; `yours` when the coder has it."""

    review_id: ReviewId
    case_id: CaseId
    yours: bool
    done: bool
    codings: int


class CodingQueue(About):
    """What a coder may read, and the codebook."""

    person: Who
    texts: list[CodingRow]
    codebook: Plain
    codebook_hash: str
    planned: bool = Field(description="There is a coding plan.")


class CodedWords(Answer):
    """The texts of one review, and what of the notes stands beside them."""

    review_id: ReviewId
    case_id: CaseId
    texts: list[Plain]
    evidence: list[Evidence]
    documents: list[Plain] = Field(description="What those that are cited are called.")


class SuggestionRow(Answer):
    """A theme that a model would have looked at, and what the coder made of it.

    `coding_id` is that of what they laid for it; empty where they laid nothing.
    """

    suggestion_id: str
    item: str
    theme: str
    probability: float = Field(description="Calibrated.")
    precision: float | None = Field(
        description="The share of such suggestions of this theme that were right when measured."
    )
    words: list[str] = Field(description="What it went by, the strongest first.")
    answer: Literal["open", "accepted", "changed", "rejected"]
    coding_id: str


class Suggestions(Answer):
    """Nothing before the coder's own coding is committed and stands, whether there are any or not.

    `waiting` is how many the coder may ask for with `see_suggestions`; `shown` holds those that
    are on record as shown to them.
    """

    waiting: int
    shown: list[SuggestionRow]


class CodingText(CodedWords):
    """The texts of one review, what of the notes stands beside them, and this coder's codings."""

    codings: list[Plain]
    yours: bool
    done: bool
    final: bool = Field(description="The codings can no longer be changed.")
    suggestions: Suggestions


class CodingPlan(Answer):
    """What is coded twice, in which order, and when the coding may stop."""

    double_share: float
    order: Literal["random", "date"]
    base: int
    run: int
    new_share: float


class CurvePoint(Answer):
    """After so many texts: themes met for the first time in the last one, and all so far."""

    texts: int
    new: list[str]
    known: int


class TextOut(Answer):
    """Who has a text that is begun and not finished."""

    review_id: ReviewId
    case_id: CaseId
    coder: str
    since: Instant
    doing: Literal["coding", "settling"]


class Progress(Named):
    """How far the coding is."""

    plan: CodingPlan | None
    texts: int
    double: int | None = Field(
        description="How many of the texts two people code; null for who codes them."
    )
    coded: int = Field(description="By all who code them; of a coder without a plan, by them.")
    to_settle: int
    themes: int
    curve: list[CurvePoint]
    stops_at: int | None = Field(description="After how many texts the stopping rule was met.")
    out: list[TextOut]


class ResolvingRow(Answer):
    """A text on which those who coded it differ."""

    review_id: ReviewId
    case_id: CaseId
    differences: int
    settled: int
    done: bool


class ResolvingQueue(About):
    """The texts a coder may settle, or has settled."""

    person: Who
    texts: list[ResolvingRow]


class Passage(Answer):
    """A passage with a theme; nobody's."""

    coding_id: str
    start: int
    end: int
    polarity: str


class PassageAlike(Passage):
    """A passage on which all who coded the text found the same theme."""

    item: str
    theme: str


class CodedSide(Answer):
    """What one of them laid there, under a letter; nothing where they did not see the theme."""

    label: str
    passages: list[Passage]


class CodedDifference(Answer):
    """A stretch of a text on which they differ about one theme; `kept` once it is settled."""

    difference: str
    item: str
    theme: str
    start: int
    end: int
    sides: list[CodedSide]
    kept: list[str] | None


class Resolving(CodedWords):
    """A text with both sides of each difference."""

    codebook: Plain
    codebook_hash: str
    alike: list[PassageAlike]
    differences: list[CodedDifference]
    done: bool
