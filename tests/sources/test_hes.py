"""The dialect hes-apc: fields, codes, files, what is left out, and make-believe trusts."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hes_extract import COLUMNS, REGISTERED, Row, make, row, write_csv
from ward_extract import empty_study

from lltic.errors import LlticError
from lltic.sources import hes, read_table
from lltic.sources.hes_doubts import DOUBTS
from lltic.sources.ingest import Ingested, ingest
from lltic.sources.reconcile import REFUSED
from lltic.sources.screening import LEFT_OUT
from lltic.study import Study


@pytest.fixture
def taken(empty_study: Study, tmp_path: Path):
    """Ingest some episodes and registrations; return what was met and the tables."""

    def take(episodes: list[Row], deaths: list[Row] | None = None) -> tuple[Ingested, dict]:
        folder = tmp_path / "hes"
        folder.mkdir()
        write_csv(folder / "apc.csv", episodes)
        if deaths is not None:
            write_csv(folder / "deaths.csv", deaths, REGISTERED)
        result = ingest(empty_study, "hes-apc", [folder])
        names = ("persons", "spells", "episodes", "deaths")
        return result, {n: read_table(empty_study, n).to_dict("records") for n in names}

    return take


def died(person: str, on: str, registered: str = "", rank: str = "1") -> Row:
    return dict(zip(REGISTERED, (person, on, registered, rank), strict=True))


def codes(result: Ingested) -> dict[str, int]:
    found: Counter[str] = Counter()
    for problem in result.problems:
        found[problem.code] += problem.count
    return dict(found)


# --- fields and codes ----------------------------------------------------------------------------


def test_an_episode_becomes_a_spell_with_every_column_that_hes_can_tell(taken):
    more = {"DOB": "1952-05-06", "NEWNHSNO": "9990873305", "GPPRAC": "C82001"}
    result, tables = taken([row(**more)])
    assert result.problems == ()
    (person,), (spell,) = tables["persons"], tables["spells"]
    assert (person["nhs_number"], person["sex"]) == ("9990873305", "male")
    assert (person["born_on"], person["practice_id"]) == (pd.Timestamp("1952-05-06"), "C82001")
    expected = {
        "spell_id": "1",
        "person_id": "P1",
        "provider_id": "RAA",
        "site_id": "RAA01",
        "setting": "acute",
        "specialty": "320",
        "patient_class": "ordinary",
        "admitted_at": pd.Timestamp("2024-02-26"),
        "discharged_at": pd.Timestamp("2024-02-29"),  # a leap day
        "admission_method": "emergency",
        "transferred_in": False,
        "transferred_out": False,
        "discharge_method": "advice",
        "died_in_hospital": False,
        "age_at_admission": 71,
        "primary_diagnosis": "J189",
    }
    assert {name: spell[name] for name in expected} == expected
    (episode,) = tables["episodes"]
    assert (episode["place"], episode["joined_by"], episode["spell_id"]) == (1, "first", "1")


METHODS = {
    "elective": ["11", "12", "13"],
    "emergency": ["21", "22", "23", "24", "25", "2A", "2D", "28"],
    "transfer": ["2B", "67", "81"],
    "maternity": ["31", "32"],
    "birth": ["2C", "82", "83"],
    "unknown": ["84", "89", "98", "99", ""],
}
TRANSFERS = [
    ("51", "53", True, True),
    ("19", "79", False, False),
    ("98", "99", None, None),
    ("52", "", True, None),
]
ENDS = [
    ("1", "advice", False),
    ("2", "self", False),
    ("6", "self", False),
    ("7", "self", False),
    ("3", "court", False),
    ("4", "died", True),
    ("5", "stillbirth", False),
    ("9", "unknown", False),
    ("8", None, False),
    ("", None, False),
]
CLASSES = {"1": "ordinary", "2": "day_case", "3": "regular_day", "4": "regular_night"}
CLASSES |= {"5": "mother_and_baby", "8": None, "9": None, "": None}
AGES = {"0": 0, "120": 120, "": None} | {f"700{n}": 0 for n in range(1, 8)}
PROVIDERS = {"RAA01": "RAA", "89997": "89997", "NT4": "NT4"}
NULLS = ["1800-01-01", "1801-01-01", "1600-01-01", "1582-10-15", ""]


GOING = {"EPISTAT": "1", "DISMETH": "8"}
CHANGES: list[Row] = [
    *({"ADMIMETH": code} for known in METHODS.values() for code in known),
    *({"ADMISORC": came, "DISDEST": left} for came, left, _, _ in TRANSFERS),
    *({"DISMETH": code} for code, _, _ in ENDS),
    *({"CLASSPAT": code} for code in CLASSES),
    *({"STARTAGE": code} for code in AGES),
    *({"PROCODE3": code} for code in PROVIDERS),
    *(GOING | {"EPIEND": null, "DISDATE": null} for null in NULLS),
]


@pytest.fixture(scope="module")
def spells(tmp_path_factory: pytest.TempPathFactory):
    """Return the spell that a change of the plain episode makes; all were one extract."""
    folder = tmp_path_factory.mktemp("codes")
    rows = [row(f"{n:03}", f"P{n:03}", **change) for n, change in enumerate(CHANGES)]
    write_csv(folder / "apc.csv", rows)
    study = Study.init(folder / "study", key=b"k" * 32)
    assert ingest(study, "hes-apc", [folder]).problems == ()
    found = read_table(study, "spells").to_dict("records")
    assert len(found) == len(CHANGES)

    def of(**change: str) -> dict:
        spell = found[CHANGES.index(change)]
        return {name: None if pd.isna(value) else value for name, value in spell.items()}

    return of


def test_methods_of_admission(spells):
    for method, known in METHODS.items():
        for code in known:
            spell = spells(ADMIMETH=code)
            assert (code, spell["admission_method"]) == (code, method)
            assert (code, spell["transferred_in"]) == (code, method == "transfer")


def test_transfers_are_told_by_where_from_and_where_to(spells):
    for come_from, gone_to, came, left in TRANSFERS:
        spell = spells(ADMISORC=come_from, DISDEST=gone_to)
        assert (spell["transferred_in"], spell["transferred_out"]) == (came, left)


def test_methods_of_discharge(spells):
    for code, method, died_here in ENDS:
        spell = spells(DISMETH=code)
        assert (code, spell["discharge_method"]) == (code, method)
        assert (code, spell["died_in_hospital"]) == (code, died_here)


def test_classes_ages_providers_and_dates_that_mean_nothing(spells):
    for code, expected in CLASSES.items():
        assert (code, spells(CLASSPAT=code)["patient_class"]) == (code, expected)
    for code, age in AGES.items():
        assert (code, spells(STARTAGE=code)["age_at_admission"]) == (code, age)
    for code, provider in PROVIDERS.items():
        assert (code, spells(PROCODE3=code)["provider_id"]) == (code, provider)
    for null in NULLS:
        assert spells(**GOING, EPIEND=null, DISDATE=null)["discharged_at"] is None


def test_what_hes_does_not_have_is_left_out_and_counted(taken):
    ages = ["121", "7008", "7000", "-1", "seventy"]
    odd = [("CLASSPAT", "7", "patient_class"), ("DISMETH", "X", "discharge_method")]
    odd += [("ADMIMETH", "2Z", "admission_method"), ("ADMISORC", "00", "transferred_in")]
    changes = [{"STARTAGE": age} for age in ages] + [{column: code} for column, code, _ in odd]
    result, tables = taken([row(f"{n}", f"P{n}", **c) for n, c in enumerate(changes)])
    assert codes(result) == {"wrong-form": 4, "wrong-type": 1, "unknown-code": len(odd)}
    told = {p.where.partition(",")[0]: p.allowed for p in result.problems}
    assert set(told) == {f"apc.csv: column {name}" for name in ("STARTAGE", *(o[0] for o in odd))}
    assert "98" not in told["apc.csv: column ADMISORC"]
    assert told["apc.csv: column ADMISORC"].startswith("51, 52, 53, 19")
    spells = tables["spells"]
    assert all(pd.isna(s["age_at_admission"]) for s in spells[: len(ages)])
    for spell, (column, _, canonical) in zip(spells[len(ages) :], odd, strict=True):
        unknown = spell[canonical] == "unknown" if column == "ADMIMETH" else spell[canonical]
        assert unknown is True or pd.isna(unknown), column
    assert "seventy" not in str(result.problems)


def test_what_a_person_is_comes_from_the_latest_episode_that_says_something(taken):
    plain = {"DOB": "", "NEWNHSNO": "", "GPPRAC": ""}
    later = {"EPISTART": "2024-02-28", "PROCODE3": "RBB"}
    result, tables = taken(
        [
            row("1", **plain | {"SEX": "1", "DOB": "1950-01-01", "GPPRAC": "C1"}),
            row("2", **plain | later | {"SEX": "2", "GPPRAC": "C2", "DOB": "1950-01-01"}),
            row("3", **plain | later | {"SEX": "9", "GPPRAC": "V81999", "PROCODE3": "RCC"}),
            row("4", **plain | {"PROCODE3": "89999"}),  # a provider that is not known
        ]
    )
    (person,) = tables["persons"]
    assert (person["sex"], person["practice_id"]) == ("female", "C2")
    assert person["born_on"] == pd.Timestamp("1950-01-01")
    found = codes(result)
    assert (found["sex-differs"], found["missing-value"]) == (1, 1)
    assert "birth-differs" not in found


# --- stays and deaths ----------------------------------------------------------------------------


def test_ends_a_stillbirth_is_no_death_and_a_death_may_be_known_from_the_discharge_alone(taken):
    born = {"ADMIMETH": "82", "STARTAGE": "7001", "DISMETH": "5", "DISDEST": "79"}
    died_here = {"DISMETH": "4", "DISDEST": "79"}
    result, tables = taken(
        [
            row("1", "P1", **born),
            row("2", "P2", **died_here),
            row("3", "P3", **died_here, DISDATE="1801-01-01"),
        ]
    )
    baby, *_ = tables["spells"]
    assert (baby["discharge_method"], baby["admission_method"]) == ("stillbirth", "birth")
    assert (baby["died_in_hospital"], baby["age_at_admission"]) == (False, 0)
    known, on_the_last_day = tables["deaths"]
    said = [known[n] for n in ("death_id", "source", "spell_id", "reconciled", "died_on")]
    assert said == ["H-2", "hospital", "2", "HES1", pd.Timestamp("2024-02-29")]
    assert on_the_last_day["died_on"] == pd.Timestamp("2024-02-29")
    assert codes(result) == {"discharge-from-episode-end": 1}


def test_registrations_that_are_refused_are_counted_by_code_and_row(taken):
    deaths = [
        died("P1", "2024-02-20", "2024-02-22"),
        died("P2", "2024-03-20", "2024-03-22", "7"),
        died("P2", "2024-03-20", "2024-03-22"),
        died("P3", "1801-01-01", "2024-03-25"),
        died("P3", "", ""),
        died("P9", "2024-03-20", "2024-03-22"),
    ]
    result, tables = taken([row(n, f"P{n}") for n in "123"], deaths)
    assert codes(result) == {
        "rejected-link": 1,
        "repeated-registration": 1,
        "death-on-registration-day": 1,
        "missing-value": 1,
        "dangling-person": 1,
    }
    assert result.unaccounted() == []
    assert [d["person_id"] for d in tables["deaths"]] == ["P2", "P3", "P9"]
    rows = {p.code: p.where.rpartition("row ")[2] for p in result.problems}
    assert rows["rejected-link"] == "2"
    assert rows["repeated-registration"] == "3"


def test_registrations_that_are_all_other_peoples_do_not_stop_the_ingest(taken):
    result, tables = taken([row(n, f"P{n}") for n in "12"], [died("P1", "2024-01-01")])
    assert codes(result) == {"rejected-link": 1}
    assert (result.rows_refused["deaths"], result.unaccounted()) == (1, [])
    assert (len(tables["spells"]), tables["deaths"]) == (2, [])


def test_registrations_that_cannot_be_read_do_stop_it(taken):
    with pytest.raises(LlticError) as error:
        taken([row()], [died("P1", "1/3/2024", "5/3/2024")])
    assert set(error.value.codes) == {"wrong-date", "no-row-kept"}


ODD: dict[str, list[Row]] = {
    "admission-date-imputed": [row(ADMIDATE="1801-01-01")],
    "starts-before-admission": [row(ADMIDATE="2024-02-27")],
    "overlapping-episode": [
        row(DISMETH="8", DISDATE=""),
        row("2", EPIORDER="2", EPISTART="2024-02-28"),
    ],
    "episode-after-death": [row(DISMETH="4"), row("2", EPIORDER="2", EPISTART="2024-02-29")],
    "episode-after-discharge": [row(), row("2", EPIORDER="2", EPISTART="2024-02-29", DISMETH="3")],
    "unfinished-with-discharge": [row(EPISTAT="9", DISMETH="4", DISDATE="")],
    "spell-differs-from-sus": [
        row(SUSSPELLID="7"),
        row("2", EPIORDER="2", EPISTART="2024-02-29", SUSSPELLID="8"),
    ],
    "finished-without-discharge": [row(DISMETH="8", DISDATE="")],
    "overlapping-spell": [
        row(),
        row("2", PROCODE3="RBB", ADMIDATE="2024-02-28", EPISTART="2024-02-28"),
    ],
    "died-more-than-once": [
        row(DISMETH="4"),
        row("2", ADMIDATE="2024-03-01", EPISTART="2024-03-01", EPIEND="2024-03-02")
        | {"DISDATE": "2024-03-02", "DISMETH": "4"},
    ],
    "sex-differs": [row(), row("2", PROCODE3="RBB", SEX="2", ADMIDATE="2024-02-29")],
    "birth-differs": [row(DOB="1950-01-01"), row("2", PROCODE3="RBB", DOB="1951-01-01")],
    "number-differs": [
        row(NEWNHSNO="9990873305"),
        row("2", PROCODE3="RBB", NEWNHSNO="9434765919"),
    ],
}


def test_what_looks_odd_is_kept_and_counted(taken):
    plain = {"DOB": "", "NEWNHSNO": ""}
    episodes = [
        plain | e | {"ENCRYPTED_HESID": code, "EPIKEY": f"{code}{e['EPIKEY']}"}
        for code, some in ODD.items()
        for e in some
    ]
    result, _ = taken(episodes)
    assert result.rows_kept["episodes"] == len(episodes)
    told = {p.code: p for p in result.problems}
    for code, some in ODD.items():
        first = next(n for n, e in enumerate(episodes, 2) if e["ENCRYPTED_HESID"] == code)
        rows = {int(n) for n in re.findall(r"\d+", told[code].where.split("row")[1])}
        assert rows & set(range(first, first + len(some))), code
    assert set(ODD) | {"death-on-registration-day", "discharge-from-episode-end"} == set(DOUBTS)


def test_a_discharge_that_every_episode_of_a_spell_repeats_is_no_contradiction(taken):
    died_there = {"DISMETH": "4", "DISDEST": "79"}
    second = {"EPIORDER": "2", "EPISTART": "2024-02-27"}
    result, tables = taken(
        [
            row("1", "P1", EPIEND="2024-02-27", **died_there),
            row("2", "P1", **second, **died_there),
            row("3", "P2", EPIEND="2024-02-27"),
            row("4", "P2", **second),
        ]
    )
    assert result.problems == ()
    assert [s["discharge_method"] for s in tables["spells"]] == ["died", "advice"]


def test_a_stay_on_the_day_of_discharge_that_is_joined_is_told(taken):
    same_day = {"EPISTART": "2024-02-29", "ADMIDATE": "2024-02-29"}
    later = same_day | {"EPIEND": "2024-03-05", "DISDATE": "2024-03-05"}
    result, tables = taken([row("1", **same_day, CLASSPAT="2"), row("2", **later)])
    assert len(tables["spells"]) == 1
    (problem,) = result.problems
    assert (problem.code, problem.where) == ("episode-after-discharge", "apc.csv: row 3")


@pytest.mark.parametrize(
    ("table", "lost"), [("hes_joined", "episode_id = '2'"), ("hes_deaths", "spell_id = '2'")]
)
def test_a_row_that_the_rules_lost_would_be_noticed(
    empty_study, tmp_path, monkeypatch, table, lost
):
    write_csv(tmp_path / "apc.csv", [row("1", "P1"), row("2", "P2", DISMETH="4")])
    write_csv(tmp_path / "deaths.csv", [died("P1", "2024-03-20"), died("P2", "2024-02-29")])
    assert ingest(empty_study, "hes-apc", [tmp_path]).unaccounted() == []
    right = hes._statements()
    wrong = [
        (name, f"SELECT * FROM ({sql}) WHERE {lost} IS NOT TRUE" if name == table else sql)
        for name, sql in right
    ]
    monkeypatch.setattr(hes, "_statements", lambda: wrong)
    with pytest.raises(LlticError) as error:
        ingest(empty_study, "hes-apc", [tmp_path])
    assert "rows-unaccounted" in error.value.codes


# --- files ---------------------------------------------------------------------------------------


def test_several_files_are_one_extract_and_a_row_is_named_with_its_file(empty_study, tmp_path):
    folder = tmp_path / "hes"
    folder.mkdir()
    write_csv(folder / "APC_2022.csv.gz", [row("1", "P1"), row("2", "P2")])
    backwards = {name.lower(): text for name, text in reversed(row("3", "P3").items())}
    write_csv(folder / "apc_2023.csv", [backwards, backwards | {"epikey": "4", "epistart": "soon"}])
    pd.DataFrame([row("5", "P5")]).drop(columns="SITETRET").to_parquet(folder / "apc_2024.parquet")
    (folder / "readme_apc.txt").write_text("not an extract")
    (folder / "~$apc_2024.xlsx").write_bytes(b"who has it open")
    (folder / "._apc_2023.csv").write_bytes(b"what macOS leaves beside a file")
    result = ingest(empty_study, "hes-apc", [folder])
    assert result.rows_in["hes_episodes"] == 5
    assert result.rows_kept["spells"] == 4
    (problem,) = result.problems
    assert problem.code == "wrong-date"
    assert problem.where.endswith("row 3 of file 2")
    assert "file 2 apc_2023.csv" in problem.where
    assert "soon" not in str(problem)
    assert read_table(empty_study, "spells")["site_id"].isna().sum() == 1


def test_a_missing_column_is_told_of_each_file(empty_study, tmp_path):
    write_csv(tmp_path / "apc_1.csv", [row()], [c for c in COLUMNS if c != "EPISTAT"])
    write_csv(tmp_path / "apc_2.csv", [row()], [c for c in COLUMNS if c != "DISMETH"])
    with pytest.raises(LlticError) as error:
        ingest(empty_study, "hes-apc", [tmp_path])
    assert set(error.value.codes) == {"missing-column"}
    assert {p.where for p in error.value.problems} >= {"apc_1.csv: EPISTAT", "apc_2.csv: DISMETH"}


def test_an_extract_without_rows_and_one_without_a_file(empty_study, tmp_path):
    with pytest.raises(LlticError) as error:
        ingest(empty_study, "hes-apc", [tmp_path])
    assert error.value.codes == ("no-file",)
    write_csv(tmp_path / "apc.csv", [], list(COLUMNS))
    result = ingest(empty_study, "hes-apc", [tmp_path])
    assert sum(result.rows_in.values()) == 0
    assert result.problems == ()


# --- make-believe trusts -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_the_stays_and_deaths_behind_thousands_of_episodes_are_found(empty_study, tmp_path, seed):
    extract = make(seed, 900, faults=4)
    extract.write(tmp_path / "hes")
    assert sum(map(len, extract.episodes.values())) > 4000
    result = ingest(empty_study, "hes-apc", [tmp_path / "hes"])
    assert result.unaccounted() == []
    spells = read_table(empty_study, "spells")
    days = spells[["admitted_at", "discharged_at"]].apply(lambda column: column.dt.date)
    found = {
        (person, provider, admitted, None if pd.isna(left) else left, ended)
        for person, provider, admitted, left, ended in zip(
            spells["person_id"],
            spells["provider_id"],
            days["admitted_at"],
            days["discharged_at"],
            spells["died_in_hospital"],
            strict=True,
        )
    }
    assert found == extract.spells
    assert len(spells) == len(found)
    deaths = read_table(empty_study, "deaths")
    heads = deaths[deaths["reconciled"].notna()]
    assert heads["person_id"].is_unique
    known = {
        person: (on.date(), kind)
        for person, on, kind in zip(
            heads["person_id"], heads["died_on"], heads["reconciled"], strict=True
        )
    }
    assert known == extract.deaths
    assert set(heads["reconciled"]) == {"ONS1", "ONS2", "HES1", "HES2", "MIX1"}


def test_each_fault_is_counted_by_its_code_and_every_row_is_accounted_for(empty_study, tmp_path):
    extract = make(3, 150, faults=7)
    extract.write(tmp_path / "hes")
    result = ingest(empty_study, "hes-apc", [tmp_path / "hes"])
    found = codes(result)
    assert {code: found.get(code) for code in extract.faults} == dict(extract.faults)
    assert result.rows_in["hes_episodes"] == sum(map(len, extract.episodes.values()))
    assert result.unaccounted() == []
    out = {**LEFT_OUT, "missing-value": "", "wrong-date": "", "unknown-code": ""}
    lost = sum(n for code, n in found.items() if code in out)
    assert result.rows_in["hes_episodes"] - lost == result.rows_kept["episodes"]
    assert "BAD" not in str(result.problems)


def test_the_words_on_problems_have_no_code_twice():
    assert not set(LEFT_OUT) & set(DOUBTS)
    assert not (set(LEFT_OUT) | set(DOUBTS)) & set(REFUSED)
