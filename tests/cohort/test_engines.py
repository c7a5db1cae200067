# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
"""What an engine reads, what it needs, and what it says when that is not there.

That each computes the same is the matter of test_parity.py.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from deaths_by_hand import DEATH, death, make_study, spell
from hypothesis import given, settings
from hypothesis import strategies as st
from spark_here import needs_spark

from lltic.cohort import build, completeness
from lltic.cohort.engines import USED, open_tables
from lltic.cohort.labels import key_pads, label_of
from lltic.errors import LlticError
from lltic.identity import case_label
from lltic.study import Study

ROOT = Path(__file__).resolve().parents[2]
SPELLS = [
    spell("S1", "a", -5, -1),
    spell("S2", "b", -5, 0, died_in_hospital=True, provider_id="0123"),
    spell("S3", "c", -60, -45),
]
DEATHS = [death(f"D{name}", name) for name in "abce"]
FILES = ("cases.parquet", "excluded.parquet", "attrition.parquet")


@pytest.fixture
def study(make_study) -> Study:
    return make_study(SPELLS, DEATHS)


def files(study: Study) -> dict[str, bytes]:
    return {name: (study.cohort / name).read_bytes() for name in FILES}


def lay_into_parts(study: Study) -> None:
    """Put the provider's code into the names of folders, where 0123 could turn into 123."""
    table = study.extract / "spells.parquet"
    parts = table.with_name("parts")
    duckdb.read_parquet(str(table)).write_parquet(str(parts), partition_by=["provider_id"])
    table.unlink()
    parts.rename(table)


def test_a_folder_of_partitions_is_a_table(study):
    build(study)
    before = files(study)
    lay_into_parts(study)
    assert "0123" in {c.provider_id for c in build(study).cases}
    assert files(study) == before


@pytest.mark.parametrize("definition", ["lltic", "hsmr_like", "learning_from_deaths"])
def test_deaths_judged_in_parts_give_the_same_rows(make_study, monkeypatch, definition):
    spells = [spell(f"S{n}", f"p{n // 2}", -9 - 7 * n % 45, -5 - 7 * n % 45) for n in range(40)]
    spells += [spell(f"T{n}", f"p{n}", -2, 0, died_in_hospital=True) for n in range(0, 20, 3)]
    deaths = [death(f"D{n}", f"p{n % 22}", registered_on=DEATH) for n in range(30)]
    study = make_study(spells, deaths)
    whole = build(study, definition)
    rows = whole.attrition, tuple(whole.cases), tuple(whole.excluded)
    assert all(rows)
    monkeypatch.setattr("lltic.cohort.on_duckdb.DEATHS_IN_A_PART", 4)
    apart = build(study, definition)
    assert (apart.attrition, tuple(apart.cases), tuple(apart.excluded)) == rows
    assert completeness(study, definition).counts  # the tables are whole again


def test_nothing_is_left_beside_the_cohort(study):
    build(study)
    assert not [path for path in study.path.iterdir() if path.name.startswith(".")]


def test_postgresql_writes_the_same_bytes(study, postgres_url):
    build(study)
    before = files(study)
    result = build(study, engine="postgres", at=postgres_url)
    assert files(study) == before
    assert len(result.cases) == 2


def test_postgresql_reads_tables_of_its_own_in_place_and_leaves_nothing(study, postgres_url):
    import psycopg

    from lltic.sources.schema import SQL_TYPES, TABLES

    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute("CREATE SCHEMA warehouse")
        for name in ("persons", "spells", "deaths", "flags"):
            there = [c for c in TABLES[name].columns if not c.nullable or c.name == "admitted_at"]
            columns = ", ".join(f"{c.name} {SQL_TYPES[c.type]}" for c in there)
            connection.execute(f"CREATE TABLE warehouse.{name} ({columns})")
        connection.execute("INSERT INTO warehouse.persons VALUES ('x', 'female')")
        connection.execute("INSERT INTO warehouse.deaths VALUES ('Dx', 'x', 'registration')")
    result = build(study, "in_hospital_deaths", engine="postgres", at=f"{plain}?schema=warehouse")
    assert [e.death_id for e in result.excluded] == ["Dx"]
    with psycopg.connect(plain) as connection:
        made = connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchone()
    assert made == (0,)


def test_postgresql_takes_an_address_without_a_host_as_of_a_socket(study, postgres_url):
    from urllib.parse import urlsplit

    parts = urlsplit(postgres_url)
    where = f"host={parts.hostname}&port={parts.port}&user={parts.username}"
    at = f"postgresql://{parts.path}?{where}&application_name=a%20cohort"
    with open_tables(study, "postgres", at) as tables:
        assert tables.rows(tables.deaths.count().name("n").as_table()) == [{"n": 4}]


def test_postgresql_answers_from_one_state_of_its_tables(study, postgres_url):
    import psycopg

    from lltic.sources.schema import SQL_TYPES, TABLES

    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute("CREATE SCHEMA warehouse")
        for name in USED:
            columns = ", ".join(f"{c.name} {SQL_TYPES[c.type]}" for c in TABLES[name].columns)
            other.execute(f"CREATE TABLE warehouse.{name} ({columns})")
        with open_tables(study, "postgres", f"{plain}?schema=warehouse") as tables:
            number = tables.persons.count().name("n").as_table()
            assert tables.rows(number) == [{"n": 0}]
            other.execute("INSERT INTO warehouse.persons (person_id) VALUES ('late')")
            assert tables.rows(number) == [{"n": 0}]


@pytest.mark.slow
def test_spark_reads_a_study_whatever_its_folder_is_called(tmp_path):
    from deaths_by_hand import write_extract
    from spark_here import session

    study = write_extract(Study.init(tmp_path / "a [1] {b}*?#%20", key=b"k" * 32), SPELLS, DEATHS)
    build(study)
    before = files(study)
    with session():
        build(study, engine="spark")
    assert files(study) == before


@pytest.mark.parametrize(
    ("engine", "at", "code"),
    [
        ("duckdb", "spark://host:7077", "bad-option"),
        ("postgres", "", "bad-address"),
        ("postgres", "mysql://me@host/db", "bad-address"),
        ("postgres", "postgresql://me:secret@host/db", "bad-address"),
        ("postgres", "postgresql://me@host/db?password=secret", "bad-address"),
        ("postgres", "postgresql://me@host/db?sslpassword=secret", "bad-address"),
        ("postgres", "postgresql://secret@[::1/db", "bad-address"),
        ("postgres", "postgresql://me@127.0.0.1:1/db?connect_timeout=2", "engine-unreachable"),
    ],
)
def test_a_wrong_address_is_said_and_not_repeated(study, engine, at, code):
    with pytest.raises(LlticError) as error:
        build(study, engine=engine, at=at)
    assert error.value.codes == (code,)
    assert "secret" not in str(error.value)


def test_tables_that_lack_a_column_are_named(study, postgres_url):
    at = postgres_url.replace("+psycopg", "") + "?schema=nothing"
    with pytest.raises(LlticError) as error:
        build(study, engine="postgres", at=at)
    assert set(error.value.codes) == {"missing-column"}


@pytest.mark.parametrize(("at", "code"), [("yarm", "bad-address"), ("", "engine-unreachable")])
def test_a_wrong_master_is_said_at_once(study, at, code):
    needs_spark()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"spark://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(LlticError) as error:
        build(study, engine="spark", at=at or nobody)
    assert error.value.codes == (code,)


def test_without_java_it_says_what_to_install(study, monkeypatch, tmp_path):
    needs_spark()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(LlticError) as error:
        build(study, engine="spark")
    assert error.value.codes == ("no-java",)
    assert "apt install" in str(error.value)


@pytest.mark.parametrize(
    ("library", "engine", "at"),
    [("pyspark", "spark", ""), ("psycopg", "postgres", "postgresql://me@host/db")],
)
def test_without_its_library_it_says_what_to_install(study, monkeypatch, library, engine, at):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, f"{library}.sql", None)
    with pytest.raises(LlticError) as error:
        build(study, engine=engine, at=at)
    assert error.value.codes == ("engine-not-installed",)
    assert f"lltic[{engine}]" in str(error.value)


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=100), st.text(max_size=80).filter(lambda t: "\0" not in t))
def test_a_label_made_by_the_million_is_the_label(key, person):
    sql = f"SELECT {label_of('$person')}"
    made = duckdb.execute(sql, {**key_pads(key), "person": person}).fetchone()
    assert made == (case_label(key, person),)


def test_what_is_looked_at_after_another_build_is_refused(study):
    first = build(study)
    assert len(first.cases) == 2
    build(study, "in_hospital_deaths")
    with pytest.raises(LlticError) as error:
        list(first.cases)
    assert error.value.codes == ("not-made-yet",)


@pytest.mark.slow
def test_a_cluster_of_two_workers_writes_the_same_bytes_and_stops(study):
    """The commands of docs/engines.md: a master, two workers, partitions, loopback."""
    needs_spark()
    run = [sys.executable, ROOT / "docs/examples/spark/demo.py", "--study", study.path]
    done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "workers that worked: 2 of 2" in done.stdout
    assert "the same files, byte for byte" in done.stdout
    (address,) = (line for line in done.stdout.splitlines() if line.startswith("cluster at"))
    port = int(address.rpartition(":")[2])
    with socket.socket() as nobody:
        assert nobody.connect_ex(("127.0.0.1", port)) != 0
