"""What a cohort definition may say: a small language that a clinician can read.

A definition names a population, the index spell, a window in days, which deaths are
in, and every rule by which a death is counted out, in the order in which the rules
are asked. Rules come from a closed list; a definition holds no executable text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, get_args

from lltic.definitions import Loaded, load
from lltic.errors import LlticError, Problem
from lltic.study import Study

__all__ = ["CORE_RULES", "EXCLUSIONS", "Definition", "Exclusion", "Population", "Window"]

CLOSED: dict[str, Any] = {"extra": "forbid"}

ExclusionName = Literal[
    "no-person",
    "duplicate-registration",
    "outside-period",
    "under-age",
    "no-spell",
    "admitted-after-death",
    "unfinished-spell",
    "discharged-after-death",
    "died-in-hospital",
    "not-in-hospital",
    "outside-window",
]

EXCLUSIONS: tuple[str, ...] = get_args(ExclusionName)
"""Every rule that can count a death out, in the only order in which they make sense."""

CORE_RULES = ("no-person", "duplicate-registration", "no-spell", "admitted-after-death")
"""Rules without which no spell could be named as the index spell; each definition has them."""


@dataclass(frozen=True, slots=True)
class Population:
    """Whose deaths, and which spells count.

    ``died_from`` and ``died_to`` (inclusive) bound the date of death, ``minimum_age`` is in
    completed years at death, ``settings`` are the kinds of spell that can be the index spell.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    settings: tuple[Literal["acute", "community", "mental_health"], ...]
    died_from: date | None = None
    died_to: date | None = None
    minimum_age: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the date of discharge to the date of death, both ends in."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    days_min: int
    days_max: int


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One rule that counts deaths out, and why it is there, in plain words."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    rule: ExclusionName
    because: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Numbers that only make a note on a case and never count one out.

    ``late_registration_days``: a death registered more than so many days after it is marked.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    late_registration_days: int = 30


@dataclass(frozen=True, slots=True)
class Definition:
    """A cohort definition, as parsed."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    name: str
    version: str
    title: str
    source: str
    population: Population
    index_spell: Literal["last_before_death"]
    attribution: Literal["provider_of_index_spell"]
    inclusion: tuple[Literal["in_hospital", "post_discharge"], ...]
    exclusions: tuple[Exclusion, ...]
    window: Window | None = None
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the exclusions, in order."""
        return tuple(e.rule for e in self.exclusions)


def load_definition(study: Study, name: str) -> Loaded[Definition]:
    """Find, read and check a cohort definition.

    Raises
    ------
    UsageError
        ``unknown-cohort``.
    LlticError
        Every problem of the file at once; beside those of
        :func:`lltic.definitions.parse` also ``cohort-missing-rule``,
        ``cohort-rule-order``, ``cohort-window``, ``cohort-period``, ``cohort-inclusion``.
    """
    loaded = load("cohort", name, Definition, study.path)
    problems = _problems(loaded.model, str(loaded.path))
    if problems:
        raise LlticError(problems)
    return loaded


def needed_rules(definition: Definition) -> tuple[str, ...]:
    """Return the exclusions that must be there for what the definition says elsewhere."""
    needed = {*CORE_RULES, "unfinished-spell"}
    population, inclusion = definition.population, definition.inclusion
    if population.died_from or population.died_to:
        needed.add("outside-period")
    if population.minimum_age is not None:
        needed.add("under-age")
    if "in_hospital" not in inclusion:
        needed.add("died-in-hospital")
    if "post_discharge" in inclusion:
        needed |= {"discharged-after-death", "outside-window"}
    else:
        needed.add("not-in-hospital")
    return tuple(rule for rule in EXCLUSIONS if rule in needed)


def _problems(definition: Definition, where: str) -> list[Problem]:
    problems, rules = [], definition.rules
    needed = needed_rules(definition)
    at = f"{where}: exclusions"
    for rule in needed:
        if rule not in rules:
            message = f"the rule {rule} is needed and not there"
            problems.append(Problem("cohort-missing-rule", at, message, ", ".join(needed)))
    for rule in rules:
        if rule not in needed:
            message = f"the rule {rule} has nothing to do in this definition"
            problems.append(Problem("cohort-idle-rule", at, message, ", ".join(needed)))
    if sorted(rules, key=EXCLUSIONS.index) != list(rules) or len(set(rules)) != len(rules):
        message = "the rules must stand once each and in this order"
        problems.append(Problem("cohort-rule-order", at, message, ", ".join(needed)))
    problems += _value_problems(definition, where)
    return problems


def _value_problems(definition: Definition, where: str) -> list[Problem]:
    problems, window, population = [], definition.window, definition.population
    after = "post_discharge" in definition.inclusion
    if after and window is None:
        message = "deaths after discharge need a window"
        problems.append(Problem("cohort-window", f"{where}: window", message, "days_min, days_max"))
    if window is not None and not after:
        message = "only deaths after discharge have a window"
        problems.append(Problem("cohort-window", f"{where}: window", message))
    if window is not None and not 0 <= window.days_min <= window.days_max:
        message = "must be 0 or more, and days_max not below days_min"
        problems.append(Problem("cohort-window", f"{where}: window", message))
    inclusion = definition.inclusion
    if not inclusion or len(set(inclusion)) != len(inclusion):
        message = "names one or both kinds of death, once each"
        allowed = "in_hospital, post_discharge"
        problems.append(Problem("cohort-inclusion", f"{where}: inclusion", message, allowed))
    if not population.settings:
        message = "names at least one kind of spell"
        allowed = "acute, community, mental_health"
        problems.append(Problem("cohort-settings", f"{where}: population", message, allowed))
    first, last = population.died_from, population.died_to
    if first and last and first > last:
        message = "died_to is before died_from"
        problems.append(Problem("cohort-period", f"{where}: population", message))
    return problems
