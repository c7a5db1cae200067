"""Whether a password is right, and nothing else: not even whether there is such a name.

A name that is unknown, known, disabled, or locked out after too many failures is
answered in the same words after the same work.
"""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lltic.clock import Clock, parse_instant, to_text
from lltic.errors import Problem, Refused
from lltic.reviews.accounts.grants import hashed
from lltic.reviews.accounts.schema import attempts
from lltic.reviews.record.engines import for_writing

__all__ = ["MAX_PASSWORD", "MIN_PASSWORD", "Passwords"]

LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=5)
FORGET_AFTER = timedelta(hours=1)
"""Failures this far apart are not in a row."""

MIN_PASSWORD, MAX_PASSWORD = 10, 1024


class Passwords:
    """Checks passwords and counts the failures of each name that is tried.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of ``accounts.db``.
    clock : Clock
        Who tells the time.
    hasher : argon2.PasswordHasher
        How dear a try is.
    """

    def __init__(self, engine: sa.Engine, clock: Clock, hasher: PasswordHasher) -> None:
        self._writer = for_writing(engine)
        self._clock = clock
        self._hasher = hasher
        self._nobody = _nobodys_hash(hasher)

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(password)

    def is_old(self, password_hash: str) -> bool:
        """Say whether a hash was made more cheaply than they are made today."""
        return self._hasher.check_needs_rehash(password_hash)

    def problems(self, password: str) -> list[Problem]:
        """Return what is wrong with a password that somebody wants to have."""
        if MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            return []
        allowed = f"{MIN_PASSWORD} characters or more"
        return [Problem("bad-account", "password", "is too short, or far too long", allowed)]

    def check(self, name: str, password: str, password_hash: str) -> None:
        """Return when a password is right; count a failure when it is not.

        Parameters
        ----------
        name : str
            As it was typed.
        password_hash : str
            What is kept for that name; empty for one that may not come in.

        Raises
        ------
        Refused
            ``wrong-login``, or ``locked-out`` after five of those.
        """
        tried = hashed(name)
        with self._writer.connect() as connection:
            until = connection.scalar(
                sa.select(attempts.c.locked_until).where(attempts.c.name_hash == tried)
            )
        if until and parse_instant(until) > self._clock():
            hint = "Wait a few minutes and try again, or ask your coordinator."
            raise Refused(
                Problem("locked-out", "this account", "is closed for the moment", hint=hint)
            )
        try:
            self._hasher.verify(password_hash or self._nobody, password)
            right = bool(password_hash)
        except (VerificationError, InvalidHashError):
            right = False
        self._count(tried, right=right)
        if not right:
            hint = "Check both and try again. Nothing you wrote is lost."
            raise Refused(Problem("wrong-login", "name or password", "is not right", hint=hint))

    def _count(self, tried: str, *, right: bool) -> None:
        now = self._clock()
        same = attempts.c.name_hash == tried
        with self._writer.begin() as connection:
            connection.execute(attempts.delete().where(attempts.c.forget_at < to_text(now)))
            before = connection.scalar(sa.select(attempts.c.failures).where(same)) or 0
            connection.execute(attempts.delete().where(same))
            if right:
                return
            failures = before + 1
            row = {"name_hash": tried, "failures": failures, "locked_until": ""}
            if failures >= LOCK_AFTER:
                row |= {"failures": 0, "locked_until": to_text(now + LOCK_FOR)}
            connection.execute(attempts.insert(), {**row, "forget_at": to_text(now + FORGET_AFTER)})

    def forget(self, name: str) -> None:
        """Forget the failures of a name."""
        with self._writer.begin() as connection:
            connection.execute(attempts.delete().where(attempts.c.name_hash == hashed(name)))


def _nobodys_hash(hasher: PasswordHasher) -> str:
    """Return the hash of a password that nobody has, without the work of making it.

    Checking against it is as much work as against anybody's.
    """
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    parts = [
        base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode("ascii")
        for length in (hasher.salt_len, hasher.hash_len)
    ]
    kind = f"argon2{hasher.type.name.lower()}"
    return "$".join(["", kind, "v=19", cost, *parts])
