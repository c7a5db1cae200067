"""Signing, signing in again, one live window: in a real browser, with a web server's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from patience import eventually
from playwright.sync_api import expect

from lltic.ui.kit import SaveStatus, Signature, SignInAgain, TextArea, Window

PASSWORD = "canary-password"
HOST = "http://kit.test/"


class Web:
    """What the web server answers to a password."""

    def __init__(self, bench: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.status, self.said = 200, {"signature": "a-token", "ticket": "a-ticket"}
        for name in ("sign", "again", "pause"):
            bench.page.route(HOST + name, self.answer)

    def answer(self, route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        self.asked.append((name, json.loads(route.request.post_data or "{}")))
        if self.status == 0:
            route.abort()
        else:
            body = json.dumps(self.said)
            route.fulfill(status=self.status, body=body, content_type="application/json")


@pytest.fixture
def web(bench: Any) -> Web:
    return Web(bench)


def heard(component: Any) -> list[tuple[str, Any]]:
    said: list[tuple[str, Any]] = []
    component.on_action(lambda name, payload: said.append((name, payload)))
    return said


# -- signatures ----------------------------------------------------------------------------


def signing(bench: Any) -> tuple[Any, list[Any]]:
    signature = Signature(deed="submit:R1")
    said = heard(signature)
    return bench.mount(signature), said


def test_the_password_goes_to_the_web_server_and_only_the_token_to_python(
    bench: Any, web: Web
) -> None:
    page, said = signing(bench)
    field = page.get_by_label("To sign, give your password")
    expect(field).to_have_attribute("type", "password")
    field.fill(PASSWORD)
    page.get_by_role("button", name="Confirm and submit").click()
    eventually(page, lambda: said)
    page.wait_for_timeout(200)
    assert web.asked == [("sign", {"password": PASSWORD, "act": "submit:R1"})]
    assert said == [("signed", {"signature": "a-token"})]
    assert PASSWORD not in json.dumps(bench.sent())


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (403, {"problem": "wrong"}, "wrong"),
        (403, {"problem": "locked"}, "locked"),
        (503, {}, "down"),
        (0, {}, "down"),
        (401, {"problem": "over"}, "over"),
        (200, {}, "failed"),
    ],
)
def test_a_password_that_is_not_taken_is_told_with_its_reason(
    bench: Any, web: Web, status: int, answer: dict[str, str], why: str
) -> None:
    web.status, web.said = status, answer
    page, said = signing(bench)
    page.get_by_label("To sign, give your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    eventually(page, lambda: said)
    page.wait_for_timeout(200)
    assert said == [("unsigned", {"why": why})]
    kept = page.get_by_label("To sign, give your password").input_value()
    assert kept == ("" if why == "wrong" else PASSWORD)


def test_an_empty_password_is_not_sent(bench: Any, web: Web) -> None:
    page, said = signing(bench)
    page.get_by_role("button", name="Confirm and submit").click()
    eventually(page, lambda: said)
    page.wait_for_timeout(200)
    assert (web.asked, said) == ([], [("unsigned", {"why": "empty"})])


def test_a_double_click_signs_once(bench: Any, web: Web) -> None:
    page, said = signing(bench)
    page.get_by_label("To sign, give your password").fill(PASSWORD)
    held: list[Any] = []  # no answer before both clicks have come
    page.route(HOST + "sign", lambda route: held.append(route))
    page.get_by_role("button", name="Confirm and submit").dblclick()
    eventually(page, lambda: held)
    for route in held:
        web.answer(route)
    eventually(page, lambda: said)
    page.wait_for_timeout(300)
    assert len(held) == len(web.asked) == len(said) == 1


ELSEWHERE = "document.documentElement.dataset.llticWay = 'elsewhere'"
KEEP = "(one) => sessionStorage.setItem('lltic:signing', JSON.stringify(one))"
WHY = "deed.reason"


def reasoned(bench: Any) -> tuple[Any, TextArea, list[Any]]:
    """A step with a reason, for somebody whose organisation asks who they are."""
    bench.page.evaluate(ELSEWHERE)
    reason = TextArea(field=WHY, label="Why?", bound=False)
    signature = Signature(deed="reopen:R1", button="Open it again", needs=[WHY])
    said = heard(signature)
    return bench.mount(reason, signature), reason, said


def kept(page: Any) -> Any:
    return json.loads(page.evaluate("sessionStorage.getItem('lltic:signing')") or "null")


def test_who_has_no_password_is_led_to_the_sign_in_with_the_words_kept(
    bench: Any, web: Web
) -> None:
    page, _, said = reasoned(bench)
    assert page.locator("input[type=password]").count() == 0
    button = page.get_by_role("button", name="Sign in again to open it again")
    button.click()
    eventually(page, lambda: said)
    page.wait_for_timeout(200)
    assert (web.asked, said) == ([], [("unsigned", {"why": "unfinished"})])
    page.get_by_label("Why?").fill("A letter came.")
    web.status, web.said = 401, {"problem": "elsewhere", "go": "#at-the-organisation"}
    button.click()
    page.wait_for_url("**#at-the-organisation")
    ((where, asked),) = web.asked
    assert (where, asked["act"], set(asked)) == ("sign", "reopen:R1", {"act", "turn", "next"})
    assert kept(page)["turn"] == asked["turn"] and len(asked["turn"]) == 32
    assert kept(page)["drafts"] == [{"field": WHY, "value": {"value": "A letter came."}}]
    assert len(said) == 1, "nothing is signed yet"


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (200, {"signature": "a-token"}, ("signed", {"signature": "a-token"})),
        (401, {"problem": "elsewhere", "go": "#x"}, ("unsigned", {"why": "unconfirmed"})),
        (401, {"problem": "over"}, ("unsigned", {"why": "over"})),
        (503, {}, ("unsigned", {"why": "down"})),
    ],
)
def test_who_comes_back_finds_the_words_and_signs_once_or_is_told_why_not(
    bench: Any, web: Web, status: int, answer: dict[str, str], told: tuple[str, Any]
) -> None:
    turn, drafts = "a" * 32, [{"field": WHY, "value": {"value": "A letter came."}}]
    intention = {"deed": "reopen:R1", "turn": turn, "drafts": drafts}
    keep = (
        "(one) => sessionStorage.setItem('lltic:signing', JSON.stringify({...one, at: Date.now()}))"
    )
    bench.page.evaluate(keep, intention)
    bench.page.evaluate("document.documentElement.dataset.llticWindow = 'w'")
    web.status, web.said = status, answer
    page, reason, said = reasoned(bench)
    expect(page.get_by_label("Why?")).to_have_value("A letter came.")
    eventually(page, lambda: said and kept(page) is None)
    page.wait_for_timeout(300)
    assert [asked["turn"] for _, asked in web.asked] == [turn]
    assert said == [told] and reason.value == {"value": "A letter came."}
    assert kept(page) is None


def test_nobody_comes_back_for_another_step_or_after_hours(bench: Any, web: Web) -> None:
    for deed, at in (("submit:R9", "Date.now()"), ("reopen:R1", "0")):
        one = {"deed": deed, "turn": "a" * 32, "drafts": [], "at": bench.page.evaluate(at)}
        bench.page.evaluate(KEEP, one)
        _, _, said = reasoned(bench)
        bench.page.wait_for_timeout(200)
        assert web.asked == said == []


# -- one window --------------------------------------------------------------------------------


def windows(bench: Any) -> tuple[Any, Window, list[Any], SaveStatus]:
    window = Window(watching=True)
    status = SaveStatus(owner="p1", review_id="R1", case_id="0147")
    said = heard(window)
    page = bench.mount(status, window, TextArea(field="a.text", label="First"))
    eventually(page, lambda: said)
    return page, window, said, status


def test_a_tab_keeps_its_name_after_a_reload(bench: Any) -> None:
    page, _, said, _ = windows(bench)
    ((name, payload),) = said
    assert name == "hello" and len(payload["window"]) == 32
    again = Window()
    told = heard(again)
    bench.reload(again)
    eventually(page, lambda: told)
    page.wait_for_timeout(1200)
    assert told == said


def test_a_window_that_lost_the_review_can_be_read_and_keeps_its_words(bench: Any) -> None:
    page, window, said, status = windows(bench)
    ops: list[dict[str, Any]] = []
    status.on_operation(ops.append)  # never answered
    box = page.get_by_label("First")
    box.press_sequentially("unsent")
    eventually(page, lambda: ops)
    window.state = "elsewhere"
    bench.push()
    notice = page.get_by_role("alert").filter(has_text="open in another window")
    expect(notice).to_be_visible()
    expect(box).to_have_value("unsent")
    expect(box).not_to_be_editable()
    expect(page.get_by_role("status")).to_have_text("Not saved yet")
    sent = len(ops)
    page.wait_for_timeout(2500)
    assert len(ops) == sent, "nothing is sent from here"
    expect(page.locator(".lltic-alarm")).to_be_empty()
    window.on_action(lambda name, payload: setattr(window, "state", ""))
    page.get_by_role("button", name="Continue here").click()
    expect(notice).to_be_hidden()
    expect(box).to_be_editable()
    eventually(page, lambda: len(ops) > sent)
    page.wait_for_timeout(200)
    assert said.count(("take_over", {})) == 1
    assert {op["op_id"] for op in ops} == {ops[0]["op_id"]}, "the same words, the same deed"


def test_signs_of_life_come_while_there_is_a_review(bench: Any) -> None:
    bench.page.clock.install()
    page, window, said, _ = windows(bench)
    page.clock.run_for(10_500)
    eventually(page, lambda: len(said) > 1)
    assert said[-1] == ("beat", {})
    window.watching = False
    bench.push()
    count = len(said)
    page.clock.run_for(30_000)
    page.wait_for_timeout(200)
    assert len(said) == count


# -- signing in again ----------------------------------------------------------------------------


def over(bench: Any, **traits: Any) -> tuple[Any, SignInAgain, list[Any]]:
    again = SignInAgain(name="amira", **traits)
    said = heard(again)
    status = SaveStatus(owner="p1", review_id="R1", case_id="0147")
    page = bench.mount(status, again, TextArea(field="a.text", label="First"))
    return page, again, said


def test_the_dialog_lies_over_the_page_and_gives_the_focus_back(bench: Any, web: Web) -> None:
    page, again, said = over(bench)
    box = page.get_by_label("First")
    box.fill("my draft")
    again.on_action(lambda name, payload: setattr(again, "over", False))
    again.over = True
    bench.push()
    dialog = page.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_contain_text("Your sign-in has ended")
    expect(page.get_by_label("Password")).to_be_focused()
    expect(box).to_have_value("my draft")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Enter your password")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(box).to_be_focused()
    assert said == [("again", {"ticket": "a-ticket"})]
    assert web.asked[-1] == ("again", {"name": "amira", "password": PASSWORD, "kernel_id": ""})
    assert PASSWORD not in json.dumps(bench.sent())


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (403, "wrong", "not right"),
        (403, "locked", "few minutes"),
        (409, "other", "Somebody else"),
        (503, "down", "does not answer"),
    ],
)
def test_what_went_wrong_is_said_at_the_password(
    bench: Any, web: Web, status: int, problem: str, words: str
) -> None:
    web.status, web.said = status, {"problem": problem}
    page, again, said = over(bench)
    again.over = True
    bench.push()
    field = page.get_by_label("Password")
    field.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(words)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert said == []


def test_a_page_that_nobody_touches_warns_and_then_ends_the_session(bench: Any, web: Web) -> None:
    bench.page.clock.install()
    page, _, _ = over(bench, idle_minutes=30, warn_minutes=2)
    page.clock.run_for(27 * 60_000)
    expect(page.locator("dialog")).to_be_hidden()
    page.clock.run_for(90_000)
    warning = page.get_by_role("alertdialog", name="Are you still there?")
    expect(warning).to_contain_text("in 2 minutes")
    page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    page.clock.run_for(27 * 60_000)
    expect(page.locator("dialog")).to_be_hidden()
    # Not far beyond the half hour: by this clock, what is then asked of the server would give up.
    page.clock.run_for(3 * 60_000)
    eventually(page, lambda: web.asked)
    expect(page.get_by_role("dialog")).to_contain_text("nothing happened here for 30 minutes")
    assert [name for name, _ in web.asked] == ["pause"]


def test_life_in_another_tab_is_life(bench: Any, web: Web) -> None:
    bench.page.clock.install()
    page, _, _ = over(bench, idle_minutes=30, warn_minutes=2)
    page.clock.run_for(20 * 60_000)
    page.evaluate("localStorage.setItem('lltic:active:amira', String(Date.now()))")
    page.clock.run_for(20 * 60_000)
    expect(page.locator("dialog")).to_be_hidden()
    assert web.asked == []


def test_no_limit_means_no_limit(bench: Any, web: Web) -> None:
    bench.page.clock.install()
    page, _, _ = over(bench, idle_minutes=0)
    page.clock.run_for(10 * 3_600_000)
    expect(page.locator("dialog")).to_be_hidden()


def test_a_session_goes_on_through_the_organisation_without_a_password(
    bench: Any, web: Web
) -> None:
    bench.page.evaluate(ELSEWHERE)
    page, again, said = over(bench)
    page.get_by_label("First").fill("my draft")
    web.status, web.said = 503, {}
    again.over = True
    bench.push()
    dialog = page.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_contain_text("Your organisation asks you who you are")
    expect(dialog.get_by_label("Password")).to_be_hidden()
    button = dialog.get_by_role("button", name="Sign in and go on")
    expect(button).to_be_focused()
    button.click()
    expect(dialog.get_by_role("alert")).to_contain_text("does not answer")
    web.status, web.said = 401, {"problem": "elsewhere", "go": "#at-the-organisation"}
    button.click()
    page.wait_for_url("**#at-the-organisation")
    where, asked = web.asked[-1]
    assert where == "again" and set(asked) == {"name", "kernel_id", "turn", "next"}
    assert said == []
