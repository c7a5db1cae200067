"""SEC-03, REL-07: letting a review go frees it, and tells nobody anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_service import FIRST, SECOND, everybody, served

from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.desk.leases import LEASE_LIFE, RETURN, Leases

REVIEW, AMIRA = "AAAAA-00001-1", "amira"
NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def leases(clock):
    leases = Leases(clock)
    leases.hold(REVIEW, AMIRA, "one")
    return leases


def holds(leases, window, **how) -> bool:
    try:
        leases.hold(REVIEW, AMIRA, window, **how)
    except Refused:
        return False
    return True


def test_a_review_that_was_left_goes_to_the_window_it_is_opened_in(leases):
    assert not holds(leases, "two", opened=True)
    leases.release(REVIEW, AMIRA, "one")
    assert holds(leases, "two", opened=True)
    assert not holds(leases, "one", opened=True), "the new holder has not left"


def test_a_window_that_waits_lets_the_other_come_back_first(leases, clock):
    leases.release(REVIEW, AMIRA, "one")
    clock.now += RETURN - timedelta(milliseconds=1)
    assert not holds(leases, "two")
    assert holds(leases, "one")
    clock.now += RETURN
    assert not holds(leases, "two"), "it came back, and is alive"
    leases.release(REVIEW, AMIRA, "one")
    clock.now += RETURN
    assert holds(leases, "two")


def test_only_the_window_that_holds_lets_go(leases):
    for window in ("two", ""):
        leases.release(REVIEW, AMIRA, window)
    leases.release(REVIEW, "ben", "one")
    leases.release("AAAAA-00009-1", AMIRA, "one")
    assert not holds(leases, "two", opened=True)


def test_leaving_twice_makes_nobody_wait_longer(leases, clock):
    leases.release(REVIEW, AMIRA, "one")
    clock.now += RETURN - timedelta(seconds=1)
    leases.release(REVIEW, AMIRA, "one")
    clock.now += timedelta(seconds=1)
    assert holds(leases, "two")


steps = st.tuples(
    st.sampled_from(["hold", "open", "take", "release"]),
    st.sampled_from(["one", "two", "three"]),
    st.integers(0, 40),
)


@given(st.lists(steps, max_size=30))
def test_whatever_happens_one_window_holds_and_it_is_free_in_half_a_minute(steps):
    clock = Clock()
    leases, holder, since = Leases(clock), "", NOW
    for what, window, seconds in steps:
        clock.now += timedelta(seconds=seconds)
        if what == "release":
            leases.release(REVIEW, AMIRA, window)
            continue
        how = {"opened": what == "open", "take_over": what == "take"}
        before = holder, since
        if holds(leases, window, **how):
            holder, since = window, clock.now
        else:
            assert before[0] not in ("", window)
            assert clock.now - before[1] < LEASE_LIFE
    clock.now += LEASE_LIFE
    assert holds(leases, "four")


# -- over the interface ------------------------------------------------------------------------


@pytest.fixture
def line(small_study):
    everybody(small_study)
    with admin.writing(small_study) as store, served(small_study, store) as line:
        line.store = store
        yield line


def codes(call, *arguments, **more):
    with pytest.raises(Refused) as refused:
        call(*arguments, **more)
    return refused.value.codes


def test_a_release_over_the_socket_frees_the_review_for_its_writer(line):
    amira = line.client("amira")
    amira.hold(FIRST, "one")
    assert codes(amira.hold, FIRST, "two", opened=True) == ("open-elsewhere",)
    assert amira.release(FIRST, "two") == {"review_id": FIRST}
    assert codes(amira.hold, FIRST, "two", opened=True) == ("open-elsewhere",)
    assert amira.release(FIRST, "one") == {"review_id": FIRST}
    amira.hold(FIRST, "two", opened=True)


def test_nothing_is_learned_of_others_by_releasing(line):
    """Another's review, held or not, is refused like one that does not exist; the record stays."""
    amira, ben = line.client("amira"), line.client("ben")
    head = line.store.head()

    def answers():
        said = []
        for review in (SECOND, "AAAAA-99999-9"):
            path = f"/v1/reviews/{review}/release"
            body = {"window": "one"}
            said.append(line.raw("POST", path, body, line.capabilities["amira"]))
        return said

    before = answers()
    assert before[0] == before[1] and before[0][0] == 403
    ben.hold(SECOND, "one")
    assert answers() == before
    ben.release(SECOND, "one")
    assert answers() == before
    amira.release(FIRST, "one")
    assert codes(ben.release, FIRST, "one") == ("no-such-review",)
    assert line.store.head() == head


def test_a_release_without_a_capability_or_with_more_in_it_is_refused(line):
    path = f"/v1/reviews/{FIRST}/release"
    assert line.raw("POST", path, {"window": "one"})[0] == 401
    amira = line.client("amira")
    amira.hold(FIRST, "one")
    bearer = line.capabilities["amira"]
    for body in ({}, {"window": 1}, {"window": "x" * 65}, {"window": "one", "name": "ben"}):
        assert line.raw("POST", path, body, bearer)[0] == 400
    assert codes(amira.hold, FIRST, "two", opened=True) == ("open-elsewhere",)
