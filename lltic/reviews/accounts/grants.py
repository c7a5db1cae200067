"""What people are handed: sessions, tickets, capabilities, signatures.

All are random; only their hashes are kept. A kernel gets a single-use ticket of a
minute, and trades it for a capability that ends with the session it came from.
A session that is over is remembered for a while, so that the same person, and
nobody else, can go on with it: see :meth:`Grants.carry_on`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from lltic.clock import Clock, to_text
from lltic.errors import Problem, Refused
from lltic.reviews.accounts.schema import grants, people, turns, vouched
from lltic.reviews.people import Person
from lltic.reviews.record.engines import for_writing

__all__ = ["Grants", "hashed", "person_of"]

SESSION_LIFE = timedelta(hours=12)
TICKET_LIFE = timedelta(seconds=60)
SIGNATURE_LIFE = timedelta(minutes=2)
REMEMBERED = timedelta(hours=24)
"""How long after its end a session can be carried on by the person whose it was."""

_root = grants.alias("root")
_HOLDER = (
    sa.select(grants.c.session_hash, people)
    .join(people, people.c.name == grants.c.name)
    .join(_root, _root.c.token_hash == grants.c.session_hash)
    .where(
        grants.c.token_hash == sa.bindparam("token"),
        grants.c.kind == sa.bindparam("kind"),
        grants.c.expires_at > sa.bindparam("now"),
        _root.c.expires_at > sa.bindparam("now"),
        people.c.active,
    )
)
"""One look says it all: the token, its session, its person. It is asked at every call."""


class Grants:
    """Tokens and whose they are.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of ``accounts.db``.
    clock : Clock
        Who tells the time.
    """

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._reader = engine
        self._writer = for_writing(engine)
        self._clock = clock

    # -- sessions -----------------------------------------------------------------------------

    def standing(self, name: str) -> str:
        """Return what is another after every change of an account; ask before a password is tried.

        Trying one takes a while. Whoever comes in by it gives this back, so that a
        password that was right when the trial began, and is not any more, opens nothing.
        """
        with self._reader.connect() as connection:
            return _standing(connection, name)

    def open_session(
        self, person: Person, life: timedelta = SESSION_LIFE, *, standing: str | None = None
    ) -> str:
        """Return a fresh session for a person who has shown who they are.

        Raises
        ------
        Refused
            ``no-session`` when the account is not as it was, see :meth:`standing`.
        """
        token = secrets.token_urlsafe(32)
        with self._writer.begin() as connection:
            _require_standing(connection, person, standing)
            self._grant(connection, token, "session", person.name, hashed(token), life)
        return token

    def session(self, token: str) -> Person:
        """Return who a session belongs to; Refused (``no-session``) when it is over."""
        return self._holder(token, "session")[0]

    def close_session(self, token: str) -> None:
        """End a session, and every ticket, capability and signature that came from it."""
        self._end(grants.c.session_hash == hashed(token))

    def end_all(self) -> None:
        """End everything that anybody holds; its owner can carry a session on."""
        self._end(sa.true())
        with self._writer.begin() as connection:
            for table in (vouched, turns):
                connection.execute(table.delete())

    def sessions(self) -> int:
        """Return how many sessions are open."""
        alive = (grants.c.kind == "session") & (grants.c.expires_at > self._now())
        with self._reader.connect() as connection:
            count = sa.select(sa.func.count()).select_from(grants).where(alive)
            return int(connection.scalar(count) or 0)

    def whose(self, token: str) -> str:
        """Return the account name of a session, open or not long over.

        Raises
        ------
        Refused
            ``no-session`` when nobody remembers it.
        """
        since = to_text(self._clock() - REMEMBERED)
        match = (grants.c.token_hash == hashed(token)) & (grants.c.kind == "session")
        with self._reader.connect() as connection:
            wanted = sa.select(grants.c.name).where(match & (grants.c.expires_at > since))
            name = connection.scalar(wanted)
        if name is None:
            raise _over()
        return name

    def carry_on(self, token: str, person: Person, *, standing: str | None = None) -> str:
        """Return a fresh session in the place of one that is over, or soon will be.

        What the old one's pages still hold belongs to the new one from now on, and
        the old one is worth nothing. The caller has made sure that it is the same
        person, who has shown again who they are.

        Raises
        ------
        Refused
            ``no-session`` when the old one is another's, or was carried on already, or when
            the account is not as it was, see :meth:`standing`.
        """
        fresh, old = secrets.token_urlsafe(32), hashed(token)
        with self._writer.begin() as connection:
            _require_standing(connection, person, standing)
            match = (grants.c.token_hash == old) & (grants.c.kind == "session")
            gone = connection.execute(grants.delete().where(match & (grants.c.name == person.name)))
            if gone.rowcount != 1:
                raise _over()
            connection.execute(
                grants.update()
                .where(grants.c.session_hash == old)
                .values(session_hash=hashed(fresh))
            )
            self._grant(connection, fresh, "session", person.name, hashed(fresh), SESSION_LIFE)
        return fresh

    # -- what a kernel gets --------------------------------------------------------------------

    def ticket(self, session: str, kernel_id: str) -> str:
        """Return a single-use ticket for one kernel of a session's owner."""
        person, session_hash = self._holder(session, "session")
        token = secrets.token_urlsafe(32)
        with self._writer.begin() as connection:
            life, more = TICKET_LIFE, {"kernel_id": kernel_id}
            self._grant(connection, token, "ticket", person.name, session_hash, life, **more)
        return token

    def exchange(self, ticket: str) -> tuple[str, Person]:
        """Trade a ticket for a capability; the ticket is worth nothing afterwards."""
        person, session_hash = self._holder(ticket, "ticket")
        match = (grants.c.token_hash == hashed(ticket)) & (grants.c.kind == "ticket")
        with self._writer.begin() as connection:
            # Whoever deletes the row holds the ticket; a second one finds nothing.
            if connection.execute(grants.delete().where(match)).rowcount != 1:
                raise _over()
            token = secrets.token_urlsafe(32)
            self._grant(connection, token, "capability", person.name, session_hash, SESSION_LIFE)
        return token, person

    def capability(self, token: str) -> Person:
        """Return who a capability belongs to; it ends with its session."""
        return self._holder(token, "capability")[0]

    # -- signatures ------------------------------------------------------------------------------

    def open_signature(self, session: str, act: str, method: str) -> str:
        """Return a signature for one act, of a person who has just shown who they are.

        Parameters
        ----------
        session : str
            Theirs; the signature ends with it.
        act : str
            What it is for, such as ``submit:4F7K2-9QDXM-1``.
        method : str
            How they showed it: ``password`` or ``sign-in``.
        """
        person, session_hash = self._holder(session, "session")
        token = secrets.token_urlsafe(32)
        with self._writer.begin() as connection:
            life, more = SIGNATURE_LIFE, {"act": act, "method": method}
            self._grant(connection, token, "signature", person.name, session_hash, life, **more)
        return token

    def signed(self, token: str, person: Person, act: str, op_id: str) -> str:
        """Return how a person has signed an act, or nothing when they have not.

        A signature is for one operation: the same one may be tried again, another
        needs another signature.
        """
        try:
            holder, _ = self._holder(token, "signature")
        except Refused:
            return ""
        free = grants.c.op_id.in_(("", op_id))
        match = (grants.c.token_hash == hashed(token)) & (grants.c.act == act) & free
        if holder.name != person.name:
            return ""
        with self._writer.begin() as connection:
            used = connection.execute(grants.update().where(match).values(op_id=op_id)).rowcount
            if used != 1:
                return ""
            found = sa.select(grants.c.method).where(match)
            return connection.scalar(found) or ""

    # -- all of them -----------------------------------------------------------------------------

    def _now(self) -> str:
        return to_text(self._clock())

    def _grant(
        self,
        connection: sa.Connection,
        token: str,
        kind: str,
        name: str,
        session_hash: str,
        life: timedelta,
        **more: str,
    ) -> None:
        now = self._clock()
        row: dict[str, Any] = {"token_hash": hashed(token), "kind": kind, "name": name}
        row |= {"session_hash": session_hash, "expires_at": to_text(now + life), **more}
        forgotten = grants.c.expires_at < to_text(now - REMEMBERED)
        over = (grants.c.kind != "session") & (grants.c.expires_at < to_text(now))
        connection.execute(grants.delete().where(forgotten | over))
        connection.execute(grants.insert(), row)

    def _end(self, which: sa.ColumnElement[bool]) -> None:
        """Forget what came from sessions; remember the sessions themselves, as over."""
        session = grants.c.kind == "session"
        with self._writer.begin() as connection:
            connection.execute(grants.delete().where(which & ~session))
            now = self._now()
            over = grants.update().where(which & session & (grants.c.expires_at > now))
            connection.execute(over.values(expires_at=now))

    def _holder(self, token: str, kind: str) -> tuple[Person, str]:
        asked = {"token": hashed(token), "kind": kind, "now": self._now()}
        with self._reader.connect() as connection:
            row = connection.execute(_HOLDER, asked).first()
        if row is None:
            raise _over()
        return person_of(row), row.session_hash


def _standing(connection: sa.Connection, name: str) -> str:
    wanted = sa.select(people.c.changed_at).where((people.c.name == name) & people.c.active)
    found = connection.scalar(wanted)
    return "none" if found is None else found


def _require_standing(connection: sa.Connection, person: Person, standing: str | None) -> None:
    if standing is not None and _standing(connection, person.name) != standing:
        raise _over()


def person_of(row: sa.Row[Any]) -> Person:
    """Return the person of a line of ``people``."""
    roles = tuple(json.loads(row.roles))
    return Person(row.name, row.label, row.organisation, roles, row.discipline)


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _over() -> Refused:
    hint = "Log in again; what you wrote is kept."
    return Refused(Problem("no-session", "the log-in", "has ended", hint=hint))
