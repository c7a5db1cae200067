"""A form on paper: boxes to tick, lines to write on, every scale's definitions beside it.

The page is one HTML file without scripts; printed from a browser, each sheet
carries form, version, hash and its number in the foot. The records here are all
that paper shows, made ready by whoever has the form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lltic.study import write_atomically

__all__ = ["Box", "Proforma", "Question", "Section", "write_proforma"]

TEMPLATES = Path(__file__).with_name("templates")

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
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css"] = _css
    page = environment.get_template("proforma.html.j2").render(form=proforma)
    with write_atomically(path) as stream:
        stream.write(page)


def _css(text: str) -> str:
    r"""Return a text for a quoted string in a style sheet, where it can end nothing.

    Examples
    --------
    >>> _css('sjr v1 "x"')
    'sjr\\20 v1\\20 \\22 x\\22 '
    """
    return re.sub(r"[^A-Za-z0-9]", lambda found: f"\\{ord(found[0]):x} ", text)
