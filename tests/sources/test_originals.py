"""Originals come in beside their text: what is taken, what is left out, and what is written."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import papers
import pytest
from papers import HOSTILE
from ward_extract import empty_study, ward_folder

from lltic.sources import read_table
from lltic.sources.ingest import ingest
from lltic.sources.originals import kind_of
from lltic.sources.synthetic.paper import pdf_of

DOCUMENTS = """\
  documents:
    file: docs.csv
    columns:
      document_id: id
      person_id: pat
      file: path
      kind: {value: letter}
      title: {value: Notes}
      organisation: {value: RXX}
"""

GOOD = {
    "a.pdf": pdf_of([papers.page(1), papers.page(2)]),
    "b.txt": b"Plain text.\fPage two.",
    "c.png": papers.png(),
    "d.jpg": papers.jpeg(),
    "e.tif": papers.tiff(3),
    "f.docx": papers.word(),
    "wrongly-named.txt": pdf_of(["A PDF that is called a text."]),
}


@pytest.fixture
def taken(empty_study, ward_folder):
    """Ingest some files as documents d0, d1 …; return the result and the rows by file name."""

    def take(files: dict[str, bytes]):
        with (ward_folder / "mapping.yml").open("a", encoding="utf-8") as stream:
            stream.write(DOCUMENTS)
        (ward_folder / "notes").mkdir()
        lines = ["id,pat,path"]
        for number, (name, content) in enumerate(files.items()):
            (ward_folder / "notes" / name).write_bytes(content)
            lines.append(f"d{number},p1,notes/{name}")
        (ward_folder / "docs.csv").write_text("\n".join(lines) + "\n")
        result = ingest(empty_study, "tabular", [ward_folder])
        rows = read_table(empty_study, "documents").to_dict("records")
        names = list(files)
        return result, {names[int(row["document_id"][1:])]: row for row in rows}

    return take


def test_every_kind_is_taken_counted_and_hashed(taken, empty_study):
    result, rows = taken(GOOD)
    assert result.problems == ()
    kinds = {name: row["original"] for name, row in rows.items() if name != "b.txt"}
    assert kinds == {
        "a.pdf": "pdf",
        "c.png": "png",
        "d.jpg": "jpeg",
        "e.tif": "tiff",
        "f.docx": "docx",
        "wrongly-named.txt": "pdf",
    }
    pages = {name: row["pages"] for name, row in rows.items()}
    assert pages == {
        "a.pdf": 2,
        "b.txt": 2,
        "c.png": 1,
        "d.jpg": 1,
        "e.tif": 3,
        "f.docx": 2,
        "wrongly-named.txt": 1,
    }
    assert pd.isna(rows["b.txt"]["original"])
    for name, row in rows.items():
        text = (empty_study.documents / f"{row['document_id']}.txt").read_bytes()
        assert hashlib.sha256(text).hexdigest() == row["sha256"]
        assert text.count(b"\f") + 1 == row["pages"]
        if name != "b.txt":
            copy = empty_study.documents / f"{row['document_id']}.{row['original']}"
            assert copy.read_bytes() == GOOD[name]
            assert hashlib.sha256(GOOD[name]).hexdigest() == row["original_sha256"]


def test_the_words_of_a_pdf_are_its_text_and_stand_on_the_page(taken, empty_study):
    taken({"a.pdf": GOOD["a.pdf"]})
    pages = (empty_study.documents / "d0.txt").read_text("utf-8").split("\f")
    assert pages == [papers.page(1), papers.page(2)]
    for text, line in zip(pages, _layer(empty_study), strict=True):
        found = json.loads(line)
        assert [text[a:b] for a, b, *_ in found["words"]] == text.split()
        width, height = found["size"]
        assert (width, height) == (595, 842)
        for _, _, left, top, right, bottom in found["words"]:
            assert 0 < left < right < width
            assert 0 < top < bottom < height
        assert found["words"][0][3] < found["words"][-1][3]  # from the top down


def _layer(study) -> list[str]:
    return (study.documents / "d0.layer").read_text().splitlines()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_was_turned_has_its_words_where_they_are_seen(taken, empty_study, turn):
    turned = GOOD["a.pdf"].replace(b"/Type /Page /Parent", b"/Rotate %d /Type /Page /Parent" % turn)
    taken({"a.pdf": turned})
    first = json.loads(_layer(empty_study)[0])
    assert first["size"] == ([595, 842] if turn == 180 else [842, 595])
    left, top, right, bottom = first["words"][0][2:]
    # The first word, left and top when it is upright, goes round with the page.
    seen = {90: (left > 700, top < 100), 180: (left > 400, top > 700), 270: (left < 100, top > 400)}
    assert seen[turn] == (True, True)
    assert (right - left < bottom - top) == (turn != 180)


EXPECTED = {
    "encrypted": "document-locked",
    "truncated": "document-broken",
    "nothing but a name": "document-broken",
    "claims many pages": "too-many-pages",
    "pages in a ring": "page-unreadable",
    "huge page": "page-unreadable",
    "long thin page": "",
    "upside down page": "",
    "drawing in itself": "page-unreadable",
    "drawings in drawings": "page-unreadable",
    "stream bomb": "page-unreadable",
    "broken font": "",
    "active": "",
    "picture bomb": "document-too-large",
    "truncated picture": "",  # its picture is refused when it is asked for
    "png called jpeg": "",
    "zip bomb": "document-too-large",
    "zip that is no Word": "document-broken",
    "entities that grow": "document-broken",
    "entity of a file": "",
}


def test_hostile_files_are_kept_or_left_out_and_the_others_come_in(taken, empty_study):
    assert set(EXPECTED) == set(HOSTILE)
    files = {f"{name}.{kind}": content for name, (kind, content) in HOSTILE.items()}
    result, rows = taken({**files, "b.txt": GOOD["b.txt"]})
    said = {problem.code: problem.count for problem in result.problems}
    assert said == Counter(code for code in EXPECTED.values() if code)
    kept = {name for name, code in EXPECTED.items() if code in ("", "page-unreadable")}
    assert {Path(name).stem for name in rows} == kept | {"b"}
    there = {file.name for file in empty_study.documents.iterdir()}
    wanted = {f"{rows['b.txt']['document_id']}.txt"}
    for name, row in rows.items():
        if name != "b.txt":
            ends = ("txt", "layer", row["original"])  # a file is what is in it
            wanted |= {f"{row['document_id']}.{end}" for end in ends}
    assert there == wanted


def test_no_problem_of_a_document_tells_its_name_or_what_is_in_it(taken):
    result, _ = taken({"Smith-John-9990873305.pdf": b"%PDF-1.7 Canary", "b.txt": GOOD["b.txt"]})
    (problem,) = result.problems
    assert problem.code == "document-broken"
    assert not [word for word in ("Smith", "999", "Canary") if word in str(problem)]


def test_nothing_of_a_word_file_comes_from_outside_it(taken, empty_study):
    taken({"x.docx": HOSTILE["entity of a file"][1]})
    text = (empty_study.documents / "d0.txt").read_text("utf-8")
    assert text.startswith("before")
    assert Path("/etc/hostname").read_text().strip() not in text


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"Plain", ""),
        ("a.pdf", b"no PDF at all", "pdf"),
        ("a.txt", b"\n\n%PDF-1.4", "pdf"),
        ("a.png", b"\xff\xd8\xff\xe0", "jpeg"),
        ("a.doc", b"\xd0\xcf\x11\xe0", ""),
        ("a.TIFF", b"MM\0*", "tiff"),
    ],
)
def test_a_file_is_what_is_in_it(tmp_path, name, content, kind):
    (tmp_path / name).write_bytes(content)
    assert kind_of(tmp_path / name) == kind
