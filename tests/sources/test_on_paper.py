"""Made-up documents as PDF, scan and Word file: their words are read as those of real ones."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

from pathlib import Path

from ward_extract import empty_study, ward_folder

from lltic.sources import read_table
from lltic.sources.ingest import ingest
from lltic.sources.originals import take_original
from lltic.sources.synthetic import put_on_paper
from lltic.sources.synthetic.paper import docx_of
from lltic.sources.tables import document_hash

TEXT = "Café au lait & <toast> refused.\n\nSecond line.\fPage two: Müller informed."


def test_a_word_file_of_ours_holds_its_pages(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    file.write_bytes(docx_of(TEXT.split("\f")))
    taken = take_original(file, "docx", tmp_path, "read")
    assert not isinstance(taken, str)
    assert [" ".join(page.split()) for page in taken.texts] == [
        " ".join(page.split()) for page in TEXT.split("\f")
    ]
    assert docx_of(TEXT.split("\f")) == file.read_bytes()  # the same bytes every time


def test_documents_are_put_on_paper_and_read_again(empty_study, ward_folder) -> None:
    with (ward_folder / "mapping.yml").open("a", encoding="utf-8") as stream:
        stream.write(
            "  documents:\n    file: docs.csv\n    columns:\n      document_id: id\n"
            "      person_id: pat\n      file: path\n      kind: {value: letter}\n"
            "      title: {value: Notes}\n      organisation: {value: RXX}\n"
        )
    (ward_folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (ward_folder / "docs.csv").write_text(
        "id,pat,path\n" + "".join(f"d{n},p1,a.txt\n" for n in "1234")
    )
    ingest(empty_study, "tabular", [ward_folder])
    (empty_study.extract / "truth.json").write_text("{}\n")
    put_on_paper(empty_study, {"d1": "pdf", "d2": "png", "d3": "docx"})
    assert (empty_study.extract / "truth.json").read_text() == "{}\n"
    rows = read_table(empty_study, "documents").set_index("document_id")
    assert list(rows["original"].fillna("")) == ["pdf", "png", "docx", ""]
    assert list(rows["pages"]) == [2, 1, 2, 2]
    for name, row in rows.iterrows():
        text = (empty_study.documents / f"{name}.txt").read_bytes().decode()
        assert row["sha256"] == document_hash(text)
        assert ("Müller" in text) == (name != "d2")  # a scan has no words
    assert (empty_study.documents / "d1.layer").read_text().count("\n") == 2
    before = {file.name: file.read_bytes() for file in empty_study.documents.iterdir()}
    put_on_paper(empty_study, {"d4": "docx"})
    after = {file.name: file.read_bytes() for file in empty_study.documents.iterdir()}
    assert {name for name in after if before.get(name) != after[name]} == {
        "d4.txt",
        "d4.docx",
        "d4.layer",
    }
