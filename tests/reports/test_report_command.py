"""``lltic report`` and ``lltic audit`` on a small study, from its record to its files."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import nbformat
import pytest
from openpyxl import load_workbook
from reviewed_study import HOSTILE, QUOTED, WORDS, make_study

from lltic.audit.manifest import MANIFEST
from lltic.audit.notebooks import verify
from lltic.cli import main
from lltic.cohort import read_cases
from lltic.records import Case
from lltic.sources.parquet import write_records
from lltic.study import Study

AT = "2026-11-03T09:30:00Z"
NOTEBOOKS = ["10-cohort.ipynb", "20-sample.ipynb", "50-agreement.ipynb", "60-themes.ipynb"]
NOTEBOOKS += ["61-codebook.ipynb", "62-emergent.ipynb"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("reported") / "study")


@pytest.fixture(scope="module")
def said(study: Study) -> dict[str, Any]:
    """What ``lltic report --json`` prints."""
    with redirect_stdout(io.StringIO()) as out:
        assert main(["report", "--study", str(study.path), "--at", AT, "--json"]) == 0
    return json.loads(out.getvalue())


@pytest.fixture
def reported(study: Study, said: dict[str, Any]) -> Study:
    return study


def test_the_files_are_printed(said: dict[str, Any]) -> None:
    names = ["lltic-report.xlsx", "lltic-board-paper.html", *NOTEBOOKS]
    assert [Path(path).name for path in said["files"]] == names
    assert all(Path(path).is_file() for path in said["files"])
    assert said["problems"] == []


def test_the_same_record_gives_the_same_bytes(reported: Study) -> None:
    folder = reported.outputs
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    before = {path: path.read_bytes() for path in files}
    assert main(["report", "--study", str(reported.path), "--at", AT]) == 0
    assert {path: path.read_bytes() for path in files} == before
    assert len(before) == len(NOTEBOOKS) + 3


def test_the_workbook_holds_the_record(reported: Study) -> None:
    book = load_workbook(reported.outputs / "lltic-report.xlsx")
    names = [
        "How this was made",
        "Cases",
        "Scores",
        "Agreement",
        "Themes",
        "Theme pairs",
        "Themes and scores",
        "Answers",
        "Evidence",
        "Coded passages",
        "Attrition",
        "Cleaned texts",
    ]
    assert book.sheetnames == names
    rows = [[cell.value for cell in row] for row in book["Scores"].iter_rows(min_row=6)]
    assert len(rows) == 24 * 2 * 7
    words = {row[6] for row in rows if row[6]}
    assert words == {WORDS, HOSTILE.replace("\x0b", "\n")}
    hostile = next(c for row in book["Scores"].iter_rows() for c in row if str(c.value)[0] == "=")
    assert hostile.data_type == "s"
    assert hostile.quotePrefix
    themes = [[c.value for c in row] for row in book["Themes"].iter_rows(min_row=5)]
    assert themes[0][:4] == ["DNAR orders", "Anywhere", 12, 24]
    assert len(themes) == 12 * 4
    evidence = [[c.value for c in row] for row in book["Evidence"].iter_rows(min_row=6)]
    assert [row[:6] for row in evidence] == [
        [
            "CASEA-00000",
            "Reviewer 1",
            "Ongoing care: Your judgement of this phase of care",
            "Ward notes",
            2,
            QUOTED,
        ]
    ]
    coded = [[c.value for c in row] for row in book["Coded passages"].iter_rows(min_row=6)]
    assert coded[0] == [
        *("DNAR orders", "CASEA-00000", "Reviewer 1"),
        *("Ongoing care: Your judgement of this phase of care", WORDS[:4], None, 1, "1 passage"),
    ]
    assert len({row[1] for row in coded if row[0] == "DNAR orders"}) == 12
    answers = [[c.value for c in row] for row in book["Answers"].iter_rows(min_row=6)]
    assert len(answers) == 24 * 2 * 5
    assert {row[5] for row in answers if row[3].startswith("Did relatives")} == {"Not in the notes"}


def test_no_name_and_no_other_identifier_gets_out(reported: Study) -> None:
    book = load_workbook(reported.outputs / "lltic-report.xlsx")
    cells = [str(c.value) for page in book for row in page.iter_rows() for c in row]
    paper = (reported.outputs / "lltic-board-paper.html").read_text("utf-8")
    assert not [cell for cell in cells if "canary" in cell.lower()]
    assert "canary" not in paper.lower()
    assert any("CASEA-00007" in cell for cell in cells)


def test_the_notebooks_agree_with_the_workbook(reported: Study) -> None:
    book = load_workbook(reported.outputs / "lltic-report.xlsx")
    kappa = next(
        row[6].value for row in book["Agreement"].iter_rows() if row[0].value == "Overall care"
    )
    path = reported.outputs / "notebooks" / "50-agreement.ipynb"
    notebook = nbformat.read(path, as_version=4)
    table = notebook.cells[3].outputs[0].data["text/plain"]
    line = next(line for line in table.splitlines() if line.startswith("Overall care"))
    assert f"{kappa:.2f}" in line.split()


def test_the_audit_passes_and_finds_one_changed_number(
    reported: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "notebooks", "--study", str(reported.path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"PASS {name}" for name in NOTEBOOKS]
    path = reported.outputs / "notebooks" / "60-themes.ipynb"
    kept = path.read_text("utf-8")
    changed = re.sub(r"(<th>DNAR orders</th>\\n[^0-9]*)12<", r"\g<1>13<", kept, count=1)
    assert changed != kept
    path.write_text(changed, "utf-8")
    two = [str(path), str(path.with_name("61-codebook.ipynb"))]  # all of them passed above
    assert main(["audit", "notebooks", *two, "--study", str(reported.path)]) == 1
    said = capsys.readouterr().out.splitlines()
    path.write_text(kept, "utf-8")
    failed, passed = (line.split(":")[0] for line in said)
    assert (failed, passed) == ("FAIL 60-themes.ipynb, cell 4", "PASS 61-codebook.ipynb")
    assert "stored '13', now '12'" in said[0]


def test_a_cohort_that_moved_on_fails_the_audit(reported: Study) -> None:
    file = reported.cohort / "cases.parquet"
    notebook = reported.outputs / "notebooks" / "10-cohort.ipynb"
    cases = read_cases(reported)
    fewer = [case for case in cases if case.case_id != "CASEA-00002"]
    write_records(file, Case, fewer)
    failed = [claim.name for claim in verify(reported, [notebook]) if not claim.passed]
    write_records(file, Case, cases)
    assert "10-cohort.ipynb, cell 12" in failed


def test_before_any_review_the_files_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = make_study(tmp_path / "study", n_cases=3, reviewed=False)
    assert main(["report", "--study", str(study.path)]) == 0
    said = capsys.readouterr()
    assert "60-themes.ipynb, cell 4: left out" in said.err
    listed = json.loads((study.outputs / "notebooks" / MANIFEST).read_text())["notebooks"]
    assert list(listed) == [*NOTEBOOKS[:3], "61-codebook.ipynb"]
    assert "No review has been completed yet" in (
        study.outputs / "lltic-board-paper.html"
    ).read_text("utf-8")
    book = load_workbook(study.outputs / "lltic-report.xlsx")
    last = [cell.value for cell in book["How this was made"][book["How this was made"].max_row]]
    assert last[0] == "Could not be worked out"


def test_a_disclosure_profile_is_printed_and_applied(study: Study, tmp_path: Path) -> None:
    arguments = ["report", "--study", str(study.path), "--at", AT, "--no-notebooks"]
    assert main([*arguments, "--disclosure", "nhs_hes_2018"]) == 0
    book = load_workbook(study.outputs / "lltic-report.xlsx")
    assert "Scores" not in book.sheetnames
    counts = {row[2].value for row in book["Themes"].iter_rows(min_row=5)}
    assert "*" in counts
    assert not counts & set(range(1, 8))
    assert main(arguments) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--disclosure", "nhs"], 2, "Allowed: nhs_hes_2018, none"),
        (["--at", "yesterday"], 2, "is not an instant"),
        (["--at", "2026-11-03T09:30:00"], 2, "with its time zone"),
        (["--disclosure", "none", "--reason", " "], 2, "needs a reason"),
    ],
)
def test_a_slip_is_answered_in_one_line(
    study: Study, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--study", str(study.path), *arguments]) == code
    assert said in capsys.readouterr().err


def test_without_a_cohort_it_names_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = Study.init(tmp_path / "study")
    assert main(["report", "--study", str(study.path)]) == 1
    assert "lltic cohort build" in capsys.readouterr().err
    assert list(study.outputs.iterdir()) == []
