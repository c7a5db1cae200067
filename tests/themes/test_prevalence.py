"""Themes counted in cases: who is in the numerator, who in the denominator, what is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coded_cases import Coder, text

from lltic.errors import LlticError, NotComputable
from lltic.measures import wilson
from lltic.records import Estimate
from lltic.themes import (
    coding_status,
    count_themes,
    load_codebook,
    prevalence,
    prevalence_beside,
    prevalence_by_phase,
    to_frame,
)


@pytest.fixture(scope="module")
def book():
    return load_codebook("lltic-12")


@pytest.fixture
def coded(book):
    return Coder(book)


def counts(rows):
    return {
        row.theme: (row.estimate.numerator, row.estimate.denominator)
        for row in rows
        if row.estimate.numerator
    }


def test_a_case_counts_once_however_often_it_is_coded(book, coded):
    a1, a2, b1 = text("A"), text("A", 2), text("B")
    codings = [coded(a1, "dnar"), coded(a1, "dnar"), coded(a2, "dnar", coder="bob")]
    rows = prevalence(count_themes(codings, [a1, a2, b1], {"A-1", "A-2", "B-1"}, book))
    assert [row.theme for row in rows] == list(book.model.themes)
    assert counts(rows) == {"dnar": (1, 2)}
    assert rows[0].label == "DNAR orders"
    assert rows[0].estimate.definition_hash == book.hash
    assert rows[0].estimate.warnings == ()


def test_intervals_are_those_of_the_published_shares(book, coded):
    texts = [text(f"C{i:03}") for i in range(381)]
    codings = [coded(t, "palliative_care") for t in texts[:89]]
    rows = prevalence(count_themes(codings, texts, {t.review_id for t in texts}, book))
    estimate = next(row.estimate for row in rows if row.theme == "palliative_care")
    ours = wilson(89, 381)
    assert (estimate.value, estimate.numerator) == (ours.value, 89)
    assert estimate.low == pytest.approx(ours.low)
    assert estimate.high == pytest.approx(ours.high)
    never = next(row.estimate for row in rows if row.theme == "antibiotics")
    assert (never.value, never.low) == (0, 0)
    assert never.high > 0.005


def test_only_texts_marked_as_coded_count_and_the_rest_is_told(book, coded):
    a1, a2, b1, c1 = text("A"), text("A", 2), text("B"), text("C")
    codings = [coded(a1, "dnar"), coded(a2, "medication"), coded(c1, "dnar")]
    rows = prevalence(count_themes(codings, [a1, a2, b1, c1], {"A-1", "B-1"}, book))
    assert counts(rows) == {"dnar": (1, 2)}
    assert rows[0].estimate.warnings == (
        "Coded in part, so that shares can rise: 1 of 2 cases.",
        "Left out, on texts not marked as coded: codings 2.",
    )


def test_other_codebooks_are_left_out_and_other_versions_told(book, coded):
    a1 = text("A")
    codings = [
        coded(a1, "falls", codebook="local"),
        coded(a1, "dnar", codebook_hash="older"),
    ]
    rows = prevalence(count_themes(codings, [a1], {"A-1"}, book))
    assert counts(rows) == {"dnar": (1, 1)}
    assert rows[0].estimate.warnings == (
        "Left out, made with another codebook: codings 1.",
        "Counted, though made under another version of the codebook: codings 1.",
    )


def test_what_was_laid_after_a_suggestion_counts_and_is_told(book, coded):
    a1, b1 = text("A"), text("B")
    alone, accepted = coded(a1, "dnar"), replace(coded(b1, "dnar"), suggestion="s1")
    later = replace(coded(b1, "medication"), suggestion="seen")
    elsewhere = replace(coded(text("C"), "dnar"), suggestion="s2")
    codings = [alone, accepted, later, elsewhere]
    rows = prevalence(count_themes(codings, [a1, b1], {"A-1", "B-1"}, book))
    assert counts(rows) == {"dnar": (2, 2), "medication": (1, 2)}
    assert rows[0].estimate.warnings == (
        "Left out, on texts not marked as coded: codings 1.",
        "Counted with the rest, laid after a suggestion was shown: 2 of 3 codings.",
    )


def test_a_theme_the_codebook_does_not_have(book, coded):
    a1 = text("A")
    with pytest.raises(LlticError) as caught:
        count_themes([coded(a1, "falls"), coded(a1, "aspirin")], [a1], {"A-1"}, book)
    assert caught.value.codes == ("unknown-theme", "unknown-theme")


def test_nothing_coded_is_not_zero(book):
    for texts, done in (([], set()), ([text("A")], set()), ([], {"A-1"})):
        with pytest.raises(NotComputable) as caught:
            count_themes([], texts, done, book)
        assert caught.value.codes == ("nothing-coded",)
    assert prevalence(count_themes([], [text("A")], {"A-1"}, book))[0].estimate.value == 0


def test_problems_stand_beside_good_practice_and_what_nobody_said_is_told(book, coded):
    a1, b1, c1 = text("A"), text("B"), text("C")
    codings = [
        coded(a1, "dnar", polarity="problem"),
        coded(a1, "dnar", polarity="good_practice"),
        coded(b1, "dnar", polarity="good_practice"),
        coded(c1, "dnar"),
    ]
    counted = count_themes(codings, [a1, b1, c1], {"A-1", "B-1", "C-1"}, book)
    rows = [row for row in prevalence_beside(counted) if row.theme == "dnar"]
    assert [(row.polarity, row.estimate.numerator) for row in rows] == [
        ("problem", 1),
        ("good_practice", 2),
    ]
    said = "Without a polarity, counted neither as a problem nor as good practice: codings 1."
    assert rows[0].estimate.warnings == (said,)
    assert counts(prevalence(counted))["dnar"] == (3, 3)
    assert prevalence(counted)[0].estimate.warnings == ()


def test_a_theme_that_can_show_one_thing_alone_needs_no_saying(book, coded):
    narrow = replace(book.model.codes[0], polarity=("problem",))
    model = replace(book.model, codes=(narrow, *book.model.codes[1:]))
    counted = count_themes(
        [coded(text("A"), "dnar")], [text("A")], {"A-1"}, replace(book, model=model)
    )
    assert counts(prevalence(counted, polarity="problem"))["dnar"] == (1, 1)
    assert counts(prevalence(counted, polarity="good_practice")) == {}


def test_a_finer_theme_counts_in_the_one_above_it(coded):
    book = load_codebook("lltic-12-v2")
    made = Coder(book)
    (finer, *_) = [c for c in book.model.codes if c.parent == "dnar"]
    counted = count_themes(
        [made(text("A"), finer.code)], [text("A"), text("B")], {"A-1", "B-1"}, book
    )
    assert counts(prevalence(counted)) == {"dnar": (1, 2), finer.code: (1, 2)}
    assert finer.code not in counted.themes
    assert "dnar" in counted.themes


def test_by_phase_the_denominator_is_cases_with_a_text_about_that_phase(book, coded):
    early = [text(c) for c in "ABC"]
    late = [text("A", item="end_of_life.judgement"), text("B", 2, "end_of_life.judgement")]
    codings = [coded(early[0], "dnar"), coded(late[0], "dnar"), coded(late[1], "palliative_care")]
    done = {t.review_id for t in early + late}
    phases = ("admission", "procedure", "end_of_life")
    rows = prevalence_by_phase(count_themes(codings, early + late, done, book), phases=phases)
    assert list(dict.fromkeys(row.phase for row in rows)) == ["admission", "end_of_life"]
    assert counts(r for r in rows if r.phase == "admission") == {"dnar": (1, 3)}
    assert counts(r for r in rows if r.phase == "end_of_life") == {
        "dnar": (1, 2),
        "palliative_care": (1, 2),
    }
    assert counts(prevalence(count_themes(codings, early + late, done, book)))["dnar"] == (1, 3)
    frame = to_frame(rows)
    assert len(frame) == 2 * 12
    assert list(frame.columns[:3]) == ["theme", "label", "phase"]


def test_an_estimator_is_told_who_has_it_who_counts_and_who_was_read(book, coded):
    early = [text(c) for c in "ABC"]
    late = [text("A", item="end_of_life.judgement"), text("B", 2, "end_of_life.judgement")]
    codings = [coded(early[0], "dnar"), coded(late[1], "dnar"), coded(early[1], "dnar")]
    done = {t.review_id for t in early + late}
    asked = []

    def estimator(hits, cases, *, among, level):
        asked.append((set(hits), set(cases), set(among), level))
        return Estimate("any", 0.25, population=80.0, warnings=("weighted",))

    counted = count_themes(codings, early + late, done, book)
    rows = prevalence_by_phase(counted, level=0.9, estimator=estimator)
    assert len(asked) == len(rows) == 2 * 12
    at = {(row.phase, row.theme): call for row, call in zip(rows, asked, strict=True)}
    assert at["end_of_life", "dnar"] == ({"B"}, {"A", "B"}, {"A", "B", "C"}, 0.9)
    assert at["admission", "dnar"] == ({"A", "B"}, {"A", "B", "C"}, {"A", "B", "C"}, 0.9)
    whole = count_themes(codings, early, done, book)
    estimate = prevalence(whole, estimator=estimator)[0].estimate
    assert (estimate.value, estimate.population) == (0.25, 80.0)
    assert (estimate.name, estimate.definition_hash) == (book.model.codes[0].code, book.hash)
    assert estimate.warnings[1:] == ("weighted",)


def test_status_counts_reviews_cases_and_stale_codings(coded):
    a1, a2, b1, c1 = text("A"), text("A", 2), text("B"), text("C")
    codings = [coded(a1, "dnar"), coded(b1, "dnar", coder="bob")]
    corrected = text("B", value="other words")
    status = coding_status(codings, [a1, a2, corrected, c1], {"A-1", "B-1", "Z-1"})
    assert (status.reviews, status.reviews_coded) == (4, 2)
    assert (status.cases, status.cases_started, status.cases_finished) == (3, 2, 1)
    assert (status.codings, status.coders, status.stale) == (2, 2, 1)
    assert coding_status([], [], set()).reviews == 0
