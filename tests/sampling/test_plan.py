from __future__ import annotations

from pathlib import Path

import pytest

from lltic.definitions import names
from lltic.errors import LlticError, UsageError
from lltic.sampling import load_plan


def test_the_shipped_plans_are_sound_and_name_their_source():
    shipped = {"census", "simple", "stratified_setting_month", "must_review_and_sample"}
    assert shipped <= set(names("sampling plan"))
    for name in names("sampling plan"):
        assert load_plan(name).model.source


def test_an_unknown_plan_is_a_usage_error():
    with pytest.raises(UsageError) as error:
        load_plan("censu")
    assert error.value.codes == ("unknown-sampling-plan",)
    assert "Did you mean census?" in str(error.value)


BY_SETTING = "method: stratified\nseed: 1\nstrata: [setting]\n"
BANDS = "method: stratified\nseed: 1\nn: 3\nstrata: [age_band]\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("method: simple\nseed: 1", "plan-size"),
        ("method: simple\nn: 3\nfraction: 0.5\nseed: 1", "plan-size"),
        ("method: simple\nn: 0\nseed: 1", "plan-size"),
        ("method: simple\nfraction: 1.5\nseed: 1", "plan-size"),
        ("method: simple\nn: 3", "plan-seed"),
        ("method: simple\nn: 3\nseed: -1", "plan-seed"),
        ("method: census\nn: 3", "plan-size"),
        ("method: census\nmust_review: [any]", "plan-size"),
        ("method: simple\nn: 3\nseed: 1\nstrata: [setting]", "plan-strata"),
        ("method: simple\nn: 3\nseed: 1\nage_bands: [65]", "plan-strata"),
        ("method: simple\nn: 3\nseed: 1\nminimum: 0", "plan-strata"),
        ("method: census\nseed: 0", "plan-size"),
        ("method: stratified\nn: 3\nseed: 1", "plan-strata"),
        ("method: stratified\nn: 3\nseed: 1\nstrata: [setting, setting]", "plan-strata"),
        ("method: stratified\nn: 3\nseed: 1\nstrata: [setting]\nage_bands: [65]", "plan-strata"),
        (BANDS + "age_bands: [65, 18]", "plan-strata"),
        (BY_SETTING + "n: 3\nper_stratum: 2", "plan-allocation"),
        (BY_SETTING + "n: 3\nspreads: {acute: 1}", "plan-allocation"),
        (BY_SETTING + "n: 3\nminimum: 0", "plan-allocation"),
        (BY_SETTING + "allocation: fixed", "plan-allocation"),
        (BY_SETTING + "allocation: fixed\nper_stratum: 2\nn: 3", "plan-size"),
        (BY_SETTING + "allocation: fixed\nsizes: {acute: 0}", "plan-allocation"),
        (BY_SETTING + "n: 3\nallocation: neyman", "plan-allocation"),
        (BY_SETTING + "n: 3\nallocation: neyman\nspreads: {acute: 0}", "plan-allocation"),
        (BY_SETTING, "plan-size"),
        ("method: simple\nn: 3\nseed: 1\nmust_review: [any, alarm]", "plan-must-review"),
        ("method: simple\nn: 3\nseed: 1\nmust_review: [alarm, alarm]", "plan-must-review"),
        (BY_SETTING + "n: 3\nallocation: random", "definition-wrong-value"),
        ("method: stratified\nn: 3\nseed: 1\nstrata: [ward]", "definition-wrong-value"),
        ("method: quota", "definition-wrong-value"),
        ("method: census\nextra: 1", "definition-unknown-key"),
    ],
)
def test_each_fault_of_a_plan_has_its_code(tmp_path, body, code):
    folder = tmp_path / "plans"
    folder.mkdir()
    head = 'name: mine\nversion: "1"\ntitle: Mine\nsource: Ours\n'
    (folder / "mine.yml").write_text(head + body + "\n")
    with pytest.raises(LlticError) as error:
        load_plan("mine", tmp_path)
    assert code in error.value.codes


def test_every_fault_of_a_plan_is_told_at_once(tmp_path):
    (tmp_path / "plans").mkdir()
    head = 'name: mine\nversion: "1"\ntitle: Mine\nsource: Ours\nmethod: stratified\n'
    (tmp_path / "plans" / "mine.yml").write_text(head + "n: 0\nminimum: 0\nsizes: {acute: 1}\n")
    with pytest.raises(LlticError) as error:
        load_plan("mine", tmp_path)
    allocation = ["plan-allocation"] * 2
    assert sorted(error.value.codes) == [*allocation, "plan-seed", "plan-size", "plan-strata"]


def test_a_sound_plan_of_each_allocation_is_taken(tmp_path):
    (tmp_path / "plans").mkdir()
    head = 'name: mine\nversion: "1"\ntitle: Mine\nsource: Ours\n' + BY_SETTING
    for body in (
        "n: 30",
        "fraction: 0.1\nallocation: equal\nminimum: 2",
        "n: 30\nallocation: neyman\nspreads: {acute: 0.4, community: 0.5}",
        "allocation: fixed\nper_stratum: 10\nsizes: {acute: 30}\nmust_review: [concern]",
    ):
        (tmp_path / "plans" / "mine.yml").write_text(f"{head}{body}\n")
        assert load_plan("mine", tmp_path).model.strata == ("setting",)


def test_a_plan_says_what_it_does():
    assert load_plan("census").model.sentences == ("Every case is taken.",)
    assert load_plan("stratified_setting_month").model.sentences == (
        "Of all cases, 96 are drawn at random, seed 20161001.",
        "They are drawn separately by setting and month of death: proportional allocation.",
        "No stratum gives fewer than 2, or all it has.",
    )
    said = load_plan("must_review_and_sample").model.sentences
    assert said[0] == "Every case that is flagged is taken with certainty."


def test_the_plan_in_the_docs_is_sound(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "sampling.md").read_text("utf-8")
    (tmp_path / "plans").mkdir()
    text = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "plans" / "mine.yml").write_text(text)
    assert load_plan("mine", tmp_path).model.method == "stratified"
