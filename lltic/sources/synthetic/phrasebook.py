"""Reads the phrase files: what clinicians write, kept apart from the code that deals it out.

A file is a list of records (``= name``); a record has single values
(``key: value``) and lists (``key:`` and indented lines, one template each).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

__all__ = ["Record", "lines", "read", "word"]

Record = Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=32)
def read(name: str) -> Mapping[str, Record]:
    """Return the records of ``phrases/<name>.txt`` by name, in the order of the file."""
    file = resources.files("lltic.sources.synthetic") / "phrases" / f"{name}.txt"
    records: dict[str, dict[str, list[str]]] = {}
    record: dict[str, list[str]] = {}
    entries: list[str] = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("= "):
            record = records.setdefault(line[2:].strip(), {})
        elif line.startswith("  "):
            entries.append(line.strip())
        else:
            key, colon, value = line.partition(":")
            if not colon or " " in key:
                raise ValueError(f"{name}.txt, line {number}: neither a key nor a template")
            entries = record.setdefault(key, [])
            if value.strip():
                entries.append(value.strip())
    return {n: {k: tuple(v) for k, v in r.items()} for n, r in records.items()}


def lines(record: Record, key: str) -> tuple[str, ...]:
    """Return a record's list, empty when it has none."""
    return record.get(key, ())


def word(record: Record, key: str, default: str = "") -> str:
    """Return a record's single value."""
    return record[key][0] if record.get(key) else default
