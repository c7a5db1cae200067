"""Several files of one kind, such as one per year, read as one table.

Their rows are numbered through, those of file 1, 2, 3 … from as many times
:data:`~lltic.sources.files.STRIDE`: a row's number still says where it stands.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from lltic.sources.files import KINDS, ROW, STRIDE, SourceFile
from lltic.sources.parquet import quoted

__all__ = ["matching", "together"]


def matching(folder: Path, names: Sequence[str]) -> list[Path]:
    """Return the files of the first name that is there; a name with ``*`` takes every match.

    A pattern looks in the folder itself, at the kinds of file we read, in the order of their
    names, and pays no heed to case; the files that Excel and macOS hide beside one that is
    open or was copied (``~$apc.xlsx``, ``._apc.csv``) are none of them.
    """
    for name in names:
        if "*" in name:
            there = sorted(folder.iterdir(), key=lambda path: path.name.lower())
            found = [p for p in there if p.is_file() and _matches(p.name.lower(), name.lower())]
        else:
            found = [folder / name] if (folder / name).is_file() else []
        if found:
            return found
    return []


def _matches(name: str, pattern: str) -> bool:
    return name.endswith(KINDS) and not name.startswith((".", "~$")) and fnmatchcase(name, pattern)


def together(
    connection: duckdb.DuckDBPyConnection, view: str, files: Sequence[SourceFile]
) -> SourceFile:
    """Return files as one, by the names of their columns, in any case and order.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    view : str
        The view to make; its columns are texts, NULL where a file has no such column.
    files : sequence of SourceFile
        At least one; one is returned as it is.
    """
    if len(files) == 1:
        return files[0]
    names: dict[str, str] = {}
    for file in files:
        for name in file.texts:
            names.setdefault(name.casefold(), name)
    parts = [_part(file, n, list(names.values())) for n, file in enumerate(files, 1)]
    connection.execute(f"CREATE VIEW {quoted(view)} AS {' UNION ALL '.join(parts)}")
    dates = frozenset(names[name.casefold()] for file in files for name in file.real_dates)
    label = ", ".join(f"file {number} {file.label}" for number, file in enumerate(files, 1))
    texts = {name: quoted(name) for name in names.values()}
    refused = sum(file.refused for file in files)
    problems = tuple(problem for file in files for problem in file.problems)
    return SourceFile(label, view, texts, dates, refused=refused, problems=problems)


def _part(file: SourceFile, number: int, names: Sequence[str]) -> str:
    texts = {name.casefold(): text for name, text in file.texts.items()}
    said = [f"{texts.get(name.casefold(), 'NULL')} AS {quoted(name)}" for name in names]
    row = f'"{ROW}" + {number * STRIDE} AS "{ROW}"'
    return f"SELECT {', '.join([row, *said])} FROM {quoted(file.view)}"
