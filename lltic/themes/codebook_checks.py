"""What is wrong with a codebook that is a codebook by its grammar: every problem at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lltic.errors import Problem, did_you_mean

if TYPE_CHECKING:
    from lltic.themes.codebook import Change, Code, Codebook

__all__ = ["CODE_PATTERN", "advice", "pointers", "problems_of"]

CODE_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
COLOUR_PATTERN = re.compile(r"#[0-9a-fA-F]{6}")
HASH_PATTERN = re.compile(r"[0-9a-f]{12,64}")


def problems_of(book: Codebook, where: str) -> Iterator[Problem]:
    """Yield what makes no sense in a codebook by itself; ``where`` names its file."""
    if not book.codes:
        yield Problem("codebook-empty", f"{where}: codes", "a codebook needs at least one code")
    for kind in ("code", "label"):
        for value, times in Counter(getattr(c, kind) for c in book.codes).items():
            if times > 1:
                problem = f"the {kind} '{value}' stands {times} times"
                yield Problem("codebook-duplicate", f"{where}: codes", problem)
    known = set(book.themes)
    for code in book.codes:
        here = f"{where}: codes.{code.code}"
        yield from _of_code(code, here)
        yield from _of_parent(code, known, here)
    yield from _rings(book, where)
    yield from _of_versions(book, where)


def _of_code(code: Code, here: str) -> Iterator[Problem]:
    if not CODE_PATTERN.fullmatch(code.code):
        allowed = "a letter, then letters, digits and _"
        yield Problem("codebook-code", here, "not a code", allowed)
    if not code.polarity:
        yield Problem("codebook-polarity", here, "needs a polarity", "problem, good_practice")
    if not (code.corroborated or code.note):
        hint = "Say in 'note' where the theme comes from, since no source confirms it."
        yield Problem("codebook-unsourced", here, "neither corroborated nor explained", hint=hint)
    if code.corroborated and code.illustrative:
        hint = "What a source confirms is no illustration."
        yield Problem("codebook-illustrative", here, "both corroborated and illustrative", "", hint)
    if code.colour and not COLOUR_PATTERN.fullmatch(code.colour):
        yield Problem("codebook-colour", here, "not a colour", '"#" and six digits of 0-9, a-f')
    for phase in code.phases:
        if not CODE_PATTERN.fullmatch(phase):
            allowed = "the id of a page of the form, such as end_of_life"
            yield Problem("codebook-phase", f"{here}.phases", "not a phase", allowed)


def _of_parent(code: Code, known: set[str], here: str) -> Iterator[Problem]:
    if code.parent and code.parent not in known:
        allowed = ", ".join(sorted(known - {code.code}))
        hint = did_you_mean(code.parent, known)
        message = f"'{code.parent}' is no code of this codebook"
        yield Problem("codebook-parent", f"{here}.parent", message, allowed, hint)


def _rings(book: Codebook, where: str) -> Iterator[Problem]:
    """Themes that are, over some steps, part of themselves; each ring once."""
    parent = {code.code: code.parent for code in book.codes}
    told: set[str] = set()
    for start in parent:
        chain = [start]
        while (above := parent.get(chain[-1], "")) and above not in chain:
            chain.append(above)
        ring = chain[chain.index(above) :] if above else []
        if ring and not told & set(ring):
            told |= set(ring)
            hint = "Take the parent off one of them."
            said = f"part of itself: {' → '.join([*ring, ring[0]])}"
            yield Problem("codebook-ring", f"{where}: codes.{ring[0]}.parent", said, hint=hint)


def _of_versions(book: Codebook, where: str) -> Iterator[Problem]:
    if book.changes and book.previous is None:
        hint = "Say in 'previous' which codebook it was made of."
        message = "changes to a version that is not named"
        yield Problem("codebook-previous", f"{where}: changes", message, hint=hint)
    if book.previous and not HASH_PATTERN.fullmatch(book.previous.hash):
        allowed = "the hash that 'lltic themes codebook print NAME' prints, or its first twelve"
        yield Problem("codebook-previous", f"{where}: previous.hash", "not a hash", allowed)
    for number, change in enumerate(book.changes, 1):
        yield from _of_change(change, set(book.themes), f"{where}: changes.{number}")
    sources = Counter(s for change in book.changes for s in set(change.sources))
    for theme, times in sources.items():
        if times > 1:
            message = f"'{theme}' is changed {times} times, and can have become one thing only"
            yield Problem("codebook-change", f"{where}: changes", message)


def _of_change(change: Change, themes: set[str], here: str) -> Iterator[Problem]:
    wanted = {
        "merge": ("two codes or more", "one code", len(change.sources) > 1, 1, 1),
        "split": ("one code", "two codes or more", True, 2, len(themes)),
        "rename": ("one code", "one code", True, 1, 1),
        "retire": ("one code", "nothing", True, 0, 0),
    }
    if not change.kind:
        allowed = "one of merge, split, rename, retire"
        yield Problem("codebook-change", here, "does not say what was done", allowed)
        return
    of, into, enough, least, most = wanted[change.kind]
    if not (enough and least <= len(set(change.targets)) <= most):
        message = f"a {change.kind} is not of this shape"
        yield Problem("codebook-change", here, message, f"{change.kind}: {of}, into: {into}")
    for theme in sorted(set(change.targets) - themes):
        message = f"'{theme}' is no code of this codebook"
        allowed, hint = ", ".join(sorted(themes)), did_you_mean(theme, themes)
        yield Problem("codebook-change", f"{here}.into", message, allowed, hint)
    gone = change.sources if change.kind in ("rename", "retire") else ()
    for theme in sorted(set(gone) & themes):
        message = f"'{theme}' still stands in this codebook, though it was to go"
        yield Problem("codebook-change", here, message)
    left = (set(change.sources) - set(change.targets)) & themes if change.kind == "merge" else set()
    for theme in sorted(left):
        message = f"'{theme}' was merged and still stands in this codebook"
        yield Problem("codebook-change", here, message)
    if not change.reason.strip():
        yield Problem("codebook-change", f"{here}.reason", "says no reason")


POINTER = re.compile(r"\(([a-z][a-z0-9_]*(?:, [a-z][a-z0-9_]*)*)\)")
"""Where an instruction names other themes: ``(dnar)``, ``(dnar, medication)``."""


def pointers(code: Code) -> set[str]:
    """Return the themes that an instruction says to use instead."""
    return {w for line in code.exclude for m in POINTER.findall(line) for w in m.split(", ")}


def advice(book: Codebook) -> Iterator[str]:
    """Yield what is allowed and makes coders disagree: no limits, no example, dead pointers."""
    for code in book.codes:
        if not code.exclude:
            yield f"{code.code}: says nothing of what belongs elsewhere ('exclude')"
        if not code.example.strip():
            yield f"{code.code}: has no example"
        named = pointers(code)
        for theme in sorted(named - set(book.themes)):
            if "_" in theme:  # a word in brackets need not be a code
                yield f"{code.code}: points to {theme}, which is no theme here"
        if code.code in named:
            yield f"{code.code}: points to itself"
