"""The codebook: which themes there are, and what belongs under each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from lltic.errors import LlticError, Problem
from lltic.themes.codebook_checks import problems_of

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = [
    "Change",
    "Code",
    "Codebook",
    "Polarity",
    "Previous",
    "load_codebook",
    "load_codebook_file",
]

STRICT = {"extra": "forbid"}

Polarity = Literal["problem", "good_practice"]


@dataclass(frozen=True, slots=True)
class Code:
    """One theme and the instruction for coding it.

    ``include`` and ``exclude`` say when to use the code and when another one;
    ``example`` is invented. ``polarity`` lists what a passage may show.
    ``corroborated`` says whether a public source names the theme; where none
    does, ``note`` says so.

    ``parent`` is the code of the theme this one is a finer part of. ``phases`` are the
    pages of the form on which it may be used, all of them where none is named; ``colour``
    is ``#rrggbb``. ``illustrative`` marks what shows how a theme could be divided, and which
    nobody has published.
    """

    code: str
    label: str
    definition: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    example: str
    polarity: tuple[Polarity, ...]
    corroborated: bool
    note: str = ""
    parent: str = ""
    colour: str = ""
    phases: tuple[str, ...] = ()
    illustrative: bool = False

    __pydantic_config__: ClassVar = STRICT

    def fits(self, phase: str, polarity: str = "") -> bool:
        """Say whether a passage of this phase, showing this, may have the theme."""
        right_place = not self.phases or phase in self.phases
        return right_place and polarity in ("", *self.polarity)


@dataclass(frozen=True, slots=True)
class Previous:
    """The version a codebook was made of: its name and its hash, or the first twelve of it."""

    name: str
    hash: str

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one or more themes of the version before, and why.

    Exactly one of ``merge``, ``split``, ``rename`` and ``retire`` is given; ``into`` is what
    they became. A retired theme became nothing.
    """

    reason: str
    merge: tuple[str, ...] = ()
    split: str = ""
    rename: str = ""
    retire: str = ""
    into: str | tuple[str, ...] = ()

    __pydantic_config__: ClassVar = STRICT

    @property
    def kind(self) -> str:
        """``merge``, ``split``, ``rename`` or ``retire``; empty where it is not one of them."""
        given = [kind for kind in ("merge", "split", "rename", "retire") if getattr(self, kind)]
        return given[0] if len(given) == 1 else ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The themes of the version before."""
        one = self.split or self.rename or self.retire
        return self.merge or ((one,) if one else ())

    @property
    def targets(self) -> tuple[str, ...]:
        """The themes they became."""
        return (self.into,) if isinstance(self.into, str) else self.into


@dataclass(frozen=True, slots=True)
class Codebook:
    """A named, versioned list of themes; their order is the order of every table.

    ``previous`` is the version it was made of, ``changes`` what became of that one's themes.
    Themes of the same code that no change names are the same themes.
    """

    name: str
    version: str
    title: str
    source: str
    codes: tuple[Code, ...]
    note: str = ""
    previous: Previous | None = None
    changes: tuple[Change, ...] = ()

    __pydantic_config__: ClassVar = STRICT

    @property
    def themes(self) -> tuple[str, ...]:
        """The code of every theme, in order."""
        return tuple(c.code for c in self.codes)

    def __contains__(self, theme: object) -> bool:
        return any(c.code == theme for c in self.codes)

    def code(self, theme: str) -> Code:
        """Return a theme by its code."""
        return next(c for c in self.codes if c.code == theme)

    def label(self, theme: str) -> str:
        """Return the label of a theme by its code."""
        return self.code(theme).label

    def children(self, theme: str) -> tuple[Code, ...]:
        """Return the themes right below one, or those of the first level for ``""``."""
        return tuple(c for c in self.codes if c.parent == theme)

    def path(self, theme: str) -> tuple[str, ...]:
        """Return a theme with those it is part of, from the first level down."""
        found = [theme]
        while parent := self.code(found[0]).parent:
            found.insert(0, parent)
        return tuple(found)

    def top(self, theme: str) -> str:
        """Return the theme of the first level that a theme is part of, or is."""
        return self.path(theme)[0]

    def within(self, theme: str) -> tuple[str, ...]:
        """Return a theme and every one below it, in the order of the codebook."""
        return tuple(c.code for c in self.codes if theme in self.path(c.code))

    def by_level(self) -> Iterator[tuple[int, Code]]:
        """Yield every theme with its level (0: the first), each followed by those below it."""
        yield from self._below("", 0)

    def _below(self, theme: str, level: int) -> Iterator[tuple[int, Code]]:
        for code in self.children(theme):
            yield level, code
            yield from self._below(code.code, level + 1)

    def common_parent(self, themes: Sequence[str]) -> str:
        """Return the nearest theme that all of these are part of; empty where there is none."""
        paths = [self.path(theme)[:-1] for theme in themes]
        shared = [level for level in zip(*paths, strict=False) if len(set(level)) == 1]
        return shared[-1][0] if paths and shared else ""


def load_codebook(name: str, study: Path | None = None) -> Loaded[Codebook]:
    """Load a codebook by name, from the study first and then from those shipped.

    Whether its history fits the version before is asked when the history is wanted:
    :func:`lltic.themes.codebook_history.lineage`.

    Raises
    ------
    UsageError
        ``unknown-codebook``.
    LlticError
        Every problem of the file at once: ``definition-…`` for its grammar,
        ``codebook-…`` for its sense.
    """
    from lltic import definitions

    return _sensible(definitions.load("codebook", name, Codebook, study))


def load_codebook_file(path: Path) -> Loaded[Codebook]:
    """Load a codebook from a file, wherever it lies.

    Raises
    ------
    LlticError
        As :func:`load_codebook`, with ``definition-name`` where it says another name
        than that of its file.
    """
    from lltic import definitions

    data = definitions.read_yaml(path)
    book = definitions.parse(Codebook, data, str(path))
    if book.name != path.stem:
        message = f"the file says 'name: {book.name}'"
        raise LlticError(Problem("definition-name", str(path), message, path.stem))
    digest = definitions.content_hash(data)
    return _sensible(definitions.Loaded("codebook", book.name, book.version, digest, path, book))


def _sensible(loaded: Loaded[Codebook]) -> Loaded[Codebook]:
    problems = list(problems_of(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded
