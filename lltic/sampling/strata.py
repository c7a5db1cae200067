"""Which stratum a case is in, and which cases are taken with certainty."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from lltic.records import Case
from lltic.sampling.plan import AGE_BANDS, Plan

__all__ = ["ALL", "MUST_REVIEW", "must_review", "stratum_of"]

ALL = "all"
"""The one stratum of a plan that knows no strata."""

MUST_REVIEW = "must-review"
"""The stratum of the cases that are taken with certainty."""


def must_review(case: Case, plan: Plan) -> bool:
    """Return whether the plan takes this case with certainty, by the flags it carries."""
    flags = case.flags
    return bool(flags) if "any" in plan.must_review else not set(flags).isdisjoint(plan.must_review)


def stratum_of(case: Case, plan: Plan) -> str:
    """Return the name of a case's stratum: the plan's characteristics, parted by ' / '.

    What is not known of a case is a stratum of its own, so that no case is left out.
    """
    parts = [_VALUES[name](case, plan.age_bands or AGE_BANDS) for name in plan.strata]
    return " / ".join(parts) or ALL


def age_band(age: int | None, begins: Sequence[int]) -> str:
    """Return the band of an age in years.

    Examples
    --------
    >>> [age_band(age, (18, 65, 85)) for age in (17, 18, 84, 85, None)]
    ['0-17', '18-64', '65-84', '85+', 'age not known']
    """
    if age is None:
        return "age not known"
    edges = [0, *begins]
    at = bisect_right(edges, age) - 1
    return f"{edges[at]}-{edges[at + 1] - 1}" if at + 1 < len(edges) else f"{edges[at]}+"


def _month(case: Case) -> str:
    return f"{case.died_on:%Y-%m}" if case.died_on is not None else "month not known"


_VALUES: dict[str, Callable[[Case, Sequence[int]], str]] = {
    "setting": lambda case, _: case.setting or "setting not known",
    "month_of_death": lambda case, _: _month(case),
    "specialty": lambda case, _: case.specialty or "specialty not known",
    "age_band": lambda case, bands: age_band(case.age_at_death, bands),
    "category": lambda case, _: case.category,
    "provider": lambda case, _: case.provider_id or "provider not known",
}
