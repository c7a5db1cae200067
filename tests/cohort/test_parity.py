"""One cohort, whatever computes it: DuckDB, PostgreSQL, Spark, and a plain loop over the rows.

The plain loop is the reference (oracle.py). The worlds are Hypothesis's (worlds.py), a
thousand of them in one extract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import worlds
from oracle import Extract, Verdict, attrition, judge

from lltic.cohort.engines import Tables, open_tables
from lltic.cohort.evaluate import evaluate_on
from lltic.cohort.gaps import conflicts, find_gaps
from lltic.cohort.load import load_definition
from lltic.cohort.marks import column_of
from lltic.cohort.model import Definition
from lltic.cohort.notes import NOTES
from lltic.cohort.tally import tally
from lltic.definitions import names
from lltic.study import Study

DEFINITIONS = names("cohort")
ENGINES = ("duckdb", "duckdb in parts", "postgres", "spark")
WORLDS = 1000
SET = {"month": "2016-10", "died_from": "2016-10-02", "excluded_providers": "0123"}
"""What definitions leave to who uses them: without it two rules count nobody out."""
END = date(2100, 1, 1)


@pytest.fixture(scope="module")
def spark_session() -> Iterator[object]:
    """One Spark for all of these tests, made to start fast rather than to run long."""
    from spark_here import session

    with session() as running:
        yield running


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Extract]:
    extract = worlds.lay(enumerate(worlds.draw(WORLDS)))
    study = Study.init(tmp_path_factory.mktemp("dated") / "study", key=b"k" * 32)
    return worlds.write(study, extract), extract


@pytest.fixture(scope="module")
def undated(
    tmp_path_factory: pytest.TempPathFactory, dated: tuple[Study, Extract]
) -> tuple[Study, Extract]:
    extract = worlds.without_dates(dated[1])
    study = Study.init(tmp_path_factory.mktemp("undated") / "study", key=b"k" * 32)
    return worlds.write(study, extract), extract


@pytest.fixture(scope="module")
def right(dated: tuple[Study, Extract]) -> dict[str, list[Verdict]]:
    """What the plain loop says of the dated worlds, by definition."""
    study, extract = dated
    return {one.name: judge(extract, one) for one in definitions(study)}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Each engine, and where it is; DuckDB also as it judges a nation, part by part."""
    if request.param == "spark":
        request.getfixturevalue("spark_session")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "duckdb in parts":
            patch.setattr("lltic.cohort.on_duckdb.DEATHS_IN_A_PART", WORLDS // 3)
        at = request.getfixturevalue("postgres_server").url if request.param == "postgres" else ""
        yield request.param.partition(" ")[0], at


def definitions(study: Study, *chosen: str) -> list[Definition]:
    """Return the shipped definitions as they are used: with a period, and a provider left out."""
    written = [load_definition(study, name) for name in chosen or DEFINITIONS]
    return [load_definition(study, one.name, used_as(one.model)).model for one in written]


def used_as(definition: Definition) -> dict[str, str]:
    """Return what is set of what a definition lets be set: the month only where it has to be."""
    allowed = set(definition.adjustable)
    if "died_from" in allowed:
        allowed.discard("month")
    return {name: value for name, value in SET.items() if name in allowed}


def found_by(tables: Tables, definition: Definition) -> tuple[list[Verdict], dict]:
    """Return what an engine says, in the words of the reference."""
    found = evaluate_on(tables, definition)
    losses: dict[str | None, int] = {}
    for (rule, _), n in found.losses.items():
        losses[rule] = losses.get(rule, 0) + n
    return [_verdict(row, definition) for row in found.rows], losses


def _verdict(row: dict, definition: Definition) -> Verdict:
    if row["rule"] is not None:
        return Verdict(row["death_id"], row["rule"], row["reason"])
    facts = ("category", "spell_id", "provider_id", "setting", "specialty", "admitted_on")
    facts += ("discharged_on", "days", "age_at_death", "sex")
    notes = tuple(note for note in NOTES if row[note])
    marks = tuple(mark.mark for mark in definition.marks if row[column_of(mark)])
    return Verdict(row["death_id"], None, row["reason"], *(row[f] for f in facts), notes, marks)


def differences(found: list[Verdict], right: list[Verdict]) -> list[tuple[Verdict, Verdict]]:
    assert [v.death_id for v in found] == [v.death_id for v in right]
    return [(f, r) for f, r in zip(found, right, strict=True) if f != r]


def test_every_engine_says_what_the_plain_loop_says(engine, dated, right):
    study, extract = dated
    with open_tables(study, *engine) as tables:
        for definition in definitions(study):
            found, losses = found_by(tables, definition)
            wrong = differences(found, right[definition.name])
            assert not wrong, (definition.name, len(wrong), smallest(wrong, extract))
            assert losses == attrition(right[definition.name])


def test_also_where_an_extract_has_no_dates(engine, undated):
    study, extract = undated
    with open_tables(study, *engine) as tables:
        for definition in definitions(study, "in_hospital_deaths"):
            right = judge(extract, definition)
            found, losses = found_by(tables, definition)
            wrong = differences(found, right)
            assert not wrong, (definition.name, len(wrong), smallest(wrong, extract))
            assert losses == attrition(right)


@pytest.mark.parametrize(
    "engine", ["postgres", pytest.param("spark", marks=pytest.mark.soak)], indirect=True
)
def test_what_is_missing_is_the_same_on_every_engine(engine, dated):
    study, _ = dated
    definition = load_definition(study, "lltic").model
    with open_tables(study, "duckdb") as tables:
        right = find_gaps(tables), conflicts(tables), tally(tables, definition, END)
    with open_tables(study, *engine) as tables:
        found = find_gaps(tables), conflicts(tables), tally(tables, definition, END)
    assert found[:2] == right[:2]
    assert sum(gap.count > 0 for gap in right[0]) >= 8
    assert Counter(found[2].rows) == Counter(right[2].rows)
    assert replace(found[2], rows=()) == replace(right[2], rows=())


def smallest(wrong: list[tuple[Verdict, Verdict]], extract: Extract) -> object:
    """Return the smallest person among those that differ, with both verdicts."""
    people = {d["death_id"]: d["person_id"] for d in extract.deaths}

    def rows(death_id: str) -> list:
        person = people[death_id]
        tables = (extract.persons, extract.spells, extract.deaths, extract.flags)
        return [r for table in tables for r in table if r["person_id"] == person]

    found, right = min(wrong, key=lambda pair: len(rows(pair[0].death_id)))
    return {"found": found, "right": right, "rows": rows(found.death_id)}


def test_the_worlds_reach_every_rule(dated, right):
    """A thousand worlds that never count anybody out by a rule would prove nothing of it."""
    for definition in definitions(dated[0]):
        reached = {rule for rule, n in attrition(right[definition.name]).items() if n}
        assert reached >= {None, *definition.rules}, set(definition.rules) - reached
