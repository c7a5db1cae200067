"""An extract without dates: the worked example of its page, on the real data."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from ward_extract import empty_study

from lltic.cohort import build, read_cases
from lltic.errors import LlticError
from lltic.sources import read_table
from lltic.sources.ingest import ingest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sources" / "uci-diabetes.md"


@pytest.fixture
def diabetes(empty_study, data_dir, tmp_path):
    """The study with the data ingested by the page's mapping, and what ingest said."""
    shutil.copy(data_dir / "uci_diabetes" / "diabetic_data.csv", tmp_path)
    mapping = re.search(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    (tmp_path / "mapping.yml").write_text(mapping[1], "utf-8")
    return empty_study, ingest(empty_study, "tabular", [tmp_path])


def test_the_worked_example_gives_what_its_page_says(diabetes):
    study, result = diabetes
    assert result.rows_kept == {
        "persons": 71_518,
        "spells": 101_766,
        "deaths": 1_652,
        "documents": 0,
    }
    assert result.unaccounted() == []
    assert sum(result.rows_refused.values()) == 0
    assert {p.code: p.count for p in result.problems} == {
        "rows-disagree": 3,
        "activity-after-death": 13,
    }
    deaths, spells = read_table(study, "deaths"), read_table(study, "spells")
    assert deaths["died_on"].isna().all()
    assert spells["admitted_at"].isna().all()
    assert set(deaths["spell_id"]) == set(spells.loc[spells["died_in_hospital"], "spell_id"])
    page = PAGE.read_text("utf-8")
    for name, rows in result.rows_in.items():
        assert re.search(rf"^{name} +{rows} +{result.rows_kept[name]} ", page, re.M), name

    build(study, "in_hospital_deaths")
    cases = read_cases(study)
    assert len(cases) == 1_652
    assert {(case.admitted_on, case.died_on) for case in cases} == {(None, None)}

    with pytest.raises(LlticError) as error:
        build(study, "lltic")
    assert error.value.codes == ("undated-extract",)
