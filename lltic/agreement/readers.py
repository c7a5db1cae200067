"""How lenient or severe each reader is, and whether that moves with time: to talk, not to rank.

Readers see different cases. Only cases that two people have read can tell a lenient reader
from good care, so only those count, and each reader is laid beside those they shared cases
with. The model is additive on the scale's points: score = case + reader + error.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lltic.agreement.readings import Reading
from lltic.agreement.shrinkage import Shrunk, shrink
from lltic.errors import NotComputable, Problem, UsageError, unknown
from lltic.records import Estimate

__all__ = ["Calibration", "ReaderEffect", "drift", "leniency", "lettered"]

MONTH = 86_400 * 365.25 / 12
"""Seconds."""

STEPS = ("month", "ten readings")

FEWEST_CASES = 10
"""Cases that two have read below which nothing is said of readers: it would be of single
cases. Our own line."""

NO_ERROR = 1e-6
"""Points of a scale below which an error is none, but for rounding."""

FEW_READERS = 5
"""Readers below which their spread is hardly known (domain: a random effect from 5 on)."""


@dataclass(frozen=True, slots=True)
class ReaderEffect:
    """One reader beside the others they share cases with.

    ``effect`` is shrunken towards 0, the mean of the readers of ``group``; ``unshrunk`` and
    ``unshrunk_se`` are what their own cases alone say, None where they say nothing (a drift
    needs two cases of each reader they are laid beside). ``n_cases`` counts the cases that
    somebody else has scored too.
    """

    reader: str
    group: int
    n_cases: int
    effect: Estimate
    unshrunk: float | None
    unshrunk_se: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known of the readers of one item.

    ``spread`` is the standard deviation between readers, ``error`` that of one score once
    case and reader are known, both in points of the scale (for drift: points per step).
    """

    item: str
    what: str
    unit: str
    readers: tuple[ReaderEffect, ...]
    spread: Estimate
    error: float
    warnings: tuple[str, ...] = ()

    def called(self, names: Mapping[str, str]) -> Calibration:
        """Return the same with readers under other names, such as letters, in their order."""
        renamed = [replace(one, reader=names[one.reader]) for one in self.readers]
        return replace(self, readers=tuple(sorted(renamed, key=lambda one: one.reader)))


def leniency(
    readings: Iterable[Reading], *, lower_is_better: bool = False, level: float = 0.95
) -> Calibration:
    """Return how much higher each reader scores than the others would score the same cases.

    Above 0 is more lenient, below 0 more severe, in points of the scale.

    Parameters
    ----------
    readings : iterable of Reading
        Of one item; a second reading of a case by the same reader is left out.
    lower_is_better : bool
        Whether low scores are the good ones; then a low scorer is the lenient one.
    level : float
        Of the intervals.

    Returns
    -------
    Calibration
        Readers in order of their names. Readers that no chain of shared cases links are in
        different groups, each with its own mean, and cannot be compared.

    Raises
    ------
    NotComputable
        ``too-few-readings``: fewer than ten cases with two readers.

    Source
    ------
    See :func:`~lltic.agreement.shrinkage.shrink`. Intervals carry the uncertainty of the
    spread between readers; over 200 simulated panels those of 95 % held 93 to 97 %.
    """
    use = _shared(readings)
    names, reader, cases = _coded(use)
    groups = _groups(reader, cases, len(names))
    y = np.array([one.score for one in use]) * (-1.0 if lower_is_better else 1.0)
    found = shrink(y, np.eye(len(names))[reader], cases, groups, level=level)
    method = "score = case + reader + error, readers shrunken towards their mean"
    return _calibration(use, "leniency", "points", names, groups, found, method, level)


def drift(
    readings: Iterable[Reading],
    *,
    step: Literal["month", "ten readings"] = "month",
    lower_is_better: bool = False,
    level: float = 0.95,
) -> Calibration:
    """Return how each reader's leniency moves, beside that of the others, per step.

    The slope of what is left of a score when case and reader are taken out. Two readers who
    grow lenient together cannot be seen: only cases seen by both tell, so what all have in
    common is taken out too.

    Parameters
    ----------
    readings : iterable of Reading
        Of one item, each with the instant it was locked.
    step : str
        ``month`` of the calendar's length, or ``ten readings`` of the reader's own, in order.
    lower_is_better, level
        As :func:`leniency`.

    Raises
    ------
    NotComputable
        ``no-time`` where a reading has no instant; ``too-few-readings``.
    UsageError
        ``unknown-step``.
    """
    if step not in STEPS:
        raise UsageError(unknown("step", step, STEPS, code="unknown-step"))
    every = list(readings)
    time = _times(every, step)
    use = _shared(every)
    names, reader, cases = _coded(use)
    groups = _groups(reader, cases, len(names))
    y = np.array([one.score for one in use]) * (-1.0 if lower_is_better else 1.0)
    t = np.array([time[one.review_id] for one in use])
    mine = np.eye(len(names))[reader]
    together = np.eye(groups.max() + 1)[groups[reader]] * t[:, None]
    beside = np.hstack([mine, together])
    found = shrink(y, mine * t[:, None], cases, groups, beside=beside, level=level)
    method = "slope beside case and reader, readers shrunken towards their mean"
    return _calibration(use, "drift", f"points per {step}", names, groups, found, method, level)


def lettered(names: Iterable[str], key: bytes = b"") -> dict[str, str]:
    """Return a letter for each reader, in an order that says nothing of them.

    Parameters
    ----------
    names : iterable of str
    key : bytes
        Such as the hash of the record's first event: whoever lacks it cannot work out who is
        who from a list of names.

    Examples
    --------
    >>> sorted(lettered(["amira", "ben"], b"k").values())
    ['A', 'B']
    """

    def place(name: str) -> bytes:
        return hmac.new(key, f"reader\x1f{name}".encode(), hashlib.sha256).digest()

    ordered = sorted(set(names), key=lambda name: (place(name), name))
    return {name: _letter(number) for number, name in enumerate(ordered)}


def _letter(number: int) -> str:
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _shared(readings: Iterable[Reading]) -> list[Reading]:
    """Return the first reading of each case by each reader, of cases with two readers or more."""
    first: dict[tuple[str, str], Reading] = {}
    for one in sorted(readings, key=lambda one: (one.case_id, one.position, one.review_id)):
        first.setdefault((one.case_id, one.reader), one)
    readers: dict[str, int] = {}
    for case_id, _ in first:
        readers[case_id] = readers.get(case_id, 0) + 1
    found = [one for one in first.values() if readers[one.case_id] >= 2]
    if len({one.item for one in found}) > 1:
        raise UsageError(Problem("more-than-one-item", "readings", "are of several items", "one"))
    if len({one.case_id for one in found}) < FEWEST_CASES:
        message = f"fewer than {FEWEST_CASES} cases have been scored by two people"
        raise NotComputable(Problem("too-few-readings", "readers", message))
    return found


def _coded(use: Sequence[Reading]) -> tuple[list[str], NDArray[np.int_], NDArray[np.int_]]:
    """Return the readers' names, and which reader and which case each reading is of."""
    names = sorted({one.reader for one in use})
    cases = sorted({one.case_id for one in use})
    reader, case = dict(zip(names, range(len(names)), strict=True)), {}
    case = dict(zip(cases, range(len(cases)), strict=True))
    return (
        names,
        np.array([reader[one.reader] for one in use]),
        np.array([case[one.case_id] for one in use]),
    )


def _groups(reader: NDArray[np.int_], cases: NDArray[np.int_], n: int) -> NDArray[np.int_]:
    """Number the readers by which of them a chain of shared cases links, (n,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    seen = coo_array((np.ones(len(reader)), (reader, cases)), shape=(n, cases.max() + 1)).tocsr()
    _, labels = connected_components(seen @ seen.T, directed=False)
    return np.asarray(labels)


def _times(every: Sequence[Reading], step: str) -> dict[str, float]:
    """Return the time of each review in steps, from the first or from the middle of its reader."""
    if any(one.at is None for one in every):
        hint = "Give the instant at which each review was locked."
        raise NotComputable(Problem("no-time", "drift", "a reading has no time", hint=hint))
    if step == "month":
        start = min((one.at.timestamp() for one in every if one.at), default=0.0)
        return {one.review_id: (one.at.timestamp() - start) / MONTH for one in every if one.at}
    found: dict[str, float] = {}
    own: dict[str, list[tuple[datetime, str]]] = {}
    for one in every:
        if one.at:
            own.setdefault(one.reader, []).append((one.at, one.review_id))
    for those in own.values():
        found |= {review: n / 10 for n, (_, review) in enumerate(sorted(those))}
    return found


def _calibration(
    use: Sequence[Reading],
    what: str,
    unit: str,
    names: Sequence[str],
    groups: NDArray[np.int_],
    found: Shrunk,
    method: str,
    level: float,
) -> Calibration:
    n_cases = {name: sum(one.reader == name for one in use) for name in names}
    effects = tuple(
        ReaderEffect(
            reader=name,
            group=int(groups[k]),
            n_cases=n_cases[name],
            effect=Estimate(
                name=what,
                value=float(found.value[k]),
                low=float(found.low[k]),
                high=float(found.high[k]),
                level=level,
                denominator=n_cases[name],
                method=method,
            ),
            unshrunk=float(found.raw[k]) if found.known[k] else None,
            unshrunk_se=float(found.raw_se[k]) if found.known[k] else None,
        )
        for k, name in enumerate(names)
    )
    spread = Estimate(
        name=f"standard deviation of {what} between readers",
        value=found.spread[0],
        low=found.spread[1],
        high=found.spread[2],
        level=level,
        denominator=len(names),
        method="median of its posterior distribution, flat on the scale of the standard deviation",
    )
    warnings = tuple(_warnings(groups, found.error))
    return Calibration(use[0].item, what, unit, effects, spread, found.error, warnings)


def _warnings(groups: NDArray[np.int_], error: float) -> Iterable[str]:
    count = int(groups.max()) + 1
    if error < NO_ERROR:
        yield "Case and reader explain every score: the intervals have no width and say too much."
    if count > 1:
        yield (
            f"The readers fall into {count} groups that share no case: each is laid beside its own "
            "group, and groups cannot be compared."
        )
    if len(groups) < FEW_READERS:
        yield (
            f"With {len(groups)} readers hardly anything is known of how far readers differ: "
            "the effects are drawn towards their mean by little."
        )
