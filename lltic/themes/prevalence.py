"""How often each theme occurs, counted in cases.

A case counts as having a theme when at least one of its locked reviews has a
passage coded with it, whoever coded it and however often. It counts in the
denominator once at least one of its reviews has been *marked as coded*: a coder
read the text to its end, so that no coding there means that nothing was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from lltic.errors import LlticError, NotComputable, Problem
from lltic.records import Coding, Estimate, Judgement
from lltic.themes.codebook import Codebook

if TYPE_CHECKING:
    import pandas as pd

    from lltic.definitions import Loaded

__all__ = [
    "Estimator",
    "ThemePair",
    "ThemePrevalence",
    "phase_of",
    "prevalence",
    "prevalence_by_phase",
    "to_frame",
    "together",
]


class Estimator(Protocol):
    """Makes a share of all cases from those read, such as ``measures.Design.share``."""

    def __call__(
        self, hits: Collection[str], cases: Collection[str], *, among: Collection[str], level: float
    ) -> Estimate:
        """Return the share of ``hits`` in ``cases``, which are some ``among`` those read."""


@dataclass(frozen=True, slots=True)
class ThemePrevalence:
    """The share of cases with a theme; ``phase`` is empty for the case as a whole."""

    theme: str
    label: str
    phase: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class ThemePair:
    """Two themes, in the codebook's order, and the cases that have both."""

    theme: str
    other: str
    n_cases: int


def phase_of(item: str) -> str:
    """Return the page of the form an item is on, for most the phase of care.

    Examples
    --------
    >>> phase_of("end_of_life.judgement")
    'end_of_life'
    """
    return item.partition(".")[0]


def prevalence(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    codebook: Loaded[Codebook],
    *,
    level: float = 0.95,
    estimator: Estimator | None = None,
) -> list[ThemePrevalence]:
    """Return the share of cases with each theme, in the codebook's order, none left out.

    Parameters
    ----------
    codings : iterable of Coding
        The codings that stand.
    texts : iterable of Judgement
        The answered free-text items of locked reviews.
    coded_reviews : collection of review ids
        Reviews whose text a coder has marked as coded; codings elsewhere are
        left out, and the estimates say how many.
    codebook : Loaded codebook
        Codings made with a codebook of another name are left out too.
    estimator : Estimator, optional
        Weighs the cases by how they were sampled, so that the shares are of all cases of the
        cohort. Without it each case coded counts alike.

    Returns
    -------
    list of ThemePrevalence
        Wilson intervals.

    Raises
    ------
    NotComputable
        ``nothing-coded``: no text has been marked as coded.
    LlticError
        ``unknown-theme``: a coding's theme is not in the codebook.
    """
    found = _found(codings, texts, coded_reviews, codebook)
    return _rows(found, found.texts, "", level, codebook, estimator)


def prevalence_by_phase(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    codebook: Loaded[Codebook],
    *,
    phases: Sequence[str] = (),
    level: float = 0.95,
    estimator: Estimator | None = None,
) -> list[ThemePrevalence]:
    """Return the same by phase of care: of the cases with a coded text about that phase.

    ``phases`` gives their order, usually the form's; others follow by name.
    Phases without a coded text are left out. See :func:`prevalence` for the rest.
    """
    found = _found(codings, texts, coded_reviews, codebook)
    present = {phase_of(text.item) for text in found.texts}
    order = [p for p in phases if p in present] + sorted(present - set(phases))
    rows = []
    for phase in order:
        here = [text for text in found.texts if phase_of(text.item) == phase]
        rows += _rows(found, here, phase, level, codebook, estimator)
    return rows


def together(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    codebook: Loaded[Codebook],
) -> list[ThemePair]:
    """Return how many cases have both of two themes, most frequent pairs first; 0 left out."""
    found = _found(codings, texts, coded_reviews, codebook)
    having = _cases_by_theme(found.codings, found.texts)
    pairs = [
        ThemePair(theme, other, len(having.get(theme, set()) & having.get(other, set())))
        for theme, other in combinations(codebook.model.themes, 2)
    ]
    return sorted((p for p in pairs if p.n_cases), key=lambda p: -p.n_cases)


def to_frame(rows: Sequence[ThemePrevalence]) -> pd.DataFrame:
    """Return prevalences as pandas, one row each."""
    import pandas as pd

    return pd.DataFrame(
        {
            "theme": row.theme,
            "label": row.label,
            "phase": row.phase,
            "cases": row.estimate.numerator,
            "of": row.estimate.denominator,
            "share": row.estimate.value,
            "low": row.estimate.low,
            "high": row.estimate.high,
        }
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What counts: the texts marked as coded, the codings on them, and what was left out."""

    texts: list[Judgement]
    codings: list[Coding]
    warnings: tuple[str, ...]


def _found(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    codebook: Loaded[Codebook],
) -> _Found:
    texts, made = list(texts), list(codings)
    done = [text for text in texts if text.review_id in coded_reviews]
    if not done:
        hint = "Code the texts first ('lltic serve', the coding page) and mark them as coded."
        message = "no text has been marked as coded"
        raise NotComputable(Problem("nothing-coded", "themes", message, hint=hint))
    ours = [c for c in made if c.codebook == codebook.name]
    _refuse_unknown(ours, codebook)
    passages = {(text.review_id, text.item) for text in done}
    counted = [c for c in ours if (c.review_id, c.item) in passages]
    cases = {text.case_id for text in done}
    waiting = {t.case_id for t in texts if t.review_id not in coded_reviews} & cases
    notes = (
        (len(waiting), "Coded in part, so that shares can rise: {} of {} cases."),
        (len(ours) - len(counted), "Left out, on texts not marked as coded: codings {}."),
        (len(made) - len(ours), "Left out, made with another codebook: codings {}."),
        (
            sum(c.codebook_hash != codebook.hash for c in counted),
            "Counted, though made under another version of the codebook: codings {}.",
        ),
    )
    return _Found(done, counted, tuple(say.format(n, len(cases)) for n, say in notes if n))


def _refuse_unknown(codings: Sequence[Coding], codebook: Loaded[Codebook]) -> None:
    strange = Counter(c.theme for c in codings if c.theme not in codebook.model.themes)
    if strange:
        allowed = ", ".join(codebook.model.themes)
        raise LlticError(
            Problem("unknown-theme", repr(theme), f"not in {codebook.ref}", allowed, count=times)
            for theme, times in sorted(strange.items())
        )


def _rows(
    found: _Found,
    texts: list[Judgement],
    phase: str,
    level: float,
    codebook: Loaded[Codebook],
    estimator: Estimator | None,
) -> list[ThemePrevalence]:
    cases, among = {t.case_id for t in texts}, {t.case_id for t in found.texts}
    having = _cases_by_theme(found.codings, texts)
    rows = []
    for code in codebook.model.codes:
        hits = having.get(code.code, set())
        if estimator is None:
            share = _share(len(hits), len(cases), level)
        else:
            share = estimator(hits, cases, among=among, level=level)
        warnings = (*found.warnings, *share.warnings)
        share = replace(share, name=code.code, definition_hash=codebook.hash, warnings=warnings)
        rows.append(ThemePrevalence(code.code, code.label, phase, share))
    return rows


def _cases_by_theme(codings: Iterable[Coding], texts: Iterable[Judgement]) -> dict[str, set[str]]:
    case_of = {(text.review_id, text.item): text.case_id for text in texts}
    having: dict[str, set[str]] = {}
    for c in codings:
        if (c.review_id, c.item) in case_of:
            having.setdefault(c.theme, set()).add(case_of[c.review_id, c.item])
    return having


def _share(part: int, whole: int, level: float) -> Estimate:
    from scipy.stats import binomtest

    interval = binomtest(part, whole).proportion_ci(level, method="wilson")
    return Estimate(
        name="share",
        value=part / whole,
        low=float(interval.low),
        high=float(interval.high),
        level=level,
        numerator=part,
        denominator=whole,
        method="share of coded cases, Wilson score interval",
    )
