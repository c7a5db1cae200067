"""Erasing a case: its key and its notes are destroyed, and the record says so for good.

What was sealed under the key stays in its place as bytes that nobody can read,
so both chains hold. The event comes first: when the power goes between it and
the destruction, the next writer finishes what was begun.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.errors import Problem, Refused
from lltic.pages.asking import KINDS
from lltic.records import Event
from lltic.reviews.record.events import Draft
from lltic.reviews.record.keeping import Keeping, keeping
from lltic.study import Study, write_atomically

if TYPE_CHECKING:
    from lltic.reviews.record.store import EventStore

__all__ = ["erase", "erase_again", "finish"]


def erase(
    study: Study, store: EventStore, case_id: str, *, at: str, actor: str, reason: str
) -> Event:
    """Destroy what was written about a case, and say so in the record.

    Parameters
    ----------
    at : str
        The instant; the day in it decides whether the time to keep the case is over.
    actor : str
        Who decided.
    reason : str
        Why; it stays readable for good.

    Raises
    ------
    Refused
        ``legal-hold``, ``retention-running``, ``no-such-case``, ``case-erased``,
        ``reason-needed``, or ``unsealed-text`` for a case that was written about
        before texts were sealed.
    """
    kept = keeping(store.stored())
    problems = _against(kept, case_id, at[:10], reason)
    if problems:
        raise Refused(problems)
    return _erase(study, store, case_id, at, actor, reason)


def erase_again(study: Study, store: EventStore, case_id: str, *, at: str) -> Event:
    """Erase what came back with a backup from before it was erased; it was decided then."""
    reason = "Erased again: it was erased after the backup was made that was restored."
    return _erase(study, store, case_id, at, "system", reason)


def _erase(
    study: Study, store: EventStore, case_id: str, at: str, actor: str, reason: str
) -> Event:
    draft = Draft(
        op_id=f":erased:{case_id}",
        at=at,
        actor=actor,
        role="administrator",
        organisation="",
        kind="erased",
        case_id=case_id,
        value={"documents": dict(_documents(study, case_id))},
        reason=reason,
    )
    (event,) = store.append([draft])
    _destroy(study, store, case_id, event.value)
    return event


def _against(kept: Keeping, case_id: str, today: str, reason: str) -> list[Problem]:
    if not reason.strip():
        hint = "Give it with --reason; it stays on record."
        return [Problem("reason-needed", case_id, "cannot be erased without a reason", hint=hint)]
    if case_id not in kept.cases:
        return [Problem("no-such-case", case_id, "has nothing on record")]
    case = kept.cases[case_id]
    if case.erased_at:
        return [Problem("case-erased", case_id, "was erased already")]
    found = []
    if kept.holds(case_id):
        hint = "Release it first: lltic retention release."
        found.append(Problem("legal-hold", case_id, "is under a legal hold", hint=hint))
    until = kept.keep_until(case_id)
    if until > today:
        hint = "To end it sooner say so first, with a reason: lltic retention set."
        message = f"is to be kept until {until}"
        found.append(Problem("retention-running", case_id, message, hint=hint))
    if case.unsealed:
        hint = "Its words lie open in the record; they can only go with the whole study."
        message = "was written about before texts were sealed"
        found.append(Problem("unsealed-text", case_id, message, hint=hint))
    return found


def finish(study: Study, store: EventStore) -> None:
    """Destroy what the record says was erased and is still there."""
    gone = store.keys.erased()
    for line in store.stored():
        if line.kind == "erased" and line.case_id not in gone:
            _destroy(study, store, line.case_id, json.loads(line.value))


def _documents(study: Study, case_id: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the SHA-256 of each of a case's documents."""
    for document in _casebook(study).get(case_id, {}).get("documents", ()):
        file = _file(study, document["id"])
        if file is not None:
            yield document["id"], hashlib.sha256(file.read_bytes()).hexdigest()


def _destroy(study: Study, store: EventStore, case_id: str, value: Any) -> None:
    for document in value["documents"]:
        # The text last: a document is found by it, should this be cut short.
        for suffix in (*KINDS, "layer", "txt"):
            file = _file(study, document, suffix)
            if file is not None:
                file.unlink()
    book = _casebook(study)
    if book.pop(case_id, None) is not None:
        with write_atomically(study.cohort / "casebook.json", permissions=0o600) as stream:
            json.dump(book, stream, ensure_ascii=False)
    # The key last: while it is there, finish() knows that something is left to do.
    store.keys.erase(case_id)


def _file(study: Study, document: str, suffix: str = "txt") -> Path | None:
    file = (study.documents / f"{document}.{suffix}").resolve()
    inside = file.is_relative_to(study.documents.resolve())
    return file if inside and file.is_file() else None


def _casebook(study: Study) -> dict[str, Any]:
    file = study.cohort / "casebook.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}
