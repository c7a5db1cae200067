"""What went wrong, as data first and as a sentence second.

Every mistake a user can make ends in an :class:`LlticError` that carries one
:class:`Problem` per thing wrong, all at once. A problem names the thing, the
allowed values and the next step, and never a patient's value.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = [
    "LlticError",
    "NotComputable",
    "Problem",
    "Refused",
    "UsageError",
    "did_you_mean",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    code : str
        Closed, stable identifier such as ``missing-column``; tests assert it.
    where : str
        The thing: a file and line, a table and column, a field of a form.
    message : str
        What is wrong, without any patient value.
    allowed : str
        What would have been right; empty when there is no such list.
    hint : str
        The next step for the person reading.
    count : int
        How many times the same problem was met.
    """

    code: str
    where: str
    message: str
    allowed: str = ""
    hint: str = ""
    count: int = 1

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.message}"]
        if self.count > 1:
            parts[0] += f" ({self.count} times)"
        if self.allowed:
            parts.append(f"Allowed: {self.allowed}")
        if self.hint:
            parts.append(self.hint)
        return " ".join(p if p.endswith((".", "?", "!")) else p + "." for p in parts)

    def as_dict(self) -> dict[str, str | int]:
        """Return the problem as plain data for ``--json`` and for logs."""
        return asdict(self)


class LlticError(Exception):
    """Something was found wrong; the command line exits with 1.

    Parameters
    ----------
    problems : Problem or iterable of Problem
        At least one.
    """

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        if not self.problems:
            raise ValueError("an LlticError carries at least one problem")
        super().__init__("\n".join(str(p) for p in self.problems))

    @property
    def codes(self) -> tuple[str, ...]:
        """The problem codes, in order."""
        return tuple(p.code for p in self.problems)


class UsageError(LlticError):
    """The call itself was off; the command line exits with 2."""

    exit_code = 2


class Refused(LlticError):
    """The review service will not do this; nothing was changed.

    ``conflict`` is ``{"value", "version"}`` of what stands there instead, when
    that is the reason.
    """

    conflict: dict[str, Any] | None = None


class NotComputable(LlticError):
    """A statistic is undefined on these data, and why."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``Did you mean X?`` for the nearest known name, else an empty string.

    Examples
    --------
    >>> did_you_mean("in_hosptal", ["in_hospital", "lltic"])
    'Did you mean in_hospital?'
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else ""


def unknown(kind: str, name: str, known: Sequence[str], *, code: str | None = None) -> Problem:
    """Return the problem "this name is not one of the known ones".

    Examples
    --------
    >>> str(unknown("cohort", "lltc", ["lltic", "shmi"]))
    "'lltc': not a cohort. Allowed: lltic, shmi. Did you mean lltic?"
    """
    return Problem(
        code=code or f"unknown-{kind.replace(' ', '-')}",
        where=repr(name),
        message=f"not {'an' if kind[0] in 'aeiou' else 'a'} {kind}",
        allowed=", ".join(sorted(known)) or "none yet",
        hint=did_you_mean(name, known),
    )
