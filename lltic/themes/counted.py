"""What counts: the texts that were read for themes, the codings on them, the cases they are of.

A case counts as having a theme when at least one of its locked reviews has a passage coded
with it, or with a theme below it, whoever coded it and however often. It counts in the
denominator once at least one of its reviews has been *marked as coded*: a coder read the text
to its end, so that no coding there means that nothing was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from lltic.errors import LlticError, NotComputable, Problem
from lltic.records import Coding, Judgement
from lltic.themes.codebook import Codebook

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["POLARITIES", "Counted", "Polarity", "count_themes", "phase_of", "refuse_unknown"]

Polarity = Literal["", "problem", "good_practice"]
"""What a passage shows; empty for either."""

POLARITIES: Mapping[str, str] = {"problem": "Problem", "good_practice": "Good practice"}
"""What a passage can show, and what it is called."""

AIDED = "Counted with the rest, laid after a suggestion was shown: {} of {} codings."
UNSAID = "Without a polarity, counted neither as a problem nor as good practice: codings {}."


def phase_of(item: str) -> str:
    """Return the page of the form an item is on, for most the phase of care.

    Examples
    --------
    >>> phase_of("end_of_life.judgement")
    'end_of_life'
    """
    return item.partition(".")[0]


@dataclass(frozen=True)
class Counted:
    """The texts marked as coded, the codings on them, and what was left out, in words.

    Made by :func:`count_themes`.
    """

    texts: tuple[Judgement, ...] = field(repr=False)
    codings: tuple[Coding, ...] = field(repr=False)
    codebook: Loaded[Codebook] = field(repr=False)
    warnings: tuple[str, ...] = ()

    @cached_property
    def cases(self) -> frozenset[str]:
        """The cases with a text marked as coded: every denominator is of them."""
        return frozenset(text.case_id for text in self.texts)

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """The phases with a text, by name."""
        return tuple(sorted({phase_of(text.item) for text in self.texts}))

    @cached_property
    def themes(self) -> tuple[str, ...]:
        """The themes of the first level, in the codebook's order."""
        return tuple(c for c in self.codebook.model.themes if not self._parents.get(c))

    @cached_property
    def labels(self) -> dict[str, str]:
        """What each theme is called."""
        return {c.code: c.label for c in self.codebook.model.codes}

    @cached_property
    def _parents(self) -> dict[str, str]:
        return {c.code: c.parent for c in self.codebook.model.codes}

    @cached_property
    def _single_polarity(self) -> dict[str, str]:
        codes = self.codebook.model.codes
        return {c.code: c.polarity[0] for c in codes if len(c.polarity) == 1}

    @cached_property
    def _having(self) -> dict[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for coding in self.codings:
            for theme in self.lineage(coding.theme):
                for polarity in {"", self.polarity_of(coding)}:
                    found.setdefault((theme, polarity), set()).add(coding.case_id)
        return {key: frozenset(cases) for key, cases in found.items()}

    def lineage(self, theme: str) -> tuple[str, ...]:
        """Return a theme and the themes above it."""
        found: list[str] = []
        while theme and theme not in found:
            found.append(theme)
            theme = self._parents.get(theme, "")
        return tuple(found)

    def polarity_of(self, coding: Coding) -> str:
        """Return what a coding shows: as its coder said, else all that its theme can show.

        Empty where the coder did not say and the theme can show either.
        """
        return coding.polarity or self._single_polarity.get(coding.theme, "")

    def unsaid(self, polarity: str) -> tuple[str, ...]:
        """Return what to say beside a figure of this polarity: how many codings have none."""
        n = sum(not self.polarity_of(c) for c in self.codings) if polarity else 0
        return (UNSAID.format(n),) if n else ()

    def having(self, theme: str, polarity: str = "") -> frozenset[str]:
        """Return the cases that have a theme; with a polarity, that have it so."""
        return self._having.get((theme, polarity), frozenset())

    def in_phase(self, phase: str) -> Counted:
        """Return what counts of one phase alone."""
        return self._of([text for text in self.texts if phase_of(text.item) == phase])

    def among(self, cases: Collection[str]) -> Counted:
        """Return what counts of some cases alone, such as those that were drawn."""
        return self._of([text for text in self.texts if text.case_id in cases])

    def _of(self, texts: Sequence[Judgement]) -> Counted:
        kept = {(text.review_id, text.item) for text in texts}
        codings = tuple(c for c in self.codings if (c.review_id, c.item) in kept)
        return replace(self, texts=tuple(texts), codings=codings)


def count_themes(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    codebook: Loaded[Codebook],
    *,
    warnings: Sequence[str] = (),
) -> Counted:
    """Return what counts, and say what does not.

    Parameters
    ----------
    codings : iterable of Coding
        The codings that stand.
    texts : iterable of Judgement
        The answered free-text items of locked reviews.
    coded_reviews : collection of review ids
        Reviews whose text a coder has marked as coded; codings elsewhere are left out.
    codebook : Loaded codebook
        Codings made with a codebook of another name are left out too: those of an earlier
        version are read in this one by :func:`~lltic.themes.codebook_history.carry` first.
    warnings : sequence of str
        What to say beside every figure besides, such as what carrying left out.

    Returns
    -------
    Counted
        Its ``warnings`` say how many codings and cases were left out or are unfinished, and how
        many of the codings that count were laid after a suggestion was shown.

    Raises
    ------
    NotComputable
        ``nothing-coded``: no text has been marked as coded.
    LlticError
        ``unknown-theme``: a coding's theme is not in the codebook.
    """
    texts, made = list(texts), list(codings)
    done = [text for text in texts if text.review_id in coded_reviews]
    if not done:
        hint = "Code the texts first ('lltic serve', the coding page) and mark them as coded."
        message = "no text has been marked as coded"
        raise NotComputable(Problem("nothing-coded", "themes", message, hint=hint))
    ours = [c for c in made if c.codebook == codebook.name]
    refuse_unknown(ours, codebook)
    case_of = {(text.review_id, text.item): text.case_id for text in done}
    here = [c for c in ours if (c.review_id, c.item) in case_of]
    # The case is the text's: a coding that names another would be counted nowhere.
    counted = tuple(replace(c, case_id=case_of[c.review_id, c.item]) for c in here)
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
    said = [say.format(n, len(cases)) for n, say in notes if n]
    if aided := sum(bool(c.suggestion) for c in counted):
        said.append(AIDED.format(aided, len(counted)))
    return Counted(tuple(done), counted, codebook, (*warnings, *said))


def refuse_unknown(codings: Iterable[Coding], codebook: Loaded[Codebook]) -> None:
    """Refuse codings with a theme that their codebook does not have.

    Raises
    ------
    LlticError
        ``unknown-theme``: every such theme, with how many codings it is on.
    """
    strange = Counter(c.theme for c in codings if c.theme not in codebook.model.themes)
    if strange:
        allowed = ", ".join(codebook.model.themes)
        raise LlticError(
            Problem("unknown-theme", repr(theme), f"not in {codebook.ref}", allowed, count=times)
            for theme, times in sorted(strange.items())
        )
