"""The coding sheet: places found by the words, letter for letter."""

from __future__ import annotations

import pytest
from exercises import BOOK, EXERCISE, text
from hypothesis import given
from hypothesis import strategies as st

from lltic.errors import LlticError
from lltic.themes.exercise import Coded, passages, read_sheet, sheet_rows

SAID = text("Fear 😀 of blame, fear of é letters, fear of blame.")
OTHER = text("Nothing to say.", sheet=2)


def read(*cells: dict[str, str], coder: str = "cody") -> Coded:
    rows = [{"text": SAID.text_id, "#": str(n), **c} for n, c in enumerate(cells, 2)]
    return read_sheet(rows, [SAID, OTHER], BOOK, coder, "sheet.csv")


def codes_of(*cells: dict[str, str], coder: str = "cody") -> tuple[str, ...]:
    with pytest.raises(LlticError) as caught:
        read(*cells, coder=coder)
    assert "blame" not in str(caught.value)
    return caught.value.codes


def test_offsets_are_code_points_and_the_record_is_that_of_every_room():
    (made,) = read({"code": "learning_culture", "passage": "é letters"}).codings
    assert SAID.words[made.start : made.end] == "é letters"
    assert made.start == SAID.words.index("é")
    assert (made.review_id, made.case_id, made.item) == (SAID.text_id, "pre_event/1", "obstacles")
    assert made.source_hash == SAID.hash
    assert (made.codebook, made.codebook_hash) == (BOOK.name, BOOK.hash)
    assert made.coder == "cody"


def test_without_a_passage_it_is_the_whole_text():
    (made,) = read({"code": "learning_culture"}).codings
    assert (made.start, made.end) == (0, len(SAID.words))


def test_a_dash_of_any_make_says_read_and_nothing_to_code():
    for dash in "-–—−":
        found = read({"code": dash})
        assert found == Coded((), frozenset({SAID.text_id}))


def test_a_row_left_empty_is_a_text_not_read():
    found = read({"code": "silos"}, {"code": "", "text": OTHER.text_id})
    assert found.read == {SAID.text_id}


def test_which_of_several_places_is_meant():
    cell = {"code": "silos", "passage": "ear of"}
    assert codes_of(cell) == ("passage-ambiguous",)
    starts = [read({**cell, "nth": str(n)}).codings[0].start for n in (1, 2)]
    assert starts == [i for i in range(len(SAID.words)) if SAID.words.startswith("ear of", i)]
    assert codes_of({**cell, "nth": "9"}) == ("passage-nth",)
    assert codes_of({**cell, "nth": "²"}) == ("passage-nth",)


def test_places_may_overlap():
    one = text("ha ha ha ha")
    cells = {"text": one.text_id, "code": "silos", "passage": "ha ha", "nth": "2", "#": "2"}
    (made,) = read_sheet([cells], [one], BOOK, "cody", "f").codings
    assert (made.start, made.end) == (3, 8)


def test_every_problem_of_a_sheet_at_once():
    assert codes_of(
        {"code": "silo"},
        {"code": "silos", "passage": "not there"},
        {"code": "silos", "text": "t0000000000"},
        {"code": "", "passage": "words"},
        {"code": "-"},
        {"code": "feedback"},
        {"code": "silos", "polarity": "lovely"},
    ) == (
        *("coding-text", "unknown-code"),
        *("unknown-code", "passage-not-found", "coding-polarity", "coding-nothing"),
    )


@pytest.mark.parametrize("coder", ["", "../evil", "a b", "x" * 41, ".hidden", "a/b"])
def test_a_coder_has_a_name_that_can_be_a_files(coder):
    assert codes_of({"code": "silos"}, coder=coder) == ("coder-name",)


def test_a_sheet_without_codes_is_no_coding_sheet():
    assert codes_of({"words": "x"}) == ("exercise-column",)


@given(st.data())
def test_a_sheet_written_from_codings_reads_back_as_those(data):
    words = data.draw(st.text(alphabet="ab😀é ,", min_size=1).filter(lambda w: w.strip() == w))
    one = text(words)
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    passage = words[start:end]
    if not passage.strip():
        return  # nothing but spaces is no passage
    nth = sum(words.startswith(passage, at) for at in range(start + 1))
    row = {"text": one.text_id, "code": "silos", "passage": passage, "nth": str(nth), "#": "2"}
    before = read_sheet([row], [one], BOOK, "cody", "f")
    again = read_sheet(
        [{**r, "#": "2"} for r in sheet_rows([one], EXERCISE, before)], [one], BOOK, "cody", "f"
    )
    assert again == before
    assert [(p.start, p.end) for p in passages([one], again.codings)] == [(start, end)]


def test_a_passage_has_one_id_whoever_coded_it_and_with_what():
    cells = {"passage": "fear of é"}
    one = read({"code": "silos", **cells}).codings
    two = read({"code": "feedback", **cells}, coder="dora").codings
    (both,) = passages([SAID], [*one, *two], BOOK.model.themes)
    assert both.codes == ("silos", "feedback")
    assert both.words == "fear of é"
    assert one[0].coding_id != two[0].coding_id
