"""The whole path on real admissions: from the extract to the workbook, one case read."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook
from serving_study import Served, log_in, sign
from test_review_in_browser import complete, heading, open_first_case

from lltic.cli import main
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import judgements
from lltic.study import Study

READERS = ("ada.moor", "ben.lake")
WORD = "a-long-password-for-tests"


@pytest.fixture
def mimic(tmp_path, data_dir, capsys) -> Study:
    study = Study.init(tmp_path / "mimic", title="MIMIC demonstration")
    at = ["--study", str(study.path)]
    assert main(["ingest", *at, "--source", "mimic-iv", str(data_dir / "mimic_iv_demo")]) == 0
    capsys.readouterr()
    assert main(["cohort", "build", *at]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last == "cases 21 in_hospital 15 post_discharge 6"
    assert main(["cohort", "explain", *at, "10019003"]) == 0
    assert "Died 30 days after discharge" in capsys.readouterr().out
    accounts = Accounts(study.keys)
    for name in READERS:
        accounts.add(Person(name, name, "Somewhere", ("reviewer",)), WORD)
    assert main(["sample", *at]) == 0
    readers = [word for name in READERS for word in ("--reviewer", name)]
    assert main(["allocate", *at, *readers]) == 0
    return study


def test_a_case_is_reviewed_through_the_page_and_stands_in_the_workbook(mimic, browser, capsys):
    served = Served(mimic)
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    try:
        page = context.new_page()
        log_in(page, served.url, READERS[0], WORD)
        review_id = open_first_case(page)
        complete(page)
        page.get_by_role("button", name="Continue").click()
        heading(page, "Submit your review")
        sign(page, WORD)
        heading(page, "Review submitted")
    finally:
        context.close()
        served.stop()
    case_id = review_id.rpartition("-")[0]
    assert {j.case_id for j in judgements(mimic)} == {case_id}
    assert main(["report", "--study", str(mimic.path), "--no-notebooks"]) == 0
    book = load_workbook(mimic.outputs / "lltic-report.xlsx", read_only=True)
    rows = list(book["Scores"].iter_rows(values_only=True))
    mine = [row for row in rows if case_id in row]
    assert any("Overall care" in row and 3 in row for row in mine), mine
    assert len([row for row in book["Cases"].iter_rows(values_only=True) if case_id in row]) == 1
    capsys.readouterr()
    assert main(["audit", "store", "--study", str(mimic.path)]) == 0
    assert "FAIL" not in capsys.readouterr().out


def test_a_death_too_late_is_explained_as_out_and_none_counts_twice(mimic, capsys):
    from lltic.cohort import read_cases, read_excluded

    at = ["--study", str(mimic.path)]
    out = read_excluded(mimic)
    late = next(row for row in out if row.rule == "outside-window")
    assert main(["cohort", "explain", *at, late.person_id]) == 0
    said = capsys.readouterr().out
    assert "days after discharge" in said and "outside-window" in said
    cases = read_cases(mimic)
    deaths = [c.death_id for c in cases] + [row.death_id for row in out]
    assert len(deaths) == len(set(deaths)) == 31
    assert len({c.person_id for c in cases}) == len(cases) == 21
