"""The codebook that ships, and what a broken one says."""

from __future__ import annotations

import pytest

from lltic.definitions import names
from lltic.errors import LlticError, UsageError
from lltic.themes import load_codebook
from lltic.themes.codebook_checks import advice

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


RELEASED = {"lltic-12": "cc04d41602955d2de089e8aba456abb1469ff81549e64220f4418ab13ec0ccc9"}
"""Never to be changed: there is a -v2."""


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_codebook_never_changes(name):
    assert load_codebook(name).hash == RELEASED[name]


@pytest.mark.parametrize("name", names("codebook"))
def test_shipped_codebooks_tell_coders_what_they_need(name):
    book = load_codebook(name).model
    assert list(advice(book)) == []
    for code in book.codes:
        assert all((code.definition, code.include, code.exclude, code.example, code.polarity))
        assert len(book.path(code.code)) <= 2


def test_the_second_level_of_the_twelve_is_marked_illustrative():
    first, second = load_codebook("lltic-12").model, load_codebook("lltic-12-v2").model
    assert tuple(code.code for code in second.children("")) == first.themes
    for code in second.codes:
        if not code.parent:
            old = first.code(code.code)
            assert (code.definition, code.include, code.exclude) == (
                old.definition,
                old.include,
                old.exclude,
            )
            assert code.colour
            assert len(second.children(code.code)) == 3
        else:
            assert code.illustrative
            assert not code.corroborated
            assert "not public" in code.note
    assert "47" in second.note
    assert second.within("dnar") == (
        "dnar",
        "dnar_recorded",
        "dnar_talked_through",
        "dnar_followed",
    )
    assert second.path("electrolytes") == ("fluid_management", "electrolytes")
    assert second.common_parent(("dnar_recorded", "dnar_followed")) == "dnar"
    assert second.common_parent(("dnar_recorded", "electrolytes")) == ""


def test_the_six_factors_of_the_work_system():
    book = load_codebook("psirf-contributory").model
    assert [code.code for code in book.children("")] == [
        "people",
        "tasks",
        "tools",
        "internal_environment",
        "organisation",
        "external_environment",
    ]
    assert "SEIPS" in book.source
    assert all(code.illustrative for code in book.codes if code.parent)


def test_where_good_practice_alone_belongs():
    book = load_codebook("learning-from-deaths").model
    code = book.code("exemplary_care")
    assert code.fits("ongoing", "good_practice")
    assert not code.fits("ongoing", "problem")
    assert "National Quality Board" in book.source


MORE = (
    GOOD
    + """\
  - code: falls_ward
    parent: falls
    label: Falls on the ward
    definition: Falls on the ward
    include: [a fall]
    exclude: [a fall elsewhere]
    example: Found by the bed.
    polarity: [problem]
    colour: "#00a0ff"
    phases: [ongoing]
    corroborated: false
    illustrative: true
    note: ours
"""
)


def test_a_theme_below_another_with_colour_and_phases(tmp_path):
    book = load_codebook("mine", write(tmp_path, MORE)).model
    fine = book.code("falls_ward")
    assert (fine.parent, fine.colour, fine.phases) == ("falls", "#00a0ff", ("ongoing",))
    assert (fine.fits("ongoing"), fine.fits("admission")) == (True, False)
    assert [(level, code.code) for level, code in book.by_level()] == [
        (0, "falls"),
        (1, "falls_ward"),
    ]
    assert book.top("falls_ward") == "falls"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("parent: falls", "parent: flals", "codebook-parent"),
        ("parent: falls", "parent: falls_ward", "codebook-ring"),
        ("    label: Falls\n", "    label: Falls\n    parent: falls_ward\n", "codebook-ring"),
        ('"#00a0ff"', "blue", "codebook-colour"),
        ('"#00a0ff"', '"#00a0f"', "codebook-colour"),
        ("[ongoing]", "[on going]", "codebook-phase"),
        ("corroborated: false", "corroborated: true", "codebook-illustrative"),
        ("source: ours\n", "source: ours\nprevious: {name: x, hash: short}\n", "codebook-previous"),
        (
            "source: ours\n",
            "source: ours\nchanges: [{retire: old, reason: x}]\n",
            "codebook-previous",
        ),
    ],
)
def test_problems_of_levels_and_looks(tmp_path, old, new, code):
    with pytest.raises(LlticError) as caught:
        load_codebook("mine", write(tmp_path, MORE.replace(old, new, 1)))
    assert caught.value.codes == (code,)


@pytest.mark.parametrize(
    "change",
    [
        "{reason: x}",
        "{merge: [a, b], retire: c, into: falls, reason: x}",
        "{merge: [a], into: falls, reason: x}",
        "{merge: [a, b], into: [falls, falls_ward], reason: x}",
        "{split: a, into: falls, reason: x}",
        "{rename: a, reason: x}",
        "{rename: a, into: flals, reason: x}",
        "{rename: falls_ward, into: falls, reason: x}",
        "{retire: a, into: falls, reason: x}",
        "{retire: falls, reason: x}",
        "{merge: [falls, a], into: falls_ward, reason: x}",
        '{retire: a, reason: " "}',
        "{retire: a, reason: x}, {rename: a, into: falls, reason: x}",
    ],
)
def test_changes_of_the_wrong_shape(tmp_path, change):
    history = f"previous: {{name: x, hash: {'a' * 12}}}\nchanges: [{change}]\n"
    with pytest.raises(LlticError) as caught:
        load_codebook("mine", write(tmp_path, MORE.replace("codes:\n", history + "codes:\n")))
    assert caught.value.codes == ("codebook-change",)


def test_advice_says_what_makes_coders_disagree(tmp_path):
    poor = MORE.replace("[a near miss]", "[a near miss (near_misses), a fall (falls)]")
    poor = poor.replace("exclude: [a fall elsewhere]", "exclude: []")
    poor = poor.replace("Found by the bed.", "''")
    assert list(advice(load_codebook("mine", write(tmp_path, poor)).model)) == [
        "falls: points to near_misses, which is no theme here",
        "falls: points to itself",
        "falls_ward: says nothing of what belongs elsewhere ('exclude')",
        "falls_ward: has no example",
    ]
