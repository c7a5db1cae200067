"""Imported codings as a study keeps them: ``codings/NAME.json``, beside the record."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lltic.errors import LlticError, Problem
from lltic.records import Coding, from_plain, to_plain
from lltic.themes.exchange.incoming import Imported

__all__ = ["Kept", "as_file", "read_imported", "read_kept"]

FORMAT = "lltic imported codings 1"
TAKEN = ("same", "same_words")


@dataclass(frozen=True, slots=True)
class Kept:
    """An import as it is kept.

    ``file`` and ``sha256`` are those of the project it came from, ``imported_at`` is empty in
    files of before it was kept. ``texts`` are the study's texts that the project held, each by
    review and item, with a coding or without; ``on_record`` counts its codings that are the
    study's own, which are not among ``codings``.
    """

    name: str
    file: str
    sha256: str
    imported_at: str
    project: str
    origin: str
    on_record: int
    codings: tuple[Coding, ...] = field(repr=False)
    texts: frozenset[tuple[str, str]] = field(repr=False)

    @property
    def source(self) -> dict[str, str]:
        """Whose codings these are, for machines: what a figure made of them names."""
        parts = ("name", "file", "sha256", "imported_at", "project", "origin")
        return {part: getattr(self, part) for part in parts}


def as_file(imported: Imported, file: str, digest: str, at: str = "") -> str:
    """Return what is kept in the study: the codings, what they came from and when; no words."""
    data = {
        "format": FORMAT,
        "file": file,
        "sha256": digest,
        "imported_at": at,
        **{key: value for key, value in to_plain(imported).items() if key != "problems"},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def read_kept(path: Path) -> Kept:
    """Return what was imported into a file of a study.

    Raises
    ------
    LlticError
        ``not-imported-codings``: the file is none that an import wrote.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(data["format"])
        return Kept(
            name=path.stem,
            file=str(data["file"]),
            sha256=str(data["sha256"]),
            imported_at=str(data.get("imported_at", "")),
            project=str(data["project"]),
            origin=str(data["origin"]),
            on_record=int(data["on_record"]),
            codings=tuple(from_plain(Coding, one) for one in data["codings"]),
            texts=frozenset(
                (str(one["review_id"]), str(one["item"]))
                for one in data["sources"]
                if one["status"] in TAKEN
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        hint = "Import the project again: lltic themes import FILE.qdpx"
        problem = Problem("not-imported-codings", str(path), "is no file of an import", hint=hint)
        raise LlticError(problem) from None


def read_imported(path: Path) -> list[Coding]:
    """Return the codings that were imported into a file of a study.

    Raises
    ------
    LlticError
        ``not-imported-codings``: the file is none that an import wrote.
    """
    return list(read_kept(path).codings)
