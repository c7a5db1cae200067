"""People without a password here sign by signing in once more: the real Hub, a real browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hands import saved
from hub_running import PROXY, at_the_desk, install_proxy
from patience import PATIENCE
from playwright.sync_api import Page, expect
from ports import free_port
from small_provider import CLIENT, SECRET, Provider, small_provider
from small_study import COMPLETE, PASSWORD, make_study

from lltic.cli.hub import hub_serving
from lltic.clock import system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client
from lltic.reviews.people import Person
from lltic.reviews.read import events
from lltic.reviews.vouching import Vouching
from lltic.study import Study

CONFIG = Path(__file__).with_name("hub_config_with_provider.py")
SUBJECTS = {"akhan": "oid-1", "bkhan": "oid-2", "cgrey": "oid-3"}
ACCOUNTS = {"akhan": "amira", "bkhan": "ben", "cgrey": "cora"}
REVIEW, OTHER = "AAAAA-00001-1", "AAAAA-00002-1"
BUTTON = "Sign in again to confirm and submit"
WHY = "The family's letter came in after it was submitted."
SHOTS = os.environ.get("LLTIC_SHOTS", "")
POST = """
async ([url, said]) => {
  const xsrf = document.cookie.split("; ").find((c) => c.startsWith("_xsrf=")).slice(6);
  const headers = {"Content-Type": "application/json", "X-XSRFToken": xsrf};
  const reply = await fetch(url, {method: "POST", headers, body: JSON.stringify(said)});
  return [reply.status, await reply.json().catch(() => ({}))];
}
"""


@dataclass
class Site:
    """A Hub whose people sign in at a make-believe trust."""

    study: Study
    address: str
    socket: str
    provider: Provider

    def url(self, name: str, path: str = "") -> str:
        return f"{self.address}/user/{name}/{path}"

    def happened(self, kind: str) -> list[Any]:
        return [e for e in events(self.study) if e.kind == kind]

    def complete(self, name: str, review: str) -> None:
        """Answer everything in a review, as its reviewer's own page does."""
        accounts = Accounts(self.study.keys)
        client = Client(self.socket)
        session = accounts.open_session(accounts.person(name))
        client.exchange(client.ticket(session, "k")["ticket"])
        which = {"case_id": review.rpartition("-")[0], "review_id": review, "base_version": 0}
        for n, (field, value) in enumerate(COMPLETE.items()):
            named = {"op_id": f"{review}-{n:08}", "kind": "answer", "field": field}
            client.operate({**which, **named, "value": value})
        client.logout(session)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from conftest import lacking

    if missing := install_proxy():
        lacking(missing)
    study = make_study(tmp_path_factory.mktemp("organisation") / "study", system_clock)
    accounts = Accounts(study.keys)
    accounts.add(Person("cora", "Cora Grey", "Task force", ("coordinator",)), PASSWORD)
    vouching = Vouching(study, accounts)
    with small_provider(SUBJECTS) as provider:
        for who, name in ACCOUNTS.items():
            vouching.bind(name, provider.issuer, SUBJECTS[who])
        (study.keys / "hub").mkdir(mode=0o700)
        (study.keys / "hub" / "provider").write_text(f"{provider.issuer} {CLIENT} {SECRET}")
        with hub_serving(study, free_port(), CONFIG, str(PROXY)) as running:
            one = Site(study, running.address, str(running.socket), provider)
            for review in (REVIEW, OTHER):
                one.complete("amira", review)
            yield one


def shot(page: Page, name: str) -> None:
    if SHOTS:
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=str(Path(SHOTS) / f"sign-{name}-{width}.png"), full_page=True)


def at_the_trust(page: Page) -> None:
    expect(page.get_by_role("heading", name="Make-believe trust")).to_be_visible()


def show_who_one_is(page: Page, who: str) -> None:
    at_the_trust(page)
    page.get_by_label("Trust user name").fill(who)
    page.get_by_label("Trust password").fill(who[::-1])
    page.get_by_role("button", name="Continue").click()


def press(page: Page, button: str) -> None:
    """Press it once it can be: what was wrong is shown a moment before that."""
    expect(page.locator('.lltic-signature[aria-busy="true"]')).to_have_count(0)
    page.get_by_role("button", name=button).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


@pytest.fixture(scope="module")
def people(site: Site, browser: Any) -> Iterator[dict[str, Page]]:
    """Amira and Cora, each signed in at the trust and at home in a browser of their own."""
    found = {}
    for who in ("akhan", "cgrey"):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto(site.address)
        show_who_one_is(page, who)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        found[ACCOUNTS[who]] = page
    yield found
    for page in found.values():
        page.context.close()


def to_confirm(site: Site, page: Page, review: str = REVIEW) -> None:
    page.goto(site.url("amira", f"?review={review}&page=confirm"))
    heading(page, "Submit your review")


def test_the_page_says_that_one_signs_in_again_and_asks_for_no_password(site, people):
    page = people["amira"]
    to_confirm(site, page)
    expect(page.get_by_text("To sign, sign in again")).to_be_visible()
    expect(page.get_by_text("By signing you say")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    assert page.locator("input[type=password]:visible").count() == 0
    shot(page, "1-asks")


def test_a_sign_in_that_was_not_fresh_signs_nothing(site, people):
    """The provider lets the browser through without asking: that shows nobody anything."""
    page, before = people["amira"], site.provider.asked
    to_confirm(site, page)
    site.provider.asks = False
    try:
        page.get_by_role("button", name=BUTTON).click()
        summary = page.get_by_role("alert").filter(has_text="There is a problem")
        said = "Your organisation did not say that you have signed in again"
        expect(summary.get_by_text(said)).to_be_visible()
    finally:
        site.provider.asks = True
    shot(page, "2-not-fresh")
    assert site.provider.asked == before
    assert not site.happened("submitted")


def test_a_password_or_a_made_up_turn_signs_nothing_here(site, people):
    page, act = people["amira"], f"submit:{REVIEW}"
    status, _ = page.evaluate(POST, ["sign", {"password": PASSWORD, "act": act}])
    assert status == 400
    for _ in range(3):  # the same turn, again and again
        said = {"act": act, "turn": "0" * 32, "next": "https://elsewhere.example/"}
        status, answer = page.evaluate(POST, ["sign", said])
        assert (status, answer["problem"]) == (401, "elsewhere")
        assert "elsewhere.example" not in answer["go"]


def test_somebody_else_at_the_provider_signs_nothing(site, people, browser):
    """A colleague answers the trust's question: neither of them has signed."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.address)
        show_who_one_is(page, "akhan")
        at_the_desk(page)
        to_confirm(site, page)
        page.get_by_role("button", name=BUTTON).click()
        show_who_one_is(page, "bkhan")
        page.wait_for_url(re.compile(r"/user/amira/"))
        expect(page.get_by_text("Your answers are safe").first).to_be_visible()
    assert not site.happened("submitted")


def test_signing_in_again_signs_on_the_page_one_comes_back_to(site, people):
    page, before = people["amira"], site.provider.asked
    to_confirm(site, page)
    page.get_by_role("button", name=BUTTON).click()
    at_the_trust(page)  # although it remembers the browser
    assert "prompt=login" in page.url
    show_who_one_is(page, "akhan")
    heading(page, "Review submitted")
    shot(page, "3-signed")
    assert site.provider.asked == before + 1
    (event,) = site.happened("submitted")
    assert (event.actor, event.review_id) == ("amira", REVIEW)
    assert event.value["signature"]["method"] == "sign-in"
    assert event.value["signature"]["says"] and event.at
    assert page.evaluate("sessionStorage.getItem('lltic:signing')") is None


def test_one_sign_in_signs_one_thing(site, people):
    """What was shown for the first review shows nothing for the second."""
    page = people["amira"]
    to_confirm(site, page, OTHER)
    for _ in range(2):
        said = {"act": f"submit:{OTHER}", "turn": "1" * 32, "next": ""}
        status, answer = page.evaluate(POST, ["sign", said])
        assert (status, answer["problem"]) == (401, "elsewhere")
    assert len(site.happened("submitted")) == 1


def test_a_reason_comes_back_from_the_sign_in_and_is_signed(site, people):
    page = people["cora"]
    page.goto(site.url("cora", f"?case={REVIEW.rpartition('-')[0]}&do=reopen&which={REVIEW}"))
    heading(page, "Open this review again")
    press(page, "Sign in again to open it again")
    expect(page.get_by_role("alert").get_by_text("Write down why")).to_be_visible()
    page.get_by_label("Why?").fill(WHY)
    shot(page, "4-reason")
    press(page, "Sign in again to open it again")
    at_the_trust(page)
    page.go_back()  # and thinks better of it: nothing is lost, nothing is signed
    heading(page, "Open this review again")
    expect(page.get_by_label("Why?")).to_have_value(WHY)
    said = page.get_by_role("alert").get_by_text("Your organisation did not say")
    expect(said).to_be_visible()
    assert not site.happened("reopened")
    press(page, "Sign in again to open it again")
    show_who_one_is(page, "cgrey")
    page.wait_for_url(re.compile(r"/user/cora/\?case=[^&]+$"))
    (event,) = site.happened("reopened")
    assert (event.actor, event.reason) == ("cora", WHY)
    assert event.value["signature"]["method"] == "sign-in"


def test_a_session_that_ended_goes_on_through_the_sign_in_with_the_words_intact(site, people):
    page = people["amira"]
    words = "Written while nobody knew that the session had ended."
    page.goto(site.url("amira", f"?review={OTHER}&page=ongoing"))
    field = page.get_by_label("Your judgement of this phase of care")
    expect(field).to_be_visible()
    where = page.url
    assert page.evaluate(POST, ["pause", {}])[0] == 200
    field.fill(words)
    dialog = page.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("Your organisation asks you who you are")).to_be_visible()
    expect(dialog.get_by_label("Password")).to_be_hidden()
    shot(page, "5-session-over")
    # Without the sign-in there is no way on.
    said = {"name": "amira", "turn": "2" * 32, "kernel_id": "", "next": ""}
    for _ in range(2):
        status, answer = page.evaluate(POST, ["again", said])
        assert (status, answer["problem"]) == (401, "elsewhere")
    dialog.get_by_role("button", name="Sign in and go on").click()
    show_who_one_is(page, "akhan")
    expect(field).to_have_value(words)
    assert page.url == where
    saved(page)
    assert any(e.value == {"value": words} for e in site.happened("answered"))


def test_no_secret_of_the_way_is_in_a_log(site):
    words = (site.study.path / "logs" / "hub.log").read_text()
    for secret in (SECRET, *site.provider.tokens, *site.provider.sessions):
        assert secret not in words
    assert json.dumps(PASSWORD)[1:-1] not in words
