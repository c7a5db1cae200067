"""``lltic agreement`` and ``lltic themes`` on a record that the service wrote."""

from __future__ import annotations

import json
from itertools import count

import pytest
from small_study import AMIRA, BEN, CODY, COMPLETE, World, clock, small_study

from lltic.cli import main
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person

__all__ = ["clock", "small_study"]

A, B = "AAAAA-00001", "AAAAA-00002"


@pytest.fixture
def coded_study(small_study, clock):
    """Two cases read twice, scores apart on one item of the first; case A coded, half of it."""
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for case in (A, B):
            for position, person in ((1, AMIRA), (2, BEN)):
                better = {"ongoing.score": {"value": 5}} if (case, position) == (A, 2) else {}
                if case == B:
                    better = {"overall.score": {"value": 5}}
                world.fill(person, f"{case}-{position}", {**COMPLETE, **better})
                world.submit(person, f"{case}-{position}")
        book = world.desk.coding_queue(CODY)["codebook_hash"]
        value = {"theme": "fluid_management", "start": 0, "end": 13, "codebook_hash": book}
        for operation in (
            world.operation("code", f"{A}-1", field="ongoing.judgement", value=value),
            world.operation("coding_done", f"{A}-1"),
            world.operation("code", f"{B}-1", field="ongoing.judgement", value=value),
        ):
            world.desk.operate(CODY, operation)
    return small_study


@pytest.fixture
def run(capsys):
    """Run a command and return its exit code and what it printed."""

    def command(*arguments):
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


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


def test_themes_status_counts_what_is_coded(run, coded_study):
    code, out, _ = run("themes", "status", "--study", coded_study.path)
    assert code == 0
    assert out.splitlines() == [
        "reviews with text 4 coded 1",
        "cases 2 started 1 finished 0",
        "codings 2 by coders 1",
    ]


def test_themes_prevalence_counts_marked_texts_only(run, coded_study):
    code, out, _ = run("themes", "prevalence", "--study", coded_study.path)
    assert code == 0
    fluid = next(line for line in out.splitlines() if line.startswith("Fluid management"))
    assert fluid.split()[2:] == ["1", "1", "100.0", "20.7", "to", "100.0"]
    assert "! Left out, on texts not marked as coded: codings 1." in out
    code, out, _ = run("themes", "prevalence", "--study", coded_study.path, "--json")
    rows = {row["theme"]: row["estimate"] for row in json.loads(out)["themes"]}
    assert (rows["fluid_management"]["numerator"], rows["dnar"]["numerator"]) == (1, 0)


def test_themes_by_phase_follow_the_form(run, coded_study):
    code, out, _ = run("themes", "prevalence", "--by-phase", "--study", coded_study.path, "--json")
    rows = json.loads(out)["themes"]
    assert code == 0
    assert list(dict.fromkeys(row["phase"] for row in rows)) == ["admission", "ongoing", "overall"]
    having = [(r["phase"], r["theme"]) for r in rows if r["estimate"]["numerator"]]
    assert having == [("ongoing", "fluid_management")]


def test_under_a_disclosure_profile_no_small_number_is_printed(run, coded_study):
    command = ("themes", "prevalence", "--disclosure", "nhs_hes_2018", "--study", coded_study.path)
    code, out, _ = run(*command)
    assert code == 0
    fluid = next(line for line in out.splitlines() if line.startswith("Fluid management"))
    assert fluid.split() == ["Fluid", "management", "*", "*"]
    assert "codings 1" not in out
    code, out, _ = run(*command, "--json")
    shown = json.loads(out)["themes"]
    assert {row["shown"]["denominator"] for row in shown} == {"*"}
    assert "estimate" not in shown[0]


def test_themes_before_any_coding_and_an_unknown_profile(run, small_study):
    code, _, err = run("themes", "prevalence", "--study", small_study.path)
    assert (code, "no text has been marked as coded" in err) == (1, True)
    code, _, err = run("themes", "prevalence", "--disclosure", "hes", "--study", small_study.path)
    assert (code, "nhs_hes_2018" in err) == (2, True)


def test_the_codebook_says_which_themes_a_source_confirms(run, small_study):
    code, out, _ = run("themes", "codebook", "--study", small_study.path)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("lltic-12 v1")
    assert len(lines) == 14
    assert [line.split()[0] for line in lines if line.endswith(" no")] == [
        "medication",
        "antibiotics",
    ]
    _, out, _ = run("themes", "codebook", "--study", small_study.path, "--json")
    assert len(json.loads(out)["codebook"]["codes"]) == 12
