"""Records survive the trip to plain data and back; errors carry no values."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from lltic.clock import parse_instant, system_clock, to_text
from lltic.errors import LlticError, Problem
from lltic.records import Case, Estimate, from_plain, to_plain

CASE = Case(
    "AAAAA-00001", "P1", "D1", "post_discharge", "S1", "RXX", "acute", None, date(2026, 9, 2),
    date(2026, 9, 11), date(2026, 9, 28), 17, 85, "female", ("within-30-days",), "Died.", "lltic", "h",
)  # fmt: skip


@pytest.mark.parametrize(
    "record", [CASE, Estimate("kappa", 0.4, 0.2, 0.6, warnings=("few cases",))]
)
def test_there_and_back(record):
    assert from_plain(type(record), json.loads(json.dumps(to_plain(record)))) == record


def test_instants_are_aware_and_utc():
    now = system_clock()
    assert now.tzinfo is UTC and parse_instant(to_text(now)) == now
    with pytest.raises(ValueError, match="naive"):
        to_text(datetime(2026, 9, 2))  # noqa: DTZ001


def test_a_problem_reads_as_thing_allowed_next_step():
    problem = Problem("x", "table spells", "lacks a column", "spell_id", "Add it", 3)
    text = "table spells: lacks a column (3 times). Allowed: spell_id. Add it."
    assert str(problem) == text and LlticError(problem).codes == ("x",)


def test_an_error_without_a_problem_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="at least one"):
        LlticError([])
