"""What may be shown of a count: named disclosure profiles, applied on the way out.

One count at a time. Whether a hidden cell can be solved from the margins of a
table is a question about the final file, and asked there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lltic.errors import Problem, UsageError, unknown
from lltic.measures.proportions import wilson
from lltic.records import Estimate

__all__ = ["PROFILE_NAMES", "Profile", "Shown", "profile"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One estimate as text that a page may print; empty where nothing may be said."""

    numerator: str
    denominator: str
    percent: str
    interval: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A rule for showing counts of people.

    Counts from 1 to ``hidden_up_to`` become ``mark``; others are rounded to the
    nearest multiple of ``round_to``; 0 is shown. ``reason`` says why nothing is
    hidden, where nothing is.
    """

    name: str
    hidden_up_to: int
    round_to: int
    source: str
    mark: str = "*"
    reason: str = ""

    def count(self, n: int) -> str:
        """Return a count as text.

        Examples
        --------
        >>> hes = profile("nhs_hes_2018")
        >>> [hes.count(n) for n in (0, 1, 7, 8, 12, 13)]
        ['0', '*', '*', '10', '10', '15']
        """
        shown = self._shown(n)
        return self.mark if shown is None else str(shown)

    def proportion(self, estimate: Estimate) -> Shown:
        """Return a proportion as text, percentages worked out from the shown counts.

        Raises
        ------
        UsageError
            ``not-a-count`` when the estimate is not a share of cases.

        Examples
        --------
        >>> profile("nhs_hes_2018").proportion(wilson(89, 381))
        Shown(numerator='90', denominator='380', percent='23.7', interval='19.7 to 28.2')
        """
        if estimate.numerator is None or estimate.denominator is None:
            raise UsageError(Problem("not-a-count", estimate.name, "is not a share of cases"))
        top, bottom = int(estimate.numerator), int(estimate.denominator)
        part, whole = self._shown(top), self._shown(bottom)
        if estimate.population is not None:
            seen = self.weighted(estimate)
        elif part is None or not whole:
            seen = None
        else:
            plain = wilson(min(part, whole), whole, estimate.level)
            seen = (plain.value, plain.low or 0.0, plain.high or 0.0)
        if seen is None:
            return Shown(self.count(top), self.count(bottom), "", "")
        value, low, high = (f"{100 * x:.1f}" for x in seen)
        return Shown(self.count(top), self.count(bottom), value, f"{low} to {high}")

    def weighted(self, estimate: Estimate) -> tuple[float, float, float] | None:
        """Return share, low and high of an estimate for a population, from rounded counts.

        None where the cases read, or the cases they stand for, are too few to be told. The
        share and its bounds are counts of the population, rounded as any count is, over the
        population so rounded.
        """
        if self.round_to == 1 and not self.hidden_up_to:
            return estimate.value, estimate.low or 0.0, estimate.high or 0.0
        size = estimate.population or 0.0
        read = [self._shown(int(n or 0)) for n in (estimate.numerator, estimate.denominator)]
        part, whole = self._shown(round(estimate.value * size)), self._shown(round(size))
        if None in read or part is None or not whole:
            return None
        bounds = (round((bound or 0.0) * size) for bound in (estimate.low, estimate.high))
        low, high = (self._rounded(bound) / whole for bound in bounds)
        return min(part / whole, 1.0), low, min(high, 1.0)

    def _shown(self, n: int) -> int | None:
        return None if 0 < n <= self.hidden_up_to else self._rounded(n)

    def _rounded(self, n: int) -> int:
        return (n + self.round_to // 2) // self.round_to * self.round_to


_PROFILES = {
    p.name: p
    for p in (
        Profile("none", hidden_up_to=0, round_to=1, source="the study's own decision"),
        # Sub-national counts from hospital data: 1-7 hidden, others to the nearest 5.
        Profile(
            "nhs_hes_2018",
            hidden_up_to=7,
            round_to=5,
            source="NHS Digital, HES disclosure control and HES analysis guide (2018)",
        ),
    )
}

PROFILE_NAMES = tuple(sorted(_PROFILES))
"""The names :func:`profile` knows."""


def profile(name: str, *, reason: str = "") -> Profile:
    """Return a named disclosure profile.

    Parameters
    ----------
    name : str
        ``nhs_hes_2018``, or ``none`` to show counts as they are.
    reason : str
        Needed with ``none``; it is printed beside the table.

    Raises
    ------
    UsageError
        ``unknown-disclosure-profile``, or ``disclosure-reason`` when counts are
        to be shown as they are and nobody says why.
    """
    if name not in _PROFILES:
        raise UsageError(unknown("disclosure profile", name, PROFILE_NAMES))
    if name == "none" and not reason.strip():
        hint = "Say why the counts may be shown as they are; the reason goes on the page."
        raise UsageError(Problem("disclosure-reason", name, "needs a reason", hint=hint))
    return replace(_PROFILES[name], reason=reason.strip())
