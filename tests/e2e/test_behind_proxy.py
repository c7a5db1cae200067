"""Two people of one name who signed in at their organisation, in a real browser."""

from __future__ import annotations

import dataclasses
import re
from functools import partial

import pytest
from hands import heading, saved
from patience import at_rest
from playwright.sync_api import expect
from serving_study import Served
from signing_proxy import SigningProxy
from small_provider import small_provider
from small_proxy import small_proxy
from small_study import PASSWORD, make_study

from lltic.clock import system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events
from lltic.reviews.vouching import Vouching, voucher_secret

ISSUER = "https://sign-in.example/tenant-7/v2.0"
PEOPLE = {"one": (ISSUER, "oid-1"), "two": (ISSUER, "oid-2"), "visitor": (ISSUER, "oid-3")}
WORDS = "Written behind the proxy."


@pytest.fixture
def served(demo_copy):
    accounts = Accounts(demo_copy.keys)
    vouching = Vouching(demo_copy, accounts)
    for who, name in (("one", "amira.khan"), ("two", "ben.okoro")):
        person = dataclasses.replace(accounts.person(name), label="Dr A. Khan")
        accounts.add(person, "a-password-of-nobody")
        vouching.bind(name, *PEOPLE[who])
    running = Served(demo_copy, "--behind-proxy")
    yield running
    running.stop()


def test_the_sign_in_of_the_organisation_is_enough_and_necessary(served, browser):
    secret = voucher_secret(served.study).read_text()
    assert secret not in served.log.read_text()
    with small_proxy(served.port, PEOPLE, secret) as proxy:
        reviews = {}
        for who, name in (("one", "amira.khan"), ("two", "ben.okoro")):
            with browser.new_context() as context:
                context.add_cookies([{"name": "who", "value": who, "url": proxy.address}])
                page = context.new_page()
                page.goto(proxy.address)
                expect(page.get_by_role("heading", name="My cases")).to_be_visible()
                expect(page.get_by_text("Dr A. Khan")).to_be_visible()
                page.get_by_role("link", name=re.compile("Start review")).first.click()
                page.get_by_role("link", name=re.compile("Admission and first day")).click()
                heading(page, "Admission and first day")
                page.get_by_label("Your judgement of this phase of care").fill(WORDS)
                saved(page)
                reviews[name] = page.url.partition("review=")[2].partition("&")[0]
                assert secret not in served.environments()
                # The same browser without the proxy: the session alone opens nothing.
                context.add_cookies(
                    [
                        {
                            "name": c["name"].replace(str(proxy.port), str(served.port)),
                            "value": c["value"],
                            "url": served.url,
                        }
                        for c in context.cookies(proxy.address)
                    ]
                )
                page.goto(served.url)
                told = page.get_by_role("heading", name="Sign in through your organisation")
                expect(told).to_be_visible()
        kept = {e.actor: e.review_id for e in events(served.study) if WORDS in str(e.value)}
        assert kept == reviews
        with browser.new_context() as context:
            context.add_cookies([{"name": "who", "value": "visitor", "url": proxy.address}])
            page = context.new_page()
            page.goto(proxy.address)
            expect(page.get_by_role("heading", name="You have no account here")).to_be_visible()
            expect(page.get_by_text("oid-3")).to_be_visible()


CASE, WHY = "AAAAA-00001", "The coroner asks today, and Dr B. is on leave until March."
BUTTON = "Sign in again to break the blind"


@pytest.fixture
def coordinated(tmp_path):
    """A small study whose coordinator signs in at a make-believe trust."""
    study = make_study(tmp_path / "study", system_clock)
    accounts = Accounts(study.keys)
    accounts.add(Person("cora", "Cora Grey", "Task force", ("coordinator",)), PASSWORD)
    with small_provider({"cgrey": "oid-3"}) as provider:
        Vouching(study, accounts).bind("cora", provider.issuer, "oid-3")
        served = Served(study, "--behind-proxy")
        secret = voucher_secret(study).read_text()
        kind = partial(SigningProxy, provider)
        try:
            with small_proxy(served.port, {}, secret, kind) as proxy:
                yield study, provider, proxy
        finally:
            served.stop()


def show_who_one_is(page):
    expect(page.get_by_role("heading", name="Make-believe trust")).to_be_visible()
    page.get_by_label("Trust user name").fill("cgrey")
    page.get_by_label("Trust password").fill("yergc")
    page.get_by_role("button", name="Continue").click()


def test_the_blind_is_broken_by_signing_in_again_at_the_organisation(coordinated, browser):
    study, provider, proxy = coordinated
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{proxy.address}/?case={CASE}&do=break_blind")
        show_who_one_is(page)
        expect(page.get_by_role("heading", name="Break the blind")).to_be_visible()
        assert page.locator("input[type=password]:visible").count() == 0
        page.get_by_label("Why?").fill(WHY)

        provider.asks = False  # it lets the browser through: nobody has shown anything
        page.get_by_role("button", name=BUTTON).click()
        refused = page.get_by_role("alert").get_by_text("Your organisation did not say")
        expect(refused).to_be_visible()
        expect(page.get_by_label("Why?")).to_have_value(WHY)
        assert not [e for e in events(study) if e.kind == "unblinded"]

        provider.asks = True
        at_rest(page)
        page.get_by_role("button", name=BUTTON).click()
        show_who_one_is(page)
        page.wait_for_url(re.compile(r"\?case=[^&]+(&do=read)?$"))
    (event,) = (e for e in events(study) if e.kind == "unblinded")
    assert (event.actor, event.case_id, event.reason) == ("cora", CASE, WHY)
    assert event.value["signature"]["method"] == "sign-in"
    assert event.value["signature"]["says"] and event.at
    assert provider.asked == 2
