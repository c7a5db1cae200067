"""D3 by example: who is in, who is out, and by which rule."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

from datetime import timedelta

import pytest
from deaths_by_hand import DEATH, death, make_study, spell

from lltic.cohort import build

# name: (spells, deaths, the outcome of each death: a category with rules, or the rule it is out by)
IN_TIME = ("post_discharge", ("post-discharge",))
EXAMPLES = {
    "day 0": (
        [spell("S", "p", -5, 0)],
        [death("D", "p")],
        {"D": ("post_discharge", ("post-discharge", "day-of-discharge"))},
    ),
    "day 1": ([spell("S", "p", -5, -1)], [death("D", "p")], {"D": IN_TIME}),
    "day 30": (
        [spell("S", "p", -40, -30)],
        [death("D", "p")],
        {"D": ("post_discharge", ("post-discharge", "last-day-of-window"))},
    ),
    "day 31": ([spell("S", "p", -40, -31)], [death("D", "p")], {"D": "outside-window"}),
    "day -1": ([spell("S", "p", -5, 1)], [death("D", "p")], {"D": "discharged-after-death"}),
    "in hospital": (
        [spell("S", "p", -5, 0, died_in_hospital=True)],
        [death("D", "p")],
        {"D": ("in_hospital", ("in-hospital",))},
    ),
    "in hospital, dated a day after the discharge": (
        [spell("S", "p", -5, -1, died_in_hospital=True)],
        [death("D", "p")],
        {"D": ("in_hospital", ("in-hospital", "flag-contradicts-dates"))},
    ),
    "in hospital, dated a day before the discharge": (
        [spell("S", "p", -5, 1, died_in_hospital=True)],
        [death("D", "p")],
        {"D": ("in_hospital", ("in-hospital", "flag-contradicts-dates"))},
    ),
    "in hospital, without a date of discharge": (
        [spell("S", "p", -5, None, died_in_hospital=True)],
        [death("D", "p")],
        {"D": ("in_hospital", ("in-hospital",))},
    ),
    "admitted on the day of death": (
        [spell("S", "p", 0, 0, died_in_hospital=True)],
        [death("D", "p")],
        {"D": ("in_hospital", ("in-hospital",))},
    ),
    "two spells in the window: the last one counts": (
        [spell("S1", "p", -25, -20), spell("S2", "p", -10, -5)],
        [death("D", "p")],
        {"D": IN_TIME},
    ),
    "readmitted on the day of discharge": (
        [
            spell("S1", "p", -9, -4),
            spell("S2", "p", -4, -2, admitted_at=spell("", "", -4, None)["admitted_at"]),
        ],
        [death("D", "p")],
        {"D": ("post_discharge", ("post-discharge", "same-day-readmission"))},
    ),
    "transferred: the receiving provider has the death": (
        [
            spell("S1", "p", -9, -4, provider_id="A"),
            spell("S2", "p", -4, 0, provider_id="B", admission_method="transfer"),
        ],
        [death("D", "p")],
        {
            "D": (
                "post_discharge",
                ("post-discharge", "day-of-discharge", "same-day-readmission", "transfer"),
            )
        },
    ),
    "the last of two spells that began together is by discharge": (
        [spell("S1", "p", -9, -2), spell("S2", "p", -9, -8)],
        [death("D", "p")],
        {"D": IN_TIME},
    ),
    "admitted after death": (
        [spell("S", "p", 1, 3)],
        [death("D", "p")],
        {"D": "admitted-after-death"},
    ),
    "a spell after death is ignored where another fits": (
        [spell("S1", "p", -9, -4), spell("S2", "p", 1, 3)],
        [death("D", "p")],
        {"D": ("post_discharge", ("post-discharge", "spell-after-death-ignored"))},
    ),
    "unfinished": ([spell("S", "p", -5, None)], [death("D", "p")], {"D": "unfinished-spell"}),
    "an unfinished spell is ignored where another fits": (
        [spell("S1", "p", -9, -4), spell("S2", "p", -2, None)],
        [death("D", "p")],
        {"D": ("post_discharge", ("post-discharge", "unfinished-spell-ignored"))},
    ),
    "no spell": ([], [death("D", "p")], {"D": "no-spell"}),
    "two registrations: the earlier is kept": (
        [spell("S", "p", -9, -4)],
        [
            death("D1", "p", registered_on=DEATH + timedelta(days=9)),
            death("D2", "p", registered_on=DEATH + timedelta(days=2)),
            death("D3", "p"),
        ],
        {
            "D1": "duplicate-registration",
            "D2": ("post_discharge", ("post-discharge", "several-registrations")),
            "D3": "duplicate-registration",
        },
    ),
    "registration before the hospital's record": (
        [spell("S", "p", -9, -4)],
        [death("D1", "p", source="hospital"), death("D2", "p")],
        {
            "D1": "duplicate-registration",
            "D2": ("post_discharge", ("post-discharge", "several-registrations")),
        },
    ),
    "registered late": (
        [spell("S", "p", -9, -4)],
        [death("D", "p", registered_on=DEATH + timedelta(days=31))],
        {"D": ("post_discharge", ("post-discharge", "late-registration"))},
    ),
    "registered within the lag": (
        [spell("S", "p", -9, -4)],
        [death("D", "p", registered_on=DEATH + timedelta(days=30))],
        {"D": IN_TIME},
    ),
    "registered before the death": (
        [spell("S", "p", -9, -4)],
        [death("D", "p", registered_on=DEATH - timedelta(days=1))],
        {"D": ("post_discharge", ("post-discharge", "registered-before-death"))},
    ),
    "discharged from another kind of care": (
        [spell("S", "p", -9, -4, setting="community")],
        [death("D", "p")],
        {"D": IN_TIME},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_rule_by_example(name, make_study):
    spells, deaths, expected = EXAMPLES[name]
    result = build(make_study(spells, deaths), "lltic")
    found = {c.death_id: (c.category, c.rules) for c in result.cases}
    assert found | {e.death_id: e.rule for e in result.excluded} == expected


def test_a_death_without_a_person_is_out_by_its_own_rule(make_study):
    study = make_study([], [death("D", "nobody")], [{"person_id": "p", "sex": "male"}])
    (out,) = build(study).excluded
    assert out.rule == "no-person"


@pytest.mark.parametrize(
    ("spells", "index", "days"),
    [
        ([("S1", -25, -20), ("S2", -10, -5)], "S2", 5),
        ([("S2", -25, -20), ("S1", -10, -5)], "S1", 5),
        ([("S1", -9, -2), ("S2", -9, -8)], "S1", 2),
        ([("S1", -9, -8), ("S2", -9, -8)], "S2", 8),
        ([("S1", -60, -50), ("S2", -90, -5)], "S1", None),
    ],
)
def test_the_index_spell_is_the_last_by_admission_then_discharge_then_id(
    spells, index, days, make_study
):
    rows = [spell(i, "p", a, d) for i, a, d in spells]
    result = build(make_study(rows, [death("D", "p")]))
    if days is None:
        assert index in result.excluded[0].reason
    else:
        (case,) = result.cases
        assert (case.index_spell_id, case.days_discharge_to_death) == (index, days)


def test_of_two_spells_that_began_together_the_one_still_open_at_death_is_the_last(make_study):
    spells = [
        spell("S1", "p", -9, None, died_in_hospital=True),
        spell("S2", "p", -9, -8),
    ]
    (case,) = build(make_study(spells, [death("D", "p")])).cases
    assert (case.index_spell_id, case.category) == ("S1", "in_hospital")


def test_a_birthday_counts_from_its_day(make_study):
    days = {"before": 1, "on": 0, "after": -1}
    persons = [
        {
            "person_id": name,
            "sex": "male",
            "born_on": (DEATH + timedelta(days=n)).replace(year=1944),
        }
        for name, n in days.items()
    ]
    spells = [spell(name, name, -5, -1) for name in days]
    result = build(make_study(spells, [death(name, name) for name in days], persons))
    ages = {c.person_id: c.age_at_death for c in result.cases}
    assert ages == {"before": 79, "on": 80, "after": 80}


def test_an_unknown_date_of_birth_is_an_unknown_age(make_study):
    persons = [{"person_id": "p", "sex": "unknown"}]
    (case,) = build(make_study([spell("S", "p", -5, -1)], [death("D", "p")], persons)).cases
    assert case.age_at_death is None


def test_days_go_by_the_calendar_and_not_by_the_hour(make_study):
    late = spell("S", "p", -40, -30)
    late["discharged_at"] = late["discharged_at"].replace(hour=0, minute=0)
    early = spell("T", "q", -40, -31)
    early["discharged_at"] = early["discharged_at"].replace(hour=23, minute=59)
    result = build(make_study([late, early], [death("D", "p"), death("E", "q")]))
    assert [c.days_discharge_to_death for c in result.cases] == [30]
    assert [e.rule for e in result.excluded] == ["outside-window"]


def test_a_leap_day_is_a_day(make_study):
    from datetime import date, datetime

    row = spell("S", "p", 0, 0)
    row["admitted_at"] = datetime.fromisoformat("2024-02-01T09:00")
    row["discharged_at"] = datetime.fromisoformat("2024-02-28T10:00")
    (case,) = build(make_study([row], [death("D", "p", died_on=date(2024, 3, 1))])).cases
    assert case.days_discharge_to_death == 2
