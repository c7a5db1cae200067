"""Read XML and archives from strangers: bounds before anything else, and every refusal told.

Nothing is unpacked to disk and no address is followed, whatever the file says.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lltic.errors import LlticError, Problem

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Archive", "parse_xml"]

MAX_BYTES = 100_000_000
MAX_UNPACKED = 200_000_000
MAX_XML = 100_000_000
MAX_ENTRIES = 100_000
MAX_RATIO = 200
SMALL = 1_000_000
"""Entries up to so many bytes may be packed as tightly as they like."""

WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How entries may be packed. The other ways unpack a piece whole, however large that gets."""

MAX_DEPTH = 64
MAX_NODES = 1_000_000
CHUNK = 1 << 16

HINT = "Nothing was changed."

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""Everything that the standard library raises over an archive that is none, or a wrong one."""


def _problem(code: str, where: str, message: str, allowed: str = "") -> LlticError:
    return LlticError(Problem(code, where, message, allowed, HINT))


class _TooMuch(Exception):
    """The document is out of bounds."""


def parse_xml(raw: bytes, where: str) -> Element:
    """Return the root of an XML document.

    Raises
    ------
    LlticError
        ``xml-too-large`` (bytes, elements or depth), ``xml-forbidden`` (a document type, an
        entity or an outside reference) or ``xml-broken``.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import XMLParser

    if len(raw) > MAX_XML:
        raise _problem("xml-too-large", where, "too large", f"{MAX_XML:,} bytes")
    parser = XMLParser(target=_bounded_builder(), forbid_dtd=True)
    try:
        for start in range(0, len(raw), CHUNK):
            parser.feed(raw[start : start + CHUNK])
        root: Element = parser.close()
    except _TooMuch:
        allowed = f"{MAX_NODES:,} elements, {MAX_DEPTH} levels"
        raise _problem("xml-too-large", where, "holds too much", allowed) from None
    except DefusedXmlException:
        message = "declares a document type or an entity, and neither is read"
        raise _problem("xml-forbidden", where, message) from None
    except (SyntaxError, ValueError, LookupError, UnicodeError):
        raise _problem("xml-broken", where, "is not well-formed XML") from None
    return root


def _bounded_builder() -> Any:
    from xml.etree.ElementTree import TreeBuilder

    class Builder(TreeBuilder):
        depth = nodes = 0

        def start(self, tag: str, attrs: dict[str, str], /) -> Element:
            self.depth += 1
            self.nodes += 1
            if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
                raise _TooMuch
            return super().start(tag, attrs)

        def end(self, tag: str, /) -> Element:
            self.depth -= 1
            return super().end(tag)

    return Builder()


class Archive:
    """A packed file in memory, its entries by name in lower case.

    Raises
    ------
    LlticError
        ``zip-too-large``, ``zip-broken`` (also packed otherwise than stored or deflated),
        ``zip-name`` (leads out of the archive) or ``zip-twice`` (a name that stands twice).
    """

    def __init__(self, raw: bytes, where: str) -> None:
        self._where = where
        if len(raw) > MAX_BYTES:
            raise _problem("zip-too-large", where, "too large", f"{MAX_BYTES:,} bytes")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
            listed = self._zip.infolist()
        except BROKEN:
            raise _problem("zip-broken", where, "is not a whole archive (.zip)") from None
        if len(listed) > MAX_ENTRIES:
            raise _problem("zip-too-large", where, "holds too much", f"{MAX_ENTRIES:,} entries")
        problems = list(self._wrong(listed))
        if problems:
            raise LlticError(problems)
        self._entries = {one.filename.casefold(): one for one in listed if not one.is_dir()}
        self._unpacked = 0

    def _wrong(self, listed: list[zipfile.ZipInfo]) -> Iterator[Problem]:
        seen: set[str] = set()
        for number, one in enumerate(listed, 1):
            place = f"{self._where}: entry {number}"
            parts = one.filename.replace("\\", "/").split("/")
            if ".." in parts or parts[0] == "" or ":" in parts[0] or "\x00" in one.orig_filename:
                message = "its name leads out of the archive"
                yield Problem("zip-name", place, message, "a name below the archive", HINT)
            if one.filename.casefold() in seen:
                yield Problem("zip-twice", place, "its name stands twice", hint=HINT)
            seen.add(one.filename.casefold())
            if one.compress_type not in WAYS and not one.is_dir():
                message = "is packed in a way that is not read"
                yield Problem("zip-broken", place, message, "stored or deflated", HINT)
            if one.file_size > SMALL and one.file_size > MAX_RATIO * max(one.compress_size, 1):
                allowed = f"at most {MAX_RATIO} times its packed size"
                yield Problem("zip-too-large", place, "unpacks to too much", allowed, HINT)
        if sum(one.file_size for one in listed) > MAX_UNPACKED:
            allowed = f"{MAX_UNPACKED:,} bytes"
            yield Problem("zip-too-large", self._where, "unpacks to too much", allowed, HINT)

    @property
    def names(self) -> Mapping[str, str]:
        """The entries' names as they stand, by name in lower case."""
        return {key: one.filename for key, one in self._entries.items()}

    def read(self, name: str) -> bytes | None:
        """Return an entry by its name in lower case; None where there is none.

        Raises
        ------
        LlticError
            ``zip-broken``, ``zip-too-large``: also where the archive lies about sizes.
        """
        entry = self._entries.get(name.casefold())
        if entry is None:
            return None
        left = MAX_UNPACKED - self._unpacked
        try:
            with self._zip.open(entry) as stream:
                found = stream.read(left + 1)
        except BROKEN:
            message = "cannot be unpacked: broken, encrypted or packed in an unknown way"
            raise _problem("zip-broken", self._where, message) from None
        self._unpacked += len(found)
        if len(found) > left:
            allowed = f"{MAX_UNPACKED:,} bytes"
            raise _problem("zip-too-large", self._where, "unpacks to too much", allowed)
        return found
