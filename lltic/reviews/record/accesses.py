"""The book of accesses as people read it: who came in, asked for what, and was given it or not.

A line never holds what somebody typed or wrote, so it lies open in the record, also
when its case was erased: who looked at a case must be known longer than what was in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lltic.records import Event

__all__ = ["Access", "access", "case_of"]

CASE_ID = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")
REVIEW_ID = re.compile(CASE_ID.pattern + r"-[a-z0-9_]{1,20}")


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the book.

    Parameters
    ----------
    seq : int
        Its place; the first is 1.
    at : str
        The instant, as text.
    kind : str
        One of :data:`~lltic.reviews.record.events.ACCESS_KINDS`.
    call : str
        What was asked, by the interface's name for it; ``left-out`` for a line that
        sums up refusals.
    person : str
        The account; empty where nobody was known to ask.
    roles : tuple of str
    organisation : str
    case_id, review_id : str
        What it was about, as it was asked for; empty when it was about none.
    codes : tuple of str
        Why it was refused.
    left_out : int
        How many refusals this line stands for, where it sums them up.
    hash : str
        The line's place in the chain.
    """

    seq: int
    at: str
    kind: str
    call: str
    person: str
    roles: tuple[str, ...]
    organisation: str
    case_id: str
    review_id: str
    codes: tuple[str, ...]
    left_out: int
    hash: str


def access(line: Event) -> Access:
    """Return a line of the book, of whatever age, as people read it.

    The first lines ever written had the case in what is now the rest of the line.
    """
    said: Mapping[str, Any] = line.value if isinstance(line.value, dict) else {}
    codes, left_out = said.get("codes", ()), said.get("left_out", 0)
    case_id = line.case_id or said.get("case_id", "") or line.review_id
    return Access(
        seq=line.seq,
        at=line.at,
        kind=line.kind,
        call=line.field,
        person=line.actor,
        roles=tuple(filter(None, line.role.split(","))),
        organisation=line.organisation,
        case_id=case_of(case_id),
        review_id=line.review_id,
        codes=tuple(str(code) for code in codes) if isinstance(codes, list) else (),
        left_out=left_out if isinstance(left_out, int) else 0,
        hash=line.hash,
    )


def case_of(asked: object) -> str:
    """Return the case of a case id or a review id; empty for what is formed like neither.

    Examples
    --------
    >>> case_of("4F7K2-9QDXM-1"), case_of("4F7K2-9QDXM"), case_of("Mrs Jones")
    ('4F7K2-9QDXM', '4F7K2-9QDXM', '')
    """
    if not isinstance(asked, str):
        return ""
    if REVIEW_ID.fullmatch(asked):
        return asked.rpartition("-")[0]
    return asked if CASE_ID.fullmatch(asked) else ""
