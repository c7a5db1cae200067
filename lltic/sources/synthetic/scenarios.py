"""The clinical scenarios: what brings people in, how it looks, and how it may end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lltic.sources.synthetic.phrasebook import Record, lines, read, word

__all__ = ["Scenario", "scenarios"]

FILES = ("scenarios_chest", "scenarios_frail", "scenarios_belly")


@dataclass(frozen=True)
class Scenario:
    """One clinical picture.

    ``vitals`` and ``bloods`` are the values at full severity; a blood with a sign
    (``+90``) is relative to the person's own usual value. ``start`` scales how
    ill people are on arrival, ``suits`` the chance of a theme. ``phrases`` are the templates of the phrase file.
    """

    key: str
    label: str
    long: str
    weight: float
    ages: tuple[int, int, int]
    women: float
    needs: tuple[str, ...]
    tumours: tuple[tuple[str, str], ...]
    care_home: float
    scale2: bool
    specialty: str
    vitals: Mapping[str, float]
    bloods: Mapping[str, tuple[float, bool]]
    start: float
    procedure: str
    procedure_kind: str
    procedure_day: int
    suits: Mapping[str, float]
    phrases: Record

    @property
    def has_antibiotic(self) -> bool:
        """Whether an antibiotic belongs to the first day of treatment."""
        return bool(word(self.phrases, "antibiotic")) and self.key not in ("hip", "stroke")

    def say(self, key: str) -> tuple[str, ...]:
        """Return the templates under a key."""
        return lines(self.phrases, key)

    def word(self, key: str, default: str = "") -> str:
        """Return the single value under a key."""
        return word(self.phrases, key, default)


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for pair in text.split():
        name, _, value = pair.partition("=")
        found.append((name, value))
    return found


def _scenario(key: str, record: Record) -> Scenario:
    low, usual, high = (int(n) for n in word(record, "ages").split())
    tumours = [t.split("=") for t in word(record, "tumours").split("|") if t]
    return Scenario(
        key=key,
        label=word(record, "label"),
        long=word(record, "long"),
        weight=float(word(record, "weight")),
        ages=(low, usual, high),
        women=float(word(record, "women")),
        needs=tuple(word(record, "needs").split()),
        tumours=tuple((short, coded) for short, coded in tumours),
        care_home=float(word(record, "care_home")),
        scale2=word(record, "scale2") == "yes",
        specialty=word(record, "specialty"),
        vitals={k: float(v) for k, v in _pairs(word(record, "vitals"))},
        bloods={k: (float(v), v[0] in "+-") for k, v in _pairs(word(record, "bloods"))},
        start=float(word(record, "start", "1")),
        procedure=word(record, "procedure"),
        procedure_kind=word(record, "procedure_kind"),
        procedure_day=int(word(record, "procedure_day", "0")),
        suits={k: float(v) for k, v in _pairs(word(record, "suits"))},
        phrases=record,
    )


@lru_cache(maxsize=1)
def scenarios() -> tuple[Scenario, ...]:
    """Return all scenarios, in the order of the phrase files."""
    return tuple(_scenario(k, r) for name in FILES for k, r in read(name).items())
