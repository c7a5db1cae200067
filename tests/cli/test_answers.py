"""``lltic answers``: out as FHIR or tables, back to be compared, and never into the record."""

from __future__ import annotations

import csv
import json
import re
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from every_kind_study import REVIEW, make_every_kind_study
from many_sided_study import PEOPLE, make_many_sided
from small_study import AMIRA, BEN, TickingClock, World
from whole_answers import fill, say_all

from lltic.cli import main
from lltic.form.exchange.frames import from_csv, typed
from lltic.form.load import load_form
from lltic.reviews import admin, read
from lltic.reviews.desk import Desk
from lltic.study import Study

WORDS = "Fell at night – « rien » sous l’œil.\r\n\tSeen after an hour. \x07"
ANSWERS = {
    "facts.seen_on": {"value": "2026-09-01"},
    "facts.noticed_on": {"missing": "not_known"},
    "facts.age": {"value": 81},
    "facts.weight": {"value": 61.5},
    "facts.ward": {"missing": "declined"},
    "facts.where": {"value": ["ward", "home"]},
    "problems.any": {"value": "yes"},
    "problems.list": {"value": ["b2", "a1"]},
    "problems.list.b2.harm": {"value": "no"},
    "problems.list.b2.words": {"value": "Asked before the harm was said to be none."},
    "problems.list.a1.harm": {"value": "yes"},
    "problems.list.a1.words": {"value": WORDS},
    "overall.judgement": {"value": "Kind care, slow at night."},
    "overall.sure": {"value": 2},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    """One review in, another that is not."""
    clock = TickingClock()
    made = make_every_kind_study(
        tmp_path_factory.mktemp("s") / "study", clock, "correct-horse-battery"
    )
    with admin.writing(made) as store:
        world = World(made, store, Desk(made, store, clock), count(1))
        for person, review in ((AMIRA, REVIEW), (BEN, f"{REVIEW[:-1]}2")):
            for path, value in ANSWERS.items():
                more = {"field": path, "value": value, "base_version": 0}
                world.desk.operate(person, world.operation("answer", review, **more))
        world.submit(AMIRA, REVIEW)
    return made


def run(capsys, *words: object) -> tuple[int, str, str]:
    code = main(["answers", *map(str, words)])
    return (code, *capsys.readouterr())


@pytest.fixture
def fhir(study, tmp_path, capsys) -> Path:
    code, _, _ = run(capsys, "export", tmp_path / "out", "--to", "fhir", "--study", study.path)
    assert code == 0
    return tmp_path / "out"


def test_each_review_that_is_in_is_a_response_and_nobody_is_named(fhir: Path) -> None:
    with (fhir / "index.csv").open(newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["review"], row["kind"], row["reader"]) == (REVIEW, "independent", "1")
    assert {p.relative_to(fhir).as_posix() for p in fhir.rglob("*.*")} == {
        *("index.csv", "responses/00001.json", "questionnaires/01.json"),
    }
    document = json.loads((fhir / row["file"]).read_text("utf-8"))
    assert document["identifier"]["value"] == REVIEW
    assert document["meta"]["security"][0]["code"] == "HTEST"
    assert row["synthetic"] == "yes"
    assert (document["status"], document["resourceType"]) == ("completed", "QuestionnaireResponse")
    asked = json.loads((fhir / "questionnaires/01.json").read_text("utf-8"))
    assert document["questionnaire"] == f"{asked['url']}|{asked['version']}"
    said = "".join(path.read_text("utf-8") for path in fhir.rglob("*.*"))
    assert AMIRA.name not in said and AMIRA.label not in said


def test_what_was_exported_is_what_is_on_record(fhir: Path, study: Study, tmp_path, capsys) -> None:
    before = read.head(study)
    file, out = fhir / "responses/00001.json", tmp_path / "draft.json"
    where = ("--form", "every_kind", "--study", study.path)
    code, said, _ = run(capsys, "read", file, *where, "--out", out)
    assert code == 0
    assert "Every answer is the one on record." in said
    assert "rien" not in said
    answers = json.loads(out.read_text("utf-8"))["answers"]
    hidden = "problems.list.b2.words"  # which branching does not ask
    assert answers == {path: a for path, a in ANSWERS.items() if path != hidden}
    assert out.stat().st_mode & 0o077 == 0
    assert read.head(study) == before


def test_the_answer_that_stays_behind_is_told(study: Study, tmp_path, capsys) -> None:
    where = ("--to", "fhir", "--study", study.path, "--json")
    _, said, _ = run(capsys, "export", tmp_path / "out", *where)
    told = [(one["review"], one["code"], one["where"]) for one in json.loads(said)["losses"]]
    assert (REVIEW, "not-reached", "problems.list.b2.words") in told
    assert (REVIEW, "text-as-typed", "problems.list.a1.words") in told


def test_every_difference_is_named_and_no_answer_is_said(fhir: Path, study: Study, capsys) -> None:
    file = fhir / "responses/00001.json"
    document = json.loads(file.read_text("utf-8"))
    facts = document["item"][0]["item"]
    age = next(item for item in facts if item["linkId"] == "facts.age")
    age["answer"][0]["valueInteger"] = 82
    document["item"][0]["item"] = [i for i in facts if i["linkId"] != "facts.ward"]
    file.write_text(json.dumps(document))
    code, said, _ = run(
        capsys, "read", file, "--form", "every_kind", "--study", study.path, "--json"
    )
    assert code == 1
    assert json.loads(said)["differing"] == ["facts.age", "facts.ward"]
    assert "61.5" not in said and "Kind care" not in said


def test_without_a_study_a_response_is_checked_and_what_is_lacking_said(
    fhir: Path, study: Study, capsys
) -> None:
    file = fhir / "responses/00001.json"
    document = json.loads(file.read_text("utf-8"))
    document["item"] = document["item"][:2]
    file.write_text(json.dumps(document))
    form = study.path / "review_forms" / "every_kind.yml"
    code, said, _ = run(capsys, "read", file, "--form", form, "--json")
    told = json.loads(said)
    assert (code, told["differing"]) == (0, None)
    assert [line.split(":")[0] for line in told["lacking"]] == ["overall.judgement", "overall.sure"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(resourceType="Patient"), "fhir-wrong-resource"),
        (lambda d: d["item"][0]["item"][0]["answer"][0].update(valueDate="1/9/2026"), "bad-value"),
    ],
)
def test_a_wrong_response_is_refused_with_its_file(fhir: Path, study, capsys, change, code) -> None:
    file = fhir / "responses/00001.json"
    document = json.loads(file.read_text("utf-8"))
    change(document)
    file.write_text(json.dumps(document))
    words = ("--form", "every_kind", "--study", study.path, "--json")
    exit_code, out, _ = run(capsys, "read", file, *words)
    problems = json.loads(out)["problems"]
    assert exit_code == 1
    assert code in {p["code"] for p in problems}
    assert all(p["where"].startswith(str(file)) for p in problems)
    assert "1/9/2026" not in out


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_tables_keep_their_types_and_their_kinds_of_missingness(
    study: Study, tmp_path, capsys, name: str
) -> None:
    code, _, _ = run(capsys, "export", tmp_path / "out", "--to", name, "--study", study.path)
    assert code == 0
    here = tmp_path / "out" / "form-01"
    form = load_form("every_kind", study.path).model
    if name == "csv":
        wide = from_csv(form, (here / "reviews.csv").read_text("utf-8"))
        long = from_csv(form, (here / "entries-1.csv").read_text("utf-8"), "problems.list")
    else:
        made = {t: pd.read_parquet(here / f"{t}.parquet") for t in ("reviews", "entries-1")}
        wide = typed(form, made["reviews"])
        long = typed(form, made["entries-1"], "problems.list")
    assert list(wide["review"]) == [REVIEW]
    assert list(wide["overall.sure"].cat.categories) == [1, 2, 3]
    assert wide["overall.sure"].cat.ordered
    assert wide.loc[0, "facts.noticed_on:missing"] == "not_known"
    assert wide.loc[0, "facts.ward:missing"] == "declined"
    assert list(long["entry"]) == ["b2", "a1"]
    assert list(long["harm"]) == ["no", "yes"]
    assert next(iter(long["words:missing"])) == "not_reached"
    words = WORDS if name == "parquet" else WORDS.replace("\r\n", "\n").replace("\x07", "\ufffd")
    assert long.loc[1, "words"] == words


def test_nothing_is_put_into_a_folder_that_holds_files(study: Study, tmp_path, capsys) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, out, _ = run(capsys, "export", tmp_path, "--to", "fhir", "--study", study.path, "--json")
    assert (code, json.loads(out)["problems"][0]["code"]) == (2, "folder-in-use")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    code, out, _ = run(
        capsys, "export", tmp_path / "o", "--to", "pdf", "--study", study.path, "--json"
    )
    assert (code, json.loads(out)["problems"][0]["code"]) == (2, "unknown-format")


def test_stage_2_and_the_sides_of_a_joint_review_are_responses_of_their_own(
    tmp_path, capsys
) -> None:
    study = make_many_sided(tmp_path / "study")
    case, ada = "AAAAA-00004", PEOPLE["ada"]
    with admin.writing(study) as store:
        world = World(study, store, Desk(study, store, TickingClock()), count(1))
        take = {"op_id": "operation-take", "kind": "take", "case_id": case}
        taken = world.desk.operate(ada, {**take, "value": {"kind": "stage_2"}})["review_id"]
        form = load_form("sjr_stage2").model
        for number, (path, answer) in enumerate(fill(form, say_all).items()):
            more = {"field": path, "value": answer, "base_version": 0, "case_id": case}
            op = {"op_id": f"op-2-{number:05}", "kind": "answer", "review_id": taken, **more}
            world.desk.operate(ada, op)
        submit = {"op_id": "operation-submit", "kind": "submit", "review_id": taken}
        world.desk.operate(ada, {**submit, "case_id": case}, "password")
    code, _, _ = run(capsys, "export", tmp_path / "out", "--to", "fhir", "--study", study.path)
    assert code == 0
    with (tmp_path / "out" / "index.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    mine = [(r["kind"], r["reader"], r["form"]) for r in rows if r["case"] == case]
    assert mine == [
        *(("independent", "1", "sjr"), ("independent", "2", "sjr"), ("stage_2", "1", "sjr_stage2")),
    ]
    assert {r["discipline"] for r in rows if r["form"] == "lltic_joint"} == {
        *("primary_care", "secondary_care"),
    }
    assert len(list((tmp_path / "out" / "questionnaires").iterdir())) == 3
    for row in rows:
        where = ("--form", row["form"], "--study", study.path)
        code, said, _ = run(capsys, "read", tmp_path / "out" / row["file"], *where)
        assert (code, said.splitlines()[-1]) == (0, "Every answer is the one on record.")


def test_the_lines_for_a_notebook_work_as_the_page_has_them(study: Study) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "exchange.md"
    (block,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    names: dict = {}
    exec(block.replace('"demo"', repr(str(study.path))), names)
    frames = names["frames"]
    assert list(frames.wide["review"]) == [REVIEW]
    assert list(frames.wide["problems.any"].cat.categories) == ["yes", "no"]
    assert list(frames.long["problems.list"]["harm"]) == ["no", "yes"]
