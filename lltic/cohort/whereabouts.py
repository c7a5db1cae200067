"""Where the people of some cases were: the ward of the index spell, the general practice.

Asked by what decides who may read a case. Only the rows of these cases are read, however
large the extract is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lltic.records import Case
from lltic.sources.parquet import connect, parquet_files, quoted
from lltic.sources.tables import table_path
from lltic.study import Study

__all__ = ["whereabouts"]


def whereabouts(study: Study, cases: Sequence[Case]) -> dict[str, tuple[str, str]]:
    """Return ward and practice by case id; empty where the extract does not say.

    Raises
    ------
    LlticError
        ``no-extract`` when nothing was ingested yet.
    """
    wards = _column(study, "spells", "ward", (case.index_spell_id for case in cases))
    practices = _column(study, "persons", "practice_id", (case.person_id for case in cases))
    return {
        case.case_id: (wards.get(case.index_spell_id, ""), practices.get(case.person_id, ""))
        for case in cases
    }


def _column(study: Study, table: str, column: str, ids: Iterable[str]) -> dict[str, str]:
    """Return one column of the rows with these keys, without those where it is empty."""
    key = {"spells": "spell_id", "persons": "person_id"}[table]
    file = parquet_files(table_path(study, table))
    with connect() as connection:
        if column not in connection.read_parquet(file).columns:
            return {}  # an extract from before there was such a column
        text = (
            f"SELECT {key}, {quoted(column)} FROM read_parquet(?) "  # noqa: S608 - our own names
            f"WHERE {key} IN (SELECT unnest(?)) AND {quoted(column)} IS NOT NULL"
        )
        return dict(connection.execute(text, [file, sorted(set(ids))]).fetchall())
