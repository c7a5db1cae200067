"""Take in the documents: texts as they are, originals beside the text that was read from them.

An original (PDF, picture, Word file) is copied as ``<document_id>.<kind>``; its
text becomes ``<document_id>.txt``, like that of a document that came as text, and
where each word stands becomes ``<document_id>.layer``, a line of JSON to a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from lltic.errors import Problem
from lltic.sources.checks import first_rows
from lltic.sources.files import ROW
from lltic.sources.originals import kind_of, take_original
from lltic.sources.parquet import quoted
from lltic.sources.reading import TextSource
from lltic.sources.tables import count_pages

__all__ = ["Watch", "take_documents"]

Watch = Callable[[Iterable[Any]], Iterable[Any]]

MESSAGES = {
    "no-text": "the document has no text",
    "no-file": "the document's file is not there",
    "outside-folder": "the document's file is not below the folder of the mapping",
    "not-utf8": "the document's file is no PDF, PNG, JPEG, TIFF or docx, nor text in UTF-8",
    "document-broken": "the document cannot be opened, or is not what its name says",
    "document-locked": "the document is protected by a password",
    "document-too-large": "the document is too large, or would be once unpacked",
    "too-many-pages": "the document has too many pages",
    "document-too-slow": "the document takes too long to open",
}
"""Why a document is left out."""

LEFT_OUT = "The documents were left out"


@dataclass(frozen=True, slots=True)
class Made:
    """What is written of a document besides what its source says."""

    pages: int
    sha256: str
    original: str | None = None
    original_sha256: str | None = None


class LeftOut(Exception):
    """A document that is not taken, by the code that says why."""


def take_documents(
    connection: duckdb.DuckDBPyConnection, source: TextSource, folder: Path, watch: Watch
) -> list[Problem]:
    """Write every kept document into a folder; leave out those that cannot be shown.

    Returns
    -------
    list of Problem
        One per reason, with the first rows; ``page-unreadable`` counts the documents
        that are kept though some of their pages gave no words.
    """
    connection.execute(
        f'SELECT d."{ROW}", d.document_id, s.raw FROM documents AS d JOIN '  # noqa: S608 - our own names
        f'(SELECT "{ROW}", {source.raw} AS raw FROM {quoted(source.view)}) AS s '
        f'USING ("{ROW}") ORDER BY 1'
    )
    made: list[tuple[int, Made]] = []
    failed: dict[str, list[int]] = {}
    for row, document_id, raw in watch(_batches(connection)):
        try:
            one, unread = _taken(raw, source.folder, folder, document_id)
        except LeftOut as reason:
            failed.setdefault(str(reason), []).append(row)
            continue
        made.append((row, one))
        if unread:
            failed.setdefault("page-unreadable", []).append(row)
    _fill(connection, made)
    return [_problem(source, code, rows) for code, rows in sorted(failed.items())]


def _problem(source: TextSource, code: str, rows: list[int]) -> Problem:
    where = f"{source.label}: {first_rows(rows[:3], len(rows))}"
    if code == "page-unreadable":
        message, hint = "some pages of the document gave no words", "The documents were kept"
        return Problem(code, where, message, hint=hint, count=len(rows))
    return Problem(code, where, MESSAGES[code], hint=LEFT_OUT, count=len(rows))


def _batches(connection: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    while batch := connection.fetchmany(1000):  # all notes of a hospital do not fit into memory
        yield from batch


def _taken(raw: str | None, source: Path | None, folder: Path, name: str) -> tuple[Made, int]:
    """Write one document; return what is known of it and how many pages gave no words."""
    if not (raw or "").strip():
        raise LeftOut("no-text")
    if source is None:
        return _as_text(raw or "", folder, name), 0
    path = _below(source, raw or "")
    kind = kind_of(path)
    if not kind:
        return _as_text(_read(path), folder, name), 0
    found = take_original(path, kind, folder, name)
    if isinstance(found, str):
        raise LeftOut(found if found in MESSAGES else "document-broken")
    text = "\f".join(found.texts)
    sha256 = _written(text, folder, name)
    return Made(len(found.texts), sha256, kind, found.sha256), found.unread


def _below(source: Path, said: str) -> Path:
    root = source.resolve()
    try:
        path = (root / said).resolve()
        if not path.is_relative_to(root):
            raise LeftOut("outside-folder")
        if not path.is_file():
            raise LeftOut("no-file")
    except (OSError, ValueError):
        raise LeftOut("no-file") from None
    return path


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LeftOut("not-utf8") from None
    except OSError:
        raise LeftOut("no-file") from None


def _as_text(text: str, folder: Path, name: str) -> Made:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise LeftOut("no-text")
    return Made(count_pages(text), _written(text, folder, name))


def _written(text: str, folder: Path, name: str) -> str:
    data = text.encode("utf-8")
    (folder / f"{name}.txt").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _fill(connection: duckdb.DuckDBPyConnection, made: list[tuple[int, Made]]) -> None:
    import pyarrow as pa

    columns = {
        "row_number": pa.array([row for row, _ in made], pa.int64()),
        "pages": pa.array([one.pages for _, one in made], pa.int64()),
        "sha256": pa.array([one.sha256 for _, one in made], pa.string()),
        "original": pa.array([one.original for _, one in made], pa.string()),
        "original_sha256": pa.array([one.original_sha256 for _, one in made], pa.string()),
    }
    connection.register("made", pa.table(columns))
    connection.execute(
        f"""UPDATE documents SET pages = made.pages, sha256 = made.sha256,
        original = made.original, original_sha256 = made.original_sha256
        FROM made WHERE documents."{ROW}" = made.row_number"""  # noqa: S608 - our own names
    )
    connection.execute("DELETE FROM documents WHERE sha256 IS NULL")
