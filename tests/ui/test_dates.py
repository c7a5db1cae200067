"""Dates as people type them: taken when one can be sure, refused in words when not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.ui.dates import MONTHS, date_problem, in_words, iso_date

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(days)
def test_however_a_day_is_written_it_is_that_day(day):
    month = MONTHS[day.month - 1]
    ways = [
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d/%m/%Y}",
        f" {day.day} . {day.month} . {day.year} ",
        f"{day.day}-{day.month}-{day.year}",
        f"{day.day} {day.month} {day.year}",
        f"{day.day} {month} {day.year}",
        f"{day.day} {month[:3].upper()} {day.year}",
        f"{day.day}-{month[:3]}-{day.year}",
        f"{day.day}th of {month}, {day.year}",
        in_words(day.isoformat()),
    ]
    assert {iso_date(way) for way in ways} == {day.isoformat()}


@given(st.text(max_size=30))
def test_anything_else_is_none_or_a_real_day(text):
    found = iso_date(text)
    assert not found or date.fromisoformat(found).year >= 2000


@pytest.mark.parametrize(
    "text",
    [
        *("3/13/2026", "0/1/2026", "29/2/2026", "3/9/26", "3/9", "3 S 2026", "3 sepp 2026"),
        *("Ma 2026", "2026/09/03", "20260903", "3/9/2026 10:30", "٣/٩/2026", "in 3/9/2026"),
    ],
)
def test_what_one_cannot_be_sure_of_is_no_date(text):
    assert iso_date(text) == ""


def test_today_is_in_the_past_and_tomorrow_is_not():
    now = datetime(2026, 9, 3, 12, tzinfo=UTC)
    assert date_problem("It", "3 September 2026", lambda: now) == ""
    assert "4 September 2026 is not" in date_problem("It", "4/9/2026", lambda: now)
    assert "must be a real date" in date_problem("It", "soon", lambda: now)
