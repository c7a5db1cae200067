"""From what is missing to a range on the number of cases.

Three things are missing or in doubt. Deaths after discharge that were not yet registered
when the data were cut (:mod:`lltic.cohort.lag` says which share). Deaths after discharge of
people without an identifier, to whom no registration can be linked: as many are expected as
among people of their age who have one. And deaths whose records contradict each other: the
range counts them both ways. Deaths in hospital are known from the spell itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from lltic.cohort.lag import AT_LEAST, Lags, draw_registered, horizon, later_share
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate

__all__ = ["LEVEL", "PROVISIONAL_ABOVE", "YOUNG_DAYS", "CaseRange", "Row", "Tally", "case_range"]

Draws = NDArray[np.float64]

LEVEL = 0.95
DRAWS = 4_000
RECENT_DAYS = 56
"""Over so many days deaths are taken to come at a steady rate, which fills the last of them."""
YOUNG_DAYS = 28
"""The youngest deaths are those of the last so many days."""
PROVISIONAL_ABOVE = 0.02
"""A count is provisional while a larger share of the youngest deaths is not registered yet."""
LIKE_WITH_LIKE = 50
"""With so many registrations of deaths outside hospital, only those tell how long they take."""
METHOD = (
    "95 % range by simulation: registration lag by the product-limit estimator in reverse time "
    "(Lynden-Bell 1971), and its end by Kaplan-Meier on deaths in hospital; deaths of people "
    "without an identifier by the rate of those with one, by age; contradictory records counted "
    "both ways"
)


@dataclass(frozen=True, slots=True)
class Row:
    """So many deaths that are alike in all that the range asks.

    ``inside``: the last spell says that the person died in it. ``has_number``: the person has
    an identifier. ``registered_on``: the earliest civil registration, if one is linked.
    """

    is_case: bool
    inside: bool
    has_number: bool
    band: str
    died_on: date
    registered_on: date | None
    n: int


@dataclass(frozen=True)
class Tally:
    """What the range is computed from.

    Parameters
    ----------
    rows : sequence of Row
        Deaths linked to a person, each once.
    persons : mapping of (str, bool) to int
        People by age band and by whether they have an identifier.
    cut : datetime.date
        The day the data were cut: later registrations are missing.
    first_on, until : datetime.date
        The first and the last day of death that the count is about.
    could_be_out, could_be_in : int
        Cases that another reading of contradictory records takes out, and deaths that it
        takes in.
    asks_after_discharge : bool
        Whether deaths after discharge are counted at all.
    warnings : tuple of str
    """

    rows: Sequence[Row] = field(repr=False)
    persons: Mapping[tuple[str, bool], int] = field(repr=False)
    cut: date
    first_on: date
    until: date
    could_be_out: int = 0
    could_be_in: int = 0
    asks_after_discharge: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseRange:
    """Between which numbers the number of cases lies, were everything there.

    ``counted`` are the cases there are; ``not_registered`` and ``not_linked`` are estimates of
    those that are missing; ``could_be_out`` of the cases and ``could_be_in`` of the other
    deaths have records that contradict each other. ``low`` and ``high`` take all of it
    together. ``month_share`` is the estimated share of the deaths after discharge in ``month``
    that is not registered yet, ``young_share`` that of the last :data:`YOUNG_DAYS` days;
    ``final`` says that the latter is at most :data:`PROVISIONAL_ABOVE`.
    """

    counted: int
    low: int
    high: int
    not_registered: Estimate
    not_linked: Estimate
    could_be_out: int
    could_be_in: int
    cut: date
    month: date
    month_share: float
    young_share: float
    final: bool
    level: float = LEVEL
    method: str = METHOD
    warnings: tuple[str, ...] = ()

    @property
    def estimate(self) -> Estimate:
        """The number of cases; ``numerator`` is counted, ``denominator`` thought to be there."""
        total = self.counted + self.not_registered.value + self.not_linked.value
        return Estimate(
            "cases",
            total,
            self.low,
            self.high,
            self.level,
            numerator=self.counted,
            denominator=total,
            method=self.method,
            warnings=self.warnings,
        )


def case_range(tally: Tally, rng: np.random.Generator) -> CaseRange:
    """Return the range on the number of cases.

    Parameters
    ----------
    tally : Tally
    rng : numpy.random.Generator
        The draws; the same state gives the same range.

    Raises
    ------
    NotComputable
        ``no-registration-dates`` where no civil registration tells its day,
        ``too-few-registrations`` where the lag cannot be estimated, ``too-young`` where hardly
        any of the deaths that are asked about can have been registered.
    """
    cases = [row for row in tally.rows if row.is_case]
    counted = sum(row.n for row in cases)
    late = unlinked = np.zeros(DRAWS)
    month_share = young_share = 0.0
    warnings = list(tally.warnings)
    if tally.asks_after_discharge:
        within = _registered_within(tally, rng, warnings)
        late, month_share, young_share = _not_registered(tally, within, rng)
        unlinked = _not_linked(tally, late, rng)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(counted + late + unlinked, [tail, 1 - tail], method="inverted_cdf")
    return CaseRange(
        counted,
        int(low) - tally.could_be_out,
        int(high) + tally.could_be_in,
        _estimate("not registered yet", late),
        _estimate("not linked for want of an identifier", unlinked),
        tally.could_be_out,
        tally.could_be_in,
        tally.cut,
        tally.until.replace(day=1),
        month_share,
        young_share,
        final=young_share <= PROVISIONAL_ABOVE,
        warnings=tuple(warnings),
    )


def _estimate(name: str, draws: Draws) -> Estimate:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], method="inverted_cdf")
    return Estimate(name, float(draws.mean()), float(low), float(high), LEVEL, method=METHOD)


# --- deaths that are not registered yet -----------------------------------------------------------


def lags_of(tally: Tally, *, inside: bool) -> Lags:
    """Return age and lag of the deaths in hospital, or of all others, by whether it can be told.

    People without an identifier are left out: nothing can be linked to them. A registration
    dated before the death tells nothing of a lag.
    """
    found: Counter[tuple[int, int]] = Counter()
    for row in tally.rows:
        lag = (row.registered_on - row.died_on).days if row.registered_on else -1
        before_death = row.registered_on is not None and lag < 0
        if row.inside == inside and row.has_number and not before_death:
            found[(tally.cut - row.died_on).days, lag] += row.n
    ages, lags = zip(*found, strict=True) if found else ((), ())
    counts = np.array(list(found.values()), dtype=np.int64)
    return Lags(np.array(ages, dtype=np.int64), np.array(lags, dtype=np.int64), counts)


def _registered_within(tally: Tally, rng: np.random.Generator, warnings: list[str]) -> Draws:
    """Draw the share of deaths registered within 0, 1, 2 … days, as (draws, days) array.

    The last column holds for every longer time.
    """
    outside, inside = lags_of(tally, inside=False), lags_of(tally, inside=True)
    registered = outside.registered
    if len(registered) < LIKE_WITH_LIKE:
        registered = _together(registered, inside.registered)
    longest = horizon(registered)
    if longest < 0:
        code, message = "too-few-registrations", f"fewer than {AT_LEAST} registrations"
        if not len(registered):
            code, message = "no-registration-dates", "no civil registration tells its day"
        hint = "Without the days of registration, nobody knows how many are still to come."
        raise NotComputable(Problem(code, "deaths: registered_on", message, hint=hint))
    known = _registered_as_a_rule(inside, longest)
    later: float | Draws = 0.0
    if known:
        longest = min(longest, horizon(inside))
        later = later_share(inside, longest, DRAWS, rng)[:, None]
    else:
        warnings.append(
            f"Registrations later than {longest} days after the death are not in the range: "
            "no deaths in hospital that are still to be registered tell of them."
        )
    return draw_registered(registered, longest, DRAWS, rng) * (1 - later)


def _together(one: Lags, other: Lags) -> Lags:
    parts = zip((one.age, one.lag, one.count), (other.age, other.lag, other.count), strict=True)
    return Lags(*(np.concatenate(pair) for pair in parts))


def _registered_as_a_rule(inside: Lags, longest: int) -> bool:
    """Say whether registrations of deaths in hospital are in the extract at all."""
    old = inside.age >= min(longest, max(horizon(inside), 0))
    n = inside.count[old].sum()
    return bool(n >= AT_LEAST and inside.count[old & (inside.lag >= 0)].sum() >= n / 2)


def _not_registered(
    tally: Tally, within: Draws, rng: np.random.Generator
) -> tuple[Draws, float, float]:
    """Draw the number of cases after discharge that are not registered yet.

    Deaths of the last :data:`RECENT_DAYS` days come at a steady rate (Poisson with a gamma
    rate), so that also days without a registered death are filled; before that, each day by
    its own count. Cases that only the hospital told of are among the unregistered, and known.
    """
    after = [r for r in tally.rows if r.is_case and not r.inside and r.has_number]
    seen, known = Counter[date](), 0
    for row in after:
        if row.registered_on is None:
            known += row.n
        else:
            seen[row.died_on] += row.n
    recent_from = max(tally.first_on, tally.cut - timedelta(RECENT_DAYS))
    late = _late(_at(within, tally.cut, _days(recent_from, tally.until)), seen, recent_from, rng)
    old = [day for day in seen if day < recent_from]
    if old:
        there = _at(within, tally.cut, old)
        counts = np.array([seen[day] for day in old])
        late = late + rng.poisson((counts * (1 - there) / there).sum(axis=1))
    month, young = (
        float(1 - _at(within, tally.cut, _days(max(tally.first_on, since), tally.until)).mean())
        for since in (tally.until.replace(day=1), tally.until - timedelta(YOUNG_DAYS - 1))
    )
    return np.maximum(late - known, 0), month, young


def _late(
    there: Draws, seen: Mapping[date, int], recent_from: date, rng: np.random.Generator
) -> Draws:
    """Draw how many recent deaths are missing, there being that share of each day's."""
    if not there.shape[1]:
        return np.zeros(DRAWS)
    if there.mean(axis=0).sum() < 1:
        message = "hardly any of these deaths can have been registered by the day of the cut"
        raise NotComputable(Problem("too-young", "deaths", message, hint="Cut the data later."))
    n = sum(count for day, count in seen.items() if day >= recent_from)
    rate = rng.gamma(n + 0.5, 1 / there.sum(axis=1))
    return rng.poisson(rate * (1 - there).sum(axis=1)).astype(np.float64)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _at(within: Draws, cut: date, days: Sequence[date]) -> Draws:
    """Return the drawn shares that were registered by the cut, as (draws, days) array."""
    longest = within.shape[1] - 1
    return within[:, [min((cut - day).days, longest) for day in days]]


# --- deaths that cannot be linked -----------------------------------------------------------------


def _not_linked(tally: Tally, late: Draws, rng: np.random.Generator) -> Draws:
    """Draw the number of cases among people without an identifier that are not known.

    Of each age band, the share of people with an identifier who died after discharge and
    belong to the cohort (those not registered yet among them) is that of the others too.
    """
    found: Counter[tuple[str, bool]] = Counter()
    inside: Counter[tuple[str, bool]] = Counter()
    for row in tally.rows:
        if row.inside:
            inside[row.band, row.has_number] += row.n
        elif row.is_case:
            found[row.band, row.has_number] += row.n
    linked = sum(n for (_, has_number), n in found.items() if has_number)
    more = 1 + late / max(linked, 1)
    expected = np.zeros(DRAWS)
    for band in sorted({band for band, _ in tally.persons}):
        people, without = (
            max(tally.persons.get((band, n), 0) - inside[band, n], 0) for n in (True, False)
        )
        died = np.minimum(found[band, True] * more, people)
        rate = rng.beta(died + 0.5, people - died + 0.5)
        expected += rng.binomial(without, rate)
    known = sum(n for (_, has_number), n in found.items() if not has_number)
    return np.maximum(expected - known, 0)
