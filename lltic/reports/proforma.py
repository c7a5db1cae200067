"""A form on paper: boxes to tick, lines to write on, every scale's definitions beside it.

The page is one HTML file without scripts; printed from a browser, each sheet
carries form, version, hash and its number in the foot. The records here are all
that paper shows, made ready by whoever has the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lltic.reports.html import write_html

__all__ = ["Box", "Proforma", "Question", "Section", "write_proforma"]

Kind = Literal["text", "line", "scale", "boxes", "date", "number", "entries"]


@dataclass(frozen=True, slots=True)
class Box:
    """Something to tick: its words, and what they mean."""

    label: str
    means: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question on paper.

    ``boxes`` are the options or the points of a scale, ``reasons`` those for having no
    answer, ``only_if`` when it is asked, ``answer`` how it is given (the unit, one or several
    boxes). Questions of ``entries`` are printed ``copies`` times.
    """

    number: str
    kind: Kind
    label: str
    hint: str = ""
    boxes: tuple[Box, ...] = ()
    reasons: tuple[str, ...] = ()
    only_if: str = ""
    answer: str = ""
    needed: bool = False
    lines: int = 1
    questions: tuple[Question, ...] = ()
    entry: str = ""
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form, which on paper may share a sheet with others."""

    title: str
    questions: tuple[Question, ...]
    caption: str = ""
    hint: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Proforma:
    """A whole form on paper; ``ref`` is its name, version and the start of its hash."""

    title: str
    ref: str
    digest: str
    sections: tuple[Section, ...]
    source: str = ""
    wording: str = ""
    follows: tuple[str, ...] = ()


def write_proforma(path: Path, proforma: Proforma) -> None:
    """Write the printable page; every text in it is escaped.

    Parameters
    ----------
    path : Path
        The HTML file to make or replace.
    """
    write_html(path, "proforma.html.j2", form=proforma)
