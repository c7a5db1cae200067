"""The files of a cohort, from the Parquet in which an engine left one row per death.

Rows go from file to file inside DuckDB, sorted on the way, so that a million deaths cost
no more memory than a thousand, and every engine ends in the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from lltic.cohort.engines import KEPT
from lltic.cohort.labels import key_pads, label_of
from lltic.cohort.marks import column_of
from lltic.cohort.model import Definition
from lltic.cohort.notes import NOTES
from lltic.cohort.results import Excluded
from lltic.definitions import Loaded
from lltic.errors import LlticError, Problem
from lltic.records import Case
from lltic.sources.parquet import literal, quoted, read_records, sha256_of, write_relation

if TYPE_CHECKING:
    import duckdb

__all__ = ["Stored", "marked_cases", "write_cases", "write_excluded"]

T = TypeVar("T")


class Stored(Sequence[T], Generic[T]):
    """Records of a file that was just written, read when somebody looks at one.

    Parameters
    ----------
    path : Path
        Where it will lie.
    kind : type
        Of which record it is.
    count : int
        How many there are.
    digest : str
        The file's SHA-256; if another cohort has taken its place, reading it is refused.
    """

    def __init__(self, path: Path, kind: type[T], count: int, digest: str) -> None:
        self._path, self._kind, self._count, self._digest = path, kind, count, digest
        self._records: tuple[T, ...] | None = None

    def _all(self) -> tuple[T, ...]:
        if self._records is None:
            if self._path.is_file() and sha256_of(self._path) != self._digest:
                message = "holds another cohort, which was built since"
                hint = "Read it with read_cases or read_excluded, or build the cohort again."
                raise LlticError(Problem("not-made-yet", str(self._path), message, hint=hint))
            made_by = "lltic cohort build"
            self._records = tuple(read_records(self._path, self._kind, made_by=made_by))
        return self._records

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._all()[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._count} of {self._kind.__name__}>"


def needed(definition: Definition) -> list[str]:
    """Return the columns of judged deaths that the files are made of."""
    made = {"case_id", "index_spell_id", "days_discharge_to_death", "rules", "flags"}
    made |= {"definition", "definition_hash"}
    of_a_case = [name for name in Case.__dataclass_fields__ if name not in made]
    marks = [column_of(mark) for mark in definition.marks]
    return [*of_a_case, "spell_id", "days", "died_in_hospital", "rule", *NOTES, *marks]


def write_cases(
    here: duckdb.DuckDBPyConnection, folder: Path, loaded: Loaded[Definition], key: bytes
) -> Callable[[Path], Stored[Case]]:
    """Write the cases, sorted by case id; return what will read them, given the final folder.

    Raises
    ------
    LlticError
        ``case-label-collision``.
    """
    columns = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in _case(loaded).items())
    sql = f"SELECT {columns} FROM {KEPT} WHERE rule IS NULL ORDER BY case_id"  # noqa: S608
    path = folder / "cases.parquet"
    write_relation(here.sql(sql, params=key_pads(key)), path)
    written = here.read_parquet(str(path))
    (found,) = written.aggregate("count(*), count(DISTINCT case_id)").fetchall()
    if found[0] != found[1]:
        hint = "Two people got the same case id by chance: make a study with a new key."
        where = str(loaded.path)
        raise LlticError(Problem("case-label-collision", where, "case ids collide", hint=hint))
    return _stored(path, Case, found[0])


def write_excluded(
    here: duckdb.DuckDBPyConnection, folder: Path
) -> Callable[[Path], Stored[Excluded]]:
    """Write the deaths that are out, sorted by death; return what will read them."""
    sql = (
        "SELECT death_id, person_id, died_on, rule, reason "  # noqa: S608
        f"FROM {KEPT} WHERE rule IS NOT NULL ORDER BY death_id"
    )
    path = folder / "excluded.parquet"
    write_relation(here.sql(sql), path)
    (found,) = here.read_parquet(str(path)).aggregate("count(*)").fetchall()
    return _stored(path, Excluded, found[0])


def marked_cases(here: duckdb.DuckDBPyConnection, definition: Definition) -> dict[str, int]:
    """Return how many cases have each mark of the definition."""
    columns = [column_of(mark) for mark in definition.marks]
    if not columns:
        return {}
    sums = ", ".join(f"count(*) FILTER ({quoted(column)})" for column in columns)
    sql = f"SELECT {sums} FROM {KEPT} WHERE rule IS NULL"  # noqa: S608
    (found,) = here.sql(sql).fetchall()
    return dict(zip(columns, found, strict=True))


def _stored(path: Path, kind: type[T], count: int) -> Callable[[Path], Stored[T]]:
    digest = sha256_of(path)
    return lambda final: Stored(final / path.name, kind, count, digest)


def _case(loaded: Loaded[Definition]) -> dict[str, str]:
    """Return the fields of a case in DuckDB's SQL, in their order."""
    notes = [(note, quoted(note)) for note in NOTES]
    marks = [(mark.mark, quoted(column_of(mark))) for mark in loaded.model.marks]
    kind = "CASE WHEN died_in_hospital THEN 'in-hospital' ELSE 'post-discharge' END"
    columns: dict[str, Any] = {
        "case_id": label_of("person_id"),
        "index_spell_id": "spell_id",
        "days_discharge_to_death": "CASE WHEN NOT died_in_hospital THEN days END::BIGINT",
        "age_at_death": "age_at_death::BIGINT",
        "rules": f"list_concat([{kind}], {_names_where(notes)})",
        "definition": literal(f"{loaded.name} v{loaded.version}"),
        "definition_hash": literal(loaded.hash),
        "flags": _names_where(marks),
    }
    return {name: columns.get(name, quoted(name)) for name in Case.__dataclass_fields__}


def _names_where(columns: Sequence[tuple[str, str]]) -> str:
    """Return the list of those names whose column is true."""
    if not columns:
        return "[]::VARCHAR[]"
    each = ", ".join(f"CASE WHEN {column} THEN {literal(name)} END" for name, column in columns)
    return f"list_filter([{each}], lambda name: name IS NOT NULL)"
