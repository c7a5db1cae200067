"""What a coordinator learns of answers: where readers differ, and how scores are spread."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
from many_sided_study import ALONE, DIFFERING, JOINT, OFFERED, PEOPLE, make_many_sided
from small_study import COMPLETE, TickingClock

from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.desk import calibration as calibrating
from lltic.reviews.desk.oversight import told_apart

CORA, ADA, AMIRA, BEN = (PEOPLE[name] for name in ("cora", "ada", "amira", "ben"))


@pytest.fixture
def desk(tmp_path):
    study = make_many_sided(tmp_path / "study")
    with admin.writing(study) as store:
        clock = TickingClock()
        for _ in store.read():
            clock()
        yield Desk(study, store, clock)


def operate(desk, person, n: int, kind: str, review: str, **more):
    case = more.pop("case", "") or review.rpartition("-")[0]
    operation = {"op_id": f"operation-{n:04}", "kind": kind, "case_id": case, **more}
    return desk.operate(person, {**operation, "review_id": review}, "password")


def lock(desk, person, review: str, start: int, **scores) -> None:
    """Fill a review and lock it; scores by page."""
    answers = {**COMPLETE, **{f"{page}.score": {"value": n} for page, n in scores.items()}}
    for n, (field, value) in enumerate(answers.items(), start):
        operate(desk, person, n, "answer", review, field=field, value=value, base_version=0)
    operate(desk, person, start + 50, "submit", review)


def item(page: dict, path: str, form: str = "Structured judgement review") -> dict:
    (found,) = [i for i in page["items"] if (i["item"], i["form"]) == (path, form)]
    return found


@pytest.mark.parametrize("call", ["discordant", "calibration"])
@pytest.mark.parametrize("person", [AMIRA, ADA], ids=["a reviewer", "an adjudicator"])
def test_they_are_for_coordinators_only(desk, call, person):
    with pytest.raises(Refused) as error:
        getattr(desk, call)(person)
    assert error.value.codes == ("not-allowed",)


# -- where they differ -----------------------------------------------------------------------


def test_cases_that_are_in_are_listed_with_what_differs_and_by_how_much(desk):
    found = {case["case_id"]: case for case in desk.discordant(CORA)["discordant"]}
    assert set(found) == {DIFFERING, JOINT}
    differing = {i["item"]: (i["levels"], i["decides"]) for i in found[DIFFERING]["items"]}
    assert differing["overall.score"] == (2, True)
    assert differing["admission.score"] == (2, False)
    assert differing["problems.any"] == (None, False)
    assert "admission.judgement" not in differing, "words always differ"
    assert (found[DIFFERING]["stage"], found[DIFFERING]["settled_by"]) == ("discordant", [])
    assert found[JOINT]["settled_by"] == ["amira", "ben"] and not found[JOINT]["settled"]
    assert "sepsis" not in str(found) and "Seen promptly" not in str(found)


def test_a_case_is_not_listed_before_both_are_in(desk):
    lock(desk, AMIRA, f"{ALONE}-1", 0, overall=1)
    assert ALONE not in str(desk.discordant(CORA)["discordant"])
    lock(desk, BEN, f"{ALONE}-2", 100, overall=5)
    assert ALONE in str(desk.discordant(CORA)["discordant"])


def test_who_adjudicates_is_named_and_a_settled_case_stays_on_the_list(desk):
    taken = operate(desk, ADA, 0, "take", "", case=DIFFERING, value={"kind": "adjudication"})
    (case,) = [c for c in desk.discordant(CORA)["discordant"] if c["case_id"] == DIFFERING]
    assert (case["settled_by"], case["settled"]) == (["ada"], False)
    assert told_apart(desk.discordant(CORA), {"ada": "Dr Ada Moor"})["ada"] == "Dr Ada Moor"
    settled = {"overall.score": 3, "admission.score": 3}
    words = {"overall.judgement": "Adequate.", "admission.judgement": "Prompt."}
    answers = {**settled, **words, "problems.any": "no"}
    for n, (field, value) in enumerate(answers.items(), 1):
        more = {"field": field, "value": {"value": value}, "base_version": 0}
        operate(desk, ADA, n, "answer", taken["review_id"], case=DIFFERING, **more)
    operate(desk, ADA, 99, "submit", taken["review_id"], case=DIFFERING)
    (case,) = [c for c in desk.discordant(CORA)["discordant"] if c["case_id"] == DIFFERING]
    assert case["settled"] and case["stage"] == "concluded"


def test_a_coordinator_who_reads_a_case_learns_of_it_when_it_is_in(desk):
    both = dataclasses.replace(BEN, roles=("reviewer", "coordinator"))
    lock(desk, AMIRA, f"{ALONE}-1", 0, overall=1)
    before = desk.discordant(both), desk.calibration(both)
    assert ALONE not in str(before)
    operate(desk, CORA, 900, "reopen", f"{ALONE}-1", reason="A page was missing.")
    assert (desk.discordant(both), desk.calibration(both)) == before


# -- how scores are spread ----------------------------------------------------------------------


def test_pairs_and_levels_are_counted_in_cases_that_are_in(desk):
    page = desk.calibration(CORA)
    assert (page["cases_in"], page["unblinded"]) == (3, 0)
    overall = item(page, "overall.score")
    assert (overall["pairs"], overall["equal"], overall["one_apart"]) == (2, 1, 0)
    assert overall["further"] == 1
    assert overall["given"] == [0, 2, 1, 0, 1]  # 2 and 2, 3 and 5
    assert [level["value"] for level in overall["levels"]] == [1, 2, 3, 4, 5]
    joint = [i for i in page["items"] if i["form"] != "Structured judgement review"]
    assert {i["item"]: i["pairs"] for i in joint}["overall.score"] == 1
    phase = item(page, "procedure.score")
    assert (phase["pairs"], phase["scored_once"], sum(phase["given"])) == (0, 0, 0)


def test_a_case_counts_when_it_is_in_and_as_it_was_locked_then(desk):
    lock(desk, AMIRA, f"{ALONE}-1", 0, overall=1)
    before = desk.calibration(CORA)
    lock(desk, BEN, f"{ALONE}-2", 100, overall=2)
    after = desk.calibration(CORA)
    assert item(before, "overall.score")["pairs"] == 2
    assert (item(after, "overall.score")["pairs"], after["cases_in"]) == (3, 4)
    operate(desk, CORA, 900, "reopen", f"{ALONE}-1", reason="A page was missing.")
    assert desk.calibration(CORA) == before
    more = {"field": "overall.score", "value": {"value": 2}, "base_version": 1}
    operate(desk, AMIRA, 901, "answer", f"{ALONE}-1", **more)
    operate(desk, AMIRA, 902, "submit", f"{ALONE}-1")
    assert item(desk.calibration(CORA), "overall.score")["equal"] == 2, "not what it was before"


def test_a_score_beside_a_reason_for_none_is_counted_apart(desk):
    lock(desk, AMIRA, f"{ALONE}-1", 0)
    for n, (field, value) in enumerate({**COMPLETE}.items(), 100):
        given = {"value": 4} if field == "procedure.score" else value
        operate(desk, BEN, n, "answer", f"{ALONE}-2", field=field, value=given, base_version=0)
    words = {"field": "procedure.judgement", "value": {"value": "Well done."}, "base_version": 0}
    operate(desk, BEN, 180, "answer", f"{ALONE}-2", **words)
    operate(desk, BEN, 181, "submit", f"{ALONE}-2")
    phase = item(desk.calibration(CORA), "procedure.score")
    assert (phase["pairs"], phase["scored_once"]) == (0, 1)


def test_nobody_is_laid_beside_the_others_on_a_handful_of_scores(desk, monkeypatch):
    overall = item(desk.calibration(CORA), "overall.score")
    assert overall["people"] == [] and overall["too_few"] == 2
    monkeypatch.setattr(calibrating, "FEWEST", 2)
    overall = item(desk.calibration(CORA), "overall.score")
    assert overall["people"] == [
        {"reviewer": "amira", "given": [0, 1, 1, 0, 0], "others": [0, 1, 0, 0, 1]},
        {"reviewer": "ben", "given": [0, 1, 0, 0, 1], "others": [0, 1, 1, 0, 0]},
    ]


def test_cases_that_three_have_read_are_named(desk):
    case, carys = OFFERED, PEOPLE["carys"]
    assert item(desk.calibration(CORA), "overall.score")["together"] == []
    reviews = [operate(desk, AMIRA, 0, "take", "", case=case, value={"kind": "independent"})]
    for n, whom in ((1, BEN), (2, carys)):
        made = operate(desk, CORA, 10 * n, "offer", "", case=case, value={}, reason="To calibrate.")
        give = {
            "op_id": f"give-{n:06}",
            "kind": "give",
            "case_id": case,
            "value": {"to": whom.name},
        }
        reviews.append(desk.operate(CORA, {**give, "review_id": made["review_id"]}, "", whom))
    for n, (person, score) in enumerate(((AMIRA, 3), (BEN, 3), (carys, 4)), 1):
        lock(desk, person, reviews[n - 1]["review_id"], 100 * n, overall=score)
    overall = item(desk.calibration(CORA), "overall.score")
    assert overall["together"] == [{"case_id": case, "readers": 3, "given": [0, 0, 2, 1, 0]}]
    assert overall["pairs"] == 2 + 3


def test_the_service_needs_no_library_of_numbers_for_it():
    code = (
        "import sys, lltic.reviews.service; print({'numpy', 'scipy', 'pandas'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
