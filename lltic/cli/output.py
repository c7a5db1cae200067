"""What every command shares: its options, its printing, its progress bar."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from lltic.cells import csv_line
from lltic.study import Study

__all__ = ["csv_lines", "json_option", "printable", "progress", "show", "study_option", "table"]

T = TypeVar("T")


def _open(ctx: click.Context, parameter: click.Parameter, value: Path) -> Study:
    return Study.open(value)


study_option = click.option(
    "--study",
    type=click.Path(path_type=Path),
    default=Path(),
    callback=_open,
    metavar="DIR",
    help="The study's folder; the present one when not given.",
)
"""``--study DIR``; the command gets an opened :class:`~lltic.study.Study`."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for machines instead of text."
)


def show(data: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print ``data`` as JSON, or ``lines`` as text."""
    if as_json:
        from lltic.records import to_plain

        text = json.dumps(to_plain(data), ensure_ascii=False)
        click.echo(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
    else:
        for line in lines:
            click.echo(printable(line))


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return a text that a terminal shows and does not obey: control characters become U+FFFD.

    Examples
    --------
    >>> printable("moved\\x1b[2Jhome")
    'moved\ufffd[2Jhome'
    """
    return _CONTROLS.sub("\ufffd", text)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return an aligned plain-text table, numbers to the right, one string per line.

    Examples
    --------
    >>> print("\\n".join(table(["step", "out"], [["no spell", 3], ["late", 12]])))
    step      out
    no spell    3
    late       12
    """
    body = [["" if cell is None else str(cell) for cell in row] for row in rows]
    text = [[str(cell) for cell in head], *body]
    columns = range(len(head))
    widths = [max(len(row[i]) for row in text) for i in columns]
    to_right = [bool(body) and all(_is_number(row[i]) for row in body if row[i]) for i in columns]
    return [
        "  ".join(
            row[i].rjust(widths[i]) if to_right[i] else row[i].ljust(widths[i]) for i in columns
        ).rstrip()
        for row in text
    ]


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a table as CSV, one string per row, of which a spreadsheet works nothing out.

    A text that a spreadsheet might take for a formula gets an apostrophe before it;
    characters that no cell can hold become U+FFFD.

    Examples
    --------
    >>> print("\\n".join(csv_lines(["who", "lines"], [["=1+1", 3], ["Ward, J.", -2]])))
    who,lines
    '=1+1,3
    "Ward, J.",-2
    """
    return [csv_line(row) for row in (head, *rows)]


def _is_number(text: str) -> bool:
    return text.strip("-%").replace(".", "", 1).replace(",", "").isdigit()


def progress(items: Iterable[T], *, label: str, length: int | None = None) -> Iterator[T]:
    """Pass items through, with a progress bar when a person is watching."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, length=length, file=sys.stderr) as bar:
        yield from bar
