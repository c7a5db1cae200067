"""The ward and the practice of a case, from the extract."""

# ruff: noqa: F811 - a fixture is imported to be asked for by name

from __future__ import annotations

from pathlib import Path

from deaths_by_hand import death, make_study, spell  # noqa: F401

from lltic.cohort import build
from lltic.cohort.whereabouts import whereabouts
from lltic.sources.parquet import connect


def test_the_ward_is_that_of_the_index_spell_and_the_practice_that_of_the_person(make_study):
    spells = [
        spell("S1", "p1", -20, -15, ward="Oak"),
        spell("S2", "p1", -5, -1, ward="Elm"),
        spell("S3", "p2", -5, -1),
    ]
    persons = [
        {"person_id": "p1", "sex": "female", "practice_id": "P1"},
        {"person_id": "p2", "sex": "female", "practice_id": None},
    ]
    study = make_study(spells, [death("D1", "p1"), death("D2", "p2")], persons)
    cases = build(study).cases
    found = whereabouts(study, cases)
    by_person = {case.person_id: found[case.case_id] for case in cases}
    assert by_person == {"p1": ("Elm", "P1"), "p2": ("", "")}
    assert whereabouts(study, cases[:1]) == {cases[0].case_id: found[cases[0].case_id]}
    # An extract from before there were wards says nothing, and is no error.
    file = study.extract / "spells.parquet"
    with connect() as connection:
        older = f"{file}.older"
        connection.execute(
            f"COPY (SELECT * EXCLUDE (ward) FROM '{file}') TO '{older}' (FORMAT parquet)"
        )
    Path(older).replace(file)
    assert {ward for ward, _ in whereabouts(study, cases).values()} == {""}
