"""What a coordinator is answered: how far everybody is, where they differ, how they score."""

from __future__ import annotations

from pydantic import Field

from lltic.reviews.service.answers import About, CaseRow, Load, Who
from lltic.reviews.service.shapes import Answer, CaseId, Plain

__all__ = [
    "Calibration",
    "CalibrationItem",
    "DifferingItem",
    "Discordant",
    "DiscordantRow",
    "Level",
    "Named",
    "NotGiven",
    "Overview",
    "Reviewer",
    "Spread",
    "Together",
]


class NotGiven(Answer):
    """A case of the case book that nobody was ever given."""

    case_id: CaseId
    setting: str


class Reviewer(Answer):
    """Somebody who can be given a case."""

    reviewer: str
    discipline: str


class Named(About):
    """A list with people in it, by account."""

    person: Who
    people: dict[str, str] = Field(description="How to name somebody, by account.")


class Overview(Named):
    """How far every case is; no answer."""

    cases: list[CaseRow]
    load: list[Load]
    escalations: list[Plain]
    not_given: list[NotGiven]
    reviewers: list[Reviewer]


class DifferingItem(Answer):
    """A question on which the reviewers of a case differ; free text is never among them."""

    item: str
    page: str
    question: str
    levels: int | None
    decides: bool = Field(description="The form asks for agreement on it.")


class DiscordantRow(Answer):
    """A case that is in, and on which its reviewers differ."""

    case_id: CaseId
    stage: str
    readers: int
    settled_by: list[str] = Field(description="Who adjudicates it, or agrees on it.")
    settled: bool
    items: list[DifferingItem]


class Discordant(Named):
    """Where reviewers differ, and by how much; no words, and not who said which."""

    discordant: list[DiscordantRow]


class Level(Answer):
    """A level of a scale."""

    value: int
    label: str


class Spread(Answer):
    """How somebody's scores of an item are spread, beside those of all others."""

    reviewer: str
    given: list[int]
    others: list[int]


class Together(Answer):
    """A case that three or more have read, and how often each level was given."""

    case_id: CaseId
    readers: int
    given: list[int]


class CalibrationItem(Answer):
    """One scored item: how often two readers of a case agree; counts by level, lowest first."""

    form: str
    item: str
    page: str
    question: str
    kind: str
    levels: list[Level]
    pairs: int
    equal: int
    one_apart: int
    further: int
    scored_once: int = Field(description="Pairs of whom one gave a reason for no score.")
    given: list[int]
    people: list[Spread]
    too_few: int = Field(description="People with too few scores to be laid beside the others.")
    together: list[Together]


class Calibration(Named):
    """How scores agree and how they are spread, in the cases that are in."""

    cases_in: int
    unblinded: int
    fewest: int
    items: list[CalibrationItem]
