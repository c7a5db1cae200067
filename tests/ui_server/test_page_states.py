"""What a person sees before, instead of and around the components; and what never leaves."""

from __future__ import annotations

import os
import re
import signal
import time
from urllib.parse import urlsplit

import pytest
from patience import eventually, until
from playwright.sync_api import expect
from running_pages import PASSWORD, opened_tab, ready, running_service, running_site

POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/counter", "/nothing-here", "/api/kernels", "/api/me", "/lab"])
@pytest.mark.parametrize("name", ["", "amira"])
def test_every_answer_has_the_strict_policy(site, path, name):
    answer = site.get(path, name)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Tornado" not in answer.headers.get("Server", "")


def test_the_log_in_has_a_stricter_one(site):
    policy = site.get("/login").headers["Content-Security-Policy"]
    assert "script-src" not in policy and "default-src 'none'" in policy
    assert "form-action 'self'" in policy


def test_the_script_is_for_who_is_logged_in_and_kept_by_content(site):
    page = site.get("/counter", "amira").text
    script = page.partition('src="')[2].partition('"')[0]
    assert site.get(script).status_code == 302
    answer = site.get(script, "amira")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert site.get(script.replace("static/", "static/0"), "amira").status_code == 404
    style = page.partition('stylesheet" href="')[2].partition('"')[0]
    assert site.get(style).status_code == 200  # the log-in needs it


def test_nothing_but_this_server_is_asked_for_anything(tab, site):
    ready(tab, site, "/live")
    tab.reload()
    tab.wait_for_selector("html[data-lltic-ready]")
    hosts = {urlsplit(url.removeprefix("blob:")).netloc for url in tab.asked}
    assert hosts == {urlsplit(site.address).netloc}
    assert any(url.startswith("ws:") for url in tab.asked)


def test_no_policy_is_broken_on_the_way(tab, site):
    tab.add_init_script(
        "globalThis.broken = [];"
        "document.addEventListener('securitypolicyviolation', (e) => broken.push(e.blockedURI));"
    )
    ready(tab, site, "/live")
    assert tab.evaluate("broken") == []
    assert tab.complaints == []


def test_an_inline_script_would_not_run(tab, site):
    ready(tab, site)
    tab.evaluate(
        "const s = document.createElement('script'); s.textContent = 'globalThis.ran = 1';"
        "document.body.append(s);"
    )
    assert tab.evaluate("globalThis.ran") is None


def test_the_log_in_works_without_a_script_and_leads_on(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    try:
        page.goto(site.address + "/counter?review=x")
        assert page.title() == "Sign in – Learning from deaths review"
        page.get_by_label("User name").fill("amira")
        page.get_by_label("Password").fill("wrong-wrong-wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_title(re.compile("^Error: Sign in"))
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(site.address + "/counter?review=x", wait_until="commit")
        page.get_by_role("heading", name="This page needs JavaScript").wait_for()
    finally:
        context.close()


def test_the_log_in_form_is_what_password_managers_and_screen_readers_expect(browser, site):
    with opened_tab(browser, site) as page:
        page.goto(site.address + "/login")
        assert page.get_attribute("html", "lang") == "en-GB"
        assert page.get_attribute("#name", "autocomplete") == "username"
        assert page.get_attribute("#password", "autocomplete") == "current-password"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "door-skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        assert page.complaints == []


def test_the_first_words_come_before_the_kernel_has_worked(site):
    with site.visitor("amira") as visitor:
        page = visitor.get(site.address + "/slow", stream=True, timeout=30)
        pieces = page.iter_content(None)
        first = ""
        while "<noscript>" not in first or "Load the page again" not in first:
            first += next(pieces).decode()
        begun = time.monotonic()
        rest = b"".join(pieces).decode()
        took = time.monotonic() - begun
    assert '<html lang="en-GB"' in first and "<title>" in first
    assert 'role="status"' in first and "Loading your cases…" in first
    assert "lltic-end" not in first and "lltic-end" in rest
    assert took > 0.3, "nothing was done meanwhile"


@pytest.mark.parametrize("path", ["/raises", "/shows-nothing", "/kernel-dies"])
def test_a_page_that_fails_says_so_and_what_to_do(tab, site, path):
    tab.goto(site.address + path + "?review=x")
    tab.wait_for_selector("text=Your cases could not be loaded")
    expect(tab.get_by_text("Loading your cases")).to_be_hidden()
    failure = tab.locator("#lltic-failure")
    assert "Everything that was marked as saved is safe" in failure.inner_text()
    link = failure.get_by_role("link", name="Load the page again")
    assert link.get_attribute("href") == path + "?review=x"
    assert "canary" not in tab.content() and "Traceback" not in tab.content()
    until(lambda: not site.kernels(), what="the end of the kernel")


def test_a_page_whose_script_cannot_be_loaded_does_not_wait_for_good(tab, site):
    tab.route("**/client.js", lambda route: route.abort())
    tab.goto(site.address + "/counter")
    expect(tab.get_by_text("Loading your cases")).to_be_visible()
    hint = tab.locator(".door-slow")
    assert hint.evaluate("(one) => getComputedStyle(one).visibility") == "hidden"
    # A quarter of a minute, which the style sheet waits: its clock is stopped and put forward.
    assert hint.evaluate("(one) => one.getAnimations().length") == 1
    put = "all.pause(); all.currentTime = ms;"
    forward = f"(one, ms) => {{ for (const all of one.getAnimations()) {{ {put} }} }}"
    hint.evaluate(forward, 14_900)
    assert hint.evaluate("(one) => getComputedStyle(one).visibility") == "hidden"
    hint.evaluate(forward, 15_100)
    assert hint.evaluate("(one) => getComputedStyle(one).visibility") == "visible"


def test_a_page_whose_kernel_dies_before_it_is_shown_says_so(tab, site):
    held = []
    tab.route("**/client.js", lambda route: held.append(route))
    tab.goto(site.address + "/counter", wait_until="commit")
    tab.wait_for_selector("#lltic-end", state="attached")
    os.kill(next(iter(site.kernels())), signal.SIGKILL)
    until(lambda: not site.kernels(), what="the kernel's end")
    eventually(tab, lambda: held)
    held[0].continue_()
    tab.wait_for_selector("text=Your cases could not be loaded")


def test_errors_are_plain_and_kind(tab, site):
    tab.goto(site.address + "/nothing-here")
    assert tab.title() == "Page not found – Learning from deaths review"
    assert tab.get_by_role("link", name="Go to my cases").get_attribute("href") == "/"
    assert tab.get_attribute("html", "lang") == "en-GB"


def test_without_the_service_the_page_says_so(tmp_path, browser):
    with running_service() as service, running_site(service, tmp_path) as site:
        with opened_tab(browser, site, "amira") as page:
            service.stop()
            page.goto(site.address + "/counter")
            assert page.get_by_role("heading", name="Not available just now").is_visible()
            service.start()


def test_the_back_button_does_not_show_a_page_without_a_kernel(tab, site):
    ready(tab, site)
    tab.goto(site.address + "/nothing-here")
    tab.go_back()
    tab.wait_for_selector("html[data-lltic-ready]")
    tab.click("text=plus one")
    tab.wait_for_selector("output:has-text('one 1 2')")


def test_leaving_from_a_page_leads_to_the_log_in(tab, site):
    ready(tab, site)
    status = tab.evaluate(
        "fetch('/logout', {method: 'POST', redirect: 'manual', body: new URLSearchParams({_xsrf: "
        "document.cookie.match(/_xsrf=([^;]+)/)[1]})}).then((r) => r.type)"
    )
    assert status == "opaqueredirect"
    tab.reload()
    assert urlsplit(tab.url).path == "/login"
