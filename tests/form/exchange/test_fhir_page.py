"""The page on exchange: what it says is lost is what the code lists.

Run as a program (`PYTHONPATH=. python FILE`), this writes the tables into the page.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lltic.form.exchange import TARGETS, target

PAGE = Path(__file__).parents[3] / "docs" / "exchange.md"
BEGIN = "## What is lost\n"


def tables() -> str:
    """Return the end of the page: a table for each format."""
    lines = [BEGIN]
    for name in TARGETS:
        kinds = target(name).losses
        lines += [f"### {target(name).title}", ""]
        if not kinds:
            lines += ["Everything is in it that a person reads.", ""]
            continue
        lines += ["| code | what | instead |", "|---|---|---|"]
        lines += [f"| `{kind.code}` | {kind.what} | {kind.instead} |" for kind in kinds]
        lines.append("")
    return "\n".join(lines)


def test_the_page_lists_what_the_code_lists():
    head, _, _ = PAGE.read_text("utf-8").partition(BEGIN)
    again = f"run: PYTHONPATH=. python {Path(__file__).name}"
    assert PAGE.read_text("utf-8") == head + tables(), again


@pytest.mark.parametrize("name", TARGETS)
def test_no_two_kinds_of_one_format_share_a_code(name):
    codes = [kind.code for kind in target(name).losses]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_says_what_it_is(name):
    found = target(name)
    assert found.name == name and found.title and found.suffix.startswith(".")


if __name__ == "__main__":
    start, _, _ = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(start + tables(), "utf-8")
