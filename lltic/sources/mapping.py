"""The language of mappings: which of a source's columns is which of ours, as data.

The dialects that come with the package (``lltic/sources/dialects/NAME.yml``) and the
``mapping.yml`` of an organisation's own extract are written in the same language::

    name: our-extract
    version: "1"
    tables:
      persons:
        file: [hosp/patients.csv.gz, hosp/patients.csv]   # the first that is there
                                        # a name with * takes all that match, as one
        optional: true                  # no such file: an empty table
        date: "%d/%m/%Y"                # of all its dates; day first is never guessed
        empty: ["?", "1800-01-01"]      # texts that mean: nothing is recorded
        only: {EPISTAT: ["3"]}          # other rows are set aside and counted
        set_aside: {DOD: [""]}          # as are rows with one of these ("" is an empty cell)
        once: true                      # one row per key: repeats are merged and counted
        columns:
          person_id: PATID                                  # canonical column: your column
          sex: {column: SEX, codes: {"1": male}, otherwise: unknown}
          practice_id: {column: [GPPRAC, GP], optional: true}
          born_on: {template: "{Y}-{M}-{D}", date: "%Y-%m-%d"}

For one canonical column

- ``column`` is a column of the source, or a list of the names that it has in one
  version or another: the first that the file has. Case does not matter.
- ``value`` is the same for every row.
- ``template`` joins columns; it is empty where one of them is.
- ``codes`` turn source texts into canonical values, the key ``""`` is an empty cell;
  ``otherwise`` is for every other text and for empty cells. The value ``""`` leaves the
  cell empty, where the column may be.
- ``date`` and ``empty`` are as for the table, which they go before.
- ``optional: true``: the source need not have the column.

A *list* of these is tried in order, row by row: the first that gives something is taken.
With ``codes`` a text that is not among them gives nothing, so the next one is tried; a text
that cannot be read (such as a wrong date) is a problem, never a reason to try the next.

Where ``once`` merges rows, each column takes the first text that is not empty, and
``rows-disagree`` counts the keys with more than one. Columns that may be empty need not be
mapped. A dialect's module may declare *working tables*, which are mapped and typed in the
same way for its rules to work on (:mod:`lltic.sources.reading`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

__all__ = ["TEXT", "ColumnMapping", "Mapping", "TableMapping"]

TEXT = ("file", "text")
"""Where a document's text comes from: a file below the mapping's folder, or a column."""

CLOSED: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One way to fill a canonical column; the module's text says what each part means."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    column: tuple[str, ...] = ()
    value: str | None = None
    template: str | None = None
    date: str | None = None
    codes: dict[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    empty: tuple[str, ...] = ()
    optional: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The source columns that a template joins."""
        return tuple(re.findall(r"\{([^{}]+)\}", self.template or ""))


@dataclass(frozen=True, slots=True)
class TableMapping:
    """One canonical table, the file it comes from and the rows of it that are taken."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    file: tuple[str, ...]
    columns: dict[str, tuple[ColumnMapping, ...]]
    optional: bool = False
    date: str | None = None
    sheet: str | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    empty: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    set_aside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    once: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping: a name, a version, and its tables."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    name: str
    version: str
    tables: dict[str, TableMapping]
    title: str = ""
    source: str = ""
