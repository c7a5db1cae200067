"""The codebook that ships, and what a broken one says."""

from __future__ import annotations

import pytest

from lltic.errors import LlticError, UsageError
from lltic.themes import load_codebook

TWELVE = (
    "dnar",
    "clinical_reasoning",
    "palliative_care",
    "clinical_management",
    "discharge_summary",
    "fluid_management",
    "unexpected_deterioration",
    "discharge_management",
    "severity_of_illness",
    "early_warning_score",
    "medication",
    "antibiotics",
)

GOOD = """\
name: mine
version: 1
title: Mine
source: ours
codes:
  - code: falls
    label: Falls
    definition: Falls in hospital
    include: [a fall]
    exclude: [a near miss]
    example: Found on the floor.
    polarity: [problem]
    corroborated: true
"""


def write(tmp_path, text):
    folder = tmp_path / "codebooks"
    folder.mkdir()
    (folder / "mine.yml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_twelve_themes_and_which_of_them_a_source_confirms():
    loaded = load_codebook("lltic-12")
    assert loaded.model.themes == TWELVE
    assert loaded.ref.startswith("lltic-12 v1 (")
    unconfirmed = [c for c in loaded.model.codes if not c.corroborated]
    assert [c.code for c in unconfirmed] == ["medication", "antibiotics"]
    for code in unconfirmed:
        assert "Not confirmed by a source" in code.note
        assert "configurable" in code.note
    for code in loaded.model.codes:
        assert code.definition
        assert code.include
        assert code.exclude
        assert code.example
        assert code.polarity == ("problem", "good_practice")
    assert loaded.model.label("dnar") == "DNAR orders"


def test_where_one_theme_points_to_another_that_one_exists():
    for code in load_codebook("lltic-12").model.codes:
        named = {word.strip("(),") for line in code.exclude for word in line.split() if "(" in word}
        assert named <= set(TWELVE) - {code.code}


def test_a_studys_own_codebook_comes_first(tmp_path):
    loaded = load_codebook("mine", write(tmp_path, GOOD))
    assert loaded.model.themes == ("falls",)


def test_unknown_codebook_names_the_known_ones():
    with pytest.raises(UsageError) as caught:
        load_codebook("lltic-21")
    assert caught.value.codes == ("unknown-codebook",)
    assert "Did you mean lltic-12?" in str(caught.value)


def test_every_problem_of_sense_at_once(tmp_path):
    entry = GOOD[GOOD.index("  - code") :]
    bad = entry.replace("falls", "1 falls").replace("[problem]", "[]").replace("true", "false")
    with pytest.raises(LlticError) as caught:
        load_codebook("mine", write(tmp_path, GOOD + entry + bad))
    assert caught.value.codes == (
        "codebook-duplicate",
        "codebook-duplicate",
        "codebook-code",
        "codebook-polarity",
        "codebook-unsourced",
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("label: Falls", "lable: Falls", "definition-unknown-key"),
        ("    example: Found on the floor.\n", "", "definition-missing-key"),
        ("[problem]", "[bad]", "definition-wrong-value"),
        ("corroborated: true", "corroborated: perhaps", "definition-wrong-value"),
        ("name: mine", "name: yours", "definition-name"),
    ],
)
def test_problems_of_grammar(tmp_path, old, new, code):
    with pytest.raises(LlticError) as caught:
        load_codebook("mine", write(tmp_path, GOOD.replace(old, new)))
    assert code in caught.value.codes


def test_a_codebook_without_codes(tmp_path):
    text = GOOD[: GOOD.index("codes:")] + "codes: []\n"
    with pytest.raises(LlticError) as caught:
        load_codebook("mine", write(tmp_path, text))
    assert caught.value.codes == ("codebook-empty",)
