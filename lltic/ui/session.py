"""How a kernel learns whom it serves: by trading its ticket, once."""

from __future__ import annotations

import os
from urllib.parse import parse_qs

from lltic.errors import LlticError, Problem
from lltic.reviews.client import Client

__all__ = ["connect", "place_asked_for"]


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
