"""Holds, retention and erasure are events, each with a reason; erasing leaves the chain whole."""

from __future__ import annotations

import json
from datetime import date

import pytest

from lltic.audit.store import verify
from lltic.cli import main
from lltic.errors import LlticError, Refused
from lltic.reviews import read
from lltic.reviews.record import erasure, retention
from lltic.reviews.record.events import ERASED
from lltic.reviews.record.keeping import keeping
from lltic.reviews.record.opening import reading, writing

CASE, OTHER = "AAAAA-00001", "AAAAA-00002"
SAID = {"at": "2026-11-01T09:00:00.000000Z", "actor": "J.Ward", "reason": "Inquest opened"}


def erase(study, case=CASE, **change):
    with writing(study) as store:
        return erasure.erase(study, store, case, **{**SAID, **change})


def passes(study) -> bool:
    return all(claim.passed for claim in verify(study))


def test_an_erased_case_is_gone_for_every_reader_and_the_audit_passes(reviewed):
    assert {j.case_id for j in read.judgements(reviewed)} == {CASE}
    head = read.head(reviewed)
    document = reviewed.documents / f"doc-{CASE}.txt"
    assert document.is_file()
    event = erase(reviewed)
    assert event.seq == head[0] + 1 and list(event.value["documents"]) == [f"doc-{CASE}"]
    assert len(event.value["documents"][f"doc-{CASE}"]) == 64
    assert not document.exists() and (reviewed.documents / f"doc-{OTHER}.txt").is_file()
    assert CASE not in json.loads((reviewed.cohort / "casebook.json").read_text("utf-8"))
    assert read.judgements(reviewed) == [] == read.texts(reviewed) == read.codings(reviewed)
    assert not any(a.case_id == CASE for a in read.assignments(reviewed))
    assert sum(e.value is ERASED for e in read.events(reviewed)) > 20
    claims = {claim.name: claim for claim in verify(reviewed)}
    assert all(claim.passed for claim in claims.values())
    assert "1 case erased" in claims["texts"].detail
    everything = b"".join(f.read_bytes() for f in reviewed.path.rglob("*") if f.is_file())
    assert b"sepsis" not in everything and b"page one of AAAAA-00001" not in everything


def test_nothing_more_is_written_about_an_erased_case(reviewed):
    erase(reviewed)
    for again in (
        lambda: erase(reviewed),
        lambda: _hold(reviewed, CASE, "hold"),
    ):
        with pytest.raises(Refused) as error:
            again()
        assert error.value.codes == ("case-erased",)


def _hold(study, case, name):
    with writing(study) as store:
        return retention.hold(store, case, name, **SAID)


def test_a_held_case_cannot_be_erased_until_every_hold_is_released(reviewed):
    for case, name in ((CASE, "coroner"), (CASE, "inquiry"), ("", "everything")):
        _hold(reviewed, case, name)
    for case, name in ((CASE, "coroner"), ("", "everything"), (CASE, "inquiry")):
        with pytest.raises(Refused) as error:
            erase(reviewed)
        assert error.value.codes == ("legal-hold",)
        with writing(reviewed) as store:
            retention.release(store, case, name, **SAID)
    erase(reviewed)
    assert passes(reviewed)


def test_a_case_is_kept_as_long_as_was_said_last(reviewed):
    with writing(reviewed) as store:
        retention.set_until(store, "", date(2034, 9, 30), **SAID)
        retention.set_until(store, CASE, date(2026, 10, 1), **SAID)
    with pytest.raises(Refused) as error:
        erase(reviewed, OTHER)
    assert error.value.codes == ("retention-running",) and "2034-09-30" in str(error.value)
    erase(reviewed)  # its own word is more than the study's, and its time is over
    with reading(reviewed) as store:
        kept = keeping(store.stored())
    assert kept.keep_until(OTHER) == "2034-09-30" and kept.cases[CASE].erased_at == SAID["at"]
    assert passes(reviewed)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda s: retention.hold(s, "NOBODY", "x", **SAID), "no-such-case"),
        (lambda s: retention.hold(s, CASE, "x", **{**SAID, "reason": " "}), "reason-needed"),
        (lambda s: retention.release(s, CASE, "x", **SAID), "no-such-hold"),
        (lambda s: retention.release(s, "NOBODY", "x", **SAID), "no-such-hold"),
        (lambda s: [retention.hold(s, CASE, "x", **SAID) for _ in range(2)], "held-already"),
    ],
)
def test_what_cannot_be_said_is_refused(reviewed, act, code):
    with writing(reviewed) as store, pytest.raises(Refused) as error:
        act(store)
    assert error.value.codes == (code,)


def test_erasing_needs_a_case_and_a_reason(reviewed):
    for change, code in (({"case": "NOBODY"}, "no-such-case"), ({"reason": ""}, "reason-needed")):
        with pytest.raises(Refused) as error:
            erase(reviewed, **change)
        assert error.value.codes == (code,)
    assert passes(reviewed) and read.judgements(reviewed)


def test_what_a_power_failure_left_of_a_case_is_destroyed_by_the_next_writer(reviewed, monkeypatch):
    def dies(*_):
        raise OSError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_destroy", dies)
        with pytest.raises(OSError, match="power"):
            erase(reviewed)
    assert (reviewed.documents / f"doc-{CASE}.txt").is_file()
    assert not passes(reviewed)  # the auditor sees that it is not done
    with writing(reviewed):
        pass
    assert not (reviewed.documents / f"doc-{CASE}.txt").is_file()
    assert passes(reviewed) and read.judgements(reviewed) == []


def test_lost_keys_are_not_taken_for_an_erasure(reviewed):
    (reviewed.keys / "cases.db").unlink()
    with pytest.raises(LlticError) as error:
        read.judgements(reviewed)
    assert error.value.codes == ("no-case-key",)
    found = {claim.name: claim.passed for claim in verify(reviewed)}
    assert found["chain"] and not found["texts"]


def test_the_commands(reviewed, capsys):
    study = ["--study", str(reviewed.path)]
    said = [*study, "--reason", "Inquest", "--by", "J.Ward"]
    assert main(["retention", "set", "all", "--until", "2020-01-01", *said]) == 0
    assert main(["retention", "hold", CASE, "--for", "coroner", *said]) == 0
    capsys.readouterr()
    assert main(["retention", "list", "--json", *study]) == 0
    rows = {row["case"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[CASE]["state"] == "held" and rows[CASE]["held for"] == "coroner"
    assert rows[OTHER]["state"] == "due"
    assert main(["retention", "erase", CASE, *said]) == 1
    assert "legal hold" in capsys.readouterr().err
    assert main(["retention", "release", CASE, "--for", "coroner", *said]) == 0
    assert main(["retention", "erase", CASE, *said]) == 0
    capsys.readouterr()
    assert main(["retention", "list", *study]) == 0
    assert "erased" in capsys.readouterr().out
    assert main(["retention", "erase", OTHER, *study]) == 2
    assert main(["audit", "store", *study]) == 0
