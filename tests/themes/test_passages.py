"""From a figure to its passages and back: what a figure counts is what is listed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coded_cases import Coder, text

from lltic.errors import UsageError
from lltic.themes import (
    Figure,
    count_themes,
    figure_of,
    figures_with,
    load_codebook,
    passages,
    prevalence_beside,
    prevalence_by,
    prevalence_by_phase,
    together,
)

WORDS = "Naïve plan 😀, order not found, tablets late."
SETTING = {"A": "acute", "B": "acute", "C": "community"}


@pytest.fixture
def counted():
    book = load_codebook("lltic-12")
    made = Coder(book)
    a1, a2 = text("A", value=WORDS), text("A", 2, "end_of_life.judgement")
    b1, c1 = text("B", value=WORDS), text("C")
    codings = [
        made(a1, "dnar", polarity="problem", start=14, end=29),
        made(a1, "medication", polarity="problem", start=31, end=43),
        made(a2, "dnar", polarity="good_practice"),
        made(b1, "dnar", polarity="problem", start=14, end=29),
        made(c1, "medication"),
    ]
    texts = [a1, a2, b1, c1]
    return count_themes(codings, texts, {t.review_id for t in texts}, book)


def test_words_are_cut_by_code_points(counted):
    found = passages(counted, Figure("dnar", case_id="B"))
    assert [p.words for p in found] == ["order not found"]


def test_every_figure_leads_to_as_many_cases_as_it_counts(counted):
    rows = [
        *prevalence_beside(counted),
        *prevalence_by_phase(counted),
        *prevalence_by(counted, "setting", SETTING),
    ]
    for row in rows:
        found = passages(counted, figure_of(row), SETTING)
        assert len({p.case_id for p in found}) == row.estimate.numerator, row
    for pair in together(counted):
        assert len({p.case_id for p in passages(counted, figure_of(pair))}) == pair.n_cases


def test_a_pair_lists_both_themes_of_cases_with_both(counted):
    found = passages(counted, Figure("dnar", "medication"))
    assert [(p.theme, p.case_id, p.item) for p in found] == [
        ("dnar", "A", "admission.judgement"),
        ("medication", "A", "admission.judgement"),
        ("dnar", "A", "end_of_life.judgement"),
    ]


def test_the_way_back_names_every_figure_that_counts_a_passage(counted):
    groups = {"setting": SETTING}
    coding = counted.codings[0]
    figures = figures_with(counted, coding, groups)
    assert Figure("dnar") in figures
    assert Figure("dnar", polarity="problem") in figures
    assert Figure("dnar", phase="admission") in figures
    assert Figure("dnar", by="setting", group="acute") in figures
    assert Figure("dnar", "medication") in figures
    for shows in (Figure("dnar", "medication"), Figure("dnar", phase="admission")):
        assert replace(shows, polarity="problem") in figures
    assert replace(Figure("dnar"), polarity="problem", by="setting", group="acute") in figures
    assert len(figures) == len(set(figures))
    for figure in figures:
        listed = {p.coding_id for p in passages(counted, figure, SETTING)}
        assert coding.coding_id in listed, figure


def test_a_corrected_text_gives_no_words_and_a_passage_prints_none(counted):
    changed = [replace(t, value="Other words altogether.") for t in counted.texts]
    found = passages(replace(counted, texts=tuple(changed)), Figure("dnar"))
    assert {p.words for p in found} == {None}
    (one, *_) = passages(counted, Figure("medication"))
    assert "tablets" not in repr(one)


def test_every_unknown_part_is_named_at_once(counted):
    with pytest.raises(UsageError) as caught:
        passages(counted, Figure("dnr", "x", "bad", "night", "setting", "moon"), SETTING)
    assert set(caught.value.codes) == {
        "unknown-theme",
        "unknown-phase",
        "unknown-polarity",
        "unknown-group",
    }
    assert "Did you mean dnar?" in str(caught.value)
