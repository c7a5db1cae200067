"""The dialect ``tabular``: an organisation's own CSV, Parquet or xlsx files and a mapping."""

from __future__ import annotations

from pathlib import Path

from lltic.errors import LlticError, Problem, UsageError
from lltic.sources.files import SourceFile, open_file
from lltic.sources.mapping import (
    TEXT,
    ColumnMapping,
    Mapping,
    TableMapping,
    column_mapping,
    read_mapping,
)
from lltic.sources.reading import (
    Dialect,
    Reading,
    Request,
    TextSource,
    missing_columns,
    one_folder,
    raise_all,
)
from lltic.sources.schema import TABLES
from lltic.sources.staging import Field, TableInput, literal

__all__ = ["TABULAR"]


def _read(request: Request) -> Reading:
    folder = one_folder(request, "tabular")
    path = request.mapping or folder / "mapping.yml"
    if not path.is_file():
        hint = "Put a mapping.yml beside the files, or name one with --mapping FILE.yml."
        raise UsageError(Problem("no-mapping", str(path), "is not there", hint=hint))
    mapping, digest = read_mapping(path)
    files = _open_all(request, mapping, folder)
    inputs = tuple(
        TableInput(
            TABLES[name],
            files[name].view,
            files[name].label,
            _fields(table, files[name]),
            ("pages", "sha256"),
        )
        for name, table in mapping.tables.items()
    )
    texts = None
    if "documents" in mapping.tables:
        texts = _texts(mapping.tables["documents"], files["documents"], path.parent)
    return Reading(inputs, (), texts, digest)


def _open_all(request: Request, mapping: Mapping, folder: Path) -> dict[str, SourceFile]:
    """Open every file, or raise the problems of all of them."""
    files: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    for name, table in mapping.tables.items():
        try:
            files[name] = open_file(
                request.connection,
                folder / table.file,
                f"file {name}",
                scratch=request.scratch,
                delimiter=table.delimiter,
                encoding=table.encoding,
                sheet=table.sheet,
            )
        except LlticError as error:
            problems += error.problems
            continue
        wanted = [c.column for c in _mapped(table) if c.column is not None]
        problems += missing_columns(table.file, wanted, list(files[name].texts))
    raise_all(problems)
    return files


def _mapped(table: TableMapping) -> list[ColumnMapping]:
    found = (column_mapping(table, name) for name in table.columns)
    return [c for c in found if c is not None]


def _fields(table: TableMapping, file: SourceFile) -> dict[str, Field]:
    return {
        name: _field(table, file, given)
        for name in table.columns
        if name not in TEXT and (given := column_mapping(table, name)) is not None
    }


def _field(table: TableMapping, file: SourceFile, given: ColumnMapping) -> Field:
    date_format = given.date or table.date or "iso"
    if given.column is None:
        return Field(literal(given.value or ""), "(constant)", date_format)
    return Field(
        file.texts[given.column],
        given.column,
        date_format,
        given.column in file.real_dates,
        given.codes,
        given.otherwise,
    )


def _texts(table: TableMapping, file: SourceFile, folder: Path) -> TextSource:
    kind = next(name for name in TEXT if name in table.columns)
    given = column_mapping(table, kind)
    raw = file.texts[given.column] if given and given.column else "NULL"
    return TextSource(file.view, raw, file.label, folder if kind == "file" else None)


TABULAR = Dialect("tabular", "CSV, Parquet or xlsx files with a mapping.yml", _read)
