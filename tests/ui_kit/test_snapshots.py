"""What assistive technology is told of every component, kept as text and compared exactly.

``LLTIC_SNAPSHOTS=write`` writes the files anew, and fails, so that a change is always looked
at: read the difference as a person would hear it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE, eventually

from lltic.ui import kit
from lltic.ui.gallery import FIELDS, examples
from lltic.ui.gallery_parts import PARTS

SNAPSHOTS = Path(__file__).parent / "snapshots"
ABSTRACT = {"Component", "Field"}


def components() -> list[str]:
    made = [(name, getattr(kit, name)) for name in kit.__all__ if name not in ABSTRACT]
    kinds = [(name, kind) for name, kind in made if isinstance(kind, type)]
    return [name for name, kind in kinds if issubclass(kind, kit.Component)]


def test_every_component_has_its_examples() -> None:
    assert set(components()) == set(FIELDS) | set(PARTS)
    assert {file.stem for file in SNAPSHOTS.glob("*.txt")} == set(components())


def told(bench: Any, name: str, kept: str, seconds: float) -> str:
    """Return the accessibility tree of a component in each of its states.

    A state may take a while to be drawn: it has so long to look as it did when it was kept.
    """
    trees = []
    wanted = re.split(r"\n(?=# )", kept)

    def look(state: str) -> str:
        found = bench.page.locator("#root").aria_snapshot().removeprefix("- main:").strip("\n")
        return f"# {state}\n{found or '(nothing)'}\n"

    for state, component in examples(name):
        page = bench.mount(component)
        page.wait_for_timeout(30)
        eventually(page, lambda state=state: look(state) in wanted, seconds)
        trees.append(look(state))
        seconds = seconds if trees[-1] in wanted else 0
        page.evaluate("id => host.close(id)", component.model_id)
    return "\n".join(trees)


def test_the_accessibility_trees_are_those_that_are_kept(bench: Any) -> None:
    kept = {file.stem: file.read_text("utf-8") for file in SNAPSHOTS.glob("*.txt")}
    found = {}
    for name in components():
        so_far = all(kept.get(one) == trees for one, trees in found.items())
        found[name] = told(bench, name, kept.get(name, ""), PATIENCE if so_far else 0)
    if os.environ.get("LLTIC_SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        for name, trees in found.items():
            (SNAPSHOTS / f"{name}.txt").write_text(trees, encoding="utf-8")
        pytest.fail("the snapshots are written anew: look at what has changed")
    assert found == kept, "LLTIC_SNAPSHOTS=write writes them anew"
