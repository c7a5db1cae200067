"""The book of accesses: what is written, what is left out, what never stands in it."""

from __future__ import annotations

import pytest
from small_study import AMIRA

from lltic.errors import Problem
from lltic.reviews.record.store import MemoryStore, StoreUnavailable
from lltic.reviews.service.accesses import AccessBook
from lltic.reviews.service.limits import Allowance, Limiter


class FullDisk(MemoryStore):
    """A store that can run out of room."""

    full = False

    def append(self, drafts):
        if self.full:
            raise StoreUnavailable(Problem("store-unavailable", "the record", "cannot be used"))
        return super().append(drafts)


@pytest.fixture
def seconds() -> list[float]:
    return [0.0]


@pytest.fixture
def store() -> FullDisk:
    return FullDisk(book="accesses")


@pytest.fixture
def book(store, clock, seconds) -> AccessBook:
    allowances = {"refusals": Allowance(5, 1), "all refusals": Allowance(12, 1)}
    return AccessBook(store, clock, Limiter(allowances, lambda: seconds[0]))


def lines(store) -> list[tuple]:
    return [(e.kind, e.actor, e.field, e.review_id, e.value) for e in store.read()]


def test_a_line_says_who_what_and_about_what(book, store):
    book.note("read", "case", AMIRA, {"case_id": "AAAAA-00001"})
    book.refused("refused", "review", AMIRA, {"review_id": "AAAAA-00001-2"}, ["no-such-review"])
    book.refused("refused", "worklist", None, {}, ["no-session"])
    assert lines(store) == [
        ("read", "amira", "case", "", {"case_id": "AAAAA-00001"}),
        ("refused", "amira", "review", "AAAAA-00001-2", {"codes": ["no-such-review"]}),
        ("refused", "", "worklist", "", {"codes": ["no-session"]}),
    ]
    (first, *_) = store.read()
    assert (first.role, first.organisation) == ("reviewer", "GP")


@pytest.mark.parametrize(
    "asked", ["Mrs Jones", "9434765919", "943 476 5919", "AAAAA-00001-2 ", "", None, 7, ["x"], "é"]
)
def test_what_is_not_formed_like_an_id_is_not_written(book, store, asked):
    book.refused("refused", "review", AMIRA, {"review_id": asked, "case_id": asked}, ["bad"])
    assert lines(store) == [("refused", "amira", "review", "", {"codes": ["bad"]})]


def test_a_flood_is_cut_off_and_summed_up(book, store, seconds):
    for _ in range(1000):
        book.refused("refused", "operate.answer", AMIRA, {}, ["not-allowed"])
    assert len(lines(store)) <= 6
    seconds[0] += 60
    book.catch_up()
    summed = [value["left_out"] for _, _, call, _, value in lines(store) if call == "left-out"]
    assert sum(summed) + len(lines(store)) - len(summed) == 1000
    assert book.left_out == 0


def test_many_people_flood_no_more_than_all_may(book, store, seconds):
    from dataclasses import replace

    for number in range(200):
        book.refused("refused", "operate.answer", replace(AMIRA, name=f"p{number}"), {}, ["no"])
    assert len(lines(store)) <= 12
    assert book.left_out >= 188


def test_a_refusal_that_cannot_be_written_is_counted_and_written_later(book, store, seconds):
    store.full = True
    book.refused("refused", "review", AMIRA, {}, ["no-such-review"])
    assert book.left_out == 1
    with pytest.raises(StoreUnavailable):
        book.note("read", "case", AMIRA, {})
    store.full = False
    book.catch_up()
    assert lines(store) == [("refused", "amira", "left-out", "", {"left_out": 1})]
