"""People and their log-ins, in ``keys/accounts.db``, apart from the record.

=============  ==============================================================
``schema``     the tables, and how an older file becomes today's
``passwords``  whether a password is right, and nothing else
``grants``     what people are handed: sessions, tickets, capabilities, signatures
=============  ==============================================================
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher

from lltic.clock import Clock, parse_instant, system_clock
from lltic.errors import LlticError, Problem, Refused, UsageError
from lltic.reviews.accounts.grants import Grants, person_of
from lltic.reviews.accounts.passwords import Passwords
from lltic.reviews.accounts.schema import grants, open_accounts, people
from lltic.reviews.people import DISCIPLINES, ROLES, Person

__all__ = ["Account", "Accounts", "require"]

NAME = re.compile(r"[a-z][a-z0-9.-]{1,63}")
LONGEST = 200
"""Characters of what a person or an organisation is called."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person, and how their account stands.

    ``changed_at`` says since when they have their password; it is empty for one
    from before this was written down.
    """

    person: Person
    active: bool
    must_change: bool
    changed_at: str


class Accounts(Grants):
    """The people of one study, and what they were handed.

    Parameters
    ----------
    folder : Path
        The study's ``keys`` folder; the file is readable by its owner only.
    clock : Clock
        Who tells the time.
    hasher : argon2.PasswordHasher, optional
        Another cost than the library's own choice.
    max_age : timedelta, optional
        How old a password may get before its owner must choose another. None by
        default: being made to change a good password leads to worse ones (so says
        the NCSC), but some organisations ask for it.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock = system_clock,
        hasher: PasswordHasher | None = None,
        max_age: timedelta | None = None,
    ) -> None:
        engine = open_accounts(folder / "accounts.db")
        super().__init__(engine, clock)
        self._passwords = Passwords(engine, clock, hasher or PasswordHasher())
        self._max_age = max_age

    # -- who there is -------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return all account names, sorted."""
        with self._reader.connect() as connection:
            return list(connection.scalars(sa.select(people.c.name).order_by(people.c.name)))

    def labels(self) -> dict[str, str]:
        """Return what everybody is called, by account name; also who may not come in any more."""
        with self._reader.connect() as connection:
            rows = connection.execute(sa.select(people.c.name, people.c.label))
            return {row.name: row.label for row in rows}

    def person(self, name: str) -> Person | None:
        """Return the person behind an account name; None when there is none who may come in."""
        found = self.account(name)
        return found.person if found and found.active else None

    def active(self) -> list[Person]:
        """Return everybody who may come in, by account name."""
        wanted = sa.select(people).where(people.c.active).order_by(people.c.name)
        with self._reader.connect() as connection:
            return [person_of(row) for row in connection.execute(wanted)]

    def account(self, name: str) -> Account | None:
        """Return how an account stands, or None."""
        row = self._row(name)
        if row is None:
            return None
        return Account(person_of(row), row.active, row.must_change, row.changed_at)

    def _row(self, name: str) -> sa.Row[Any] | None:
        with self._reader.connect() as connection:
            return connection.execute(sa.select(people).where(people.c.name == name)).first()

    # -- keeping the accounts -----------------------------------------------------------------

    def add(self, person: Person, password: str, *, must_change: bool = False) -> None:
        """Add a person, or give an existing one a new password, label and roles.

        Raises
        ------
        UsageError
            ``bad-account`` for each thing wrong with it.
        """
        problems = []
        if not NAME.fullmatch(person.name):
            allowed = "2-64 lower-case letters, digits, dots, hyphens"
            problems.append(Problem("bad-account", "name", "cannot be used to log in", allowed))
        if not person.roles or set(person.roles) - set(ROLES):
            problems.append(Problem("bad-account", "roles", "are not known", ", ".join(ROLES)))
        for where, text in (("label", person.label), ("organisation", person.organisation)):
            if not text.isprintable() or len(text) > LONGEST:
                allowed = f"one line of up to {LONGEST} characters"
                problems.append(Problem("bad-account", where, "cannot be shown", allowed))
        problems += [*_about(person.discipline), *self._passwords.problems(password)]
        if problems:
            raise UsageError(problems)
        row = {
            "name": person.name,
            "label": person.label or person.name,
            "organisation": person.organisation,
            "roles": json.dumps(list(person.roles)),
            "discipline": person.discipline,
            **self._kept(password, must_change),
        }
        with self._writer.begin() as connection:
            connection.execute(people.delete().where(people.c.name == person.name))
            connection.execute(people.insert(), row)
        self._end(grants.c.name == person.name)

    def _kept(self, password: str, must_change: bool) -> dict[str, Any]:
        password_hash = self._passwords.hash(password)
        return {
            "password_hash": password_hash,
            "must_change": must_change,
            "changed_at": self._now(),
        }

    def remove(self, name: str) -> None:
        """Remove a person; everything they hold ends with them."""
        with self._writer.begin() as connection:
            connection.execute(people.delete().where(people.c.name == name))
            connection.execute(grants.delete().where(grants.c.name == name))

    def disable(self, name: str) -> None:
        """Let a person do nothing more, from the next call on; what they did stays theirs."""
        self._set(name, active=False)
        self._end(grants.c.name == name)

    def enable(self, name: str) -> None:
        """Let a disabled person in again, and one who was locked out."""
        self._set(name, active=True)
        self._passwords.forget(name)

    def set_discipline(self, name: str, discipline: str) -> None:
        """Say what kind of clinician a person is; see :data:`~lltic.reviews.people.DISCIPLINES`."""
        if problems := _about(discipline):
            raise UsageError(problems)
        self._set(name, discipline=discipline)

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """Give a person another password; everything they hold ends.

        ``must_change`` makes it good for one thing: choosing one of their own.
        """
        if problems := self._passwords.problems(password):
            raise UsageError(problems)
        self._set(name, **self._kept(password, must_change))
        self._passwords.forget(name)
        self._end(grants.c.name == name)

    def _set(self, name: str, **values: Any) -> None:
        with self._writer.begin() as connection:
            update = people.update().where(people.c.name == name).values(**values)
            found = connection.execute(update).rowcount
        if not found:
            require(self, [name])

    # -- coming in ---------------------------------------------------------------------------

    def log_in(self, name: str, password: str) -> tuple[str, Person]:
        """Return a fresh session for a name and password; Refused as :meth:`admit` says."""
        standing = self.standing(name)
        person = self.admit(name, password)
        return self.open_session(person, standing=standing), person

    def admit(self, name: str, password: str) -> Person:
        """Return who has just shown who they are, and may come in.

        Raises
        ------
        Refused
            ``wrong-login`` without saying which half was wrong, ``locked-out``
            after five wrong passwords in a row, ``must-change`` when the password is
            right and its owner must choose another first.
        """
        person = self.recognise(name, password)
        account = self.account(name)
        if account and (account.must_change or self._is_too_old(account.changed_at)):
            hint = "Choose a new password."
            raise Refused(Problem("must-change", "the password", "must be changed", hint=hint))
        return person

    def _is_too_old(self, changed_at: str) -> bool:
        if self._max_age is None or not changed_at:
            return False
        return self._clock() - parse_instant(changed_at) > self._max_age

    def recognise(self, name: str, password: str) -> Person:
        """Return who has just shown who they are.

        Raises
        ------
        Refused
            ``wrong-login`` or ``locked-out``.
        """
        row = self._row(name)
        kept = row.password_hash if row is not None and row.active else ""
        self._passwords.check(name, password, kept)
        assert row is not None  # noqa: S101 - nobody's password is never right
        if self._passwords.is_old(row.password_hash):
            self._set(name, password_hash=self._passwords.hash(password))
        return person_of(row)

    def sign(self, session: str, password: str, act: str) -> tuple[str, Person]:
        """Return a signature of a session's owner for one act; see :meth:`Grants.signed`.

        Raises
        ------
        Refused
            ``no-session``, ``wrong-login`` or ``locked-out``.
        """
        person = self.recognise(self.session(session).name, password)
        return self.open_signature(session, act, "password"), person

    def may_change(self, name: str, password: str, new: str) -> Person:
        """Return who has just shown who they are, and may have a new password.

        Raises
        ------
        Refused
            ``wrong-login``, ``locked-out``, or ``bad-account`` when it cannot be used or is
            the old one.
        """
        person = self.recognise(name, password)
        problems = self._passwords.problems(new)
        if new == password:
            problems.append(Problem("bad-account", "password", "is the same as before"))
        if problems:
            raise Refused(problems)
        return person


def _about(discipline: str) -> list[Problem]:
    if discipline in ("", *DISCIPLINES):
        return []
    allowed = ", ".join(DISCIPLINES)
    return [Problem("bad-account", "discipline", "is not known", allowed)]


def require(accounts: Accounts, names: list[str]) -> None:
    """Raise :class:`LlticError` naming every account that does not exist."""
    known = accounts.names()
    missing = [n for n in names if n not in known]
    if missing:
        hint = "Add them first: lltic users add NAME --role reviewer"
        raise LlticError(
            [
                Problem("no-such-account", n, "has no account", ", ".join(known), hint)
                for n in missing
            ]
        )
