"""Who is at the page, and in which window: names put to things, sessions, tabs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from traitlets import Bool, Dict, Enum, Float, List, Unicode

from lltic.ui.kit.base import Component, Link, css, esm, plain_links

__all__ = ["SignInAgain", "Signature", "Window"]

NAME = re.compile(r"[0-9a-f]{32}")
TOKEN = re.compile(r"[\x21-\x7e]{1,512}")


class Signature(Component):
    """A password field and the button that puts one's name to something.

    The page itself posts the password and ``deed`` to the web server at ``url``, and sends
    only the token it gets to Python. The password is in no trait and in no message. People
    who have none here are led through their organisation's sign-in and back to this page;
    what is in its unbound fields waits in the tab meanwhile.

    Traits: ``deed`` (such as "submit:REVIEW_ID"), ``field`` (for the links of an
    :class:`ErrorSummary`), ``label``, ``hint``, ``error``, ``button`` (text of the button),
    ``warning`` (the button is the red one), ``needs`` (unbound fields that must have words
    before anybody is asked to sign), ``links`` as in :class:`Actions`.
    Actions: ``signed`` {signature}; ``unsigned`` {why}, one of unfinished (what it needs is not
    there), empty, wrong, locked, unconfirmed (no fresh sign-in), over (the session has ended),
    down, failed; and those of the links. Saves first.
    """

    _esm = esm("post", "signature")
    _css = css("fields")
    deed = Unicode().tag(sync=True)
    url = Unicode("sign").tag(sync=True)
    field = Unicode("signature.password").tag(sync=True)
    label = Unicode("To sign, give your password").tag(sync=True)
    hint = Unicode().tag(sync=True)
    error = Unicode().tag(sync=True)
    button = Unicode("Confirm and submit").tag(sync=True)
    warning = Bool(False).tag(sync=True)
    needs = List(Unicode()).tag(sync=True)
    links = List(Dict()).tag(sync=True)

    def __init__(self, *, links: Iterable[Link] = (), **traits: Any) -> None:
        super().__init__(links=plain_links(links), **traits)

    def allowed_actions(self) -> Iterable[str]:
        """Return what the password leads to, and the links' actions."""
        return ["signed", "unsigned", *(one["action"] for one in self.links)]

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Let pass a token or a reason, and nothing beside it."""
        if name == "signed":
            token = payload.get("signature")
            fits = isinstance(token, str) and TOKEN.fullmatch(token)
            return {"signature": token} if fits else None
        if name == "unsigned":
            why = payload.get("why")
            return {"why": why} if isinstance(why, str) and len(why) < 20 else None
        return super().checked_payload(name, payload)


class Window(Component):
    """Which browser tab this is, that it is alive, and what to say when another has the review.

    One per page. The tab's name is kept in its ``sessionStorage``: the same after a reload,
    another in a duplicated tab. While ``state`` is ``elsewhere`` the page's bound fields can
    be read only, and nothing of the outbox is sent.

    Traits: ``watching`` (there is a review to hold: send signs of life), ``state``,
    ``problem`` (why "Continue here" did not work, and what to do).
    Actions: ``hello`` {window}, once; ``beat`` {} every ten seconds (every three while another
    window has the review) and when the tab comes to the front; ``take_over`` {}; ``leave`` {}
    when the page is left, after everything in the outbox was sent.
    """

    _esm = esm("window")
    _css = css("fields")
    _sends = ("hello", "beat", "take_over", "leave")
    watching = Bool(False).tag(sync=True)
    state = Enum(("", "elsewhere"), "").tag(sync=True)
    problem = Unicode().tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Take a well-formed name of a window, and nothing with the others."""
        if name != "hello":
            return {}
        window = payload.get("window")
        fits = isinstance(window, str) and NAME.fullmatch(window)
        return {"window": window} if fits else None


class SignInAgain(Component):
    """The dialog over the page when the session has ended, or is about to for want of life.

    The page stays as it is behind it. The page itself posts the password to the web server
    at ``url`` and sends the ticket it gets to Python; without a kernel to go on with, it
    loads itself again.

    Traits: ``name`` (whose page it is), ``over`` (the session has ended), ``idle_minutes``
    (without a touch in any tab the session is ended; 0: never), ``warn_minutes`` (so long
    before it is said), ``url``, ``pause_url`` (ends the session, keeps the kernels).
    Actions: ``again`` {ticket}.
    """

    _esm = esm("post", "sign_in_again")
    _css = css("fields")
    _sends = ("again",)
    name = Unicode().tag(sync=True)
    over = Bool(False).tag(sync=True)
    idle_minutes = Float(30.0).tag(sync=True)
    warn_minutes = Float(2.0).tag(sync=True)
    url = Unicode("again").tag(sync=True)
    pause_url = Unicode("pause").tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Take a ticket, and nothing beside it."""
        ticket = payload.get("ticket")
        fits = isinstance(ticket, str) and TOKEN.fullmatch(ticket)
        return {"ticket": ticket} if fits else None
