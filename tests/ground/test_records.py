"""Records survive the trip to plain data and back; errors carry no values."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from lltic.clock import parse_instant, system_clock, to_text
from lltic.errors import LlticError, Problem
from lltic.records import Case, Estimate, from_plain, to_plain

CASE = Case(
    case_id="AAAAA-00001",
    person_id="P1",
    death_id="D1",
    category="post_discharge",
    index_spell_id="S1",
    provider_id="RXX",
    setting="acute",
    specialty=None,
    admitted_on=date(2026, 9, 2),
    discharged_on=date(2026, 9, 11),
    died_on=date(2026, 9, 28),
    days_discharge_to_death=17,
    age_at_death=85,
    sex="female",
    rules=("within-30-days",),
    reason="Died 17 days after discharge.",
    definition="lltic",
    definition_hash="h",
)


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
