"""Would a sceptic trust the record? The file, its guards, the chains, the texts, the rules.

Each check is a :class:`~lltic.audit.claims.Claim`; the first event that does not
fit is named. The chains need no key. With an anchor file, kept elsewhere, a
record that was cut or written anew as a whole is found too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lltic.audit.claims import Claim
from lltic.audit.replay import check_replay
from lltic.errors import LlticError
from lltic.records import Event
from lltic.reviews.record import raw
from lltic.reviews.record.anchor import read_anchors, study_id
from lltic.reviews.record.events import BOOKS, COLUMNS, GENESIS, UNCHAINED, Stored, digest
from lltic.reviews.record.events import value_text as canonical
from lltic.reviews.record.opening import case_keys
from lltic.reviews.record.sealing import Sealer, is_sealed
from lltic.study import Study
from lltic.wording import number_of

__all__ = ["verify"]


def verify(study: Study, anchor: Path | None = None) -> list[Claim]:
    """Verify the review record of a study.

    Parameters
    ----------
    anchor : Path, optional
        A file that ``lltic audit anchor`` made, kept elsewhere.

    Returns
    -------
    list of Claim
        ``file`` (the database is whole), ``guards`` (it refuses changes), ``chain``
        and ``accesses`` (each line of the two books has the hash that its content
        and the lines before it give, in the book and in its review), ``texts``
        (what is sealed opens, and only erased cases have no key), ``replay`` (the
        events add up under the rules), ``anchor``.
    """
    if not raw.is_there(study):
        if anchor is None:
            return [Claim("record", True, "there is no record yet: nothing was reviewed")]
        return [_check_anchor(study, anchor, {book: [] for book in BOOKS})]
    wrong = raw.whole(study)
    claims = [Claim("file", not wrong, wrong or "the database is whole")]
    lines: dict[str, list[Stored]] = {}
    try:
        claims.append(_check_guards(study))
        for name, book in (("chain", "events"), ("accesses", "accesses")):
            lines[book], claim = _check_chain(raw.lines(study, book), name, book)
            claims.append(claim)
    except raw.Unreadable as error:
        return [*claims, Claim("chain", False, f"the events cannot be read: {error}")]
    if all(claim.passed for claim in claims[2:]):
        claims += _check_texts(study, lines)
    if anchor is not None:
        claims.append(_check_anchor(study, anchor, lines))
    return claims


def _check_guards(study: Study) -> Claim:
    missing = raw.missing_guards(study)
    said = f"not there, or switched off: {', '.join(missing)}"
    return Claim("guards", not missing, said if missing else "the database refuses changes")


def _check_chain(rows: Iterator[Mapping[str, Any]], name: str, book: str) -> tuple[Any, Claim]:
    """Follow the chain of a book and those of its reviews; stop at the first wrong line."""
    lines: list[Stored] = []
    last: dict[str, str] = {}
    for row in rows:
        wrong = _check_row(row, lines[-1] if lines else None, last, book)
        if wrong:
            return lines, Claim(name, False, f"event {row['seq']}: {wrong}")
        line = Stored(**{column: row[column] for column in COLUMNS})
        lines.append(line)
        if line.review_id:
            last[line.review_id] = line.hash
    head = lines[-1].hash[:16] if lines else "none"
    said = f"{number_of(len(lines), 'event')}, {number_of(len(last), 'review')}, head {head}"
    return lines, Claim(name, True, said)


def _check_row(
    row: Mapping[str, Any], before: Stored | None, last: Mapping[str, str], book: str
) -> str:
    expected = before.seq + 1 if before else 1
    if row["seq"] != expected:
        return f"event {expected} is not there"
    for column in COLUMNS:
        kind = int if column in ("seq", "base_version") else str
        if type(row[column]) is not kind:
            return f"its {column} is not {kind.__name__}: it was changed"
    if row["kind"] not in BOOKS[book]:
        return "its kind is not known: it was changed"
    if row["prev_hash"] != (before.hash if before else GENESIS):
        return "it does not follow the event before it: one was changed, added or removed"
    unchained = row["review_prev_hash"] == UNCHAINED
    if unchained and before is not None and before.review_prev_hash != UNCHAINED:
        return "it is not in the chain of its review: it was changed"
    follows = last.get(row["review_id"], GENESIS) if row["review_id"] else ""
    if not unchained and row["review_prev_hash"] != follows:
        return "it does not follow the event before it in its review"
    try:
        if unchained and canonical(json.loads(row["value"])) != row["value"]:
            return "its value is not written as it was: it was changed"
        same = digest(row) == row["hash"]
    except (ValueError, RecursionError):
        return "its value is not JSON: it was changed"
    return "" if same else f"its content is not what was recorded ({_where(row)})"


def _where(row: Mapping[str, Any]) -> str:
    place = ", ".join(row[name] for name in ("kind", "review_id", "field") if row[name])
    return place.encode("utf-8", "replace").decode()


def _check_texts(study: Study, lines: Mapping[str, list[Stored]]) -> list[Claim]:
    """Open what is sealed; without the keys nothing more can be said."""
    keys = case_keys(study)
    sealer = Sealer(keys)
    events: list[Event] = []
    said_erased = {line.case_id for line in lines["events"] if line.kind == "erased"}
    sealed = 0
    try:
        gone = keys.erased()
        for book in BOOKS:
            for line in lines[book]:
                event = sealer.open(line)
                sealed += is_sealed(line)
                if book == "events":
                    events.append(event)
    except LlticError as error:
        codes = ", ".join(error.codes)
        return [Claim("texts", False, f"{error.problems[0].where} cannot be opened: {codes}")]
    finally:
        keys.engine.dispose()
    if gone != said_erased:
        odd = ", ".join(sorted(gone ^ said_erased)[:3])
        return [Claim("texts", False, f"keys and record differ on what was erased: {odd}")]
    detail = f"{number_of(sealed, 'sealed text')}, {number_of(len(gone), 'case')} erased"
    return [Claim("texts", True, detail), check_replay(events)]


def _check_anchor(study: Study, file: Path, lines: Mapping[str, list[Stored]]) -> Claim:
    """Look for every head that was ever written down: it must still be on the chain."""
    try:
        anchors = read_anchors(file)
        own = study_id(study) if (study.keys / "pseudonym.key").is_file() else ""
    except LlticError as error:
        return Claim("anchor", False, str(error))
    for one in anchors:
        if own and one.study != own:
            return Claim("anchor", False, f"the anchor of {one.at} is another study's")
        for book, (seq, wanted) in one.heads.items():
            found = lines.get(book, [])
            there = found[seq - 1].hash if 0 < seq <= len(found) else GENESIS if not seq else ""
            if there != wanted:
                lost = "is gone: the end was cut off" if not there else "was written anew"
                return Claim("anchor", False, f"{book}: {seq}, anchored at {one.at}, {lost}")
    return Claim("anchor", True, f"{len(anchors)} anchors, the last of {anchors[-1].at}")
