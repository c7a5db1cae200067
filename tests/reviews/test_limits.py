"""How often somebody may ask."""

from __future__ import annotations

import pytest

from lltic.reviews.service.limits import ALLOWANCES, Allowance, Limiter


@pytest.fixture
def seconds() -> list[float]:
    return [100.0]


def test_so_many_at_once_and_so_many_a_second_ever_after(seconds):
    limiter = Limiter({"read": Allowance(3, 2)}, lambda: seconds[0])
    assert [limiter.take("read", "amira") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limiter.take("read", "ben") == 0
    seconds[0] += 0.5
    assert limiter.take("read", "amira") == 0
    assert limiter.take("read", "amira") == 0.5
    seconds[0] += 3600
    assert [bool(limiter.take("read", "amira")) for _ in range(4)] == [False, False, False, True]


def test_what_has_no_allowance_has_no_limit(seconds):
    limiter = Limiter({}, lambda: seconds[0])
    assert not any(limiter.take("read", "amira") for _ in range(10_000))


def test_a_fast_typist_and_a_long_replay_meet_no_limit(seconds):
    limiter = Limiter(ALLOWANCES, lambda: seconds[0])
    for _ in range(4 * 60 * 60 * 4):  # four saves a second for four hours
        assert not limiter.take("operate", "amira")
        seconds[0] += 0.25
    # Then the link is gone for half an hour; three windows send all of a form's items again.
    assert not any(limiter.take("operate", "amira") for _ in range(3 * 120))
    # And goes on as before.
    for _ in range(60):
        assert not limiter.take("operate", "amira")
        seconds[0] += 0.25


def test_a_program_that_runs_wild_is_slowed_down(seconds):
    limiter = Limiter(ALLOWANCES, lambda: seconds[0])
    done = 0
    for _ in range(60_000):  # a thousand a second, for a minute
        done += not limiter.take("operate", "amira")
        seconds[0] += 0.001
    allowed = ALLOWANCES["operate"]
    assert done <= allowed.at_once + 60 * allowed.per_second + 1


def test_thirty_people_may_log_in_at_once(seconds):
    limiter = Limiter(ALLOWANCES, lambda: seconds[0])
    assert not any(limiter.take("login") for _ in range(30))
    assert not any(limiter.take("sign") for _ in range(30))
