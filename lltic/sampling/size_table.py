"""The numbers of cases for several precisions side by side, in words, data and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lltic.sampling.agreement_size import cases_for_agreement, cases_for_icc
from lltic.sampling.size import StratumSize, cases_for_share, cases_for_strata

__all__ = ["SizeTable", "sizes_for_agreement", "sizes_for_share"]


@dataclass(frozen=True, slots=True)
class SizeTable:
    """How many cases each precision takes: one row per precision, one column per group."""

    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float, tuple[int, ...]], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the table as plain data."""
        rows = [
            {"precision": precision, **dict(zip(self.columns, sizes, strict=True))}
            for precision, sizes in self.rows
        ]
        return {"how": self.sentence, "sizes": rows}

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        names = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        rows = "".join(
            f"<tr><td>± {precision:g}</td>" + "".join(f"<td>{n}</td>" for n in sizes) + "</tr>"
            for precision, sizes in self.rows
        )
        above = f"<p>{escape(self.sentence)}</p>"
        return f"{above}<table><tr><th>half-width</th>{names}</tr>{rows}</table>"


def sizes_for_share(
    precisions: Sequence[float],
    expected: float = 0.5,
    level: float = 0.95,
    population: int | None = None,
    strata: Sequence[StratumSize] = (),
) -> SizeTable:
    """Return the numbers of cases for a share, at several precisions.

    Parameters
    ----------
    precisions : sequence of float
        Half-widths wanted.
    expected, level, population
        As for :func:`~lltic.sampling.size.cases_for_share`; with strata, theirs are used.
    strata : sequence of StratumSize
        Then also the number each stratum would need for a share of its own.

    Raises
    ------
    NotComputable
        As :func:`~lltic.sampling.size.cases_for_share`.

    Examples
    --------
    >>> sizes_for_share([0.05, 0.1], expected=0.2, population=400).rows
    ((0.05, (152,)), (0.1, (53,)))
    """
    if strata:
        rows = []
        for precision in precisions:
            whole, each = cases_for_strata(precision, strata, level)
            rows.append((precision, (whole, *each)))
        of = sum(s.population for s in strata)
        names = tuple(f"{s.name} on its own" for s in strata)
        text = f"Cases of {of}, in proportion from {len(strata)} strata, for a share"
        return SizeTable(f"{text} with a {_interval(level)}.", ("whole", *names), tuple(rows))
    found = tuple((p, (cases_for_share(p, expected, level, population),)) for p in precisions)
    text = "Cases" if population is None else f"Cases of {population}"
    text += f" to read for a share of about {expected:g} with a {_interval(level)}."
    return SizeTable(text, ("cases",), found)


def sizes_for_agreement(
    precisions: Sequence[float],
    coefficient: str,
    expected: float,
    *,
    prevalence: float = 0.5,
    readers: int = 2,
    level: float = 0.95,
) -> SizeTable:
    """Return the numbers of cases read twice for a coefficient, at several precisions.

    Raises
    ------
    NotComputable
        As :func:`~lltic.sampling.agreement_size.cases_for_agreement` and ``cases_for_icc``.

    Examples
    --------
    >>> sizes_for_agreement([0.1, 0.2], "kappa", 0.4, prevalence=0.2).rows
    ((0.1, (489,)), (0.2, (123,)))
    """
    if coefficient == "icc":
        rows = tuple((p, (cases_for_icc(p, expected, readers, level),)) for p in precisions)
        text = f"Cases to be read by {readers} reviewers each for an ICC of about {expected:g}"
    else:
        rows = tuple(
            (p, (cases_for_agreement(p, expected, coefficient, prevalence, level),))
            for p in precisions
        )
        name = {"raw": "raw agreement", "ac1": "AC1"}.get(coefficient, coefficient)
        text = f"Cases to be read by two reviewers each for {name} of about {expected:g}"
        text += "" if coefficient == "raw" else f", where {prevalence:g} of readings say yes,"
    interval = _interval(level, "Wilson " if coefficient == "raw" else "")
    return SizeTable(f"{text} with a {interval}.", ("cases",), rows)


def _interval(level: float, kind: str = "Wilson ") -> str:
    return f"{100 * level:g} % {kind}interval of the half-width given"
