"""Two people who exist for the self-test only, and what opens the doors to them."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lltic.study import Study

if TYPE_CHECKING:
    from lltic.ui.server.check import Visitor

__all__ = ["Probe", "probes", "visitors"]

NAMES = ("self-check-one", "self-check-two")
ISSUER = "self-check"
"""No provider of sign-in: these two have no notes, and live for some seconds."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One of the two: a name, a password nobody else knows, an open session."""

    name: str
    password: str = field(repr=False)
    session: str = field(repr=False)


@contextlib.contextmanager
def probes(study: Study) -> Iterator[tuple[Probe, Probe]]:
    """Give the two accounts, and take them away afterwards."""
    from lltic.reviews.accounts import Accounts
    from lltic.reviews.people import Person
    from lltic.reviews.vouching import Vouching

    accounts = Accounts(study.keys)
    vouching = Vouching(study, accounts)
    made = []
    try:
        for name in NAMES:
            person = Person(name, "Self-test", "", ("reviewer",))
            password = secrets.token_urlsafe(24)
            accounts.add(person, password)
            vouching.bind(name, ISSUER, name)
            made.append(Probe(name, password, accounts.open_session(person)))
        yield made[0], made[1]
    finally:
        for name in NAMES:
            vouching.forget(name)
            accounts.remove(name)


def visitors(
    people: tuple[Probe, Probe], address: str, secret: Path | None
) -> tuple[Visitor, Visitor]:
    """Return the two at the door of a server; behind a proxy when its secret is given."""
    from lltic.ui.server.check import Visitor
    from lltic.ui.server.proxied import ISSUER_HEADER, SECRET_HEADER, SUBJECT_HEADER

    found = []
    for person in people:
        said = {ISSUER_HEADER: ISSUER, SUBJECT_HEADER: person.name}
        said[SECRET_HEADER] = secret.read_text("ascii").strip() if secret else ""
        headers = said if secret else {}
        found.append(Visitor.logged_in(address, person.session, **headers))
    return found[0], found[1]
