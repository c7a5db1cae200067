"""Choosing a password of one's own, in place of one that somebody else has set.

The same page, words and errors at both doors with passwords: that of the
stand-alone server, and the Hub's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lltic.errors import Refused
from lltic.reviews.client import Client, ServiceDown

__all__ = ["CHOICE", "Choice", "choice_page", "choose", "refusal_words", "stylesheet"]

HERE = Path(__file__).parent
CHOICE = ("name", "password", "new", "again")
"""The fields of the form."""

EMPTY = {
    "name": "Enter your user name",
    "password": "Enter the password that you have now",
    "new": "Enter a new password",
    "again": "Enter the new password once more",
}
UNREACHABLE = (
    "The review service does not answer, and nothing was changed. Wait a minute and try again"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What became of it: errors by field, or the session that was opened."""

    errors: tuple[tuple[str, str], ...] = ()
    status: int = 200
    session: str = ""


def refusal_words(refusal: Refused) -> str:
    """Return what a log-in that did not work says."""
    if "locked-out" in refusal.codes:
        return "Too many wrong passwords. Wait a few minutes and try again, or ask your coordinator"
    return "Check your user name and password: together they are not right"


def choose(client: Client, said: Mapping[str, str]) -> Choice:
    """Ask the service, which counts wrong passwords and keeps the rules, for another password.

    Parameters
    ----------
    client : Client
        The line to the service.
    said : mapping of str to str
        The form's fields, by :data:`CHOICE`.
    """
    errors = [(field, EMPTY[field]) for field in CHOICE if not said[field]]
    if said["new"] and said["again"] and said["new"] != said["again"]:
        errors.append(("again", "The new password and its repetition are not the same"))
    if errors:
        return Choice(tuple(errors), 400)
    try:
        opened = client.change_password(said["name"], said["password"], said["new"])
    except ServiceDown:
        return Choice((("name", UNREACHABLE),), 503)
    except Refused as refusal:
        if "bad-account" in refusal.codes:
            return Choice((("new", _rule(refusal)),), 400)
        return Choice((("password", refusal_words(refusal)),), 403)
    return Choice(session=opened["session"])


def _rule(refusal: Refused) -> str:
    problem = refusal.problems[0]
    needs = f"; it takes {problem.allowed}" if problem.allowed else ""
    return f"Choose another password: this one {problem.message}{needs}"


def choice_page(**context: Any) -> str:
    """Return the page, for a server that has no environment of templates of its own."""
    loader = FileSystemLoader(HERE / "template" / "lltic")
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return templates.get_template("new_password.html.j2").render(**context)


def stylesheet() -> bytes:
    """Return the plain pages' style sheet."""
    return (HERE / "static" / "page.css").read_bytes()
