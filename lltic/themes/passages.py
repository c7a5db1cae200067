"""From a figure to the words behind it, and from words to the figures they count in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lltic.errors import Problem, UsageError, unknown
from lltic.records import Coding, Judgement
from lltic.themes.counted import POLARITIES, Counted, phase_of
from lltic.themes.prevalence import ThemePrevalence
from lltic.themes.together import ThemePair

__all__ = ["Figure", "Passage", "figure_of", "figures_with", "passages"]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure counts; an empty part does not narrow it.

    ``theme`` is found in the case, and with ``other`` that one too; ``polarity`` is what the
    passages show; ``phase`` is where they stand; ``case_id`` picks one case. ``by`` and
    ``group`` are of a breakdown, whose groups :func:`passages` is given.
    """

    theme: str
    other: str = ""
    polarity: str = ""
    phase: str = ""
    by: str = ""
    group: str = ""
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words in which a coder found a theme, and where they stand.

    ``start`` and ``end`` count code points of the review's text. ``words`` are None where
    the text was corrected since it was coded. Whoever prints them decides who may read them.
    """

    theme: str
    polarity: str
    case_id: str
    review_id: str
    item: str
    start: int
    end: int
    coder: str
    coding_id: str
    words: str | None

    def __repr__(self) -> str:
        """Name the place and not the words: those are about a patient."""
        return f"Passage({self.theme} in {self.review_id} {self.item} {self.start}-{self.end})"


def figure_of(row: ThemePrevalence | ThemePair) -> Figure:
    """Return what a row of a table counts."""
    if isinstance(row, ThemePair):
        return Figure(row.theme, other=row.other, polarity=row.polarity)
    return Figure(row.theme, polarity=row.polarity, phase=row.phase, by=row.by, group=row.group)


def passages(
    counted: Counted, figure: Figure, group_of: Mapping[str, str] | None = None
) -> list[Passage]:
    """Return the passages that a figure counts: their cases are its numerator.

    Parameters
    ----------
    counted : Counted
        What the figure was made from.
    figure : Figure
    group_of : mapping of case id to group, optional
        The groups the figure's ``by`` was made with; needed with ``group``.

    Returns
    -------
    list of Passage
        By case, review and place. Of a pair, those of both themes.

    Raises
    ------
    UsageError
        ``unknown-theme``, ``unknown-phase``, ``unknown-polarity`` or ``unknown-group``.
    """
    _check(counted, figure, group_of)
    here = counted.in_phase(figure.phase) if figure.phase else counted
    cases = set(here.having(figure.theme, figure.polarity))
    if figure.other:
        cases &= here.having(figure.other, figure.polarity)
    if figure.group:
        cases = {case for case in cases if (group_of or {}).get(case) == figure.group}
    if figure.case_id:
        cases &= {figure.case_id}
    texts = {(text.review_id, text.item): text for text in here.texts}
    wanted = {figure.theme, figure.other} - {""}
    found = [
        _passage(here, coding, texts[coding.review_id, coding.item])
        for coding in here.codings
        if coding.case_id in cases
        and wanted & set(here.lineage(coding.theme))
        and figure.polarity in ("", here.polarity_of(coding))
    ]
    return sorted(found, key=lambda p: (p.case_id, p.review_id, p.item, p.start, p.end, p.theme))


def figures_with(
    counted: Counted, coding: Coding, groups: Mapping[str, Mapping[str, str]] | None = None
) -> list[Figure]:
    """Return every figure that counts a coding: the way back.

    Parameters
    ----------
    groups : mapping of breakdown to mapping of case id to group, optional
        Such as ``{"setting": {...}}``; figures by them are then named too.
    """
    said = counted.polarity_of(coding)
    found: list[Figure] = []
    for theme in counted.lineage(coding.theme):
        for shows in dict.fromkeys(("", said)):
            whole = Figure(theme, polarity=shows)
            found += [whole, replace(whole, phase=phase_of(coding.item))]
            for by, group_of in (groups or {}).items():
                if coding.case_id in group_of:
                    found.append(replace(whole, by=by, group=group_of[coding.case_id]))
            found += _pairs_with(counted, whole, coding.case_id)
    return found


def _pairs_with(counted: Counted, whole: Figure, case_id: str) -> Iterator[Figure]:
    theme = whole.theme
    if theme not in counted.themes:
        return
    place = counted.themes.index(theme)
    for number, other in enumerate(counted.themes):
        if other != theme and case_id in counted.having(other, whole.polarity):
            first, second = (theme, other) if place < number else (other, theme)
            yield replace(whole, theme=first, other=second)


def _check(counted: Counted, figure: Figure, group_of: Mapping[str, str] | None) -> None:
    problems: list[Problem] = []
    for theme in (figure.theme, figure.other):
        if theme and theme not in counted.labels:
            problems.append(unknown("theme", theme, tuple(counted.labels)))
    if figure.phase and figure.phase not in counted.phases:
        problems.append(unknown("phase", figure.phase, counted.phases))
    if figure.polarity and figure.polarity not in POLARITIES:
        problems.append(unknown("polarity", figure.polarity, tuple(POLARITIES)))
    if figure.group and figure.group not in set((group_of or {}).values()):
        known = tuple(sorted(set((group_of or {}).values())))
        problems.append(unknown("group", figure.group, known))
    if problems:
        raise UsageError(problems)


def _passage(counted: Counted, coding: Coding, text: Judgement) -> Passage:
    whole = str(text.value)
    same = hashlib.sha256(whole.encode("utf-8")).hexdigest() == coding.source_hash
    return Passage(
        theme=coding.theme,
        polarity=counted.polarity_of(coding),
        case_id=coding.case_id,
        review_id=coding.review_id,
        item=coding.item,
        start=coding.start,
        end=coding.end,
        coder=coding.coder,
        coding_id=coding.coding_id,
        words=whole[coding.start : coding.end] if same else None,
    )
