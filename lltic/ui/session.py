"""How a kernel learns whom it serves, and goes on serving them: by trading a ticket, once."""

from __future__ import annotations

import os
from urllib.parse import parse_qs

from lltic.errors import LlticError, Problem, Refused
from lltic.reviews.client import Client
from lltic.ui.kit import SignInAgain

__all__ = ["connect", "go_on", "place_asked_for"]


def connect() -> Client:
    """Return a client for the person this kernel was started for.

    The ticket leaves the environment before anything else happens; it is worth
    nothing once it was used.
    """
    socket, ticket = os.environ.pop("LLTIC_SOCKET", ""), os.environ.pop("LLTIC_TICKET", "")
    if not (socket and ticket):
        hint = "These pages are opened through 'lltic serve'."
        raise LlticError(Problem("no-ticket", "this page", "was not opened by a log-in", hint=hint))
    client = Client(socket)
    client.exchange(ticket)
    return client


def place_asked_for() -> dict[str, str]:
    """Return the address bar's query: where to go, never who is going."""
    parts = parse_qs(os.environ.get("QUERY_STRING", ""))
    return {key: values[0] for key, values in parts.items()}


def go_on(client: Client, again: SignInAgain, ticket: str) -> None:
    """Take up an ended session where the page is, with the ticket of who has signed in again.

    Raises
    ------
    Refused
        ``other-person`` when the page is somebody else's; what the service refuses.
    """
    person = client.exchange(ticket)
    if person["name"] != again.name:
        raise Refused(Problem("other-person", "the ticket", "is somebody else's"))
    again.over = False
