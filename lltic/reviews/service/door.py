"""The calls of web servers: who comes in, who signs, and how a kernel gets its capability."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.service import answers, bodies
from lltic.reviews.service.calls import VOUCHER, Asked, Call, Later, plain
from lltic.reviews.vouching import Vouching

__all__ = ["Door"]


class Door:
    """What is asked by a web server, the Hub or a proxy, on a person's behalf.

    Parameters
    ----------
    accounts : Accounts
        Who there is.
    vouching : Vouching
        Who shows elsewhere who they are.
    """

    def __init__(self, accounts: Accounts, vouching: Vouching) -> None:
        self._accounts = accounts
        self._vouching = vouching

    def calls(self) -> list[Call]:
        """Return them, in the order of the document."""
        a, b = answers, bodies
        dear = {"lane": "password", "limit": "login"}
        sign = {"lane": "password", "limit": "sign"}
        door = {"lane": "door"}
        claimed = {"lane": "door", "bearer": VOUCHER}
        return [
            Call("login", "/v1/login", self.login, a.OpenedSession, b.Login, **dear),
            Call("password", "/v1/password", self.password, a.OpenedSession, b.Password, **dear),
            Call("session", "/v1/session", self.session, a.Who, b.Session, **door),
            Call("again", "/v1/again", self.again, a.OpenedSession, b.Again, **sign),
            Call("sign", "/v1/sign", self.sign, a.Signature, b.Sign, **sign),
            Call("logout", "/v1/logout", self.logout, a.Nothing, b.Logout, **door),
            Call("vouch", "/v1/vouch", self.vouch, a.Vouched, b.Vouch, **claimed),
            Call("redeem", "/v1/redeem", self.redeem, a.OpenedSession, b.Redeem, **door),
            Call("ticket", "/v1/ticket", self.ticket, a.GivenTicket, b.Ticket, **door),
            Call("exchange", "/v1/exchange", self.exchange, a.GivenCapability, b.Exchange, **door),
        ]

    def login(self, asked: Asked) -> Later:
        """Open a session for a name and a password.

        The same words and the same work for a name that is unknown, disabled or wrong. After
        five wrong passwords in a row a name is closed for five minutes, known or not. A right
        password that must be changed first is refused with `must-change`: see `/v1/password`.
        """
        accounts, name = self._accounts, asked.body["name"]
        standing = accounts.standing(name)
        with self._suspect(asked, name):
            person = accounts.admit(name, asked.body["password"])
        return _coming_in(asked, person, lambda: accounts.open_session(person, standing=standing))

    def password(self, asked: Asked) -> Later:
        """Choose a new password, showing the old one, and open a session.

        Everything that was opened with the old one ends.
        """
        name, new = asked.body["name"], asked.body["new_password"]
        with self._suspect(asked, name):
            person = self._accounts.may_change(name, asked.body["password"], new)

        def change() -> str:
            self._accounts.set_password(name, new)
            return self._accounts.open_session(person)

        return _coming_in(asked, person, change)

    def session(self, asked: Asked) -> dict[str, Any]:
        """Say whose session it is.

        With a claim, and the voucher's secret: only when it is the session of whom the voucher
        names.
        """
        session = asked.body["session"]
        if not _is_claimed(asked):
            return plain(self._accounts.session(session))
        return plain(self._vouching.session(asked.bearer, session, *_claim(asked)))

    def again(self, asked: Asked) -> Later:
        """Go on with a session that is over, or soon will be, in its place on the page.

        For the same person only: the old session says whose password it must be, and no name
        can be given. With a claim, the voucher names the person, who must be the session's.
        With a turn, that person has signed in since it was asked for, as in `/v1/sign`.
        A session can be carried on until 24 hours after its end, once. What its pages still
        hold (capabilities) belongs to the new one.
        """
        accounts, session = self._accounts, asked.body["session"]
        standing = None
        if _is_claimed(asked):
            person = self._vouching.returning(asked.bearer, session, *_claim(asked))
        elif turn := asked.body.get("turn"):
            person = self._vouching.back(session, turn)
        else:
            name = accounts.whose(session)
            standing = accounts.standing(name)
            with self._suspect(asked, name):
                person = accounts.admit(name, asked.body["password"])
        carry_on = accounts.carry_on
        return _coming_in(asked, person, lambda: carry_on(session, person, standing=standing))

    def sign(self, asked: Asked) -> dict[str, Any]:
        """Sign one act, showing again who one is.

        The signature is for this act of this person, in one operation, within two minutes;
        the operation may be repeated under its id. A wrong password counts toward the lock-out.
        Who has no password signs in once more: the first call with a `turn` asks for it, and
        is refused with `sign-in-needed`; a later one with the same turn finds that the person
        has signed in since. The voucher says when that was: with a claim in this call, without
        one in `/v1/vouch`.
        """
        session, act = asked.body["session"], asked.body["act"]
        turn = asked.body.get("turn", "")
        _, _, subject = act.partition(":")
        asked.ids = {"case_id" if act.startswith("break_blind") else "review_id": subject}
        if _is_claimed(asked):
            at = asked.body.get("signed_in_at", 0)
            token, person = self._vouching.sign(
                asked.bearer, session, *_claim(asked), act, turn=turn, signed_in_at=at
            )
        elif turn:
            token, person = self._vouching.sign_after(session, act, turn)
        else:
            with self._suspect(asked, self._accounts.session(session).name):
                token, person = self._accounts.sign(session, asked.body["password"], act)
        asked.person, asked.note = person, "signed"
        return {"signature": token}

    def logout(self, asked: Asked) -> dict[str, Any]:
        """End a session, and every ticket, capability and signature that came from it."""
        session = asked.body["session"]
        with suppress(Refused):  # one that is over needs no line
            asked.person, asked.note = self._accounts.session(session), "logged_out"
        self._accounts.close_session(session)
        return {}

    def vouch(self, asked: Asked) -> dict[str, Any]:
        """Vouch for somebody who signed in elsewhere; only for who holds the voucher's secret.

        With a `turn`, and the time of the sign-in, it answers a call that was refused with
        `sign-in-needed`.
        """
        when = {name: asked.body[name] for name in ("turn", "signed_in_at") if name in asked.body}
        grant, person = self._vouching.vouch(asked.bearer, *_claim(asked), **when)
        asked.person = person
        return {"grant": grant, **plain(person)}

    def redeem(self, asked: Asked) -> Later:
        """Trade a grant, once, for a session."""
        session, person = self._vouching.redeem(asked.body["grant"])
        return _coming_in(asked, person, lambda: session)

    def ticket(self, asked: Asked) -> dict[str, Any]:
        """Return a single-use ticket of a minute for one kernel of the session's owner."""
        session = asked.body["session"]
        asked.person = self._accounts.session(session)
        return {"ticket": self._accounts.ticket(session, asked.body["kernel_id"])}

    def exchange(self, asked: Asked) -> dict[str, Any]:
        """Trade a ticket, once, for a capability that ends with the session it came from."""
        capability, asked.person = self._accounts.exchange(asked.body["ticket"])
        return {"capability": capability, **plain(asked.person)}

    @contextmanager
    def _suspect(self, asked: Asked, name: str) -> Iterator[None]:
        """Let the book of accesses say whose password was tried, and never what was no name."""
        try:
            yield
        except Refused as refusal:
            kinds = {"wrong-login": "login_failed", "locked-out": "locked_out"}
            account = self._accounts.account(name)
            asked.person = account.person if account else None
            asked.note = kinds.get(refusal.codes[0], "")
            raise


def _coming_in(asked: Asked, person: Person, opening: Callable[[], str]) -> Later:
    asked.person, asked.note = person, "logged_in"
    return lambda: {"session": opening(), **plain(person)}


def _is_claimed(asked: Asked) -> bool:
    return bool(asked.body.get("issuer") or asked.body.get("subject"))


def _claim(asked: Asked) -> tuple[str, str]:
    return asked.body.get("issuer", ""), asked.body.get("subject", "")
