"""REL-01 and REL-03 in real pages: kernel, service, server and line lost while people write.

Each turn takes one of them away at a random moment in the writing and keeps it away until every
page has said so; then it comes back, pages are loaded again where they ask for it, and every
word has to be there: in the box, and once on record.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pages import Writer, answers, paused, writers, written
from patience import until
from relay import Relay
from serving_study import KERNEL, SERVICE, WEB, Served

from lltic.audit.store import verify

PEOPLE = 4
TOLD_WITHIN = 6.0
CLEARED_WITHIN = 10.0


@contextmanager
def loss(kind: str, served: Served, relay: Relay) -> Iterator[None]:
    """Take something away, and give it back."""
    if kind == "kernel":
        assert served.kill(KERNEL) >= PEOPLE
        yield
    elif kind in ("service", "server"):
        with paused(served):
            assert served.kill(SERVICE if kind == "service" else WEB) == 1
            yield
        until(lambda: answers(served, kind), 30, f"the {kind}'s return")
    else:
        relay.silence() if kind == "line gone silent" else relay.cut()
        yield
        relay.restore()


KINDS = ("kernel", "service", "server", "line gone silent", "line cut")


def one_turn(kind: str, people: list[Writer], served: Served, relay: Relay, rng, turn) -> dict:
    """Lose one thing; return how long each page took to say so, and to be content again."""
    told, cleared = [], []
    for one in people:
        one.write(f"w{turn} ")
    time.sleep(rng.uniform(0, 0.8))
    lost_at = time.time()
    with loss(kind, served, relay):
        for one in people:
            one.write("t ")
        for one in people:
            until(lambda one=one: one.first_alarm_after(lost_at * 1000), 10, f"{kind}: an alert")
            told.append(one.first_alarm_after(lost_at * 1000) / 1000)
        for one in people:
            one.write("and on ")  # nobody stops writing for an alert
    back_at = time.time()
    for one in people:
        begun = back_at
        until(lambda one=one: not one.alarm() or one.needs_reload(), 20, f"{kind}: an end")
        if one.needs_reload():
            one.reload()
            begun = time.time()
        one.settle()
        at, said = one.alarms()[-1]
        assert not said
        cleared.append(max(0.0, at / 1000 - begun))
    return {"told": told, "cleared": cleared}


def lose_and_write(served: Served, browser, relay: Relay, turns: int, first: int) -> dict:
    rng = random.Random(turns)
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with writers(browser, served, PEOPLE, port=relay.port, first=first) as people:
        for turn in range(turns):
            kind = KINDS[turn % len(KINDS)]
            for name, seconds in one_turn(kind, people, served, relay, rng, turn).items():
                found[kind][name] += seconds
        for one in people:
            texts = written(served.study, one.review_id)
            assert len(set(texts)) == len(texts), "a version is on record twice"
            assert texts == sorted(texts, key=len), "the versions are in the order of writing"
    assert all(claim.passed for claim in verify(served.study))
    return found


def check(found: dict, losses: int) -> None:
    count = 0
    for kind, one in found.items():
        count += len(one["told"])
        print(
            f"{kind:18} {len(one['told']):4} pages: told within {max(one['told']):.1f} s, "
            f"cleared within {max(one['cleared']):.1f} s"
        )
    assert count >= losses
    assert max(s for one in found.values() for s in one["told"]) <= TOLD_WITHIN
    assert max(s for one in found.values() for s in one["cleared"]) <= CLEARED_WITHIN


@pytest.mark.slow
def test_pages_say_it_in_time_and_keep_every_word(served, browser, relay):
    check(lose_and_write(served, browser, relay, turns=10, first=0), 10 * PEOPLE)


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_five_hundred_losses(served, browser, relay):
    check(lose_and_write(served, browser, relay, turns=125, first=4), 500)


def test_a_page_that_keeps_no_copy_loses_its_last_words_and_says_so_before(served, browser):
    """The twin that has to fail: without the tab's copy the same kill costs the last words."""
    with writers(browser, served, 1, first=8) as [one]:
        one.write("acknowledged ")
        one.settle()
        one.page.evaluate("() => { Storage.prototype.setItem = () => { throw Error('full') } }")
        assert served.kill(KERNEL) >= 1
        one.write("and lost")
        until(lambda: "do not close or reload this page" in one.alarm(), 6, "the warning")
        one.page.on("dialog", lambda dialog: dialog.accept())  # the browser asks as well
        one.reload()
        assert one.box.input_value() == "acknowledged " == one.on_record()
