"""``lltic users`` and ``lltic serve``: who may come in, and opening the door."""

from __future__ import annotations

import secrets
import sys

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.errors import LlticError, Problem
from lltic.study import Study

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(users)
    app.add_command(serve)


@click.group()
def users() -> None:
    """Say who may log in, and as what."""


@users.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, default=("reviewer",), help="May be given again.")
@click.option("--label", default="", help="The name as colleagues know it.")
@click.option("--organisation", default="", help="Where they work.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@study_option
@json_option
def add(
    study: Study,
    name: str,
    roles: tuple[str, ...],
    label: str,
    organisation: str,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add NAME, or give NAME a new password and roles.

    Example: lltic users add a.khan --label "Dr A. Khan" --organisation "Soar GP" --study S
    """
    from lltic.reviews.accounts import Accounts
    from lltic.reviews.rules import Person

    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    person = Person(name, label, organisation, tuple(roles))
    Accounts(study.keys).add(person, password)
    show({"name": name, "roles": list(roles)}, [f"{name}: {', '.join(roles)}"], as_json=as_json)


@users.command("list")
@study_option
@json_option
def list_users(study: Study, as_json: bool) -> None:
    """List the accounts of a study.

    Example: lltic users list --study S
    """
    from lltic.reviews.accounts import Accounts

    accounts = Accounts(study.keys)
    people = [p for name in accounts.names() if (p := accounts.person(name))]
    rows = [(p.name, p.label, p.organisation, ", ".join(p.roles)) for p in people]
    show(people, table(("name", "label", "organisation", "roles"), rows), as_json=as_json)


@click.command()
@click.option("--port", default=8866, show_default=True, help="On 127.0.0.1.")
@click.option("--check", is_flag=True, help="Run the self-test and stop.")
@study_option
@json_option
def serve(study: Study, port: int, check: bool, as_json: bool) -> int:
    """Serve the reviewers' pages: log-in, review service and Voilà together.

    Before anybody is let in, a self-test tries the known holes against the
    running server; when one is open, nothing is served.

    Example: lltic serve --study demo --port 8866
    """
    from lltic.cli.supervise import serving
    from lltic.ui.server.check import self_check

    with serving(study, port) as running:
        with _probes(study) as sessions:
            found = self_check(running.address, sessions)
        open_holes = [hole for hole in found if not hole.ok]
        if check or open_holes:
            lines = [f"{'PASS' if h.ok else 'FAIL'} {h.name}: {h.detail}" for h in found]
            show(found, lines, as_json=as_json)
        if open_holes:
            hint = "Nobody was let in. Report this with the lines above."
            names = ", ".join(hole.name for hole in open_holes)
            raise LlticError(Problem("not-safe-to-serve", names, "is open", hint=hint))
        if check:
            return 0
        for line in _welcome(study, running.address):
            click.echo(line)
        running.watch()
    return 0


class _probes:  # noqa: N801 - reads as a statement
    """Two people who exist for the self-test only, and their sessions."""

    NAMES = ("self-check-one", "self-check-two")

    def __init__(self, study: Study) -> None:
        from lltic.reviews.accounts import Accounts

        self._accounts = Accounts(study.keys)

    def __enter__(self) -> tuple[str, str]:
        from lltic.reviews.rules import Person

        sessions = []
        for name in self.NAMES:
            person = Person(name, "Self-test", "", ("reviewer",))
            self._accounts.add(person, secrets.token_urlsafe(24))
            sessions.append(self._accounts.open_session(person))
        return sessions[0], sessions[1]

    def __exit__(self, *error: object) -> None:
        for name in self.NAMES:
            self._accounts.remove(name)


def _welcome(study: Study, address: str) -> list[str]:
    from lltic.cli.demo import logins

    lines = [f"Serving “{study.settings.title}”. Stop with Ctrl-C."]
    if study.settings.synthetic:
        lines += ["Demo log-ins (synthetic people, synthetic notes):", *logins()]
    return [*lines, address]
