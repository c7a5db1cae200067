"""What a working group drew up: groups of codes, challenges, opportunities, recommendations."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from lltic.errors import LlticError, Problem

__all__ = [
    "Challenge",
    "Grouping",
    "Opportunity",
    "Recommendation",
    "Synthesis",
    "load_synthesis",
]

STRICT = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """Codes that belong together; ``left`` says why nothing follows from them."""

    id: str
    label: str
    codes: tuple[str, ...]
    left: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Challenge:
    """What stands in the way, in one sentence, and the passages it rests on.

    ``left`` says why no opportunity answers it, where none does.
    """

    id: str
    text: str
    groups: tuple[str, ...]
    rests_on: tuple[str, ...]
    left: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Opportunity:
    """What could answer challenges, or build on what is done well already.

    ``left`` says why no recommendation takes it up, where none does.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    left: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What is to be done, by which organisations, and the role that sees to it.

    ``owner`` is a role and no name; ``measured_by`` says how anybody would know.
    """

    id: str
    text: str
    by: tuple[str, ...]
    owner: str
    organisations: tuple[str, ...]
    measured_by: str = ""

    __pydantic_config__: ClassVar = STRICT

    @property
    def crosses(self) -> bool:
        """Whether no organisation can do it alone."""
        return len(set(self.organisations)) > 1


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The whole of it. ``left_codes`` says why a code that was used belongs to no group."""

    groups: tuple[Grouping, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    left_codes: dict[str, str] = field(default_factory=dict)
    note: str = ""

    __pydantic_config__: ClassVar = STRICT

    @property
    def resting(self) -> tuple[Challenge | Opportunity, ...]:
        """The entries that name passages: challenges and opportunities."""
        return (*self.challenges, *self.opportunities)


def load_synthesis(path: Path) -> Synthesis:
    """Read what a working group drew up; its sense is :func:`~.checks.check`'s.

    Raises
    ------
    LlticError
        ``no-synthesis`` where there is no such file; every problem of its grammar at once.
    """
    from lltic import definitions

    if not path.is_file():
        hint = "Lay it out with 'lltic exercise new' and write into it."
        raise LlticError(Problem("no-synthesis", str(path), "is not there", hint=hint))
    return definitions.parse(Synthesis, definitions.read_yaml(path), str(path))
