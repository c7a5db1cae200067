"""A drawn sample: its cases, its strata, and how it was drawn in words, data and a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

from lltic.records import SampledCase

__all__ = ["Sample", "Stratum"]


@dataclass(frozen=True, slots=True)
class Stratum:
    """A group of cases drawn from separately.

    ``population`` is the number of its cases, ``sampled`` how many were drawn, ``wanted`` how
    many the plan asked for; ``certainty`` marks cases that are taken without a draw.
    """

    name: str
    population: int
    sampled: int
    wanted: int
    certainty: bool = False

    @property
    def probability(self) -> float:
        """The inclusion probability of each of its cases."""
        return self.sampled / self.population if self.population else 1.0

    @property
    def weight(self) -> float:
        """The design weight: how many cases of the cohort each drawn case stands for."""
        return 1 / self.probability

    @property
    def sentence(self) -> str:
        """The draw in words."""
        cases = f"{self.sampled} of {self.population} {_cases(self.population)}"
        if self.certainty:
            text = f"{self.name}: all {self.population} {_cases(self.population)}, with certainty."
            return text if self.population else f"{self.name}: no case."
        text = f"{self.name}: {cases}, each with probability {self.probability:.3f}"
        text += f" (design weight {self.weight:.2f})."
        if self.wanted > self.population:
            text += f" The plan asks for {self.wanted}; the stratum is smaller and is taken whole."
        return text

    def as_dict(self) -> dict[str, Any]:
        """Return the stratum as plain data."""
        return {
            "name": self.name,
            "population": self.population,
            "sampled": self.sampled,
            "wanted": self.wanted,
            "certainty": self.certainty,
            "probability": self.probability,
            "weight": self.weight,
        }


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample and how it was drawn. Its repr shows no case.

    ``population`` is the number of cases drawn from, ``seed`` the one used (None for a
    census), ``strata`` add up to both, ``notes`` say what the plan asked for in vain.
    """

    cases: tuple[SampledCase, ...] = field(repr=False)
    population: int
    seed: int | None
    plan: str
    plan_hash: str
    method: str
    allocation: str
    strata: tuple[Stratum, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The draw in one sentence."""
        if self.method == "census":
            return f"Every one of the {self.population} cases is taken."
        text = f"{len(self.cases)} of {self.population} cases are taken: "
        certain = [s for s in self.strata if s.certainty]
        if certain:
            text += f"{certain[0].sampled} that must be reviewed, and "
        drawn = sum(s.sampled for s in self.strata if not s.certainty)
        text += f"{drawn} at random without replacement"
        if self.method == "stratified":
            strata = sum(not s.certainty for s in self.strata)
            text += f" from {strata} strata ({self.allocation} allocation)"
        return f"{text}, seed {self.seed}."

    @property
    def sentences(self) -> tuple[str, ...]:
        """The draw in words, stratum by stratum, then what to know."""
        strata = () if self.method == "census" else tuple(s.sentence for s in self.strata)
        return (self.sentence, *strata, *self.notes)

    def as_dict(self) -> dict[str, Any]:
        """Return how the sample was drawn as plain data, without its cases."""
        return {
            "plan": self.plan,
            "plan_hash": self.plan_hash,
            "seed": self.seed,
            "population": self.population,
            "sampled": len(self.cases),
            "method": self.method,
            "allocation": self.allocation,
            "how": self.sentence,
            "strata": [stratum.as_dict() for stratum in self.strata],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        """Show the strata in a notebook."""
        head = "<tr><th>stratum</th><th>cases</th><th>drawn</th><th>probability</th>"
        head += "<th>design weight</th></tr>"
        rows = "".join(
            f"<tr><td>{escape(s.name)}</td><td>{s.population}</td><td>{s.sampled}</td>"
            f"<td>{s.probability:.3f}</td><td>{s.weight:.2f}</td></tr>"
            for s in self.strata
        )
        above = f"<p>{escape(self.plan)}: {escape(self.sentence)}</p>"
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"{above}<table>{head}{rows}</table>{notes}"


def _cases(n: int) -> str:
    return "case" if n == 1 else "cases"
