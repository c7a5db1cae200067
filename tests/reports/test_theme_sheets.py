"""Problems beside good practice, pairs and scores: the same in workbook and paper, and no more
under a profile than may be told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from coded_cases import Coder, counted_of, text

from lltic.measures import profile
from lltic.reports import Facts, all_sheets, write_paper
from lltic.reports.paper import _themes_picture
from lltic.reports.tables import Sheet
from lltic.reports.theme_sheets import pair_told, said_of_pair
from lltic.reports.theme_words import said_of_themes
from lltic.themes import (
    count_themes,
    load_codebook,
    prevalence,
    prevalence_beside,
    theme_scores,
    together,
)

CASES = [f"C{i:03}" for i in range(120)]
PROBLEMS = {
    "dnar": CASES[:40],
    "medication": [*CASES[:32], *CASES[80:90]],
    "antibiotics": CASES[:3],
}
SCORES = {case: 2.0 if number < 45 else 4.0 for number, case in enumerate(CASES)}


@pytest.fixture(scope="module")
def themed(facts: Facts) -> Facts:
    book = load_codebook("lltic-12")
    made = Coder(book)
    texts = {case: text(case) for case in CASES}
    codings = [
        made(texts[case], theme, polarity="problem")
        for theme, cases in PROBLEMS.items()
        for case in cases
    ]
    codings += [made(texts[case], "dnar", polarity="good_practice") for case in CASES[60:80]]
    counted = count_themes(codings, texts.values(), {t.review_id for t in texts.values()}, book)
    return replace(
        facts,
        theme_labels=counted.labels,
        themes=tuple(row for row in prevalence_beside(counted) if row.polarity == "problem"),
        beside=tuple(prevalence_beside(counted)),
        theme_pairs=tuple(together(counted, polarity="problem")),
        theme_scores=tuple(theme_scores(counted, SCORES, polarity="problem")),
    )


@pytest.fixture(scope="module")
def hidden(themed: Facts) -> Facts:
    return replace(themed, profile=profile("nhs_hes_2018"))


def sheet(facts: Facts, name: str) -> Sheet:
    return next(one for one in all_sheets(facts) if one.name == name)


def test_problems_stand_beside_good_practice(themed: Facts) -> None:
    rows = sheet(themed, "Problems and good practice").rows
    assert [row[:4] for row in rows[:2]] == [
        ("DNAR orders", "Problem", 40, 120),
        ("DNAR orders", "Good practice", 20, 120),
    ]


def test_pairs_say_in_words_and_numbers_how_they_go(themed: Facts) -> None:
    rows = sheet(themed, "Theme pairs").rows
    assert rows[0][:5] == (
        *("DNAR orders", "Medication", "Problem", 32),
        "more often than by chance",
    )
    assert rows[0][5] == pytest.approx(40 * 42 / 120)
    assert rows[0][9] == pytest.approx(32 * 120 / 40 / 42)
    assert rows[0][12] < 0.001
    assert len(rows) == 66


def test_scores_and_their_effect(themed: Facts) -> None:
    rows = sheet(themed, "Themes and scores").rows
    assert rows[0][:4] == ("DNAR orders", "Problem", 40, 80)
    assert rows[0][4] == pytest.approx(1 - 5 / 80 / 2)
    assert rows[1][10] == "fewer than 2 cases with the theme"


def test_under_a_profile_no_pair_or_score_gives_a_small_count_away(hidden: Facts) -> None:
    pairs = sheet(hidden, "Theme pairs")
    assert [column.title for column in pairs.columns][-1] == "They come together"
    told = {row[:2]: row[3:] for row in pairs.rows}
    assert told["DNAR orders", "Medication"] == (30, "more often than by chance")
    # Of 40 and 3 cases all 3 have both: the count, and anything made of it, is hidden.
    assert told["DNAR orders", "Antibiotics"] == ("*", "")
    scores = {row[0]: row[2:] for row in sheet(hidden, "Themes and scores").rows}
    assert scores["DNAR orders"][:2] == (40, 80)
    assert scores["Antibiotics"] == ("*", 115, None, None, None)
    small = [pair for pair in hidden.theme_pairs if not pair_told(hidden.profile, pair)]
    assert small


def test_under_a_profile_neither_order_nor_decimals_tell_what_is_hidden(hidden: Facts) -> None:
    few = {"dnar": CASES[:3], "medication": CASES[:5], "antibiotics": CASES[:7]}
    counted = counted_of(few, CASES)
    rows = sheet(replace(hidden, theme_pairs=tuple(together(counted))), "Theme pairs").rows
    place = {label: number for number, label in enumerate(hidden.theme_labels.values())}
    small = [(place[row[0]], place[row[1]]) for row in rows if row[3] == "*"]
    assert small == sorted(small), "5 cases before 3 would say which is which"
    assert len(small) == 3
    effect = next(row for row in sheet(hidden, "Themes and scores").rows if row[4] is not None)
    assert all(value == round(value, 2) for value in effect[4:7])
    ranked = replace(hidden, themes=tuple(prevalence(counted)), beside=())
    picture = _themes_picture(ranked)
    assert picture is not None
    shown = [row[0] for row in picture.rows if row[1].startswith("*")]
    assert shown == sorted(shown)
    assert len(shown) == 3


def test_which_way_a_pair_goes_is_that_of_its_test(themed: Facts) -> None:
    pair = themed.theme_pairs[0]
    less = replace(pair, association=replace(pair.association, more=False))
    assert said_of_pair(themed.profile, less) == "less often than by chance"
    assert "No two themes" in said_of_themes(replace(themed, theme_pairs=(less,)))[0]


def test_the_paper_names_what_was_found_and_shows_both_sides(
    themed: Facts, hidden: Facts, tmp_path: Path
) -> None:
    said = said_of_themes(themed)
    assert "Together more often than by chance: DNAR orders and Medication (32 cases)" in said[0]
    assert said[1].startswith("Problems of these themes go with poorer scores")
    assert "(30 cases)" in said_of_themes(hidden)[0]
    write_paper(tmp_path / "p.html", themed)
    html = (tmp_path / "p.html").read_text("utf-8")
    assert re.search(r"<td>DNAR orders</td>.*<td>40 of 120 .*<td>20 of 120 ", html)
    assert "Good practice</th>" in html
    assert all(sentence in html for sentence in said)
    write_paper(tmp_path / "h.html", hidden)
    assert "32 cases" not in (tmp_path / "h.html").read_text("utf-8")


def test_where_nothing_is_found_that_is_said(themed: Facts) -> None:
    none = tuple(replace(pair, p_adjusted=0.9) for pair in themed.theme_pairs)
    unsure = tuple(replace(row, p_adjusted=0.9) for row in themed.theme_scores)
    assert said_of_themes(replace(themed, theme_pairs=none, theme_scores=unsure)) == [
        "No two themes come together more often than chance could have it.",
        "No theme is shown to go with poorer scores of overall care.",
    ]
    assert said_of_themes(replace(themed, theme_pairs=(), theme_scores=())) == []
