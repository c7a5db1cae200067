"""The interface over its socket: who may ask, what is answered, what is written down."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from running_service import FIRST, SECOND, JumpingClock, everybody, served
from small_study import COMPLETE, PASSWORD

from lltic.errors import Problem, Refused
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import ServiceBusy, ServiceDown
from lltic.reviews.record.store import StoreUnavailable
from lltic.reviews.service.limits import ALLOWANCES, Allowance, Limiter
from lltic.reviews.service.metrics import operator_secret
from lltic.reviews.vouching import Vouching, voucher_secret

CASE = FIRST[:-2]
NEW = "another-long-password"


class Breaking:
    """A store whose disk can fill up, and whose database can go away."""

    def __init__(self, store) -> None:
        self._store = store
        self.full = self.gone = False
        self.accesses = Breaking.Book(self, store.accesses)

    class Book:
        def __init__(self, whole, book) -> None:
            self._whole, self._book = whole, book

        def append(self, drafts):
            self._whole.check()
            return self._book.append(drafts)

    def check(self) -> None:
        if self.full or self.gone:
            raise StoreUnavailable(Problem("store-unavailable", "the record", "cannot be used"))

    def append(self, drafts):
        self.check()
        return self._store.append(drafts)

    def head(self):
        if self.gone:
            self.check()
        return self._store.head()

    def __getattr__(self, name):
        return getattr(self._store, name)


@pytest.fixture
def time() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def study(small_study):
    everybody(small_study)
    return small_study


@pytest.fixture
def store(study):
    with admin.writing(study) as store:
        yield Breaking(store)


@pytest.fixture
def service(study, store, time):
    with served(study, store, time) as line:
        yield line


def refused(call, *arguments) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments)
    return error.value.codes[0]


def accesses(store) -> list[tuple]:
    found = store._store.accesses.read()
    return [(e.kind, e.actor, e.field, *e.value.get("codes", ())) for e in found]


def lock(service, *names) -> None:
    """Have both reviews of the first case written and signed."""
    for name, review in zip(("amira", "ben"), (FIRST, SECOND), strict=True):
        client = service.client(name)
        for field, value in COMPLETE.items():
            if field == "overall.score" and name == "ben":
                value = {"value": 1}
            service.answer(client, field, value, review=review)
        service.submit(client, name, review)


# -- coming in -----------------------------------------------------------------------------


def test_a_log_in_is_written_down_and_so_is_its_end(service, store):
    service.client("amira")
    service.door().logout(service.sessions["amira"])
    service.door().logout(service.sessions["amira"])  # twice: nothing more to say
    assert accesses(store) == [
        ("logged_in", "amira", "login"),
        ("logged_out", "amira", "logout"),
    ]


def test_failures_are_written_down_by_whose_account_it_was(service, store):
    for _ in range(6):
        refused(service.door().login, "amira", "wrong password")
    refused(service.door().login, "my-password-in-the-wrong-box", "x")
    assert accesses(store) == [
        *[("login_failed", "amira", "login", "wrong-login")] * 5,
        ("locked_out", "amira", "login", "locked-out"),
        ("login_failed", "", "login", "wrong-login"),
    ]
    assert "wrong-box" not in repr(list(store._store.accesses.stored()))


def test_a_new_password_over_the_socket(service, study, store):
    Accounts(study.keys).set_password("amira", PASSWORD, must_change=True)
    assert refused(service.door().login, "amira", PASSWORD) == "must-change"
    session = service.door().change_password("amira", PASSWORD, NEW)["session"]
    assert service.door().session(session)["name"] == "amira"
    assert accesses(store)[-1] == ("logged_in", "amira", "password")


def test_going_on_in_place(service, time, store):
    client = service.client("amira")
    service.answer(client, "admission.score", {"value": 4})
    time.jump = timedelta(hours=13)
    assert refused(client.desk) == "no-session"
    old = service.sessions["amira"]
    assert refused(service.door().again, old, "wrong password") == "wrong-login"
    fresh = service.door().again(old, PASSWORD)
    assert (fresh["name"], fresh["roles"]) == ("amira", ["reviewer"])
    client.exchange(service.door().ticket(fresh["session"], "kernel-1")["ticket"])
    service.answer(client, "admission.score", {"value": 5}, 1)
    assert accesses(store)[-2:] == [
        ("login_failed", "amira", "again", "wrong-login"),
        ("logged_in", "amira", "again"),
    ]


ISSUER = "https://sign-in.example/tenant-7/v2.0"


@pytest.fixture
def voucher(study) -> tuple[str, str]:
    vouching = Vouching(study, Accounts(study.keys))
    vouching.bind("amira", ISSUER, "oid-1")
    vouching.bind("ben", ISSUER, "oid-2")
    return voucher_secret(study).read_text().strip(), ISSUER


def test_who_signs_in_elsewhere_signs_and_goes_on_by_the_vouchers_word(service, voucher, time):
    secret, issuer = voucher
    door = service.door()
    session = door.redeem(door.vouch(secret, issuer, "oid-1")["grant"])["session"]
    act = f"submit:{FIRST}"
    turn = "a-turn-of-the-page"

    def sign(secret: str, subject: str, signed_in_at: int) -> dict[str, str]:
        told = {"turn": turn, "signed_in_at": signed_in_at}
        return door.vouched_sign(session, secret, issuer, subject, act, **told)

    now = int(time().timestamp())
    assert refused(sign, secret, "oid-2", now) == "no-session"
    assert refused(sign, "guess", "oid-1", now) == "no-voucher"
    assert refused(door.sign, session, "", act) == "wrong-login"
    # The sign-in one came in with signs nothing: it was not for this.
    assert refused(sign, secret, "oid-1", now - 3600) == "sign-in-needed"
    assert sign(secret, "oid-1", now)["signature"]
    assert refused(sign, secret, "oid-1", now) == "sign-in-needed"
    time.jump = timedelta(hours=13)
    assert refused(door.vouched_again, session, secret, issuer, "oid-2") == "no-session"
    assert door.vouched_again(session, secret, issuer, "oid-1")["name"] == "amira"


# -- signatures ----------------------------------------------------------------------------


def test_submitting_takes_a_signature_for_just_this(service, store):
    client = service.client("amira")
    for field, value in COMPLETE.items():
        service.answer(client, field, value)
    submit = service.operation("submit", FIRST)
    other = service.signature("amira", "submit:AAAAA-00002-1")
    for token in ("", "guess", service.capabilities["amira"], service.sessions["amira"], other):
        assert refused(client.operate, {**submit, "signature": token}) == "not-signed"
    token = service.signature("amira", f"submit:{FIRST}")
    done = client.operate({**submit, "signature": token})
    assert done["receipt"]
    assert client.operate({**submit, "signature": token}) == done  # the answer was lost: again
    assert client.operate(submit) == done
    (submitted,) = [e for e in store._store.read() if e.kind == "submitted"]
    assert submitted.value["signature"]["method"] == "password"
    assert ("signed", "amira", "sign") in accesses(store)


def test_a_signature_of_somebody_else_is_none(service):
    client = service.client("amira")
    service.client("ben")
    for field, value in COMPLETE.items():
        service.answer(client, field, value)
    token = service.signature("ben", f"submit:{FIRST}")
    submit = service.operation("submit", FIRST, signature=token)
    assert refused(client.operate, submit) == "not-signed"


@pytest.mark.parametrize("act", ["", "submit", "submit:", "answer:X", "submit:a b", "submit:a:b"])
def test_only_three_acts_are_signed(service, act):
    service.client("amira")
    sign = service.door().sign
    assert refused(sign, service.sessions["amira"], PASSWORD, act) == "bad-request"


# -- who sees what -------------------------------------------------------------------------


def test_reads_by_others_are_written_down_before_they_are_given(service, store):
    lock(service)
    names = ("ada", "cora", "ana", "otto", "cody")
    ada, cora, ana, otto, cody = map(service.client, names)
    start = len(accesses(store))
    assert ada.waiting()["waiting"] == [{"case_id": CASE, "kind": "adjudication"}]
    took = ada.operate(
        {
            "op_id": "operation-take",
            "kind": "take",
            "case_id": CASE,
            "value": {"kind": "adjudication"},
        }
    )
    assert ada.review(took["review_id"])["sources"]
    assert cora.overview()["cases"]
    assert cora.case(CASE)["reviews"]
    assert ana.extract()["reviews"]
    assert otto.events()["events"]
    assert otto.events(3)["events"][0]["seq"] == 4
    assert cody.coding_queue()["texts"]
    place = {"review_id": FIRST, "case_id": CASE}
    cody.operate({"op_id": "operation-take-text", "kind": "take_text", **place})
    assert cody.coding_text(FIRST)["texts"]
    assert accesses(store)[start:] == [
        ("read", "ada", "review"),
        ("read", "cora", "overview"),
        ("read", "cora", "case"),
        ("read", "ana", "extract"),
        ("read", "otto", "events"),
        ("read", "otto", "events"),
        ("read", "cody", "coding_text"),
    ]
    (event,) = [e for e in store._store.accesses.read() if e.field == "case"]
    assert (event.case_id, event.value) == (CASE, {})


def test_a_persons_own_work_is_not_in_the_book(service, store):
    client = service.client("amira")
    start = len(accesses(store))
    client.desk()
    client.review(FIRST)
    client.document(FIRST, f"doc-{CASE}")
    client.hold(FIRST, "")
    service.answer(client, "admission.score", {"value": 4})
    assert len(accesses(store)) == start


def test_what_is_not_open_is_refused_and_written_down(service, store):
    amira = service.client("amira")
    start = len(accesses(store))
    assert refused(amira.review, SECOND) == "no-such-review"
    assert refused(amira.review, "Mrs Jones") == "no-such-review"
    for call in (amira.waiting, amira.overview, amira.extract, amira.events):
        assert refused(call) == "not-allowed"
    assert refused(amira.case, CASE) == "not-allowed"
    assert refused(amira.coding_text, FIRST) == "no-such-text"
    found = accesses(store)[start:]
    assert [line[:2] for line in found] == [("refused", "amira")] * 8
    reviews = [e.review_id for e in store._store.accesses.read() if e.field == "review"]
    assert reviews == [SECOND, ""]


def test_one_window_at_a_time(service):
    client = service.client("amira")
    client.hold(FIRST, "window-1")
    assert refused(client.hold, FIRST, "window-2") == "open-elsewhere"
    answer = service.operation("answer", FIRST, field="admission.score", value={"value": 4})
    answer["base_version"] = 0
    assert refused(client.operate, {**answer, "window": "window-2"}) == "open-elsewhere"
    client.operate({**answer, "window": "window-1"})
    client.hold(FIRST, "window-2", take_over=True)


# -- disabled ------------------------------------------------------------------------------


def test_a_disabled_accounts_next_write_is_refused_at_once(service, study):
    client = service.client("amira")
    service.answer(client, "admission.score", {"value": 4})
    Accounts(study.keys).disable("amira")  # as the command line does, in another process
    with pytest.raises(Refused) as error:
        service.answer(client, "admission.score", {"value": 5}, 1)
    assert error.value.codes == ("no-session",)
    door, session = service.door(), service.sessions["amira"]
    for call in (
        lambda: door.session(session),
        lambda: door.ticket(session, "kernel-2"),
        lambda: door.again(session, PASSWORD),
        lambda: door.sign(session, PASSWORD, f"submit:{FIRST}"),
        lambda: door.login("amira", PASSWORD),
    ):
        assert refused(call) in ("no-session", "wrong-login")


# -- when the disk is full -----------------------------------------------------------------


def test_a_full_disk_opens_nothing_and_gives_nothing_of_others(service, store):
    amira, cora = service.client("amira"), service.client("cora")
    session = service.sessions["amira"]
    store.full = True
    with pytest.raises(ServiceDown):
        service.answer(amira, "admission.score", {"value": 4})
    for call in (
        cora.overview,
        lambda: service.door().login("amira", PASSWORD),
        lambda: service.door().again(session, PASSWORD),
        lambda: service.door().sign(session, PASSWORD, f"submit:{FIRST}"),
    ):
        with pytest.raises(ServiceDown) as error:
            call()
        assert error.value.codes == ("store-unavailable",)
    # A refusal stays a refusal, and one's own work can be read.
    assert refused(amira.review, SECOND) == "no-such-review"
    assert amira.review(FIRST)["fields"] == {}
    store.full = False
    service.answer(amira, "admission.score", {"value": 4})
    # What could not be written is summed up behind the next refusal that can.
    assert refused(amira.review, SECOND) == "no-such-review"
    lines = list(store._store.accesses.read())
    assert [e.value for e in lines if e.field == "left-out"] == [{"left_out": 1}]


# -- limits --------------------------------------------------------------------------------


@contextmanager
def limited(study, store, **allowances):
    limiter = Limiter({**ALLOWANCES, **allowances}, now=lambda: 0.0)
    with served(study, store, limiter=limiter) as line:
        yield line


def test_too_many_are_told_when_to_come_back(study, store):
    with limited(study, store, read=Allowance(3, 0.25)) as service:
        client, ben = service.client("amira"), service.client("ben")
        for _ in range(3):
            client.desk()
        with pytest.raises(ServiceBusy) as error:
            client.desk()
        assert error.value.codes == ("too-many",)
        assert error.value.seconds == 5
        ben.desk()
        service.answer(client, "admission.score", {"value": 4})
        assert accesses(store)[-1] == ("refused", "amira", "worklist", "too-many")


def test_log_ins_of_all_together(study, store):
    with limited(study, store, login=Allowance(2, 1)) as service:
        service.client("amira")
        service.client("ben")
        with pytest.raises(ServiceBusy):
            service.door().login("cody", PASSWORD)


def test_a_flood_of_refusals_fills_no_disk(study, store):
    few = {"refusals": Allowance(10, 1), "all refusals": Allowance(20, 1)}
    with limited(study, store, **few, operate=Allowance(10_000, 1)) as service:
        client = service.client("amira")
        start = len(accesses(store))
        for _ in range(300):
            assert refused(client.operate, service.operation("submit", SECOND)) == "no-such-review"
        assert len(accesses(store)) - start == 10


# -- health and metrics --------------------------------------------------------------------


def test_health_says_whether_the_record_is_reached_and_nothing_more(service, store):
    assert service.raw("GET", "/v1/health") == (200, {"status": "ok", "record": True})
    store.gone = True
    status, answer = service.raw("GET", "/v1/health")
    assert (status, answer["problems"][0]["code"]) == (503, "store-unavailable")
    with pytest.raises(ServiceDown):
        service.door().health()


def test_metrics_are_the_operators_alone(service, study):
    client = service.client("amira")
    service.answer(client, "admission.score", {"value": 4})
    secret = operator_secret(study.keys)
    assert secret.stat().st_mode & 0o777 == 0o600
    for bearer in ("", "guess", service.capabilities["amira"], service.sessions["amira"]):
        status, answer = service.raw("GET", "/v1/metrics", bearer=bearer)
        assert (status, answer["problems"][0]["code"]) == (401, "no-operator")
    status, text = service.raw("GET", "/v1/metrics", bearer=secret.read_text())
    assert status == 200
    assert 'lltic_calls_total{call="operate.answer",outcome="done"} 1.0' in text
    assert 'lltic_calls_total{call="metrics",outcome="no-operator"} 4.0' in text
    assert 'lltic_seconds_bucket{call="operate.answer",le="0.05"}' in text
    assert "lltic_sessions_open 1.0" in text
    for word in ("amira", "AAAAA", "seq", "head", "score"):
        assert word not in text


# -- what is no call -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v2/desk", 404),
        ("GET", "/v1/reviews/", 404),
        ("GET", "/v1/reviews/../../keys", 404),
        ("GET", "/v1/reviews/a/documents/%2e%2e%2faccounts", 404),
        ("POST", "/v1/desk", 405),
        ("DELETE", f"/v1/reviews/{FIRST}", 405),
        ("GET", "/v1/login", 405),
        ("GET", "/v1/desk?everything=1", 400),
        ("GET", "/v1/events?after=-1", 400),
        ("GET", "/v1/events?after=1&after=2", 400),
        ("GET", "/v1/events?after=%D9%A3", 400),
    ],
)
def test_what_is_no_call_is_refused_like_everything_else(service, method, path, status):
    service.client("amira")
    found, answer = service.raw(
        method, path, {} if method == "POST" else None, bearer=service.capabilities["amira"]
    )
    assert found == status
    assert set(answer) == {"problems"}
    assert service.raw(method, path)[0] in (400, 401)


def test_statuses_say_what_kind_of_refusal_it_is(service):
    client = service.client("amira")
    bearer = service.capabilities["amira"]
    service.answer(client, "admission.score", {"value": 4})
    answer = service.operation("answer", FIRST, field="admission.score", value={"value": 5})
    for body, status, code in (
        (answer, 409, "conflict"),
        ({**answer, "review_id": SECOND}, 403, "no-such-review"),
        ({**answer, "extra": 1}, 400, "bad-request"),
        ({**answer, "base_version": "1"}, 400, "bad-request"),
        ({**answer, "base_version": 1.0}, 400, "bad-request"),
        ({**answer, "base_version": True}, 400, "bad-request"),
        ({**answer, "op_id": None}, 400, "bad-request"),
        ({}, 400, "bad-request"),
        ([], 400, "bad-request"),
        (b'{"op_id": NaN}', 400, "bad-request"),
        (b'{"op_id": "\\ud800"}', 400, "bad-request"),
        (b"\xff\xfe", 400, "bad-request"),
        (b"", 400, "bad-request"),
    ):
        found, said = service.raw("POST", "/v1/operations", body, bearer)
        assert (found, said["problems"][0]["code"]) == (status, code), body
    assert service.raw("POST", "/v1/operations", answer)[0] == 401
    wrong = {"name": "amira", "password": "wrong password"}
    assert service.raw("POST", "/v1/login", wrong)[0] == 401


def test_a_refusal_repeats_nothing_that_was_sent(service):
    service.client("amira")
    canary = "Mrs-Jones-of-Leith"
    bodies = [
        {canary: canary},
        {"op_id": canary * 20, "kind": canary, canary: 1},
        {"op_id": "operation-1", "kind": canary},
        {"op_id": "operation-1", "kind": "answer", "review_id": canary, "case_id": canary},
        {
            "op_id": "operation-1",
            "kind": "answer",
            "field": canary,
            "review_id": FIRST,
            "case_id": CASE,
            "value": {"value": canary},
        },
        {
            "op_id": "operation-1",
            "kind": "answer",
            "field": "admission.score",
            "review_id": FIRST,
            "case_id": CASE,
            "value": {"value": canary},
        },
        {
            "op_id": "operation-1",
            "kind": "answer",
            "field": "admission.score",
            "review_id": FIRST,
            "case_id": CASE,
            "value": {canary: canary},
        },
        {"op_id": "operation-1", "kind": "take", "value": {"kind": canary}},
    ]
    for body in bodies:
        status, answer = service.raw("POST", "/v1/operations", body, service.capabilities["amira"])
        assert 400 <= status < 500
        assert canary not in repr(answer), body
    for path in (f"/v1/reviews/{canary}", f"/v1/cases/{canary}", f"/v1/{canary}"):
        _, answer = service.raw("GET", path, bearer=service.capabilities["amira"])
        assert canary not in repr(answer)
    _, answer = service.raw("POST", "/v1/login", {"name": canary, "password": canary})
    assert canary not in repr(answer)


def test_the_places_that_are_offered_are_there_for_who_may_take_them(study, time):
    admin.assign(study, [Assignment("AAAAA-00002-3", "AAAAA-00002", "", 3, "sjr")])
    with admin.writing(study) as store, served(study, Breaking(store), time) as service:
        take = {"op_id": "operation-take", "kind": "take", "value": {"kind": "independent"}}
        assert refused(service.client("amira").operate, take) == "nothing-to-take"  # reads it
        everybody(study)
        from lltic.reviews.people import Person

        Accounts(study.keys).add(Person("dan", "", "", ("reviewer",)), PASSWORD)
        assert service.client("dan").operate(take)["review_id"] == "AAAAA-00002-3"
