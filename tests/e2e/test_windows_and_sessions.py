"""Two real tabs, the end of a session, and a password that no kernel sees."""

from __future__ import annotations

import contextlib
import re

import pytest
from hands import heading
from many_sided_study import ALONE, JOINT, PASSWORD, make_many_sided
from patience import PATIENCE, answered, at_rest, deaf, drawn, listen, tick
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect
from serving_study import Served, log_in, sign

from lltic.reviews.read import events

REVIEW = f"{ALONE}-1"
JUDGEMENT = "Your judgement of this phase of care"
ELSEWHERE = "This review is open in another window"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(make_many_sided(tmp_path_factory.mktemp("many") / "study"))
    yield running
    running.stop()


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    listen(context)
    yield context
    context.close()


def open_page(context: BrowserContext, served: Served, name: str, page: str = "ongoing") -> Page:
    """Log somebody in and open their review at a page."""
    tab = context.new_page()
    log_in(tab, served.url, name, PASSWORD)
    heading(tab, "My cases")
    return turn(tab, served, page)


def turn(tab: Page, served: Served, page: str, review: str = REVIEW) -> Page:
    tab.goto(f"{served.url}?review={review}&page={page}")
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    return tab


def here(tab: Page) -> Page:
    """Continue here, should the window of an earlier test have held the review a moment ago."""
    answered(tab)
    if tab.get_by_text(ELSEWHERE).is_visible():
        with contextlib.suppress(TimeoutError):  # unless it has gone on by itself
            tab.get_by_role("button", name="Continue here").click(timeout=5_000)
        expect(tab.get_by_text(ELSEWHERE)).to_be_hidden()
        drawn(tab)
    return tab


def is_saved(tab: Page) -> None:
    expect(tab.get_by_role("status").filter(has_text=re.compile("^Saved"))).to_be_visible()


def on_record(served: Served, review: str = REVIEW, field: str = "ongoing.judgement") -> str:
    found = [e.value for e in events(served.study) if (e.review_id, e.field) == (review, field)]
    return (found[-1] or {}).get("value", "") if found else ""


def test_two_tabs_one_writes_the_other_reads_and_a_conflict_loses_neither(served, context):
    first = here(open_page(context, served, "amira"))
    mine = first.get_by_label(JUDGEMENT)
    mine.fill("Words of the first tab.")
    is_saved(first)
    first.reload()  # the same tab goes on, and says nothing of another window
    heading(first, "Ongoing care")
    answered(first)
    expect(first.get_by_text(ELSEWHERE)).to_be_hidden()

    # A duplicated tab begins with a copy of the first one's storage, and is another window.
    name = first.evaluate("sessionStorage.getItem('lltic:window')")
    second = context.new_page()
    second.add_init_script(f"sessionStorage.setItem('lltic:window', '{name}')")
    turn(second, served, "ongoing")
    theirs = second.get_by_label(JUDGEMENT)
    expect(second.get_by_text(ELSEWHERE)).to_be_visible()
    expect(theirs).not_to_be_editable()
    with deaf(first):  # else a sign of life tells it of the other tab before it has written
        second.get_by_role("button", name="Continue here").click()
        expect(theirs).to_be_editable()
        drawn(second)
        theirs.fill("Words of the second tab.")
        is_saved(second)

        mine.press("End")
        mine.press_sequentially(" And mine.")
    expect(first.get_by_text(ELSEWHERE)).to_be_visible()
    expect(mine).to_have_value("Words of the first tab. And mine.")
    expect(mine).not_to_be_editable()
    assert on_record(served) == "Words of the second tab."

    first.get_by_role("button", name="Continue here").click()
    shown = first.get_by_role("region", name="Two versions to choose from")
    expect(shown).to_contain_text("Words of the second tab.")
    expect(shown).to_contain_text("Words of the first tab. And mine.")
    expect(shown).to_contain_text(re.compile(r"Saved meanwhile at \d\d:\d\d"))
    expect(second.get_by_text(ELSEWHERE)).to_be_visible()
    first.reload()  # with both tabs open there is room for it a moment later
    heading(first, "Ongoing care")
    expect(shown).to_contain_text("Words of the second tab.")
    second.close()
    assert on_record(served) == "Words of the second tab.", "nothing is chosen for the person"
    first.get_by_role("button", name="Edit a text made of both").click()
    first.get_by_label("One text made of both").fill("Both, in one.")
    first.get_by_role("button", name="Save this text").click()
    is_saved(first)
    expect(mine).to_have_value("Both, in one.")
    assert on_record(served) == "Both, in one."


def test_signing_out_in_another_tab_loses_no_word(served, context):
    first = here(open_page(context, served, "amira"))
    box = first.get_by_label(JUDGEMENT)
    box.fill("Before.")
    is_saved(first)
    second = context.new_page()
    second.goto(served.url)
    heading(second, "My cases")
    first.evaluate("WebSocket.prototype.send = () => {}")  # nothing leaves this page any more
    box.fill("Before. Not sent yet.")
    first.wait_for_timeout(600)
    assert on_record(served) == "Before."
    second.get_by_role("button", name="Sign out").click()
    second.wait_for_url("**/login*")
    dialog = first.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_be_visible()
    expect(box).to_have_value("Before. Not sent yet.")
    first.get_by_label("Password").fill("not-the-password")
    first.get_by_role("button", name="Sign in and go on").click()
    expect(dialog).to_contain_text("not right")
    first.get_by_label("Password").fill(PASSWORD)
    first.get_by_role("button", name="Sign in and go on").click()
    is_saved(first)
    expect(box).to_have_value("Before. Not sent yet.")
    assert on_record(served) == "Before. Not sent yet."


def test_a_session_that_ends_is_gone_on_with_in_place(served, context):
    tab = here(open_page(context, served, "amira"))
    box = tab.get_by_label(JUDGEMENT)
    box.fill("In place.")
    is_saved(tab)
    # What happens after half an hour without a touch: the session ends, the kernel stays.
    pause = "fetch('pause', {method: 'POST', headers: {'X-XSRFToken': cookie}, body: '{}'})"
    cookie = "const cookie = document.cookie.match(/_xsrf=([^;]+)/)[1];"
    with deaf(tab):  # else a sign of life may tell it before all is written
        assert tab.evaluate(f"async () => {{ {cookie} return (await {pause}).status }}") == 200
        tab.evaluate("globalThis.sameDocument = true")
        box.press("End")
        box.press_sequentially(" And on.", delay=1)
    dialog = tab.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_be_visible()
    expect(box).to_have_value("In place. And on.")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in and go on").click()
    expect(dialog).to_be_hidden()
    is_saved(tab)
    assert tab.evaluate("globalThis.sameDocument"), "the page was not loaded again"
    expect(box).to_be_focused()
    assert on_record(served) == "In place. And on."


def test_no_kernel_ever_sees_a_password(served, context):
    """Every frame of every line between page and kernel, while signing and signing in again."""
    frames: list[str] = []

    def listen(line) -> None:
        for way in ("framesent", "framereceived"):
            line.on(way, lambda frame: frames.append(str(frame)))

    context.on("page", lambda tab: tab.on("websocket", listen))
    review = f"{JOINT}-consensus"
    tab = open_page(context, served, "amira")
    turn(tab, served, "overall", review)
    tab.get_by_role("button", name=re.compile("Take this over from Primary")).first.click()
    tick(tab.get_by_role("radio", name="3 Adequate"))
    is_saved(tab)
    turn(tab, served, "confirm", review)
    heading(tab, "Sign what you agreed")
    sign(tab, "a-wrong-canary", button="Sign")
    problem = tab.get_by_role("alert").filter(has_text="There is a problem")
    expect(problem).to_be_focused()
    assert tab.title().startswith("Error: ")
    problem.get_by_role("link").click()
    expect(tab.get_by_label("To sign, give your password")).to_be_focused()
    at_rest(tab)
    sign(tab, PASSWORD, button="Sign")
    heading(tab, "You have signed")
    seen = "".join(frames)
    assert '"signed"' in seen and '"unsigned"' in seen, "the test must see the wire"
    assert PASSWORD not in seen and "a-wrong-canary" not in seen
    signed = [e for e in events(served.study) if (e.kind, e.review_id) == ("submitted", review)]
    assert [e.actor for e in signed] == ["amira"]
    assert signed[0].value["signature"]["method"] == "password"
