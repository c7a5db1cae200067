"""Take the rows of a file that a mapping asks for; count what is set aside and merged.

Works on the texts of the file, before anything is converted: ``empty``, ``only``,
``set_aside`` and ``once`` of :mod:`lltic.sources.mapping`.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from lltic.errors import Problem
from lltic.sources.checks import first_rows
from lltic.sources.files import ROW, SourceFile
from lltic.sources.mapping import ColumnMapping, TableMapping
from lltic.sources.parquet import literal, quoted
from lltic.sources.staging import CONSTANT, Field

__all__ = ["Taken", "as_field", "conditions", "emptied", "take", "used_columns"]


@dataclass(frozen=True, slots=True)
class Taken:
    """The rows that are taken: a view, and what was set aside (by the mapping's words) or merged.

    ``rows_in`` counts the rows of the file, with those that could not be taken apart
    (``refused``).
    """

    file: SourceFile
    rows_in: int
    set_aside: Mapping[str, int] = field(default_factory=dict)
    merged: int = 0
    refused: int = 0
    problems: tuple[Problem, ...] = ()


def emptied(file: SourceFile, sentinels: Sequence[str]) -> SourceFile:
    """Return the file with the texts that mean "nothing is recorded" as NULL."""
    if not sentinels:
        return file
    return replace(file, texts={n: _emptied(text, sentinels) for n, text in file.texts.items()})


def _emptied(text: str, sentinels: Sequence[str]) -> str:
    if not sentinels:
        return text
    return f"CASE WHEN {text} NOT IN ({', '.join(map(literal, sentinels))}) THEN {text} END"


def take(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: TableMapping,
    file: SourceFile,
    key: str,
) -> Taken:
    """Return the rows of a file that a table's mapping takes.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        The canonical table, for the name of the view.
    table : TableMapping
    file : SourceFile
        The open file, with its sentinels already emptied.
    key : str
        The canonical column that ``once`` makes unique.
    """
    wanted = conditions(table, file)
    # A row is set aside by the first condition that it fails, and counted there only.
    failed = " ".join(f"WHEN NOT ({sql}) THEN {i}" for i, (_, sql) in enumerate(wanted))
    which = f"CASE {failed} ELSE -1 END" if wanted else "-1"
    counted = connection.sql(
        f"SELECT {which}, count(*) FROM {quoted(file.view)} GROUP BY 1"
    ).fetchall()
    counts: dict[int, int] = dict(counted)
    set_aside = {words: counts.get(i, 0) for i, (words, _) in enumerate(wanted)}
    rows_in = sum(counts.values()) + file.refused
    if wanted:
        view = f"{name} taken"
        taken = " AND ".join(f"({sql})" for _, sql in wanted)
        source = f"SELECT * FROM {quoted(file.view)} WHERE {taken}"
        connection.execute(f"CREATE VIEW {quoted(view)} AS {source}")
        file = replace(file, view=view)
    found = Taken(file, rows_in, set_aside, refused=file.refused)
    return _once(connection, name, table, found, key) if table.once else found


def conditions(table: TableMapping, file: SourceFile) -> list[tuple[str, str]]:
    """Return what a row must fulfil to be taken: what it is if it does not, and SQL."""
    found = []
    for codes_of, wanted, said in (
        (table.only, True, "is not one of"),
        (table.set_aside, False, "is one of"),
    ):
        for column, codes in codes_of.items():
            text = file.texts[file.named(column) or column]
            among = f"coalesce({text}, '') IN ({', '.join(map(literal, codes))})"
            shown = ", ".join(code or "(empty)" for code in codes)
            words = f"{column} {said} {shown}"
            if len(codes) == 1:
                words = f"{column} is {'not ' if wanted else ''}{codes[0] or 'empty'}"
            found.append((words, among if wanted else f"NOT {among}"))
    return found


def _once(
    connection: duckdb.DuckDBPyConnection, name: str, table: TableMapping, taken: Taken, key: str
) -> Taken:
    """Merge the rows of one key into one; rows without a key stay, to be refused one by one."""
    file, view = taken.file, f"{name} once"
    said = as_field(table, file, table.columns[key])
    named = (file.named(n) for n in used_columns(table))
    names = list(dict.fromkeys(n for n in named if n in file.texts))
    texts = {n: file.texts[n] for n in names}
    firsts = "".join(
        f', arg_min({t}, "{ROW}") FILTER (WHERE {t} IS NOT NULL) AS {quoted(n)}'
        f", coalesce(min({t}) <> max({t}), false) AS {quoted('differs ' + n)}"
        for n, t in texts.items()
    )
    source = f'SELECT *, {said.text} AS "#key" FROM {quoted(file.view)}'
    connection.execute(
        f"""CREATE TEMP TABLE {quoted(view)} AS
        SELECT min("{ROW}") AS "{ROW}", count(*) AS "#rows"{firsts} FROM ({source})
        GROUP BY "#key", CASE WHEN "#key" IS NULL THEN "{ROW}" END"""
    )
    ((merged,),) = connection.sql(
        f'SELECT coalesce(sum("#rows" - 1), 0)::BIGINT FROM {quoted(view)}'
    ).fetchall()
    problems = []
    for column in names:
        ((count, rows),) = connection.sql(
            f'SELECT count(*), min("{ROW}", 3) FROM {quoted(view)} '
            f"WHERE {quoted('differs ' + column)}"
        ).fetchall()
        if count:
            where = f"{file.label}: column {column}, {first_rows(rows, count)}"
            message = f"differs between rows with the same {said.source}"
            hint = "The first that is not empty was taken"
            problems.append(Problem("rows-disagree", where, message, "", hint, count))
    merged_file = replace(file, view=view, texts={n: quoted(n) for n in names})
    return replace(taken, file=merged_file, merged=merged, problems=tuple(problems))


def used_columns(table: TableMapping) -> list[str]:
    """Return the source columns that a table's mapping names, each once, in its order."""
    named = dict.fromkeys(
        column
        for tries in table.columns.values()
        for given in tries
        for column in (*given.column, *given.parts)
    )
    return list(named)


def as_field(table: TableMapping, file: SourceFile, tries: Sequence[ColumnMapping]) -> Field:
    """Return where a canonical column comes from, as a chain of fields tried in order."""
    chain = [one for given in tries if (one := _one(table, file, given)) is not None]
    if not chain:
        named = ", ".join(name for given in tries for name in given.column)
        return Field("CAST(NULL AS VARCHAR)", named)
    found = chain.pop()
    while chain:
        found = replace(chain.pop(), instead=found)
    return found


def _one(table: TableMapping, file: SourceFile, given: ColumnMapping) -> Field | None:
    date_format = given.date or table.date or "iso"
    if given.value is not None:
        return Field(literal(given.value), CONSTANT, date_format)
    if given.template is not None:
        return Field(_joined(file, given), ", ".join(given.parts), date_format)
    found = next((n for name in given.column if (n := file.named(name))), None)
    if found is None:
        return None
    raw = _emptied(file.texts[found], given.empty)
    real = found in file.real_dates
    return Field(raw, found, date_format, real, given.codes, given.otherwise)


def _joined(file: SourceFile, given: ColumnMapping) -> str:
    parts = re.split(r"\{([^{}]+)\}", given.template or "")
    sql = [
        _emptied(file.texts[file.named(part) or part], given.empty) if i % 2 else literal(part)
        for i, part in enumerate(parts)
        if i % 2 or part
    ]
    return f"({' || '.join(sql)})"
