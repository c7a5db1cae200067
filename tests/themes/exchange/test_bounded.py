"""Files from strangers: whatever they hold, a clear refusal, and nothing outside is touched."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest
from coded_texts import BOOK, coding, text
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.errors import LlticError
from lltic.themes.exchange import (
    bounded,
    codebook_from_qdc,
    codebook_to_qdc,
    matched,
    project_of,
    read_qdpx,
    write_qdpx,
)

ONE = "1" * 8 + "-1111-1111-1111-111111111111"
NAMESPACE = "urn:QDA-XML:project:1.0"
ON = text("Fluids late. " * 20)
GOOD = write_qdpx(project_of("T", BOOK, [ON], [coding(ON, 0, 6, n) for n in (1, 2)]).project)


def packed(qde: bytes | str, name: str = "project.qde", **entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, qde)
        for key, content in entries.items():
            archive.writestr(key.replace("__", "/"), content)
    return stream.getvalue()


def project(inside: str = "", before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<Project xmlns="{NAMESPACE}" name="x">{inside}</Project>'


def refused(raw: bytes) -> tuple[str, ...]:
    with pytest.raises(LlticError) as caught:
        read_qdpx(raw, "x.qdpx")
    assert all(p.where.startswith("x.qdpx") and p.message for p in caught.value.problems)
    return caught.value.codes


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "zip-broken"),
        (b"PK\x05\x06" + b"\0" * 17, "zip-broken"),
        (b"<Project/>", "zip-broken"),
        (GOOD[:-30], "zip-broken"),
        (packed(project(), "readme.txt"), "qda-wrong-kind"),
        (packed(project(), two=b"") + b"", "qda-ok"),
        (packed(project(), **{"other.qde": b""}), "qda-wrong-kind"),
        (packed("<Project name='x'/>"), "qda-wrong-kind"),
        (packed('<CodeBook xmlns="urn:QDA-XML:codebook:1.0"/>'), "qda-wrong-kind"),
        (packed(""), "xml-broken"),
        (packed("<Project"), "xml-broken"),
        (packed(b"\xff\xfe\x00"), "xml-broken"),
        (packed('<?xml version="1.0" encoding="no-such"?><a/>'), "xml-broken"),
        (packed(project("<Notes>\x00</Notes>")), "xml-broken"),
        (
            packed(project(before='<!DOCTYPE Project SYSTEM "http://example.org/x">')),
            "xml-forbidden",
        ),
        (
            packed(project("&a;", '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
            "xml-forbidden",
        ),
        (packed(project("<a>" * 100 + "</a>" * 100)), "xml-too-large"),
        (packed(project("<a>" * 200_000)), "xml-too-large"),
    ],
)
def test_what_is_no_project_is_refused_and_says_why(raw, code):
    if code == "qda-ok":
        assert read_qdpx(raw, "x.qdpx")[0].name == "x"
    else:
        assert refused(raw) == (code,)


def test_entities_that_grow_are_refused_before_they_grow():
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 50}">' for n in range(9)
    )
    assert refused(packed(project("&j;", f"<!DOCTYPE x [{entities}]>"))) == ("xml-forbidden",)


def test_more_elements_than_any_project_has(monkeypatch):
    monkeypatch.setattr(bounded, "MAX_NODES", 500)
    assert refused(packed(project("<a/>" * 600))) == ("xml-too-large",)
    monkeypatch.setattr(bounded, "MAX_XML", 100)
    assert refused(packed(project("<a/>" * 60))) == ("xml-too-large",)


@pytest.mark.parametrize(
    "name", ["../../x.txt", "/etc/x", "C:/x", "sources/../../x", "..\\x", "sources\\..\\..\\x"]
)
def test_a_name_that_leads_out_is_refused(name):
    assert refused(packed(project(), **{name: b"x"})) == ("zip-name",)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused():
    stream = io.BytesIO(packed(project()))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("sources/a.txt", "one")
        archive.writestr("Sources/A.txt", "two")
    assert refused(stream.getvalue()) == ("zip-twice",)


def test_what_unpacks_to_too_much_is_refused_unread(monkeypatch):
    assert refused(packed(project(), sources__a=b"\0" * 5_000_000)) == ("zip-too-large",)
    monkeypatch.setattr(bounded, "MAX_UNPACKED", 1000)
    assert refused(packed(project(), sources__a=random.Random(1).randbytes(2000))) == (
        "zip-too-large",
    )
    monkeypatch.setattr(bounded, "MAX_ENTRIES", 3)
    assert refused(packed(project(), a=b"", b=b"", c=b"")) == ("zip-too-large",)
    monkeypatch.setattr(bounded, "MAX_BYTES", 100)
    assert refused(GOOD) == ("zip-too-large",)


def test_an_archive_that_lies_about_its_sizes(monkeypatch):
    monkeypatch.setattr(bounded, "MAX_UNPACKED", 4000)
    raw = bytearray(packed(project() + " " * 9000))
    place = raw.index(b"PK\x01\x02")
    struct.pack_into("<I", raw, place + 24, 10)  # what the list of contents says it unpacks to
    assert refused(bytes(raw))[0] in ("zip-broken", "zip-too-large", "xml-broken")


def test_what_is_locked_or_packed_in_an_unknown_way():
    for place, value in ((8, 1), (10, 99)):  # the flag for a password, the way of packing
        raw = bytearray(GOOD)
        at = raw.index(b"PK\x01\x02") + place
        raw[at] = value
        assert refused(bytes(raw)) == ("zip-broken",)


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_a_piece_whole_is_refused_unread(way):
    """The list of contents lies of the size, and 300 bytes would take all the memory there is."""
    stream = io.BytesIO(packed(project()))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("sources/a.txt", b"\0" * 5_000_000, way)
    raw = bytearray(stream.getvalue())
    struct.pack_into("<I", raw, raw.rindex(b"PK\x01\x02") + 24, 10)
    assert refused(bytes(raw)) == ("zip-broken",)


def test_only_what_is_in_the_archive_is_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("a canary")
    paths = [
        secret.as_uri(),
        str(secret),
        f"internal://{secret}",
        "internal://../../../../../../../../etc/passwd",
        f"relative:///{secret}",
        f"absolute:///{secret}",
        "https://example.org/x.txt",
        "internal://",
        "",
    ]
    sources = "".join(
        f'<TextSource guid="{n:08}-0000-0000-0000-000000000000" plainTextPath="{path}"/>'
        for n, path in enumerate(paths, 1)
    )
    read, _ = read_qdpx(packed(project(f"<Sources>{sources}</Sources>")), "x.qdpx")
    assert [t.text for t in read.texts] == [None] * len(paths)
    assert {t.trouble for t in read.texts} == {"outside", "missing"}


@pytest.mark.parametrize(
    "inside",
    [
        '<CodeBook><Codes><Code name="a"/></Codes></CodeBook>',
        '<CodeBook><Codes><Code name="a" guid="1"/><Code name="b" guid="2"/></Codes></CodeBook>',
        f"<CodeBook><Codes><Code guid='{ONE}'/><Code guid='{{{ONE}}}'/></Codes></CodeBook>",
        "<Sources><TextSource/></Sources>",
        "<Users><User name='a'/></Users>",
    ],
)
def test_things_that_cannot_be_told_apart(inside):
    assert refused(packed(project(inside))) == ("qda-guid",)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_project_is_refused_or_read_and_nothing_else(data):
    raw = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(raw))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_document_is_refused_or_read_and_nothing_else(data):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        qde = archive.read("project.qde")
    start = qde.index(b"<Sources>") - 200
    at = data.draw(st.integers(start, len(qde) - 2))
    piece = data.draw(
        st.sampled_from([b"", b"<", b'"', b"\x00", b"-", b"9999999999999999999", b"&#13;", b"<a>"])
    )
    cut = data.draw(st.integers(0, 80))
    read_or_refused(packed(qde[:at] + piece + qde[at + cut :]))


REFUSALS = {"zip-broken", "zip-name", "zip-twice", "zip-too-large", "xml-broken", "xml-forbidden"}
REFUSALS |= {"xml-too-large", "qda-wrong-kind", "qda-guid"}


def read_or_refused(raw: bytes) -> None:
    refusal: tuple[str, ...] = ()
    try:
        read, problems = read_qdpx(raw, "x.qdpx")
    except LlticError as error:
        refusal = error.codes
    else:
        found = matched(read, BOOK, [ON], [], problems)
        assert all(0 <= one.start < one.end <= len(ON.value) for one in found.codings)
    assert set(refusal) <= REFUSALS


@pytest.mark.parametrize("change", ["", "<!DOCTYPE a>", "<a", "x" * 10])
def test_a_codebook_of_another_program_within_bounds_too(change):
    good, _ = codebook_to_qdc(BOOK)
    bad = change.encode() + good[60:] if change else b""
    with pytest.raises(LlticError) as caught:
        codebook_from_qdc(bad, "x", "x.qdc")
    assert caught.value.codes[0] in ("xml-broken", "xml-forbidden")


def test_a_bomb_is_refused_by_its_ratio_alone():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("project.qde", project())
        with archive.open("sources/a.txt", "w") as entry:
            for _ in range(150):
                entry.write(b"\0" * 1_000_000)
    assert len(stream.getvalue()) < 400_000
    assert refused(stream.getvalue()) == ("zip-too-large",)
