"""How long each case is kept, what holds it, and whether it is gone: as the record says it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from lltic.reviews.record.events import Stored
from lltic.reviews.record.sealing import belongs_to_case, is_sealed

__all__ = ["CaseKept", "Keeping", "keeping"]


@dataclass(slots=True)
class CaseKept:
    """One case, or with an empty id what is said of all of them.

    ``keep_until`` is a date as text, empty when nothing was said; ``holds`` are
    the names of the legal holds that stand; ``unsealed`` says that words about
    it lie open in the record, from before texts were sealed.
    """

    case_id: str
    events: int = 0
    last_at: str = ""
    keep_until: str = ""
    holds: set[str] = field(default_factory=set)
    erased_at: str = ""
    unsealed: bool = False


@dataclass(frozen=True, slots=True)
class Keeping:
    """Every case on record, and what is said of all."""

    cases: dict[str, CaseKept]
    study: CaseKept

    def holds(self, case_id: str) -> tuple[str, ...]:
        """Return the names of the holds on a case, those on the whole study included."""
        own = self.cases[case_id].holds if case_id in self.cases else set()
        return tuple(sorted(own | self.study.holds))

    def keep_until(self, case_id: str) -> str:
        """Return the day until which a case is kept: its own, else the study's."""
        own = self.cases[case_id].keep_until if case_id in self.cases else ""
        return own or self.study.keep_until


def keeping(lines: Iterable[Stored]) -> Keeping:
    """Return what a record says about keeping, from its lines in order."""
    kept = Keeping({}, CaseKept(""))
    for line in lines:
        if line.kind in _FOLD and not line.case_id:
            _FOLD[line.kind](kept.study, line)
        if not line.case_id:
            continue
        case = kept.cases.setdefault(line.case_id, CaseKept(line.case_id))
        case.events += 1
        case.last_at = line.at
        case.unsealed |= belongs_to_case(line) and not is_sealed(line)
        if line.kind in _FOLD:
            _FOLD[line.kind](case, line)
    return kept


def _held(case: CaseKept, line: Stored) -> None:
    case.holds.add(json.loads(line.value)["for"])


def _released(case: CaseKept, line: Stored) -> None:
    case.holds.discard(json.loads(line.value)["for"])


def _retention_set(case: CaseKept, line: Stored) -> None:
    case.keep_until = json.loads(line.value)["until"]


def _erased(case: CaseKept, line: Stored) -> None:
    case.erased_at = line.at


_FOLD = {
    "held": _held,
    "hold_released": _released,
    "retention_set": _retention_set,
    "erased": _erased,
}
