"""An instrument that somebody wrote by the guide alone, from one YAML file to reviewed cases.

``tests/fall_on_a_ward.yml`` is the whole of it: no line of Python knows its questions, and this
test answers what it finds on the pages.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hands import heading, opened
from patience import PATIENCE, answered, listen, tick
from playwright.sync_api import Locator, Page, expect
from ports import free_port
from serving_study import Served, log_in, sign

from lltic.form.load import load_form_file
from lltic.reviews.read import judgements
from lltic.study import Study

FORM = Path(__file__).resolve().parents[1] / "fall_on_a_ward.yml"
QUESTIONS = 20


def lltic(folder: Path, *words: str) -> str:
    """Run the command inside a study, as somebody who sits there does."""
    command = [sys.executable, "-m", "lltic", *words]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def study(demo_study, tmp_path_factory) -> Study:
    """A study that takes the instrument as section 5 of the guide says."""
    path = shutil.copytree(demo_study.path, tmp_path_factory.mktemp("own") / "study")
    for old in path.glob("reviews.db*"):
        old.unlink()  # nothing has been allocated yet
    shutil.copy(FORM, path / "review_forms" / FORM.name)
    settings = (path / "study.toml").read_text("utf-8")
    (path / "study.toml").write_text(settings.replace('form = "sjr"', f'form = "{FORM.stem}"'))
    lltic(path, "sample", "--plan", "simple")
    checked = lltic(path, "form", "check", FORM.stem)
    assert f"{QUESTIONS} questions, no problem" in checked
    said = lltic(path, "allocate", "--reviewer", "amira.khan", "--readers", "1")
    assert "assigned 40 reviews" in said
    return Study.open(path)


@pytest.fixture(scope="module")
def served(study) -> Iterator[Served]:
    running = Served(study)
    yield running
    running.stop()


@contextlib.contextmanager
def preview(folder: Path) -> Iterator[str]:
    """Where ``lltic form preview`` shows it."""
    port = free_port()
    said = folder / "said.txt"
    command = [sys.executable, "-m", "lltic", "form", "preview", str(FORM), "--port", str(port)]
    with said.open("wb") as stream:
        environment = {**os.environ, "TMPDIR": str(folder)}
        running = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)
    try:
        until = time.monotonic() + 60
        while f":{port}" not in said.read_text():
            assert running.poll() is None and time.monotonic() < until, said.read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        running.terminate()
        running.wait(timeout=30)


def open_case(page: Page) -> None:
    heading(page, "My cases")
    page.get_by_role("link", name=re.compile("Start review")).first.click()
    heading(page, "Your review")


def test_its_pages_can_be_tried(browser, tmp_path):
    form = load_form_file(FORM).model
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    with preview(tmp_path) as address:
        log_in(page, address, "reviewer")
        open_case(page)
        for part in form.pages:
            row = page.get_by_role("link", name=part.title)
            expect(row).to_be_visible()
        page.close()


def answer(group: Locator) -> None:
    """Answer one question, whatever it is, the way that leads on to more questions."""
    for radio in ("Yes", "Something else"):
        if (found := group.get_by_role("radio", name=radio, exact=True)).count():
            return tick(found)
    if group.get_by_label("Year").count():
        for part, text in (("Day", "3"), ("Month", "9"), ("Year", "2026")):
            if group.get_by_label(part).count():
                group.get_by_label(part).fill(text)
        return None
    if (box := group.locator("textarea, input[type=text]")).count():
        numeric = box.first.get_attribute("inputmode")
        return box.first.fill("20" if numeric else "In words – “ours”.")
    found = group.get_by_role("radio").or_(group.get_by_role("checkbox"))
    return tick(found.nth(1))


def fill(page: Page) -> str:
    """Answer what is asked on a page, until nothing more comes up; return all that it said."""
    done: set[str] = set()
    while True:
        for field in page.locator(".lltic-field:visible").all():
            add, label = (
                field.locator("button.lltic-button.lltic-add"),
                field.locator(".lltic-label"),
            )
            asked = "an entry" if add.count() else label.first.inner_text()
            if asked not in done:
                break
        else:
            return page.locator(".lltic-form").inner_text()
        done.add(asked)
        if add.count():
            add.click()
        else:
            answer(field)
        saved = page.get_by_role("status").filter(has_text=re.compile(r"^Saved \d"))
        expect(saved.first).to_be_visible()
        answered(page)  # what it leads to has come with it


def test_it_is_allocated_and_reviewed_page_by_page(browser, served, study):
    form = load_form_file(FORM).model
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    listen(context)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    log_in(page, served.url, "amira.khan")
    open_case(page)
    review_id = opened(page)
    page.get_by_role("link", name=form.pages[0].title).click()
    said_on_pages = ""
    for part, following in zip(form.pages, [*form.pages[1:], None], strict=True):
        heading(page, part.title)
        said_on_pages += fill(page)
        page.get_by_role("button", name="Save and continue").click()
        heading(page, following.title if following else "Check your answers")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Submit your review")
    sign(page)
    heading(page, "Review submitted")
    context.close()
    for path, item in form.questions():
        assert item.label.rstrip("?") in said_on_pages, f"not asked: {path}"
    said = {j.item: j.value for j in judgements(study) if j.review_id == review_id}
    assert (said["gate.fell"], said["gate.falls"], said["person.weight"]) == ("yes", 20, 20)
    assert said["overall.lesson"] == "In words – “ours”."
    assert {j.form for j in judgements(study)} == {FORM.stem}
