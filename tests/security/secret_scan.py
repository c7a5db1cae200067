"""Looks for secrets where none may be: by their names, and by their values however written.

A finding says where and which, never the value itself.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import sqlite3
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Secrets", "below", "environment", "secrets_in_keys"]

NAME = re.compile(
    r"token|secret|passw|pwd|pgpass|credential|cookie|ticket|capabil|grant|voucher|signature"
    r"|private|crypt|auth|(^|[_-])(key|code|state|session)($|[_-])",
    re.IGNORECASE,
)
"""What a secret is called, in an environment or in an address."""

SAID = re.compile(
    rb"(?i)(password|passwd|token|secret|ticket|capability|cookie|bearer|basic)"
    rb"[\"']?\s*[=: ]\s*[\"']?[A-Za-z0-9_\-+/=.]{16,}"
)
"""A secret being told, in a log: a name and something long."""

SHORTEST = 8


def forms(value: bytes) -> dict[str, bytes]:
    """Return the ways in which a secret may be written down."""
    text = value.decode("utf-8", "surrogateescape")
    found = {
        "as it is": value,
        "in hex": value.hex().encode(),
        "in base64": base64.b64encode(value).rstrip(b"="),
        "in base64 for addresses": base64.urlsafe_b64encode(value).rstrip(b"="),
        "in an address": urllib.parse.quote_from_bytes(value, safe="").encode(),
        "in JSON": json.dumps(text)[1:-1].encode(),
    }
    return found | {"in upper hex": found["in hex"].upper()}


@dataclass
class Secrets:
    """What must not be found, by what it is called here."""

    values: dict[str, bytes] = field(default_factory=dict, repr=False)

    def add(self, name: str, value: str | bytes) -> None:
        """Look for this one from now on."""
        raw = value.encode() if isinstance(value, str) else value
        assert len(raw) >= SHORTEST, f"{name} is too short to be told from chance"
        if raw not in self.values.values():
            self.values[f"{name} ({len(self.values)})"] = raw

    def named(self, words: str) -> list[str]:
        """Return the names of those that are looked for."""
        return [name for name in self.values if words in name]

    # -- where ------------------------------------------------------------------------------

    def in_bytes(self, where: str, data: bytes, *, but: Iterable[str] = ()) -> list[str]:
        """Say which secrets are in some bytes."""
        without = tuple(but)
        return [
            f"{where}: {name}, {form}"
            for name, value in self.values.items()
            if not name.startswith(without or ("\0",))
            for form, written in forms(value).items()
            if written in data
        ]

    def in_urls(self, urls: Iterable[str], harmless: Iterable[str] = ()) -> list[str]:
        """Say which secrets are in addresses, and which parameters are called like one."""
        found = []
        for url in set(urls):
            parts = urllib.parse.urlsplit(url)
            found += self.in_bytes(f"url {parts.path}", url.encode())
            found += self.in_bytes(f"url {parts.path}", urllib.parse.unquote(url).encode())
            names = [name for name, _ in urllib.parse.parse_qsl(parts.query)]
            found += [
                f"url {parts.path}: a parameter called {name}"
                for name in names
                if NAME.search(name) and name not in harmless
            ]
            if "@" in parts.netloc:
                found.append(f"url {parts.path}: somebody's name or password")
        return found

    def in_log(self, where: str, data: bytes) -> list[str]:
        """Say which secrets are in a log, and whether it tells any that we do not know."""
        told = [m[0].split()[0][:20] for m in SAID.finditer(data)]
        return self.in_bytes(where, data) + [f"{where}: tells {words!r}" for words in told]

    def in_files(self, *folders: Path, but: Iterable[Path] = ()) -> list[str]:
        """Say which secrets are in the files below some folders, or in their names."""
        found, without = [], tuple(but)
        for file in files_below(*folders):
            if any(file.is_relative_to(one) for one in without):
                continue
            found += self.in_bytes(f"the name {file.name}", os.fsencode(file.name))
            with contextlib.suppress(FileNotFoundError):  # the temporary ones of a database
                found += self.in_bytes(str(file), file.read_bytes())
        return found

    def in_process(
        self, pid: int, *, names: Iterable[str] = (), values: Iterable[str] = ()
    ) -> list[str]:
        """Say which secrets are in a process's command line or environment.

        ``names`` are the variables that it may have all the same, ``values`` the beginnings
        of the names of those secrets that may be in them.
        """
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            found = self.in_bytes(f"command line of {pid}", command)
            for name, value in environment(pid).items():
                where = f"environment of {pid}: {name}"
                may = name in names
                found += [where] if NAME.search(name) and not may else []
                found += self.in_bytes(where, value.encode(), but=values if may else ())
            return found
        return []


def files_below(*folders: Path) -> Iterator[Path]:
    """Give every regular file."""
    for folder in folders:
        for root, _, names in os.walk(folder):
            for name in names:
                file = Path(root, name)
                if file.is_file() and not file.is_symlink():
                    yield file


def below(pid: int) -> list[int]:
    """Return the processes below one."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found + [further for child in found for further in below(child)]


def environment(pid: int) -> Mapping[str, str]:
    """Return what a process was started with."""
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace").split("\0")
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs if pair)}


def secrets_in_keys(keys: Path) -> Iterator[tuple[str, bytes]]:
    """Give what is secret in a study's ``keys``: files, cases' keys, hashes of passwords."""
    for file in files_below(keys):
        if ".db" in file.name or ".sqlite" in file.name:
            continue
        data = file.read_bytes()
        yield f"keys/{file.relative_to(keys)}", data.strip() or data
    for database in ("accounts.db", "cases.db"):
        with contextlib.closing(sqlite3.connect(f"file:{keys / database}?mode=ro", uri=True)) as db:
            tables = [
                row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            for table in tables:
                for row in db.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        if isinstance(value, bytes) and len(value) >= 16:
                            yield f"keys/{database}/{table}", value
                        if isinstance(value, str) and value.startswith("$argon2"):
                            yield f"keys/{database}/{table}", value.encode()
