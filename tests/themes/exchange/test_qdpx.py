"""A project goes out and comes back: every letter, every position, the same bytes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from coded_texts import BOOK, STRANGE, coding, text
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lltic.themes import load_codebook
from lltic.themes.exchange import matched, project_of, read_qdpx, write_qdpx

CASES = {"C1": {"category": "in_hospital", "overall.score, reader 1": 4}}


def out_and_back(texts, codings, own=()):
    raw = write_qdpx(project_of("Test", BOOK, texts, codings, cases=CASES).project)
    project, problems = read_qdpx(raw, "test.qdpx")
    return raw, matched(project, BOOK, texts, own, problems)


@pytest.fixture(scope="module")
def schema(data_dir):
    return etree.XMLSchema(etree.parse(data_dir / "refi_qda" / "Project.xsd"))


def document(raw: bytes):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return etree.fromstring(archive.read("project.qde"))


@pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE)
def test_every_position_of_strange_words_comes_back(words, schema):
    on = text(words)
    laid = [coding(on, n, n + 1, n + 1) for n in range(len(words))]
    laid.append(coding(on, 0, len(words), 99, theme="medication", polarity="good_practice"))
    raw, found = out_and_back([on], laid)
    assert found.sources[0].status == "same"
    back = {(c.start, c.end, c.theme, c.polarity, c.coder, c.at) for c in found.codings}
    assert back == {(c.start, c.end, c.theme, c.polarity, c.coder, c.at) for c in laid}
    assert {c.source_hash for c in found.codings} == {laid[0].source_hash}
    assert schema.validate(document(raw)), schema.error_log


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, min_size=1, max_size=4, unique=True), st.data())
def test_whatever_is_written_comes_back(written, data):
    texts = [text(value, item=f"ongoing.i{n}") for n, value in enumerate(written)]
    laid = []
    for n, on in enumerate(texts):
        start = data.draw(st.integers(0, len(on.value) - 1))
        end = data.draw(st.integers(start + 1, len(on.value)))
        laid.append(coding(on, start, end, n + 1, coder=f"coder {n % 2}"))
    _, found = out_and_back(texts, laid)
    assert {s.status for s in found.sources} == {"same"}
    back = sorted((c.item, c.start, c.end, c.coder) for c in found.codings)
    assert back == sorted((c.item, c.start, c.end, c.coder) for c in laid)


def test_what_is_written_is_read_as_it_was():
    texts = [
        text("Fluids late."),
        text("Seen.", "C1-2"),
        text("Told.", "C2-1", "admission.judgement"),
    ]
    laid = [coding(texts[0], 0, 6, 1), coding(texts[0], 0, 6, 2, coder="bob", theme="medication")]
    made = project_of("A <study> & more", BOOK, texts, laid, cases=CASES).project
    read, problems = read_qdpx(write_qdpx(made), "x")
    assert (read, problems) == (made, [])
    assert read.counts["PlainTextSelection"] == 1, "one passage, two codings"
    assert read.counts["User"] == 2
    assert [case.name for case in read.cases] == ["C1", "C2"]
    assert len(read.cases[0].sources) == 2
    values = {v.name: (v.kind, dict(read.cases[0].values)[v.guid]) for v in read.variables[:2]}
    assert values == {
        "category": ("Text", "in_hospital"),
        "overall.score, reader 1": ("Integer", "4"),
    }


def test_the_same_project_makes_the_same_bytes_in_any_order_of_codings():
    texts = [text("Fluids late."), text("Seen.", "C2-1")]
    laid = [coding(t, s, 4, n) for t in texts for n, s in ((1, 0), (2, 2))]
    one = write_qdpx(project_of("Test", BOOK, texts, laid).project)
    other = write_qdpx(project_of("Test", BOOK, texts, laid[::-1]).project)
    assert one == other
    assert b"2026" not in one[:60], "no clock in the archive's own heads"


def test_what_does_not_go_out_is_counted():
    on = text("Fluids late.")
    laid = [
        coding(on, 0, 6, 1),
        coding(on, 0, 6, 2, theme="falls"),
        coding(on, 0, 6, 3, source_hash="0" * 64),
        coding(text("Other.", "C9-1"), 0, 5, 4),
    ]
    made = project_of("Test", BOOK, [on], laid)
    assert made.codings == 1
    assert made.left_out == {
        "theme not in the codebook": 1,
        "text not in the project": 1,
        "text corrected since": 1,
    }


def test_no_reviewer_and_no_word_stands_in_the_document():
    on = text("Fluids late on the Willow ward.")
    raw, _ = out_and_back([on], [coding(on, 0, 6)])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        qde = archive.read("project.qde").decode()
    assert "Willow" not in qde
    assert "r1" not in {one.get("name") for one in document(raw).iter()}
    assert "Willow" not in repr(project_of("T", BOOK, [on], []))
    assert "Willow" not in repr(read_qdpx(raw, "x"))


def test_codings_that_are_on_record_are_known_again_and_changed_ones_are_new():
    on = text("Fluids late.")
    own = [coding(on, 0, 6, 1), coding(on, 7, 11, 2)]
    raw = write_qdpx(project_of("Test", BOOK, [on], own).project)
    project, _ = read_qdpx(raw, "x")
    assert matched(project, BOOK, [on], own).on_record == 2
    moved = [own[0], replace(own[1], end=12)]
    found = matched(project, BOOK, [on], moved)
    assert (found.on_record, [c.end for c in found.codings]) == (1, [11])


def test_a_coding_of_another_version_says_with_which_it_was_made():
    on, older = text("Fluids late."), ("lltic-12", "a" * 64)
    laid = coding(on, 0, 6)
    made = {laid.coding_id: older}
    project = project_of("Test", BOOK, [on], [laid], made_with=made).project
    assert [note.text for note in project.notes] == [" ".join(older)]
    back, _ = read_qdpx(write_qdpx(project), "x")
    found = matched(back, BOOK, [on], [])
    said = [(c.theme, c.codebook, c.codebook_hash) for c in found.codings]
    assert said == [("dnar", BOOK.name, BOOK.hash)], "its theme is one of the version it reads in"


def test_a_coding_comes_back_with_the_codebook_that_its_code_is_of():
    on, older = text("Fluids late."), load_codebook("lltic-12")
    laid = coding(on, 0, 6, codebook=older.name, codebook_hash=older.hash)
    raw = write_qdpx(project_of("Test", older, [on], [laid]).project)
    found = matched(read_qdpx(raw, "x")[0], BOOK, [on], [])
    said = [(c.theme, c.codebook, c.codebook_hash) for c in found.codings]
    assert said == [("dnar", older.name, older.hash)], "so that it is carried to a later version"


def test_the_published_project_is_read_and_its_missing_sources_are_told(data_dir):
    import json

    folder = data_dir / "refi_qda"
    project, problems = read_qdpx((folder / "TestProject.qdpx").read_bytes(), "TestProject.qdpx")
    wanted = json.loads((folder / "expected_counts.json").read_text())["TestProject.qdpx"]
    assert {name: project.counts.get(name, 0) for name in wanted} == wanted
    assert problems == []
    found = matched(project, BOOK, [text("Fluids late.")])
    told = [(s.kind, s.status) for s in found.sources]
    assert told == [
        *[("TextSource", "missing")] * 6,
        ("PictureSource", "missing"),
        *[("PDFSource", "missing")] * 2,
        ("AudioSource", "outside"),
        *[("VideoSource", "outside")] * 2,
    ]
    assert sum(found.not_taken.values()) == wanted["Coding"]
    assert found.codings == ()
    quoted = "Oh, that was great. See you tomorrow? Eleven thirty. Mm."
    (passage,) = project.texts[2].selections
    assert passage.end - passage.start == len(quoted), "the end is not in the passage"
