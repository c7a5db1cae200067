"""What is done to the record while the service is down: open it, assign, import.

One writer at a time: a lock file beside the record is held by the service while
it runs, and by these functions while they work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from filelock import FileLock, Timeout

from lltic.clock import Clock, system_clock, to_text
from lltic.definitions import Loaded, load
from lltic.errors import LlticError, Problem
from lltic.form import load_form
from lltic.records import Assignment, Event, to_plain
from lltic.reviews.events import Draft
from lltic.reviews.store import EventStore, SqlStore, open_sqlite
from lltic.study import Study

__all__ = ["assign", "register", "writing"]


@contextmanager
def writing(study: Study) -> Iterator[SqlStore]:
    """Open the record for writing, alone.

    Raises
    ------
    LlticError
        ``record-in-use`` while the service, or another command, holds it.
    """
    lock = FileLock(study.path / "reviews.lock")
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        hint = "Stop 'lltic serve' first, then run the command again. Nothing was changed."
        message = "is in use by a running service"
        raise LlticError(Problem("record-in-use", str(study.reviews), message, hint=hint)) from None
    try:
        engine = open_sqlite(study.reviews)
        try:
            yield SqlStore(engine)
        finally:
            engine.dispose()
    finally:
        lock.release()


def register(
    store: EventStore, kind: str, plain: dict[str, Any], digest: str, at: str
) -> list[Draft]:
    """Return the draft that puts a whole definition on record, or nothing when it is there."""
    for event in store.read():
        if event.kind == "defined" and event.definition_hash == digest:
            return []
    name = f"defined-{digest[:32]}"
    return [
        Draft(
            name,
            at,
            "system",
            "administrator",
            "",
            "defined",
            field=kind,
            value=plain,
            definition_hash=digest,
        )
    ]


def assign(
    study: Study, assignments: Iterable[Assignment], clock: Clock = system_clock
) -> list[Event]:
    """Put assignments, and the definitions they are made under, on record.

    Assignments that are there already are left alone.

    Raises
    ------
    LlticError
        ``no-such-account`` for reviewers who cannot log in.
    """
    from lltic.reviews.accounts import Accounts, require

    assignments = list(assignments)
    require(Accounts(study.keys, clock), sorted({a.reviewer for a in assignments}))
    at = to_text(clock())
    definitions = _definitions(study, assignments)
    with writing(study) as store:
        there = {e.review_id for e in store.read() if e.kind == "assigned"}
        new = [a for a in assignments if a.review_id not in there]
        return store.append(_drafts(store, new, definitions, at) if new else [])


def _definitions(
    study: Study, assignments: Iterable[Assignment]
) -> dict[tuple[str, str], Loaded[Any]]:
    """Load everything the assignments are made under, before the record is touched."""
    found: dict[tuple[str, str], Loaded[Any]] = {}
    for name in sorted({a.form for a in assignments}):
        found["form", name] = load_form(name, study.path)
    book = study.settings.codebook
    if book:
        found["codebook", book] = load("codebook", book, dict, study.path)
    return found


def _drafts(
    store: EventStore,
    assignments: Iterable[Assignment],
    definitions: Mapping[tuple[str, str], Loaded[Any]],
    at: str,
) -> list[Draft]:
    drafts: list[Draft] = []
    for (kind, _), loaded in definitions.items():
        drafts += register(store, kind, to_plain(loaded.model), loaded.hash, at)
    for assignment in assignments:
        value = {
            "reviewer": assignment.reviewer,
            "position": assignment.position,
            "form": assignment.form,
        }
        drafts.append(
            Draft(
                op_id=f"assigned-{assignment.review_id}",
                at=at,
                actor="system",
                role="coordinator",
                organisation="",
                kind="assigned",
                case_id=assignment.case_id,
                review_id=assignment.review_id,
                value=value,
                definition_hash=definitions["form", assignment.form].hash,
            )
        )
    return drafts
