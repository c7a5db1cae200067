"""A study of which only a sample was read: every share speaks for all cases, and says so."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from counted_replays import replays
from reviewed_study import make_study

from lltic.agreement import NOT_WEIGHTED
from lltic.cli import main
from lltic.cli.reports import gather
from lltic.clock import system_clock
from lltic.cohort import read_cases
from lltic.measures import profile
from lltic.records import SampledCase
from lltic.reports import all_sheets, write_paper
from lltic.reviews import read
from lltic.sources.parquet import write_records
from lltic.study import Study

__all__ = ["replays"]

CERTAIN = 6


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    """24 cases read: six with certainty, and 18 of 180 others."""
    study = make_study(tmp_path_factory.mktemp("sampled") / "study")
    rows = [
        SampledCase(
            case.case_id,
            "must-review" if i < CERTAIN else "all",
            1.0 if i < CERTAIN else 0.1,
            "must_review_and_sample v1",
            "f" * 64,
        )
        for i, case in enumerate(read_cases(study))
    ]
    write_records(study.cohort / "sample.parquet", SampledCase, rows)
    return study


@pytest.fixture(scope="module")
def facts(study):
    return gather(study, profile("none", reason="a test"), system_clock())


def test_a_report_reads_the_record_once_and_names_the_head_it_is_of(study, replays):
    made = gather(study, profile("none", reason="a test"), system_clock())
    assert replays() == 1
    assert made.head == read.head(study)
    assert made.judgements and made.codings and made.theme_scores


def weight(study) -> dict[str, int]:
    return {case.case_id: 1 if i < CERTAIN else 10 for i, case in enumerate(read_cases(study))}


def test_shares_of_scores_are_weighted(study, facts):
    phase, weights = facts.overall, weight(study)
    for position, shares in facts.distribution(phase).items():
        scores = facts.scores(phase.id)[position]
        for level, share in shares.items():
            hits = [case for case, score in scores.items() if score == level]
            assert share.value == pytest.approx(sum(weights[c] for c in hits) / 186)
            assert (share.numerator, share.denominator) == (len(hits), 24)
            assert share.low <= share.value <= share.high
    poor = facts.judged_poor(phase)["any"]
    assert poor.population == pytest.approx(186)
    assert poor.value != pytest.approx(poor.numerator / poor.denominator)


def test_prevalence_of_themes_is_weighted_too(study, facts, capsys):
    assert main(["themes", "prevalence", "--json", "--study", str(study.path)]) == 0
    printed = json.loads(capsys.readouterr().out)["themes"]
    anywhere = {line.theme: line.estimate for line in facts.themes if not line.phase}
    weights = weight(study)
    having: dict[str, set[str]] = {}
    for coding in facts.codings:
        having.setdefault(coding.theme, set()).add(coding.case_id)
    assert sum(map(len, having.values()))
    for row in printed:
        ours = anywhere[row["theme"]]
        assert row["estimate"]["value"] == ours.value
        hits = having.get(row["theme"], set())
        assert ours.numerator == len(hits)
        read = ours.denominator
        if read == 24:
            assert ours.value == pytest.approx(sum(weights[c] for c in hits) / 186)
    by_phase = [line.estimate for line in facts.themes if line.phase]
    assert by_phase
    assert all(e.population is not None for e in by_phase)


def test_a_phase_that_not_every_case_has_is_a_part_of_the_cohort_for_both_readers_too(study, facts):
    weights = weight(study)
    without = {*sorted(weights)[:2], *sorted(weights)[CERTAIN : CERTAIN + 9]}
    kept = [j for j in facts.judgements if j.item != "overall.score" or j.case_id not in without]
    both = replace(facts, judgements=tuple(kept)).judged_poor(facts.overall)["both"]
    scores = facts.scores("overall").values()
    poor = {c for c in weights if all(by_case[c] in facts.overall.poor for by_case in scores)}
    assert poor - without
    whole = sum(weights[c] for c in weights if c not in without)
    assert both.population == pytest.approx(whole)
    assert both.value == pytest.approx(sum(weights[c] for c in poor - without) / whole)


def test_agreement_says_that_it_is_not_weighted(study, facts, tmp_path, capsys):
    assert main(["agreement", "--study", str(study.path)]) == 0
    assert NOT_WEIGHTED in capsys.readouterr().out
    sheet = next(sheet for sheet in all_sheets(facts) if sheet.name == "Agreement")
    assert NOT_WEIGHTED in sheet.notes
    write_paper(tmp_path / "paper.html", facts)
    assert NOT_WEIGHTED in (tmp_path / "paper.html").read_text("utf-8")


def test_reviews_of_cases_outside_the_sample_count_in_no_share(study, tmp_path, capsys):
    few = Study.open(shutil.copytree(study.path, tmp_path / "few"))
    kept = sorted(case.case_id for case in read_cases(few))[:8]
    rows = [SampledCase(c, "all", 0.1, "simple v1", "f" * 64) for c in kept]
    write_records(few.cohort / "sample.parquet", SampledCase, rows)
    facts = gather(few, profile("none", reason="a test"), system_clock())
    assert facts.cases_reviewed() == 8
    assert facts.codings
    assert {coding.case_id for coding in facts.codings} <= set(kept)
    most = max(line.estimate.numerator for line in facts.themes if not line.phase)
    assert main(["themes", "prevalence", "--by-phase", "--json", "--study", str(few.path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert all(pair["n_cases"] <= most for pair in said["together"])
    write_paper(tmp_path / "paper.html", facts)
    paper = (tmp_path / "paper.html").read_text("utf-8")
    assert "Left out, not in the sample: cases 16." in paper
    assert "% of all cases; 95 % interval" in paper


def test_workbook_and_paper_say_whom_the_shares_are_about(facts, tmp_path):
    said = "A sample of 24 of the 186 cases was drawn."
    # The study's own cohort has no more than the cases that were drawn.
    assert facts.sampled.endswith("The cohort was built again since and has 24 cases: draw again.")
    sheets = {sheet.name: sheet for sheet in all_sheets(facts)}
    assert any(said in note for note in sheets["Themes"].notes)
    rows = sheets["How this was made"].rows
    assert ("Definitions", "Sampling plan", "must_review_and_sample v1 (ffffffffffff)") in rows
    write_paper(tmp_path / "paper.html", facts)
    assert said in (tmp_path / "paper.html").read_text("utf-8")


def test_under_a_disclosure_profile_nothing_small_or_exact_gets_out(study):
    public = gather(study, profile("nhs_hes_2018"), system_clock())
    assert "25 of the 185 cases" in public.sampled
    assert not any(digit in "".join(public.theme_warnings) for digit in "0123456789")
    for row in next(s for s in all_sheets(public) if s.name == "Themes").rows:
        shown, whole, value, *_ = row[2:]
        assert isinstance(shown, str) or shown % 5 == 0
        if value is not None and whole == 25:
            assert (value * 185) % 5 == pytest.approx(0, abs=1e-6) or value in (0.0, 1.0)
