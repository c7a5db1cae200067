"""The framework matrix: all words in their cells, no formula, nothing cut."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO

from coded_cases import Coder, text
from openpyxl import load_workbook

from lltic.cells import CELL_LIMIT
from lltic.themes import count_themes, framework_matrix, load_codebook
from lltic.themes.matrix import as_csv, as_workbook

AT = datetime(2026, 11, 3, tzinfo=UTC)
LONG = "=SUM(1) late " + "x" * (CELL_LIMIT + 10)


def make():
    book = load_codebook("lltic-12")
    made = Coder(book)
    a, a2, b, c = text("A", value=LONG), text("A", 2, "overall.judgement"), text("B"), text("C")
    codings = [
        made(a, "dnar"),
        made(a, "dnar", coder="bob"),
        made(a2, "dnar", polarity="problem"),
        made(b, "medication", polarity="good_practice"),
    ]
    texts = [a, a2, b, c]
    counted = count_themes(codings, texts, {t.review_id for t in texts}, book)
    return framework_matrix(counted, {"Setting": {"A": "acute", "C": "=cmd"}})


def test_every_case_has_a_row_and_a_passage_laid_twice_stands_once():
    matrix = make()
    assert matrix.cases == ("A", "B", "C")
    assert len(matrix.cells["A", "dnar"]) == 2
    said = matrix.text("B", "medication", {"admission": "Admission"})
    assert said == "\u201cwords\u201d (Admission, good practice)"
    assert "late" not in repr(matrix)


def test_csv_keeps_long_words_whole_and_works_nothing_out():
    csv.field_size_limit(10 * CELL_LIMIT)
    rows = list(csv.reader(StringIO(as_csv(make()))))
    assert rows[0][:3] == ["Case", "Setting", "DNAR orders"]
    assert [row[0] for row in rows[1:]] == ["A", "A", "B", "C"]
    whole = "".join(row[2] for row in rows[1:3])
    assert LONG in whole
    assert rows[4][1] == "'=cmd"


def test_workbook_has_the_words_as_texts_and_the_same_bytes_each_time():
    content = as_workbook(make(), title="=Matrix", made_at=AT, notes=("Synthetic.",))
    assert content == as_workbook(make(), title="=Matrix", made_at=AT, notes=("Synthetic.",))
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert sheet["A2"].value == "Synthetic."
    assert sheet["A4"].value == "Case"
    assert sheet.freeze_panes == "C5"
    assert LONG in sheet["C5"].value + sheet["C6"].value
