"""``lltic agreement`` on a record that the service wrote."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import count

import pytest
from coded_study import A, B, coded_study, run
from reader_panels import normal_panel
from small_study import AMIRA, BEN, COMPLETE, World, clock, made_study, small_study

from lltic.agreement import agreement_table
from lltic.cli.agreement_gathering import Gathered
from lltic.clock import to_text
from lltic.form import load_form
from lltic.records import Assignment, Judgement
from lltic.reviews import admin, read
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person

__all__ = ["clock", "coded_study", "made_study", "run", "small_study"]


def test_agreement_prints_a_table_its_warnings_and_the_counts(run, coded_study):
    code, out, _ = run("agreement", "--study", coded_study.path)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split("  ")[0] == "item"
    overall = next(line for line in lines if line.startswith("overall.score"))
    assert "100 %" in overall
    assert "1.00 (1.00 to 1.00)" in overall
    procedure = next(line for line in lines if line.startswith("procedure.score"))
    assert procedure.count("not defined") == 3
    assert any(line.startswith("! ") and "Only 2 cases" in line for line in lines)
    assert lines[-1] == "double-reviewed cases 2 discordant 1"
    assert A not in out


def test_discordant_cases_are_listed_without_names(run, coded_study):
    code, out, _ = run("agreement", "--study", coded_study.path, "--discordant")
    assert code == 0
    assert f"{A}  ongoing.score 2 and 5" in out
    assert B not in out
    assert "amira" not in out


def test_agreement_for_machines(run, coded_study):
    code, out, _ = run("agreement", "--study", coded_study.path, "--discordant", "--json")
    data = json.loads(out)
    assert code == 0
    assert (data["double_reviewed_cases"], data["discordant_cases"]) == (2, 1)
    by_item = {row["item"]: row for row in data["items"]}
    assert by_item["overall.score"]["kappa"]["value"] == 1
    assert by_item["procedure.score"]["kappa"] is None
    assert data["discordant"][0]["case_id"] == A
    assert data["discordant"][0]["items"][0]["crosses_poor"] is True


def test_a_broken_blind_stands_in_the_agreement_report(run, coded_study, clock):
    cora = Person("cora", "Cora", "Trust", ("coordinator",))
    with admin.writing(coded_study) as store:
        world = World(coded_study, store, Desk(coded_study, store, clock), count(100))
        operation = world.operation("break_blind", f"{A}-1", reason="Immediate safety concern.")
        world.desk.operate(cora, operation, "password")
    _, out, _ = run("agreement", "--study", coded_study.path)
    assert f"! {A}: blind broken 2026-10-05 by cora: Immediate safety concern." in out
    _, out, _ = run("agreement", "--study", coded_study.path, "--json")
    assert [e["case_id"] for e in json.loads(out)["unblinded"]] == [A]


def test_agreement_before_any_review_is_undefined_and_says_why(run, small_study):
    code, out, _ = run("agreement", "--study", small_study.path)
    assert code == 0
    assert "fewer than two cases have two ratings" in out
    assert out.endswith("double-reviewed cases 0 discordant 0\n")


# -- part by part --------------------------------------------------------------------------


def test_part_by_part(run, coded_study):
    for by, parts in (
        ("phase", ["Admission and first day", "Overall care"]),
        ("form", ["sjr"]),
        ("month", ["2026-10"]),
    ):
        code, out, err = run("agreement", "--by", by, "--study", coded_study.path)
        assert (code, err) == (0, "")
        assert any(line.startswith(f"{by} ") for line in out.splitlines())
        assert all(any(line.startswith(part) for line in out.splitlines()) for part in parts)
        assert out.splitlines()[-1] == "double-reviewed cases 2 discordant 1"
        _, out, _ = run("agreement", "--by", by, "--study", coded_study.path, "--json")
        data = json.loads(out)
        assert data["by"] == by
        assert set(parts) <= {part["part"] for part in data["parts"]}


def test_parts_are_headed_by_the_weights_that_were_asked_for(run, coded_study):
    asked = ("agreement", "--by", "month", "--weights", "identity")
    _, out, _ = run(*asked, "--study", coded_study.path)
    [head] = [line for line in out.splitlines() if line.startswith("month ")]
    assert "AC1" in head and "weighted" not in head


def test_by_setting_needs_a_cohort_and_says_so(run, coded_study):
    code, _, err = run("agreement", "--by", "setting", "--study", coded_study.path)
    assert code in (1, 2)
    assert "cohort build" in err


def test_by_side_takes_the_discipline_of_the_accounts(run, coded_study):
    code, _, err = run("agreement", "--by", "side", "--study", coded_study.path)
    assert (code, "lltic users discipline" in err) == (2, True)
    accounts = Accounts(coded_study.keys)
    accounts.set_discipline("amira", "primary_care")
    accounts.set_discipline("ben", "secondary_care")
    code, out, _ = run("agreement", "--by", "side", "--study", coded_study.path)
    assert code == 0
    assert any(line.startswith("between sides") for line in out.splitlines())
    assert "primary_care minus secondary_care" in out
    ongoing = [line for line in out.splitlines() if line.startswith("ongoing.score")][-1]
    assert "-1.50" in ongoing  # 2 against 5, and 2 against 2
    assert "primary_care has 1 reader here" in out
    _, out, _ = run("agreement", "--by", "side", "--study", coded_study.path, "--json")
    borders = {row["item"]: row for row in json.loads(out)["borders"]}
    assert borders["ongoing.score"]["second_higher"] == 1
    assert borders["ongoing.score"]["bias_of_sides"] is None


# -- more coefficients ---------------------------------------------------------------------


def test_more_coefficients_weights_and_bands(run, coded_study):
    more = ("--coefficient", "icc", "--coefficient", "alpha", "--weights", "identity", "--bands")
    code, out, _ = run("agreement", *more, "--study", coded_study.path)
    assert code == 0
    head = out.splitlines()[0]
    assert "ICC, one-way" in head and "alpha" in head and "AC1" in head
    assert "weighted" not in head
    code, _, err = run("agreement", "--coefficient", "kapa", "--study", coded_study.path)
    assert (code, "brennan_prediger" in err) == (2, True)


def test_a_bootstrap_is_the_same_for_the_same_seed(run, coded_study):
    def kappa(seed):
        asked = ("--bootstrap", "200", "--seed", str(seed), "--json")
        _, out, _ = run("agreement", *asked, "--study", coded_study.path)
        return [row["kappa"] for row in json.loads(out)["items"]]

    assert kappa(1) == kappa(1)
    assert len(kappa(2)) == len(kappa(1))


# -- readers -------------------------------------------------------------------------------


def test_calibration_too_thin_says_why_and_names_nobody(run, coded_study):
    code, out, _ = run("agreement", "--calibration", "--study", coded_study.path)
    assert code == 0
    assert "overall.score: for talking together, not for ranking" in out
    assert "! No figure for leniency" in out
    code, _, err = run(
        "agreement", "--calibration", "--item", "x.score", "--study", coded_study.path
    )
    assert (code, "overall.score" in err) == (2, True)


def test_a_form_without_scores_has_nothing_to_calibrate(run, coded_study, monkeypatch):
    monkeypatch.setattr(Gathered, "scales", {})
    code, _, err = run("agreement", "--calibration", "--study", coded_study.path)
    assert (code, "no item that is scored" in err) == (2, True)


@pytest.fixture
def panel_study(coded_study, monkeypatch):
    """The same study, its record read by four people; the readings come from a known panel."""
    names = dict(zip(("r00", "r01", "r02", "r03"), ("amira", "ben", "dan", "eve"), strict=True))
    panel = normal_panel(7, n_cases=40, n_readers=4)
    locked = {r.review_id: to_text(r.at) for r in panel.readings}
    found = [
        Judgement(r.review_id, r.case_id, names[r.reader], r.position, "sjr", "f" * 64,
                  "overall.score", int(min(5, max(1, round(r.score)))), "", 1)
        for r in panel.readings
    ]  # fmt: skip
    monkeypatch.setattr(Gathered, "judgements", property(lambda self: found))
    monkeypatch.setattr(Gathered, "locked_at", property(lambda self: locked))
    return coded_study


def test_readers_are_letters_unless_names_are_asked_for(run, panel_study):
    names = ("amira", "ben", "dan", "eve")
    named = re.compile(rf"\b({'|'.join(names)})\b")
    _, out, _ = run("agreement", "--calibration", "--study", panel_study.path)
    assert not named.search(out)
    rows = [line.split()[0] for line in out.splitlines() if re.match(r"[A-D]  ", line)]
    assert rows == ["A", "B", "C", "D"]
    _, machine, _ = run("agreement", "--calibration", "--json", "--study", panel_study.path)
    assert not named.search(machine)
    assert json.loads(machine)["calibration"]["named"] is False
    _, out, _ = run("agreement", "--readers", "--study", panel_study.path)
    assert all(any(line.startswith(name) for line in out.splitlines()) for name in names)
    _, machine, _ = run("agreement", "--readers", "--json", "--study", panel_study.path)
    data = json.loads(machine)["calibration"]
    assert [one["reader"] for one in data["leniency"]["readers"]] == list(names)
    assert data["readers_needed"]["needed"] >= 1
    assert len(data["drift"]["readers"]) == 4


def test_without_the_option_nothing_is_said_of_readers(run, coded_study):
    _, out, _ = run("agreement", "--discordant", "--words", "--json", "--study", coded_study.path)
    assert "calibration" not in json.loads(out)
    assert not re.search(r"\b(amira|ben)\b", out)


# -- side by side, and blind ---------------------------------------------------------------


def test_side_by_side_with_words_and_without_names(run, coded_study):
    code, out, _ = run("agreement", "--words", "--study", coded_study.path)
    assert code == 0
    lines = out.splitlines()
    place = lines.index(f"{A}  ongoing.score")
    assert {line.strip() for line in lines[place + 1 : place + 5]} == {
        *({"A: 2", "B: 5"} if "  A: 2" in lines else {"A: 5", "B: 2"}),
        "Fluid balance was not charted for three days.",
    }
    assert "amira" not in out and "Dr A." not in out
    _, out, _ = run("agreement", "--words", "--json", "--study", coded_study.path)
    [pair] = json.loads(out)["side_by_side"]
    assert (pair["case_id"], sorted(s["score"] for s in pair["sides"])) == (A, [2, 5])


def test_of_a_case_that_somebody_still_reads_nothing_is_shown(run, coded_study, clock):
    dan = Person("dan", "Dr D.", "Hospital", ("reviewer",))
    Accounts(coded_study.keys, clock).add(dan, "correct-horse-battery")
    admin.assign(coded_study, [Assignment(f"{A}-3", A, "dan", 3, "sjr")], clock)
    code, out, _ = run("agreement", "--words", "--study", coded_study.path)
    assert code == 0
    assert A not in out
    assert out.splitlines()[-1] == "double-reviewed cases 2 discordant 0"


def test_of_a_case_that_is_read_again_nothing_is_shown_and_the_repeat_counts_apart(
    run, coded_study, clock
):
    before = run("agreement", "--json", "--study", coded_study.path)[1]
    given = admin.assign_again(coded_study, [("amira", A), ("amira", B)], clock)
    assert read.being_read_again(coded_study) == {A, B}
    _, out, _ = run("agreement", "--words", "--study", coded_study.path)
    assert A not in out
    with admin.writing(coded_study) as store:
        world = World(coded_study, store, Desk(coded_study, store, clock), count(500))
        for review_id, case in [(event.review_id, event.case_id) for event in given]:
            for field, value in COMPLETE.items():
                more = {"case_id": case, "field": field, "value": value, "base_version": 0}
                world.desk.operate(AMIRA, {**world.operation("answer", review_id), **more})
            submit = {**world.operation("submit", review_id), "case_id": case}
            world.desk.operate(AMIRA, submit, "password")
    assert read.being_read_again(coded_study) == set()
    after = run("agreement", "--json", "--study", coded_study.path)[1]
    assert json.loads(after) == json.loads(before)
    _, out, _ = run("agreement", "--calibration", "--study", coded_study.path)
    assert "the same reader again: 2 repeats by 1 reader" in out


def test_a_second_reading_that_is_handed_back_keeps_no_case_out(run, coded_study, clock):
    [given] = admin.assign_again(coded_study, [("amira", A)], clock)
    with admin.writing(coded_study) as store:
        world = World(coded_study, store, Desk(coded_study, store, clock), count(500))
        back = world.operation("hand_back", given.review_id, reason="I remember it.")
        world.desk.operate(AMIRA, {**back, "case_id": A}, "password")
    assert read.being_read_again(coded_study) == set()
    assert A in run("agreement", "--words", "--study", coded_study.path)[1]


def test_settling_a_case_moves_no_figure(run, small_study, clock):
    """Agreement is on what was locked before anybody talked: the same bytes before and after."""
    everything = ("agreement", "--by", "phase", "--coefficient", "icc", "--words", "--json")
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for case, scores in ((A, (3, 5)), (B, (4, 4))):
            for position, (person, score) in enumerate(zip((AMIRA, BEN), scores, strict=True), 1):
                given = {"problems.any": {"value": "no"}, "overall.score": {"value": score}}
                world.fill(person, f"{case}-{position}", {**COMPLETE, **given})
                world.submit(person, f"{case}-{position}")
    before = run(*everything, "--study", small_study.path)[1]
    ada = Person("ada", "Dr Ada", "Region", ("adjudicator",))
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(300))
        take = world.operation("take", "", value={"kind": "adjudication"})
        del take["review_id"]
        taken = world.desk.operate(ada, {**take, "case_id": A})["review_id"]
        answer = world.operation(
            "answer", taken, field="overall.score", value={"value": 5}, base_version=0
        )
        world.desk.operate(ada, {**answer, "case_id": A})
        submit = world.operation("submit", taken)
        world.desk.operate(ada, {**submit, "case_id": A}, "password")
    [settled] = [one for one in read.locked(small_study) if one.kind == "adjudication"]
    assert settled.answers["overall.score"] == {"value": 5}
    assert run(*everything, "--study", small_study.path)[1] == before
    # Had the settled answer been taken in, the figures would be others.
    found = read.judgements(small_study)
    third = replace(found[0], review_id=taken, case_id=A, reviewer="ada", position=3,
                    item="overall.score", value=5, missing="")  # fmt: skip
    scales = load_form("sjr").model.scored_items()
    assert agreement_table([*found, third], scales) != agreement_table(found, scales)
