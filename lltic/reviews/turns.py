"""Signing in once more, for one act: what stands for the password of who has none here.

The page asks for a turn, which is for one act of one person; the person is sent to
their organisation's sign-in; somebody who may vouch then says when they signed in
(the provider's ``auth_time``). A sign-in after the turn was asked for is worth that
act, once. An older one, however valid, is worth nothing: nobody has shown anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from lltic.clock import Clock, parse_instant, to_text
from lltic.errors import Problem, Refused
from lltic.reviews.accounts.grants import hashed
from lltic.reviews.accounts.schema import sign_ins as spent
from lltic.reviews.accounts.schema import turns
from lltic.reviews.record.engines import for_writing

__all__ = ["GO_ON", "Turns"]

TURN_LIFE = timedelta(minutes=15)
"""How long somebody may be away to sign in; second factors take their time."""

CLOCKS_APART = timedelta(seconds=30)
"""How far the provider's clock may be from ours."""

GO_ON = "go-on"
"""The act of going on with a session that is over."""


class Turns:
    """Who was asked to sign in again, and whether they have.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of ``accounts.db``.
    clock : Clock
        Who tells the time.
    """

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._writer = for_writing(engine)
        self._clock = clock

    def signed_in(self, name: str, turn: str, at: int) -> None:
        """Note when somebody signed in: for a turn, or for having come in and nothing else.

        Parameters
        ----------
        name : str
            Their account.
        turn : str
            What they were sent for; empty when they were not.
        at : int
            Seconds since 1970, as the provider says.
        """
        when = _text(at)
        match = (turns.c.turn_hash == hashed(turn)) & (turns.c.name == name)
        with self._writer.begin() as connection:
            sent = connection.execute(turns.update().where(match).values(signed_in_at=when))
            if sent.rowcount != 1:
                self._spend(connection, name, when)

    def take(self, name: str, act: str, turn: str, at: int = 0) -> None:
        """Take a turn whose person has signed in since it was asked for.

        Parameters
        ----------
        name, act, turn : str
            The account, what for, and the page's word for this time.
        at : int
            When they signed in, where that is said in the same call; seconds since 1970.

        Raises
        ------
        Refused
            ``sign-in-needed`` when they have not; the turn is asked for from now on.
        """
        now = self._clock()
        mine = turns.c.name == name
        match = mine & (turns.c.turn_hash == hashed(turn)) & (turns.c.act == act)
        with self._writer.begin() as connection:
            row = connection.execute(sa.select(turns).where(match)).first()
            when = _text(at) if at else (row.signed_in_at if row else "")
            if row and when > _last(connection, name) and self._is_after(when, row.asked_at):
                # One sign-in is worth one act: whatever else was asked for needs another.
                connection.execute(turns.delete().where(mine))
                self._spend(connection, name, when)
                return
            old = turns.c.asked_at < to_text(now - TURN_LIFE)
            connection.execute(turns.delete().where(old | (turns.c.turn_hash == hashed(turn))))
            asked = {"turn_hash": hashed(turn), "name": name, "act": act}
            asked |= {"asked_at": to_text(now), "signed_in_at": ""}
            connection.execute(turns.insert(), asked)
        hint = "Sign in again; what you wrote is kept."
        raise Refused(Problem("sign-in-needed", "this step", "needs a fresh sign-in", hint=hint))

    def _is_after(self, when: str, asked_at: str) -> bool:
        """Say whether a sign-in came after a turn was asked for, which is not long ago."""
        now, asked = self._clock(), parse_instant(asked_at)
        since, until = to_text(asked - CLOCKS_APART), to_text(now + CLOCKS_APART)
        return since <= when <= until and now - asked <= TURN_LIFE

    def _spend(self, connection: sa.Connection, name: str, when: str) -> None:
        """Note that a sign-in, and every older one, has done its work."""
        newest = max(when, _last(connection, name))
        connection.execute(spent.delete().where(spent.c.name == name))
        connection.execute(spent.insert(), {"name": name, "signed_in_at": newest})

    def forget(self, name: str) -> None:
        """Forget what an account was asked, and when it signed in."""
        with self._writer.begin() as connection:
            for table in (turns, spent):
                connection.execute(table.delete().where(table.c.name == name))


def _last(connection: sa.Connection, name: str) -> str:
    wanted = sa.select(spent.c.signed_in_at).where(spent.c.name == name)
    return connection.scalar(wanted) or ""


def _text(seconds: int) -> str:
    """Return an instant of the provider's, as ours are written."""
    return to_text(datetime.fromtimestamp(seconds, UTC))
