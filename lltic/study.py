"""A study on disk: one folder with everything in its place.

======================= =====================================================
``study.toml``           settings, no secrets
``extract/``             canonical tables as Parquet
``documents/``           case notes, one file per document
``cohort/``              cases, attrition, sample, assignments
``reviews.db``           the event log of the review service
``cohorts/ review_forms/ codebooks/ plans/``  the study's own definitions
``codings/``             codings made in other programs, beside the record
``exercises/``           what was said, coded and drawn up in consensus exercises
``outputs/``             workbook, paper, notebooks
``keys/``                the pseudonym key and the accounts, for the owner only
======================= =====================================================

Nothing here is half-written: a file appears whole under its name or not at all.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from lltic.errors import LlticError, Problem, UsageError

__all__ = ["Settings", "Study", "write_atomically", "write_folder_atomically"]

FOLDERS = (
    "extract",
    "documents",
    "cohort",
    "review_forms",
    "cohorts",
    "codebooks",
    "plans",
    "outputs",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``study.toml`` says.

    ``synthetic`` marks a make-believe study; pages and papers print it.
    ``idle_minutes`` is how long a reviewer's page stays signed in untouched; 0: for ever.
    ``review_days`` is within how many days a review is asked for, to be read on the list of
    cases; 0: no day is asked for.
    ``reviews_url`` is where the record is, when it is not ``reviews.db``.
    ``password_days`` is how old a password may get; 0 for as old as it likes.
    """

    title: str
    cohort: str = "lltic"
    form: str = "sjr"
    codebook: str = "lltic-12"
    plan: str = "census"
    support: str = ""
    synthetic: bool = False
    password_days: int = 0
    idle_minutes: int = 30
    review_days: int = 0
    reviews_url: str = ""


@contextmanager
def write_atomically(path: Path, mode: str = "w", permissions: int = 0o644) -> Iterator[IO[Any]]:
    """Open a file that takes its name only when the block ends well.

    Parameters
    ----------
    path : Path
        The file to make or replace.
    mode : str
        ``w`` for UTF-8 text, ``wb`` for bytes.

    Raises
    ------
    LlticError
        ``cannot-write`` (a full disk, no permission); the old file is untouched.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, mode, encoding=None if "b" in mode else "utf-8") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(permissions)
        temporary.replace(path)
    except OSError as error:
        raise LlticError(_cannot_write(path, error)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def write_folder_atomically(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and swap it in for ``path`` when the block ends well."""
    import shutil

    scratch = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        fresh = scratch / "new"
        fresh.mkdir()
        yield fresh
        if path.exists():
            path.rename(scratch / "old")
        fresh.rename(path)
    except OSError as error:
        raise LlticError(_cannot_write(path, error)) from error
    finally:
        if scratch is not None:
            if not path.exists() and (scratch / "old").exists():
                (scratch / "old").rename(path)
            shutil.rmtree(scratch, ignore_errors=True)


def _cannot_write(path: Path, error: OSError) -> Problem:
    reason = error.strerror or "the disk refused"
    hint = (
        "Make room or mend the permissions and run the command again. What was there is unchanged."
    )
    return Problem("cannot-write", str(path), f"cannot be written: {reason}", hint=hint)


@dataclass(frozen=True)
class Study:
    """A study folder and the names of the things in it.

    Parameters
    ----------
    path : Path
        The folder; use :meth:`open` or :meth:`init`, which check it.
    """

    path: Path

    @classmethod
    def init(
        cls,
        path: Path | str,
        *,
        title: str = "",
        support: str = "",
        synthetic: bool = False,
        key: bytes | None = None,
    ) -> Study:
        """Make an empty study in a new or empty folder, with a fresh pseudonym key.

        ``key`` is given only for synthetic studies, whose case ids must be the
        same on every machine.
        """
        path = Path(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            hint = "Name a new folder, or an empty one."
            raise UsageError(
                Problem("study-exists", str(path), "is there and not empty", hint=hint)
            )
        study = cls(path.resolve())
        said = {"title": _quotable(title or path.name), "support": _quotable(support)}
        try:
            path.mkdir(parents=True, exist_ok=True)
            for folder in FOLDERS:
                study.path.joinpath(folder).mkdir()
            study.keys.mkdir(mode=0o700)
        except OSError as error:
            raise LlticError(_cannot_write(path, error)) from None
        with write_atomically(study.keys / "pseudonym.key", "wb", 0o600) as stream:
            stream.write(key if key is not None else secrets.token_bytes(32))
        with write_atomically(study.path / "study.toml") as stream:
            stream.write(_SETTINGS.format(**said, synthetic=str(synthetic).lower()))
        return study

    @classmethod
    def open(cls, path: Path | str) -> Study:
        """Open an existing study.

        Raises
        ------
        UsageError
            ``not-a-study`` when there is no ``study.toml`` in the folder.
        LlticError
            ``bad-settings`` when the settings cannot be read.
        """
        path = Path(path)
        if not (path / "study.toml").is_file():
            hint = (
                "Make one with 'lltic init DIR' or 'lltic demo DIR', or name one with --study DIR."
            )
            raise UsageError(Problem("not-a-study", str(path), "has no study.toml", hint=hint))
        study = cls(path.resolve())
        _ = study.settings
        return study

    @cached_property
    def settings(self) -> Settings:
        """The settings of ``study.toml``, checked."""
        file = self.path / "study.toml"
        try:
            table = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            problem = Problem("bad-settings", str(file), f"cannot be read: {error}")
            raise LlticError(problem) from None
        known = dict(Settings.__annotations__)
        del known["reviews_url"]
        url, problems = _reviews_url(table.pop("reviews", {}), str(file))
        problems += [
            Problem("bad-settings", f"{file}: {key}", "is not a setting", ", ".join(known))
            for key in table
            if key not in known
        ]
        problems += [
            Problem("bad-settings", f"{file}: {key}", "has the wrong kind of value", known[key])
            for key, value in table.items()
            if key in known and type(value).__name__ != known[key]
        ]
        if "title" not in table:
            problems.append(Problem("bad-settings", f"{file}: title", "is needed and not there"))
        if problems:
            raise LlticError(problems)
        return Settings(**table, reviews_url=url)

    @property
    def extract(self) -> Path:
        """Canonical tables, ``<table>.parquet``."""
        return self.path / "extract"

    @property
    def documents(self) -> Path:
        """Case notes, ``<document_id>.txt``, pages parted by form feeds."""
        return self.path / "documents"

    @property
    def cohort(self) -> Path:
        """What cohort, sampling and allocation made."""
        return self.path / "cohort"

    @property
    def outputs(self) -> Path:
        """What reports made."""
        return self.path / "outputs"

    @property
    def keys(self) -> Path:
        """Secrets, for the owner alone."""
        return self.path / "keys"

    @property
    def reviews(self) -> Path:
        """The event log, where it is a file."""
        return self.path / "reviews.db"

    def pseudonym_key(self) -> bytes:
        """Return the study's key for :func:`lltic.identity.pseudonym`."""
        file = self.keys / "pseudonym.key"
        try:
            return file.read_bytes()
        except OSError as error:
            hint = "Restore it from the backup: without it the case ids cannot be made again."
            problem = Problem("no-key", str(file), error.strerror or "cannot be read", hint=hint)
            raise LlticError(problem) from None


def _reviews_url(section: Any, file: str) -> tuple[str, list[Problem]]:
    """Check ``[reviews]``: the address of a PostgreSQL database, without a password."""
    where, allowed = f"{file}: reviews.url", "postgresql+psycopg://user@host/database"
    if not isinstance(section, dict) or set(section) - {"url"}:
        return "", [Problem("bad-settings", f"{file}: reviews", "has other settings", "url")]
    url = section.get("url", "")
    if not isinstance(url, str) or (url and not url.startswith("postgresql+psycopg://")):
        return "", [Problem("bad-settings", where, "is not such an address", allowed)]
    if ":" in urlsplit(url).netloc.rpartition("@")[0] or "password" in urlsplit(url).query:
        hint = "Keep it in ~/.pgpass of the service's account, and take it out of here."
        return "", [Problem("bad-settings", where, "holds a password", allowed, hint)]
    return url, []


def _quotable(text: str) -> str:
    """Return text that can stand between TOML's double quotes."""
    plain = text.replace('"', "'").replace("\\", "'")
    return "".join(c for c in plain if c.isprintable())


_SETTINGS = """\
# Settings of this study. No secrets here.
title = "{title}"
synthetic = {synthetic}

# Which definitions to use (see 'lltic cohort list', 'lltic form list').
cohort = "lltic"
form = "sjr"
codebook = "lltic-12"
plan = "census"

# Shown on the reviewers' worklist: whom to turn to after hard reading.
support = "{support}"

# A page that nobody touches is signed out after so many minutes; its words stay on it.
idle_minutes = 30

# A review is asked for within so many days, as its reviewer reads on the list of cases; a day
# that has passed stops nobody. 0: no day is asked for.
review_days = 28

# The reviews in PostgreSQL rather than in reviews.db. No password: see ~/.pgpass.
# [reviews]
# url = "postgresql+psycopg://lltic@host/database"
"""
