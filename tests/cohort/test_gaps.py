# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

from datetime import date, timedelta

import pytest
from deaths_by_hand import DEATH, death, make_study, spell, write_extract

from lltic.cohort import completeness
from lltic.cohort.gaps import KINDS, LISTED
from lltic.errors import LlticError
from lltic.study import Study

REGISTERED = DEATH + timedelta(4)


def person(person_id: str, **more: object) -> dict:
    number = f"999{int(person_id, 36):07d}"
    row = {"nhs_number": number, "born_on": date(1940, 4, 1), "sex": "female"}
    return {"person_id": person_id, **row, **more}


def registered(death_id: str, person_id: str, **more: object) -> dict:
    return death(death_id, person_id, **{"registered_on": REGISTERED, **more})


EXTRACT = (
    [
        spell("S1", "a", -5, -1),
        spell("S2", "b", -5, None),
        spell("S3", "c", 2, 4),
        spell("S4", "d", -5, 3),
        spell("S5", "e", -9, -5),
        spell("S6", "e", 6, 7),
        spell("S7", "f", -5, 0, died_in_hospital=True),
        spell("S8", "g", -5, 0, died_in_hospital=True),
        spell("S9", "h", -9, -5),
        spell("S10", "i", -9, -5),
        spell("S11", "j", -9, -5),
        spell("S12", "k", -9, -5),
        spell("S13", "l", -5, 0, died_in_hospital=True),
        spell("S14", "m", -9, -5),
        spell("S15", "f", -3, None, died_in_hospital=True),
        spell("S16", "n", -9, -5),
    ],
    [
        *(registered(f"D{name}", name) for name in "abcdei"),
        registered("Dnobody", "nobody"),
        death("Df", "f", source="hospital", spell_id="S7"),
        registered("Dh1", "h"),
        registered("Dh2", "h", died_on=DEATH - timedelta(6), registered_on=DEATH + timedelta(9)),
        registered("Di2", "i", source="hospital", registered_on=None),
        registered("Dj", "j", registered_on=DEATH + timedelta(31)),
        registered("Dk", "k", registered_on=DEATH - timedelta(1)),
        death("Dl", "l", died_on=None, source="hospital", spell_id="S13"),
        registered("Dm", "m", told_on=DEATH + timedelta(2), reconciled="MIX1"),
        registered("Dn1", "n", registered_on=None),
        registered("Dn2", "n", registered_on=None, died_on=DEATH + timedelta(1)),
        registered("Dn3", "n", registered_on=None, died_on=DEATH - timedelta(1), source="hospital"),
    ],
    [person("a", nhs_number=None), *(person(name) for name in "bcdefghijklmn")],
)
EXPECTED = {
    "person-without-identifier": ("a",),
    "death-without-person": ("Dnobody",),
    "spell-without-discharge": ("S2",),
    "undated-spell": (),
    "undated-death": ("Dl",),
    "death-before-admission": ("Dc",),
    "discharge-after-death": ("S4",),
    "activity-after-death": ("S3", "S6"),
    "several-records": ("Dh1", "Di", "Dn1"),
    "conflicting-death-dates": ("Dh1", "Dm", "Dn1"),
    "late-registration": ("Dj",),
    "registered-before-death": ("Dk",),
    "hospital-only-death": ("Df", "Dl"),
    "death-not-recorded": ("S8",),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    study = Study.init(tmp_path_factory.mktemp("gaps") / "study", key=b"k" * 32)
    return completeness(write_extract(study, *EXTRACT), cut=DEATH + timedelta(60))


def test_each_kind_lists_exactly_its_own(told):
    assert {gap.code: gap.ids for gap in told.gaps} == EXPECTED
    assert told.counts == {code: len(ids) for code, ids in EXPECTED.items()}
    assert set(EXPECTED) == set(KINDS)


def test_each_kind_says_of_what_it_lists_identifiers(told):
    keys = {"a": "persons", "D": "deaths", "S": "spells"}
    assert all(gap.of == keys[gap.ids[0][0]] for gap in told.gaps if gap.ids)


def test_of_several_dates_it_says_which_won_and_why(told):
    found = {c.death_id: (c.person_id, c.days_apart, c.won, c.why) for c in told.conflicts}
    assert found == {
        "Dh1": ("h", 6, "registration", "no other record of the death was registered earlier"),
        "Dm": (
            "m",
            2,
            "hospital",
            "the registration is 1 to 3 days after the hospital's date, which is taken",
        ),
        "Dn1": (
            "n",
            2,
            "registration",
            "no record tells when it was registered; of the registrations it has the earliest day "
            "of death",
        ),
    }


def test_an_extract_without_anything_wrong_has_no_gap(make_study):
    study = make_study([spell("S1", "a", -5, -1)], [registered("Da", "a")], [person("a")])
    assert set(completeness(study).counts.values()) == {0}


def test_an_empty_extract_has_no_gap_and_no_range(make_study):
    told = completeness(make_study([], [], []))
    assert set(told.counts.values()) == {0}
    with pytest.raises(LlticError) as error:
        _ = told.range
    assert error.value.codes == ("no-deaths",)


def test_all_are_counted_and_the_first_are_listed(make_study):
    many = [person(f"p{n}", nhs_number=None) for n in range(LISTED + 5)]
    (gap, *_) = completeness(make_study([], [], many)).gaps
    assert gap.count == LISTED + 5
    assert gap.ids == tuple(sorted(row["person_id"] for row in many)[:LISTED])


def test_without_dates_the_order_of_spells_tells_what_came_after_death(make_study):
    def stay(name: str, person: str, sequence: int, **more: object) -> dict:
        row = spell(name, person, 0, None, **more)
        return {**row, "admitted_at": None, "sequence": sequence}

    spells = [
        stay("S1", "a", 1),
        stay("S2", "a", 2, died_in_hospital=True),
        stay("S3", "a", 3),
        stay("S4", "b", 1, died_in_hospital=True),
    ]
    deaths = [
        death(f"D{p}", p, died_on=None, source="hospital", spell_id=s)
        for p, s in (("a", "S2"), ("b", "S4"))
    ]
    told = completeness(make_study(spells, deaths), "in_hospital_deaths")
    listed = {gap.code: gap.ids for gap in told.gaps if gap.ids}
    assert listed["activity-after-death"] == ("S3",)
    assert listed["undated-death"] == ("Da", "Db")
    assert listed["undated-spell"] == ("S1", "S2", "S3", "S4")
    assert told.range.estimate.value == told.range.low == told.range.high == 2
    with pytest.raises(LlticError) as error:
        completeness(make_study(spells, deaths), "lltic")
    assert error.value.codes == ("undated-extract",)
