"""The form of the authors' guide, tried in a real browser: no line of Python was written for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from accessible import QUICK, faults
from playwright.sync_api import Page, expect
from ports import free_port
from serving_study import log_in

from lltic.form.load import load_form_file

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "form_authors_guide.md"


@pytest.fixture
def guide_form(tmp_path: Path) -> Path:
    (block,) = re.findall(r"```yaml\n(name:.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "discharge_letter.yml"
    path.write_text(block, "utf-8")
    return path


@pytest.fixture
def address(guide_form: Path, tmp_path: Path) -> Iterator[str]:
    """Where ``lltic form preview`` shows it; everything of it is gone at the end."""
    port = free_port()
    scratch = tmp_path / "t"
    scratch.mkdir()
    said = tmp_path / "said.txt"
    command = [sys.executable, "-m", "lltic", "form", "preview", str(guide_form)]
    with said.open("wb") as stream:
        running = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=stream,
            stderr=stream,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
    try:
        until = time.monotonic() + 60
        while f":{port}" not in said.read_text():
            assert running.poll() is None and time.monotonic() < until, said.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        running.terminate()
        assert running.wait(timeout=30) == 0, said.read_text()
    assert list(scratch.iterdir()) == []


def open_part(page: Page, address: str, part: str, title: str) -> None:
    page.goto(f"{address}?review=TRYME-00001-1&page={part}")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def answer_yes(page: Page, question: str) -> None:
    group = page.get_by_role("group", name=re.compile(re.escape(question)))
    group.get_by_role("radio", name="Yes").check()


def test_its_twenty_questions_appear(axe, browser, address: str, guide_form: Path):
    form = load_form_file(guide_form).model
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    log_in(page, address, "reviewer")
    page.get_by_role("link", name="Start review").or_(
        page.get_by_role("button", name="Start review")
    ).click()
    expect(page.get_by_text("You have completed 0 of 4 parts.")).to_be_visible()
    for part in form.pages:
        open_part(page, address, part.id, part.title)
        if part.id == "facts":
            answer_yes(page, "Is there a discharge letter?")
        if part.id == "gaps":
            answer_yes(page, "Was anything not passed on")
            page.get_by_role("button", name="Add a gap").click()
        for path, item in form.questions():
            if path.startswith(f"{part.id}."):
                asked = page.get_by_text(item.label, exact=False).locator("visible=true").first
                expect(asked, path).to_be_visible()
        assert faults(page, f"preview of {part.id}", QUICK) == []
    assert sum(1 for _ in form.questions()) == 20
    page.close()
