"""The codebook: which themes there are, and what belongs under each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from lltic.errors import LlticError, Problem

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["Code", "Codebook", "load_codebook"]

STRICT = {"extra": "forbid"}
CODE_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Code:
    """One theme and the instruction for coding it.

    ``include`` and ``exclude`` say when to use the code and when another one;
    ``example`` is invented. ``polarity`` lists what a passage may show.
    ``corroborated`` says whether a public source names the theme; where none
    does, ``note`` says so.
    """

    code: str
    label: str
    definition: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    example: str
    polarity: tuple[Literal["problem", "good_practice"], ...]
    corroborated: bool
    note: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Codebook:
    """A named, versioned list of themes; their order is the order of every table."""

    name: str
    version: str
    title: str
    source: str
    codes: tuple[Code, ...]
    note: str = ""

    __pydantic_config__: ClassVar = STRICT

    @property
    def themes(self) -> tuple[str, ...]:
        """The code of every theme, in order."""
        return tuple(c.code for c in self.codes)

    def label(self, theme: str) -> str:
        """Return the label of a theme by its code."""
        return next(c.label for c in self.codes if c.code == theme)


def load_codebook(name: str, study: Path | None = None) -> Loaded[Codebook]:
    """Load a codebook by name, from the study first and then from those shipped.

    Raises
    ------
    UsageError
        ``unknown-codebook``.
    LlticError
        Every problem of the file at once: ``definition-…`` for its grammar,
        ``codebook-…`` for its sense.
    """
    from lltic import definitions

    loaded = definitions.load("codebook", name, Codebook, study)
    problems = list(_problems(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded


def _problems(book: Codebook, where: str) -> Iterator[Problem]:
    if not book.codes:
        yield Problem("codebook-empty", f"{where}: codes", "a codebook needs at least one code")
    for kind in ("code", "label"):
        for value, times in Counter(getattr(c, kind) for c in book.codes).items():
            if times > 1:
                problem = f"the {kind} '{value}' stands {times} times"
                yield Problem("codebook-duplicate", f"{where}: codes", problem)
    for c in book.codes:
        here = f"{where}: codes.{c.code}"
        if not CODE_PATTERN.fullmatch(c.code):
            allowed = "a letter, then letters, digits and _"
            yield Problem("codebook-code", here, "not a code", allowed)
        if not c.polarity:
            yield Problem("codebook-polarity", here, "needs a polarity", "problem, good_practice")
        if not (c.corroborated or c.note):
            hint = "Say in 'note' where the theme comes from, since no source confirms it."
            yield Problem(
                "codebook-unsourced", here, "neither corroborated nor explained", hint=hint
            )
