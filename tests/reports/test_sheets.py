"""What the sheets say, and what they must not."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import chain

import pytest

from lltic.records import Event
from lltic.reports import Facts, all_sheets
from lltic.reports.facts import Phase
from lltic.reports.tables import Sheet


@pytest.fixture(scope="module")
def sheets(facts: Facts) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in all_sheets(facts)}


def test_the_tabs_in_order(sheets: dict[str, Sheet]) -> None:
    expected = ["How this was made", "Cases", "Scores", "Agreement", "Themes"]
    assert list(sheets) == [*expected, "Answers", "Evidence", "Coded passages", "Attrition"]


def test_every_sheet_has_one_cell_per_column(sheets: dict[str, Sheet]) -> None:
    for sheet in sheets.values():
        assert {len(row) for row in sheet.rows} <= {len(sheet.columns)}, sheet.name


def test_one_row_per_case_and_no_other_identifier(sheets: dict[str, Sheet], facts: Facts) -> None:
    cases = sheets["Cases"]
    assert list(cases.column("Case")) == sorted(facts.cases["case_id"])
    cells = chain.from_iterable(chain.from_iterable(s.rows for s in sheets.values()))
    assert not any("canary" in str(cell) for cell in cells)
    assert next(row for row in cases.rows if row[0] == "CASE1-00001")[4] == ""
    row = next(row for row in cases.rows if row[0] == "CASE38-00038")
    assert row == (
        "CASE38-00038",
        "Died in hospital",
        None,
        "Acute hospital",
        "Died in hospital during a spell (acute, provider X).",
        2,
        1,
    )


def test_scores_are_by_position_never_by_name(sheets: dict[str, Sheet], facts: Facts) -> None:
    scores = sheets["Scores"]
    assert set(scores.column("Reviewer")) == {"Reviewer 1", "Reviewer 2"}
    assert len(scores.rows) == (36 * 2 + 4) * 2
    for line, _ in scores.warn:
        assert scores.rows[line][3] in (1, 2)
    assert len(scores.warn) == 2 * sum(score in (1, 2) for score in scores.column("Score"))
    absent = [row for row in scores.rows if row[3] is None]
    assert absent
    assert all(row[5].startswith("Does not apply") for row in absent)


def test_the_shade_follows_the_direction_of_the_scale(facts: Facts) -> None:
    turned = tuple(replace(phase, worst_first=False) for phase in facts.phases)
    scores = next(s for s in all_sheets(replace(facts, phases=turned)) if s.name == "Scores")
    assert {scores.rows[line][3] for line, _ in scores.warn} == {4, 5}


def test_agreement_and_themes_carry_the_estimates(sheets: dict[str, Sheet], facts: Facts) -> None:
    agreement, row = sheets["Agreement"], facts.agreement[1]
    assert row.kappa is not None
    line = agreement.rows[1]
    assert line[0] == "Overall care"
    assert line[1] == 36
    assert line[6:9] == (row.kappa.value, row.kappa.low, row.kappa.high)
    themes = sheets["Themes"].rows[0]
    assert themes[:4] == ("Medication", "Anywhere", 11, 40)
    assert themes[4] == pytest.approx(0.275)


def test_attrition_adds_up(sheets: dict[str, Sheet]) -> None:
    for *_, entered, left, remaining in sheets["Attrition"].rows:
        assert entered - left == remaining


def test_the_first_sheet_says_how_it_was_made(sheets: dict[str, Sheet], facts: Facts) -> None:
    said = {(part, what): value for part, what, value in sheets["How this was made"].rows}
    assert said["Record", "Its hash"] == facts.head[1]
    assert said["Made", "At (UTC)"] == "2026-11-03T09:30:00.000000Z"
    assert said["Disclosure", "Profile"] == "none"
    assert "not for publication" in str(said["Disclosure", "What it does"])
    assert said["Cohort run", "counts.in_hospital"] == 34
    assert ("Study", "Synthetic") in said
    real = all_sheets(replace(facts, synthetic=False))[0]
    assert ("Study", "Synthetic") not in {row[:2] for row in real.rows}


def test_under_a_profile_small_counts_and_single_cases_are_gone(public_facts: Facts) -> None:
    sheets = {sheet.name: sheet for sheet in all_sheets(public_facts)}
    assert list(sheets) == ["How this was made", "Agreement", "Themes", "Attrition"]
    assert not any(sheet.links for sheet in sheets.values())
    antibiotics = next(row for row in sheets["Themes"].rows if row[0] == "Antibiotics")
    assert antibiotics == ("Antibiotics", "Anywhere", "*", 40, None, None, None)
    medication = sheets["Themes"].rows[0]
    assert medication[2:5] == (10, 40, 0.25)
    assert [row[3:] for row in sheets["Attrition"].rows] == [(60, "*", 55), (55, "*", 50)]
    agreement = sheets["Agreement"].rows[1]
    assert agreement[1] == 36


def test_a_broken_blind_is_said_and_named_only_inside(facts: Facts, public_facts: Facts) -> None:
    texts = {f.name: "" for f in fields(Event)}
    who = {"actor": "cora", "at": "2026-10-05T09:00:00Z", "case_id": "CASE-1"}
    said = {"value": {"stage": "awaiting"}, "reason": "Safety concern"}
    broken = (Event(**{**texts, **who, **said}),)
    inside, outside = (
        next(s for s in all_sheets(replace(f, unblinded=broken)) if s.name == "Agreement").notes[-1]
        for f in (facts, public_facts)
    )
    assert "CASE-1 on 2026-10-05 by cora (then awaiting): Safety concern" in inside
    assert "broken in 1 case" in outside and "CASE-1" not in outside


def test_nothing_reviewed_yet_is_said_and_not_a_failure(facts: Facts) -> None:
    empty = replace(
        facts, judgements=(), agreement=(), themes=(), reviews={}, not_computable=("themes: none",)
    )
    sheets = {sheet.name: sheet for sheet in all_sheets(empty)}
    assert sheets["Scores"].rows == ()
    assert sheets["How this was made"].rows[-1] == ("Could not be worked out", "", "themes: none")


def test_poor_is_the_bad_end_of_the_scale() -> None:
    labels = {1: "a", 2: "b", 3: "c"}
    assert Phase("p", "P", labels).poor == {1, 2}
    assert Phase("p", "P", labels, worst_first=False).poor == {2, 3}
