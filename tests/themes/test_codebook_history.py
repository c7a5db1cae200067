"""From version to version: what became of a theme, and how its codings read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coded_texts import coding, text

from lltic.definitions import content_hash, read_yaml
from lltic.errors import LlticError
from lltic.themes import load_codebook
from lltic.themes.codebook_history import added, carry, fates, lineage, made_of

HEAD = "name: {name}\nversion: {version}\ntitle: Mine\nsource: ours\n"
CODE = """\
  - code: {code}
    label: {code} as such
    definition: {definition}
    include: [it]
    exclude: [other things]
    example: Example.
    polarity: [problem, good_practice]
    corroborated: true
"""
ONE = ("falls", "fluids", "feeding", "drips", "noise", "night")


def write(folder, name, codes, *, previous="", changes="", version=1):
    """Write a codebook; ``codes`` are codes, or (code, more YAML lines, another definition)."""
    (folder / "codebooks").mkdir(exist_ok=True)
    said = HEAD.format(name=name, version=version)
    if previous:
        before = content_hash(read_yaml(folder / "codebooks" / f"{previous}.yml"))
        said += f"previous:\n  name: {previous}\n  hash: {before}\n"
    said += f"changes:\n{changes}" if changes else ""
    said += "codes:\n"
    for one in codes:
        code, more, definition = (one, "", "Words.") if isinstance(one, str) else one
        said += CODE.format(code=code, definition=definition) + more
    (folder / "codebooks" / f"{name}.yml").write_text(said, encoding="utf-8")


CHANGES = """\
  - merge: [fluids, drips]
    into: fluid_care
    reason: Coders could not tell them apart.
  - split: falls
    into: [falls_ward, falls_home]
    reason: They ask for different actions.
  - split: noise
    into: [noise_day, noise_night]
    reason: Tried.
  - rename: feeding
    into: nutrition
    reason: The word that dietitians use.
  - retire: night
    reason: It said when, not what.
"""
TWO = (
    "falls",
    ("falls_ward", "    parent: falls\n", "Words."),
    ("falls_home", "    parent: falls\n", "Words."),
    "fluid_care",
    "nutrition",
    "noise_day",
    "noise_night",
    "visits",
)


@pytest.fixture
def study(tmp_path):
    write(tmp_path, "mine", ONE)
    write(tmp_path, "mine-v2", TWO, previous="mine", changes=CHANGES, version=2)
    return tmp_path


def made(theme, number, book, **more):
    on = text("Fluids late.", item="ongoing.judgement")
    versions = {"codebook": book.name, "codebook_hash": book.hash}
    return coding(on, 0, 6, number, theme=theme, **versions, **more)


def test_what_became_of_each_theme(study):
    old, new = lineage(load_codebook("mine-v2", study), study)
    told = {fate.theme: (fate.how, fate.into, fate.stays) for fate in fates(old.model, new.model)}
    assert told == {
        "falls": ("split", ("falls_ward", "falls_home"), "falls"),
        "fluids": ("merged", ("fluid_care",), "fluid_care"),
        "feeding": ("renamed", ("nutrition",), "nutrition"),
        "drips": ("merged", ("fluid_care",), "fluid_care"),
        "noise": ("split", ("noise_day", "noise_night"), ""),
        "night": ("retired", (), ""),
    }
    assert added(old.model, new.model) == ["visits"]


def test_codings_carry_over_and_keep_where_they_came_from(study):
    versions = lineage(load_codebook("mine-v2", study), study)
    old, new = versions
    own = [made(theme, n, old) for n, theme in enumerate(ONE, 1)]
    own.append(made("visits", 7, new))
    other = replace(own[0], codebook="lltic-12", coding_id="far")
    carried = carry([*own, other], versions)
    assert [row.was for row in carried.rows] == own
    assert [(c.theme, c.coding_id) for c in carried.codings] == [
        ("falls", own[0].coding_id),
        ("fluid_care", own[1].coding_id),
        ("nutrition", own[2].coding_id),
        ("fluid_care", own[3].coding_id),
        ("visits", own[6].coding_id),
    ]
    assert {(c.codebook, c.codebook_hash) for c in carried.codings} == {("mine-v2", new.hash)}
    again = {row.was.theme: (row.choices, row.now is None) for row in carried.again}
    assert again == {
        "falls": (("falls_ward", "falls_home"), False),
        "noise": (("noise_day", "noise_night"), True),
    }
    assert carried.counts == {
        "split": 2,
        "merged": 2,
        "renamed": 1,
        "retired": 1,
        "kept": 1,
    }
    assert carried.warnings == (
        "To be coded again, their theme having no single successor: 2.",
        "Left out, their theme having been retired: codings 1.",
        "Left out, made with another codebook: codings 1.",
    )


def test_over_three_versions_choices_follow(study):
    third = (*[c for c in TWO if c not in ("noise_day", "visits", "fluid_care")], "day", "fluids")
    changes = (
        "  - rename: noise_day\n    into: day\n    reason: Shorter.\n"
        "  - rename: fluid_care\n    into: fluids\n    reason: Back again.\n"
        "  - retire: visits\n    reason: Tried.\n"
    )
    write(study, "mine-v3", third, previous="mine-v2", changes=changes, version=3)
    versions = lineage(load_codebook("mine-v3", study), study)
    assert [book.name for book in versions] == ["mine", "mine-v2", "mine-v3"]
    own = [made(theme, n, versions[0]) for n, theme in enumerate(ONE, 1)]
    rows = {row.was.theme: row for row in carry(own, versions).rows}
    assert rows["noise"].choices == ("day", "noise_night")
    assert rows["falls"].now.theme == "falls"
    assert (rows["fluids"].now.theme, rows["drips"].now.theme) == ("fluids", "fluids")
    assert (rows["night"].how, rows["night"].now) == ("retired", None)


SPLIT = "  - split: falls\n    into: [ward, home, bath]\n    reason: x\n"


@pytest.mark.parametrize(
    ("after", "changes", "now", "how", "choices"),
    [
        (("fall",), "merge: [ward, home, bath]\n    into: fall", "fall", "merged", ()),
        (("fall", "bath"), "merge: [ward, home]\n    into: fall", "", "split", ("fall", "bath")),
        (
            ("ward",),
            "retire: bath\n    reason: x\n  - retire: home",
            "",
            "split",
            ("ward",),
        ),
        (
            ("other",),
            "retire: bath\n    reason: x\n  - retire: home\n    reason: x\n  - retire: ward",
            "",
            "retired",
            (),
        ),
    ],
)
def test_what_was_split_has_an_answer_again_once_all_of_it_is_merged(
    tmp_path, after, changes, now, how, choices
):
    write(tmp_path, "mine", ("falls",))
    write(tmp_path, "mine-v2", ("ward", "home", "bath"), previous="mine", changes=SPLIT)
    said = f"  - {changes}\n    reason: x\n"
    write(tmp_path, "mine-v3", after, previous="mine-v2", changes=said)
    versions = lineage(load_codebook("mine-v3", tmp_path), tmp_path)
    carried = carry([made("falls", 1, versions[0])], versions)
    (row,) = carried.rows
    assert ((row.now.theme if row.now else ""), row.how, row.choices) == (now, how, choices)
    assert len(carried.again) == (how == "split")
    assert len(carried.warnings) == (how != "merged")


def test_a_theme_that_no_longer_fits_is_coded_again(tmp_path):
    write(tmp_path, "mine", ("falls", "noise"))
    fussy = (
        ("falls", "    phases: [admission]\n", "Words."),
        ("noise", "", "Other words."),
    )
    write(tmp_path, "mine-v2", fussy, previous="mine")
    file = tmp_path / "codebooks" / "mine-v2.yml"
    said = file.read_text()
    last = said.rindex("[problem, good_practice]")
    file.write_text(said[:last] + said[last:].replace("[problem, good_practice]", "[problem]"))
    old, new = versions = lineage(load_codebook("mine-v2", tmp_path), tmp_path)
    assert [(f.how, f.differs) for f in fates(old.model, new.model)] == [
        ("reworded", ("phases",)),
        ("reworded", ("definition", "polarity")),
    ]
    own = [
        made("falls", 1, old),
        made("noise", 2, old, polarity="good_practice"),
        made("noise", 3, old, polarity="problem"),
    ]
    carried = carry(own, versions)
    assert [row.how for row in carried.rows] == ["unfit", "unfit", "reworded"]
    assert [row.choices for row in carried.again] == [("falls",), ("noise",)]


def test_codings_of_one_version_are_carried_as_they_are():
    book = load_codebook("lltic-12")
    own = [made("dnar", 1, book), made("falls", 2, book)]
    carried = carry(own, lineage(book))
    assert carried.codings == [own[0]]
    assert [row.how for row in carried.rows] == ["kept", "gone"]


def test_the_second_version_of_the_twelve_keeps_every_theme():
    old, new = lineage(load_codebook("lltic-12-v2"))
    assert {fate.how for fate in fates(old.model, new.model)} == {"kept"}
    assert len(added(old.model, new.model)) == 36


@pytest.mark.parametrize(
    ("changes", "codes", "found"),
    [
        ("", ("falls",), ("codebook-lost",) * 5),
        ("  - retire: flals\n    reason: x\n", ONE, ("codebook-change",)),
        (
            "  - merge: [fluids, drips]\n    into: falls\n    reason: x\n",
            [c for c in ONE if c not in ("fluids", "drips")],
            ("codebook-change",),
        ),
        (
            "  - rename: fluids\n    into: falls\n    reason: x\n",
            [c for c in ONE if c != "fluids"],
            ("codebook-change",),
        ),
    ],
)
def test_changes_that_do_not_fit_the_version_before(tmp_path, changes, codes, found):
    write(tmp_path, "mine", ONE)
    write(tmp_path, "mine-v2", codes, previous="mine", changes=changes)
    with pytest.raises(LlticError) as caught:
        lineage(load_codebook("mine-v2", tmp_path), tmp_path)
    assert caught.value.codes == found


def test_a_version_before_that_is_not_there_or_not_the_one_meant(study):
    old = study / "codebooks" / "mine.yml"
    old.write_text(old.read_text().replace("Words.", "Other words."))
    with pytest.raises(LlticError) as caught:
        lineage(load_codebook("mine-v2", study), study)
    assert caught.value.codes == ("codebook-previous",)
    assert "never changes" in str(caught.value)
    old.unlink()
    with pytest.raises(LlticError) as caught:
        lineage(load_codebook("mine-v2", study), study)
    assert caught.value.codes == ("codebook-previous",)


def test_two_unrelated_codebooks_are_tied_by_equal_codes_alone():
    old, new = load_codebook("psirf-contributory"), load_codebook("learning-from-deaths")
    assert {fate.how for fate in fates(old.model, new.model)} == {"gone"}


def test_a_theme_that_was_split_and_kept_keeps_its_codings_until_they_are_looked_at(tmp_path):
    write(tmp_path, "mine", ("falls",))
    change = "  - split: falls\n    into: [{}]\n    reason: x\n"
    for into, stays in (("falls_ward, falls_home", "falls"), ("falls, falls_home", "")):
        codes = ("falls", "falls_ward", "falls_home")
        write(tmp_path, "mine-v2", codes, previous="mine", changes=change.format(into))
        old, new = versions = lineage(load_codebook("mine-v2", tmp_path), tmp_path)
        assert [fate.stays for fate in fates(old.model, new.model)] == [stays]
        (row,) = carry([made("falls", 1, old)], versions).again
        assert ((row.now.theme if row.now else ""), len(row.choices)) == (stays, 2)


def test_who_was_made_of_a_codebook(study):
    old = load_codebook("mine", study)
    assert [book.name for book in made_of(old, study)] == ["mine-v2"]
    (study / "codebooks" / "broken.yml").write_text("name: broken\n")
    assert [book.name for book in made_of(old, study)] == ["mine-v2"]
    assert [book.name for book in made_of(load_codebook("lltic-12"))] == ["lltic-12-v2"]
