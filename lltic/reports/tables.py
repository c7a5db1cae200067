"""A table to be printed: columns, rows, and what to say above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

__all__ = ["Cell", "Column", "Kind", "Sheet"]

Kind = Literal["text", "integer", "number", "percent", "date"]
"""How a column is shown: ``number`` with two decimals, ``percent`` from a share of 1."""

Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, how it is shown, and its width in characters."""

    title: str
    kind: Kind = "text"
    width: float = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the workbook.

    Parameters
    ----------
    name : str
        The sheet's tab, at most 31 characters.
    title : str
        The heading on the sheet.
    notes : tuple of str
        Sentences between heading and table.
    columns : tuple of Column
    rows : tuple of tuples
        One cell per column. None is an empty cell.
    keys : int
        How many leading columns say what a row is about; they are repeated on
        the continuation rows of a long text.
    warn : frozenset of (int, int)
        Row and column, from 0, of the cells that ask for attention; their shade
        is never the only sign.
    links : mapping of (int, int) to (str, int)
        Row and column, from 0, of the cells that lead to a row, from 0, of the sheet of
        that name.
    """

    name: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: int = 1
    warn: frozenset[tuple[int, int]] = frozenset()
    links: Mapping[tuple[int, int], tuple[str, int]] = field(default_factory=dict)

    def column(self, title: str) -> Iterable[Cell]:
        """Return the cells of the column with this heading."""
        place = [column.title for column in self.columns].index(title)
        return [row[place] for row in self.rows]
