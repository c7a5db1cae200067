"""REL-07 in real pages: one review in two tabs. Nothing of either is overwritten unseen."""

from __future__ import annotations

import re
from dataclasses import replace

from pages import Writer, answers, writers, written
from patience import PATIENCE, deaf, drawn, until
from playwright.sync_api import expect
from serving_study import SERVICE


def second_tab(first: Writer) -> Writer:
    """Open the same page once more, in the same browser."""
    page = first.context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    other = replace(first, page=page, typed="", saved=[])
    other.open()
    other.typed = other.box.input_value()
    return other


def continue_here(one: Writer) -> None:
    button = one.page.get_by_role("button", name="Continue here")
    button.click()
    expect(button).to_be_hidden()
    drawn(one.page)


def elsewhere(one: Writer):
    return one.page.get_by_text("This review is open in another window")


def notice(one: Writer):
    return one.page.get_by_role("region", name=re.compile("Two versions of"))


def test_two_tabs_of_one_review(served, browser):
    with writers(browser, served, 1, first=12) as [one]:
        one.write("Written in the first. ")
        one.settle()
        two = second_tab(one)
        assert two.box.input_value() == one.typed
        expect(elsewhere(two)).to_be_visible()
        assert not two.box.is_editable()
        with deaf(one.page):  # no sign of life tells it of the second before it has written
            continue_here(two)
            expect(two.box).to_be_editable()
            # The first does not know it yet and goes on: its words wait, they are not let through.
            one.write("Too late. ")
        expect(elsewhere(one)).to_be_visible()
        two.write("In the second. ")
        two.settle()
        assert one.box.input_value() == one.typed
        continue_here(one)
        # Both texts are shown; until somebody chooses, the record keeps what it has.
        expect(notice(one)).to_be_visible()
        assert "Too late." in notice(one).inner_text()
        assert "In the second." in notice(one).inner_text()
        assert one.on_record() == two.typed
        notice(one).get_by_role("button", name="Keep mine").click()
        one.settle()
        expect(elsewhere(two)).to_be_visible()
        texts = written(served.study, one.review_id)
        assert len(texts) == len(set(texts))


def test_words_that_arrive_late_and_after_a_restart_overwrite_nothing(served, browser, relay):
    """Leases are not on record: after a restart either window may write, and versions decide."""
    with writers(browser, served, 1, port=relay.port, first=13) as [one]:
        one.write("Base. ")
        one.settle()
        relay.silence()
        one.write("Out of reach. ")
        one.page.wait_for_timeout(1500)  # it is under way now
        assert served.kill(SERVICE) == 1
        until(lambda: answers(served, "service"), 30, "the service's return")
        with writers(browser, served, 1, first=13) as [two]:
            two.write("Meanwhile. ")
            two.settle()
            relay.restore()
            until(lambda: elsewhere(one).is_visible() or notice(one).is_visible(), what="a word")
            if elsewhere(one).is_visible():
                continue_here(one)
            expect(notice(one)).to_be_visible()
            assert one.on_record() == "Base. Meanwhile. "
            assert "Out of reach." in notice(one).inner_text()
