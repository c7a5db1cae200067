"""A coded project as a ``.qdpx`` file: an archive of one XML document and the texts.

The texts are files of their own, so that XML changes no letter of them: line ends, accents in
either form and letters outside the first plane come back as they were. Positions count code
points from 0, and the end is the first one that is no longer in the passage; so they do in the
projects of other programs that we have seen, in which the words quoted are as many as
``endPosition - startPosition``.
"""

from __future__ import annotations

import io
import zipfile

from lltic.errors import LlticError, Problem
from lltic.themes.exchange.bounded import Archive, parse_xml
from lltic.themes.exchange.project import Project
from lltic.themes.exchange.qde_read import from_qde
from lltic.themes.exchange.qde_write import to_qde

__all__ = ["INTERNAL", "read_qdpx", "write_qdpx"]

INTERNAL = "internal://"
FOLDER = "sources/"
DOCUMENT = "project.qde"
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write_qdpx(project: Project) -> bytes:
    """Return the archive: the same project, the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        _put(archive, DOCUMENT, to_qde(project))
        for text in project.texts:
            if text.text is not None:
                name = FOLDER + text.path.removeprefix(INTERNAL)
                _put(archive, name, text.text.encode("utf-8"))
    return packed.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # alike on every system
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def read_qdpx(raw: bytes, where: str) -> tuple[Project, list[Problem]]:
    """Return the project of an archive, and the passages in it that make no sense.

    A source that is not in the archive is no error: its ``trouble`` says so.

    Raises
    ------
    LlticError
        ``zip-…``, ``xml-…``, ``qda-…``: it cannot be read, or is no such project.
    """
    archive = Archive(raw, where)
    documents = [key for key in archive.names if key.endswith(".qde") and "/" not in key]
    if len(documents) != 1:
        message = f"holds {len(documents)} documents named *.qde at its top"
        raise LlticError(Problem("qda-wrong-kind", where, message, "one"))
    root = parse_xml(archive.read(documents[0]) or b"", f"{where}: {DOCUMENT}")
    return from_qde(root, where, lambda path, wanted: _fetch(archive, path, wanted=wanted))


def _fetch(archive: Archive, path: str, *, wanted: bool) -> tuple[str | None, str]:
    """Return the text at a path the document names; only what is in the archive is opened."""
    if not path.startswith(INTERNAL):
        return None, "outside" if path else "missing"
    name = FOLDER + path.removeprefix(INTERNAL)
    if not wanted:
        return None, "" if name.casefold() in archive.names else "missing"
    found = archive.read(name)
    if found is None:
        return None, "missing"
    try:
        return found.decode("utf-8"), ""
    except UnicodeDecodeError:
        return None, "unreadable"
