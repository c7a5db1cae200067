"""People, log-ins and tickets, in ``keys/accounts.db``, apart from the record.

Secrets that are handed out (sessions, tickets, capabilities) are random; only
their hashes are kept. A kernel gets a single-use ticket of a minute, and trades
it for a capability that ends with the log-in it came from.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from lltic.clock import Clock, parse_instant, system_clock, to_text
from lltic.errors import LlticError, Problem, Refused, UsageError
from lltic.reviews.rules import ROLES, Person

__all__ = ["Accounts"]

SESSION_LIFE = timedelta(hours=12)
TICKET_LIFE = timedelta(seconds=60)
LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=5)
MIN_PASSWORD = 10

NAME = re.compile(r"[a-z][a-z0-9.-]{1,63}")

metadata = sa.MetaData()

people = sa.Table(
    "people",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("organisation", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", sa.Text, nullable=False, default=""),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # session, ticket, capability
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("session_hash", sa.Text, nullable=False, index=True),
    sa.Column("kernel_id", sa.Text, nullable=False, default=""),
    sa.Column("expires_at", sa.Text, nullable=False),
)


class Accounts:
    """The people of one study.

    Parameters
    ----------
    folder : Path
        The study's ``keys`` folder; the file is readable by its owner only.
    clock : Clock
        Who tells the time.
    hasher : argon2.PasswordHasher, optional
        Another cost than the library's own choice.
    """

    def __init__(
        self, folder: Path, clock: Clock = system_clock, hasher: PasswordHasher | None = None
    ) -> None:
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        file = folder / "accounts.db"
        file.touch(mode=0o600)
        self._engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 10})
        metadata.create_all(self._engine)

    @cached_property
    def _dummy_hash(self) -> str:
        """Unknown names are checked against this, so that they take as long as known ones."""
        return self._hasher.hash(secrets.token_hex(8))

    def add(self, person: Person, password: str) -> None:
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
        if len(password) < MIN_PASSWORD:
            allowed = f"{MIN_PASSWORD} characters or more"
            problems.append(Problem("bad-account", "password", "is too short", allowed))
        if problems:
            raise UsageError(problems)
        row = {
            "name": person.name,
            "label": person.label or person.name,
            "organisation": person.organisation,
            "roles": json.dumps(list(person.roles)),
            "password_hash": self._hasher.hash(password),
        }
        with self._engine.begin() as connection:
            connection.execute(people.delete().where(people.c.name == person.name))
            connection.execute(people.insert(), row)

    def remove(self, name: str) -> None:
        """Remove a person; their sessions end with them."""
        with self._engine.begin() as connection:
            connection.execute(people.delete().where(people.c.name == name))
            connection.execute(grants.delete().where(grants.c.name == name))

    def names(self) -> list[str]:
        """Return all account names, sorted."""
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(people.c.name).order_by(people.c.name)))

    def person(self, name: str) -> Person | None:
        """Return the person behind an account name, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(people).where(people.c.name == name)).first()
        if row is None:
            return None
        return Person(row.name, row.label, row.organisation, tuple(json.loads(row.roles)))

    def log_in(self, name: str, password: str) -> tuple[str, Person]:
        """Return a fresh session for a name and password.

        Raises
        ------
        Refused
            ``wrong-login`` without saying which half was wrong, ``locked-out``
            after five wrong passwords in a row.
        """
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(people).where(people.c.name == name)).first()
        if row and row.locked_until and parse_instant(row.locked_until) > self._clock():
            hint = "Wait a few minutes and try again, or ask your coordinator."
            raise Refused(
                Problem("locked-out", "this account", "is closed for the moment", hint=hint)
            )
        try:
            self._hasher.verify(row.password_hash if row else self._dummy_hash, password)
            right = row is not None
        except VerificationError:
            right = False
        if row is None or not right:
            if row is not None:
                self._count_failure(row)
            hint = "Check both and try again. Nothing you wrote is lost."
            raise Refused(Problem("wrong-login", "name or password", "is not right", hint=hint))
        with self._engine.begin() as connection:
            forget = people.update().where(people.c.name == name)
            connection.execute(forget.values(failures=0, locked_until=""))
        person = Person(row.name, row.label, row.organisation, tuple(json.loads(row.roles)))
        return self.open_session(person), person

    def _count_failure(self, row: sa.Row) -> None:
        failures = row.failures + 1
        locked = to_text(self._clock() + LOCK_FOR) if failures >= LOCK_AFTER else ""
        kept = 0 if locked else failures
        with self._engine.begin() as connection:
            update = people.update().where(people.c.name == row.name)
            connection.execute(update.values(failures=kept, locked_until=locked))

    def open_session(self, person: Person, life: timedelta = SESSION_LIFE) -> str:
        """Return a fresh session for a person who has shown who they are."""
        token = secrets.token_urlsafe(32)
        self._grant(token, "session", person.name, _hash(token), "", life)
        return token

    def session(self, token: str) -> Person:
        """Return who a session belongs to; Refused (``no-session``) when it is over."""
        return self._holder(token, "session")[0]

    def close_session(self, token: str) -> None:
        """End a session, and every ticket and capability that came from it."""
        with self._engine.begin() as connection:
            connection.execute(grants.delete().where(grants.c.session_hash == _hash(token)))

    def ticket(self, session: str, kernel_id: str) -> str:
        """Return a single-use ticket for one kernel of a session's owner."""
        person, session_hash = self._holder(session, "session")
        token = secrets.token_urlsafe(32)
        self._grant(token, "ticket", person.name, session_hash, kernel_id, TICKET_LIFE)
        return token

    def exchange(self, ticket: str) -> tuple[str, Person]:
        """Trade a ticket for a capability; the ticket is worth nothing afterwards."""
        person, session_hash = self._holder(ticket, "ticket", spend=True)
        token = secrets.token_urlsafe(32)
        self._grant(token, "capability", person.name, session_hash, "", SESSION_LIFE)
        return token, person

    def capability(self, token: str) -> Person:
        """Return who a capability belongs to; it ends with its session."""
        return self._holder(token, "capability")[0]

    def _grant(
        self, token: str, kind: str, name: str, session_hash: str, kernel_id: str, life: timedelta
    ) -> None:
        expires = to_text(self._clock() + life)
        with self._engine.begin() as connection:
            connection.execute(grants.delete().where(grants.c.expires_at < to_text(self._clock())))
            connection.execute(
                grants.insert().values(
                    token_hash=_hash(token),
                    kind=kind,
                    name=name,
                    session_hash=session_hash,
                    kernel_id=kernel_id,
                    expires_at=expires,
                )
            )

    def _holder(self, token: str, kind: str, *, spend: bool = False) -> tuple[Person, str]:
        match = (grants.c.token_hash == _hash(token)) & (grants.c.kind == kind)
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(grants).where(match)).first()
            if row is not None and spend:
                # Whoever deletes the row holds the ticket; a second one finds nothing.
                taken = connection.execute(grants.delete().where(match)).rowcount
                row = row if taken == 1 else None
            root = (
                row
                and connection.execute(
                    sa.select(grants).where(grants.c.token_hash == row.session_hash)
                ).first()
            )
        now = to_text(self._clock())
        person = self.person(row.name) if row and root else None
        if not (row and root and person and row.expires_at > now and root.expires_at > now):
            hint = "Log in again; what you wrote is kept."
            raise Refused(Problem("no-session", "the log-in", "has ended", hint=hint))
        return person, row.session_hash


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


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
