# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from deaths_by_hand import DEATH, death, frame, make_study, spell
from degraded import in_memory

from lltic.cli import main
from lltic.cohort import completeness, load_definition
from lltic.cohort.case_range import PROVISIONAL_ABOVE, CaseRange, Row, Tally, case_range
from lltic.cohort.tally import tally as count
from lltic.errors import LlticError, NotComputable, UsageError
from lltic.sources.ingest import ingest
from lltic.study import Study

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
BAND = "80 and over"


def row(day: int, lag: int | None, n: int, **more: object) -> Row:
    """Some deaths of a day of September, registered so many days later (None: not yet)."""
    died_on = date(2026, 9, day)
    registered_on = None if lag is None else died_on + timedelta(lag)
    first = Row(True, False, True, BAND, died_on, registered_on, n)
    return replace(first, **more)


def tally(rows: list[Row], days_after: int, **more: object) -> Tally:
    cut = LAST + timedelta(days_after)
    seen = [
        replace(r, registered_on=None) if r.registered_on and r.registered_on > cut else r
        for r in rows
    ]
    kept = [r for r in seen if r.registered_on or r.inside or not r.is_case]
    first = Tally(kept, {(BAND, True): 5_000}, cut, FIRST, LAST)
    return replace(first, **more)


def month(lags: dict[int, int], **more: object) -> list[Row]:
    """The same lags on each of thirty days."""
    return [row(day, lag, n, **more) for day in range(1, 31) for lag, n in lags.items()]


QUICK = month({2: 2, 4: 2}) + month({2: 5, 4: 5}, inside=True)
SLOW = month({2: 2, 12: 2}) + month({2: 5, 12: 5}, inside=True)


def found(rows: list[Row], days_after: int, **more: object) -> CaseRange:
    return case_range(tally(rows, days_after, **more), np.random.default_rng(1))


def test_a_count_becomes_final_when_the_youngest_are_registered():
    young, old = found(SLOW, 3), found(SLOW, 40)
    assert not young.final
    assert young.young_share > 0.1
    assert young.low <= 420 <= young.high
    assert young.counted == 420 - 18
    assert old.final
    assert old.young_share <= PROVISIONAL_ABOVE
    assert old.counted == 420
    assert 420 <= old.low <= old.high <= 423


def test_deaths_that_come_in_quickly_leave_less_open():
    quick, slow = found(QUICK, 3), found(SLOW, 3)
    assert quick.high - quick.low < slow.high - slow.low
    assert quick.month_share < slow.month_share


def test_deaths_in_hospital_are_known_without_a_registration():
    inside = [replace(r, registered_on=None) for r in month({2: 10}, inside=True)]
    only = found(inside, 3, asks_after_discharge=False)
    assert (only.low, only.counted, only.high, only.final) == (300, 300, 300, True)


def test_what_only_the_hospital_knows_of_is_not_missing_twice():
    here = tally(SLOW, 3)
    late = [row(30, None, 20)]
    told = replace(here, rows=[*here.rows, *late])
    before, after = (case_range(t, np.random.default_rng(1)) for t in (here, told))
    assert after.counted == before.counted + 20
    assert after.not_registered.value < before.not_registered.value - 10


def test_people_without_an_identifier_are_missed_at_the_rate_of_the_others():
    numbers = {"persons": {(BAND, True): 5_000, (BAND, False): 1_000}}
    some = found(QUICK, 60, **numbers)
    assert some.not_linked.value == pytest.approx(120 * 1_000 / 4_700, abs=1)
    assert some.not_linked.low < 18 < 34 < some.not_linked.high
    all_known = [*QUICK, *month({2: 2}, has_number=False)]
    assert found(all_known, 60, **numbers).not_linked.value < 0.1
    other_ages = {
        "persons": {(BAND, True): 5_000, ("under 65", False): 1_000, ("under 65", True): 9_000}
    }
    assert found(QUICK, 60, **other_ages).not_linked.value < 0.5


def test_records_in_doubt_are_counted_both_ways():
    plain, doubtful = found(QUICK, 60), found(QUICK, 60, could_be_out=3, could_be_in=5)
    assert (doubtful.low, doubtful.high) == (plain.low - 3, plain.high + 5)


def test_the_estimate_carries_its_making():
    made = found(SLOW, 3).estimate
    assert (made.low, made.high) == (found(SLOW, 3).low, found(SLOW, 3).high)
    assert made.numerator < made.value == made.denominator
    assert "Lynden-Bell 1971" in made.method


@pytest.mark.parametrize(
    ("rows", "days_after", "code"),
    [
        ([row(day, None, 3, inside=True) for day in range(1, 31)], 9, "no-registration-dates"),
        ([row(1, 2, 7)], 9, "too-few-registrations"),
        ([row(1, 29, 30), *month({29: 9}, inside=True)], 1, "too-young"),
    ],
)
def test_what_cannot_be_computed_says_why(rows, days_after, code):
    with pytest.raises(NotComputable) as error:
        found(rows, days_after)
    assert error.value.codes == (code,)


def test_without_deaths_in_hospital_the_end_of_the_lags_is_open_and_said():
    alone = found(month({2: 4, 12: 4}), 10)
    assert any("later than" in said for said in alone.warnings)
    assert not found(SLOW, 10).warnings


# --- of an extract -------------------------------------------------------------------------------


def after_discharge(n: int, first: int = 0) -> tuple[list[dict], list[dict]]:
    """Deaths after discharge, a day each, registered after two days."""
    spells = [spell(f"S{i}", f"p{i}", -20, -5) for i in range(first, first + n)]
    deaths = [
        death(f"D{i}", f"p{i}", registered_on=DEATH + timedelta(2)) for i in range(first, first + n)
    ]
    return spells, deaths


def doubtful(spells: list[dict], deaths: list[dict]) -> tuple[int, int, int]:
    """Cases, cases in doubt, other deaths in doubt: of one person beside thirty plain cases."""
    many, dead = after_discharge(30)
    people = [{"person_id": name, "sex": "other"} for name in ("a", *(f"p{i}" for i in range(30)))]
    rows = {"persons": people, "spells": [*many, *spells], "deaths": [*dead, *deaths], "flags": []}
    with in_memory({name: frame(name, r) for name, r in rows.items()}) as tables:
        lltic = load_definition(None, "lltic").model
        found = count(tables, lltic, DEATH + timedelta(60))
    return sum(r.n for r in found.rows if r.is_case) - 30, found.could_be_out, found.could_be_in


def other_day(name: str, days: int, **more: object) -> dict:
    day = DEATH + timedelta(days)
    return death(name, "a", died_on=day, registered_on=DEATH + timedelta(9), **more)


@pytest.mark.parametrize(
    ("spells", "deaths", "expected"),
    [
        ([spell("S", "a", -5, 3)], [death("D", "a")], (0, 0, 1)),
        ([spell("S", "a", 2, 3)], [death("D", "a")], (0, 0, 1)),
        ([spell("S", "a", -5, None)], [death("D", "a")], (0, 0, 1)),
        ([spell("S", "a", -90, -60)], [death("D", "a")], (0, 0, 0)),
        ([spell("S", "a", -5, 2, died_in_hospital=True)], [death("D", "a")], (1, 0, 0)),
        ([spell("S", "a", -9, 8, died_in_hospital=True)], [death("D", "a")], (1, 1, 0)),
        ([spell("S", "a", -60, -50, died_in_hospital=True)], [death("D", "a")], (1, 1, 0)),
        ([spell("S", "a", -5, 0, died_in_hospital=True)], [], (0, 0, 1)),
        (
            [spell("S", "a", -35, -29)],
            [death("D", "a", registered_on=DEATH), other_day("Da2", 5)],
            (1, 1, 0),
        ),
        (
            [spell("S", "a", -40, -33)],
            [death("D", "a", registered_on=DEATH), other_day("Da2", -4)],
            (0, 0, 1),
        ),
        (
            [spell("S", "a", -40, -20)],
            [death("D", "a", registered_on=DEATH), other_day("Da2", -4)],
            (1, 0, 0),
        ),
        (
            [spell("S", "a", 5, 6)],
            [death("D", "a", registered_on=DEATH), other_day("Da2", 20)],
            (0, 0, 1),
        ),
        (
            [spell("S", "a", -9, 80, died_in_hospital=True)],
            [death("D", "a", registered_on=DEATH), other_day("Da2", -40)],
            (1, 1, 0),
        ),
        ([spell("S", "a", -5, None, died_in_hospital=True)], [], (0, 0, 1)),
        (
            [spell("S", "a", -5, -4, died_in_hospital=True), spell("T", "a", 1, 2)],
            [],
            (0, 0, 1),
        ),
    ],
    ids=[
        "discharged after death",
        "admitted after death",
        "never discharged",
        "out without a doubt",
        "two days apart agree",
        "the flag alone, before discharge",
        "the flag alone, long after discharge",
        "no record of the death",
        "the later day is outside the window",
        "the earlier day is in the window",
        "in by both days",
        "out by a rule and in by another day, counted once",
        "by the flag alone and out by another day, counted once",
        "no record and no end",
        "no record, and a later spell",
    ],
)
def test_contradictory_records_are_in_doubt(spells, deaths, expected):
    assert doubtful(spells, deaths) == expected


def test_deaths_without_a_record_are_judged_like_the_others():
    ends = [("a", {}), ("b", {"provider_id": "RBQ"}), ("c", {"patient_class": "day_case"})]
    spells = [spell(f"S{p}", p, -5, 0, died_in_hospital=True, **more) for p, more in ends]
    many, dead = after_discharge(30)
    people = [{"person_id": p, "sex": "other"} for p in ("a", "b", "c")]
    people += [{"person_id": f"p{i}", "sex": "other"} for i in range(30)]
    rows = {"persons": people, "spells": [*many, *spells], "deaths": dead, "flags": []}
    with in_memory({name: frame(name, r) for name, r in rows.items()}) as tables:
        found = {
            name: count(tables, load_definition(None, name).model).could_be_in
            for name in ("lltic", "shmi_like", "post_discharge_30d")
        }
    assert found == {"lltic": 3, "shmi_like": 1, "post_discharge_30d": 0}


@pytest.mark.parametrize("month", ["2010-01", "2030-01"])
@pytest.mark.parametrize("name", ["next_stage_review", "learning_from_deaths"])
def test_a_period_of_which_the_extract_tells_nothing_has_no_range(make_study, name, month):
    study = make_study(*after_discharge(30))
    told = completeness(study, name, cut=DEATH + timedelta(9), settings={"month": month})
    with pytest.raises(NotComputable) as error:
        _ = told.range
    assert error.value.codes == ("no-deaths",)
    assert "nan" not in " ".join(told.sentences)


def test_a_cut_before_what_is_registered_is_refused(make_study):
    study = make_study(*after_discharge(30))
    with pytest.raises(UsageError) as error:
        completeness(study, cut=DEATH)
    assert error.value.codes == ("cut-too-early",)


def test_without_a_cut_the_last_day_on_record_is_taken_and_said(make_study):
    told = completeness(make_study(*after_discharge(30)))
    assert told.range.cut == DEATH + timedelta(2)
    assert any("not said" in said for said in told.sentences)


def test_where_nobody_has_a_number_nobody_is_missed_for_want_of_one(make_study):
    told = completeness(make_study(*after_discharge(30)), cut=DEATH + timedelta(60))
    assert told.counts["person-without-identifier"] == 30
    assert told.range.not_linked.high == 0
    assert any("Nobody has an NHS number" in said for said in told.sentences)


# --- in words ------------------------------------------------------------------------------------


def test_neither_repr_nor_html_shows_a_person(make_study):
    spells, deaths = after_discharge(30)
    told = completeness(make_study([*spells, spell("Sx", "p1", -4, 9)], deaths))
    for shown in (repr(told), told._repr_html_(), *told.sentences):
        assert "p1" not in shown
        assert "Sx" not in shown
    assert "discharge-after-death</td><td>1</td>" in told._repr_html_()


def test_provisional_and_final_are_said_in_one_sentence(make_study, capsys):
    from lltic.cohort import Completeness

    def last(found: CaseRange) -> str:
        return Completeness("d", "h", "e", (), (), None, found, None).sentences[-1]

    slow = replace(found(SLOW, 3), low=391, high=412, counted=384, month_share=0.034)
    assert last(slow) == (
        "Between 391 and 412 cases, 384 of them counted; provisional: an estimated 3 % of the "
        "deaths after discharge of September 2026 are not registered yet."
    )
    assert last(replace(slow, final=True)) == (
        "Between 391 and 412 cases, 384 of them counted; final."
    )
    assert last(replace(slow, final=True, low=384, high=384)) == "384 cases; final."


def test_without_days_of_registration_there_is_a_reason_and_no_range(make_study, capsys):
    study = make_study([spell("S1", "a", -5, -1)], [death("D", "a")])
    told = completeness(study)
    assert told.lag is None
    with pytest.raises(NotComputable) as error:
        _ = told.range
    assert error.value.codes == ("no-registration-dates",)
    assert "no civil registration tells its day" in told.sentences[-1]
    inside = completeness(study, "in_hospital_deaths")
    assert inside.range.final


def test_the_command_prints_kinds_sentences_and_the_range(make_study, capsys):
    spells, deaths = after_discharge(30)
    study = make_study([*spells, spell("Sx", "p1", -4, 9)], deaths)
    asked = ["cohort", "completeness", "--study", str(study.path), "--cut", "2024-06-01"]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert "discharge-after-death" in printed
    assert "Registration took 2 days at the median" in printed
    assert "Sx" not in printed
    assert printed.strip().endswith("final.")
    assert main([*asked, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["found"]["counted"] == 29
    assert {g["code"]: g["ids"] for g in data["gaps"]}["discharge-after-death"] == ["Sx"]
    assert main([*asked, "--list", "discharge-after-death"]) == 0
    assert capsys.readouterr().out == "Sx\n1 of 1 spells\n"
    assert main([*asked, "--list", "discharge-afer-death"]) == 2
    assert "Did you mean discharge-after-death?" in capsys.readouterr().err


def test_the_mimic_demo_is_told_what_it_lacks(data_dir, tmp_path):
    study = Study.init(tmp_path / "mimic")
    ingest(study, "mimic-iv", [data_dir / "mimic_iv_demo"])
    told = completeness(study, "lltic")
    assert told.counts["person-without-identifier"] == 100
    assert told.counts["hospital-only-death"] == 15
    assert told.why_no_range.code == "no-registration-dates"
