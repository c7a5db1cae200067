"""``lltic exercise``: from two files of answers to a paper, and every refusal on the way."""

from __future__ import annotations

import csv
import json
from itertools import count
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from small_study import CODY, World, clock

from lltic.cells import csv_line
from lltic.cli import main
from lltic.definitions import find
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.study import Study
from lltic.themes import load_codebook
from lltic.themes.exercise.layout import SYNTHESIS

__all__ = ["clock"]

HEAD = ["source", "group", "sheet", "question", "text"]
BEFORE = [
    HEAD,
    ["pre_event", "hospital", "1", "obstacles", "Fear of blame. Reports are too long."],
    ["pre_event", "hospital", "2", "obstacles", "=SUM(1) reports, all alike."],
    ["pre_event", "patients_families", "3", "how", "Ask families first."],
    ["pre_event", "patients_families", "4", "how", "Tea."],
]
GROUPS = [
    HEAD,
    ["focus_group", "mixed", "FG 1", "obstacles", "Reports on every fall."],
    ["focus_group", "mixed", "FG 1", "how", "Ask families."],
]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.init(tmp_path / "study", title="Autumn")


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("".join(csv_line(row, "\r\n") for row in rows), "utf-8-sig")
    return path


def write_xlsx(path: Path, rows: list[list[str]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def run(study: Study, *arguments: str) -> int:
    return main(["exercise", *arguments, "--study", str(study.path)])


def as_json(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def code_sheet(path: Path, codes: dict[str, list[tuple[str, str]]]) -> Path:
    """Fill in a coder's sheet by the words of its texts, as a person does in a spreadsheet."""
    if path.suffix == ".xlsx":
        page = load_workbook(path)["coding"]
        rows = [[cell.value or "" for cell in row] for row in page]
    else:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    head, *body = rows
    filled = [head]
    for row in body:
        cells = dict(zip(head, row, strict=True))
        for code, passage in codes.get(cells["words"], [("-", "")]):
            filled.append([{**cells, "code": code, "passage": passage}[name] for name in head])
    return write_csv(path.with_suffix(".done.csv"), filled)


CODES = {
    "Fear of blame. Reports are too long.": [
        ("learning_culture", "Fear of blame."),
        ("investigation", "Reports are too long."),
    ],
    "=SUM(1) reports, all alike.": [("investigation", "all alike")],
    "'=SUM(1) reports, all alike.": [("investigation", "all alike")],
    "Ask families first.": [("involving_families", "")],
    "Reports on every fall.": [("investigation", "")],
    "Ask families.": [("involving_families", "")],
}


@pytest.fixture
def coded(study: Study, tmp_path: Path, capsys) -> Study:
    answers = write_csv(tmp_path / "a.csv", BEFORE)
    notes = write_xlsx(tmp_path / "notes.xlsx", GROUPS)
    assert run(study, "read", str(answers), str(notes)) == 0
    sheet = tmp_path / "coding.xlsx"
    assert run(study, "sheet", str(sheet), "--coder", "cody") == 0
    assert run(study, "code", str(code_sheet(sheet, CODES)), "--coder", "cody") == 0
    capsys.readouterr()
    return study


def drawn_up(study: Study, capsys) -> Path:
    """Write a synthesis on what was coded."""
    assert run(study, "passages", "--json") == 0
    ids = {p["words"]: p["id"] for p in json.loads(capsys.readouterr().out)}
    file = study.path / "exercises/four-questions/synthesis.yml"
    file.write_text(
        f"""
groups:
  - {{id: G1, label: Investigations, codes: [investigation]}}
  - {{id: G2, label: Families, codes: [involving_families]}}
left_codes: {{learning_culture: A programme runs already.}}
challenges:
  - {{id: C1, text: Reports teach little., groups: [G1], rests_on: [{ids["all alike"]}]}}
opportunities:
  - id: O1
    text: Families could be asked.
    answers: [C1]
    builds_on: [G2]
    rests_on: [{ids["Ask families."]}]
recommendations:
  - {{id: R1, text: Ask them., by: [O1], owner: Chief nurse, organisations: [acute, practices]}}
""",
        "utf-8",
    )
    return file


def test_from_answers_to_a_paper(coded: Study, capsys):
    drawn_up(coded, capsys)
    assert run(coded, "status") == 0
    said = capsys.readouterr().out
    assert "texts 6 voices 5 read by a coder 6" in said
    assert "synthesis: whole" in said
    assert run(coded, "check") == 0
    assert "every one leads back" in capsys.readouterr().out
    assert run(coded, "paper", "--json") == 0
    page, book = (Path(file) for file in as_json(capsys)["files"])
    text = page.read_text("utf-8")
    assert "=SUM(1)" not in text  # not coded, so not quoted
    assert "all alike" in text
    assert "Synthetic." not in text
    assert load_workbook(book)["Passages"].max_row > 5


def test_one_command_shows_a_paper(tmp_path: Path, capsys):
    assert main(["exercise", "demo", str(tmp_path / "d")]) == 0
    page = Path(capsys.readouterr().out.splitlines()[0])
    assert "What is recommended" in page.read_text("utf-8")
    assert main(["exercise", "check", "--study", str(tmp_path / "d")]) == 0
    assert main(["exercise", "demo", str(tmp_path / "d")]) == 2


def test_a_new_one_is_laid_out_and_nothing_written_over(study: Study, tmp_path: Path, capsys):
    assert main(["exercise", "new", "exercise-2027", "--study", str(study.path), "--json"]) == 0
    made = [Path(file) for file in as_json(capsys)["made"]]
    assert {file.name for file in made} == {"exercise-2027.yml", "synthesis.yml", "answers.xlsx"}
    page = load_workbook(made[-1])["answers"]
    assert [cell.value for cell in page[1]] == HEAD
    made[1].write_text("groups: []\nnote: Ours.\n")
    assert main(["exercise", "new", "exercise-2027", "--study", str(study.path)]) == 0
    assert "there already" in capsys.readouterr().out
    assert "Ours." in made[1].read_text()
    page.append(BEFORE[1])
    page.parent.save(tmp_path / "filled.xlsx")
    two = ("--exercise", "exercise-2027")
    assert run(study, "read", str(tmp_path / "filled.xlsx"), *two) == 0
    assert (study.path / "exercises/2027/texts.json").is_file()
    assert main(["exercise", "new", "2027", "--study", str(study.path)]) == 2


def test_an_exercise_of_which_nothing_is_drawn_up_is_not_whole(coded: Study, capsys):
    folder = coded.path / "exercises/four-questions"
    (folder / "synthesis.yml").write_text(SYNTHESIS, "utf-8")
    parts = ("groups", "challenges", "opportunities", "recommendations")
    for told in ("synthesis-code-unused", "synthesis-nothing-coded"):
        assert run(coded, "status") == 0
        said = capsys.readouterr().out
        assert "synthesis: whole" not in said
        assert "things to finish ('lltic exercise check')" in said
        assert run(coded, "check", "--json") == 1
        problems = as_json(capsys)["problems"]
        missing = [p["where"] for p in problems if p["code"] == "synthesis-missing"]
        assert missing == [f"synthesis.yml: {part}" for part in parts]
        assert {p["code"] for p in problems} == {"synthesis-missing", told}
        assert run(coded, "paper") == 1
        for codings in (folder / "codings").iterdir():
            codings.unlink()


def test_all_problems_of_all_files_and_nothing_is_kept(study: Study, tmp_path: Path, capsys):
    bad = [HEAD, ["pre_event", "Xanthippe", "Canary", "1", "Mail xc@trust.example"]]
    files = [
        write_csv(tmp_path / "bad.csv", bad),
        write_csv(tmp_path / "good.csv", BEFORE),
        tmp_path / "gone.csv",
        tmp_path / "notes.docx",
    ]
    (tmp_path / "latin.csv").write_bytes("source,text\né".encode("latin-1"))
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04nothing")
    files += [tmp_path / "latin.csv", tmp_path / "broken.xlsx"]
    assert run(study, "read", *map(str, files), "--json") == 1
    said = capsys.readouterr().out
    codes = sorted(p["code"] for p in json.loads(said)["problems"])
    assert codes == sorted(
        ["exercise-cell"] * 2
        + ["text-identifies", "no-such-file", "file-kind", "import-encoding", "import-unreadable"]
    )
    assert "Xanthippe" not in said
    assert "xc@" not in said
    assert not (study.path / "exercises").exists()


def test_formulas_in_a_workbook_count_by_their_value_or_not_at_all(study, tmp_path, capsys):
    rows = [*BEFORE[:2], ["pre_event", "hospital", "9", "how", '=HYPERLINK("http://x.example")']]
    assert run(study, "read", str(write_xlsx(tmp_path / "f.xlsx", rows)), "--json") == 1
    (problem,) = as_json(capsys)["problems"]
    assert problem["code"] == "exercise-cell"
    assert "formula" in problem["message"]


def test_a_zip_bomb_is_refused(study: Study, tmp_path: Path, capsys):
    import zipfile

    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 60_000_000)
    assert run(study, "read", str(tmp_path / "b.xlsx")) == 1
    said = capsys.readouterr().err
    assert "b.xlsx: is too large" in said
    assert "form" not in said


def test_a_sheet_in_two_files_of_one_command_is_refused(study: Study, tmp_path: Path, capsys):
    one = write_csv(tmp_path / "one.csv", BEFORE)
    rest = [HEAD, ["pre_event", "hospital", "1", "how", "Ask families first."]]
    two = write_csv(tmp_path / "two.csv", rest)
    assert run(study, "read", str(one), str(two)) == 1
    said = capsys.readouterr().err
    assert "one.csv, two.csv: pre_event, sheet 1: stands in more files than one" in said
    assert not (study.path / "exercises/four-questions/texts.json").exists()


def test_a_codebook_that_lost_a_code_is_told_and_can_be_left(coded: Study, tmp_path, capsys):
    shipped = load_codebook("learning-from-incidents").path.read_text("utf-8")
    ours = shipped.replace("name: learning-from-incidents", "name: ours")
    ours = ours.replace("code: learning_culture", "code: culture")
    (coded.path / "codebooks/ours.yml").write_text(ours, "utf-8")
    shipped = find("exercise", "exercise-four-questions").read_text("utf-8")
    shipped = shipped.replace("codebook: learning-from-incidents", "codebook: ours")
    (coded.path / "plans/exercise-four-questions.yml").write_text(shipped, "utf-8")
    for command in (("passages",), ("status",), ("check",), ("paper", "--draft")):
        assert run(coded, *command) == 1
        said = capsys.readouterr().err
        assert "has not the codes that 1 coding is of: learning_culture" in said
    sheet = tmp_path / "again.csv"
    assert run(coded, "sheet", str(sheet), "--coder", "cody") == 0
    words = sheet.read_text("utf-8-sig").replace(",learning_culture,", ",culture,")
    sheet.write_text(words, "utf-8")
    assert run(coded, "code", str(sheet), "--coder", "cody") == 0
    assert run(coded, "status") == 0


def test_words_that_somebody_coded_go_only_when_asked(coded: Study, tmp_path: Path, capsys):
    rows = [HEAD, ["pre_event", "hospital", "1", "obstacles", "Something else."]]
    again = write_csv(tmp_path / "again.csv", rows)
    assert run(coded, "read", str(again)) == 1
    assert "--again" in capsys.readouterr().err
    assert run(coded, "read", str(again), "--again") == 0
    assert "2 codings lost their words" in capsys.readouterr().out
    assert run(coded, "status") == 0
    assert "2 codings stand on words that are no longer there" in capsys.readouterr().out


def test_a_sheet_shows_what_its_coder_did_and_is_not_written_over(coded, tmp_path, capsys):
    mine, theirs = tmp_path / "mine.csv", tmp_path / "theirs.xlsx"
    assert run(coded, "sheet", str(mine), "--coder", "cody", "--json") == 0
    assert as_json(capsys)["to_read"] == 0
    assert run(coded, "sheet", str(theirs), "--coder", "dora", "--json") == 0
    assert as_json(capsys)["to_read"] == 6
    assert run(coded, "sheet", str(mine), "--coder", "cody") == 2
    assert "all alike" in mine.read_text("utf-8-sig")
    seen = [cell.value for row in load_workbook(theirs)["coding"] for cell in row]
    assert "learning_culture" not in seen
    assert run(coded, "code", str(mine), "--coder", "cody", "--json") == 0
    found = as_json(capsys)
    assert (found["codings"], found["before"]) == (6, 6)


def test_a_paper_waits_for_a_whole_synthesis_or_is_a_draft(coded: Study, capsys):
    assert run(coded, "paper") == 1
    assert "lltic exercise new" in capsys.readouterr().err
    file = drawn_up(coded, capsys)
    file.write_text(file.read_text().replace("by: [O1]", "by: [O7]"))
    assert run(coded, "check", "--json") == 1
    assert "synthesis-dangling" in {p["code"] for p in as_json(capsys)["problems"]}
    assert run(coded, "paper") == 1
    assert "--draft" in capsys.readouterr().err
    assert run(coded, "paper", "--draft") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("! A draft")
    assert "Draft." in Path(said[1]).read_text("utf-8")


def test_passages_of_one_code_and_of_none(coded: Study, capsys):
    assert run(coded, "passages", "--code", "investigation") == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert run(coded, "passages", "--code", "investigations") == 2


def test_before_anything_was_read_each_command_says_what_to_do(study: Study, tmp_path, capsys):
    for command in (
        ("status",),
        ("check",),
        ("paper",),
        ("passages",),
        ("sheet", str(tmp_path / "s.csv"), "--coder", "c"),
    ):
        assert run(study, *command) == 1
        assert "lltic exercise read" in capsys.readouterr().err


def test_a_desk_takes_late_sheets_and_refuses_changed_words(study, tmp_path, capsys):
    desk = tmp_path / "desk"
    assert run(study, "read", str(write_csv(tmp_path / "a.csv", BEFORE))) == 0
    assert run(study, "desk", str(desk)) == 0
    assert run(study, "read", str(write_csv(tmp_path / "late.csv", GROUPS))) == 0
    capsys.readouterr()
    assert run(study, "desk", str(desk), "--json") == 0
    found = as_json(capsys)
    assert (found["added"], found["voices"]) == (1, 5)
    assert main(["audit", "store", "--study", str(desk)]) == 0
    capsys.readouterr()
    assert run(study, "collect", str(desk), "--json") == 0
    assert as_json(capsys) == {"codings": 0, "read": 0, "coders": []}
    rows = [HEAD, ["pre_event", "hospital", "1", "obstacles", "Something else."]]
    assert run(study, "read", str(write_csv(tmp_path / "again.csv", rows))) == 0
    for command in ("desk", "collect"):
        capsys.readouterr()
        assert run(study, command, str(desk), "--json") == 1
        assert [p["code"] for p in as_json(capsys)["problems"]] == ["desk-changed"]


def test_what_takes_the_place_of_a_sheets_codings_is_told(coded: Study, tmp_path, capsys, clock):
    assert run(coded, "desk", str(tmp_path / "desk")) == 0
    desk = Study.open(tmp_path / "desk")
    with admin.writing(desk) as store:
        world = World(desk, store, Desk(desk, store, clock), count(1))
        book = world.desk.coding_queue(CODY)["codebook_hash"]
        value = {"theme": "silos", "start": 0, "end": 4, "codebook_hash": book, "polarity": ""}
        laid = world.operation("code", "PE-1-1", field="obstacles.said", value=value)
        world.desk.operate(CODY, laid)
        world.desk.operate(CODY, world.operation("coding_done", "PE-1-1"))
    capsys.readouterr()
    assert run(coded, "collect", str(desk.path)) == 0
    gone, total = capsys.readouterr().out.splitlines()
    assert gone == "! cody: codings of before that are not on the page, and gone: 6"
    assert total.startswith("codings 1 on 1 of")
    assert run(coded, "collect", str(desk.path)) == 0
    assert capsys.readouterr().out.splitlines() == [total]


def test_a_study_of_reviews_is_no_desk(study: Study, tmp_path: Path, capsys):
    assert run(study, "read", str(write_csv(tmp_path / "a.csv", BEFORE))) == 0
    for folder in (study, Study.init(tmp_path / "other")):
        capsys.readouterr()
        assert run(study, "desk", str(folder.path), "--json") == 2
        assert [p["code"] for p in as_json(capsys)["problems"]] == ["not-a-desk"]
        assert not (folder.path / "reviews.db").exists()


@pytest.mark.parametrize(
    "command",
    [
        "desk",
        "collect",
        "new",
        "read",
        "sheet",
        "code",
        "passages",
        "status",
        "check",
        "paper",
        "demo",
    ],
)
def test_every_command_has_help_with_an_example(command, capsys):
    assert main(["exercise", command, "--help"]) == 0
    assert f"Example: lltic exercise {command}" in capsys.readouterr().out
