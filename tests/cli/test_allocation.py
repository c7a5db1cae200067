"""``lltic allocate`` with a real record: plans, conflicts, hand-backs, reasons."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from itertools import count

import pytest
from argon2 import PasswordHasher
from deaths_by_hand import death, spell, write_extract
from small_study import COMPLETE

from lltic.audit.replay import check_replay
from lltic.audit.store import verify
from lltic.cli import main
from lltic.clock import system_clock
from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.admin import writing
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.places import places
from lltic.reviews.read import assignments, events
from lltic.study import Study

NAMES = ("ada", "ben", "cleo", "dan")
SIDES = ("primary_care", "secondary_care", "primary_care", "secondary_care")
PEOPLE = {
    n: Person(n, n.title(), "X", ("reviewer",), side) for n, side in zip(NAMES, SIDES, strict=True)
}
CORA = Person("cora", "Cora", "X", ("coordinator",))
NOOR = Person("noor", "Noor", "X", ("adjudicator",))
PLAN = """\
name: allocation-ours
version: "1"
title: Ours
source: The minutes of the first meeting.
readers: 2
conflicts: [own-ward, own-practice, own-patient]
seed: 7
reviewers:
  - {name: ada, wards: [Elm]}
  - {name: ben, practices: [P1]}
  - {name: cleo, patients: [p01]}
  - {name: dan, limit: 6}
"""
ids = count(1)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Study:
    """A study with a sample, made once: each test has a copy."""
    spells = [
        spell(f"S{i:02}", f"p{i:02}", -5, -1, ward="Elm" if i % 3 == 0 else "Oak")
        for i in range(12)
    ]
    persons = [
        {"person_id": f"p{i:02}", "sex": "female", "practice_id": "P1" if i % 4 == 1 else "P2"}
        for i in range(12)
    ]
    study = Study.init(tmp_path_factory.mktemp("drawn") / "study", key=b"k" * 32)
    write_extract(study, spells, [death(f"D{i:02}", f"p{i:02}") for i in range(12)], persons)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, system_clock, cheap)
    for person in (*PEOPLE.values(), CORA, NOOR):
        accounts.add(person, "correct-horse-battery")
    (study.path / "plans" / "allocation-ours.yml").write_text(PLAN)
    for step in (["cohort", "build"], ["sample"]):
        assert main([*step, "--study", str(study.path)]) == 0
    return study


@pytest.fixture
def study(drawn, tmp_path) -> Study:
    return Study.open(shutil.copytree(drawn.path, tmp_path / "study"))


@pytest.fixture
def run(study, capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["allocate", *map(str, arguments), "--study", str(study.path)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def named(*names: str) -> list[str]:
    return [part for name in names for part in ("--reviewer", name)]


def manifest(study) -> dict:
    return json.loads((study.cohort / "allocation.json").read_text())


def operate(study, person, kind, review="", signature="", whom=None, **more):
    """Do one thing at the desk, as the service would, with the record open for writing."""
    operation = {"op_id": f"operation-{next(ids)}", "kind": kind, "review_id": review}
    operation |= {"case_id": review.rpartition("-")[0], **more}
    with writing(study) as store:
        return Desk(study, store, system_clock).operate(person, operation, signature, whom)


def complete(study, review, person):
    """Fill in a review and submit it."""
    for field, value in COMPLETE.items():
        operate(study, person, "answer", review, field=field, value=value, base_version=0)
    operate(study, person, "submit", review, "password")


def of(study, *case_ids: str) -> dict[str, str]:
    """Return who has which review."""
    found = {a.review_id: a.reviewer for a in assignments(study)}
    return {r: n for r, n in found.items() if not case_ids or r.rpartition("-")[0] in case_ids}


def cases_by_person(study) -> dict[str, str]:
    from lltic.cohort import read_cases

    return {case.person_id: case.case_id for case in read_cases(study)}


def test_a_plan_keeps_everybody_from_their_own_ward_practice_and_patients(run, study):
    code, out, _ = run("--plan", "allocation-ours")
    assert code == 0
    assert out.splitlines()[0].startswith("allocation-ours v1 (")
    assert out.splitlines()[-1] == "assigned 24 reviews; 24 in all on 12 cases"
    assert "conflicts of interest heeded: own-patient 1, own-practice 3, own-ward 4" in out
    cases = cases_by_person(study)
    for person_id, case_id in cases.items():
        number = int(person_id[1:])
        readers = set(of(study, case_id).values())
        assert len(readers) == 2
        assert not (number % 3 == 0 and "ada" in readers)
        assert not (number % 4 == 1 and "ben" in readers)
        assert not (number == 1 and "cleo" in readers)
    loads = Counter(of(study).values())
    assert loads == {"ada": 6, "ben": 6, "cleo": 6, "dan": 6}
    assert check_replay(list(events(study))).passed
    assert all(claim.passed for claim in verify(study))


def test_the_manifest_holds_seed_plan_and_reasons_and_no_person(run, study):
    run("--plan", "allocation-ours")
    said = manifest(study)
    assert (said["seed"], said["plan"]) == (7, "allocation-ours v1")
    assert len(said["plan_hash"]) == 64
    assert {who["name"]: who["limit"] for who in said["reviewers"]}["dan"] == 6
    assert set(said["cases"]) == set(cases_by_person(study).values())
    text = json.dumps(said)
    assert not any(word in text for word in ("p01", "Elm", "P1", "S01"))
    before = (study.cohort / "allocation.json").read_bytes()
    run("--plan", "allocation-ours")
    again = manifest(study)
    assert again["reviewers"][0] == {**said["reviewers"][0], "new": 0}
    assert (study.cohort / "allocation.json").read_bytes() != before


def test_explain_says_why_these_and_who_was_out_by_which_rule(run, study):
    run("--plan", "allocation-ours")
    case = cases_by_person(study)["p01"]  # no ben (practice), no cleo (patient)
    code, out, _ = run("--explain", case)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == (
        "Given to ada and dan, out of 2 who may read it: even workloads, mixed pairs, by lot "
        "(allocation-ours v1, seed 7)."
    )
    assert "Not ben: works at the practice (own-practice)." in lines
    assert "Not cleo: looked after the person (own-patient)." in lines
    data = json.loads(run("--explain", case, "--json")[1])
    assert data["out"] == {"ben": ["own-practice"], "cleo": ["own-patient"]}
    code, out, err = run("--explain", "p01")
    assert (code, out) == (2, "")
    assert "p01" not in err


def test_explain_before_anything_was_allocated_is_a_plain_refusal(run):
    code, _, err = run("--explain", "4F7K2-9QDXM")
    assert (code, "allocation made last" in err) == (2, True)


def test_what_was_handed_back_goes_to_somebody_who_does_not_know_the_case(run, study):
    run(*named("ada", "ben", "cleo"))
    before = of(study)
    review = next(r for r, name in before.items() if name == "ben" and r.endswith("-1"))
    case = review.rpartition("-")[0]
    other = (set(of(study, case).values()) - {"ben"}).pop()
    operate(study, PEOPLE["ben"], "hand_back", review, reason="I know the family.")
    assert places(study)[case].left_by == {"ben"}
    code, out, _ = run(*named("ada", "ben", "cleo"))
    assert (code, out.splitlines()[-1]) == (0, "assigned 1 review; 24 in all on 12 cases")
    (fresh,) = set(of(study)) - set(before)
    (third,) = set(NAMES[:3]) - {"ben", other}
    assert (fresh, of(study)[fresh]) == (f"{case}-3", third)
    (place,) = [a for a in places(study)[case].standing if a.review_id == fresh]
    assert place.position == 1, "the place keeps its position"
    assert {r: n for r, n in of(study).items() if r in before} == {
        r: n for r, n in before.items() if r != review
    }, "nothing else was touched"
    # The record is sound, and each sees theirs and not the other's.
    assert check_replay(list(events(study))).passed
    assert all(claim.passed for claim in verify(study))
    with writing(study) as store:
        desk = Desk(study, store, system_clock)
        mine = {row["review_id"] for row in desk.worklist(PEOPLE[third])["reviews"]}
        assert fresh in mine
        with pytest.raises(Refused):
            desk.review(PEOPLE[third], next(r for r in of(study, case) if r != fresh))
        with pytest.raises(Refused):
            desk.review(PEOPLE["ben"], fresh)
    assert run(*named("ada", "ben", "cleo"))[1].endswith(
        "assigned 0 reviews; 24 in all on 12 cases\n"
    )
    lines = run("--explain", case)[1].splitlines()
    assert "Not ben: handed it back or settles it (knows-case)." in lines


def test_when_everybody_else_knows_the_case_it_is_said_and_the_place_stays_on_offer(run, study):
    run(*named("ada", "ben"))
    review = next(r for r, name in of(study).items() if name == "ben")
    operate(study, PEOPLE["ben"], "hand_back", review)
    was = list(events(study))
    code, out, err = run(*named("ada", "ben"))
    assert (code, out) == (1, "")
    assert "handed it back or settles it: 1" in err
    assert list(events(study)) == was
    code, out, _ = run(*named("ada", "ben"), "--partial")
    assert code == 0
    assert "left over:" in out
    assert list(events(study)) == was, "it was on offer already"
    assert run(*named("ada", "ben", "cleo"))[0] == 0
    assert "cleo" in of(study).values()


def test_a_joint_side_that_was_handed_back_goes_to_the_same_side(run, study):
    run(*named(*NAMES), "--joint")
    assert Counter(of(study).values()) == dict.fromkeys(NAMES, 6)
    review = next(r for r, name in of(study).items() if name == "ada")
    operate(study, PEOPLE["ada"], "hand_back", review)
    run(*named(*NAMES), "--joint")
    (fresh,) = [r for r in of(study) if r.endswith("-3")]
    assert of(study)[fresh] == "cleo"
    assert check_replay(list(events(study))).passed


def test_a_place_that_a_coordinator_closed_stays_closed(run, study):
    run(*named("ada", "ben", "cleo"))
    review = next(r for r, name in of(study).items() if name == "ben")
    value = {"offer_again": False}
    operate(study, CORA, "withdraw", review, value=value, reason="One reader is enough.")
    assert run(*named(*NAMES))[1].splitlines()[-1] == "assigned 0 reviews; 23 in all on 12 cases"


def test_what_cannot_be_given_changes_nothing_and_partly_leaves_places_on_offer(run, study):
    plan = study.path / "plans" / "allocation-tight.yml"
    text = PLAN.replace("allocation-ours", "allocation-tight").replace("limit: 6", "limit: 1")
    plan.write_text(text.replace("name: ada,", "name: ada, limit: 2,"))
    code, out, err = run("--plan", "allocation-tight")
    assert (code, out) == (1, "")
    assert "limits of" in err
    assert "--partial" in err
    assert list(events(study)) == []
    assert not (study.cohort / "allocation.json").exists()
    code, out, _ = run("--plan", "allocation-tight", "--partial")
    assert code == 0
    state = places(study)
    assert all(len(state[case].standing) == 2 for case in state)
    waiting = [a for case in state.values() for a in case.standing if not a.reviewer]
    assert waiting
    assert sum(p["count"] for p in manifest(study)["left_over"]) >= len(waiting)
    # More people: what is on offer is given.
    assert run(*named(*NAMES))[0] == 0
    assert all(a.reviewer for case in places(study).values() for a in case.standing)
    assert check_replay(list(events(study))).passed


def test_a_limit_counts_what_a_later_sample_let_go(run, study):
    run("--plan", "allocation-ours")  # dan has six, his limit
    text = 'name: half\nversion: "1"\ntitle: Half\nsource: Ours\nmethod: simple\nn: 6\nseed: 3\n'
    (study.path / "plans" / "half.yml").write_text(text)
    assert main(["sample", "--plan", "half", "--let-go", "--study", str(study.path)]) == 0
    out = run("--plan", "allocation-ours", "--readers", 3, "--partial")[1]
    assert "Work and limits count reviews outside the sample: ada" in out
    assert Counter(of(study).values())["dan"] == 6
    (dan,) = [who for who in manifest(study)["reviewers"] if who["name"] == "dan"]
    assert dan["all"] + dan["elsewhere"] == 6


def test_a_declared_conflict_holds_at_the_desk_too(run, study):
    """Also where the case is taken or given by hand, and by who was not asked this time."""
    run("--plan", "allocation-ours", *named("ben", "cleo", "dan"), "--readers", 1)
    case = cases_by_person(study)["p00"]  # on ada's ward, and nobody else's business
    (review,) = of(study, case)
    operate(study, PEOPLE[of(study)[review]], "hand_back", review)
    with writing(study) as store:
        desk = Desk(study, store, system_clock)
        take = {"op_id": "operation-take", "kind": "take", "value": {"kind": "independent"}}
        with pytest.raises(Refused) as error:
            desk.operate(PEOPLE["ada"], {**take, "case_id": case})
        assert error.value.codes == ("nothing-to-take",)
        with pytest.raises(Refused) as error:
            desk.operate(PEOPLE["ada"], take)
        assert error.value.codes == ("nothing-to-take",)
    with pytest.raises(Refused) as error:
        operate(study, CORA, "give", f"{case}-2", whom=PEOPLE["ada"])
    assert error.value.codes == ("conflict-of-interest",)
    # Without the plan at hand the declaration still counts.
    run(*named("ada"), "--readers", 1, "--partial")
    assert "ada" not in of(study, case).values()
    assert "Not ada: works on the ward (own-ward)." in run("--explain", case)[1]
    assert check_replay(list(events(study))).passed


def test_a_conflict_that_is_declared_too_late_is_told_and_one_that_is_gone_is_taken_back(
    run, study
):
    run(*named("ada", "ben"))
    code, out, _ = run("--plan", "allocation-ours")
    assert code == 0
    assert "7 reviews that were given before are against a declared conflict" in out
    case = cases_by_person(study)["p00"]
    assert places(study)[case].barred == {"ada": ("own-ward",)}
    plan = study.path / "plans" / "allocation-ours.yml"
    plan.write_text(PLAN.replace("wards: [Elm]", "wards: [Ash]"))
    _, out, _ = run("--plan", "allocation-ours")
    assert places(study)[case].barred == {}
    assert "own-ward: no case of the sample is of 'Ash' (ada)." in out


def test_the_desk_of_a_study_without_wards_says_that_they_could_not_be_looked_at(run, study):
    from lltic.sources import read_table, write_tables

    tables = {n: read_table(study, n) for n in ("persons", "spells", "deaths", "documents")}
    tables["spells"] = tables["spells"].drop(columns="ward")
    write_tables(study, tables)
    _, out, _ = run("--plan", "allocation-ours")
    assert "own-ward: could not be looked at for 12 cases" in out


def test_second_readings_are_given_once_the_first_is_in_long_enough(run, study):
    plan = study.path / "plans" / "allocation-ours.yml"
    plan.write_text(PLAN + "repeats: 2\nrepeat_after_days: 0\n")
    _, out, _ = run("--plan", "allocation-ours")
    assert "Second readings by the same person: given now 0, before 0, later 8" in out
    name, case_id = manifest(study)["repeats"]["planned"][0]
    [review] = [r for r, n in of(study, case_id).items() if n == name]
    complete(study, review, PEOPLE[name])
    _, out, _ = run("--plan", "allocation-ours")
    assert "given now 1, before 0, later 7" in out
    assert manifest(study)["repeats"]["given"] == [[name, case_id]]
    again = f"{case_id}-repeat_{review[-1]}"
    assert again not in of(study), "what is counted as the case's readings stays"
    with writing(study) as store:
        rows = Desk(study, store, system_clock).worklist(PEOPLE[name])["reviews"]
    found = {row["review_id"]: row for row in rows}
    assert found[again]["kind"] == "repeat" and review not in found
    _, out, _ = run("--plan", "allocation-ours")
    assert "given now 0, before 1, later 7" in out
    assert all(claim.passed for claim in verify(study))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "nobody is named"),
        (["--plan", "allocation-our"], 2, "Did you mean allocation-ours?"),
        (["--plan", "census"], 2, "not an allocation plan"),
        (["--plan", "allocation-double"], 2, "nobody is named"),
        (named("ada", "eve"), 1, "eve: has no account"),
        (named("ada", "noor"), 1, "noor: has no account that reviews cases"),
        ([*named("ada", "ben"), "--joint", "--calibration", "1"], 2, "calibration"),
        ([*named("ada", "ben"), "--overlap", "1.2"], 2, "overlap"),
    ],
)
def test_a_mistake_is_one_plain_message_and_nothing_is_written(run, study, arguments, code, said):
    got, out, err = run(*arguments)
    assert (got, out) == (code, "")
    assert said in err
    assert "Traceback" not in err
    assert list(events(study)) == []


def test_a_plan_is_not_taken_for_a_sampling_plan(study, capsys):
    assert main(["sample", "--plan", "allocation-ours", "--study", str(study.path)]) == 2
    assert "allocation" not in capsys.readouterr().err.partition("Allowed:")[2]
