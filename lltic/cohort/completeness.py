"""What is missing in an extract, and what that means for the number of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape

import numpy as np

from lltic.cohort.case_range import CaseRange, Tally, case_range
from lltic.cohort.engines import Tables, open_tables
from lltic.cohort.evaluate import is_undated, refuse_dates
from lltic.cohort.gaps import LATE_DAYS, Conflict, Gap, conflicts, find_gaps
from lltic.cohort.load import load_definition
from lltic.cohort.model import Definition
from lltic.cohort.tally import tally
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate
from lltic.study import Study
from lltic.wording import number_of

__all__ = ["Completeness", "RegistrationLag", "completeness"]

SEED = 2014
"""The draws of the simulation, where no other seed is given: the year of the first review."""


@dataclass(frozen=True, slots=True)
class RegistrationLag:
    """Days from death to civil registration, of the deaths that are registered.

    As they are seen at the cut, after which late ones are missing: too short for young deaths.
    """

    n: int
    median_days: int
    ninety_percent_days: int
    longest_days: int
    late: int

    def __str__(self) -> str:
        return (
            f"Registration took {_days(self.median_days)} at the median, "
            f"{_days(self.ninety_percent_days)} or less for 90 %, and {_days(self.longest_days)} "
            f"at the most; {self.late} of {self.n} came after more than {LATE_DAYS} days."
        )


@dataclass(frozen=True)
class Completeness:
    """What is missing or contradicts itself in an extract. Its repr shows counts only.

    ``definition`` is name, version and start of the hash of the cohort that the range is
    about. ``lag`` is None where no registration tells its day. The range is asked for by
    :attr:`range`; ``why_no_range`` says why there is none.
    """

    definition: str
    definition_hash: str
    engine: str
    gaps: tuple[Gap, ...]
    conflicts: tuple[Conflict, ...] = field(repr=False)
    lag: RegistrationLag | None
    found: CaseRange | None
    why_no_range: Problem | None

    @property
    def range(self) -> CaseRange:
        """The range on the number of cases.

        Raises
        ------
        NotComputable
            ``no-deaths``, ``no-registration-dates``, ``too-few-registrations``, ``too-young``.
        """
        if self.found is None:
            why = self.why_no_range or Problem("no-deaths", "deaths", "there are none")
            raise NotComputable(why)
        return self.found

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind of gap or contradiction."""
        return {gap.code: gap.count for gap in self.gaps}

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a reader should know, one sentence or two in each; the range comes last."""
        return tuple(_sentences(self))

    def _repr_html_(self) -> str:
        """Show the kinds that there are, and what they mean for the number of cases."""
        rows = "".join(
            f"<tr><td>{escape(gap.code)}</td><td>{gap.count}</td><td>{escape(gap.meaning)}</td></tr>"
            for gap in self.gaps
            if gap.count
        )
        head = "<tr><th>kind</th><th>number</th><th>meaning</th></tr>"
        table = f"<table><caption>{escape(self.definition)}</caption>{head}{rows}</table>"
        return table + "".join(f"<p>{escape(said)}</p>" for said in self.sentences)


def completeness(
    study: Study,
    definition: str | None = None,
    engine: str = "duckdb",
    *,
    at: str = "",
    cut: date | None = None,
    seed: int = SEED,
    settings: Mapping[str, str] | None = None,
) -> Completeness:
    """Count and list what is missing or contradicts itself, and bound the number of cases.

    Parameters
    ----------
    study : Study
    definition : str, optional
        The cohort that the range is about; the study's setting when not given.
    engine, at : str
        Where the expressions run.
    cut : datetime.date, optional
        The day the data were cut; the last day on record when not given.
    seed : int
        Of the simulation.
    settings : mapping of str to str, optional
        Other values for what the definition lets be changed.

    Raises
    ------
    UsageError
        ``unknown-cohort``, ``unknown-engine``, ``cut-too-early``.
    LlticError
        ``no-extract``; ``undated-extract``; a definition with problems.
    """
    loaded = load_definition(study, definition or study.settings.cohort, settings)
    rng = np.random.default_rng(seed)
    with open_tables(study, engine, at) as tables:
        undated = is_undated(tables)
        if undated:
            refuse_dates(loaded.model)
        gaps = find_gaps(tables, undated=undated)
        several = conflicts(tables) if any(g.count for g in gaps if g.code == CONFLICT) else ()
        counted, bounds, why = _bounds(tables, loaded.model, cut, rng, undated=undated)
        used = tables.engine
    lag = _lag(counted) if counted else None
    return Completeness(loaded.ref, loaded.hash, used, gaps, several, lag, bounds, why)


CONFLICT = "conflicting-death-dates"


def _bounds(
    tables: Tables,
    definition: Definition,
    cut: date | None,
    rng: np.random.Generator,
    *,
    undated: bool,
) -> tuple[Tally | None, CaseRange | None, Problem | None]:
    counted = None
    try:
        counted = tally(tables, definition, cut, undated=undated)
        return counted, case_range(counted, rng), None
    except NotComputable as error:
        return counted, None, error.problems[0]


def _lag(counted: Tally) -> RegistrationLag | None:
    found: Counter[int] = Counter()
    for row in counted.rows:
        if row.registered_on and row.registered_on >= row.died_on:
            found[(row.registered_on - row.died_on).days] += row.n
    if not found:
        return None
    lags = np.repeat(*(np.array(part) for part in zip(*sorted(found.items()), strict=True)))
    middle, most = np.quantile(lags, [0.5, 0.9], method="inverted_cdf")
    late = int((lags > LATE_DAYS).sum())
    return RegistrationLag(len(lags), int(middle), int(most), int(lags[-1]), late)


# --- in words -------------------------------------------------------------------------------------


def _sentences(told: Completeness) -> Iterator[str]:
    won = Counter((c.won, c.why) for c in told.conflicts)
    for (source, why), n in won.most_common():
        people = number_of(n, "person has", "people have")
        yield f"{people} several dates of death; that of the {source} won: {why}."
    if told.lag:
        yield f"{told.lag}"
    if told.found is None:
        if told.why_no_range:
            yield f"There is no range on the number of cases: {told.why_no_range}"
        return
    yield from told.found.warnings
    yield from _parts(told.found)
    yield _headline(told.found)


def _parts(found: CaseRange) -> Iterator[str]:
    for missing, whose in (
        (found.not_registered, "after discharge are not registered yet"),
        (found.not_linked, "after discharge are of people without an NHS number and not linked"),
    ):
        if missing.high:
            yield f"An estimated {_number(missing)} of the cases that died {whose}."
    doubtful = [
        f"{n} {what}"
        for n, what in (
            (found.could_be_out, "of the cases could be out"),
            (found.could_be_in, "of the other deaths could be in"),
        )
        if n
    ]
    if doubtful:
        yield f"By records that contradict each other, {' and '.join(doubtful)}."


def _headline(found: CaseRange) -> str:
    same = found.low == found.high
    cases = number_of(found.high, "case")
    cases = cases if same else f"Between {found.low} and {cases}"
    counted = "" if same else f", {found.counted} of them counted"
    if found.final:
        return f"{cases}{counted}; final."
    return (
        f"{cases}{counted}; provisional: an estimated {_percent(found.month_share)} of the deaths "
        f"after discharge of {found.month:%B %Y} are not registered yet."
    )


def _number(missing: Estimate) -> str:
    low, high = missing.low or 0, missing.high or 0
    return f"{missing.value:.0f} ({low:.0f} to {high:.0f})"


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.005 else f"{share:.0%}".replace("%", " %")


def _days(number: int) -> str:
    return number_of(number, "day")
