"""Agreement of coders who give each case any number of themes.

Two views of it. Theme by theme: did both see it or not, a yes or no each. And set
by set: how far apart are two coders' whole sets, part of a set being partly right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lltic.agreement.alpha import krippendorff_alpha
from lltic.agreement.coefficients import (
    Coefficient,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from lltic.agreement.redraws import Rated, Redrawn, redraw
from lltic.agreement.skew import skew
from lltic.agreement.weights import Matrix
from lltic.errors import LlticError, NotComputable, Problem, UsageError, unknown
from lltic.records import Estimate

__all__ = [
    "DISTANCES",
    "Codings",
    "MultiLabel",
    "ThemeAgreement",
    "jaccard_distance",
    "masi_distance",
    "set_alpha",
    "theme_agreement",
]

Codings = Sequence[Sequence[Collection[str] | None]]
"""(n_cases, n_coders): the themes each coder gave each case; None = did not code it."""


@dataclass(frozen=True, slots=True)
class ThemeAgreement:
    """Agreement on whether one theme is there.

    An estimate is None where it is undefined; ``warnings`` then says why. ``share`` is
    the theme's share of all codings.
    """

    theme: str
    n_cases: int
    share: float | None
    raw: Estimate | None
    kappa: Estimate | None
    ac1: Estimate | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MultiLabel:
    """Agreement on each theme, and the plain mean over themes where it is defined."""

    themes: tuple[ThemeAgreement, ...]
    mean_kappa: Estimate | None
    mean_ac1: Estimate | None


def theme_agreement(
    codings: Codings,
    themes: Sequence[str],
    *,
    generator: np.random.Generator | None = None,
    replicates: int = 2000,
    level: float = 0.95,
) -> MultiLabel:
    """Return agreement theme by theme, of interchangeable coders.

    Parameters
    ----------
    codings : (n_cases, n_coders) sequence of sets of themes
        An empty set is a coding ("none of them"); None is no coding.
    themes : sequence of str
        All themes of the codebook, used or not.
    generator : numpy.random.Generator, optional
        When given, the intervals are BCa bootstraps over cases, all from the same redraws;
        else they come from linearised standard errors, and the means have none.

    Raises
    ------
    LlticError
        ``unknown-theme``: codings hold themes that are not listed, and how many; and
        ``bad-ratings`` where cases differ in their number of places for coders.

    Examples
    --------
    >>> codings = [({"a"}, {"a", "b"}), (set(), set()), ({"b"}, {"b"}), ({"a"}, {"a"})]
    >>> found = theme_agreement(codings, ("a", "b"))
    >>> [(t.theme, t.raw.value, round(t.kappa.value, 3)) for t in found.themes]
    [('a', 1.0, 1.0), ('b', 0.75, 0.467)]
    >>> round(found.mean_kappa.value, 3)
    0.733
    """
    x = _yes_or_no(codings, themes)  # (n_themes, n_cases, n_coders)
    redrawn: dict[str, dict[str, Redrawn]] = {}
    if generator is not None:
        items = [Rated(theme, x[k], (0, 1)) for k, theme in enumerate(themes)]
        kinds = ("raw", "kappa", "ac")
        redrawn = redraw(items, kinds, generator=generator, replicates=replicates)
    rows = [_of_theme(theme, x[k], redrawn.get(theme), level) for k, theme in enumerate(themes)]
    means = [
        _mean(name, kind, {r.theme: getattr(r, name) for r in rows}, redrawn, level)
        for name, kind in (("kappa", "kappa"), ("ac1", "ac"))
    ]
    return MultiLabel(tuple(rows), *means)


def _yes_or_no(codings: Codings, themes: Sequence[str]) -> Matrix:
    if len({len(row) for row in codings}) > 1:
        message = "cases differ in their number of places for coders"
        raise LlticError(Problem("bad-ratings", "codings", message, hint="None fills a place."))
    outside = {theme for row in codings for given in row for theme in given or ()} - set(themes)
    if outside:
        message = "codings hold themes that are not in the codebook"
        raise LlticError(Problem("unknown-theme", "codings", message, count=len(outside)))
    coders = len(codings[0]) if len(codings) else 0
    x = np.full((len(themes), len(codings), coders), np.nan)
    for i, row in enumerate(codings):
        for j, given in enumerate(row):
            if given is not None:
                x[:, i, j] = [theme in given for theme in themes]
    return x


def _of_theme(
    theme: str, x: Matrix, redrawn: dict[str, Redrawn] | None, level: float
) -> ThemeAgreement:
    said: list[str] = []
    found: dict[str, Estimate | None] = dict.fromkeys(_PER_THEME)
    for kind, function in _PER_THEME.items():
        try:
            coefficient = function(x, (0, 1))
            found[kind] = _estimate(coefficient, redrawn[kind] if redrawn else None, level)
        except NotComputable as reason:
            said.append(str(reason))
    n, share = int(((~np.isnan(x)).sum(axis=1) >= 2).sum()), None
    try:
        how = skew(x, (0, 1), {1})
    except NotComputable:
        pass  # too few cases, which raw agreement has said
    else:
        share, said = how.share, [*how.warnings, *said]
    warnings = tuple(dict.fromkeys(said))
    return ThemeAgreement(theme, n, share, found["raw"], found["kappa"], found["ac"], warnings)


def _estimate(found: Coefficient, redrawn: Redrawn | None, level: float) -> Estimate:
    if redrawn is None or found.se == 0:
        return found.estimate(level, interval="atanh")
    low, high = redrawn.interval(level)
    method = f"{found.method}; bca bootstrap over cases, {len(redrawn.drawn)} redraws"
    return replace(found.estimate(level), low=low, high=high, method=method)


def _mean(
    name: str,
    kind: str,
    by_theme: dict[str, Estimate | None],
    redrawn: dict[str, dict[str, Redrawn]],
    level: float,
) -> Estimate | None:
    defined = {theme: e for theme, e in by_theme.items() if e is not None}
    if not defined:
        return None
    value = float(np.mean([e.value for e in defined.values()]))
    low = high = None
    if redrawn:
        parts = [redrawn[theme][kind] for theme in defined]
        together = Redrawn(
            value,
            _mean_of_defined([part.drawn for part in parts]),
            _mean_of_defined([part.left_out for part in parts]),
            parts[0].often,
        )
        low, high = together.interval(level)
    left = len(by_theme) - len(defined)
    warning = f"{left} of {len(by_theme)} themes have no such coefficient and are not in the mean."
    return Estimate(
        name=f"mean {name} over themes",
        value=value,
        low=low,
        high=high,
        level=level,
        denominator=len(defined),
        method="plain mean over themes" + ("; bca bootstrap over cases" if redrawn else ""),
        warnings=(warning,) if left else (),
    )


def _mean_of_defined(parts: Sequence[Matrix]) -> Matrix:
    """Return the mean over themes where it is defined, as the estimate itself is; else NaN."""
    defined = (~np.isnan(parts)).sum(axis=0)
    total = np.nansum(parts, axis=0)
    return np.divide(total, defined, out=np.full(len(total), np.nan), where=defined > 0)


def jaccard_distance(one: Collection[str], other: Collection[str]) -> float:
    """Return 1 - shared themes / themes of either; two empty sets are equal.

    Examples
    --------
    >>> jaccard_distance({"a", "b"}, {"a", "b", "c", "d"})
    0.5
    """
    either = set(one) | set(other)
    return 1 - len(set(one) & set(other)) / len(either) if either else 0.0


def masi_distance(one: Collection[str], other: Collection[str]) -> float:
    """Return the distance of sets that forgives a part of the whole more than an overlap.

    Jaccard's similarity times 1 for equal sets, 2/3 where one holds the other, 1/3 where
    they overlap, 0 where they share nothing; taken from 1.

    Source
    ------
    Passonneau (2006), LREC.

    Examples
    --------
    >>> round(masi_distance({"a", "b"}, {"a", "b", "c", "d"}), 3)
    0.667
    >>> round(masi_distance({"a", "b"}, {"b", "c"}), 3)
    0.889
    """
    a, b = set(one), set(other)
    if a == b:
        return 0.0
    kept = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - (1 - jaccard_distance(a, b)) * kept


DISTANCES: dict[str, Callable[[Collection[str], Collection[str]], float]] = {
    "jaccard": jaccard_distance,
    "masi": masi_distance,
}


def set_alpha(codings: Codings, distance: str = "masi") -> Coefficient:
    """Return Krippendorff's alpha of coders' whole sets of themes.

    Parameters
    ----------
    codings : (n_cases, n_coders) sequence of sets of themes
        An empty set is a coding; None is no coding. Cases with one coding are left out.
    distance : str
        ``masi`` or ``jaccard``.

    Raises
    ------
    UsageError
        ``unknown-distance``.
    NotComputable
        ``too-few-cases``; ``one-category``: all sets are equal.

    Source
    ------
    Passonneau (2006), LREC; Krippendorff (2004).

    Examples
    --------
    >>> codings = [({"a"}, {"a", "b"}), (set(), set()), ({"b"}, {"b"}), ({"a"}, {"a"})]
    >>> round(set_alpha(codings, "jaccard").value, 3)
    0.829
    """
    if distance not in DISTANCES:
        raise UsageError(unknown("distance", distance, tuple(DISTANCES)))
    given = [[None if c is None else frozenset(c) for c in row] for row in codings]
    sets = sorted({c for row in given for c in row if c is not None}, key=sorted)
    if len(sets) < 2:
        message = "all sets of themes are equal"
        raise NotComputable(Problem("one-category", "alpha of sets", message))
    place = {c: float(k) for k, c in enumerate(sets)}
    x = np.array([[np.nan if c is None else place[c] for c in row] for row in given])
    apart = np.array([[DISTANCES[distance](a, b) for b in sets] for a in sets])
    found = krippendorff_alpha(x, tuple(range(len(sets))), 1 - apart)
    label = "MASI" if distance == "masi" else "Jaccard"
    return replace(
        found,
        name=f"alpha, {label} distance of sets",
        method=f"Krippendorff's alpha, {label} distance of sets",
    )


_PER_THEME = {"raw": percent_agreement, "kappa": fleiss_kappa, "ac": gwet_ac}
