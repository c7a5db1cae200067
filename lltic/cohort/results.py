"""What a built cohort is: its cases, the deaths that are out, and every step between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from lltic.records import Case

__all__ = ["AttritionStep", "Box", "CohortResult", "Excluded"]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A death that is not in the cohort, the rule that counted it out, and a sentence."""

    death_id: str
    person_id: str
    died_on: date | None
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttritionStep:
    """One step of the way from all deaths to the cases: ``n_in - n_out = remaining``."""

    step: int
    rule: str
    description: str
    n_in: int
    n_out: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a flow diagram: how many deaths, which, and who leaves on the way to the next.

    ``out`` holds (rule, description, number) of each rule that counted anybody out here;
    ``parts`` holds (name, number) of what the box is made of, in the last one.
    """

    title: str
    n: int
    out: tuple[tuple[str, str, int], ...] = ()
    parts: tuple[tuple[str, int], ...] = ()


STAGES: tuple[tuple[str, str], ...] = (
    ("no-date-of-death", "Deaths in question, each counted once"),
    ("under-age", "Deaths in the period and of the ages"),
    ("unfinished-spell", "Deaths with a spell that counts, begun in time"),
)
"""The last rule before each box between the first and the last, and what the box is called."""


@dataclass(frozen=True)
class CohortResult:
    """A built cohort. Its repr shows counts only, for rows are about patients.

    ``definition`` is name, version and start of the hash; ``counts`` holds ``deaths``,
    ``cases``, ``in_hospital``, ``post_discharge`` and ``excluded``, and ``mark_NAME`` for
    each mark of the definition. ``cases`` and ``excluded`` are read from the study's files
    when somebody looks at one, for there may be a million.
    """

    definition: str
    counts: dict[str, int]
    attrition: tuple[AttritionStep, ...] = field(repr=False)
    cases: Sequence[Case] = field(repr=False)
    excluded: Sequence[Excluded] = field(repr=False)

    @property
    def flow(self) -> tuple[Box, ...]:
        """The boxes of a flow diagram in the manner of CONSORT, from all deaths to the cases."""
        return tuple(flow(self.attrition, self.counts))

    def _repr_html_(self) -> str:
        """Show the attrition table in a notebook."""
        from html import escape

        head = "<tr><th>rule</th><th>because</th><th>in</th><th>out</th><th>remaining</th></tr>"
        rows = "".join(
            f"<tr><td>{escape(s.rule)}</td><td>{escape(s.description)}</td>"
            f"<td>{s.n_in}</td><td>{s.n_out}</td><td>{s.remaining}</td></tr>"
            for s in self.attrition
        )
        return f"<table><caption>{escape(self.definition)}</caption>{head}{rows}</table>"


def flow(attrition: tuple[AttritionStep, ...], counts: dict[str, int]) -> Iterator[Box]:
    """Yield the boxes of a flow diagram; what leaves one box and the next box make it whole."""
    from lltic.cohort.model import EXCLUSIONS

    first, *steps = attrition
    title, n = "Records of death in the extract", first.remaining
    for last, name in (*STAGES, ("", "")):
        until = EXCLUSIONS.index(last) if last else len(EXCLUSIONS)
        here = [s for s in steps if EXCLUSIONS.index(s.rule) <= until]
        steps = steps[len(here) :]
        out = tuple((s.rule, s.description, s.n_out) for s in here if s.n_out)
        yield Box(title, n, out)
        title, n = name, n - sum(s.n_out for s in here)
    kinds = (("Died in hospital", "in_hospital"), ("Died after discharge", "post_discharge"))
    yield Box("Cases", n, parts=tuple((name, counts[key]) for name, key in kinds))
