"""Say why a person, death, spell or case is in the cohort, or out of it."""

from __future__ import annotations

from dataclasses import dataclass

from lltic.cohort.build import AttritionStep, Excluded
from lltic.errors import Problem, UsageError
from lltic.records import Case
from lltic.sources.parquet import connect, literal, parquet_files, read_records
from lltic.sources.tables import table_path
from lltic.study import Study

__all__ = ["Explanation", "explain", "read_attrition", "read_cases", "read_excluded"]

_MADE_BY = "lltic cohort build"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The sentence and the rule ids for one death; ``case_id`` is empty when it is out.

    For a person without a death, or a spell of one, ``death_id`` is empty too.
    """

    included: bool
    sentence: str
    rules: tuple[str, ...]
    death_id: str = ""
    case_id: str = ""


def read_cases(study: Study) -> list[Case]:
    """Return the cases of the cohort that was built last, sorted by case id."""
    return _cases(study)


def read_excluded(study: Study) -> list[Excluded]:
    """Return the deaths that are out, sorted by death."""
    return _excluded(study)


def _cases(study: Study, where: str = "true") -> list[Case]:
    return read_records(study.cohort / "cases.parquet", Case, made_by=_MADE_BY, where=where)


def _excluded(study: Study, where: str = "true") -> list[Excluded]:
    path = study.cohort / "excluded.parquet"
    return read_records(path, Excluded, made_by=_MADE_BY, where=where)


def read_attrition(study: Study) -> list[AttritionStep]:
    """Return the steps from all deaths to the cases."""
    return read_records(study.cohort / "attrition.parquet", AttritionStep, made_by=_MADE_BY)


def explain(study: Study, identifier: str) -> tuple[Explanation, ...]:
    """Explain the deaths that an identifier leads to, from the cohort that was built last.

    Parameters
    ----------
    study : Study
    identifier : str
        A case, person, death or spell identifier.

    Returns
    -------
    tuple of Explanation
        One per death record of the person; a case comes first.

    Raises
    ------
    UsageError
        ``unknown-id`` when the study knows no such identifier.
    LlticError
        ``not-made-yet`` before the first ``lltic cohort build``.
    """
    # Only what is asked for is read: a nation's deaths are a million.
    wanted = _cases(study, f"{literal(identifier)} IN (case_id, death_id)")
    out = _excluded(study, f"death_id = {literal(identifier)}")
    spell = ""
    if not wanted and not out:
        person, spell = _person_of(study, identifier)
        theirs = f"person_id = {literal(person)}"
        wanted, out = _cases(study, theirs), _excluded(study, theirs)
    found = [_of_case(study, c, spell) for c in wanted] + [_of_excluded(e) for e in out]
    if found:
        return tuple(found)
    return (Explanation(False, "Out: the extract holds no death of this person.", ("no-death",)),)


def _of_case(study: Study, case: Case, spell: str) -> Explanation:
    sentence = case.reason
    if spell and spell != case.index_spell_id:
        sentence += f" Spell {spell} is not the index spell: {_why_not(study, case, spell)}."
    return Explanation(True, sentence, case.rules, case.death_id, case.case_id)


def _of_excluded(excluded: Excluded) -> Explanation:
    return Explanation(False, excluded.reason, (excluded.rule,), excluded.death_id)


def _why_not(study: Study, case: Case, spell: str) -> str:
    """Return why a spell of a case's person is not the one to which the death belongs."""
    sql = (
        "SELECT s.admitted_at::DATE > $died, s.discharged_at IS NULL AND NOT s.died_in_hospital, "
        "s.admitted_at > i.admitted_at OR s.sequence > i.sequence "
        "FROM read_parquet($path) s, read_parquet($path) i "
        "WHERE s.spell_id = $spell AND i.spell_id = $index"
    )
    values = {
        "path": parquet_files(table_path(study, "spells")),
        "died": case.died_on,
        "spell": spell,
        "index": case.index_spell_id,
    }
    with connect() as connection:
        found = connection.execute(sql, values).fetchone() or (None, None, None)
    after_death, unfinished, later = found
    if after_death:
        return "it began after the day of death"
    if unfinished and case.died_on is not None:
        return "it was not finished"
    if later and case.died_on is None:
        return "it comes after the spell that ended in death"
    return "this cohort does not count it" if later else "it is not the last before the death"


def _person_of(study: Study, identifier: str) -> tuple[str, str]:
    """Return whose identifier it is, and the spell if it names one."""
    places = (("persons", "person_id"), ("deaths", "person_id"), ("spells", "spell_id"))
    with connect() as connection:
        for table, column in places:
            sql = f"SELECT person_id FROM read_parquet(?) WHERE {column} = ?"  # noqa: S608
            path = parquet_files(table_path(study, table))
            found = connection.execute(sql, [path, identifier]).fetchone()
            if found is not None:
                return found[0], identifier if table == "spells" else ""
    hint = "Give a case id, or a person, death or spell identifier as it stands in the extract."
    message = "is no identifier of this study"
    raise UsageError(Problem("unknown-id", "ID", message, "case, person, death, spell", hint))
