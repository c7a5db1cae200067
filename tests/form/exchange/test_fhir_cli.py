"""``lltic form export`` and ``import``: files there and back, every loss told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lltic.cli import main
from lltic.definitions import names, parse, read_yaml, to_yaml
from lltic.form import Form, load_form
from lltic.form.exchange.definition import to_definition
from lltic.form.exchange.fhir import to_questionnaire
from lltic.form.exchange.fhir_names import EXPORT_LOSSES
from lltic.form.load import load_form_file


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["form", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("name", names("form"))
def test_a_form_goes_out_and_comes_back_and_is_accepted(name, capsys):
    code, out, _ = run(capsys, "export", name, "--to", "fhir")
    assert code == 0 and f"{name}-fhir.json" in out
    code, out, _ = run(capsys, "import", f"{name}-fhir.json", "--from", "fhir")
    assert code == 0 and f"{name}.yml" in out
    assert run(capsys, "check", f"{name}.yml")[0] == 0
    assert load_form_file(Path(f"{name}.yml")).model == load_form(name).model


def test_every_loss_is_printed_with_its_place(capsys):
    _, out, _ = run(capsys, "export", "sjr", "--to", "fhir", "--out", "deep/sjr.json")
    form = load_form("sjr").model
    losses = to_questionnaire(form, "").losses
    for loss in losses:
        assert EXPORT_LOSSES[loss.code].what in out and loss.where in out
    assert len(out.splitlines()) == 1 + len({x.code for x in losses}) + len(losses)


def test_losses_as_json(capsys):
    _, out, _ = run(capsys, "export", "sjr", "--to", "fhir", "--json")
    told = json.loads(out)
    assert told["file"] == "sjr-fhir.json"
    assert {"code", "where", "message", "instead"} == set(told["losses"][0])


def test_a_form_is_called_what_its_file_is(capsys):
    run(capsys, "export", "sjr_stage2", "--to", "fhir")
    code, _, _ = run(
        capsys, "import", "sjr_stage2-fhir.json", "--from", "fhir", "--out", "ours.yml"
    )
    assert code == 0
    assert load_form_file(Path("ours.yml")).name == "ours"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["export", "sjr", "--to", "fihr"], 2, "Did you mean fhir?"),
        (["export", "sjrr", "--to", "fhir"], 2, "Did you mean sjr?"),
        (["import", "nothing.json", "--from", "fhir"], 2, "nothing.json"),
        (["import", "there.yml", "--from", "fhir"], 1, "is not JSON"),
        (["import", "sjr.json", "--from", "fhir", "--out", "there.yml"], 2, "is there already"),
        (["import", "sjr.json", "--from", "dictionary"], 2, "no form is made"),
    ],
)
def test_mistakes_are_told(words, code, said, capsys):
    Path("there.yml").write_text("name: mine\n")
    run(capsys, "export", "sjr", "--to", "fhir", "--out", "sjr.json")
    found, _, err = run(capsys, *words)
    assert found == code and said in err
    assert Path("there.yml").read_text() == "name: mine\n"


def test_real_files_make_forms_that_are_accepted(data_dir, capsys):
    files = sorted((data_dir / "forms/fhir").glob("questionnaire-*.json"))
    for number, file in enumerate(files):
        assert run(capsys, "import", str(file), "--from", "fhir", "--out", f"f{number}.yml")[0] == 0
        assert run(capsys, "check", f"f{number}.yml")[0] == 0


@pytest.mark.parametrize("name", names("form"))
def test_yaml_keeps_every_letter(name):
    form = load_form(name).model
    path = Path(f"{name}.yml")
    path.write_text(to_yaml(to_definition(form)), "utf-8")
    assert parse(Form, read_yaml(path), "") == form


def test_yaml_keeps_what_yaml_is_tempted_to_read():
    odd = ["no", "1", "1.0", "~", "null", "", " a ", "a: b", "# a", "\x7f\x85\u2028", "🙂\n\n", "'"]
    path = Path("odd.yml")
    path.write_text(to_yaml({"odd": odd, "again": [odd[0]] * 2}), "utf-8")
    assert read_yaml(path) == {"odd": odd, "again": ["no", "no"]}
