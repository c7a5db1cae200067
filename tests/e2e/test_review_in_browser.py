"""A reviewer's whole evening, in a real browser against the real processes."""

from __future__ import annotations

import re
import time

import pytest
from hands import heading, opened, saved
from patience import PATIENCE, tick
from playwright.sync_api import Page, expect
from serving_study import KERNEL, SERVICE, Served, log_in, sign

from lltic.audit.store import verify
from lltic.reviews.read import head, judgements
from lltic.reviews.record.opening import reading

WORDS = "Wanderfalke judgement: the fluid chart stopped on day three — naïve façade, 😀 and all."


@pytest.fixture
def served(demo_copy):
    running = Served(demo_copy)
    yield running
    running.stop()


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context
    context.close()


def open_first_case(page: Page) -> str:
    """Open the first case to start and return its id."""
    heading(page, "My cases")
    page.get_by_role("link", name=re.compile("Start review")).first.click()
    heading(page, "Your review")
    return opened(page)


def choose(page: Page, group: str, option: str) -> None:
    chosen = page.get_by_role("group", name=re.compile(group)).get_by_role("radio", name=option)
    tick(chosen.first)


def complete(page: Page) -> None:
    """Answer every part of the form, from the overview to the check page."""
    page.get_by_role("link", name=re.compile("Before you start")).click()
    heading(page, "Before you start")
    choose(page, "learning disability", "No sign of it")
    for question in ("serious mental illness", "under 18", "raise a concern"):
        choose(page, question, "No")
    page.get_by_role("button", name="Save and continue").click()
    for title in ("Admission and first day", "Ongoing care"):
        heading(page, title)
        page.get_by_label("Your judgement of this phase of care").fill(f"{title}. {WORDS}")
        choose(page, "care in this phase was", "2 Poor")
        page.get_by_role("button", name="Save and continue").click()
    for title in ("Care during a procedure", "Care around an operation", "End-of-life"):
        heading(page, title)
        choose(page, "care in this phase was", "Does not apply")
        page.get_by_role("button", name="Save and continue").click()
    heading(page, "Overall care")
    page.get_by_label("Your judgement of the care as a whole").fill(f"Overall. {WORDS}")
    choose(page, "Taken as a whole", "3 Adequate")
    page.get_by_role("button", name="Save and continue").click()
    heading(page, "Quality of the record")
    choose(page, "The record was", "3 Adequate")
    page.get_by_role("button", name="Save and continue").click()
    heading(page, "Problems in care")
    choose(page, "any problems", "Yes")
    tick(page.get_by_role("checkbox", name=re.compile("^Monitoring")))
    expect(page.get_by_role("group", name=re.compile("Monitoring: did it lead"))).to_be_visible()
    # A question that appears takes nothing away from the one being answered.
    expect(page.get_by_role("checkbox", name=re.compile("^Monitoring"))).to_be_focused()
    choose(page, "Monitoring: did it lead to harm", "Probably")
    page.get_by_role("button", name="Save and continue").click()
    heading(page, "What can be learnt")
    page.get_by_role("button", name="Save and continue").click()
    heading(page, "Check your answers")


def test_two_reviewers_the_whole_way(served, context):
    strangers: list[str] = []
    context.on("request", lambda r: None if "127.0.0.1" in r.url else strangers.append(r.url))
    page = context.new_page()
    log_in(page, served.url, "amira.khan")
    review_id = open_first_case(page)

    # The notes are there to be read, and can be searched.
    notes = page.get_by_role("region", name="Case notes")
    expect(notes).to_contain_text("Synthetic record: not a real person")

    # Half-way: write, see it saved, reload, find it where it was.
    page.get_by_role("link", name=re.compile("Admission and first day")).click()
    heading(page, "Admission and first day")
    page.get_by_label("Your judgement of this phase of care").fill(WORDS)
    saved(page)
    page.reload()
    heading(page, "Admission and first day")
    expect(page.get_by_label("Your judgement of this phase of care")).to_have_value(WORDS)

    page.get_by_role("link", name="Back to the overview").click()
    complete(page)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Submit your review")
    sign(page)
    heading(page, "Review submitted")
    receipt = page.get_by_text(re.compile(r"^[0-9A-F]{4}-[0-9A-F]{4}$")).inner_text()
    page.get_by_role("link", name="Back to my cases").click()
    heading(page, "My cases")
    expect(page.get_by_text(receipt)).to_be_visible()

    submitted = {j.item: j for j in judgements(served.study) if j.review_id == review_id}
    assert submitted["overall.judgement"].value == f"Overall. {WORDS}"
    assert submitted["problems.monitoring.harm"].value == "probably"

    # The other reviewer of the same case sees none of it, on the page or on the wire.
    other = context.browser.new_context()
    other_page = other.new_page()
    frames: list[str] = []
    other_page.on("websocket", lambda ws: ws.on("framereceived", lambda f: frames.append(str(f))))
    log_in(other_page, served.url, "ben.okoro")
    heading(other_page, "My cases")
    theirs = review_id[:-1] + ("2" if review_id.endswith("1") else "1")
    other_page.goto(f"{served.url}?review={theirs}&page=admission")
    heading(other_page, "Admission and first day")
    expect(other_page.get_by_label("Your judgement of this phase of care")).to_have_value("")
    seen = other_page.content() + "".join(frames)
    assert frames, "the test must see the wire"
    for secret in ("Wanderfalke", receipt, "amira.khan", "Khan"):
        assert secret not in seen
    other_page.goto(f"{served.url}?review={review_id}&page=check")
    heading(other_page, "My cases")
    expect(other_page.get_by_text("That page cannot be opened")).to_be_visible()
    assert "Wanderfalke" not in other_page.content()
    other.close()
    assert strangers == []
    # Nothing of the person, of the words or of the shell in any log or process.
    banner = served.study.cohort.joinpath("casebook.json").read_text("utf-8")
    numbers = set(re.findall(r"999 \d{3} \d{4}", banner))
    logs = "".join(p.read_text("utf-8") for p in served.study.path.glob("logs/*.log"))
    logs += served.log.read_text("utf-8")
    assert logs and len(numbers) > 100
    for secret in ("Wanderfalke", *numbers):
        assert secret not in logs
    assert len(served.pids(KERNEL)) >= 1
    assert "canary-in-the-shell" not in served.environments()
    assert all(claim.passed for claim in verify(served.study))


def type_on(page: Page, text: str) -> None:
    page.get_by_label("Your judgement of this phase of care").press_sequentially(text, delay=5)


def saved_text(served: Served, review_id: str, after: int) -> str:
    """What the record holds behind an event of before, read past every process."""
    text = ""
    with reading(served.study) as store:
        for event in store.read(after):
            if event.review_id == review_id and event.field == "ongoing.judgement":
                text = (event.value or {}).get("value", "")
    return text


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kill_9_while_typing_loses_no_word(served, context):
    """Twenty times, the kernel and the service in turn: alert within 6 s, every word restored."""
    page = context.new_page()
    log_in(page, served.url, "amira.khan")
    review_id = open_first_case(page)
    before, _ = head(served.study)  # the demo's own answers are many, and none is of this review
    page.goto(f"{served.url}?review={review_id}&page=ongoing")
    box = page.get_by_label("Your judgement of this phase of care")
    heading(page, "Ongoing care")
    typed = ""
    waits = []
    for turn in range(20):
        word = f"word{turn:02} "
        box.press("Control+End")
        type_on(page, word)
        typed += word
        saved(page)
        until = time.monotonic() + PATIENCE
        while saved_text(served, review_id, before) != typed and time.monotonic() < until:
            time.sleep(0.05)
        acknowledged = saved_text(served, review_id, before)
        assert acknowledged == typed, "what is shown as saved is on record"
        kind = KERNEL if turn % 2 == 0 else SERVICE
        type_on(page, f"tail{turn:02} ")
        typed += f"tail{turn:02} "
        assert served.kill(kind) >= 1
        start = time.monotonic()
        type_on(page, "x ")
        typed += "x "
        alert = page.get_by_role("alert").filter(has_text="ot saved")
        while not alert.is_visible() and saved_text(served, review_id, before) != typed:
            assert time.monotonic() - start < 6, "neither saved nor told"
            page.wait_for_timeout(100)
        if kind == KERNEL:
            assert alert.is_visible()
            waits.append(time.monotonic() - start)
            assert saved_text(served, review_id, before).startswith(acknowledged)
            page.reload()
            heading(page, "Ongoing care")
        expect(box).to_have_value(typed)
        until = time.monotonic() + PATIENCE  # the service is started again, on a busy machine
        while saved_text(served, review_id, before) != typed and time.monotonic() < until:
            time.sleep(0.05)
        assert saved_text(served, review_id, before) == typed
    assert len(waits) == 10 and max(waits) <= 6
    assert all(claim.passed for claim in verify(served.study))
