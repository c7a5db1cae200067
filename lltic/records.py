"""The small frozen records that move between rooms, in the order they are made.

``Case`` → ``SampledCase`` → ``Assignment`` → ``Event`` → ``Judgement`` →
``Coding`` → ``Estimate``. A room's skill is to make the next record from the
one before it. They are plain data classes of the standard library, so that a
reviewer's kernel can hold them without loading anything heavy.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

__all__ = [
    "MISSING_KINDS",
    "MISSING_WORDS",
    "REASONS",
    "Assignment",
    "Case",
    "Citation",
    "Coding",
    "Estimate",
    "Event",
    "Judgement",
    "SampledCase",
    "SuggestedTheme",
    "SuggestionsShown",
    "from_plain",
    "to_plain",
]

REASONS: Mapping[str, str] = {
    "not_applicable": "Does not apply",
    "not_in_notes": "Not in the notes",
    "not_known": "Not known",
    "declined": "Would rather not say",
}
"""The reasons somebody may give for having no answer, and what they are called where a form
has no words of its own."""

MISSING_WORDS: Mapping[str, str] = {**REASONS, "not_reached": "Not asked", "missing": "Left open"}
"""Why an item has no answer, in words: the reasons that are given, ``not_reached``, which is
branching's, and ``missing``, which is nobody's."""

MISSING_KINDS = tuple(MISSING_WORDS)
"""Every way of having no answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One death in a cohort, attributed to one spell.

    ``days_discharge_to_death`` counts whole days, 0 for the day of discharge,
    and is None for a death in hospital. ``rules`` are the ids of the rules that
    put the death in; ``reason`` says the same in one sentence; ``flags`` are the
    marks of a death that must be reviewed. The dates are None where the extract has
    none. ``admitted_on`` is of the superspell, where a cohort is made of those.
    """

    case_id: str
    person_id: str
    death_id: str
    category: str
    index_spell_id: str
    provider_id: str
    setting: str
    specialty: str | None
    admitted_on: date | None
    discharged_on: date | None
    died_on: date | None
    days_discharge_to_death: int | None
    age_at_death: int | None
    sex: str
    rules: tuple[str, ...]
    reason: str
    definition: str
    definition_hash: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampledCase:
    """A case drawn for review, with the chance it had of being drawn (0 to 1]."""

    case_id: str
    stratum: str
    inclusion_probability: float
    plan: str
    plan_hash: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """One case to be read by one reviewer with one form; by whoever takes it, without a name.

    ``position`` is 1 for the first reader of a case, 2 for the second. In a joint
    review ``discipline`` is the reader's side, such as ``primary_care``; else empty.
    """

    review_id: str
    case_id: str
    reviewer: str
    position: int
    form: str
    discipline: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the review record, never changed once written.

    ``seq`` counts from 1; ``hash`` covers every other field as it is stored,
    ``prev_hash`` is that of the event before it, ``review_prev_hash`` that of the
    event before it in the same review. ``value`` is JSON data. ``base_version`` is the version of
    the field the writer had seen (0: empty), ``op_id`` names the operation so
    that a repeated one is recognised.
    """

    seq: int
    op_id: str
    at: str
    actor: str
    role: str
    organisation: str
    kind: str
    case_id: str
    review_id: str
    field: str
    value: Any
    base_version: int
    reason: str
    definition_hash: str
    review_prev_hash: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to one item in one *locked* review, before any consensus.

    ``missing`` is empty for an answered item, else one of :data:`MISSING_KINDS`
    (then ``value`` is None). ``item`` is the item's path in the form, such as
    ``admission.score``; ``review_id`` leads back to the event log.
    """

    review_id: str
    case_id: str
    reviewer: str
    position: int
    form: str
    form_hash: str
    item: str
    value: Any
    missing: str
    seq: int


@dataclass(frozen=True, slots=True)
class Coding:
    """A theme laid on a passage of a locked review's text by one coder.

    ``start`` and ``end`` count code points of the text whose SHA-256 is
    ``source_hash``; the whole text is ``0`` to its length. ``polarity`` is what the coder says
    the passage shows: ``problem``, ``good_practice``, or nothing where they did not say.
    ``at`` is when they laid it. ``suggestion`` is empty for what a coder found unaided; else
    the id of the suggestion that it answers, or ``seen`` for what was laid after suggestions on
    the review had been shown.
    """

    coding_id: str
    review_id: str
    case_id: str
    item: str
    theme: str
    start: int
    end: int
    source_hash: str
    coder: str
    codebook: str
    codebook_hash: str
    seq: int
    polarity: str = ""
    at: str = ""
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class SuggestedTheme:
    """A theme that a model would have looked at in a text, and why; nobody's coding.

    ``probability`` is calibrated; ``precision`` is the share of such suggestions of the theme
    that were right when the model was measured (None: nobody measured). ``words`` pushed
    towards the theme, the strongest first. ``source_hash`` is the SHA-256 of the text,
    ``model`` the hash of the model.
    """

    suggestion_id: str
    review_id: str
    case_id: str
    item: str
    theme: str
    probability: float
    precision: float | None
    words: tuple[str, ...]
    source_hash: str
    model: str
    codebook_hash: str
    seq: int


@dataclass(frozen=True, slots=True)
class SuggestionsShown:
    """Suggestions on one review handed to one coder, after their own coding was committed."""

    review_id: str
    case_id: str
    coder: str
    suggestions: tuple[str, ...]
    at: str
    seq: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage of the notes that stands beside an answer.

    ``sha256`` is that of the document's text; ``page`` counts from 1, ``start`` and
    ``end`` are code points of the page's text, and ``text`` is what stands there.
    """

    citation_id: str
    review_id: str
    case_id: str
    item: str
    document: str
    sha256: str
    page: int
    start: int
    end: int
    text: str
    at: str
    seq: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how it was made.

    ``value``, ``low`` and ``high`` are unrounded; ``low`` and ``high`` bound the
    interval of ``level``, and ``method`` names estimator and interval. Where a
    proportion is meant, ``numerator`` and ``denominator`` are its counts; else
    ``denominator`` is the number of units used. Where it was weighted from a sample,
    ``population`` is the number of cases it speaks for; None: the counts speak for themselves.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    numerator: float | None = None
    denominator: float | None = None
    method: str = ""
    definition_hash: str = ""
    warnings: tuple[str, ...] = field(default=())
    population: float | None = None


def to_plain(record: Any) -> Any:
    """Return a record as JSON-ready data: dicts, lists, text, numbers, None."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: to_plain(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {str(k): to_plain(v) for k, v in record.items()}
    if isinstance(record, (list, tuple, frozenset, set)):
        return [to_plain(v) for v in record]
    if isinstance(record, date):
        return record.isoformat()
    return record


def from_plain(kind: Any, data: Any) -> Any:
    """Return ``data``, as :func:`to_plain` wrote it, as an object of type ``kind``.

    Meant for data this package wrote itself; what people write is checked by
    :mod:`lltic.definitions`.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if data is None or kind is Any:
        return data
    if origin in (typing.Union, types.UnionType):
        return from_plain(next(a for a in arguments if a is not type(None)), data)
    if origin is tuple:
        return tuple(from_plain(arguments[0], v) for v in data)
    if origin in (dict, Mapping):
        return {k: from_plain(arguments[1], v) for k, v in data.items()}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{k: from_plain(hints[k], v) for k, v in data.items()})
    if kind is date:
        return date.fromisoformat(data)
    return data
