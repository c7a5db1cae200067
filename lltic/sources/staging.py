"""Turn the rows of an extract into canonical rows: convert, judge, leave out, count.

A dialect says for each canonical column where its text comes from and how to read
it (:class:`Field`); everything else is the same for all dialects and happens in
DuckDB, so that an extract need not fit into memory.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from lltic.errors import Problem
from lltic.sources.checks import MESSAGES, dangling_sql, expected, first_rows, wrong_value
from lltic.sources.contradictions import doubts
from lltic.sources.files import ROW
from lltic.sources.keys import Repeats, drop_repeats, find_repeats
from lltic.sources.parquet import literal, quoted
from lltic.sources.schema import SQL_TYPES, TABLES, Column, Table

__all__ = ["CONSTANT", "Field", "Staged", "TableInput", "kept", "stage"]

ISO_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_TIME = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
CONSTANT = "(constant)"
"""The source of a value that is the same for every row."""
WHOLE = "[+-]?[0-9]+([.]0+)?"
TRUE, FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0")


@dataclass(frozen=True, slots=True)
class Field:
    """Where a canonical column comes from.

    Parameters
    ----------
    raw : str
        SQL of the text in the source, NULL where empty.
    source : str
        The name of the source column, for messages.
    date_format : str
        ``iso`` or a pattern such as ``%d/%m/%Y``, for dates and timestamps.
    real_dates : bool
        Whether the source may hold dates as dates; those need no format.
    codes : mapping of str to str
        Source text to canonical value; the empty key is for empty cells.
    otherwise : str or None
        The canonical value of a text that is not among the codes.
    instead : Field or None
        Where the column comes from in the rows for which this one gives nothing; a text
        that is not among the codes is nothing here.
    """

    raw: str
    source: str
    date_format: str = "iso"
    real_dates: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    instead: Field | None = None

    @property
    def chain(self) -> tuple[Field, ...]:
        """The field itself and those that are tried after it."""
        return (self, *(self.instead.chain if self.instead else ()))

    @property
    def blamed(self) -> tuple[Field, ...]:
        """Those whose text may be wrong: before another, one with codes passes on what it lacks."""
        return (*(f for f in self.chain[:-1] if not f.codes), self.chain[-1])

    @property
    def text(self) -> str:
        """SQL of the text that is taken, after codes."""
        texts = [_decoded(f) if f.codes else f.raw for f in self.chain]
        return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


@dataclass(frozen=True, slots=True)
class TableInput:
    """One table to be made: from which view, under which name in messages.

    Parameters
    ----------
    table : Table
    view, label : str
        The view with the rows that were taken, and the file's name for messages.
    fields : mapping of str to Field
    later : tuple of str
        Columns that are filled in after staging.
    beside : tuple of str
        SQL of what else must be equal for two rows with one key to be a mere repeat.
    rows_in : int, optional
        Rows of the source; those of the view when not given.
    set_aside : mapping of str to int
        Rows that are not in the view, by the words of the rule that set them aside.
    merged, refused : int
        Rows that were merged with others, or refused with a problem, on the way to the view.
    may_be_empty : bool
        Whether it is right that none of its rows is kept; else that stops the ingest.
    """

    table: Table
    view: str
    label: str
    fields: Mapping[str, Field]
    later: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    rows_in: int | None = None
    set_aside: Mapping[str, int] = field(default_factory=dict)
    merged: int = 0
    refused: int = 0
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of the rows of one table, each counted by itself.

    For every table ``rows_in == kept + refused + merged + sum(set_aside.values())``.
    """

    rows_in: int
    kept: int
    refused: int
    merged: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def parsed(column: Column, source: Field) -> str:
    """Return the SQL of one field's typed value; NULL where the text cannot be read."""
    raw = _decoded(source) if source.codes else source.raw
    if column.type in ("date", "timestamp"):
        return _date(column, source)
    if column.type == "boolean":
        says = f"lower({raw}) IN"
        return f"CASE WHEN {says} {TRUE} THEN true WHEN {says} {FALSE} THEN false END"
    if column.type == "integer":  # DuckDB itself takes 70.5 for 71, and 7_000 for a number
        return f"CASE WHEN regexp_full_match({raw}, '{WHOLE}') THEN TRY_CAST({raw} AS BIGINT) END"
    if column.name == "nhs_number":
        return _nhs_number(raw)
    return raw


def _decoded(source: Field) -> str:
    cases = " ".join(
        f"WHEN {literal(text)} THEN {literal(value) if value else 'NULL'}"
        for text, value in source.codes.items()
    )
    end = literal(source.otherwise) if source.otherwise else "NULL"
    return f"CASE coalesce({source.raw}, '') {cases} ELSE {end} END"


def _date(column: Column, source: Field) -> str:
    raw, kind = source.raw, SQL_TYPES[column.type]
    iso = f"CASE WHEN regexp_full_match({raw}, '{ISO_DATE}([ T]{ISO_TIME})?') "
    iso += f"THEN TRY_CAST({raw} AS TIMESTAMP) END"
    value = iso
    if source.date_format != "iso":
        value = f"try_strptime({raw}, {literal(source.date_format)})"
        if source.real_dates:
            value = f"coalesce({iso}, {value})"
    return f"TRY_CAST({value} AS {kind})"


def _nhs_number(raw: str) -> str:
    """Return SQL that agrees with :func:`lltic.identity.is_nhs_number`, and takes out spaces."""
    digits = f"replace(replace({raw}, ' ', ''), '-', '')"
    total = " + ".join(f"CAST({digits}[{i}] AS INTEGER) * {11 - i}" for i in range(1, 10))
    check = f"(11 - ({total}) % 11) % 11 = CAST({digits}[10] AS INTEGER)"
    right = f"regexp_full_match({digits}, '[0-9]{{10}}') AND {digits} <> repeat({digits}[1], 10)"
    return f"CASE WHEN {right} THEN CASE WHEN {check} THEN {digits} END END"


@dataclass(frozen=True, slots=True)
class _Rule:
    column: Column
    code: str
    condition: str


def _rules(given: TableInput) -> list[_Rule]:
    """Return what may be wrong with a row; ``r_x`` is the text and ``v_x`` the value of x."""
    rules = []
    for column in given.table.columns:
        source = given.fields.get(column.name)
        if source is None or column.name in given.later:
            continue
        raw, value = quoted(f"r_{column.name}"), quoted(f"v_{column.name}")
        found: dict[str, list[str]] = {}
        found.setdefault(_unread(column), []).append(f"{raw} IS NOT NULL AND {value} IS NULL")
        instead = quoted(f"v_{column.or_else}") if column.or_else else "NULL"
        for code, condition in wrong_value(column, value, instead):
            if code == "missing-value":
                condition = f"{raw} IS NULL AND {value} IS NULL AND {instead} IS NULL"
            found.setdefault(code, []).append(condition)
        rules += [_Rule(column, code, " OR ".join(c)) for code, c in found.items()]
    return rules


def _unread(column: Column) -> str:
    """Return the code for a text that could not be turned into a value of the column."""
    if column.type in ("date", "timestamp"):
        return "wrong-date"
    if column.name == "nhs_number":
        return "wrong-nhs-number"
    return "wrong-type" if column.type == "integer" else "unknown-code"


def stage(connection: duckdb.DuckDBPyConnection, given: TableInput) -> Staged:
    """Make the table ``given.table.name`` in DuckDB, with :data:`~lltic.sources.files.ROW`.

    Rows with a wrong value are left out, or lose the value where the column says so; so
    are rows of one key that do not say the same, while mere repeats are merged
    (:mod:`lltic.sources.keys`). References are checked against the tables staged before.
    """
    name, rules = given.table.name, _rules(given)
    _convert(connection, given, rules)
    staged = f"{name} staged"
    key = given.table.key
    repeats = find_repeats(connection, staged, key) if key else Repeats(0, 0, ())
    problems = [*_counted(connection, given, rules), *_duplicates(given, repeats)]
    problems += doubts(connection, name, given.label)
    rows_in = kept(connection, staged) if given.rows_in is None else given.rows_in
    merged, refused = drop_repeats(connection, staged, key, repeats)
    columns = ", ".join(quoted(c.name) for c in given.table.columns)
    right = f'SELECT "{ROW}", {columns} FROM {quoted(staged)} WHERE NOT "#out"'
    connection.execute(f"CREATE TEMP TABLE {quoted(name)} AS {right}")
    ((out,),) = connection.sql(f'SELECT count(*) FROM {quoted(staged)} WHERE "#out"').fetchall()
    connection.execute(f"DROP TABLE {quoted(staged)}")
    dangling, left_out = _references(connection, given)
    return Staged(
        rows_in,
        kept(connection, name),
        given.refused + refused + out + left_out,
        given.merged + merged,
        given.set_aside,
        (*problems, *dangling),
    )


def kept(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return the number of rows a staged table has now."""
    ((count,),) = connection.sql(f"SELECT count(*) FROM {quoted(name)}").fetchall()
    return count


def _convert(connection: duckdb.DuckDBPyConnection, given: TableInput, rules: list[_Rule]) -> None:
    raws: list[str] = []
    values, finals, same = (
        [],
        [],
        [f"({sql}) AS {quoted(f's_{i}')}" for i, sql in enumerate(given.beside)],
    )
    for column in given.table.columns:
        source = given.fields.get(column.name, Field("CAST(NULL AS VARCHAR)", ""))
        names = [quoted(f"t{i}_{column.name}") for i in range(len(source.chain))]
        raws += [f"{f.raw} AS {n}" for f, n in zip(source.chain, names, strict=True)]
        chain = [replace(f, raw=n) for f, n in zip(source.chain, names, strict=True)]
        raw, value, final = (quoted(p + column.name) for p in ("r_", "v_", ""))
        values += [f"{_said(chain)} AS {raw}", f"{_first(column, chain)} AS {value}"]
        clear = [f"({r.condition})" for r in rules if r.column is column]
        if column.when_wrong == "clear" and clear:
            finals.append(f"CASE WHEN NOT ({' OR '.join(clear)}) THEN {value} END AS {final}")
        else:
            finals.append(f"{value} AS {final}")
    out = [f"({r.condition})" for r in rules if r.column.when_wrong != "clear"]
    flags = ", ".join(f"({r.condition}) AS f{i}" for i, r in enumerate(rules))
    told = [quoted(f"r_{c.name}") for c in given.table.columns]
    told += [quoted(f"s_{i}") for i in range(len(same))]
    connection.execute(
        f"""CREATE TEMP TABLE {quoted(given.table.name + " staged")} AS
        SELECT "{ROW}", {", ".join(finals)}, {flags}, hash({", ".join(told)}) AS "#same",
               coalesce({" OR ".join(out)}, false) AS "#out"
        FROM (SELECT *, {", ".join(values)}
              FROM (SELECT "{ROW}", {", ".join(raws + same)} FROM {quoted(given.view)}))"""
    )


def _said(chain: Sequence[Field]) -> str:
    """Return SQL of the text that decides whether anything was said at all."""
    texts = [_decoded(f) if f.codes else f.raw for f in chain[:-1]]
    last, nothing = chain[-1].raw, [c for c, value in chain[-1].codes.items() if c and not value]
    if nothing:
        last = f"CASE WHEN {last} NOT IN ({', '.join(map(literal, nothing))}) THEN {last} END"
    return f"coalesce({', '.join([*texts, last])})"


def _first(column: Column, chain: Sequence[Field]) -> str:
    """Return SQL of the typed value of the first field that says something."""
    kind = SQL_TYPES[column.type]
    typed = [f"CAST({parsed(column, f)} AS {kind})" for f in chain]
    tests = [f"{_decoded(f) if f.codes else f.raw} IS NOT NULL" for f in chain[:-1]]
    cases = " ".join(f"WHEN {test} THEN {sql}" for test, sql in zip(tests, typed, strict=False))
    return f"CASE {cases} ELSE {typed[-1]} END" if cases else typed[-1]


def _where(given: TableInput, column: str, rows: list[int] | None, count: int) -> str:
    source = given.fields.get(column)
    names = dict.fromkeys(f.source for f in source.blamed) if source else {column: None}
    if len(names) > 1:
        names.pop(CONSTANT, None)
    return f"{given.label}: column {' or '.join(names)}, {first_rows(rows, count)}"


def _counted(
    connection: duckdb.DuckDBPyConnection, given: TableInput, rules: list[_Rule]
) -> list[Problem]:
    wanted = ", ".join(
        f'count(*) FILTER (WHERE f{i}), min("{ROW}", 3) FILTER (WHERE f{i})'
        for i in range(len(rules))
    )
    staged = quoted(given.table.name + " staged")
    (row,) = connection.sql(f"SELECT {wanted} FROM {staged}").fetchall()
    problems = []
    for i, rule in enumerate(rules):
        count, rows = row[2 * i], row[2 * i + 1]
        if count:
            where = _where(given, rule.column.name, rows, count)
            problems.append(_problem(given, rule, where, count))
    return problems


def _problem(given: TableInput, rule: _Rule, where: str, count: int) -> Problem:
    blamed = given.fields[rule.column.name].blamed
    allowed = "" if rule.code == "missing-value" else expected(rule.column)
    message = MESSAGES[rule.code]
    if rule.code == "wrong-date":
        iso = "2024-01-31" + " or 2024-01-31 10:30" * (rule.column.type == "timestamp")
        written = (iso if f.date_format == "iso" else f.date_format for f in blamed)
        allowed += f", written as {' or '.join(dict.fromkeys(written))}"
    if rule.code == "unknown-code" and blamed[-1].codes:
        allowed = ", ".join(code or "(empty)" for code in blamed[-1].codes)
    cleared = rule.column.when_wrong == "clear"
    left = "The rows were kept without it" if cleared else "The rows were left out"
    return Problem(rule.code, where, message, allowed, left, count)


def _duplicates(given: TableInput, repeats: Repeats) -> list[Problem]:
    if not repeats.refused:
        return []
    where = _where(given, given.table.key, list(repeats.first_rows), repeats.refused)
    hint = "All rows of such a key were left out, for nobody can say which of them is right. "
    hint += "Where the first may stand, say 'once: true' in the mapping"
    return [Problem("duplicate-key", where, MESSAGES["duplicate-key"], "", hint, repeats.refused)]


def _references(
    connection: duckdb.DuckDBPyConnection, given: TableInput
) -> tuple[list[Problem], int]:
    problems, name, left_out = [], quoted(given.table.name), 0
    hints = {
        "leave-out": "The rows were left out",
        "clear": "The rows were kept without it",
        "keep": "The rows were kept; the cohort counts these deaths out",
    }
    for column in given.table.columns:
        if not column.refers_to:
            continue
        dangling = dangling_sql(column, given.table)
        ((count, rows),) = connection.sql(
            f'SELECT count(*), min("{ROW}", 3) FROM {name} WHERE {dangling}'
        ).fetchall()
        if not count:
            continue
        if column.when_wrong == "leave-out":
            connection.execute(f"DELETE FROM {name} WHERE {dangling}")
            left_out += count
        if column.when_wrong == "clear":
            connection.execute(f"UPDATE {name} SET {quoted(column.name)} = NULL WHERE {dangling}")
        code = f"dangling-{TABLES[column.refers_to.split('.')[0]].name.removesuffix('s')}"
        where = _where(given, column.name, rows, count)
        problems.append(Problem(code, where, MESSAGES[code], "", hints[column.when_wrong], count))
    return problems, left_out
