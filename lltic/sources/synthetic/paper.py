"""A small writer of PDF and Word files, for made-up notes that come as most real ones do.

Only what text on pages needs (PDF 32000-1:2008, 7.5 and 9.2; ECMA-376): a standard font,
one stream per page, a table of where everything is. The same text gives the same bytes.
"""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

__all__ = ["A4", "assemble", "docx_of", "pdf_of"]

A4 = (595, 842)
"""Points."""

SIZE, LEADING, MARGIN = 10, 13, 50
LETTERS = 98
"""How many letters a line holds, about."""


def pdf_of(pages: Sequence[str], size: tuple[int, int] = A4) -> bytes:
    """Return texts as a PDF, one page each; what does not fit on a page runs off it.

    Letters outside Windows-1252 become question marks.
    """
    count = len(pages)
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(count))
    font = 3 + 2 * count
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
    ]
    for number, text in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] "
            f"/Resources << /Font << /F1 {font} 0 R >> >> /Contents {4 + 2 * number} 0 R >>".encode()
        )
        stream = _stream(text, size[1])
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream))
    objects.append(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    return assemble(objects)


def _stream(text: str, height: int) -> bytes:
    lines = [
        line
        for paragraph in text.split("\n")
        for line in textwrap.wrap(paragraph, LETTERS, drop_whitespace=False) or [""]
    ]
    said = [f"BT /F1 {SIZE} Tf {LEADING} TL {MARGIN} {height - MARGIN} Td".encode()]
    said += [b"(%b) '" % _escaped(line) for line in lines]
    return b"\n".join([*said, b"ET"])


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        raw = raw.replace(sign, b"\\" + sign)
    return raw


def assemble(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """Return numbered objects as a PDF whose first one is the catalogue.

    Parameters
    ----------
    objects : iterable of bytes
        The first is object 1.
    trailer : bytes
        More entries of the trailer.
    """
    parts = [b"%PDF-1.4\n"]
    places, size = [], len(parts[0])
    for number, content in enumerate(objects, 1):
        places.append(size)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        size += len(parts[-1])
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, entries))
    parts.append(
        b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(places) + 1, trailer, size)
    )
    return b"".join(parts)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATED = "application/vnd.openxmlformats-package.relationships+xml"


def docx_of(pages: Sequence[str]) -> bytes:
    """Return texts as a Word file, a page break between them."""
    breaks = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    said = breaks.join("".join(map(_paragraph, page.split("\n"))) for page in pages)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{RELATED}"/>'
        f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{said}</w:body></w:document>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            # A fixed time: the same text gives the same bytes.
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode())
    return stream.getvalue()


def _paragraph(line: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
