"""Say why a person, death, spell or case is in the cohort, or out of it."""

from __future__ import annotations

from dataclasses import dataclass

from lltic.cohort.build import AttritionStep, Excluded
from lltic.errors import Problem, UsageError
from lltic.records import Case
from lltic.sources.parquet import connect, read_records
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
    return read_records(study.cohort / "cases.parquet", Case, made_by=_MADE_BY)


def read_excluded(study: Study) -> list[Excluded]:
    """Return the deaths that are out, sorted by death."""
    return read_records(study.cohort / "excluded.parquet", Excluded, made_by=_MADE_BY)


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
    cases, excluded = read_cases(study), read_excluded(study)
    wanted = [c for c in cases if identifier in (c.case_id, c.death_id)]
    out = [e for e in excluded if e.death_id == identifier]
    spell = ""
    if not wanted and not out:
        person, spell = _person_of(study, identifier)
        wanted = [c for c in cases if c.person_id == person]
        out = [e for e in excluded if e.person_id == person]
    found = [_of_case(c, spell) for c in wanted] + [_of_excluded(e) for e in out]
    if found:
        return tuple(found)
    return (Explanation(False, "Out: the extract holds no death of this person.", ("no-death",)),)


def _of_case(case: Case, spell: str) -> Explanation:
    sentence = case.reason
    if spell and spell != case.index_spell_id:
        sentence += f" Spell {spell} is not the index spell: it is not the last before the death."
    return Explanation(True, sentence, case.rules, case.death_id, case.case_id)


def _of_excluded(excluded: Excluded) -> Explanation:
    return Explanation(False, excluded.reason, (excluded.rule,), excluded.death_id)


def _person_of(study: Study, identifier: str) -> tuple[str, str]:
    """Return whose identifier it is, and the spell if it names one."""
    places = (("persons", "person_id"), ("deaths", "person_id"), ("spells", "spell_id"))
    with connect() as connection:
        for table, column in places:
            sql = f"SELECT person_id FROM read_parquet(?) WHERE {column} = ?"  # noqa: S608
            found = connection.execute(sql, [str(table_path(study, table)), identifier]).fetchone()
            if found is not None:
                return found[0], identifier if table == "spells" else ""
    hint = "Give a case id, or a person, death or spell identifier as it stands in the extract."
    message = "is no identifier of this study"
    raise UsageError(Problem("unknown-id", "ID", message, "case, person, death, spell", hint))
