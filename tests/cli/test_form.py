"""``lltic form``: a form's author is told everything at once, and sees what readers will see."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from lltic.cli import app, main
from lltic.definitions import find, names
from lltic.form import load_form
from lltic.form.load import load_form_file

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "form_authors_guide.md").read_text("utf-8")
EXAMPLE = "discharge_letter"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def guide_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The form of the guide, written where its reader is told to."""
    monkeypatch.chdir(tmp_path)
    (block,) = [b for b in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "name:" in b]
    path = Path(f"{EXAMPLE}.yml")
    path.write_text(block, "utf-8")
    return path


# --- the guide -----------------------------------------------------------------------------------


def test_the_guide_is_followed_to_the_letter(guide_form: Path, capsys):
    (shell,) = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    lines = [shlex.split(line) for line in shell.splitlines() if line]
    assert [line[:3] for line in lines] == [["lltic", "form", "check"], ["lltic", "form", "print"]]
    code, out, err = run(capsys, *lines[0][1:])
    assert (code, err) == (0, "")
    assert "4 pages, 20 questions, no problem" in out and "advice" not in out
    assert run(capsys, *lines[1][1:])[0] == 0
    (page,) = Path("printed").iterdir()
    assert "What was not passed on" in page.read_text("utf-8")


def test_the_guides_second_version_is_compared(guide_form: Path, capsys):
    old = guide_form.read_text("utf-8")
    name = f"{EXAMPLE}-v2"
    new = old.replace(f"name: {EXAMPLE}", f"name: {name}").replace("50", "80", 1)
    Path(f"{name}.yml").write_text(new, "utf-8")
    command = re.search(r"^lltic (form diff .*)$", GUIDE, re.MULTILINE)
    assert command
    code, out, _ = run(capsys, *shlex.split(command[1]))
    assert code == 0 and "facts.pages" in out
    assert out.splitlines()[-1].startswith("Every answer given under the old form can be read")


def test_the_guide_names_every_type_every_kind_of_page_and_every_reason():
    from typing import get_args, get_type_hints

    from lltic.form import model

    kinds = get_args(get_type_hints(model.Page)["kind"])
    for word in (*get_args(model.ItemType), *get_args(model.Missing), *kinds):
        assert f"`{word}`" in GUIDE, word


def test_the_guides_form_is_served_from_a_study_without_python(guide_form: Path, tmp_path: Path):
    from lltic.cli.form_preview import preview_study
    from lltic.reviews import read

    study = preview_study(tmp_path / "study", load_form_file(guide_form), "a-long-password")
    assert load_form(EXAMPLE, study.path).model.title == "Review of a discharge letter"
    (assigned,) = [event for event in read.events(study) if event.kind == "assigned"]
    assert assigned.definition_hash == load_form_file(guide_form).hash


# --- check ---------------------------------------------------------------------------------------


def test_all_shipped_forms_are_checked_when_none_is_named(capsys):
    code, out, err = run(capsys, "form", "check")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == names(
        "form"
    )


def test_every_problem_of_every_file_is_told_at_once_and_by_name(guide_form: Path, capsys):
    text = guide_form.read_text("utf-8")
    Path("bad.yml").write_text(
        text.replace("type: date", "type: dat").replace("scale: l", "scael: l")
    )
    senseless = text.replace("precision: [day, month]", "precision: []", 1)
    guide_form.write_text(senseless.replace("gaps.any,", "gaps.an,"))
    code, out, err = run(capsys, "form", "check", "bad.yml", str(guide_form), "sjr")
    assert code == 1 and out.startswith("sjr v1")
    for place in (
        "bad.yml: pages.facts.items.discharged_on.type:",
        "bad.yml: pages.facts.items.sent_on.type:",
        "bad.yml: pages.content.items.score.scael:",
        f"{EXAMPLE}.yml: facts.discharged_on: says of no date",
        f"{EXAMPLE}.yml: gaps.list: its condition names 'gaps.an'",
    ):
        assert place in err, place
    code, out, err = run(capsys, "form", "check", "--json", "bad.yml", str(guide_form))
    told = json.loads(out)
    assert (code, told["forms"], err) == (1, [], "")
    assert {p["code"] for p in told["problems"]} == {
        "definition-wrong-value",
        "definition-unknown-key",
        "form-precision",
        "form-condition-item",
    }


def test_a_copy_under_another_name_is_noticed(tmp_path: Path, capsys):
    copy = tmp_path / "mine.yml"
    copy.write_bytes(find("form", "sjr").read_bytes())
    code, _, err = run(capsys, "form", "check", str(copy))
    assert code == 1 and "name: sjr" in err


def test_a_second_stage_that_is_not_there_is_noticed(tmp_path: Path, capsys):
    text = find("form", "sjr").read_text("utf-8").replace("form: sjr_stage2", "form: sjr_stage3")
    (tmp_path / "sjr.yml").write_text(text)
    code, out, _ = run(capsys, "form", "check", "--json", str(tmp_path / "sjr.yml"))
    assert code == 1
    assert {p["code"] for p in json.loads(out)["problems"]} == {"form-trigger-unknown"}


@pytest.mark.parametrize("which", ["nothing", "nothing.yml", "./nothing"])
@pytest.mark.parametrize("command", ["check", "print", "preview"])
def test_what_is_not_there_is_a_slip(command: str, which: str, capsys):
    code, _, err = run(capsys, "form", command, which)
    assert code == 2 and "nothing" in err


# --- the rest ------------------------------------------------------------------------------------


def test_the_list_names_them_all(capsys):
    code, out, _ = run(capsys, "form", "list", "--json")
    found = {one["name"]: one for one in json.loads(out)["forms"]}
    assert code == 0 and sorted(found) == names("form")
    assert (found["sjr"]["pages"], found["sjr"]["questions"]) == (10, 29)


def test_a_studys_own_form_comes_first(small_study, capsys):
    text = find("form", "sjr").read_text("utf-8").replace('version: "1"', 'version: "9"')
    (small_study.path / "review_forms" / "sjr.yml").write_text(text)
    _, out, _ = run(capsys, "form", "check", "sjr", "--study", str(small_study.path))
    assert out.startswith("sjr v9")


def test_without_a_browser_the_way_to_a_pdf_is_told(tmp_path: Path, capsys, monkeypatch):
    from lltic.reports import proforma_pdf

    monkeypatch.setattr(proforma_pdf, "PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run(capsys, "form", "print", "sjr", "--pdf", "--to", str(tmp_path))
    assert code == 1 and "--browser" in err and "print it" in err
    assert list(tmp_path.iterdir()) == []


def test_a_version_cannot_lead_a_file_elsewhere(guide_form: Path, tmp_path: Path, capsys):
    text = guide_form.read_text("utf-8").replace('version: "1"', 'version: "../../1"')
    guide_form.write_text(text)
    code, out, _ = run(capsys, "form", "print", str(guide_form), "--to", "printed")
    assert code == 0 and Path(out.strip()) == Path("printed") / f"{EXAMPLE}-v_1.html"


def test_diff_ends_with_one_when_answers_are_lost(capsys):
    code, out, _ = run(capsys, "form", "diff", "sjr", "sjr_stage2", "--json")
    told = json.loads(out)
    assert code == 1 and told["keeps_answers"] is False
    lost = {change["where"]: change["what"] for change in told["changes"]}
    assert lost["record.score"] == "removed"
    code, out, _ = run(capsys, "form", "diff", "sjr", "sjr")
    assert code == 0 and out.splitlines()[-1] == "Nothing is different."


@pytest.mark.parametrize("name", sorted(app.commands["form"].commands))
def test_every_command_shows_an_example_and_speaks_json(name: str, capsys):
    code, out, _ = run(capsys, "form", name, "--help")
    assert code == 0 and f"Example: lltic form {name}" in out and "--json" in out


def test_a_joint_form_is_tried_from_both_sides(tmp_path: Path):
    from lltic.cli.form_preview import preview_study, readers
    from lltic.reviews import read

    joint = load_form("lltic_joint")
    assert [person.discipline for person in readers(joint.model)] == [
        "primary_care",
        "secondary_care",
    ]
    study = preview_study(tmp_path / "study", joint, "a-long-password")
    assert len([event for event in read.events(study) if event.kind == "assigned"]) == 2
