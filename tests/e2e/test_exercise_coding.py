"""A consensus exercise coded on the coding page, in a real browser, from answers to a paper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect
from serving_study import Served, log_in

from lltic.cli import main
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.study import Study

PASSWORD = "a-password-of-the-tests"
HEAD = "source,group,sheet,question,text\n"
ANSWERS = (
    'focus_group,mixed,FG 1,obstacles,"<b>Fear</b> of blame."\n'
    "focus_group,mixed,FG 1,obstacles,Reports on every fall.\n"
    "focus_group,mixed,FG 1,how,Ask families first.\n"
)


@pytest.fixture(scope="module")
def exercise(tmp_path_factory) -> Study:
    folder = tmp_path_factory.mktemp("exercise")
    study = Study.init(folder / "study", title="Autumn")
    (folder / "answers.csv").write_text(HEAD + ANSWERS)
    run(study, "read", str(folder / "answers.csv"))
    return study


def run(study: Study, *arguments: str) -> None:
    assert main(["exercise", *arguments, "--study", str(study.path)]) == 0


@pytest.fixture(scope="module")
def served(exercise: Study):
    folder = exercise.path.parent / "desk"
    run(exercise, "desk", str(folder))
    made = Study.open(folder)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    Accounts(made.keys, hasher=cheap).add(Person("dora", "Dora", "", ("coder",)), PASSWORD)
    running = Served(made)
    yield running
    running.stop()


def test_coded_on_the_page_and_brought_back(
    exercise: Study, served: Served, browser: Browser, capsys: pytest.CaptureFixture[str]
):
    tab = browser.new_page(viewport={"width": 1366, "height": 768})
    tab.set_default_timeout(20_000)
    log_in(tab, f"{served.url}coding?text=FG-FG-1-1", "dora", PASSWORD)
    expect(tab.get_by_role("heading", level=1, name="Case FG-FG-1")).to_be_visible()
    first = tab.locator(".lltic-coder").first
    expect(first).to_contain_text("<b>Fear</b> of blame.")
    expect(tab.get_by_text("What are the obstacles?").first).to_be_visible()
    first.get_by_role("button", name="Whole text").click()
    first.locator("button.lltic-theme").first.click()
    expect(first.get_by_role("heading", name="Codings of this text (1)")).to_be_visible()
    tab.get_by_role("button", name="I have read all of this text").click()
    # The heading of a text has these words as its caption; that of the list is these words alone.
    expect(tab.get_by_role("heading", level=1, name="Theme coding", exact=True)).to_be_visible()
    tab.close()
    capsys.readouterr()

    run(exercise, "collect", str(served.study.path), "--json")
    assert json.loads(capsys.readouterr().out) == {"codings": 2, "read": 3, "coders": ["dora"]}
    run(exercise, "passages", "--json")
    found = json.loads(capsys.readouterr().out)
    assert [p["words"] for p in found] == ["<b>Fear</b> of blame.", "Reports on every fall."]
    assert {code for p in found for code in p["codes"]} == {"learning_culture"}
    run(exercise, "new")
    capsys.readouterr()
    run(exercise, "paper", "--draft", "--json")
    page = Path(json.loads(capsys.readouterr().out)["files"][0]).read_text("utf-8")
    assert "&lt;b&gt;Fear&lt;/b&gt; of blame." in page
