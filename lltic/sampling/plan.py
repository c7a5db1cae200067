"""What a sampling plan may say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from lltic.definitions import Loaded, load
from lltic.errors import LlticError, Problem

__all__ = ["Plan", "load_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A sampling plan: ``census`` takes every case, ``simple`` draws ``n`` or a ``fraction``.

    ``seed`` makes the draw repeatable; a simple plan must give one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    version: str
    title: str
    source: str
    method: Literal["census", "simple"]
    n: int | None = None
    fraction: float | None = None
    seed: int | None = None


def load_plan(name: str, study: Path | None = None) -> Loaded[Plan]:
    """Find, read and check a sampling plan.

    Parameters
    ----------
    name : str
    study : Path, optional
        The study's folder, whose own plans come first.

    Raises
    ------
    UsageError
        ``unknown-sampling-plan``.
    LlticError
        Every problem of the file at once; ``plan-size``, ``plan-seed``.
    """
    loaded = load("sampling plan", name, Plan, study)
    problems = list(_problems(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded


def _problems(plan: Plan, where: str) -> list[Problem]:
    problems = []
    if plan.method == "census":
        for key in ("n", "fraction", "seed"):
            if getattr(plan, key) is not None:
                message = "a census takes every case and needs none"
                problems.append(Problem("plan-size", f"{where}: {key}", message))
        return problems
    if (plan.n is None) == (plan.fraction is None):
        message = "a simple plan gives one of two sizes"
        problems.append(Problem("plan-size", where, message, "n, fraction"))
    if plan.n is not None and plan.n < 1:
        problems.append(Problem("plan-size", f"{where}: n", "must be 1 or more"))
    if plan.fraction is not None and not 0 < plan.fraction <= 1:
        problems.append(Problem("plan-size", f"{where}: fraction", "must be above 0, at most 1"))
    if plan.seed is None or plan.seed < 0:
        message = "a draw needs a seed of 0 or more to be repeatable"
        problems.append(Problem("plan-seed", f"{where}: seed", message))
    return problems
