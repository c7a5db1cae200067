"""Give some made-up documents the form that most real ones have: PDF, scan, Word file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lltic.pages.asking import Drawing
from lltic.sources.originals import take_original
from lltic.sources.synthetic.paper import docx_of, pdf_of
from lltic.sources.tables import TABLES, document_hash, read_table, write_tables
from lltic.study import Study

__all__ = ["put_on_paper"]

SCANNED_AT = 1_000
"""Pixels across a scan: some 120 dots to the inch."""


def put_on_paper(study: Study, kinds: Mapping[str, str]) -> None:
    """Give documents of a study an original, and read their words from it as an ingest does.

    Parameters
    ----------
    study : Study
        With its synthetic extract; no cohort has been made of it yet.
    kinds : mapping of str to str
        By document: ``pdf``, ``docx``, or ``png`` for a scan of its first page, which has no
        words that can be read.
    """
    tables = {name: read_table(study, name) for name in TABLES if name != "documents"}
    rows = read_table(study, "documents").set_index("document_id")
    for name, kind in kinds.items():
        file = study.documents / f"{name}.txt"
        with tempfile.TemporaryDirectory() as folder:
            original = Path(folder) / f"original.{kind}"
            original.write_bytes(_made(file.read_text("utf-8").split("\f"), kind, Path(folder)))
            taken = take_original(original, kind, study.documents, name)
        if isinstance(taken, str):
            raise RuntimeError(f"our own {kind} could not be read: {taken}")
        text = "\f".join(taken.texts)
        file.write_bytes(text.encode())
        said = [len(taken.texts), document_hash(text), kind, taken.sha256]
        rows.loc[name, ["pages", "sha256", "original", "original_sha256"]] = said
    with _kept(study.extract / "truth.json"):
        write_tables(study, {**tables, "documents": rows.reset_index()})


@contextmanager
def _kept(file: Path) -> Iterator[None]:
    """Put a file back that goes with its folder, which is written whole."""
    held = file.read_bytes() if file.is_file() else None
    yield
    if held is not None:
        file.write_bytes(held)


def _made(pages: list[str], kind: str, folder: Path) -> bytes:
    if kind == "docx":
        return docx_of(pages)
    printed = pdf_of(pages)
    if kind == "pdf":
        return printed
    sheet = folder / "sheet.pdf"
    sheet.write_bytes(printed)
    with Drawing(sheet, "pdf") as drawing:
        return drawing.image(1, SCANNED_AT)
