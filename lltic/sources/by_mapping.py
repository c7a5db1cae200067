"""Read an extract by a mapping: open the files, take the rows, say where each column comes from."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import duckdb

from lltic.errors import LlticError, Problem, UsageError, did_you_mean
from lltic.sources.files import SourceFile, open_file
from lltic.sources.mapping import TEXT, ColumnMapping, Mapping, TableMapping
from lltic.sources.mapping_reading import read_mapping
from lltic.sources.reading import Dialect, Reading, Request, TextSource, one_folder
from lltic.sources.schema import TABLES, Table
from lltic.sources.several import matching, together
from lltic.sources.staging import TableInput, stage
from lltic.sources.taking import as_field, emptied, take, used_columns

__all__ = ["read_extract"]


def read_extract(dialect: Dialect, request: Request) -> Reading:
    """Return what a dialect's mapping and rules make of the files that were named.

    Raises
    ------
    UsageError
        ``one-folder``, ``no-mapping``.
    LlticError
        Every problem of the mapping at once; then those of all files: ``no-file``,
        ``unreadable-file``, ``duplicate-column``, ``missing-column`` and so on.
    """
    folder = one_folder(request, dialect.name)
    path = _mapping_path(dialect, request, folder)
    declared = {**{t.name: t for t in dialect.working}, **TABLES}
    mapping, digest = read_mapping(path, declared.values())
    files = _open_all(request, dialect, mapping, folder)
    connection = request.connection
    problems: list[Problem] = []
    if dialect.amend is not None:
        amended = dialect.amend(connection, files, mapping.tables)
        files = {**files, **amended.files}
        problems += amended.problems
    problems += dict.fromkeys(p for file in files.values() for p in file.problems)
    inputs: list[TableInput] = []
    for name, file in files.items():
        given, met = _input(connection, declared[name], mapping.tables[name], file)
        inputs.append(given)
        problems += met
    staged = {g.table.name: stage(connection, g) for g in inputs if g.table.name not in TABLES}
    problems += [p for s in staged.values() for p in s.problems]
    inputs = [g for g in inputs if g.table.name in TABLES]
    if dialect.derive is not None:
        derived = dialect.derive(connection, files)
        inputs += derived.inputs
        problems += derived.problems
    texts = None
    if "documents" in files:
        texts = _texts(mapping.tables["documents"], files["documents"], path.parent)
    return Reading(tuple(inputs), tuple(problems), texts, digest, staged)


def _mapping_path(dialect: Dialect, request: Request, folder: Path) -> Path:
    if dialect.shipped:
        inside = resources.files("lltic.sources") / "dialects" / f"{dialect.name}.yml"
        return request.mapping or Path(str(inside))
    path = request.mapping or folder / "mapping.yml"
    if not path.is_file():
        hint = "Put a mapping.yml beside the files, or name one with --mapping FILE.yml."
        raise UsageError(Problem("no-mapping", str(path), "is not there", hint=hint))
    return path


def _open_all(
    request: Request, dialect: Dialect, mapping: Mapping, folder: Path
) -> dict[str, SourceFile]:
    """Open every file, or raise the problems of all of them."""
    files: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    for name, table in mapping.tables.items():
        there = matching(folder, table.file)
        if not there and table.optional:
            continue
        opened: list[SourceFile] = []
        for number, path in enumerate(there or [folder / table.file[-1]]):
            view = f"file {name} {number}" if len(there) > 1 else f"file {name}"
            try:
                file = _open(request, table, path, view, _wanted(dialect, name, table))
            except LlticError as error:
                problems += error.problems
                continue
            uses, makes = dialect.uses.get(name, ()), dialect.makes.get(name, ())
            problems += _missing(table, file, uses, makes)
            opened.append(file)
        if opened:
            file = together(request.connection, f"file {name}", opened)
            files[name] = emptied(file, table.empty)
    if problems:
        raise LlticError(problems)
    return files


def _wanted(dialect: Dialect, name: str, table: TableMapping) -> set[str] | None:
    """Return the columns that anything asks for; all, where a dialect's rules may look further."""
    if dialect.amend is not None:
        return None
    return {*used_columns(table), *table.only, *table.set_aside, *dialect.uses.get(name, ())}


def _open(
    request: Request, table: TableMapping, path: Path, view: str, wanted: set[str] | None
) -> SourceFile:
    return open_file(
        request.connection,
        path,
        view,
        scratch=request.scratch,
        delimiter=table.delimiter,
        encoding=table.encoding,
        sheet=table.sheet,
        wanted=wanted,
    )


def _missing(
    table: TableMapping, file: SourceFile, uses: Sequence[str], makes: Sequence[str]
) -> list[Problem]:
    """Return a problem for each wanted column that the file does not have, each once.

    ``uses`` are columns that a dialect's own rules need, ``makes`` those that they add.
    """
    wanted = [given for tries in table.columns.values() for given in tries if not given.optional]
    names = [given.column for given in wanted if given.column]
    names += [(part,) for given in wanted for part in given.parts]
    names += [(column,) for column in (*table.only, *table.set_aside)]
    names += [(column,) for column in uses]
    lacking = [one for one in names if not any(map(file.named, one)) and not {*one} & {*makes}]
    # Where none is there, the first row may be no header but a patient's: it is not shown.
    strange = not any(file.named(name) for one in names for name in one)
    there = "" if strange else ", ".join(file.header)
    parted = f", parted by '{table.delimiter}'" if ".csv" in file.label.lower() else ""
    problems = []
    for one in dict.fromkeys(lacking):
        hint = f"No column is known: is the first row the header{parted}?"
        if not strange:
            hint = did_you_mean(one[0], file.header)
        where, message = f"{file.label}: {' or '.join(one)}", "is needed and not there"
        problems.append(Problem("missing-column", where, message, there, hint))
    return problems


def _input(
    connection: duckdb.DuckDBPyConnection, declared: Table, table: TableMapping, file: SourceFile
) -> tuple[TableInput, tuple[Problem, ...]]:
    taken = take(connection, declared.name, table, file, declared.key)
    fields = {
        name: as_field(table, taken.file, tries)
        for name, tries in table.columns.items()
        if name not in TEXT
    }
    documents = declared.name == "documents"
    body = [_body(table, taken.file)] if documents else []
    given = TableInput(
        declared,
        taken.file.view,
        file.label,
        fields,
        ("pages", "sha256") if documents else (),
        tuple(body),
        taken.rows_in,
        taken.set_aside,
        taken.merged,
        taken.refused,
    )
    return given, taken.problems


def _text_column(table: TableMapping) -> tuple[str, ColumnMapping]:
    kind = next(name for name in TEXT if name in table.columns)
    return kind, table.columns[kind][0]


def _body(table: TableMapping, file: SourceFile) -> str:
    return as_field(table, file, [_text_column(table)[1]]).raw


def _texts(table: TableMapping, file: SourceFile, folder: Path) -> TextSource:
    kind, _ = _text_column(table)
    return TextSource(file.view, _body(table, file), file.label, folder if kind == "file" else None)
