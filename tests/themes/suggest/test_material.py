"""What counts as coded, and what is left out and said."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from lltic.errors import LlticError, NotComputable
from lltic.records import Coding, Judgement
from lltic.themes import load_codebook
from lltic.themes.suggest import material_of

TEXT = "Three litres in, and the letter late."


@pytest.fixture(scope="module")
def book():
    return load_codebook("lltic-12")


def text(review="A-1", item="ongoing.judgement", value=TEXT):
    case = review.partition("-")[0]
    return Judgement(review, case, "amira", 1, "sjr", "f" * 64, item, value, "", 1)


def coding(book, theme="fluid_management", review="A-1", value=TEXT, **more):
    hashed = sha256(value.encode()).hexdigest()
    case = review.partition("-")[0]
    made = Coding(
        "c1",
        review,
        case,
        "ongoing.judgement",
        theme,
        0,
        5,
        hashed,
        "cody",
        book.name,
        book.hash,
        1,
    )
    return replace(made, **more)


def test_a_text_marked_as_coded_has_its_themes_and_one_without_has_none(book):
    texts = [text("B-1"), text("A-1"), text("C-1")]
    made = [coding(book), coding(book, "discharge_summary")]
    found = material_of(made, texts, {"A-1", "B-1"}, book)
    assert found.case_ids == ("A", "B")
    assert found.found == (frozenset({"fluid_management", "discharge_summary"}), frozenset())
    assert found.themes == book.model.themes
    assert found.warnings == ()
    assert "litres" not in repr(found)


def test_what_came_of_a_suggestion_teaches_nothing(book):
    made = [coding(book), coding(book, "medication", suggestion="s-1")]
    found = material_of(made, [text()], {"A-1"}, book)
    assert found.found == (frozenset({"fluid_management"}),)
    assert found.warnings == ("Left out, laid after a suggestion was shown: codings 1.",)


def test_a_text_corrected_since_it_was_coded_is_left_out(book):
    found = material_of(
        [coding(book, value="as it was")], [text(), text("B-1")], {"A-1", "B-1"}, book
    )
    assert found.case_ids == ("B",)
    assert found.warnings == ("Left out, corrected since they were coded: texts 1.",)


def test_codings_of_another_codebook_or_version_are_said(book):
    made = [coding(book, codebook="other"), coding(book, codebook_hash="0" * 64)]
    found = material_of(made, [text()], {"A-1"}, book)
    assert found.found == (frozenset({"fluid_management"}),)
    assert len(found.warnings) == 2


def test_a_finer_theme_counts_for_the_one_above(book):
    codes = tuple(
        replace(c, parent="medication") if c.code == "antibiotics" else c for c in book.model.codes
    )
    nested = replace(book, model=replace(book.model, codes=codes))
    found = material_of([coding(book, "antibiotics")], [text()], {"A-1"}, nested)
    assert found.found == (frozenset({"antibiotics", "medication"}),)
    assert found.parents[found.themes.index("antibiotics")] == "medication"


def test_before_any_coding_and_an_unknown_theme(book):
    with pytest.raises(NotComputable) as caught:
        material_of([coding(book)], [text()], set(), book)
    assert caught.value.codes == ("nothing-coded",)
    with pytest.raises(LlticError) as wrong:
        material_of([coding(book, "fluid")], [text()], {"A-1"}, book)
    assert wrong.value.codes == ("unknown-theme",)
