"""``lltic themes`` on a record that the service wrote."""

from __future__ import annotations

import csv
import json

import pytest
from coded_study import A, coded_study, run, with_cases
from small_study import clock, small_study

__all__ = ["clock", "coded_study", "run", "small_study", "with_cases"]


def test_status_counts_what_is_coded(run, coded_study):
    code, out, _ = run("themes", "status", "--study", coded_study.path)
    assert code == 0
    assert out.splitlines() == [
        "reviews with text 4 coded 1",
        "cases 2 started 1 finished 0",
        "codings 2 by coders 1",
    ]


def test_prevalence_counts_marked_texts_only(run, coded_study):
    code, out, _ = run("themes", "prevalence", "--study", coded_study.path)
    assert code == 0
    assert next(line for line in out.splitlines() if line.startswith("Fluid")).split()[2:5] == [
        "1",
        "1",
        "100.0",
    ]
    assert "! Left out, on texts not marked as coded: codings 1." in out
    _, out, _ = run("themes", "prevalence", "--study", coded_study.path, "--json")
    rows = {row["theme"]: row["estimate"] for row in json.loads(out)["themes"]}
    assert (rows["fluid_management"]["numerator"], rows["dnar"]["numerator"]) == (1, 0)


def test_by_phase_follows_the_form(run, coded_study):
    code, out, _ = run("themes", "prevalence", "--by-phase", "--study", coded_study.path, "--json")
    rows = json.loads(out)["themes"]
    assert code == 0
    assert list(dict.fromkeys(row["phase"] for row in rows)) == ["admission", "ongoing", "overall"]
    having = [(r["phase"], r["theme"]) for r in rows if r["estimate"]["numerator"]]
    assert having == [("ongoing", "fluid_management")]
    _, same, _ = run("themes", "prevalence", "--by", "phase", "--study", coded_study.path, "--json")
    assert same == out


@pytest.mark.parametrize(
    ("by", "group", "said"),
    [
        ("setting", "acute", "Acute hospital"),
        ("interface", "in_hospital", "Died in hospital"),
        ("score", "3", "3 Adequate"),
        ("month", "2026-09", "2026-09"),
    ],
)
def test_breakdowns_of_cases(run, with_cases, by, group, said):
    command = ("themes", "prevalence", "--by", by, "--study", with_cases.path)
    code, out, _ = run(*command)
    assert code == 0
    assert out.splitlines()[0].startswith(by)
    assert out.splitlines()[1].startswith(said)
    _, out, _ = run(*command, "--json")
    assert {row["group"] for row in json.loads(out)["themes"]} == {group}


def test_problems_beside_good_practice(run, coded_study):
    code, out, _ = run("themes", "prevalence", "--beside", "--study", coded_study.path)
    assert code == 0
    assert "good practice" in out
    assert "counted neither as a problem nor as good practice: codings 1." in out


def test_under_a_disclosure_profile_no_small_number_is_printed(run, with_cases):
    for figure in ("prevalence", "together", "scores", "trends", "saturation"):
        command = ("themes", figure, "--disclosure", "nhs_hes_2018", "--study", with_cases.path)
        code, out, _ = run(*command)
        assert code == 0, figure
        assert "codings 1" not in out
        assert " 1 " not in out, figure
        assert "disclosure profile nhs_hes_2018" in out
        assert "Chance that the next theme" not in out
        code, out, _ = run(*command, "--json")
        assert "estimate" not in out
        assert "n_both" not in out
        assert A not in out
        assert "next_is_new" not in out, "it tells how many themes are in a single case"
    fluid = next(
        row
        for row in json.loads(run(*command[:1], "prevalence", *command[2:], "--json")[1])["themes"]
        if row["theme"] == "fluid_management"
    )
    assert fluid["shown"]["numerator"] == "*"


def test_rows_about_single_cases_are_refused_under_a_profile(run, with_cases, tmp_path):
    for command in (
        ("passages", "--theme", "fluid_management", "--words"),
        ("matrix", "--out", tmp_path / "m.csv"),
    ):
        arguments = ("themes", *command, "--disclosure", "nhs_hes_2018")
        code, out, err = run(*arguments, "--study", with_cases.path)
        assert code == 2
        assert "single cases" in err
        assert not out
    assert not (tmp_path / "m.csv").exists()


def test_before_any_coding_and_an_unknown_profile(run, small_study):
    for figure in ("prevalence", "together", "scores", "saturation"):
        code, _, err = run("themes", figure, "--study", small_study.path)
        assert (code, "no text has been marked as coded" in err) == (1, True), figure
    code, _, err = run("themes", "prevalence", "--disclosure", "hes", "--study", small_study.path)
    assert (code, "nhs_hes_2018" in err) == (2, True)


def test_scores_say_why_there_is_no_effect(run, with_cases):
    code, out, _ = run("themes", "scores", "--study", with_cases.path, "--json")
    data = json.loads(out)
    assert code == 0
    assert data["item"] == "overall.score"
    assert {row["reason"] for row in data["themes"]} == {"fewer than 2 cases with the theme"}
    code, _, err = run("themes", "scores", "--item", "overall.scor", "--study", with_cases.path)
    assert code == 2
    assert "Did you mean overall.score?" in err


def test_a_series_by_week(run, with_cases):
    code, out, _ = run(
        "themes", "trends", "--week", "--theme", "fluid_management", "--study", with_cases.path
    )
    assert code == 0
    assert out.splitlines()[1].split() == ["Fluid", "management", "2026-08-31", "1", "1", "100.0",
                                          "20.7", "to", "100.0"]  # fmt: skip
    code, _, err = run("themes", "trends", "--theme", "fluids", "--study", with_cases.path)
    assert (code, "fluid_management" in err) == (2, True)


def test_saturation_states_its_rule(run, coded_study):
    code, out, _ = run("themes", "saturation", "--quiet-run", "3", "--study", coded_study.path)
    assert code == 0
    assert "Stop when 3 cases in a row bring no new theme: not met yet, 0 so far." in out


def test_passages_say_where_and_only_on_request_what(run, with_cases):
    command = ("themes", "passages", "--theme", "fluid_management", "--study", with_cases.path)
    code, out, _ = run(*command)
    assert code == 0
    assert f"{A}-1" in out
    assert "Fluid balance" not in out
    assert out.splitlines()[-1] == "passages 1 cases 1"
    assert "words" not in json.loads(run(*command, "--json")[1])["passages"][0]
    assert "Fluid balance" in run(*command, "--words")[1]
    assert json.loads(run(*command, "--words", "--json")[1])["passages"][0]["words"]


def test_passages_lead_back_to_their_figures(run, with_cases):
    code, out, _ = run("themes", "passages", "--case", A, "--back", "--study", with_cases.path)
    assert code == 0
    for figure in ("phase ongoing", "setting acute", "interface in_hospital", "score 3"):
        assert f"counts in: fluid_management, {figure}" in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "which one?"),
        (("--theme", "dnr"), "Did you mean dnar?"),
        (("--theme", "dnar", "--group", "acute"), "need one another"),
    ],
)
def test_a_figure_that_is_not_named_right(run, with_cases, arguments, code):
    exit_code, _, err = run("themes", "passages", *arguments, "--study", with_cases.path)
    assert exit_code == 2
    assert code in err


def test_the_matrix_is_a_private_file(run, with_cases, tmp_path):
    for name in ("m.csv", "m.xlsx"):
        out = tmp_path / name
        code, said, _ = run("themes", "matrix", "--out", out, "--study", with_cases.path)
        assert (code, said.splitlines()[0]) == (0, "cases 1 themes 12")
        assert out.stat().st_mode & 0o077 == 0
    rows = list(csv.reader((tmp_path / "m.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][:4] == ["Case", "Died", "Setting", "Worst score"]
    assert rows[1][:4] == [A, "Died in hospital", "Acute hospital", "3 Adequate"]
    assert any("Fluid balance" in cell for cell in rows[1])
    code, _, err = run("themes", "matrix", "--out", tmp_path / "m.pdf", "--study", with_cases.path)
    assert (code, ".xlsx, .csv" in err) == (2, True)


def test_texts_that_two_coded_by_another_rule(run, coded_study):
    for rule in ("any", "both"):
        code, out, _ = run(
            "themes", "prevalence", "--where-coders-differ", rule, "--study", coded_study.path
        )
        assert code == 0
        assert "Fluid management" in out
