"""Series over time: every period in order, gaps kept, small numbers told."""

from __future__ import annotations

from datetime import date

import pytest
from coded_cases import counted_of

from lltic.errors import NotComputable
from lltic.themes import series_to_frame, theme_series

DATES = {
    "A": date(2025, 11, 30),
    "B": date(2025, 12, 1),
    "C": date(2025, 12, 31),
    "D": date(2026, 2, 1),
}
CASES = [*DATES, "E"]


def test_months_follow_one_another_over_the_year_and_a_gap_is_a_gap():
    series = theme_series(counted_of({"dnar": ["B", "D", "E"]}, CASES), DATES)
    dnar = next(one for one in series if one.theme == "dnar")
    assert [(p.starts_on, p.numerator, p.denominator) for p in dnar.points] == [
        (date(2025, 11, 1), 0, 1),
        (date(2025, 12, 1), 1, 2),
        (date(2026, 1, 1), 0, 0),
        (date(2026, 2, 1), 1, 1),
    ]
    assert dnar.points[2].share is None
    assert dnar.points[1].share.value == 0.5
    assert dnar.warnings == (
        "4 months: a control chart needs 12 or more, "
        "and a rise or fall among so few is not a trend.",
        "Fewer than 5 coded cases: months 3. Do not read these alone.",
        "No coded case: months 1. They are gaps, not noughts.",
        "Left out, no date of death: cases 1.",
    )
    assert len(series) == 12
    frame = series_to_frame([dnar])
    assert frame["share"].isna().tolist() == [False, False, True, False]


def test_weeks_begin_on_monday():
    series = theme_series(counted_of({}, ["A", "B"]), DATES, period="week")
    assert [p.starts_on for p in series[0].points] == [date(2025, 11, 24), date(2025, 12, 1)]


def test_enough_months_with_enough_cases_need_no_warning():
    cases = {f"{m:02}-{n}": date(2025, m, 5) for m in range(1, 13) for n in range(6)}
    series = theme_series(counted_of({"dnar": list(cases)[:9]}, cases), cases)
    assert series[0].warnings == ()
    assert [p.numerator for p in series[0].points][:3] == [6, 3, 0]


def test_without_a_date_there_is_no_series():
    with pytest.raises(NotComputable) as caught:
        theme_series(counted_of({}, CASES), {})
    assert caught.value.codes == ("no-dates",)
