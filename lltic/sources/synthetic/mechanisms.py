"""What can be planted: how a theme shows itself in notes and in a reviewer's words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lltic.sources.synthetic.phrasebook import Record, lines, read, word

__all__ = ["THEMES", "Frame", "Mechanism", "concerns", "fits", "strengths"]

THEMES = (
    "dnar",
    "clinical_reasoning",
    "palliative_care",
    "clinical_management",
    "discharge_summary",
    "fluid_management",
    "unexpected_deterioration",
    "discharge_management",
    "severity_of_illness",
    "early_warning_score",
    "medication",
    "antibiotics",
)
"""The codes of the codebook ``lltic-12``."""


@dataclass(frozen=True)
class Frame:
    """What is settled about a case before anything is planted in it.

    ``gifts`` are the things mechanisms may need: ``stay1 stay2 stay4`` (nights in
    hospital), ``crash sudden dying`` (the way it ends), ``surgery procedure abx
    frail after3``.
    """

    category: str
    gifts: frozenset[str]


@dataclass(frozen=True)
class Mechanism:
    """One way a theme shows itself.

    ``writers`` hold templates for what ``doctor``, ``nurse``, ``ed``, ``oncall``,
    ``drug``, ``gp_before``, ``gp_after`` and ``community`` wrote; ``judged`` what a
    reviewer says, ``lesson`` or ``praise`` what others should learn.
    """

    theme: str
    key: str
    good: bool
    phase: str
    anchor: str
    who: str
    needs: tuple[str, ...]
    effects: tuple[str, ...]
    problem: str
    hours: tuple[int, int]
    writers: Record
    judged: tuple[str, ...]
    lesson: tuple[str, ...]


def _mechanism(name: str, record: Record, good: bool) -> Mechanism:
    theme, _, key = name.partition(".")
    low, high = (int(h) for h in word(record, "hours", "2 6").split())
    return Mechanism(
        theme=theme,
        key=key,
        good=good,
        phase=word(record, "phase"),
        anchor=word(record, "anchor"),
        who=word(record, "who"),
        needs=tuple(word(record, "needs").split()),
        effects=tuple(word(record, "effect").split()),
        problem=word(record, "problem"),
        hours=(low, high),
        writers=record,
        judged=lines(record, "judged"),
        lesson=lines(record, "praise" if good else "lesson"),
    )


@lru_cache(maxsize=1)
def concerns() -> tuple[Mechanism, ...]:
    """Return the mechanisms of concern, in the order of their file."""
    return tuple(_mechanism(n, r, good=False) for n, r in read("concerns").items())


@lru_cache(maxsize=1)
def strengths() -> tuple[Mechanism, ...]:
    """Return the mechanisms of good practice, in the order of their file."""
    return tuple(_mechanism(n, r, good=True) for n, r in read("strengths").items())


def fits(mechanism: Mechanism, frame: Frame) -> bool:
    """Say whether a mechanism can happen in a case."""
    right_place = mechanism.who in ("any", frame.category)
    return right_place and all(need in frame.gifts for need in mechanism.needs)
