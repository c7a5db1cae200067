from __future__ import annotations

import pytest

from lltic.definitions import names
from lltic.errors import LlticError, UsageError
from lltic.sampling import load_plan


def test_the_shipped_plans_are_sound_and_name_their_source():
    assert {"census", "simple"} <= set(names("sampling plan"))
    for name in names("sampling plan"):
        assert load_plan(name).model.source


def test_an_unknown_plan_is_a_usage_error():
    with pytest.raises(UsageError) as error:
        load_plan("censu")
    assert error.value.codes == ("unknown-sampling-plan",)
    assert "Did you mean census?" in str(error.value)


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
