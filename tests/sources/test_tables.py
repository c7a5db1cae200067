# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import errno
import hashlib
import os
from datetime import date
from typing import Any

import pandas as pd
import pytest
from ward_extract import empty_study

from lltic.errors import LlticError, UsageError
from lltic.sources import (
    TABLES,
    check_table,
    check_tables,
    count_pages,
    document_hash,
    read_table,
    write_tables,
)
from lltic.study import Study

TEXT = "Page one.\fPage two."


def frames() -> dict[str, pd.DataFrame]:
    """One row of each table, without a fault."""
    persons = {"person_id": ["a"], "nhs_number": ["9990873305"], "born_on": [None]}
    spells: dict[str, Any] = {
        "spell_id": ["S"],
        "person_id": ["a"],
        "provider_id": ["X"],
        "setting": ["acute"],
        "specialty": [None],
        "admitted_at": [pd.Timestamp(2024, 1, 1, 3)],
        "discharged_at": [None],
        "admission_method": ["emergency"],
        "died_in_hospital": [False],
    }
    deaths: dict[str, Any] = {
        "death_id": ["D"],
        "person_id": ["a"],
        "died_on": [date(2024, 2, 1)],
        "registered_on": [None],
        "source": ["hospital"],
    }
    documents: dict[str, Any] = {
        "document_id": ["n1"],
        "person_id": ["a"],
        "spell_id": ["S"],
        "kind": ["letter"],
        "title": ["Letter"],
        "organisation": ["X"],
        "authored_on": [None],
        "pages": [2],
        "sha256": [document_hash(TEXT)],
        "original": [None],
        "original_sha256": [None],
    }
    tables = {
        "persons": {**persons, "sex": ["female"]},
        "spells": spells,
        "deaths": deaths,
        "documents": documents,
    }
    return {name: pd.DataFrame(columns) for name, columns in tables.items()}


def snapshot(empty_study: Study) -> dict[str, bytes]:
    files = [p for p in empty_study.path.rglob("*") if p.is_file()]
    return {str(p.relative_to(empty_study.path)): p.read_bytes() for p in files}


def test_every_column_says_what_it_means_and_each_table_has_one_key():
    for table in TABLES.values():
        assert sum(c.unique for c in table.columns) == 1
        assert all(c.meaning and c.type for c in table.columns)


def test_what_was_written_is_read_back_sorted_by_key(empty_study):
    tables = frames()
    two = tables["persons"].assign(person_id="A", nhs_number=None)
    tables["persons"] = pd.concat([tables["persons"], two])
    write_tables(empty_study, tables, {"n1": TEXT})
    assert read_table(empty_study, "persons")["person_id"].tolist() == ["A", "a"]
    assert read_table(empty_study, "spells")["admitted_at"].tolist() == [
        pd.Timestamp(2024, 1, 1, 3)
    ]
    assert (empty_study.documents / "n1.txt").read_bytes() == TEXT.encode()


def test_the_same_rows_in_another_order_are_the_same_bytes(empty_study, tmp_path):
    tables = frames()
    person = tables["persons"]
    many = pd.concat([person.assign(person_id=f"{i:04}", nhs_number=None) for i in range(500)])
    hashes = set()
    for name, seed in (("one", 1), ("two", 2)):
        other = Study.init(tmp_path / name)
        shuffled = pd.concat([many, person]).sample(frac=1, random_state=seed)
        write_tables(other, {**tables, "persons": shuffled})
        hashes.add(hashlib.sha256((other.extract / "persons.parquet").read_bytes()).hexdigest())
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("person_id", None, "missing-value"),
        ("person_id", "", "missing-value"),
        ("sex", "m", "unknown-code"),
        ("nhs_number", "123", "wrong-form"),
        ("born_on", "1940-13-01", "wrong-type"),
        ("born_on", "0024-01-01", "wrong-date"),
    ],
)
def test_each_wrong_value_has_its_code_and_row_but_is_not_shown(column, value, code):
    person = frames()["persons"]
    data = pd.concat(
        [person, person.assign(**{"person_id": "b", column: value})], ignore_index=True
    )
    problems = check_table("persons", data)
    assert [p.code for p in problems] == [code]
    assert f"{column}, row 2" in problems[0].where
    if value:
        assert value not in problems[0].message + problems[0].where


def test_missing_and_unknown_columns_are_named_with_the_likely_one():
    data = frames()["persons"].rename(columns={"sex": "sexe"})
    codes = {(p.code, p.where, p.hint) for p in check_table("persons", data)}
    assert codes == {
        ("missing-column", "persons.sex", ""),
        ("unknown-column", "persons.sexe", "Did you mean sex?"),
    }


def test_a_repeated_key_is_counted():
    person = frames()["persons"]
    (problem,) = check_table("persons", pd.concat([person, person]))
    assert (problem.code, problem.count) == ("duplicate-key", 2)


def test_a_time_with_a_zone_is_refused():
    spells = frames()["spells"]
    zoned = spells.assign(admitted_at=pd.to_datetime(spells["admitted_at"]).dt.tz_localize("UTC"))
    assert [p.code for p in check_table("spells", zoned)] == ["wrong-type"]


def test_an_unknown_table_is_a_usage_error():
    with pytest.raises(UsageError) as error:
        check_table("person", frames()["persons"])
    assert error.value.codes == ("unknown-table",)


def test_a_spell_or_document_without_its_person_is_found_but_a_death_may_dangle():
    tables = frames()
    tables["persons"] = tables["persons"].assign(person_id="other")
    found = [(p.code, p.where.split(",")[0]) for p in check_tables(tables)]
    assert found == [
        ("dangling-person", "spells.person_id"),
        ("dangling-person", "documents.person_id"),
    ]


def test_all_four_tables_are_asked_for(empty_study):
    tables = frames()
    del tables["documents"]
    with pytest.raises(LlticError) as error:
        write_tables(empty_study, tables)
    assert error.value.codes == ("missing-table",)


def test_texts_must_agree_with_their_rows(empty_study):
    with pytest.raises(LlticError) as error:
        write_tables(empty_study, frames(), {"n1": "other", "n2": TEXT})
    assert set(error.value.codes) == {"wrong-hash", "text-without-row"}
    assert list(empty_study.extract.iterdir()) == []


def test_a_full_disk_leaves_the_old_extract_and_no_rubbish(empty_study, monkeypatch):
    write_tables(empty_study, frames(), {"n1": TEXT})
    before = snapshot(empty_study)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    changed = frames()
    changed["persons"] = changed["persons"].assign(sex="male")
    with pytest.raises(LlticError) as error:
        write_tables(empty_study, changed, {"n1": TEXT})
    assert error.value.codes == ("cannot-write",)
    assert "No space left" in str(error.value)
    assert snapshot(empty_study) == before


def test_pages_are_parted_by_form_feeds():
    assert [count_pages(t) for t in ("", "one", "one\ftwo")] == [1, 1, 2]
