"""``lltic audit accesses``: the book of accesses as an auditor reads it (SEC-02, SEC-07)."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from running_service import CHEAP, FIRST, SECOND, everybody, served
from small_study import BEN, PASSWORD, TickingClock, make_study

from lltic.audit.accesses import accesses
from lltic.audit.store import verify
from lltic.cli import main
from lltic.errors import Refused, UsageError
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.record import erasure
from lltic.reviews.record.events import Draft
from lltic.study import Study

CASE = FIRST[:-2]
FORMULA = '=HYPERLINK("http://canary.example","x")'
CANARY = "Canary9434765919"
AT = "2026-10-04T23:59:59.000000Z"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A study whose service has let people in, refused them, and shown them others' work.

    What the commands said while it ran is kept too.
    """
    study = make_study(tmp_path_factory.mktemp("s") / "study", TickingClock())
    everybody(study)
    accounts = Accounts(study.keys, hasher=CHEAP)
    accounts.add(Person(BEN.name, BEN.label, FORMULA, BEN.roles), PASSWORD)
    with admin.writing(study) as store:
        # As the lines were when the case was in the rest of the line.
        old = {"kind": "read", "field": "case", "value": {"case_id": CASE}}
        store.accesses.append([Draft("old-line", AT, "cora", "coordinator", "Trust", **old)])
        with served(study, store) as line:
            amira, ben, cora = (line.client(name) for name in ("amira", "ben", "cora"))
            for name in (CANARY, "ben"):
                refused(line.door().login, name, CANARY)
            line.answer(amira, "admission.judgement", {"value": CANARY})
            refused(amira.review, SECOND)
            refused(ben.review, CANARY)
            refused(ben.case, CASE)
            refused(ben.accesses)
            cora.overview()
            running = command(study, "--format", "csv")
    return SimpleNamespace(study=study, while_it_ran=running)


def refused(call, *arguments) -> None:
    with pytest.raises(Refused):
        call(*arguments)


def command(study: Study, *arguments: str) -> tuple[int, str, str]:
    """Run ``lltic audit accesses``; return its exit code and what it printed."""
    from contextlib import redirect_stderr, redirect_stdout

    out, error = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(error):
        code = main(["audit", "accesses", *arguments, "--study", str(study.path)])
    return code, out.getvalue(), error.getvalue()


def brief(lines) -> list[tuple]:
    return [(one.kind, one.person, one.call, one.review_id or one.case_id) for one in lines]


REFUSALS = [
    ("login_failed", "ben", "login", ""),
    ("refused", "amira", "review", SECOND),
    ("refused", "ben", "review", ""),
    ("refused", "ben", "case", CASE),
    ("refused", "ben", "accesses", ""),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"person": "amira", "kinds": ["refused"]}, REFUSALS[1:2]),
        ({"person": "ben", "kinds": ["refused", "login_failed"]}, [REFUSALS[0], *REFUSALS[2:]]),
        ({"case_id": CASE}, [("read", "cora", "case", CASE), REFUSALS[1], REFUSALS[3]]),
        ({"case_id": "AAAAA-00002"}, []),
        ({"person": "otto"}, []),
        ({"kinds": ["read"]}, [("read", "cora", "case", CASE), ("read", "cora", "overview", "")]),
        (
            {"kinds": ["read"], "since": datetime(2026, 10, 5, tzinfo=UTC)},
            [("read", "cora", "overview", "")],
        ),
        ({"since": datetime(2999, 1, 1, tzinfo=UTC)}, []),
    ],
)
def test_lines_are_chosen_by_person_case_kind_and_day(told, wanted, found):
    wanted = {"since": None, **wanted}
    assert brief(accesses(told.study, **wanted)) == found


def test_all_of_it_is_every_line_of_the_book_in_order(told):
    found = accesses(told.study)
    with admin.writing(told.study) as store:
        stored = list(store.accesses.stored())
    assert [(one.seq, one.hash) for one in found] == [(line.seq, line.hash) for line in stored]
    assert len(found) >= 1 + 3 + 2 + 4 + 1
    codes = {one.call: one.codes for one in found if one.kind == "refused"}
    assert codes["review"] == ("no-such-review",) and codes["accesses"] == ("not-allowed",)
    stranger = [one for one in found if one.kind == "login_failed" and not one.person]
    assert [one.codes for one in stranger] == [("wrong-login",)]


def test_the_table_ends_with_the_number_of_lines(told):
    code, said, _ = command(told.study, "--kind", "refused", "--person", "ben")
    lines = said.splitlines()
    assert (code, lines[-1], len(lines)) == (0, "3 lines", 5)
    assert "not-allowed" in lines[3] and "ben" in lines[3]
    assert lines[0].split() == ["line", "at", "kind", "person", "as", "call", "about", "why"]


def test_json_and_dates_by_the_day(told):
    code, said, _ = command(told.study, "--case", CASE, "--json")
    assert code == 0
    first, *_ = json.loads(said)
    assert (first["person"], first["case_id"], first["roles"]) == ("cora", CASE, ["coordinator"])
    assert len(json.loads(command(told.study, "--json")[1])) == len(accesses(told.study))
    later = json.loads(command(told.study, "--since", "2026-10-05", "--json")[1])
    assert len(later) == len(accesses(told.study)) - 1


def test_csv_opens_in_a_spreadsheet_as_text_also_while_the_service_runs(told):
    code, said, _ = told.while_it_ran
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [row["seq"] for row in rows] == [str(n + 1) for n in range(len(accesses(told.study)))]
    organisations = {row["organisation"] for row in rows if row["person"] == "ben"}
    assert organisations == {f"'{FORMULA}"}
    for row in rows:
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert command(told.study, "--person", "otto", "--format", "csv")[1].count("\n") == 1


def test_nothing_that_was_typed_or_written_is_in_any_of_it(told):
    for shape in (["--format", "table"], ["--format", "csv"], ["--json"]):
        said = "".join(map(str, command(told.study, *shape)))
        assert CANARY not in said and PASSWORD not in said
        assert "amira" in said


@pytest.mark.parametrize(
    ("arguments", "codes", "said"),
    [
        (("--kind", "reed"), ("unknown-kind",), ("login_failed", "Did you mean read?")),
        (("--case", "Mrs Jones"), ("bad-case",), ("4F7K2-9QDXM",)),
        (("--case", FIRST), ("bad-case",), ("4F7K2-9QDXM",)),
        (("--case", "ZZZZZ-00001"), ("unknown-case",), ("one of 2 cases",)),
        (("--person", "amirah"), ("unknown-person",), ("Did you mean amira?", "otto")),
        (("--kind", "x", "--case", "y"), ("unknown-kind", "bad-case"), ()),
        (("--since", "yesterday"), (), ("%Y-%m-%d",)),
        (("--format", "xlsx"), (), ("csv",)),
    ],
)
def test_a_mistake_is_told_with_what_is_allowed(told, arguments, codes, said):
    code, out, error = command(told.study, *arguments)
    assert code == 2 and not out and "Traceback" not in error
    assert all(part in error for part in said), error
    if codes:
        plain = json.loads(command(told.study, *arguments, "--json")[1])
        assert tuple(problem["code"] for problem in plain["problems"]) == codes
    if "Jones" in arguments[-1]:
        assert "Jones" not in error


def test_who_looked_at_a_case_is_known_longer_than_the_case(reviewed):
    line = {"kind": "read", "field": "case", "case_id": CASE, "value": {}}
    with admin.writing(reviewed) as store:
        store.accesses.append([Draft("read-1", AT, "cora", "coordinator", "Trust", **line)])
        erasure.erase(reviewed, store, CASE, at=AT, actor="J.Ward", reason="Its time is over")
        # And somebody may still ask for it.
        store.accesses.append([Draft("read-2", AT, "cora", "coordinator", "Trust", **line)])
    assert brief(accesses(reviewed, case_id=CASE)) == [("read", "cora", "case", CASE)] * 2
    assert all(claim.passed for claim in verify(reviewed))


def test_a_study_where_nothing_happened_and_a_copy_without_keys(tmp_path, told):
    empty = Study.init(tmp_path / "empty", title="Test")
    assert command(empty) == (0, "line  at  kind  person  as  call  about  why\n0 lines\n", "")
    with pytest.raises(UsageError) as error:
        accesses(empty, person="amira", case_id=CASE)
    assert error.value.codes == ("unknown-person", "unknown-case")
    copy = copied(told.study, tmp_path / "copy")
    assert accesses(copy) == accesses(told.study)
    assert not (copy.keys / "accounts.db").exists()
    assert command(copy, "--person", "otto")[0] == 2  # nothing there says that there is one


def copied(study: Study, folder: Path) -> Study:
    """What an auditor is given: the record and the settings, without a key."""
    import shutil

    shutil.copytree(study.path, folder, ignore=shutil.ignore_patterns("*.key", "*.db-*", "acc*"))
    for file in (folder / "keys").iterdir():
        file.unlink()
    return Study.open(folder)


def test_a_record_in_postgres_says_the_same(tmp_path, postgres_url):
    study = make_study(tmp_path / "study", TickingClock(), postgres_url)
    with admin.writing(study) as store:
        line = {"kind": "read", "field": "case", "case_id": CASE, "value": {}}
        store.accesses.append([Draft("read-1", AT, "cora", "coordinator", "Trust", **line)])
    assert brief(accesses(study, case_id=CASE)) == [("read", "cora", "case", CASE)]
