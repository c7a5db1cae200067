"""REL-10: whoever has the file changes something; the auditor finds all of it.

Edits, deletions, swaps, insertions and flipped bytes are found by the chains; a
cut end, and a history written anew with all its hashes right, by the anchor.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lltic.audit.store import verify
from lltic.reviews.record.anchor import anchor
from lltic.reviews.record.events import COLUMNS, digest
from lltic.reviews.record.opening import writing
from lltic.study import Study

AT = "2026-11-01T09:00:00.000000Z"
TEXTS = [name for name in COLUMNS if name not in ("seq", "base_version")]

Rows = list[dict]


def edit(rows: Rows, chance: random.Random) -> None:
    """Change one character of one text, or a number."""
    row = chance.choice(rows)
    column = chance.choice([name for name in COLUMNS if row[name] != ""])
    if isinstance(row[column], int):
        row[column] += chance.choice((-1, 1, 7)) if column == "base_version" else 1000
        return
    at = chance.randrange(len(row[column]))
    text = row[column]
    new = chance.choice([c for c in 'abcxyz0189{"é' if c != text[at]])
    row[column] = text[:at] + new + text[at + 1 :]


def replace(rows: Rows, chance: random.Random) -> None:
    """Put another line's text where this one's was."""
    column = chance.choice(TEXTS)
    # Not the last one: with another's op_id the table would not take it, and that is a cut.
    one = chance.choice(rows[:-1])
    other = chance.choice([row for row in rows if row is not one])
    if one[column] == other[column]:
        one[column] += "x"
    else:
        one[column] = other[column]


def delete(rows: Rows, chance: random.Random) -> None:
    """Take a line out, sometimes closing the gap behind it."""
    at = chance.randrange(len(rows) - 1)
    del rows[at]
    if chance.random() < 0.5:
        for seq, row in enumerate(rows, 1):
            row["seq"] = seq


def swap(rows: Rows, chance: random.Random) -> None:
    """Let two lines change places."""
    one, other = chance.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]
    for seq, row in enumerate(rows, 1):
        row["seq"] = seq


def insert(rows: Rows, chance: random.Random) -> None:
    """Put in a line that was never written, with a hash that fits it."""
    at = chance.randrange(len(rows))
    row = {**chance.choice(rows), "op_id": f"forged-{chance.random()}", "actor": "ben"}
    row["prev_hash"] = rows[at - 1]["hash"] if at else "0" * 64
    row["seq"] = at + 1
    row["hash"] = digest(row)
    rows.insert(at, row)
    for seq, moved in enumerate(rows, 1):
        moved["seq"] = seq


def rehash_one(rows: Rows, chance: random.Random) -> None:
    """Change a line and mend its own hash."""
    row = chance.choice(rows[:-1])
    row["at"] = row["at"][:-3] + f"{chance.randrange(10, 99)}Z"
    row["actor"] += "x"
    row["hash"] = digest(row)


def cut(rows: Rows, chance: random.Random) -> None:
    """Take away the end: what is left is a faultless chain."""
    del rows[-chance.randrange(1, len(rows)) :]


def rewrite(rows: Rows, chance: random.Random) -> None:
    """Change a line and write every hash anew from there on."""
    at = chance.randrange(len(rows))
    rows[at]["actor"] += "x"
    rechain(rows)


def drop_and_rewrite(rows: Rows, chance: random.Random) -> None:
    """Take a line out and write the whole chain anew."""
    del rows[chance.randrange(len(rows))]
    rechain(rows)


def rechain(rows: Rows) -> None:
    previous, last = "0" * 64, {}
    for seq, row in enumerate(rows, 1):
        review = row["review_id"]
        row["seq"], row["prev_hash"] = seq, previous
        row["review_prev_hash"] = last.get(review, "0" * 64) if review else ""
        row["hash"] = previous = last[review] = digest(row)


CHAINS_FIND = (edit, replace, delete, swap, insert, rehash_one)
ANCHOR_FINDS = (cut, rewrite, drop_and_rewrite)


class Bench:
    """A study, its record's lines in memory, and a quick way to put others in their place."""

    def __init__(self, study: Study, folder: Path) -> None:
        self.study = study
        self.anchors = folder / "anchors"
        with writing(study) as store:
            accesses = [f"access-{n}" for n in range(12)]
            from lltic.reviews.record.events import Draft

            store.accesses.append(
                [Draft(a, AT, "ben", "reviewer", "", "refused", value={"n": a}) for a in accesses]
            )
        anchor(study, self.anchors, AT)
        connection = sqlite3.connect(study.reviews)
        connection.row_factory = sqlite3.Row
        self.rows = {
            book: [dict(row) for row in connection.execute(f"SELECT * FROM {book} ORDER BY seq")]
            for book in ("events", "accesses")
        }
        # Somebody with the file also has its triggers; they are put back afterwards.
        self.triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()
        self.whole = study.reviews.read_bytes()

    def write(self, book: str, rows: Rows) -> None:
        self.study.reviews.write_bytes(self.whole)
        connection = sqlite3.connect(self.study.reviews, isolation_level=None)
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        for name, _ in self.triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"DELETE FROM {book}")
        marks = ", ".join(f":{name}" for name in COLUMNS)
        names = ", ".join(COLUMNS)
        # A tamperer's rows may break what the table asks for; then they are not there at all.
        connection.executemany(f"INSERT OR IGNORE INTO {book} ({names}) VALUES ({marks})", rows)
        for _, sql in self.triggers:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.close()

    def found(self, *, anchored: bool) -> list[str]:
        claims = verify(self.study, self.anchors if anchored else None)
        return [claim.name for claim in claims if not claim.passed]


@pytest.fixture
def bench(reviewed, tmp_path):
    made = Bench(reviewed, tmp_path)
    assert made.found(anchored=True) == []
    return made


def tamper(
    bench: Bench, ways: tuple[Callable, ...], count: int, chance: random.Random, *, anchored: bool
) -> Counter[str]:
    """Tamper ``count`` times, each on a fresh copy; return what was not found, by way."""
    missed: Counter[str] = Counter()
    for number in range(count):
        way = ways[number % len(ways)]
        book = chance.choice(("events", "events", "accesses"))
        rows = [dict(row) for row in bench.rows[book]]
        way(rows, chance)
        assert rows != bench.rows[book], way
        bench.write(book, rows)
        if not bench.found(anchored=anchored):
            missed[way.__name__] += 1
    return missed


def flip(bench: Bench, count: int, chance: random.Random) -> int:
    """Flip one bit inside a line's texts in the file itself; return how many were not found."""
    missed = 0
    for _ in range(count):
        row = chance.choice(bench.rows[chance.choice(("events", "accesses"))])
        text = row[chance.choice(("value", "hash", "prev_hash", "op_id", "at"))].encode()
        raw = bytearray(bench.whole)
        at = raw.find(text)
        if at < 0:
            continue  # a long text is spread over pages
        raw[at + chance.randrange(len(text))] ^= 1 << chance.randrange(8)
        bench.study.reviews.write_bytes(raw)
        missed += not bench.found(anchored=False)
    return missed


def test_every_tampering_is_found(bench):
    chance = random.Random(10)
    assert tamper(bench, CHAINS_FIND, 600, chance, anchored=False) == {}
    assert tamper(bench, ANCHOR_FINDS, 150, chance, anchored=True) == {}
    assert flip(bench, 250, chance) == 0


def test_without_the_anchor_a_cut_end_would_pass(bench):
    """The negative control: the chain alone cannot know what was behind its end."""
    missed = tamper(bench, (cut,), 20, random.Random(1), anchored=False)
    assert missed["cut"] > 10


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_ten_thousand_tamperings_are_found(bench):
    chance = random.Random(11)
    missed = tamper(bench, CHAINS_FIND, 6000, chance, anchored=False)
    missed += tamper(bench, ANCHOR_FINDS, 2000, chance, anchored=True)
    missed["flip"] += flip(bench, 2000, chance)
    assert +missed == Counter()
