"""Originals for tests: good ones, and those that somebody made to do harm."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import docx
from PIL import Image, ImageDraw

from lltic.sources.originals import Original, take_original
from lltic.sources.synthetic.paper import assemble, pdf_of
from lltic.sources.tables import document_hash
from lltic.study import Study

__all__ = ["HOSTILE", "jpeg", "lay", "page", "png", "tiff", "word"]

BODY = "Fluid balance was not charted. Café au lait refused; Müller informed."


def page(number: int) -> str:
    """The words of a page."""
    return f"Page {number} of the notes\n{BODY}"


def picture(text: str, size: tuple[int, int] = (600, 800)) -> Image.Image:
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).text((40, 40), text, fill=0)
    return image


def saved(image: Image.Image, kind: str, **more) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **more)
    return stream.getvalue()


def png() -> bytes:
    return saved(picture("A scan"), "PNG")


def jpeg() -> bytes:
    return saved(picture("A photograph"), "JPEG")


def tiff(pages: int = 3) -> bytes:
    others = [picture(f"Sheet {n}") for n in range(2, pages + 1)]
    return saved(picture("Sheet 1"), "TIFF", save_all=True, append_images=others)


def word() -> bytes:
    made = docx.Document()
    made.add_paragraph("Discharge letter for a café owner.")
    table = made.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Sodium", "128"
    made.add_page_break()
    made.add_paragraph("Second page.")
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def one_page(entries: bytes, stream: bytes = b"", *more: bytes, size: bytes = b"0 0 595 842"):
    """A PDF of one page with something in it."""
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R %b >>"
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            leaf % (size, entries),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
            *more,
        ]
    )


def encrypted() -> bytes:
    """A PDF that says it is encrypted, with a password nobody has."""
    lock = b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <%b> /U <%b> >> " % (
        b"41" * 32,
        b"42" * 32,
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    return assemble(objects, lock + b"/ID [<%b> <%b>]" % (b"43" * 16, b"43" * 16))


def claims_pages(count: int) -> bytes:
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count %d >>" % count,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        ]
    )


def form_in_itself() -> bytes:
    """A drawing that draws itself, many times over."""
    again = b"/A Do " * 40
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 5 0 R >> >>"
    )
    form += b" /Length %d >>\nstream\n%b\nendstream" % (len(again), again)
    return one_page(b"/Resources << /XObject << /A 5 0 R >> >>", again, form)


def forms_in_forms(deep: int = 12, wide: int = 12) -> bytes:
    """Drawings in drawings: a few lines that mean 12 to the power of 12 strokes."""
    said = b"/A Do " * wide
    forms = []
    for level in range(deep):
        draws = said if level < deep - 1 else b"0 0 m 9 9 l S "
        forms.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9]"
            b" /Resources << /XObject << /A %d 0 R >> >> /Length %d >>\nstream\n%b\nendstream"
            % (6 + level, len(draws), draws)
        )
    return one_page(b"/Resources << /XObject << /A 5 0 R >> >>", said, *forms, b"null")


def kids_in_a_ring() -> bytes:
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 /Parent 2 0 R >>",
        ]
    )


def stream_bomb() -> bytes:
    """A content stream that unpacks to 2 GB of nothing."""
    pack = zlib.compressobj(9, wbits=-15)
    block = pack.compress(b" " * 2**20) + pack.flush(zlib.Z_FULL_FLUSH)
    packed = b"\x78\xda" + block * 2048 + b"\x03\x00" + b"\0" * 4
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    body = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed)
    first = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    return assemble([*first, leaf, body])


def broken_font() -> bytes:
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor 6 0 R >>"
    about = b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 7 0 R >>"
    junk = bytes(range(256)) * 40
    file = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(junk), junk)
    said = b"BT /F1 12 Tf 50 700 Td (Seen at ten.) Tj ET"
    return one_page(b"/Resources << /Font << /F1 5 0 R >> >>", said, font, about, file)


def active() -> bytes:
    """JavaScript at opening, a link, a launch and an attachment; none may ever act."""
    script = b"<< /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9/leak'\\)) >>"
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 99 99]"
    link += b" /A << /S /URI /URI (http://127.0.0.1:9/) >> >>"
    start = b"<< /S /Launch /F (/bin/touch) >>"
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R /AA << /WC 7 0 R >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Annots [6 0 R] /AA << /O 7 0 R >> >>",
            b"null",
            script,
            link,
            start,
        ]
    )


def image_bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in some bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zip_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(3):
            packed.writestr(f"word/{number}.xml", b"\0" * 30_000_000)
    return stream.getvalue()


def word_with(xml: bytes) -> bytes:
    """A Word file whose text is this XML."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, xml if part == "word/document.xml" else old.read(part))
    return stream.getvalue()


def entities(declared: str, said: str) -> bytes:
    """A Word file with entities of its own."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return word_with(
        f'<!DOCTYPE w [<!ENTITY a0 "ha">{declared}]><w:document xmlns:w="{space}"><w:body><w:p>'
        f"<w:r><w:t>before {said} after</w:t></w:r></w:p></w:body></w:document>".encode()
    )


GROWING = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


def lay(study: Study, case: str, name: str, kind: str, content: bytes) -> dict[str, Any]:
    """Put an original into a case of a study, as an ingest and an allocation would."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"any.{kind}"
        file.write_bytes(content)
        taken = take_original(file, kind, study.documents, name)
    if isinstance(taken, str):
        # Not taken: what a study would hold that somebody changed behind our back.
        (study.documents / f"{name}.{kind}").write_bytes(content)
        (study.documents / f"{name}.layer").write_text('{"size":null,"words":[]}\n')
        taken = Original(("",), "", 1)
    text = "\f".join(taken.texts)
    (study.documents / f"{name}.txt").write_bytes(text.encode())
    row = {"id": name, "title": name, "kind": "letter", "organisation": "Acute", "date": ""}
    row |= {"pages": len(taken.texts), "original": kind, "sha256": document_hash(text)}
    book = json.loads((study.cohort / "casebook.json").read_text())
    book[case]["documents"].append(row)
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    return row


HOSTILE: dict[str, tuple[str, bytes]] = {
    "encrypted": ("pdf", encrypted()),
    "truncated": ("pdf", pdf_of([page(1)] * 9)[:1500]),
    "nothing but a name": ("pdf", b"%PDF-1.4\n"),
    "claims many pages": ("pdf", claims_pages(100_000)),
    "pages in a ring": ("pdf", kids_in_a_ring()),
    "huge page": ("pdf", one_page(b"", size=b"0 0 999999999 999999999")),
    "long thin page": ("pdf", one_page(b"", size=b"0 0 1 900000")),
    "upside down page": ("pdf", one_page(b"", size=b"600 800 0 0")),
    "drawing in itself": ("pdf", form_in_itself()),
    "drawings in drawings": ("pdf", forms_in_forms()),
    "stream bomb": ("pdf", stream_bomb()),
    "broken font": ("pdf", broken_font()),
    "active": ("pdf", active()),
    "picture bomb": ("png", image_bomb()),
    "truncated picture": ("jpeg", jpeg()[:700]),
    "png called jpeg": ("jpeg", png()),
    "zip bomb": ("docx", zip_bomb()),
    "zip that is no Word": ("docx", b"PK\x03\x04" + b"\0" * 500),
    "entities that grow": ("docx", entities(GROWING, "&a9;")),
    "entity of a file": ("docx", entities('<!ENTITY f SYSTEM "file:///etc/hostname">', "&f;")),
}
"""By what is wrong with it: what it is said to be, and its bytes."""
