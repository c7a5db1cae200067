"""The whole path on make-believe data, where the truth is known."""

from __future__ import annotations

import json
import shutil
import sqlite3

import nbformat
import pytest

from lltic.agreement import agreement_table
from lltic.audit import notebooks as audit_notebooks
from lltic.audit.execution import shipped_notebooks
from lltic.cli import main
from lltic.cli.demo import make_demo
from lltic.form import load_form
from lltic.reviews.read import coded_reviews, codings, head, judgements, texts
from lltic.sources.synthetic.trust import population
from lltic.sources.synthetic.truth import Truth, read_truth, told_together
from lltic.themes import count_themes, load_codebook, prevalence, together


@pytest.fixture(scope="module")
def truth(demo_study) -> Truth:
    return read_truth((demo_study.extract / "truth.json").read_text("utf-8"))


def test_planted_agreement_is_recovered_within_its_interval(demo_study, truth):
    table = agreement_table(judgements(demo_study), load_form("sjr").model.scored_items())
    (overall,) = [row for row in table if row.item == "overall.score"]
    assert overall.n_cases == sum(case.reviewed for case in truth.cases)
    kappa = overall.kappa
    assert kappa.low <= truth.kappa_overall <= kappa.high
    assert kappa.high - kappa.low < 0.2, "an interval that says nothing recovers everything"


@pytest.fixture(scope="module")
def counted(demo_study):
    book = load_codebook("lltic-12", demo_study.path)
    made = codings(demo_study), texts(demo_study), coded_reviews(demo_study)
    return count_themes(*made, book)


def test_planted_theme_rates_are_recovered_within_their_intervals(counted, truth):
    planted = {theme.theme: theme for theme in truth.themes}
    found = prevalence(counted)
    assert {row.theme for row in found} == set(planted)
    # Twelve 95 % intervals: one may miss by chance, and the planted seed decides which.
    outside = [
        row.theme
        for row in found
        if not row.estimate.low <= planted[row.theme].mentioned <= row.estimate.high
    ]
    assert len(outside) <= 1, outside
    assert all(row.estimate.high - row.estimate.low < 0.12 for row in found)


@pytest.mark.parametrize("polarity", ["problem", "good_practice"])
def test_planted_problems_and_good_practice_are_told_apart(counted, truth, polarity):
    planted = {
        one.theme: one.told if polarity == "problem" else one.mentioned - one.told
        for one in truth.themes
    }
    found = prevalence(counted, polarity=polarity)
    outside = [
        row.theme
        for row in found
        if not row.estimate.low <= planted[row.theme] <= row.estimate.high
    ]
    assert len(outside) <= 1, outside


def test_themes_that_were_planted_together_are_found_together(counted, truth):
    """Quality makes them meet: odds ratios of the population are sums over the qualities."""
    everyone = population(truth.seed)
    told = {one.theme: one.told for one in truth.themes}
    outside = []
    for pair in together(counted, polarity="problem"):
        both = told_together(pair.theme, pair.other, everyone)
        one, other = told[pair.theme] - both, told[pair.other] - both
        ratio = both * (1 - both - one - other) / (one * other)
        found = pair.association.odds_ratio
        if not found.low <= ratio <= found.high:
            outside.append((pair.theme, pair.other))
    assert len(outside) <= 6, outside  # of 66 intervals of 95 %
    best = min(together(counted, polarity="problem"), key=lambda pair: pair.p_adjusted)
    assert {best.theme, best.other} == {"discharge_summary", "discharge_management"}
    assert best.p_adjusted < 0.001


def test_the_same_seed_makes_the_same_study(demo_study, tmp_path):
    again = make_demo(tmp_path / "again", 2026)
    assert head(again) == head(demo_study)
    for file in ("cohort/cases.parquet", "extract/spells.parquet", "cohort/casebook.json"):
        assert (again.path / file).read_bytes() == (demo_study.path / file).read_bytes()
    other = make_demo(tmp_path / "other", 7)
    assert head(other) != head(demo_study)


def test_the_record_passes_and_one_flipped_byte_names_its_event(demo_copy, capsys):
    assert main(["audit", "store", "--study", str(demo_copy.path)]) == 0
    said = capsys.readouterr().out
    assert "PASS chain" in said and "FAIL" not in said
    with sqlite3.connect(demo_copy.reviews) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        written = "SELECT seq, value FROM events WHERE field = 'overall.judgement' AND seq > 5000"
        seq, value = connection.execute(written).fetchone()
    connection.close()
    raw = bytearray(demo_copy.reviews.read_bytes())
    raw[raw.index(value[:60].encode()) + 20] ^= 0x01
    demo_copy.reviews.write_bytes(raw)
    assert main(["audit", "store", "--study", str(demo_copy.path)]) == 1
    assert f"FAIL chain: event {seq}:" in capsys.readouterr().out


@pytest.mark.slow
def test_the_shipped_notebooks_can_be_executed_again(demo_study):
    claims = audit_notebooks.verify(demo_study, shipped_notebooks())
    assert len(claims) >= 3
    assert all(claim.passed for claim in claims), [str(c) for c in claims]


@pytest.mark.slow
def test_one_changed_number_in_a_notebook_names_its_cell(demo_study, tmp_path):
    source = next(p for p in shipped_notebooks() if p.name.startswith("10-"))
    folder = tmp_path / "notebooks"
    shutil.copytree(source.parent, folder)
    book = nbformat.read(folder / source.name, as_version=4)
    changed = None
    for number, cell in enumerate(book.cells, 1):
        for output in cell.get("outputs", ()):
            text = output.get("data", {}).get("text/plain", "")
            if "400" in text:
                output["data"] = json.loads(json.dumps(output["data"]).replace("400", "401"))
                changed = number
        if changed:
            break
    assert changed, "the notebook says how many cases there are"
    nbformat.write(book, folder / source.name)
    claims = audit_notebooks.verify(demo_study, [folder / source.name])
    failed = [str(claim) for claim in claims if not claim.passed]
    assert failed and any(f"cell {changed}" in text for text in failed), failed
