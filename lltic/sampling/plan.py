"""What a sampling plan may say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Literal

from lltic.definitions import Loaded, load
from lltic.errors import LlticError, Problem

__all__ = ["AGE_BANDS", "Characteristic", "Plan", "load_plan"]

Characteristic = Literal[
    "setting", "month_of_death", "specialty", "age_band", "category", "provider"
]
"""What cases can be parted by: a closed list."""

AGE_BANDS = (18, 65, 75, 85)
"""The age at which each band but the first begins, where a plan gives none of its own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sampling plan: data, versioned and hashed like every definition.

    ``census`` takes every case. ``simple`` draws ``n``, or a ``fraction``, of all cases.
    ``stratified`` does so within each stratum: ``strata`` names what cases are parted by, and
    ``allocation`` how the draws are spread over the strata

    * ``proportional`` (when nothing is said): by the number of cases,
    * ``equal``: as many from each,
    * ``neyman``: by the number of cases times their spread (a standard deviation), which
      ``spreads`` gives for each stratum by its name,
    * ``fixed``: ``per_stratum`` from each, or what ``sizes`` says of a stratum by its name.

    No stratum gives fewer than ``minimum`` cases (1 when nothing is said), or all it has.
    ``must_review`` names the flags whose cases are taken with certainty, ``any`` for every
    flag; ``n`` and ``fraction`` then speak of the other cases. ``seed`` makes a draw repeatable.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    version: str
    title: str
    source: str
    method: Literal["census", "simple", "stratified"]
    n: int | None = None
    fraction: float | None = None
    seed: int | None = None
    must_review: tuple[str, ...] = ()
    strata: tuple[Characteristic, ...] = ()
    allocation: Literal["proportional", "equal", "neyman", "fixed"] | None = None
    per_stratum: int | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    spreads: dict[str, float] = field(default_factory=dict)
    minimum: int | None = None
    age_bands: tuple[int, ...] = ()

    @property
    def spread_over(self) -> str:
        """How draws are spread over strata, also where the plan leaves it unsaid."""
        return self.allocation or "proportional"

    @property
    def least(self) -> int:
        """The fewest cases of a stratum, also where the plan leaves it unsaid."""
        return 1 if self.minimum is None else self.minimum

    @property
    def sentences(self) -> tuple[str, ...]:
        """The plan in words, for a page or a notebook.

        Examples
        --------
        >>> plan = Plan("p", "1", "P", "Ours", "simple", n=40, seed=7, must_review=("any",))
        >>> print(*plan.sentences, sep="\\n")
        Every case that is flagged is taken with certainty.
        Of the others, 40 are drawn at random, seed 7.
        """
        if self.method == "census":
            return ("Every case is taken.",)
        said = []
        if self.must_review:
            flags = "" if "any" in self.must_review else f" {' or '.join(self.must_review)}"
            said.append(f"Every case that is flagged{flags} is taken with certainty.")
        of = "Of the others" if self.must_review else "Of all cases"
        if self.spread_over == "fixed":
            size = f"{self.per_stratum} of each stratum" if self.per_stratum else "some"
        else:
            size = f"{self.n}" if self.n is not None else f"{100 * (self.fraction or 0):g} %"
        said.append(f"{of}, {size} are drawn at random, seed {self.seed}.")
        if self.method == "stratified":
            by = " and ".join(name.replace("_", " ") for name in self.strata)
            said.append(f"They are drawn separately by {by}: {self.spread_over} allocation.")
            named = [f"{size} of {name}" for name, size in self.sizes.items()]
            said += [f"Of these strata: {', '.join(named)}."] if named else []
            said.append(f"No stratum gives fewer than {self.least}, or all it has.")
        return tuple(said)


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
        Every problem of the file at once: ``plan-size``, ``plan-seed``, ``plan-strata``,
        ``plan-allocation``, ``plan-must-review``.
    """
    loaded = load("sampling plan", name, Plan, study)
    problems = list(_problems(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded


_OF_STRATA = (
    "strata",
    "allocation",
    "per_stratum",
    "sizes",
    "spreads",
    "minimum",
    "age_bands",
)


def _says(plan: Plan, key: str) -> bool:
    """Say whether the plan gives a key; also a 0 is something said."""
    return getattr(plan, key) not in (None, (), {})


def _problems(plan: Plan, where: str) -> Iterator[Problem]:
    if plan.method == "census":
        for key in ("n", "fraction", "seed", "must_review"):
            if _says(plan, key):
                message = "a census takes every case and needs none"
                yield Problem("plan-size", f"{where}: {key}", message)
    else:
        yield from _sizes(plan, where)
        if plan.seed is None or plan.seed < 0:
            message = "a draw needs a seed of 0 or more to be repeatable"
            yield Problem("plan-seed", f"{where}: seed", message)
    if plan.method == "stratified":
        yield from _strata(plan, where)
        yield from _allocation(plan, where)
    else:
        for key in _OF_STRATA:
            if _says(plan, key):
                message = f"a {plan.method} plan has no strata"
                yield Problem("plan-strata", f"{where}: {key}", message, "method: stratified")
    if len(set(plan.must_review)) < len(plan.must_review):
        yield Problem("plan-must-review", f"{where}: must_review", "names a flag twice")
    if "any" in plan.must_review and len(plan.must_review) > 1:
        message = "'any' stands for every flag and needs no other beside it"
        yield Problem("plan-must-review", f"{where}: must_review", message)


def _sizes(plan: Plan, where: str) -> Iterator[Problem]:
    fixed = plan.method == "stratified" and plan.spread_over == "fixed"
    given = sum(size is not None for size in (plan.n, plan.fraction))
    if fixed and given:
        message = "a fixed allocation says how many of each stratum, and no size of the whole"
        yield Problem("plan-size", where, message, "per_stratum, sizes")
    if not fixed and given != 1:
        message = f"a {plan.method} plan gives one of two sizes"
        yield Problem("plan-size", where, message, "n, fraction")
    if plan.n is not None and plan.n < 1:
        yield Problem("plan-size", f"{where}: n", "must be 1 or more")
    if plan.fraction is not None and not 0 < plan.fraction <= 1:
        yield Problem("plan-size", f"{where}: fraction", "must be above 0, at most 1")


def _strata(plan: Plan, where: str) -> Iterator[Problem]:
    if not plan.strata:
        message = "a stratified plan says what cases are parted by"
        yield Problem("plan-strata", f"{where}: strata", message, "[setting], [setting, category]")
    if len(set(plan.strata)) < len(plan.strata):
        yield Problem("plan-strata", f"{where}: strata", "names one thing twice")
    if plan.age_bands and "age_band" not in plan.strata:
        yield Problem("plan-strata", f"{where}: age_bands", "the plan has no stratum age_band")
    bands = plan.age_bands
    if bands and (bands[0] < 1 or any(a >= b for a, b in pairwise(bands))):
        message = "must be ages of 1 or more that rise"
        yield Problem("plan-strata", f"{where}: age_bands", message, f"{list(AGE_BANDS)}")


def _allocation(plan: Plan, where: str) -> Iterator[Problem]:
    belongs = {"per_stratum": "fixed", "sizes": "fixed", "spreads": "neyman"}
    for key, allocation in belongs.items():
        if getattr(plan, key) and plan.spread_over != allocation:
            message = f"is not used by a {plan.spread_over} allocation"
            allowed = f"allocation: {allocation}"
            yield Problem("plan-allocation", f"{where}: {key}", message, allowed)
    if plan.spread_over == "fixed" and plan.per_stratum is None and not plan.sizes:
        message = "a fixed allocation says how many cases of each stratum"
        yield Problem("plan-allocation", where, message, "per_stratum, sizes")
    if plan.spread_over == "neyman" and not plan.spreads:
        message = "a Neyman allocation needs the spread in each stratum, by its name"
        yield Problem("plan-allocation", f"{where}: spreads", message)
    if plan.least < 1:
        message = "must be 1 or more: a case that can never be drawn cannot be spoken for"
        yield Problem("plan-allocation", f"{where}: minimum", message)
    counts = {"per_stratum": plan.per_stratum} | {f"sizes.{k}": v for k, v in plan.sizes.items()}
    for key, size in counts.items():
        if size is not None and size < 1:
            yield Problem("plan-allocation", f"{where}: {key}", "must be 1 or more")
    for name, spread in plan.spreads.items():
        if not 0 < spread < float("inf"):
            yield Problem("plan-allocation", f"{where}: spreads.{name}", "must be above 0")
