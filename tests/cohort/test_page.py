"""A definition in plain words, and the guide's table of codes."""

from __future__ import annotations

import pytest
from conftest import ROOT

from lltic.cli import main
from lltic.cohort import load_definition
from lltic.cohort.model import EXCLUSIONS
from lltic.cohort.notes import NOTES
from lltic.cohort.page import page_of
from lltic.cohort.reasons import SENTENCES_IN, SENTENCES_MORE, SENTENCES_OUT
from lltic.definitions import names, read_yaml

GUIDE = ROOT / "docs" / "cohorts.md"


def joined(lines):
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("name", names("cohort"))
def test_the_page_says_all_that_the_definition_does(name):
    loaded = load_definition(None, name)
    page = joined(page_of(loaded))
    definition = loaded.model
    assert loaded.ref in page
    for one in (*definition.exclusions, *definition.marks):
        assert one.because in page
    assert (definition.window is None) == ("by the calendar" not in page)
    for what in definition.approximates.not_reproduced if definition.approximates else ():
        assert what in page
    for provider in definition.population.excluded_providers:
        assert provider in page


def test_the_command_shows_it_without_a_study(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["cohort", "show", "hsmr_like"]) == 0
    said = joined(capsys.readouterr().out.splitlines())
    assert "the next one begins at most 3 days after the one before it ended" in said
    assert "In either case 0 to 30 days after admission" in said
    assert main(["cohort", "show", "hsmr"]) == 2
    assert "Did you mean hsmr_like?" in capsys.readouterr().err


def table_rows(sentences):
    return [f"| `{code}` | {text.strip()} |" for code, text in sentences.items()]


def meanings(rules):
    return {name: (rule.__doc__ or "").strip() for name, rule in rules.items()}


@pytest.mark.parametrize(
    "sentences", [SENTENCES_IN, SENTENCES_OUT, SENTENCES_MORE, meanings(NOTES)]
)
def test_the_guide_has_every_code_with_its_sentence(sentences):
    guide = GUIDE.read_text("utf-8")
    lines = guide.splitlines()
    assert [row for row in table_rows(sentences) if row not in lines] == []


def test_the_guide_has_no_code_that_is_none():
    lines = GUIDE.read_text("utf-8").splitlines()
    codes = [line.split("`")[1] for line in lines if line.startswith("| `")]
    every = [*SENTENCES_IN, *SENTENCES_OUT, *SENTENCES_MORE, *NOTES]
    assert codes == every
    assert tuple(SENTENCES_OUT) == EXCLUSIONS


def test_the_worked_definition_of_the_guide_is_sound_and_passes_its_tests(tmp_path):
    from lltic.cohort import check
    from lltic.study import Study

    study = Study.init(tmp_path / "study", key=b"k" * 32)
    blocks = GUIDE.read_text("utf-8").split("```yaml\n")[1:]
    definition, tests = (block.partition("```")[0] for block in blocks[:2])
    folder = study.path / "cohorts"
    (folder / "specifications").mkdir()
    (folder / "ward_deaths.yml").write_text(definition, "utf-8")
    (folder / "specifications" / "ward_deaths.yml").write_text(tests, "utf-8")
    assert read_yaml(folder / "ward_deaths.yml")["name"] == "ward_deaths"
    found = check(study, "ward_deaths")
    assert len(found) == 4
    assert [d for one in found for d in one.differences] == []
