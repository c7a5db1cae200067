"""UX-01 for the kit: every component in every state, light, dark, small, and by high contrast."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from accessible import FULL, faults

from lltic.ui.gallery import FIELDS, examples
from lltic.ui.gallery_parts import PARTS
from lltic.ui.kit import Heading

LOOKS = [
    replace(look, checks=tuple(check for check in look.checks if check != "names"))
    for look in FULL
    if look.name in ("light", "dark", "320 px", "320 px, dark", "high contrast", "by keyboard")
]
"""A component alone has no heading and no title of a page."""

ALONE = ("SaveStatus", "SignInAgain", "Window", "Place", "ConflictNotice", "PassageCoder")
"""What a page has once, or what lies over all of it; the others are looked at together."""

TOGETHER = [name for name in (*FIELDS, *PARTS) if name not in ALONE]
PARTS_OF_IT = 4


SURFACE = """() => {
  const style = getComputedStyle(document.querySelector(".lltic-card"));
  return [style.backgroundColor, getComputedStyle(document.querySelector(".lltic-heading h2")).color];
}"""  # noqa: E501
LIGHT, DARK = ["rgb(255, 255, 255)", "rgb(33, 43, 50)"], ["rgb(27, 36, 43)", "rgb(232, 238, 242)"]


def test_colours_follow_the_system_and_in_jupyterlab_its_theme(new_bench: Any) -> None:
    bench = new_bench()
    page = bench.mount(("lltic-card", [Heading(text="Ongoing care", level=2)]))
    for system, expected in (("light", LIGHT), ("dark", DARK)):
        page.emulate_media(color_scheme=system)
        assert page.evaluate(SURFACE) == expected
    for system in ("light", "dark"):
        page.emulate_media(color_scheme=system)
        for light, expected in (("true", LIGHT), ("false", DARK)):
            page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
            assert page.evaluate(SURFACE) == expected
    page.emulate_media(media="print")
    page.evaluate("delete document.body.dataset.jpThemeLight")
    assert page.evaluate(SURFACE) == LIGHT, "paper is white"


@pytest.mark.parametrize("part", range(PARTS_OF_IT))
def test_nothing_is_wrong_with_any_component(axe: None, new_bench: Any, part: int) -> None:
    bench = new_bench()
    names = TOGETHER[part::PARTS_OF_IT]
    shown = [component for name in names for _, component in examples(name)]
    bench.mount(("lltic-card", shown))
    found = faults(bench.page, ", ".join(names), LOOKS)
    for name in ALONE[part::PARTS_OF_IT]:
        for state, component in examples(name):
            bench = new_bench()
            bench.mount(("lltic-card", [component]))
            found += faults(bench.page, f"{name}, {state}", LOOKS)
    assert not found, "\n".join(found)
