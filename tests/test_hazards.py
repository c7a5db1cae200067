"""Every control of the hazard log has a test, and the test is one that runs."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "docs" / "clinical_safety" / "hazards.yml"
KEPT_OUT = {"skip", "skipif", "xfail", "soak", "registry"}
"""Marks under which a test does not run, or not with `make test`."""


def hazards() -> list[dict[str, Any]]:
    return yaml.safe_load(LOG.read_text("utf-8"))["hazards"]


def controls() -> list[tuple[str, str, str]]:
    return [
        (hazard["id"], control["control"], test)
        for hazard in hazards()
        for control in hazard["controls"]
        for test in control["tests"]
    ]


def wrong_with(node_id: str, root: Path = ROOT) -> str:
    """Return why a test does not stand for a control; empty when it does."""
    file, _, name = node_id.partition("::")
    path = root / file
    if not path.is_file():
        return f"{file} is not there"
    tree = ast.parse(path.read_text("utf-8"))
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    if not found or not name.startswith("test_"):
        return f"{file} has no test {name}"
    marks = {mark for decorator in found[0].decorator_list for mark in _names(decorator)}
    marks |= {
        mark
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
        for mark in _names(node.value)
    }
    body = {mark for node in found[0].body for mark in _names(node)} & {"skip", "xfail"}
    out = sorted((marks & KEPT_OUT) | body)
    return f"{name} is kept out by {', '.join(out)}" if out else ""


def _names(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


@pytest.mark.parametrize(("hazard", "control", "test"), controls())
def test_each_control_has_a_test_that_runs(hazard, control, test):
    assert not wrong_with(test), f"{hazard}: {control}"


def test_each_hazard_says_what_happens_and_what_stands_against_it():
    ids = [hazard["id"] for hazard in hazards()]
    assert ids == [f"HZ-{n:02}" for n in range(1, len(ids) + 1)]
    for hazard in hazards():
        assert set(hazard) == {"id", "hazard", "effect", "controls"}
        assert hazard["controls"] and all(c["tests"] for c in hazard["controls"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def test_it(): ...", ""),
        ("@pytest.mark.skip\ndef test_it(): ...", "kept out by skip"),
        ("@pytest.mark.skipif(True, reason='x')\ndef test_it(): ...", "kept out by skipif"),
        ("@pytest.mark.soak\ndef test_it(): ...", "kept out by soak"),
        ("pytestmark = [pytest.mark.xfail]\ndef test_it(): ...", "kept out by xfail"),
        ("def test_it():\n    pytest.skip('not today')", "kept out by skip"),
        ("def test_other(): ...", "has no test test_it"),
    ],
)
def test_a_control_without_its_test_is_found(tmp_path, body, said):
    (tmp_path / "test_x.py").write_text(f"import pytest\n{body}\n")
    wrong = wrong_with("test_x.py::test_it", tmp_path)
    assert said in wrong if said else not wrong
    assert "is not there" in wrong_with("test_y.py::test_it", tmp_path)
