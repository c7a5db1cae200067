"""UX-08: every message says what happened, whether the data are safe and what to do."""

from __future__ import annotations

import contextlib
import json
import re
import resource
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from every_kind_study import REVIEW, make_every_kind_study
from hands import heading, saved
from messages import MESSAGES, PAGE, STATUS, as_page
from pages import answers, paused
from patience import PATIENCE, answered, at_rest, deaf, drawn, listen, until
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect
from serving_study import KERNEL, PASSWORD, SERVICE, Served, log_in

from lltic.clock import system_clock
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.study import Study

CASE = REVIEW.rpartition("-")[0]
ALSO = "AAAAA-00002"
WAIT = PATIENCE * 1000
"""Milliseconds that a message may take to come; the alarm's own promise is measured elsewhere."""

reached: set[str] = set()


def _more(study: Study) -> None:
    """Notes, one of which has lost its file; a second case; and people who may not come in."""
    path = study.cohort / "casebook.json"
    book = json.loads(path.read_text())
    of = {"kind": "medical_notes", "organisation": "Acute", "date": "2026-09-02", "pages": 1}
    book[CASE]["documents"] = [
        {"id": "there", "title": "Medical notes", **of},
        {"id": "lost", "title": "Nursing notes", **of},
    ]
    book[ALSO] = {**book[CASE], "banner": [["Case", ALSO]], "documents": []}
    path.write_text(json.dumps(book))
    (study.documents / "there.txt").write_text("Page one.")
    accounts = Accounts(study.keys, system_clock, PasswordHasher(time_cost=1, memory_cost=64))
    for name in ("locked", "gone"):
        accounts.add(Person(name, name, "Practice", ("reviewer",)), PASSWORD)
    accounts.disable("gone")
    admin.assign(study, [Assignment(f"{ALSO}-1", ALSO, "amira", 1, "every_kind")], system_clock)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("messages") / "study"
    study = make_every_kind_study(folder, system_clock, PASSWORD)
    _more(study)
    running = Served(study)
    yield running
    running.stop()


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(WAIT)
    listen(context)
    yield context
    context.close()


def says(page: Page, state: str) -> None:
    """Wait until the page says all three things, in words that are seen."""
    said = MESSAGES[state]
    for words in (said.happened, said.safe, said.do):
        shown = re.compile(r"^(Saved|Last saved today) \d\d:\d\d") if words == STATUS else words
        found = page.get_by_text(shown).or_(page.get_by_role("button", name=words))
        expect(found.locator("visible=true").first, f"{state}: {words}").to_be_visible(timeout=WAIT)
    reached.add(state)


def come_in(context: BrowserContext, served: Served, part: str, title: str, review=REVIEW) -> Page:
    page = context.new_page()
    log_in(page, served.url, "amira")
    heading(page, "My cases")
    return turn(page, served, part, title, review)


def turn(page: Page, served: Served, part: str, title: str, review=REVIEW) -> Page:
    page.goto(f"{served.url}?review={review}&page={part}")
    heading(page, title)
    answered(page)
    here = page.get_by_role("button", name="Continue here")
    if here.count() and part != "check":
        with contextlib.suppress(TimeoutError):  # unless it has gone on by itself
            here.click(timeout=5_000)
        expect(here).to_have_count(0)
        drawn(page)
    return page


@contextlib.contextmanager
def service_away(served: Served) -> Iterator[None]:
    """The service has ended, and comes back when what watches over it may look again."""
    with paused(served):
        assert served.kill(SERVICE) == 1
        yield
    until(lambda: answers(served, "service"), what="the service's return")


@contextlib.contextmanager
def full_disk(served: Served) -> Iterator[None]:
    """The service can write no further byte."""
    [pid] = served.pids(SERVICE)
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def end_session(page: Page) -> None:
    """End the session as half an hour without a touch does; the kernel stays."""
    cookie = "const cookie = document.cookie.match(/_xsrf=([^;]+)/)[1];"
    pause = "fetch('pause', {method: 'POST', headers: {'X-XSRFToken': cookie}, body: '{}'})"
    assert page.evaluate(f"async () => {{ {cookie} return (await {pause}).status }}") == 200


def test_the_page_of_messages_is_this_table():
    assert PAGE.read_text("utf-8") == as_page(), f"run {__name__} as a script"
    assert all(all((m.happened, m.safe, m.do)) for m in MESSAGES.values())


def test_before_a_page(served, context):
    page = context.new_page()
    log_in(page, served.url, "amira", "not-the-password")
    says(page, "Sign in: the password is wrong")
    log_in(page, served.url, "gone")
    says(page, "Sign in: the account is disabled")
    for _ in range(10):
        log_in(page, served.url, "locked", "not-the-password")
        expect(page.get_by_text("There is a problem")).to_be_visible()
        if page.get_by_text("Too many").count():
            break
    says(page, "Sign in: too many wrong passwords")
    log_in(page, served.url, "amira")
    heading(page, "My cases")
    page.goto(f"{served.url}nothing-here")
    says(page, "There is no such page")
    page.goto(f"{served.url}?review={CASE}-2&page=facts")
    says(page, "A review of somebody else")
    page.get_by_role("button", name="Take the next case").click()
    says(page, "No case waits to be taken")
    page.route("**/client.js", lambda route: route.abort())
    page.goto(served.url)
    page.add_style_tag(content="*, *::before { animation-duration: 0s !important; }")
    page.add_style_tag(content="* { animation-delay: 0s !important; }")
    says(page, "The page takes too long to arrive")
    page.unroute("**/client.js")
    page.goto(served.url)
    heading(page, "My cases")
    other = context.browser.new_context(storage_state=context.storage_state())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login*")
    late = other.new_page()
    late.goto(served.url)
    says(late, "Signed out")
    other.close()


def test_while_answering_and_ending(served, context):
    page = come_in(context, served, "facts", "The facts")
    seen = page.get_by_role("group", name="First seen")
    for part, text in (("Day", "31"), ("Month", "2"), ("Year", "2026")):
        seen.get_by_label(part).fill(text)
    page.get_by_role("textbox", name="Ward").fill("7")
    says(page, "A date that is none")
    seen.get_by_label("Day").fill("28")
    page.get_by_role("textbox", name="Ward").fill("x" * 501)
    says(page, "A line that is too long")
    page.get_by_role("textbox", name="Ward").fill("7")
    saved(page)
    page.get_by_role("button", name="Save and continue").click()
    says(page, "What must be answered is left out")
    notes = page.get_by_role("region", name="Case notes")
    notes.get_by_role("tab", name="Nursing").click()
    says(page, "A document that is missing")
    turn(page, served, "overall", "Overall")
    page.get_by_role("textbox", name="Your judgement").fill("x" * 200_001)
    says(page, "A text that is too long")
    page.get_by_role("textbox", name="Your judgement").fill("Short.")
    saved(page)
    turn(page, served, "hand-back", "Hand this case back")
    page.get_by_label("Your reason").fill("x" * 2001)
    page.get_by_role("button", name="Hand this case back").click()
    says(page, "Handed back with too long a reason")
    turn(page, served, "confirm", "Submit your review")
    submit = page.get_by_role("button", name="Confirm and submit")
    password = page.get_by_label("To sign, give your password")
    submit.click()
    says(page, "Signed with nothing")
    at_rest(page)
    password.fill("not-the-password")
    submit.click()
    says(page, "Signed with a wrong password")
    at_rest(page)
    password.fill(PASSWORD)
    submit.click()
    says(page, "Signed though something is missing")


JUDGEMENT = "Your judgement"


def judging(page: Page):
    return page.get_by_role("textbox", name=JUDGEMENT)


def test_windows_and_sessions(served, context):
    first = come_in(context, served, "overall", "Overall", f"{ALSO}-1")
    judging(first).fill("One.")
    saved(first)
    second = context.new_page()
    second.goto(first.url)
    says(second, "Open in another window")
    third = context.new_page()
    third.goto(first.url)
    says(third, "A third page is opened")
    third.close()
    with deaf(first):  # else a sign of life tells it of the other window before it has written
        second.get_by_role("button", name="Continue here").click()
        expect(judging(second)).to_be_editable()
        drawn(second)
        judging(second).fill("Two.")
        saved(second)
        judging(first).press("End")
        judging(first).press_sequentially(" And more.")
    here = first.get_by_role("button", name="Continue here")
    expect(here).to_be_visible()
    with service_away(served):
        here.click()
        says(first, "“Continue here” while the service is away")
    says(first, "Two versions of one answer")
    first.get_by_role("button", name="Keep mine").click()
    saved(first)
    second.close()
    with deaf(first):  # else a sign of life may tell it before all is written
        end_session(first)
        judging(first).press("End")
        judging(first).press_sequentially(" On.")
    says(first, "The session has ended")
    first.get_by_label("Password").fill("not-the-password")
    first.get_by_role("button", name="Sign in and go on").click()
    says(first, "Signed in again with a wrong password")
    first.get_by_label("Password").fill(PASSWORD)
    first.get_by_role("button", name="Sign in and go on").click()
    saved(first)
    first.clock.install()
    first.reload()
    heading(first, "Overall")
    first.clock.fast_forward("29:00")
    says(first, "Nobody was there for a while")


def test_when_something_fails(served, context):
    page = come_in(context, served, "overall", "Overall", f"{ALSO}-1")
    with full_disk(served):
        judging(page).fill("While the disk is full.")
        says(page, "The disk is full")
    saved(page)
    confirm = turn(context.new_page(), served, "confirm", "Submit your review", f"{ALSO}-1")
    page.bring_to_front()
    page.get_by_role("button", name="Continue here").click()
    expect(judging(page)).to_be_editable()
    drawn(page)
    with service_away(served):
        judging(page).fill("While the service is away.")
        says(page, "The service is away, with words unsaved")
        confirm.get_by_label("To sign, give your password").fill(PASSWORD)
        confirm.get_by_role("button", name="Confirm and submit").click()
        says(confirm, "Signed while the service is away")
        confirm.get_by_role("link", name="Back to check your answers").click()
        confirm.get_by_role("link", name="My cases").click()
        says(confirm, "A page is turned while the service is away")
        confirm.goto(served.url)
        says(confirm, "The page cannot be made")
        confirm.close()
    saved(page)
    assert served.kill(KERNEL) >= 1
    says(page, "The page's kernel has ended")
    judging(page).fill("After the kernel's end.")
    says(page, "The page's kernel has ended, with words unsaved")
    assert reached == set(MESSAGES), set(MESSAGES) - reached
