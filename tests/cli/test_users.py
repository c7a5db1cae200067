"""``lltic users``, typed as people type it."""

from __future__ import annotations

import io
import json

import pytest

from lltic.cli import main
from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.vouching import OWN_ISSUER, Vouching, voucher_secret
from lltic.study import Study

PASSWORD = "correct-horse-battery"
NEW = "another-long-password"


@pytest.fixture
def study(tmp_path) -> Study:
    return Study.init(tmp_path / "study", title="Test", key=b"k" * 32)


@pytest.fixture
def run(study, monkeypatch, capsys):
    """Run a command of ``lltic users``; return its exit code and what it printed."""

    def run(*arguments: str, typed: str = PASSWORD) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        code = main(["users", *arguments, "--study", str(study.path)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def add(run, *more: str) -> tuple[int, str]:
    return run("add", "amira", "--password-stdin", "--label", "Dr A. Khan", *more)


def test_add_and_list(run):
    assert add(run, "--discipline", "primary_care", "--organisation", "GP") == (
        0,
        "amira: reviewer, primary_care, active\n",
    )
    code, said = run("list", "--json")
    assert code == 0
    assert json.loads(said) == [
        {
            "name": "amira",
            "label": "Dr A. Khan",
            "organisation": "GP",
            "roles": ["reviewer"],
            "discipline": "primary_care",
            "state": "active",
        }
    ]


def test_disable_enable_remove(run, study):
    add(run)
    accounts = Accounts(study.keys)
    session, _ = accounts.log_in("amira", PASSWORD)
    assert run("disable", "amira") == (0, "amira: reviewer, disabled\n")
    with pytest.raises(Refused):
        accounts.session(session)
    assert "disabled" in run("list")[1]
    assert run("enable", "amira") == (0, "amira: reviewer, active\n")
    accounts.log_in("amira", PASSWORD)
    assert run("remove", "amira") == (0, "amira: removed\n")
    assert accounts.names() == []


def test_a_first_password_must_be_changed(run, study):
    add(run, "--must-change")
    assert "must change password" in run("list")[1]
    with pytest.raises(Refused) as error:
        Accounts(study.keys).log_in("amira", PASSWORD)
    assert error.value.codes == ("must-change",)


def test_another_password_and_another_discipline(run, study):
    add(run)
    assert run("password", "amira", "--password-stdin", typed=NEW)[0] == 0
    Accounts(study.keys).log_in("amira", NEW)
    assert run("discipline", "amira", "nursing") == (0, "amira: reviewer, nursing, active\n")


def test_who_signs_in_elsewhere_leaves_with_their_identity(run, study):
    issuer = "https://sign-in.example/tenant-7"
    assert run("add", "amira", "--external", issuer, "oid-1")[0] == 0
    vouching = Vouching(study, Accounts(study.keys))
    assert vouching.person(issuer, "oid-1").name == "amira"
    assert run("remove", "amira")[0] == 0
    assert vouching.identities("amira") == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "Amira Khan", "--password-stdin"), 2, "cannot be used to log in"),
        (("add", "amira", "--password-stdin", "--role", "boss"), 2, "are not known"),
        (("add", "amira", "--password-stdin", "--discipline", "surgeon"), 2, "is not known"),
        (("add", "amira", "--external", OWN_ISSUER, "x"), 2, "is the study's own"),
        (("disable", "nobody"), 1, "has no account"),
        (("password", "nobody", "--password-stdin"), 1, "has no account"),
        (("discipline", "nobody", "nursing"), 1, "has no account"),
    ],
)
def test_a_mistake_is_told(run, arguments, code, said):
    found, told = run(*arguments)
    assert found == code
    assert said in told
    assert PASSWORD not in told


def test_a_password_is_printed_nowhere(run, study):
    told = add(run)[1] + run("list")[1] + run("list", "--json")[1]
    assert PASSWORD not in told
    assert voucher_secret(study).read_text() not in told
