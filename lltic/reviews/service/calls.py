"""One call of the interface: how it is asked for, checked, answered and described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from lltic.errors import Problem, Refused
from lltic.reviews.people import Person
from lltic.reviews.service.shapes import Body

__all__ = ["CALLER", "OPERATOR", "VOUCHER", "Asked", "Call", "Later", "plain"]

CALLER, VOUCHER, OPERATOR = "capability", "voucher", "operator"
"""Whose secret the ``Authorization`` header holds."""

Later = Callable[[], dict[str, Any]]
"""The rest of a call, for when the line of the book of accesses is written."""


@dataclass
class Asked:
    """One request, on its way through the service.

    ``person`` is who asks, once that is known. A call that opens something says in
    ``note`` which line of the book of accesses must be written first.
    """

    bearer: str
    ids: Mapping[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    after: int = 0
    person: Person | None = None
    note: str = ""

    @property
    def caller(self) -> Person:
        """Who asks, of a call that was made with a capability."""
        if self.person is None:
            raise Refused(Problem("no-session", "the log-in", "has ended", hint="Log in again."))
        return self.person

    def named(self) -> dict[str, Any]:
        """Return the case and the review it is about, as they were asked for."""
        said = {**self.body, **self.ids}
        return {key: said.get(key) for key in ("case_id", "review_id")}


@dataclass(frozen=True)
class Call:
    """One call of the interface.

    Parameters
    ----------
    name : str
        Stable; in the metrics, the book of accesses and the document.
    does : callable
        What it does, in one of the threads of ``lane``; its docstring describes it.
    answer : type
        The shape of what it returns.
    body : type, optional
        The shape of what it takes.
    bearer : str
        Whose secret it needs: :data:`CALLER`, :data:`VOUCHER`, :data:`OPERATOR` or nobody's.
    limit : str
        Which allowance it takes from; of everybody together where no person asks.
    query : str
        ``after`` where what is behind a place in the record may be asked for.
    """

    name: str
    path: str
    does: Callable[[Asked], Any]
    answer: type[BaseModel]
    body: type[Body] | None = None
    bearer: str = ""
    lane: str = "read"
    limit: str = ""
    media: str = "application/json"
    query: str = ""

    @property
    def method(self) -> str:
        """``POST`` for what takes something."""
        return "POST" if self.body else "GET"


def plain(person: Person) -> dict[str, Any]:
    """Return a person as the interface names one."""
    return {
        "name": person.name,
        "label": person.label,
        "roles": list(person.roles),
        "discipline": person.discipline,
    }
