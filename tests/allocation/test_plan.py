"""What an allocation plan may say, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lltic.allocation import AllocationPlan, PlannedReviewer, load_allocation_plan
from lltic.definitions import names
from lltic.errors import LlticError, UsageError

GOOD = """\
name: allocation-mine
version: "1"
title: Mine
source: Ours.
overlap: 0.25
calibration: 3
reviewers:
  - {name: ada, wards: [Elm, "12"], limit: 20}
  - {name: ben, available: false, organisations: [RX1], practices: [P1], patients: [4F7K2-9QDXM]}
"""


def load(folder, text):
    (folder / "plans").mkdir(exist_ok=True)
    (folder / "plans" / "allocation-mine.yml").write_text(text)
    return load_allocation_plan("allocation-mine", folder)


def test_a_plan_is_read_with_its_hash(tmp_path):
    plan = load(tmp_path, GOOD).model
    assert (plan.overlap, plan.calibration, plan.readers, plan.reading) == (
        0.25,
        3,
        2,
        "independent",
    )
    assert plan.reviewers[0] == PlannedReviewer("ada", wards=("Elm", "12"), limit=20)
    who = plan.reviewers[1].as_reviewer("nursing", "Soar Valley")
    assert (who.available, who.discipline, who.organisations) == (
        False,
        "nursing",
        ("RX1", "Soar Valley"),
    )
    assert len(load(tmp_path, GOOD).hash) == 64


def test_the_shipped_plans_are_sound_and_name_their_source():
    shipped = names("allocation plan")
    assert "allocation-double" in shipped
    for name in shipped:
        assert load_allocation_plan(name).model.source
    assert not set(shipped) & set(names("sampling plan"))


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (("overlap: 0.25", "overlap: 2"), {"bad-overlap"}),
        (("overlap: 0.25", "readers: 0"), {"no-readers"}),
        (("overlap: 0.25", "seed: -1"), {"plan-seed"}),
        (("overlap: 0.25", "repeats: -1"), {"no-such-count"}),
        (("limit: 20", "limit: -1"), {"no-such-count"}),
        (("name: ben", "name: ada"), {"duplicate-reviewer"}),
        (("name: ben", "name: ' '"), {"empty-reviewer"}),
        (("overlap: 0.25", "reading: joint"), {"joint-plan"}),
        (("overlap: 0.25", "conflicts: [own-bed]"), {"definition-wrong-value"}),
        (("wards:", "ward:"), {"definition-unknown-key"}),
        (("overlap:", "overlaps:"), {"definition-unknown-key"}),
    ],
)
def test_what_a_plan_may_not_say(tmp_path, change, codes):
    with pytest.raises(LlticError) as error:
        load(tmp_path, GOOD.replace(*change))
    assert set(error.value.codes) == codes


def test_a_plan_that_is_not_there_is_named():
    with pytest.raises(UsageError) as error:
        load_allocation_plan("allocation-triple")
    assert error.value.codes == ("unknown-allocation-plan",)


def test_without_a_plan_two_read_every_case():
    plan = AllocationPlan()
    assert (plan.readers, plan.overlap, plan.calibration, plan.repeats) == (2, 1.0, 0, 0)


def test_the_plan_in_the_docs_is_the_one_that_was_run(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "allocation.md").read_text("utf-8")
    text = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "allocation-autumn.yml").write_text(text)
    loaded = load_allocation_plan("allocation-autumn", tmp_path)
    assert f"allocation-autumn v1 ({loaded.hash[:12]}), seed {loaded.model.seed}" in page
