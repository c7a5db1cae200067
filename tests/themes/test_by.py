"""Breakdowns: whose cases are in each group, in which order, and who is left out."""

from __future__ import annotations

from datetime import date

import pytest
from coded_cases import counted_of

from lltic.errors import NotComputable
from lltic.measures import Design
from lltic.records import Case
from lltic.themes import interface_of, months_of, prevalence_by, settings_of, to_frame

CASES = ["A", "B", "C", "D", "E"]
SETTING = {"A": "acute", "B": "acute", "C": "community", "D": "community"}


def case(case_id, days=None, category="post_discharge", died_on=date(2026, 9, 3)):
    return Case(
        case_id, "p", "d", category, "s", "X", "acute", None, None, None, died_on, days, 80,
        "female", (), "", "lltic v1", "h",
    )  # fmt: skip


def test_groups_in_their_order_with_their_own_cases():
    counted = counted_of({"dnar": ["A", "C", "D", "E"]}, CASES)
    rows = prevalence_by(counted, "setting", SETTING, groups=("community", "acute", "other"))
    dnar = [row for row in rows if row.theme == "dnar"]
    assert [(r.by, r.group) for r in dnar] == [("setting", "community"), ("setting", "acute")]
    assert [(r.estimate.numerator, r.estimate.denominator) for r in dnar] == [(2, 2), (1, 2)]
    assert dnar[0].estimate.warnings == ("Left out, in no group by setting: cases 1.",)
    assert list(to_frame(rows)["group"].unique()) == ["community", "acute"]


def test_a_group_is_weighed_among_all_that_was_read():
    design = Design({"A": "x", "B": "x", "C": "y", "D": "y"}, {"x": 40, "y": 4})
    counted = counted_of({"dnar": ["A", "C"]}, CASES).among(design.stratum_of)
    rows = prevalence_by(counted, "half", {"A": "one", "C": "one"}, estimator=design.share)
    assert rows[0].estimate.value == 1
    rows = prevalence_by(counted, "half", {"A": "one", "D": "one"}, estimator=design.share)
    assert rows[0].estimate.value == pytest.approx(20 / 22)
    assert rows[0].estimate.population == pytest.approx(22)


def test_no_case_in_any_group():
    with pytest.raises(NotComputable) as caught:
        prevalence_by(counted_of({}, CASES), "setting", {})
    assert caught.value.codes == ("no-group",)


def test_what_a_case_is():
    cases = [
        case("A", category="in_hospital"),
        case("B", 7),
        case("C", 8),
        case("D", None, died_on=None),
    ]
    assert interface_of(cases) == {
        "A": "in_hospital",
        "B": "soon_after_discharge",
        "C": "later_after_discharge",
    }
    assert months_of(cases) == dict.fromkeys("ABC", "2026-09")
    assert settings_of(cases)["D"] == "acute"
