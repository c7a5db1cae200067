"""People who show who they are elsewhere: at a hospital's sign-in, or at the Hub.

Somebody who was told so has to vouch for them: the proxy in front of the web
server, or the Hub. The voucher's secret (``keys/voucher.key``, for its owner
only) is all that makes a claim worth anything; a claim gets a grant of two
minutes that is worth one session. A person is known by issuer and subject (with
Entra ID: the tenant's issuer and the object id), never by a name that is shown.

Where a password would be asked for once more, such a person signs in once more: see
:mod:`lltic.reviews.turns`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from lltic.clock import Clock, system_clock, to_text
from lltic.errors import Problem, Refused, UsageError
from lltic.reviews.accounts import Accounts, require
from lltic.reviews.accounts.grants import hashed
from lltic.reviews.accounts.schema import identities, open_accounts, vouched
from lltic.reviews.people import Person
from lltic.reviews.record.engines import for_writing
from lltic.reviews.turns import GO_ON, Turns
from lltic.study import Study, write_atomically

__all__ = ["OWN_ISSUER", "Vouching", "voucher_secret"]

OWN_ISSUER = "lltic"
"""The issuer of the study's own accounts, whose subjects are account names."""

GRANT_LIFE = timedelta(minutes=2)
LONGEST = 255


def voucher_secret(study: Study) -> Path:
    """Return the file of the voucher's secret, made when there is none.

    Give it to the one proxy or Hub that may vouch, and to nobody else: whoever
    holds it can come in as anybody. Delete it and start again to change it.
    """
    file = study.keys / "voucher.key"
    if not file.exists():
        with write_atomically(file, "w", 0o600) as stream:
            stream.write(secrets.token_urlsafe(32))
    return file


class Vouching:
    """Which account an outside identity has, and who may say so.

    Parameters
    ----------
    study : Study
        Its ``keys`` folder holds the table, beside the accounts, and the secret.
    accounts : Accounts
        The people.
    clock : Clock
        Who tells the time.
    """

    def __init__(self, study: Study, accounts: Accounts, clock: Clock = system_clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._secret = study.keys / "voucher.key"
        self._reader = open_accounts(study.keys / "accounts.db")
        self._writer = for_writing(self._reader)
        self._turns = Turns(self._reader, clock)

    # -- whose account it is ----------------------------------------------------------------

    def check(self, name: str, issuer: str, subject: str) -> None:
        """Raise when an outside identity cannot be given to this account.

        Raises
        ------
        UsageError
            ``bad-identity`` for an empty or overlong part, for the study's own issuer, or when
            the identity has another account already.
        """
        problems = []
        for where, value in (("issuer", issuer), ("subject", subject)):
            if not value.strip() or len(value) > LONGEST or not value.isprintable():
                allowed = f"1-{LONGEST} characters on one line"
                problems.append(Problem("bad-identity", where, "cannot be used", allowed))
        if issuer == OWN_ISSUER:
            hint = "These come in with their password, and need no identity from outside."
            problems.append(Problem("bad-identity", "issuer", "is the study's own", hint=hint))
        else:
            owner = self._owner(issuer, subject)
            if owner not in ("", name):
                hint = "One identity is one person: name another subject, or the other account."
                said = f"is {owner} already"
                problems.append(Problem("bad-identity", "subject", said, hint=hint))
        if problems:
            raise UsageError(problems)

    def bind(self, name: str, issuer: str, subject: str) -> None:
        """Let an outside identity come in as this account; see :meth:`check`."""
        self.check(name, issuer, subject)
        require(self._accounts, [name])
        row = {"issuer": issuer, "subject": subject, "name": name}
        with self._writer.begin() as connection:
            match = (identities.c.issuer == issuer) & (identities.c.subject == subject)
            connection.execute(identities.delete().where(match))
            connection.execute(identities.insert(), row)

    def forget(self, name: str) -> None:
        """Let no outside identity come in as this account any more."""
        with self._writer.begin() as connection:
            connection.execute(identities.delete().where(identities.c.name == name))
            connection.execute(vouched.delete().where(vouched.c.name == name))
        self._turns.forget(name)

    def identities(self, name: str) -> list[tuple[str, str]]:
        """Return the (issuer, subject) pairs of an account, sorted."""
        wanted = sa.select(identities.c.issuer, identities.c.subject)
        with self._reader.connect() as connection:
            rows = connection.execute(wanted.where(identities.c.name == name))
            return sorted((row.issuer, row.subject) for row in rows)

    def person(self, issuer: str, subject: str) -> Person:
        """Return who an outside identity is here.

        Raises
        ------
        Refused
            ``no-account`` when nobody has given it an account.
        """
        person = self._accounts.person(self._owner(issuer, subject))
        if person is None:
            hint = "Ask the coordinator of your review for an account."
            raise Refused(Problem("no-account", "this sign-in", "has no account here", hint=hint))
        return person

    def _owner(self, issuer: str, subject: str) -> str:
        if issuer == OWN_ISSUER:
            return subject
        match = (identities.c.issuer == issuer) & (identities.c.subject == subject)
        with self._reader.connect() as connection:
            name = connection.scalar(sa.select(identities.c.name).where(match))
        return name or ""

    # -- who may say so -----------------------------------------------------------------------

    def require(self, secret: str) -> None:
        """Raise Refused (``no-voucher``) unless this is the voucher's secret."""
        try:
            kept = self._secret.read_bytes().strip()
        except OSError:
            kept = b""
        # Hashes of one length: neither the comparison nor the length tells anything.
        right = hmac.compare_digest(_digest(secret.encode("utf-8", "replace")), _digest(kept))
        if not (kept and right):
            raise Refused(Problem("no-voucher", "the call", "does not come from who may vouch"))

    def vouch(
        self, secret: str, issuer: str, subject: str, *, turn: str = "", signed_in_at: int = 0
    ) -> tuple[str, Person]:
        """Return a grant for one session of the person somebody vouches for.

        Parameters
        ----------
        secret, issuer, subject : str
            The voucher's secret, and whom it names.
        turn : str
            For what the person was sent to sign in again, if they were.
        signed_in_at : int
            When they last showed who they are, seconds since 1970; 0 when nobody says.

        Raises
        ------
        Refused
            ``no-voucher`` or ``no-account``.
        """
        self.require(secret)
        person = self.person(issuer, subject)
        if signed_in_at:
            self._turns.signed_in(person.name, turn, signed_in_at)
        grant = secrets.token_urlsafe(32)
        now = self._clock()
        row = {
            "grant_hash": hashed(grant),
            "name": person.name,
            "expires_at": to_text(now + GRANT_LIFE),
        }
        with self._writer.begin() as connection:
            connection.execute(vouched.delete().where(vouched.c.expires_at < to_text(now)))
            connection.execute(vouched.insert(), row)
        return grant, person

    def redeem(self, grant: str) -> tuple[str, Person]:
        """Trade a grant for a session; the grant is worth nothing afterwards.

        Raises
        ------
        Refused
            ``no-grant`` when there is none, it was spent, or it is too old.
        """
        match = vouched.c.grant_hash == hashed(grant)
        with self._writer.begin() as connection:
            row = connection.execute(sa.select(vouched).where(match)).first()
            # Whoever deletes the row holds the grant; a second one finds nothing.
            taken = connection.execute(vouched.delete().where(match)).rowcount
        alive = row is not None and taken == 1 and row.expires_at > to_text(self._clock())
        person = self._accounts.person(row.name) if row is not None and alive else None
        if person is None:
            hint = "Sign in again."
            raise Refused(Problem("no-grant", "the grant", "is not valid any more", hint=hint))
        return self._accounts.open_session(person), person

    def session(self, secret: str, session: str, issuer: str, subject: str) -> Person:
        """Return whose session it is, when it is that of the person somebody vouches for.

        Raises
        ------
        Refused
            ``no-voucher``, ``no-account``, or ``no-session`` when it is over or another's.
        """
        self.require(secret)
        wanted = self.person(issuer, subject)
        person = self._accounts.session(session)
        if person.name != wanted.name:
            hint = "Sign in again; what you wrote is kept."
            raise Refused(Problem("no-session", "the log-in", "is another person's", hint=hint))
        return person

    # -- signing in again, for one act ----------------------------------------------------------

    def sign(
        self,
        secret: str,
        session: str,
        issuer: str,
        subject: str,
        act: str,
        *,
        turn: str,
        signed_in_at: int,
    ) -> tuple[str, Person]:
        """Return a signature for one act: who vouches says when the person signed in.

        Raises
        ------
        Refused
            As :meth:`session` does; ``sign-in-needed`` when that was before this turn was
            asked for, or has signed something already. Then the turn is asked for.
        """
        person = self.session(secret, session, issuer, subject)
        self._turns.take(person.name, act, turn, signed_in_at)
        return self._accounts.open_signature(session, act, "sign-in"), person

    def sign_after(self, session: str, act: str, turn: str) -> tuple[str, Person]:
        """Return a signature for one act, after a sign-in that somebody vouched for.

        Raises
        ------
        Refused
            ``no-session``; ``sign-in-needed`` as :meth:`sign` says.
        """
        person = self._accounts.session(session)
        self._turns.take(person.name, act, turn)
        return self._accounts.open_signature(session, act, "sign-in"), person

    def back(self, session: str, turn: str) -> Person:
        """Return whose session it was, after a sign-in that somebody vouched for.

        Raises
        ------
        Refused
            ``no-session``; ``sign-in-needed`` as :meth:`sign` says.
        """
        person = self._accounts.person(self._accounts.whose(session))
        if person is None:
            hint = "Ask the coordinator of your review."
            raise Refused(Problem("no-session", "the log-in", "has ended", hint=hint))
        self._turns.take(person.name, GO_ON, turn)
        return person

    def returning(self, secret: str, session: str, issuer: str, subject: str) -> Person:
        """Return whose session it is or was, when it is that of the person somebody vouches for.

        Raises
        ------
        Refused
            ``no-voucher``, ``no-account``; ``no-session`` when it is another's, or ended too
            long ago.
        """
        self.require(secret)
        person = self.person(issuer, subject)
        if self._accounts.whose(session) != person.name:
            hint = "Sign in again; what you wrote is kept."
            raise Refused(Problem("no-session", "the log-in", "is another person's", hint=hint))
        return person


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
