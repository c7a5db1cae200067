"""The small widget client, in a real browser, against real kernels."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from patience import PATIENCE, until
from playwright.sync_api import expect
from running_pages import opened_tab, ready, running_service, running_site


@pytest.fixture
def live(tab, site):
    return ready(tab, site, "/live?review=x%26y")


def words(page, inside="body"):
    return page.locator(f"{inside} output").all_text_contents()


def expect_words(page, expected, inside="body"):
    until(
        lambda: words(page, inside) == expected, what=f"{expected} instead of {words(page, inside)}"
    )


def states(page):
    return [state for state, _ in page.evaluate("said")]


def test_widgets_are_shown_and_state_goes_both_ways(tab, site):
    ready(tab, site)
    expect_words(tab, ["one 0 0", "two 5 0"])
    tab.click("text=plus one")
    tab.click("text=plus one")
    expect_words(tab, ["one 2 4", "two 5 0"])
    up(tab)  # which another thread of the kernel says
    assert states(tab) == ["up"]
    assert tab.complaints == []


def test_what_the_kernel_does_not_accept_is_corrected(tab, site):
    ready(tab, site)
    for _ in range(12):  # its limit is nine
        tab.click("text=plus one")
    expect_words(tab, ["one 9 18", "two 5 0"])


def test_messages_go_both_ways_with_bytes_and_callbacks(tab, site):
    ready(tab, site)
    tab.click("text=ask two")
    until(lambda: "answer" in (tab.locator("i").all_text_contents()[1] or ""), what="the answer")
    answer = tab.locator("i").all_text_contents()[1]
    assert '"answer":"two"' in answer and answer.endswith(",[8,7]]")
    until(lambda: tab.evaluate("globalThis.idle === true"), what="the callback")


def test_bytes_in_the_state_arrive(tab, site):
    ready(tab, site, "/live")
    assert tab.complaints == []
    ready(tab, site)
    tab.click("text=plus two")
    expect_words(tab, ["one 0 0", "two 6 12"])


def test_each_source_is_imported_once_and_each_style_added_once(live):
    assert len([url for url in live.asked if url.startswith("blob:")]) == 2
    assert live.evaluate("[...document.head.querySelectorAll('style')].length") == 1
    colour = "getComputedStyle(document.querySelector('output')).color"
    assert live.evaluate(colour) == "rgb(1, 2, 3)"


def test_every_component_is_initialised_once_also_when_it_is_not_shown(live):
    until(lambda: len(live.evaluate("globalThis.born ?? []")) == 4, what="all components")
    assert sorted(live.evaluate("born")) == ["a", "b", "c", "spare"]


def test_a_box_changes_its_children_live_and_keeps_those_that_stay(live):
    live.evaluate("document.querySelectorAll('.row > div')[1].marked = true")
    live.focus("text=plus b")
    live.evaluate("document.activeElement.kept = true")
    live.evaluate(
        "[...document.querySelectorAll('button')].find((b) => b.textContent === 'drop').click()"
    )
    expect_words(live, ["b 0 0", "c 0 0"], ".row")
    assert live.evaluate("document.querySelector('.row > div').marked")
    assert live.evaluate("document.activeElement.kept"), "the focus was lost"
    assert live.evaluate("globalThis.ended") == ["a"]
    live.click("text=turn")
    expect_words(live, ["c 0 0", "b 0 0"], ".row")
    assert live.evaluate("globalThis.ended") == ["a"]


def test_a_widget_made_later_is_shown_and_misses_no_message(live):
    live.click("text=add")
    expect_words(live, ["a 0 0", "b 0 0", "c 0 0", "late0 0 0"], ".row")
    assert live.evaluate("globalThis.first") == {"hello": "late0"}
    live.click("text=plus late0")
    expect_words(live, ["a 0 0", "b 0 0", "c 0 0", "late0 1 2"], ".row")


def test_a_closed_widget_goes_and_cleans_up(live):
    live.click("text=close")
    expect_words(live, ["b 0 0", "c 0 0"], ".row")
    assert live.evaluate("globalThis.ended") == ["a"]


def test_classes_are_those_of_the_widget(live):
    live.click("text=class")
    live.wait_for_selector(".changed")
    # One class comes, and then the other goes: two messages.
    expect(live.locator(".changed")).to_have_attribute("class", "lltic-box lltic-vbox changed")
    assert live.locator(".row").count() == 0


def test_what_is_not_supported_says_so(live):
    assert live.locator(".lltic-hbox .lltic-unsupported").text_content() == (
        "This widget is not supported here: IntSliderModel"
    )


def test_the_query_reaches_the_kernel(live):
    live.click("text=read")
    live.wait_for_selector("b:has-text('review=x%26y')")


def test_one_broken_part_leaves_the_others(tab, site):
    ready(tab, site, "/broken-part")
    assert "could not be shown" in tab.text_content(".lltic-unsupported")
    expect_words(tab, ["fine 0 0"])


def test_text_is_never_markup(tab, site):
    tab.on("dialog", lambda dialog: pytest.fail("a script ran"))
    ready(tab, site, "/markup")
    assert tab.locator("img").count() == 0
    assert "<img src=x" in tab.text_content("output")


def test_an_error_in_the_kernel_keeps_its_words_from_the_browser(live):
    frames = []
    live.on("websocket", lambda line: line.on("framereceived", lambda f: frames.append(str(f))))
    live.reload()
    live.wait_for_selector("html[data-lltic-ready]")
    live.click("text=fail")
    live.click("text=add")
    expect_words(live, ["a 0 0", "b 0 0", "c 0 0", "late0 0 0"], ".row")
    assert frames
    assert not [f for f in frames if "canary" in f or "Traceback" in f]


def test_a_page_of_several_cells_and_one_with_a_main_of_its_own(tab, site):
    ready(tab, site, "/two-cells")
    expect_words(tab, ["first 0 0", "second 0 0"])
    assert tab.locator("#main[role=main]").count() == 1
    ready(tab, site, "/main")
    assert tab.locator("[role=main]").count() == 1
    assert "lltic-main" in tab.get_attribute("[role=main]", "class")


# -- the link ------------------------------------------------------------------------------


def up(page):
    until(lambda: states(page)[-1:] == ["up"], what="up")


def lost_after(page, state, seconds=PATIENCE):
    until(lambda: state in states(page), seconds, f"{state} instead of {states(page)}")


@pytest.mark.parametrize("times", range(3))
def test_a_killed_kernel_is_gone_within_seconds(tab, site, times):
    ready(tab, site)
    begun = time.monotonic()
    os.kill(next(iter(site.kernels())), signal.SIGKILL)
    lost_after(tab, "gone", 6.0)
    assert time.monotonic() - begun < 6
    time.sleep(1.5)
    assert states(tab)[-1] == "gone"


def test_a_kernel_that_ends_itself_is_gone(live):
    live.click("text=die")
    lost_after(live, "gone")


def test_leaving_in_another_tab_is_gone(tab, site):
    ready(tab, site)
    site.end_kernels()
    lost_after(tab, "gone")


def test_a_stopped_kernel_is_down_until_it_goes_on(tab, site):
    """Frozen, not dead: its socket is open and silent."""
    ready(tab, site)
    kernel = next(iter(site.kernels()))
    os.kill(kernel, signal.SIGSTOP)
    try:
        lost_after(tab, "down")
    finally:
        os.kill(kernel, signal.SIGCONT)
    up(tab)
    tab.click("text=plus one")
    expect_words(tab, ["one 1 2", "two 5 0"])


def test_a_busy_kernel_is_not_down(live):
    live.click("text=slow")
    live.click("text=plus a")
    expect_words(live, ["a 1 2", "b 0 0", "c 0 0"], ".row")
    up(live)
    assert states(live) == ["up"]


def drop_line(page):
    """Close the page's websocket from below, as a network does; it was up."""
    up(page)
    page.evaluate("lines.forEach((line) => line.close())")


def keep_lines(page):
    page.add_init_script(
        "globalThis.lines = [];"
        "const Line = WebSocket;"
        "globalThis.WebSocket = class extends Line {"
        "  constructor(...of) { super(...of); lines.push(this); } };"
    )


def test_a_dropped_line_comes_back_with_what_happened_meanwhile(tab, site):
    keep_lines(tab)
    ready(tab, site, "/live")
    tab.click("text=add")
    expect_words(tab, ["a 0 0", "b 0 0", "c 0 0", "late0 0 0"], ".row")
    tab.evaluate("document.querySelectorAll('.row > div')[1].marked = true")
    drop_line(tab)
    lost_after(tab, "down")
    tab.click("text=plus a")  # kept, and sent when the link is up again
    up(tab)
    expect_words(tab, ["a 1 2", "b 0 0", "c 0 0", "late0 0 0"], ".row")
    assert tab.evaluate("document.querySelectorAll('.row > div')[1].marked")
    assert states(tab) == ["up", "down", "up"]


def test_offline_is_noticed_and_ends(tab, site):
    ready(tab, site)
    tab.context.set_offline(True)
    tab.evaluate("0")
    lost_after(tab, "down")
    tab.context.set_offline(False)
    up(tab)
    tab.click("text=plus one")
    expect_words(tab, ["one 1 2", "two 5 0"])


def test_a_server_killed_and_started_again_is_down_then_gone(browser, tmp_path):
    with running_service() as service, running_site(service, tmp_path) as site:
        with opened_tab(browser, site, "amira") as page:
            ready(page, site)
            kernel = next(iter(site.kernels()))
            site.process.kill()
            site.process.wait()
            lost_after(page, "down")
            port = int(site.address.rpartition(":")[2])
            with running_site(service, tmp_path, port=port):
                lost_after(page, "gone")
            until(lambda: not Path(f"/proc/{kernel}").exists(), what="the orphan's end")


def test_a_session_that_has_ended_is_gone_at_the_next_reconnection(tab, site):
    keep_lines(tab)
    ready(tab, site)
    site.service.accounts.close_session(tab.context.cookies()[0]["value"])
    drop_line(tab)
    lost_after(tab, "gone")
