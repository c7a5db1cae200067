# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import errno
import itertools
import json
import os
import sys
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest
from deaths_by_hand import DEATH, death, make_study, spell

from lltic.cohort import build, explain, read_attrition, read_cases, read_excluded
from lltic.errors import LlticError, UsageError
from lltic.sources.ingest import ingest
from lltic.study import Study

IN_TIME = (
    "Died 1 day after discharge from spell S1 (acute, provider X); "
    "a later spell at another provider: no."
)
FILES = ("patients", "admissions")
SPELLS = [
    spell("S1", "a", -5, -1),
    spell("S2", "b", -5, 0, died_in_hospital=True),
    spell("S3", "c", -60, -45),
    spell("S4", "d", -9, -4),
]
DEATHS = [death(f"D{name}", name) for name in "abce"]


@pytest.fixture
def study(make_study):
    return make_study(SPELLS, DEATHS)


def snapshot(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_what_is_written_is_what_is_returned(study):
    result = build(study)
    assert tuple(read_cases(study)) == result.cases
    assert tuple(read_excluded(study)) == result.excluded
    assert tuple(read_attrition(study)) == result.attrition
    manifest = json.loads((study.cohort / "manifest.json").read_text())
    assert manifest["counts"] == result.counts
    assert manifest["counts"]["cases"] == 2
    assert manifest["definition"] == "lltic"
    assert set(manifest["inputs"]) == {"persons", "spells", "deaths"}


def test_the_columns_are_those_of_the_record_also_without_any_case(make_study):
    study = make_study(SPELLS, [death("D", "e")])
    build(study)
    cases = pd.read_parquet(study.cohort / "cases.parquet")
    assert len(cases) == 0
    assert list(cases.columns)[:3] == ["case_id", "person_id", "death_id"]


def test_the_attrition_adds_up(study):
    result = build(study)
    steps = result.attrition
    assert steps[0].n_in == len(DEATHS)
    for step, after in itertools.pairwise(steps):
        assert step.n_in - step.n_out == step.remaining == after.n_in
    assert steps[-1].remaining == len(result.cases)
    assert Counter(e.rule for e in result.excluded) == {s.rule: s.n_out for s in steps if s.n_out}


def test_the_same_input_gives_the_same_bytes_and_names(study):
    build(study)
    first = snapshot(study.cohort)
    build(study)
    assert snapshot(study.cohort) == first
    other = Study.init(study.path.parent / "other", key=b"z" * 32)
    for table in study.extract.iterdir():
        (other.extract / table.name).write_bytes(table.read_bytes())
    assert {c.case_id for c in build(other).cases}.isdisjoint(c.case_id for c in read_cases(study))


def test_a_case_keeps_its_name_when_more_deaths_come_in(make_study):
    before = {c.person_id: c.case_id for c in build(make_study(SPELLS, DEATHS)).cases}
    after = {
        c.person_id: c.case_id for c in build(make_study(SPELLS, [*DEATHS, death("Dd", "d")])).cases
    }
    assert before.items() < after.items()


def test_colliding_case_ids_are_refused(study, monkeypatch):
    monkeypatch.setattr(
        sys.modules["lltic.cohort.files"],
        "label_of",
        lambda person: f"CASE WHEN {person} <> $inner || $outer THEN 'A' END",
    )
    with pytest.raises(LlticError) as error:
        build(study)
    assert error.value.codes == ("case-label-collision",)
    assert list(study.cohort.iterdir()) == []


def test_sample_and_assignments_beside_the_cohort_survive_a_new_build(study):
    build(study)
    (study.cohort / "assignments.parquet").write_bytes(b"kept")
    build(study, "in_hospital_deaths")
    assert (study.cohort / "assignments.parquet").read_bytes() == b"kept"


def test_the_two_parts_make_the_whole(study):
    whole = {c.case_id: c.category for c in build(study, "lltic").cases}
    inside = {c.case_id for c in build(study, "in_hospital_deaths").cases}
    after = {c.case_id for c in build(study, "post_discharge_30d").cases}
    assert inside == {c for c, kind in whole.items() if kind == "in_hospital"}
    assert after == {c for c, kind in whole.items() if kind == "post_discharge"}
    assert len(inside) == len(after) == 1


def test_neither_repr_nor_html_shows_a_patient(study):
    result = build(study)
    for shown in (repr(result), result._repr_html_()):
        assert "S1" not in shown
        assert str(DEATH.year) not in shown


def test_a_full_disk_leaves_the_old_cohort(study, monkeypatch):
    build(study)
    before = snapshot(study.cohort)

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LlticError) as error:
        build(study, "in_hospital_deaths")
    assert error.value.codes == ("cannot-write",)
    assert snapshot(study.cohort) == before


@pytest.mark.parametrize(
    ("options", "code"),
    [({"definition": "ltic"}, "unknown-cohort"), ({"engine": "sparc"}, "unknown-engine")],
)
def test_unknown_names_are_usage_errors_with_the_known_ones(study, options, code):
    with pytest.raises(UsageError) as error:
        build(study, **options)
    assert error.value.codes == (code,)


def test_without_an_extract_it_says_what_to_do(tmp_path):
    with pytest.raises(LlticError) as error:
        build(Study.init(tmp_path / "empty"))
    assert error.value.codes == ("no-extract",)
    assert "lltic ingest" in str(error.value)


# --- explain -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "included", "sentence"),
    [
        ("a", True, IN_TIME),
        ("Da", True, IN_TIME),
        ("S1", True, IN_TIME),
        ("b", True, "Died in hospital during spell S2 (acute, provider X)."),
        (
            "c",
            False,
            "Out: died 45 days after discharge from spell S3 (acute, provider X), "
            "more than 30 days; a later spell at another provider: no.",
        ),
        (
            "De",
            False,
            "Out: the person has no acute or community or mental health spell in the extract.",
        ),
        ("d", False, "Out: the extract holds no death of this person."),
    ],
)
def test_any_identifier_leads_to_the_sentence(study, identifier, included, sentence):
    build(study)
    (found,) = explain(study, identifier)
    assert (found.included, found.sentence) == (included, sentence)


def test_a_case_id_and_another_spell_lead_to_the_case(make_study):
    study = make_study([*SPELLS, spell("S0", "a", -30, -20)], DEATHS)
    case = next(c for c in build(study).cases if c.person_id == "a")
    assert explain(study, case.case_id)[0].death_id == "Da"
    assert explain(study, "S0")[0].sentence.endswith(
        "Spell S0 is not the index spell: it is not the last before the death."
    )


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (spell("S0", "a", 1, 3), "it began after the day of death"),
        (spell("S0", "a", -1, None), "it was not finished"),
        (
            spell("S0", "a", -1, 0, provider_id="RBQ", died_in_hospital=True),
            "this cohort does not count it",
        ),
    ],
)
def test_a_spell_that_is_not_the_index_spell_is_told_why(make_study, other, why):
    study = make_study([*SPELLS, other], DEATHS)
    build(study, "shmi_like")
    (found,) = explain(study, "S0")
    assert found.sentence.endswith(f" Spell S0 is not the index spell: {why}.")


def test_an_extract_without_dates_has_cases_and_a_case_book(make_study):
    from lltic.cohort.casebook import summary, write_casebook

    without = {"admitted_at": None, "discharged_at": None}
    spells = [
        spell("S1", "a", 0, 0, **without, sequence=1),
        spell("S2", "a", 0, 0, **without, sequence=2, died_in_hospital=True),
        spell("S3", "a", 0, 0, **without, sequence=3),
        spell("S4", "b", 0, 0, **without, sequence=1, died_in_hospital=True),
    ]
    deaths = [death(f"D{i}", p, died_on=None, spell_id=s) for i, p, s in ((1, "a", "S2"),)]
    study = make_study(spells, [*deaths, death("D2", "b", died_on=None, spell_id="S4")])
    first, second = sorted(build(study, "in_hospital_deaths").cases, key=lambda c: c.person_id)
    assert (first.index_spell_id, first.rules[1:]) == ("S2", ("spell-after-death-ignored",))
    assert (second.rules, second.died_on, second.admitted_on) == (("in-hospital",), None, None)
    assert explain(study, "S3")[0].sentence.endswith(
        "it comes after the spell that ended in death."
    )
    write_casebook(study, [first, second])
    book = json.loads((study.cohort / "casebook.json").read_text())
    assert ["Died", "in hospital"] in book[first.case_id]["banner"]
    assert book[first.case_id]["died_on"] == ""
    assert summary(first) == "Died in hospital"
    with pytest.raises(LlticError) as error:
        build(study, "lltic")
    assert error.value.codes == ("undated-extract",)


def test_the_boxes_of_the_flow_make_each_other_whole(study):
    result = build(study)
    boxes = result.flow
    for box, after in itertools.pairwise(boxes):
        assert box.n - sum(n for _, _, n in box.out) == after.n
    assert boxes[0].n == len(DEATHS)
    assert (boxes[-1].title, boxes[-1].n) == ("Cases", len(result.cases))
    assert sum(n for _, n in boxes[-1].parts) == boxes[-1].n
    out = {rule: n for box in boxes for rule, _, n in box.out}
    assert out == Counter(e.rule for e in result.excluded)


def test_an_unknown_id_is_a_usage_error_that_does_not_repeat_it(study):
    build(study)
    with pytest.raises(UsageError) as error:
        explain(study, "9990873305'")
    assert error.value.codes == ("unknown-id",)
    assert "9990873305" not in str(error.value)


def test_explaining_before_building_says_what_to_do(study):
    with pytest.raises(LlticError) as error:
        explain(study, "a")
    assert error.value.codes == ("not-made-yet",)
    assert "lltic cohort build" in str(error.value)


# --- real admissions -----------------------------------------------------------------------------


def test_the_mimic_demo_has_21_cases(data_dir, tmp_path):
    study = Study.init(tmp_path / "mimic")
    ingest(study, "mimic-iv", [data_dir / "mimic_iv_demo"])
    result = build(study)
    assert result.counts == {
        "deaths": 31,
        "cases": 21,
        "in_hospital": 15,
        "post_discharge": 6,
        "excluded": 10,
    }
    assert {e.rule for e in result.excluded} == {"outside-window"}
    assert len({c.person_id for c in result.cases}) == 21
    (edge,) = explain(study, "10019003")
    assert edge.sentence.startswith("Died 30 days after discharge")
    assert "last-day-of-window" in edge.rules
    (late,) = explain(study, "10000032")
    assert late.sentence.startswith("Out: died 33 days after discharge")
    assert replace(late, sentence="").rules == ("outside-window",)
    told = told_by_a_loop(data_dir / "mimic_iv_demo" / "hosp")
    assert len(told) == 31
    assert {person: explain(study, person)[0].sentence for person in told} == told
    every = [*result.cases, *result.excluded]
    assert {d.person_id: explain(study, d.death_id)[0].sentence for d in every} == told
    contradicting = [c for c in result.cases if "flag-contradicts-dates" in c.rules]
    assert len(contradicting) == sum("although" in sentence for sentence in told.values())


def told_by_a_loop(folder):
    """Say by a plain loop over the published files why each death is in or out."""
    rows = {name: pd.read_csv(next(folder.glob(f"{name}.csv*"))) for name in FILES}
    told = {}
    for patient in rows["patients"].dropna(subset="dod").itertuples():
        stays = rows["admissions"][rows["admissions"].subject_id == patient.subject_id]
        last = stays.sort_values("admittime").iloc[-1]
        died, left = (pd.Timestamp(t).normalize() for t in (patient.dod, last.dischtime))
        days = (died - left).days
        where = f"spell {last.hadm_id} (acute, provider mimic)"
        if last.hospital_expire_flag:
            gap = f"{abs(days)} day{'s' * (abs(days) != 1)} {'after' if days > 0 else 'before'}"
            but = f", although the death is dated {gap} the discharge" if days else ""
            told[str(patient.subject_id)] = f"Died in hospital during {where}{but}."
        else:
            after = f"{days} day{'s' * (days != 1)} after discharge"
            after = "on the day of discharge" if days == 0 else after
            start = "Died" if days <= 30 else "Out: died"
            bound = "" if days <= 30 else ", more than 30 days"
            sentence = f"{start} {after} from {where}{bound}"
            told[str(patient.subject_id)] = sentence + "; a later spell at another provider: no."
    return told
