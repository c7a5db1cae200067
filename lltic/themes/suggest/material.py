"""What a model learns from: texts that people have coded to the end, and what they found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from lltic.errors import NotComputable, Problem
from lltic.records import Coding, Judgement
from lltic.themes.counted import refuse_unknown

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes.codebook import Codebook

__all__ = ["Material", "material_of"]


@dataclass(frozen=True, slots=True)
class Material:
    """Coded texts, in order of review and item.

    ``found`` holds for each text the themes that at least one coder laid on it, and those above
    them; ``case_ids`` the case it is about. ``parents`` has the theme above each theme, empty
    where there is none. ``codebook`` and ``codebook_hash`` say by which themes; ``warnings`` what
    was left out and why.
    """

    themes: tuple[str, ...]
    parents: tuple[str, ...]
    texts: tuple[str, ...] = field(repr=False)
    found: tuple[frozenset[str], ...] = field(repr=False)
    case_ids: tuple[str, ...] = field(repr=False)
    codebook: str = ""
    codebook_hash: str = ""
    warnings: tuple[str, ...] = ()


def material_of(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    codebook: Loaded[Codebook],
) -> Material:
    """Return what the record has to learn from.

    Parameters
    ----------
    codings : iterable of Coding
        What coders found unaided: what came of a suggestion is left out, so that no model learns
        from its own words. So is what was made with a codebook of another name; earlier versions
        are read in this one by :func:`~lltic.themes.codebook_history.carry` first.
    texts : iterable of Judgement
        The answered free-text items of locked reviews.
    coded_reviews : collection of review ids
        Reviews whose text a coder has read to its end: only there does no coding mean that
        nothing was found.
    codebook : Loaded codebook
        The themes, in its order.

    Raises
    ------
    NotComputable
        ``nothing-coded``: no text has been marked as coded.
    LlticError
        ``unknown-theme``: a coding's theme is not in the codebook.
    """
    made = list(codings)
    ours = [c for c in made if c.codebook == codebook.name and not c.suggestion]
    refuse_unknown(ours, codebook)
    on: dict[tuple[str, str], list[Coding]] = {}
    for coding in ours:
        on.setdefault((coding.review_id, coding.item), []).append(coding)
    done = [t for t in texts if t.review_id in coded_reviews and isinstance(t.value, str)]
    moved = {(t.review_id, t.item) for t in done if _has_moved(t, on)}
    kept = sorted(
        (t for t in done if (t.review_id, t.item) not in moved), key=lambda t: (t.review_id, t.item)
    )
    if not kept:
        hint = "Code the texts first ('lltic serve', the coding page) and mark them as coded."
        message = "no text has been marked as coded, so there is nothing to learn from"
        raise NotComputable(Problem("nothing-coded", "suggestions", message, hint=hint))
    book = codebook.model
    whole = {theme: book.path(theme) for theme in book.themes}
    found = [
        frozenset(theme for c in on.get((t.review_id, t.item), ()) for theme in whole[c.theme])
        for t in kept
    ]
    return Material(
        book.themes,
        tuple(c.parent for c in book.codes),
        tuple(t.value for t in kept),
        tuple(found),
        tuple(t.case_id for t in kept),
        codebook.name,
        codebook.hash,
        _warnings(len(moved), made, ours, codebook),
    )


def _has_moved(text: Judgement, on: dict[tuple[str, str], list[Coding]]) -> bool:
    """Return whether a coding stands on a text that has been corrected since."""
    now = sha256(text.value.encode()).hexdigest()
    return any(c.source_hash != now for c in on.get((text.review_id, text.item), ()))


def _warnings(
    n_moved: int, made: Sequence[Coding], ours: Sequence[Coding], codebook: Loaded[Codebook]
) -> tuple[str, ...]:
    aided = sum(bool(c.suggestion) for c in made)
    older = sum(c.codebook_hash != codebook.hash for c in ours)
    notes = (
        (n_moved, "Left out, corrected since they were coded: texts {}."),
        (aided, "Left out, laid after a suggestion was shown: codings {}."),
        (len(made) - aided - len(ours), "Left out, made with another codebook: codings {}."),
        (older, "Learnt from, though made under another version of the codebook: codings {}."),
    )
    return tuple(say.format(n) for n, say in notes if n)
