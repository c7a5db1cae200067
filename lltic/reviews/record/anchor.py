"""The heads of both chains, written down where whoever has the record has no hand.

A chain shows that a line was changed, but whoever can write the whole file can
also write the whole chain anew, or cut its end off. An anchor file is a line per
visit: time, study, the head of each book. Kept elsewhere (another machine, a
printed page, an e-mail to the auditor) it shows both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lltic.errors import LlticError, Problem
from lltic.identity import pseudonym
from lltic.reviews.record.events import BOOKS, GENESIS
from lltic.reviews.record.keeping import keeping
from lltic.reviews.record.opening import reading
from lltic.study import Study

__all__ = ["Anchor", "anchor", "erased_since", "read_anchors", "study_id"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """One line of an anchor file.

    ``heads`` holds (seq, hash) per book; ``erased`` the cases erased by then, so
    that a backup from before can be made to forget them too.
    """

    at: str
    study: str
    heads: Mapping[str, tuple[int, str]]
    erased: tuple[str, ...] = ()


def study_id(study: Study) -> str:
    """Return what names a study without telling anything of it; a copy has the same."""
    return pseudonym(study.pseudonym_key(), "study", "record")


def anchor(study: Study, file: Path, at: str) -> Anchor:
    """Append the present heads to a file; returns when they are on the disk.

    Raises
    ------
    LlticError
        ``cannot-write``; the record is not touched in any case.
    """
    heads: dict[str, tuple[int, str]] = dict.fromkeys(BOOKS, (0, GENESIS))
    erased: list[str] = []
    with reading(study) as store:
        if store is not None:
            heads = {"events": store.head(), "accesses": store.accesses.head()}
            kept = keeping(store.stored())
            erased = sorted(c.case_id for c in kept.cases.values() if c.erased_at)
    made = Anchor(at, study_id(study), heads, tuple(erased))
    plain = {"at": at, "study": made.study, **{k: list(v) for k, v in heads.items()}}
    line = json.dumps({**plain, "erased": erased}, separators=(",", ":")) + "\n"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, line.encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise LlticError(Problem("cannot-write", str(file), message)) from None
    return made


def read_anchors(file: Path) -> list[Anchor]:
    """Return the lines of an anchor file, in order.

    Raises
    ------
    LlticError
        ``bad-anchor`` for each line that is not one; an anchor file that was
        damaged proves nothing.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
        raise LlticError(Problem("bad-anchor", str(file), message)) from None
    problems, found = [], []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(_parsed(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError):
            problems.append(Problem("bad-anchor", f"{file}:{number}", "is not an anchor"))
    if not text.strip():
        problems.append(Problem("bad-anchor", str(file), "holds no anchor"))
    if problems:
        raise LlticError(problems)
    return found


def _parsed(plain: Any) -> Anchor:
    heads = {}
    for book in BOOKS:
        seq, digest = plain[book]
        if type(seq) is not int or not isinstance(digest, str):
            raise TypeError
        heads[book] = (seq, digest)
    if not all(isinstance(plain[name], str) for name in ("at", "study")):
        raise TypeError
    erased = plain["erased"]
    if not isinstance(erased, list) or not all(isinstance(case, str) for case in erased):
        raise TypeError
    return Anchor(plain["at"], plain["study"], heads, tuple(erased))


def erased_since(anchors: list[Anchor], already: frozenset[str]) -> Iterator[str]:
    """Yield the cases that anchors know to be erased and ``already`` does not."""
    yield from sorted({case for one in anchors for case in one.erased} - already)
