"""One original: known by what is in it, copied, and read page by page by a program of its own."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lltic.pages.asking import MAX_BYTES, CannotShow, Drawing

__all__ = ["Original", "kind_of", "take_original"]

BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"PK\x03\x04": "docx",
}
"""How a file of a kind begins; a PDF says so somewhere in its first 1,024 bytes."""

NAMES = {".pdf": "pdf", ".docx": "docx", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
NAMES |= {".tif": "tiff", ".tiff": "tiff"}

PATIENCE = 120.0
"""Seconds that one document's pages may fail for, all together; the rest stay without words."""


@dataclass(frozen=True, slots=True)
class Original:
    """What was read: a text per page, the original's SHA-256, how many pages gave no words."""

    texts: tuple[str, ...]
    sha256: str
    unread: int


def kind_of(path: Path) -> str:
    """Return what a file is by its first bytes, else what its name says; empty for text."""
    try:
        with path.open("rb") as stream:
            first = stream.read(1024)
    except OSError:
        return ""
    if b"%PDF-" in first:
        return "pdf"
    found = (kind for beginning, kind in BEGINNINGS.items() if first.startswith(beginning))
    return next(found, NAMES.get(path.suffix.lower(), ""))


def take_original(path: Path, kind: str, folder: Path, name: str) -> Original | str:
    """Copy an original into a folder and write where its words stand beside it.

    Returns
    -------
    Original or str
        What was read, or the code that says why it cannot be shown; then nothing is left.
    """
    copy, layer = folder / f"{name}.{kind}", folder / f"{name}.layer"
    try:
        if path.stat().st_size > MAX_BYTES:
            return "document-too-large"
        shutil.copyfile(path, copy)
        with Drawing(copy, kind) as drawing, layer.open("w", encoding="ascii") as stream:
            texts: list[str] = []
            unread = 0
            patience = PATIENCE
            for page in range(1, drawing.about()["pages"] + 1):
                began = time.monotonic()
                found: dict[str, Any] = {"text": "", "size": None, "words": []}
                try:
                    if patience > 0:
                        found = drawing.layer(page)
                    else:
                        unread += 1
                except CannotShow:
                    unread += 1
                    patience -= time.monotonic() - began
                texts.append(found["text"])
                places = {"size": found["size"], "words": found["words"]}
                stream.write(json.dumps(places, separators=(",", ":")) + "\n")
        with copy.open("rb") as original:
            sha256 = hashlib.file_digest(original, "sha256").hexdigest()
        return Original(tuple(texts), sha256, unread)
    except CannotShow as problem:
        for file in (copy, layer):
            file.unlink(missing_ok=True)
        return problem.codes[0]
