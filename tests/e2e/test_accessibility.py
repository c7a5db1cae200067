"""UX-01: every page and state of it, for who sees, hears, or types it: nothing wrong, anywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from accessible import FULL, QUICK, faults
from every_state_study import EVERY_KIND, make_every_state
from patience import PATIENCE, tick
from playwright.sync_api import Browser, Page, expect
from serving_study import Served
from states import WALKS, Walk, saved

RICHEST = {
    "log-in, wrong",
    "worklist",
    "form page, errors",
    "not saved",
    "every kind, errors",
    "notes, found",
    "adjudication, admission",
    "progress",
    "coding, a passage",
}
"""Where CI looks in every way; ``make soak`` does so everywhere."""

LONG = "\n".join(f"Line {number}: what was done, and what was not." for number in range(1, 151))

BROKEN = """
<title>x – y</title><h1>One</h1><h1 style="color:#999">Two</h1><img src="data:,">
<button style="width:9px;height:9px;padding:0"></button>
<button style="width:9px;height:9px;padding:0"></button>
<div style="width:1500px">wide</div>
<div style="width:90px;height:12px;overflow:hidden">words and words</div>
<a href="#a" style="outline:none;color:inherit" id="twice">a</a><i id="twice"></i>
<button style="border:0;appearance:none" class="lltic-button">bare</button>
<a href="#b" style="position:fixed;bottom:9px">under it</a>
<div style="position:fixed;bottom:0;height:50vh;width:100%;background:#fff">over</div>
<style>@keyframes k{to{margin:9px}} b{animation:k 9s infinite}</style><b>moves</b>
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = Served(make_every_state(tmp_path_factory.mktemp("states") / "study"))
    yield running
    running.stop()


@pytest.fixture
def walk(browser: Browser, served: Served) -> Iterator[Walk]:
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="en-GB", timezone_id="Europe/London"
    )
    context.set_default_timeout(PATIENCE * 1000)
    yield Walk(served.url, context)
    context.close()


@pytest.mark.parametrize("name", WALKS)
def test_nothing_is_wrong_with_any_page(axe: None, walk: Walk, name: str) -> None:
    found: list[str] = []
    for state, page in WALKS[name](walk):
        found += faults(page, state, FULL if state in RICHEST else QUICK)
    assert not found, "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize("name", WALKS)
def test_nothing_is_wrong_with_any_page_however_one_looks(axe: None, walk: Walk, name: str) -> None:
    """What is good practice beyond the standard is told, and fails nothing."""
    found: list[str] = []
    told: list[str] = []
    for state, page in WALKS[name](walk):
        found += faults(page, state, FULL)
        told += [one for one in faults(page, state, QUICK[:1], advice=True) if one not in found]
    sys.stdout.write("".join(f"good practice: {one}\n" for one in told))
    assert not found, "\n".join(found)


def test_what_is_wrong_is_found(axe: None, browser: Browser) -> None:
    """The twin: a page with every fault, of which each look finds its own."""
    page = browser.new_page()
    page.set_content(BROKEN)
    found = "\n".join(faults(page, "broken", FULL, advice=True))
    for fault in (
        *("[light] image-alt", "[light] color-contrast", "[light] button-name"),
        *("[light] target-size", "[light] reflow", "[light] headings", "[light] ids twice"),
        *("[320 px] spacing: cut off", "[high contrast] edges", "[reduced motion] moves"),
        *("[by keyboard] focus: not to be seen", "[by keyboard] focus: hidden", "[200 %] reflow"),
        "[light] html-has-lang",
    ):
        assert fault in found, fault
    page.close()


def printed(page: Page, path: Path) -> str:
    """Print a page; return the words on the paper, in lines."""
    page.pdf(path=path, format="A4")
    with pypdfium2.PdfDocument(path) as paper:
        return "\n".join(sheet.get_textpage().get_text_range() for sheet in paper)


def test_what_is_printed_has_every_word_and_no_button(walk: Walk, tmp_path: Path) -> None:
    page = walk.begin("eve")
    walk.turn(page, f"?review={EVERY_KIND}&page=overall")
    page.get_by_label("Your judgement").fill(LONG)
    tick(page.get_by_role("radio", name="2 Fairly sure"))
    saved(page)
    form = printed(page, tmp_path / "form.pdf")
    walk.turn(page, f"?review={EVERY_KIND}&page=check")
    expect(page.get_by_text("Line 150:")).to_be_visible()
    check = printed(page, tmp_path / "check.pdf")
    case = EVERY_KIND.rpartition("-")[0]
    for words in (form, check):
        assert [line for line in LONG.splitlines() if line not in words] == []
        assert words.index(case) < words.index("Line 1:"), "the banner comes first"
        for chrome in ("Save and continue", "Continue", "Sign out", "Search", "Change", "Previous"):
            assert chrome not in words.replace("Change the answers", ""), chrome
    assert "Fairly sure" in form and "Fairly sure" in check
