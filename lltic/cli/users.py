"""``lltic users``: who may log in, and as what. Works while the study is served."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.reviews.accounts import Account, Accounts

__all__ = ["register"]

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
must_change_option = click.option(
    "--must-change", is_flag=True, help="Good for one thing: choosing one of their own."
)


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(users)


@click.group()
def users() -> None:
    """Say who may log in, and as what; also while the study is served."""


@users.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, default=("reviewer",), help="May be given again.")
@click.option("--label", default="", help="The name as colleagues know it.")
@click.option("--organisation", default="", help="Where they work.")
@click.option("--discipline", default="", help="Such as primary_care; joint reviews ask for it.")
@click.option(
    "--external",
    nargs=2,
    metavar="ISSUER SUBJECT",
    help="Signs in at this issuer, known there by this subject; a password is not asked for.",
)
@password_option
@must_change_option
@study_option
@json_option
def add(
    study: Study,
    name: str,
    roles: tuple[str, ...],
    label: str,
    organisation: str,
    discipline: str,
    external: tuple[str, str] | None,
    password_stdin: bool,
    must_change: bool,
    as_json: bool,
) -> None:
    """Add NAME, or give NAME a new password and roles.

    Example: lltic users add a.khan --label "Dr A. Khan" --organisation "Soar GP" --study S
    """
    from lltic.reviews.people import Person
    from lltic.reviews.vouching import Vouching

    accounts = _accounts(study)
    vouching = Vouching(study, accounts)
    if external:
        vouching.check(name, *external)
    unknown = bool(external) and not password_stdin
    password = secrets.token_urlsafe(32) if unknown else _password(password_stdin)
    person = Person(name, label, organisation, tuple(roles), discipline)
    accounts.add(person, password, must_change=must_change)
    if external:
        vouching.bind(name, *external)
    _tell(accounts, name, as_json=as_json)


@users.command("list")
@study_option
@json_option
def list_users(study: Study, as_json: bool) -> None:
    """List the accounts of a study.

    Example: lltic users list --study S
    """
    accounts = _accounts(study)
    found = [account for name in accounts.names() if (account := accounts.account(name))]
    said = [_plain(account) for account in found]
    names = ("name", "label", "organisation", "roles", "discipline", "state")
    rows = [[_words(one[name]) for name in names] for one in said]
    show(said, table(names, rows), as_json=as_json)


@users.command("password")
@click.argument("name")
@password_option
@must_change_option
@study_option
@json_option
def password(
    study: Study, name: str, password_stdin: bool, must_change: bool, as_json: bool
) -> None:
    """Give NAME another password; whatever NAME has open ends.

    Example: lltic users password a.khan --must-change --study S
    """
    from lltic.reviews.accounts import require

    accounts = _accounts(study)
    require(accounts, [name])
    accounts.set_password(name, _password(password_stdin), must_change=must_change)
    _tell(accounts, name, as_json=as_json)


@users.command("discipline")
@click.argument("name")
@click.argument("discipline")
@study_option
@json_option
def discipline(study: Study, name: str, discipline: str, as_json: bool) -> None:
    """Say what kind of clinician NAME is: primary_care, secondary_care, nursing or other.

    Example: lltic users discipline a.khan primary_care --study S
    """
    accounts = _accounts(study)
    accounts.set_discipline(name, discipline)
    _tell(accounts, name, as_json=as_json)


def _one_verb(verb: str, does: Callable[[Study, Accounts, str], None], words: str) -> None:
    @users.command(verb, help=f"{words}\n\nExample: lltic users {verb} a.khan --study S")
    @click.argument("name")
    @study_option
    @json_option
    def command(study: Study, name: str, as_json: bool) -> None:
        from lltic.reviews.accounts import require

        accounts = _accounts(study)
        require(accounts, [name])
        does(study, accounts, name)
        _tell(accounts, name, as_json=as_json)


def _remove(study: Study, accounts: Accounts, name: str) -> None:
    from lltic.reviews.vouching import Vouching

    Vouching(study, accounts).forget(name)
    accounts.remove(name)


_one_verb(
    "disable",
    lambda study, accounts, name: accounts.disable(name),
    "Let NAME do nothing more, from the next call on. What NAME wrote stays.",
)
_one_verb(
    "enable",
    lambda study, accounts, name: accounts.enable(name),
    "Let NAME in again who was disabled, or locked out by wrong passwords.",
)
_one_verb("remove", _remove, "Remove NAME's account. What NAME wrote stays under that name.")


def _accounts(study: Study) -> Accounts:
    from lltic.reviews.accounts import Accounts

    return Accounts(study.keys)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _plain(account: Account) -> dict[str, Any]:
    person = account.person
    state = "must change password" if account.must_change else "active"
    return {
        "name": person.name,
        "label": person.label,
        "organisation": person.organisation,
        "roles": list(person.roles),
        "discipline": person.discipline,
        "state": state if account.active else "disabled",
    }


def _words(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _tell(accounts: Accounts, name: str, *, as_json: bool) -> None:
    account = accounts.account(name)
    said = _plain(account) if account else {"name": name, "state": "removed"}
    line = ", ".join(_words(said[key]) for key in ("roles", "discipline", "state") if said.get(key))
    show(said, [f"{name}: {line}"], as_json=as_json)
