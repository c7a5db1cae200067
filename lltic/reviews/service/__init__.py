"""The review service: the only process that holds the record, the notes and the keys.

An HTTP interface on a Unix socket. Whoever calls has a capability for one
person, and gets what that person may see and do; see :mod:`lltic.reviews.rules`.

=============  ==============================================================
``calls``      one call: how it is asked for, checked, answered and described
``door``       the calls of web servers: who comes in, who signs
``desk``       the calls of a page: what a person may see and do
``notes``      the calls of the notes viewer: pages, their words, search
``bodies``     what is asked, by field
``answers``    what is answered, by field
``shapes``     what those two have in common
``answering``  from a request to an answer
``accesses``   the book of accesses
``limits``     how often somebody may ask
``lanes``      which thread does what
``metrics``    what the operator may measure
``operating``  the calls of whoever keeps the service running
``openapi``    the interface's document
=============  ==============================================================
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Route

from lltic.clock import Clock, system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.record.store import EventStore
from lltic.reviews.service.accesses import AccessBook
from lltic.reviews.service.answering import Answering
from lltic.reviews.service.calls import Call
from lltic.reviews.service.desk import DeskCalls
from lltic.reviews.service.door import Door
from lltic.reviews.service.lanes import Lanes
from lltic.reviews.service.limits import Limiter
from lltic.reviews.service.metrics import Metrics
from lltic.reviews.service.notes import NoteCalls
from lltic.reviews.service.openapi import document
from lltic.reviews.service.operating import Operating, unknown_call
from lltic.reviews.vouching import Vouching
from lltic.study import Study

__all__ = ["build"]

CATCH_UP_SECONDS = 30


def build(
    study: Study,
    store: EventStore,
    clock: Clock = system_clock,
    limiter: Limiter | None = None,
    hasher: PasswordHasher | None = None,
) -> Starlette:
    """Return the service for one study as an ASGI application.

    Parameters
    ----------
    study : Study
        What is served.
    store : EventStore
        Its record; nobody else may write to it meanwhile.
    clock : Clock
        Who tells the time.
    limiter : Limiter, optional
        Other limits than the usual.
    hasher : argon2.PasswordHasher, optional
        Passwords at another cost than the usual.

    Returns
    -------
    Starlette
        ``state.calls`` holds the calls of the interface.
    """
    days = study.settings.password_days
    accounts = Accounts(study.keys, clock, hasher, timedelta(days=days) if days else None)
    limiter = limiter or Limiter()
    book = AccessBook(store.accesses, clock, limiter)
    metrics = Metrics(accounts.sessions, lambda: book.left_out)
    lanes = Lanes()
    answering = Answering(accounts, book, limiter, lanes, metrics)
    calls: list[Call] = []
    calls += Door(accounts, Vouching(study, accounts, clock)).calls()
    desk = Desk(study, store, clock)
    calls += DeskCalls(desk, accounts).calls()
    calls += NoteCalls(desk).calls()
    calls += Operating(study, store, metrics, lambda: document(calls)).calls()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async def catch_up() -> None:
            while True:
                await asyncio.sleep(CATCH_UP_SECONDS)
                await lanes.run("write", book.catch_up)

        task = asyncio.create_task(catch_up())
        yield
        task.cancel()
        await lanes.run("write", book.catch_up)
        lanes.close()
        desk.close()

    app = Starlette(
        routes=[Route(c.path, answering.endpoint(c), methods=[c.method]) for c in calls],
        lifespan=lifespan,
        exception_handlers={
            404: answering.handler(unknown_call("no-such-call", "is not one of the service's")),
            405: answering.handler(unknown_call("wrong-method", "is made with another method")),
        },
    )
    app.router.redirect_slashes = False  # an address is a call or none, never another call
    app.state.calls = calls
    return app
