"""REL-08: offline for a second, for minutes, for half an hour: every character is there after."""

from __future__ import annotations

import time

import pytest
from pages import Writer, writers
from patience import until
from playwright.sync_api import Error
from serving_study import KERNEL

# Astral characters, a joined emoji, combining marks, right to left with a mark of direction, what
# Word pastes for a line break, a tab, a line end of Windows, and what a spreadsheet would run.
TEXT = (
    "𝔘𝔫𝔦 👩🏽\u200d⚕️ e\u0301a\u0308\u0304 שלום مرحبا \u202eabc\u202c x\x0by\tz\r\n"
    "=1+1 “naïve façade” \u00a0\ufeff\u2028 𠮷野家"
)
KEPT = TEXT.replace("\r\n", "\n")  # a text box has one kind of line end


def go_offline_and_write(one: Writer, lose, seconds: float) -> None:
    """Write, lose the line with words unsaved, write on, and stay away for so long."""
    one.write(KEPT)
    one.settle()
    lose()
    for part in ("offline ", TEXT, " and a last word"):
        one.page.keyboard.insert_text(part)
        one.typed += part.replace("\r\n", "\n")
        one.page.wait_for_timeout(seconds * 1000 / 3)
    assert one.box.input_value() == one.typed
    assert one.on_record() != one.typed


def come_back(one: Writer) -> None:
    """Wait until all is saved, loading the page again when it asks for it."""
    until(lambda: one.needs_reload() or one.on_record() == one.typed, 30, "the line's return")
    if one.needs_reload():
        one.reload()
    one.settle()
    assert one.on_record().encode() == one.box.input_value().encode() == one.typed.encode()


@pytest.mark.parametrize(("seconds", "who"), [(1, 9), (7, 14)])
def test_offline_for_seconds(served, browser, relay, seconds, who):
    with writers(browser, served, 1, port=relay.port, first=who) as [one]:
        go_offline_and_write(one, relay.silence, seconds)
        relay.restore()
        come_back(one)


def test_reloaded_while_offline(served, browser, relay):
    with writers(browser, served, 1, port=relay.port, first=10) as [one]:
        go_offline_and_write(one, relay.cut, 2)
        one.page.on("dialog", lambda dialog: dialog.accept())
        with pytest.raises(Error, match="net::ERR"):
            one.page.reload()
        relay.restore()
        one.open()
        one.settle()


@pytest.mark.parametrize(
    ("minutes", "culled", "who"), [(5, False, 11), (30, True, 15)], ids=["5 min", "30 min"]
)
def test_offline_for_minutes_by_the_pages_clock(served, browser, relay, minutes, culled, who):
    """The page's clock is put forward; a kernel without its page has been culled by then."""
    with writers(browser, served, 1, port=relay.port, first=who) as [one]:
        one.page.clock.install()
        one.reload()
        before = one.page.evaluate("Date.now()")
        go_offline_and_write(one, relay.cut, 1)
        for _ in range(minutes):
            one.page.clock.fast_forward("01:00")
            assert one.alarm(), "the page goes on saying that it is not saved"
        assert one.page.evaluate("Date.now()") - before >= minutes * 60_000
        if culled:
            assert served.kill(KERNEL) >= 1
        relay.restore()
        one.page.clock.fast_forward("00:05")  # its next attempt is at most four seconds away
        come_back(one)


@pytest.mark.soak
@pytest.mark.timeout(2400)
def test_offline_for_half_an_hour_in_truth(served, browser, relay):
    with writers(browser, served, 3, port=relay.port, first=20) as people:
        for one in people:
            go_offline_and_write(one, relay.silence, 1)
            relay.restore()
            one.settle()
        relay.silence()
        for one in people:
            one.write("half an hour ")
        time.sleep(1800)
        relay.restore()
        for one in people:
            come_back(one)
