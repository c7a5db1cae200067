"""Pairs of themes: every pair, counted in cases, tested together."""

from __future__ import annotations

import pytest
from coded_cases import Coder, counted_of, text
from scipy.stats import false_discovery_control

from lltic.measures import Design
from lltic.themes import count_themes, load_codebook, pairs_to_frame, together

CASES = [f"C{i:02}" for i in range(60)]


def test_pairs_count_cases_not_passages():
    book = load_codebook("lltic-12")
    coded = Coder(book)
    a1, a2, b1 = text("A"), text("A", 2), text("B")
    codings = [coded(a1, "medication"), coded(a2, "dnar"), coded(b1, "dnar")]
    codings += [coded(b1, "medication"), coded(b1, "antibiotics")]
    counted = count_themes(codings, [a1, a2, b1], {"A-1", "A-2", "B-1"}, book)
    pairs = together(counted)
    assert len(pairs) == 66
    assert [(p.theme, p.other, p.n_cases) for p in pairs if p.n_cases] == [
        ("dnar", "medication", 2),
        ("dnar", "antibiotics", 1),
        ("medication", "antibiotics", 1),
    ]


def test_pairs_are_tested_together():
    having = {"dnar": CASES[:20], "medication": CASES[:15], "antibiotics": CASES[10:40]}
    pairs = [p for p in together(counted_of(having, CASES)) if p.p_adjusted is not None]
    assert len(pairs) == 3
    expected = false_discovery_control([p.association.p for p in pairs], method="by")
    assert [p.p_adjusted for p in pairs] == pytest.approx(expected)
    assert max(p.p_adjusted / p.association.p for p in pairs) > 1.5


def test_a_polarity_is_counted_alone():
    book = load_codebook("lltic-12")
    coded = Coder(book)
    words = [text(case) for case in ("A", "B")]
    codings = [coded(w, "dnar", polarity="problem") for w in words]
    codings += [
        coded(words[0], "medication", polarity="problem"),
        coded(words[1], "medication", polarity="good_practice"),
    ]
    counted = count_themes(codings, words, {"A-1", "B-1"}, book)
    assert together(counted)[0].n_cases == 2
    assert together(counted, polarity="problem")[0].n_cases == 1


def test_cases_outside_the_sample_are_not_counted():
    drawn = Design(dict.fromkeys(CASES[:30], "all"), {"all": 60})
    having = {"dnar": CASES[:10] + CASES[50:], "medication": CASES[5:15] + CASES[50:]}
    pairs = {(p.theme, p.other): p for p in together(counted_of(having, CASES), drawing=drawn)}
    pair = pairs["dnar", "medication"]
    assert (pair.n_cases, pair.association.n_cases) == (5, 30)


def test_themes_above_are_compared_and_not_with_what_is_below_them():
    book = load_codebook("lltic-12-v2")
    counted = counted_of({"dnar": CASES[:5]}, CASES, book)
    assert {p.theme for p in together(counted)} <= set(load_codebook("lltic-12").model.themes)


def test_a_single_case_shows_no_association_and_fails_nobody():
    pairs = together(counted_of({"dnar": ["A"]}, ["A"]))
    assert {p.p_adjusted for p in pairs} == {None}


def test_as_pandas_what_is_not_defined_is_missing():
    having = {"dnar": CASES[:20], "medication": CASES[:15]}
    counted = counted_of(having, CASES)
    frame = pairs_to_frame(together(counted), counted.labels)
    assert frame.iloc[0]["theme"] == "DNAR orders"
    assert frame.iloc[0]["cases"] == 15
    assert frame["odds ratio"].isna().sum() == 65
