"""Notes joined for the coding page, and what was laid on them carried back, place by place."""

from __future__ import annotations

from dataclasses import replace

from exercises import BOOK, EXERCISE, text
from hypothesis import given
from hypothesis import strategies as st

from lltic.records import Coding
from lltic.themes.exercise.desk import as_form, carried_back, said_by_voice

GROUP = {"source": "focus_group", "group": "mixed"}
ONE, TWO = text("Fear 😀 of blame.", **GROUP), text("Reports are long.", **GROUP)
THREE = text("Ask é families.", question="how", **GROUP)
OTHER = text("Nobody answers.", sheet=7)
SAID = said_by_voice([ONE, TWO, THREE, OTHER], EXERCISE)


def laid(start: int, end: int, item: str = "obstacles.said", coder: str = "dora") -> Coding:
    return Coding(
        coding_id=f"{start}-{end}-{item}",
        review_id="FG-1-1",
        case_id="FG-1",
        item=item,
        theme="silos",
        start=start,
        end=end,
        source_hash="",
        coder=coder,
        codebook=BOOK.name,
        codebook_hash=BOOK.hash,
        seq=1,
        polarity="problem",
    )


def test_a_voice_is_one_review_with_a_text_for_each_question():
    assert [(one.case_id, one.review_id, list(one.notes)) for one in SAID] == [
        ("FG-1", "FG-1-1", ["obstacles.said", "how.said"]),
        ("PE-7", "PE-7-1", ["obstacles.said"]),
    ]
    assert SAID[0].words("obstacles.said") == f"{ONE.words}\n\n{TWO.words}"


def test_the_form_has_a_page_for_each_question():
    form = as_form(EXERCISE, "exercise-answers")
    pages = form["pages"]
    assert isinstance(pages, list)
    assert [page["title"] for page in pages] == [q.text for q in EXERCISE.questions]


def test_a_coding_goes_to_the_note_whose_words_it_lies_on():
    begins = len(ONE.words) + 2
    back = carried_back([laid(begins, begins + 7)], {"FG-1-1"}, SAID)
    (made,) = back["dora"].codings
    assert (made.review_id, made.start, made.end) == (TWO.text_id, 0, 7)
    assert TWO.words[made.start : made.end] == "Reports"
    assert (made.source_hash, made.polarity, made.theme) == (TWO.hash, "problem", "silos")


def test_a_coding_over_several_notes_is_parted_and_the_gap_is_nobodys():
    whole = len(ONE.words) + 2 + len(TWO.words)
    back = carried_back([laid(0, whole)], {"FG-1-1"}, SAID)["dora"]
    assert [(c.review_id, c.start, c.end) for c in back.codings] == [
        (ONE.text_id, 0, len(ONE.words)),
        (TWO.text_id, 0, len(TWO.words)),
    ]
    gap = laid(len(ONE.words), len(ONE.words) + 2)
    assert carried_back([gap], set(), SAID) == {}


def test_what_was_read_is_every_note_of_a_review_that_stands():
    back = carried_back([laid(0, 4), laid(0, 3, "how.said", "cody")], {"FG-1-1"}, SAID)
    assert set(back) == {"cody", "dora"}
    assert all(one.read == {t.text_id for t in (ONE, TWO, THREE)} for one in back.values())


def test_a_coder_who_found_nothing_has_read_it_all_the_same():
    back = carried_back([], {"FG-1-1"}, SAID, ["dora"])
    assert back["dora"].codings == ()
    assert back["dora"].read == {t.text_id for t in (ONE, TWO, THREE)}


def test_codings_of_reviews_nobody_knows_are_left_out():
    assert carried_back([replace(laid(0, 4), review_id="x")], {"x"}, SAID) == {}


@given(st.data())
def test_every_word_coded_on_the_page_is_coded_in_the_notes_and_no_other(data):
    words = st.text(alphabet="aé😀 ", min_size=1, max_size=6)
    notes = [
        text(f"{n}{data.draw(words)}{n}", **GROUP) for n in range(data.draw(st.integers(1, 4)))
    ]
    (one,) = said_by_voice(notes, EXERCISE)
    joined = one.words("obstacles.said")
    start = data.draw(st.integers(0, len(joined) - 1))
    end = data.draw(st.integers(start + 1, len(joined)))
    found = carried_back([laid(start, end)], set(), [one])
    known = {note.text_id: note.words for note in notes}
    parts = [known[c.review_id][c.start : c.end] for c in found["dora"].codings] if found else []
    assert "\n\n".join(parts).strip("\n") == joined[start:end].strip("\n")
