"""A coded project as plain records: what goes into a ``.qdpx`` and what was found in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "Note",
    "OtherSource",
    "Project",
    "ProjectCase",
    "ProjectCode",
    "ProjectCoding",
    "ProjectSet",
    "Selection",
    "TextSource",
    "User",
    "Variable",
]

Values = tuple[tuple[str, str], ...]
"""Values of variables as they are written, each with its variable's GUID."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who coded."""

    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """A code; ``parent`` is the GUID of the one it stands below, else empty."""

    guid: str
    name: str
    description: str = ""
    colour: str = ""
    parent: str = ""
    codable: bool = True


@dataclass(frozen=True, slots=True)
class ProjectCoding:
    """A code laid on something by a user; ``notes`` are GUIDs."""

    guid: str
    code: str
    user: str = ""
    at: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A passage: code points from ``start`` up to, and not with, ``end``."""

    guid: str
    start: int
    end: int
    codings: tuple[ProjectCoding, ...] = ()


@dataclass(frozen=True, slots=True)
class TextSource:
    """One text. ``text`` is None where it is not in the file; ``trouble`` says why.

    ``trouble`` is ``missing`` (named and not there), ``outside`` (kept in a place that is
    not opened) or ``unreadable`` (no UTF-8). ``whole`` are codings of the text as a whole.
    """

    guid: str
    name: str
    path: str
    text: str | None = field(repr=False)
    selections: tuple[Selection, ...] = ()
    whole: tuple[ProjectCoding, ...] = ()
    values: Values = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class OtherSource:
    """A source that is no text (``PDFSource``, ``PictureSource``, …), which is not taken."""

    kind: str
    guid: str
    name: str
    codings: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ProjectCase:
    """A case with the values of its variables and the GUIDs of its sources."""

    guid: str
    name: str
    values: Values = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; ``kind`` is ``Text``, ``Integer``, … as the standard names them."""

    guid: str
    name: str
    kind: str = "Text"


@dataclass(frozen=True, slots=True)
class Note:
    """A note with its words."""

    guid: str
    name: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ProjectSet:
    """A group of codes."""

    guid: str
    name: str
    description: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A project. ``counts`` are elements by their names, as they stand in the file."""

    name: str
    origin: str = ""
    at: str = ""
    description: str = ""
    users: tuple[User, ...] = ()
    codes: tuple[ProjectCode, ...] = ()
    variables: tuple[Variable, ...] = ()
    cases: tuple[ProjectCase, ...] = ()
    texts: tuple[TextSource, ...] = ()
    others: tuple[OtherSource, ...] = ()
    notes: tuple[Note, ...] = ()
    sets: tuple[ProjectSet, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)
