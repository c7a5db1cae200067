"""The manifest and its sentences: every reason is there, in words, and nothing of a patient."""

from __future__ import annotations

import json
from dataclasses import replace

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.allocation.reasons import explained, manifest, notes
from lltic.records import Assignment

PLAN = AllocationPlan("allocation-mine", "2", calibration=1, seed=4)
CASES = [
    CaseToRead("A", person_id="p-secret", ward="Elm"),
    CaseToRead("B", standing=(Assignment("B-1", "B", "ada", 1, "sjr"),)),
    CaseToRead("C", ward="Oak"),
]
PEOPLE = [
    Reviewer("ada"),
    Reviewer("ben", limit=2),
    Reviewer("cleo", wards=("elm",)),
    Reviewer("dan", patients=("p-secret",)),
    Reviewer("eve", available=False),
]


def made():
    done = allocate(CASES, PEOPLE, PLAN)
    return done, manifest(done, PEOPLE, PLAN, "h" * 64)


def test_a_manifest_adds_up_and_is_plain_json():
    done, said = made()
    assert json.loads(json.dumps(said)) == said
    assert sum(who["new"] for who in said["reviewers"]) == len(done.new)
    assert sum(who["all"] for who in said["reviewers"]) == len(done.new) + 1
    assert said["conflicts"] == {"own-patient": 1, "own-ward": 1}
    assert "p-secret" not in json.dumps(said)
    assert "Elm" not in json.dumps(said)


def test_the_sentences_name_who_and_every_rule():
    _, said = made()
    assert explained("A", said) == [
        "Given to ben and ada, out of 2 who may read it: even workloads, mixed pairs, by lot "
        "(allocation-mine v2, seed 4).",
        "Not cleo: works on the ward (own-ward).",
        "Not dan: looked after the person (own-patient).",
        "Not eve: is not available (not-available).",
    ]
    assert explained("B", said)[0] == "Read before this run by ada; that stays."
    assert any("everybody reads it" in line for c in "BC" for line in explained(c, said))


def test_notes_tell_a_slip_in_the_plan_and_what_could_not_be_looked_at():
    people = [*PEOPLE, Reviewer("fay", wards=("Elmm",), practices=("P9",))]
    done = allocate(CASES, people, PLAN)
    assert notes(CASES, people, PLAN, done) == [
        "own-ward: no case of the sample is of 'Elmm' (fay).",
        "own-ward: could not be looked at for 1 case; the extract is silent.",
        "own-practice: no case of the sample is of 'P9' (fay).",
        "own-practice: could not be looked at for 3 cases; the extract is silent.",
    ]
    assert notes(CASES, PEOPLE[:2], PLAN, done) == []


def test_a_conflict_that_could_never_be_found_is_told_and_names_no_patient():
    plan = replace(PLAN, conflicts=("own-organisation", "own-patient"))
    cases = [CaseToRead("A", person_id="p-secret", provider_id="RX1")]
    people = [
        Reviewer("ada", organisations=("Soar Valley Hospitals",), patients=("p-secret", "p-other")),
        Reviewer("ben", organisations=("rx1", "Soar Valley Hospitals")),
        Reviewer("cleo"),
    ]
    said = notes(cases, people, plan, allocate(cases, people, plan))
    assert said == [
        "own-organisation: no case is of an organisation of ada. "
        "A plan can give the provider's code.",
        "own-patient: named by ada, in no case of the sample: patients 1 of 2.",
    ]
    assert not any("p-" in note for note in said)


def test_two_who_declare_the_same_slip_are_both_named():
    people = [Reviewer(name, wards=("Elmm",)) for name in ("ada", "ben")]
    said = notes(CASES, people, PLAN, allocate(CASES[:1], people, PLAN))
    assert [note for note in said if "Elmm" in note] == [
        f"own-ward: no case of the sample is of 'Elmm' ({name})." for name in ("ada", "ben")
    ]
