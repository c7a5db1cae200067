"""Who came in, who asked for what was not theirs, who looked at others' work: read, not judged.

Whether the book itself can be trusted is for :mod:`lltic.audit.store` to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from lltic.clock import to_text
from lltic.errors import Problem, UsageError, did_you_mean, unknown
from lltic.reviews.accounts import Accounts
from lltic.reviews.record.accesses import Access, access, case_of
from lltic.reviews.record.events import ACCESS_KINDS
from lltic.reviews.record.keeping import keeping
from lltic.reviews.record.opening import reading
from lltic.reviews.record.store import EventStore
from lltic.study import Study

__all__ = ["accesses"]


def accesses(
    study: Study,
    *,
    person: str = "",
    case_id: str = "",
    kinds: Collection[str] = (),
    since: datetime | None = None,
) -> list[Access]:
    """Return the lines of a study's book of accesses, in order; the service may run meanwhile.

    Parameters
    ----------
    person : str
        Only what this account did, or tried.
    case_id : str
        Only what was asked about this case or one of its reviews, also when it was erased.
    kinds : collection of str
        Only lines of these kinds; see
        :data:`~lltic.reviews.record.events.ACCESS_KINDS`.
    since : datetime, optional
        Only lines of this instant and later.

    Raises
    ------
    UsageError
        ``unknown-kind``, ``bad-case``; ``unknown-person`` and ``unknown-case`` for one
        that neither the book nor the study knows.
    """
    problems = [unknown("kind", kind, ACCESS_KINDS) for kind in kinds if kind not in ACCESS_KINDS]
    if case_id and case_of(case_id) != case_id:
        allowed = "a case id, such as 4F7K2-9QDXM"
        problems.append(Problem("bad-case", "--case", "is not formed like a case id", allowed))
    if problems:
        raise UsageError(problems)
    begin = to_text(since) if since is not None else ""
    found: list[Access] = []
    people: set[str] = set()
    cases: set[str] = set()
    with reading(study) as store:
        for line in _lines(store):
            people.add(line.person)
            cases.add(line.case_id)
            about = not case_id or line.case_id == case_id
            by = not person or line.person == person
            if about and by and line.at >= begin and (not kinds or line.kind in kinds):
                found.append(line)
        if person and person not in people:
            problems += _unknown_person(study, person, people - {""})
        if case_id and case_id not in cases:
            problems += _unknown_case(store, case_id)
    if problems:
        raise UsageError(problems)
    return found


def _lines(store: EventStore | None) -> Iterator[Access]:
    if store is not None:
        yield from map(access, store.accesses.read())


def _unknown_person(study: Study, person: str, in_book: set[str]) -> list[Problem]:
    """Say so of a name that is nobody's: an empty answer would look like a clean one."""
    has_accounts = (study.keys / "accounts.db").is_file()  # an auditor's copy may have none
    known = in_book | set(Accounts(study.keys).names() if has_accounts else ())
    return [] if person in known else [unknown("person", person, sorted(known))]


def _unknown_case(store: EventStore | None, case_id: str) -> list[Problem]:
    known = set(keeping(store.stored()).cases) if store is not None else set()
    if case_id in known:
        return []
    hint = did_you_mean(case_id, known) or "'lltic retention list' names them."
    said = "is not a case of this record"
    return [Problem("unknown-case", case_id, said, f"one of {len(known)} cases", hint)]
