"""Would a sceptic trust the record? The chain, the file, and the heads written down.

Each check is a :class:`~lltic.audit.claims.Claim`; the first event that does not
fit is named.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from lltic.audit.claims import Claim
from lltic.errors import LlticError
from lltic.records import Event
from lltic.reviews.events import GENESIS, KINDS, Draft, digest, value_text
from lltic.reviews.rules import Person, decide
from lltic.reviews.state import State
from lltic.study import Study

__all__ = ["verify"]


def verify(study: Study) -> list[Claim]:
    """Verify the review record of a study.

    Returns
    -------
    list of Claim
        ``file`` (the database is whole), ``chain`` (every event has the hash that
        its content and the event before it give), ``replay`` (the events add up
        under the rules).
    """
    if not study.reviews.is_file():
        return [Claim("record", True, "there is no record yet: nothing was reviewed")]
    claims = [_check_file(study)]
    try:
        events, chain = _check_chain(study)
    except sqlite3.DatabaseError as error:
        return [*claims, Claim("chain", False, f"the events cannot be read: {error}")]
    claims.append(chain)
    if chain.passed:
        claims.append(_check_replay(events))
    return claims


def _connect(study: Study) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{study.reviews}?mode=ro", uri=True)
    # A flipped byte may leave text that is not UTF-8: it is to be named, not to stop the audit.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.row_factory = sqlite3.Row
    return connection


def _check_file(study: Study) -> Claim:
    try:
        with closing(_connect(study)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.DatabaseError as error:
        return Claim("file", False, f"the database cannot be read: {error}")
    whole = found == ["ok"]
    return Claim("file", whole, "the database is whole" if whole else "; ".join(map(str, found)))


def _check_chain(study: Study) -> tuple[list[Event], Claim]:
    events: list[Event] = []
    prev_hash, expected = GENESIS, 1
    with closing(_connect(study)) as connection:
        for row in connection.execute("SELECT * FROM events ORDER BY seq"):
            event, wrong = _check_row(row, expected, prev_hash)
            if event is None:
                return events, Claim("chain", False, f"event {row['seq']}: {wrong}")
            events.append(event)
            prev_hash, expected = event.hash, expected + 1
    return events, Claim("chain", True, f"{len(events)} events, head {prev_hash[:16]}")


def _check_row(row: sqlite3.Row, expected: int, prev_hash: str) -> tuple[Event | None, str]:
    if row["seq"] != expected:
        return None, f"event {expected} is not there"
    try:
        value: Any = json.loads(row["value"])
    except (ValueError, TypeError):
        return None, "its value is not JSON: it was changed"
    event = Event(**{**dict(row), "value": value})
    if value_text(value) != row["value"]:
        return None, "its value is not written as it was: it was changed"
    if event.kind not in KINDS:
        return None, "its kind is not known: it was changed"
    if event.prev_hash != prev_hash:
        return None, "it does not follow the event before it: one was changed, added or removed"
    if digest(event, event.seq, event.prev_hash) != event.hash:
        return None, f"its content is not what was recorded ({_where(event)})"
    return event, ""


def _where(event: Event) -> str:
    place = ", ".join(part for part in (event.kind, event.review_id, event.field) if part)
    return place.encode("utf-8", "replace").decode()


def _check_replay(events: list[Event]) -> Claim:
    """Ask the rules again what each operation makes: it must be what is on record."""
    state = State()
    for event in events:
        try:
            wrong = _unlawful(state, event)
            state.apply(event)
        except (LlticError, LookupError, TypeError) as error:
            codes = ", ".join(getattr(error, "codes", ())) or type(error).__name__
            return Claim("replay", False, f"event {event.seq} could not have happened: {codes}")
        if wrong:
            return Claim("replay", False, f"event {event.seq} is not what the rules make of it")
    return Claim("replay", True, "every event is one that the rules allow")


OPERATIONS = {
    "answered": "answer",
    "submitted": "submit",
    "handed_back": "hand_back",
    "coded": "code",
    "uncoded": "uncode",
    "coding_done": "coding_done",
}


def _unlawful(state: State, event: Event) -> bool:
    kind = OPERATIONS.get(event.kind)
    if kind is None:  # definitions and assignments are the coordinator's, not an operation
        return False
    value = event.value
    if kind == "code":
        value = {key: value[key] for key in ("theme", "start", "end")}
        value["codebook_hash"] = event.definition_hash
    operation = {
        "op_id": event.op_id,
        "kind": kind,
        "review_id": event.review_id,
        "case_id": event.case_id,
        "field": event.field,
        "value": value,
        "base_version": event.base_version,
        "reason": event.reason,
    }
    person = Person(event.actor, "", event.organisation, (event.role,))
    made = decide(state, person, operation, event.at)
    return any(getattr(made, name) != getattr(event, name) for name in Draft.__dataclass_fields__)
