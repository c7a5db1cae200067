"""What a hospital's system keeps beside the dates, and that it agrees with the notes."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from lltic.sources.synthetic import SyntheticTrust, generate_tables
from lltic.sources.synthetic.people import years_between


def index_spells(trust: SyntheticTrust) -> pd.DataFrame:
    """The last acute spell of each case, beside its course."""
    spells = trust.tables["spells"].sort_values("admitted_at")
    acute = spells[spells["setting"] == "acute"].drop_duplicates("person_id", keep="last")
    return acute.set_index("person_id")


def test_the_tables_alone_are_those_of_the_whole_trust(trust: SyntheticTrust) -> None:
    alone = generate_tables(2026)
    assert alone.keys() == trust.tables.keys() - {"documents"}
    for name, table in alone.items():
        whole = trust.tables[name]
        told_by_notes = ["ward"] if name == "spells" else []
        assert table.drop(columns=told_by_notes).equals(whole.drop(columns=told_by_notes))


def test_the_ward_is_the_one_that_the_notes_tell_of(trust: SyntheticTrust) -> None:
    wards = index_spells(trust)["ward"]
    for course in trust.courses:
        assert wards[course.patient.person_id] == course.facts["ward"]


def test_a_discharge_method_says_how_the_spell_ended(trust: SyntheticTrust) -> None:
    spells = trust.tables["spells"]
    died, unfinished = spells["died_in_hospital"], spells["discharged_at"].isna()
    assert set(spells.loc[died, "discharge_method"]) == {"died"}
    assert spells.loc[unfinished, "discharge_method"].isna().all()
    assert set(spells.loc[~died & ~unfinished, "discharge_method"]) == {"advice", "self"}


def test_day_cases_are_elective_without_a_night_and_of_survivors(trust: SyntheticTrust) -> None:
    spells = trust.tables["spells"]
    day_case = spells["patient_class"] == "day_case"
    a_day = spells["admitted_at"].dt.date == spells["discharged_at"].dt.date
    could_be = (spells["admission_method"] == "elective") & a_day
    assert (day_case <= could_be).all()
    assert 0.8 < day_case.sum() / could_be.sum() < 0.9
    dead = trust.tables["deaths"]["person_id"]
    assert not spells.loc[day_case, "person_id"].isin(dead).any()


def test_a_transfer_is_told_on_both_sides(trust: SyntheticTrust) -> None:
    spells = trust.tables["spells"].sort_values(["person_id", "admitted_at"])
    after = spells.shift(-1)
    soon = after["admitted_at"] - spells["discharged_at"] <= timedelta(hours=24)
    goes_on = (
        (after["person_id"] == spells["person_id"])
        & soon
        & (after["admission_method"] == "transfer")
    )
    assert (spells["transferred_out"] == goes_on).all()
    assert spells["transferred_out"].sum() >= 20
    assert (spells["transferred_in"] == (spells["admission_method"] == "transfer")).all()


def test_the_age_at_admission_is_that_of_the_date_of_birth(trust: SyntheticTrust) -> None:
    born = trust.tables["persons"].set_index("person_id")["born_on"]
    for row in trust.tables["spells"].head(500).itertuples():
        assert row.age_at_admission == years_between(born[row.person_id], row.admitted_at.date())


def test_flags_agree_with_the_notes_and_are_few(trust: SyntheticTrust) -> None:
    flags = trust.tables["flags"]
    dead = {c.patient.person_id: c for c in trust.courses}
    for flag, holds in (
        ("learning_disability", lambda p: p.learning_disability == "clear"),
        ("severe_mental_illness", lambda p: p.mental_illness),
    ):
        flagged = set(flags.loc[flags["flag"] == flag, "person_id"])
        assert flagged & dead.keys() == {k for k, c in dead.items() if holds(c.patient)}
        assert 30 < len(flagged) < 300
    asked = flags[~flags["flag"].isin(["learning_disability", "severe_mental_illness"])]
    assert 30 < len(asked) < 100
    assert set(asked["person_id"]) <= dead.keys()
    for row in asked.itertuples():
        assert row.noted_on > dead[row.person_id].stay.died_on
    assert flags["flag_id"].is_unique


def test_a_hospital_s_own_record_names_the_spell_that_told_of_the_death(
    trust: SyntheticTrust,
) -> None:
    deaths = trust.tables["deaths"]
    ended = trust.tables["spells"]
    ended = ended[ended["died_in_hospital"]].set_index("person_id")["spell_id"]
    told = deaths[deaths["source"] == "hospital"].set_index("person_id")["spell_id"]
    assert told.notna().any()
    assert told.dropna().equals(ended.reindex(told.index).dropna())
    assert deaths.loc[deaths["source"] == "registration", "spell_id"].isna().all()
