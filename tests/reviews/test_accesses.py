"""The book of accesses: what is written, what is left out, what never stands in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from running_service import FIRST, everybody, served
from small_study import AMIRA, make_study

from lltic.clock import system_clock
from lltic.errors import LlticError, Problem, Refused
from lltic.reviews.record.accesses import access
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
    return [(e.kind, e.actor, e.field, e.review_id or e.case_id, e.value) for e in store.read()]


def test_a_line_says_who_what_and_about_what(book, store):
    book.note("read", "case", AMIRA, {"case_id": "AAAAA-00001"})
    book.refused("refused", "review", AMIRA, {"review_id": "AAAAA-00001-2"}, ["no-such-review"])
    book.refused("refused", "worklist", None, {}, ["no-session"])
    assert lines(store) == [
        ("read", "amira", "case", "AAAAA-00001", {}),
        ("refused", "amira", "review", "AAAAA-00001-2", {"codes": ["no-such-review"]}),
        ("refused", "", "worklist", "", {"codes": ["no-session"]}),
    ]
    first, second, _ = store.read()
    assert (first.role, first.organisation) == ("reviewer", "GP")
    assert first.case_id == second.case_id == "AAAAA-00001"


def test_a_line_about_a_case_needs_no_key_and_makes_none(book, store):
    """An unknown case gets no key by being asked for; an erased one can still be asked for."""
    book.refused("refused", "case", AMIRA, {"case_id": "ZZZZZ-00009"}, ["no-such-case"])
    store.keys.make(["AAAAA-00001"])
    store.keys.erase("AAAAA-00001")
    book.refused("refused", "case", AMIRA, {"case_id": "AAAAA-00001"}, ["no-such-case"])
    assert [line.case_id for line in store.stored()] == ["ZZZZZ-00009", "AAAAA-00001"]
    assert [line.value for line in store.stored()] == ['{"codes":["no-such-case"]}'] * 2
    with pytest.raises(LlticError):
        store.keys.find("ZZZZZ-00009")


def test_the_case_of_a_review_is_the_lines_case_and_what_is_asked_of_both_is_kept(book, store):
    both = {"case_id": "AAAAA-00002", "review_id": "AAAAA-00001-2"}
    book.refused("refused", "operate.answer", AMIRA, both, ["bad-operation"])
    (line,) = store.read()
    assert (line.case_id, line.review_id) == ("AAAAA-00002", "AAAAA-00001-2")


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


# -- as an auditor asks the service for it ---------------------------------------------------


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    study = make_study(tmp_path_factory.mktemp("s") / "study", system_clock)
    everybody(study)
    store = MemoryStore()
    with served(study, store) as line:
        line.store = store
        yield line


def test_an_auditor_reads_the_book_stretch_by_stretch(service):
    otto = service.client("otto")
    before = service.store.accesses.head()[0]
    found = otto.accesses()["accesses"]
    assert [one["seq"] for one in found] == list(range(1, before + 1))
    (asked,) = otto.accesses(before)["accesses"]
    assert (asked["kind"], asked["person"], asked["call"]) == ("read", "otto", "accesses")
    assert all(one["seq"] + 1 == other["seq"] for one, other in pairwise(found))
    stored = [line.hash for line in service.store.accesses.stored()]
    assert [one["hash"] for one in [*found, asked]] == stored[: before + 1]


def test_a_stretch_is_no_longer_than_a_thousand(service):
    otto = service.client("otto")
    start = service.store.accesses.head()[0]
    book = AccessBook(service.store.accesses, system_clock, Limiter({}))
    for _ in range(1005):
        book.note("read", "case", AMIRA, {"case_id": FIRST[:-2]})
    assert len(otto.accesses(start)["accesses"]) == 1000
    assert len(otto.accesses(start + 1000)["accesses"]) == 5 + 1


def test_nobody_else_reads_it_and_who_asked_is_in_it(service):
    names = ("amira", "cody", "ada", "cora", "ana", "adam")
    start = service.store.accesses.head()[0]
    for name in names:
        with pytest.raises(Refused) as error:
            service.client(name).accesses()
        assert error.value.codes == ("not-allowed",)
    status, _ = service.raw("GET", "/v1/accesses", None, "guess")
    assert status == 401
    found = [access(line) for line in service.store.accesses.read(start)]
    tried = [one.person for one in found if one.call == "accesses" and one.kind == "refused"]
    assert tried == [*names, ""]


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=1&after=2", "before=1", "after=", "case=AAAAA-00001"]
)
def test_what_is_no_place_in_the_book_is_refused(service, query):
    service.client("otto")
    status, said = service.raw("GET", f"/v1/accesses?{query}", None, service.capabilities["otto"])
    assert (status, said["problems"][0]["code"]) == (400, "bad-request")
