"""SEC-06: script payloads in every text that a person gives, in every view: none becomes a page."""

from __future__ import annotations

import base64
import re
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import jinja2
import nbformat
import pandas as pd
import pytest
from hostile_study import ALONE, DIFFERING, JOINT, LAST, SERIOUS, make_hostile
from nbconvert import HTMLExporter
from openpyxl import load_workbook
from patience import PATIENCE, eventually
from payloads import MARK
from playwright.sync_api import Page, expect
from reviewed_study import make_cohort
from script_watch import watching
from serving_study import SERVICE, Served, log_in
from small_study import PASSWORD

from lltic.audit.execution import execute
from lltic.cli import main
from lltic.cli.reports import gather
from lltic.measures import profile
from lltic.reports import all_sheets, write_paper, write_workbook
from lltic.reports.pictures import Bar, rows_with_intervals
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client
from lltic.ui.kit import query_string

EVERY = 200
# A face that lacks a letter says so, and so does a picture without room for its labels.
PICTURES = pytest.mark.filterwarnings("ignore:Glyph", "ignore:constrained_layout")
NOTES = ("to", "acknowledged_by", "incident")


@pytest.fixture(scope="module")
def watcher():
    with watching() as one:
        yield one


@pytest.fixture
def watch(watcher):
    watcher.forget()
    return watcher


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, watcher):
    assert len(set(watcher.payloads)) >= EVERY
    return make_hostile(tmp_path_factory.mktemp("hostile") / "study", watcher.payloads)


@pytest.fixture(scope="module")
def served(hostile):
    running = Served(hostile.study)
    yield running
    running.stop()


@contextmanager
def signed_in(watch, browser, served, name: str, place: str = ""):
    with watch.context(browser, viewport={"width": 1366, "height": 768}) as context:
        page = context.new_page()
        log_in(page, f"{served.url}{place}", name, PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield page


def turn(page: Page, query: str) -> None:
    """Turn to another page in the same window, as its links and the way back do; be there."""
    page.evaluate(
        "(query) => { document.querySelector('h1').dataset.left = '';"
        " history.pushState(null, '', location.pathname + query);"
        " window.dispatchEvent(new PopStateEvent('popstate')); }",
        query,
    )
    page.wait_for_selector("h1:not([data-left])")


def test_a_reviewers_pages(watch, browser, served, hostile):
    alone = f"{ALONE}-1"
    with signed_in(watch, browser, served, "amira") as page:
        watch.look(page, "worklist", ".lltic-site-header", ".lltic-worklist")
        turn(page, query_string(review=alone, page="tasks"))
        watch.look(page, "tasks", ".lltic-banner", ".lltic-journey", ".lltic-notes")
        for name in ("admission", "ongoing", "overall", "lessons"):
            turn(page, query_string(review=alone, page=name))
            watch.look(page, name, "textarea", ".lltic-notes__words")
        for name in ("gate", "problems", "record", "confirm"):
            turn(page, query_string(review=alone, page=name))
            watch.look(page, name, texts=())
        turn(page, query_string(review=alone, page="check"))
        watch.look(page, "check answers", ".lltic-check-answers")
        turn(page, query_string(review=alone, page="hand-back"))
        page.get_by_label("Your reason").fill(hostile.everything)
        watch.look(page, "hand back", "textarea")
        turn(page, query_string(review=f"{LAST}-1", page="receipt"))
        watch.look(page, "receipt", ".lltic-receipt", texts=())
        turn(page, query_string(review=f"{LAST}-1", page="check"))
        watch.look(page, "what I submitted", ".lltic-check-answers")
    assert watch.found == {}


def test_what_settles_and_what_differs(watch, browser, served, hostile):
    with signed_in(watch, browser, served, "ada") as page:
        settling = f"{DIFFERING}-adjudication"
        for name in ("tasks", "overall", "confirm"):
            turn(page, query_string(review=settling, page=name))
            watch.look(page, f"adjudication: {name}", ".lltic-site-header")
        for name, place in (("sources", ".lltic-sides"), ("same", ".lltic-check-answers")):
            turn(page, query_string(review=settling, page=name))
            watch.look(page, f"adjudication: {name}", place)
        second = f"{SERIOUS[0]}-stage_2"
        for name, place in (("sources", ".lltic-sides"), ("avoidability", "textarea")):
            turn(page, query_string(review=second, page=name))
            watch.look(page, f"second stage: {name}", place)
    assert watch.found == {}


def test_two_who_agree_and_two_versions(watch, browser, served, hostile):
    consensus = f"{JOINT}-consensus"
    with signed_in(watch, browser, served, "amira") as page:
        turn(page, query_string(review=consensus, page="overall"))
        watch.look(page, "consensus", ".lltic-sides")
        line = other_line(served, "ben")
        tries = 0
        notice = page.locator(".lltic-conflict")
        while not notice.is_visible():  # until the two have met
            assert tries < 20
            theirs, mine = (f"{who} {tries}\n{hostile.everything}" for who in ("theirs", "mine"))
            line(consensus, "overall.judgement", {"value": theirs})
            page.locator("textarea").first.fill(mine)
            page.wait_for_timeout(1500)
            tries += 1
        first, second = (f".lltic-conflict__version:nth-child({n})" for n in (1, 2))
        watch.look(page, "two versions", first, second)
    assert watch.found == {}


def other_line(served, name: str):
    """Return how somebody else answers, past every page."""
    (service,) = served.pids(SERVICE)
    words = Path(f"/proc/{service}/cmdline").read_bytes().decode().split("\0")
    client = Client(words[words.index("--socket") + 1])
    accounts = Accounts(served.study.keys)
    session = accounts.open_session(accounts.person(name))
    client.exchange(client.ticket(session, "elsewhere")["ticket"])

    def answer(review: str, path: str, value: dict) -> None:
        known = client.review(review)["fields"].get(path, {"version": 0})
        operation = {
            "op_id": f"elsewhere-{known['version']:04}",
            "kind": "answer",
            "review_id": review,
            "case_id": review.rpartition("-")[0],
            "field": path,
            "value": value,
            "base_version": known["version"],
        }
        client.operate(operation)

    return answer


def test_a_coders_pages(watch, browser, served, hostile):
    with signed_in(watch, browser, served, "cody", "coding") as page:
        watch.look(page, "texts to code", ".lltic-site-header", ".lltic-worklist")
        turn(page, query_string(text=f"{SERIOUS[0]}-1"))
        page.locator(
            ".lltic-coder button.lltic-theme"
        ).first.focus()  # what it means is at hand then
        watch.look(page, "coding", ".lltic-coder__words", ".lltic-picker__definition")
    assert watch.found == {}


def test_a_coordinators_pages(watch, browser, served, hostile):
    with signed_in(watch, browser, served, "cora") as page:
        watch.look(page, "progress", ".lltic-site-header", ".lltic-table")
        for stage in ("awaiting", "in_consensus", "in_adjudication", "in_stage_2"):
            turn(page, query_string(page="progress", stage=stage))
            watch.look(page, stage, texts=())
        for case, notes in by_case(hostile).items():
            turn(page, query_string(case=case))
            watch.look(page, f"case {case}", ".lltic-notice", texts=notes)
        turn(page, query_string(case=ALONE, do="read"))
        watch.look(page, "answers of a case", ".lltic-sides")
        for step, which in (
            ("reopen", f"{LAST}-1"),
            ("withdraw", f"{LAST}-2"),
            ("break_blind", ""),
        ):
            turn(page, query_string(case=LAST, do=step, which=which))
            page.get_by_label("Why?").fill(hostile.everything)
            watch.look(page, step, "textarea")
        for escalation, one in hostile.escalations.items():
            turn(page, query_string(case=one["case"], do="escalation", id=escalation))
            fields = [f"[id$=escalation-{key}]" for key in NOTES]
            watch.look(page, escalation, *fields, texts=one["note"].split("\n"))
    assert watch.found == {}


def by_case(hostile) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in hostile.escalations.values():
        found.setdefault(one["case"], []).extend(one["note"].split("\n"))
    return found


def test_the_door_and_every_other_address(watch, browser, served):
    with watch.context(browser) as context:
        page = context.new_page()
        page.goto(f"{served.url}login?next={quote(chr(10).join(watch.payloads))}")
        page.get_by_label("User name").fill("\n".join(watch.payloads))
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        watch.look(page, "log-in", "#name", texts=[one.lower() for one in watch.payloads])
        for number, payload in enumerate(watch.payloads[::6]):
            address = f"{served.url}{quote(payload, safe='')}?review={quote(payload)}&token=x"
            page.goto(address, wait_until="commit")
            if number % 8 == 0:
                watch.look(page, "no such page", "main", texts=())
    assert watch.found == {}


# -- what is handed on ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def facts(hostile):
    """What a report of this study says; its cohort is not at issue."""
    study = hostile.study
    make_cohort(study, 3)
    text = hostile.everything
    for name in ("cases", "attrition"):
        frame = pd.read_parquet(study.cohort / f"{name}.parquet")
        for column in {"reason", "rule", "description"} & set(frame):
            frame[column] = text
        frame.to_parquet(study.cohort / f"{name}.parquet")
    made_at = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
    return gather(study, profile("none", reason=text), made_at)


def opened(watch, browser, path: Path, name: str, texts=None) -> None:
    """Look at a page that was handed on as a file."""
    with watch.context(browser) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        watch.look(page, name, "body", texts=texts)


@PICTURES
def test_the_board_paper(watch, browser, hostile, facts, tmp_path):
    write_paper(tmp_path / "paper.html", facts)
    opened(watch, browser, tmp_path / "paper.html", "board paper")
    assert watch.found == {}


@PICTURES
def test_the_pictures_of_the_paper_show_labels_as_they_are(facts):
    """A label is no formula of a typesetter's either, and a picture runs nothing."""
    labels = [line.label for line in facts.themes] + ["$\\frac{1}$", "$\\href{javascript:x}{y}$"]
    address = rows_with_intervals(labels, [Bar(0.5, 0.4, 0.6)] * len(labels))
    drawn = base64.b64decode(address.partition(",")[2]).decode()
    assert "<script" not in drawn and 'href="http' not in drawn and MARK not in without_names(drawn)


def without_names(drawn: str) -> str:
    """Leave out the comments, in which the drawing program says what it drew."""
    return re.sub(r"<!--.*?-->", "", drawn, flags=re.DOTALL)


def test_the_workbook(hostile, facts, tmp_path):
    sheets, at = all_sheets(facts), facts.made_at
    write_workbook(tmp_path / "w.xlsx", sheets, title=facts.title, footer=facts.title, made_at=at)
    book = load_workbook(tmp_path / "w.xlsx")
    names, found = book.sheetnames, [cell for page in book for row in page for cell in row]
    assert [c.coordinate for c in found if c.data_type == "f"] == []
    links = [c.hyperlink for c in found if c.hyperlink]
    assert links, "nothing leads from one sheet to another"
    for link in links:  # made of the names of our own sheets, and never out of the file
        assert link.target is None and link.location.split("!")[0].strip("'") in names
    said = " ".join(str(cell.value) for cell in found)
    assert all(payload in said for payload in hostile.payloads if payload.isprintable())


CELLS = """import os, pandas as pd
from lltic.study import Study
from lltic.reviews.read import judgements, codings, unblinded
from lltic.form import load_form
from lltic.themes import load_codebook
study = Study.open(os.environ["LLTIC_STUDY"])
pd.options.display.max_colwidth = None
pd.DataFrame([{"item": j.item, "said": j.value} for j in judgements(study)][:40])
---
from lltic.cohort.build import AttritionStep, CohortResult
text = unblinded(study)[0].reason
CohortResult(text, {}, (AttritionStep(0, text, text, 1, 0, 1),), (), ())
---
[study.settings.title, [e.reason for e in unblinded(study)]]
---
print(study.settings.title); load_codebook("hostile", study.path).model
---
load_form("hostile", study.path).model
"""


def test_an_executed_notebook(watch, browser, hostile, tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.split("---\n")]
    done = execute(hostile.study, nbformat.v4.new_notebook(cells=cells), "notebook")
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(done)
    assert len(html) > 100_000
    (tmp_path / "notebook.html").write_text(html, "utf-8", "surrogatepass")
    opened(watch, browser, tmp_path / "notebook.html", "notebook", texts=plain(hostile))
    found = {**watch.found}
    # The page's own frame asks for a typesetter on the web; nothing of the payloads may.
    foreign = [one for one in found.pop("wrong", {}).get("notebook", []) if "__ran" in one]
    assert foreign == [] and found == {}


def plain(hostile) -> list[str]:
    """Those that a listing shows as they are, without signs of its own in them."""
    return [p for p in hostile.payloads if p.isprintable() and not set(p) & set("\\'\"")]


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["words", "json"])
@pytest.mark.parametrize(
    "command",
    ["agreement --discordant", "themes codebook", "themes status", "users list"],
)
def test_the_command_line_sends_nothing_but_words_to_a_terminal(hostile, capsys, command, more):
    """A terminal obeys control characters: none of a person's reaches it."""
    assert main([*command.split(), "--study", str(hostile.study.path), *more]) == 0
    said = capsys.readouterr().out
    assert MARK in said or command == "themes status"
    assert re.findall("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]", said) == []


# -- somebody less careful -----------------------------------------------------------------------


def test_payloads_on_a_careless_page_are_found_out(watch, browser):
    """Each in a page of its own, as markup: most run or ask by themselves, within a moment."""
    with watch.context(browser) as context:
        page = context.new_page()
        page.goto("about:blank")
        page.evaluate(
            "(all) => { for (const one of all) { const frame = document.createElement('iframe');"
            " frame.srcdoc = '<body>' + one; document.body.append(frame); } }",
            watch.payloads,
        )
        caught: set[int] = set()
        until = time.monotonic() + PATIENCE
        while len(caught) < 75 and time.monotonic() < until:
            page.wait_for_timeout(200)
            caught = set(watch.ran) | watch.numbers_asked()
    assert len(caught) >= 75


@pytest.mark.parametrize("payload", ["<img src=x onerror=__ran(7)>", "<a href=javascript:0>x</a>"])
def test_one_unescaped_text_on_one_page_is_found_out(watch, browser, served, payload):
    with signed_in(watch, browser, served, "ben") as page:
        page.locator("h1").evaluate("(one, html) => (one.innerHTML = html)", payload)
        if MARK in payload:
            eventually(page, lambda: watch.ran)
        watch.look(page, "worklist", texts=[])
    assert watch.found.get("wrong")
    assert bool(watch.found.get("ran")) == (MARK in payload)


@PICTURES
def test_a_paper_without_escaping_is_found_out(watch, browser, facts, tmp_path, monkeypatch):
    honest = jinja2.Environment
    monkeypatch.setattr(jinja2, "Environment", lambda **o: honest(**{**o, "autoescape": False}))
    write_paper(tmp_path / "paper.html", facts)
    opened(watch, browser, tmp_path / "paper.html", "careless paper", texts=[])
    assert watch.found.get("ran") or watch.found.get("wrong")
