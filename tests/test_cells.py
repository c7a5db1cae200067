"""Every word survives the way into a cell, and none becomes a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.cells import (
    CELL_LIMIT,
    bare,
    book_bytes,
    clean,
    csv_line,
    escape,
    looks_like_formula,
    new_book,
    pieces,
    put,
    unescape,
)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.text(max_size=60), st.integers(2, 9))
def test_pieces_fit_and_join_to_the_text(text: str, limit: int) -> None:
    parts = pieces(text, limit)
    assert "".join(parts) == text
    assert all(utf16(part) <= limit for part in parts)


def test_a_character_outside_the_basic_plane_counts_twice() -> None:
    text = "😀" * CELL_LIMIT
    assert max(map(utf16, pieces(text))) == CELL_LIMIT - 1
    assert len(pieces("a" * CELL_LIMIT)) == 1
    assert len(pieces("a" * (CELL_LIMIT + 1))) == 2


@given(st.text(st.characters(codec=None), max_size=40))
def test_a_clean_text_is_legal_xml_and_stays_clean(text: str) -> None:
    cleaned, replaced = clean(text)
    cleaned.encode("utf-8")
    assert all(c in "\t\n" or c >= " " for c in cleaned)
    assert clean(cleaned) == (cleaned, 0)
    assert (replaced > 0) == (cleaned != text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x0bb", ("a\nb", 1)),
        ("a\r\nb\rc", ("a\nb\nc", 2)),
        ("\x00\x1f\ud800", ("\ufffd\ufffd\ufffd", 3)),
        ("tab\tand\nline", ("tab\tand\nline", 0)),
    ],
)
def test_what_cleaning_does(text: str, expected: tuple[str, int]) -> None:
    assert clean(text) == expected


def test_only_beginnings_look_like_formulas() -> None:
    assert all(looks_like_formula(c + "1") for c in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert not looks_like_formula("1=1")
    assert escape("_x000D_ _x0g_") == "_x005F_x000D_ _x0g_"


@given(st.text())
def test_a_text_escaped_for_a_workbook_comes_back(text: str) -> None:
    assert unescape(escape(text)) == text


@given(st.lists(st.one_of(st.text(), st.sampled_from(["'=1", "''-x", "=1", "'tis"])), min_size=1))
def test_a_row_of_csv_comes_back_and_holds_no_formula(row: list[str]) -> None:
    (cells,) = csv.reader(io.StringIO(csv_line(row, "\n"), newline="")) if any(row) else [row]
    assert not any(looks_like_formula(cell) for cell in cells)
    assert [bare(cell) for cell in cells] == [clean(text)[0] for text in row]


HIDING = "_x0041_"
"""What would be read as the letter A, so that it is written with six letters more."""


@given(st.lists(st.sampled_from(["_x0041_", "_", "x0041_", "ab", "😀"]), max_size=40))
def test_pieces_fit_as_they_are_written(words: list[str]) -> None:
    text, limit = "".join(words), 16
    parts = pieces(text, limit)
    assert "".join(parts) == text
    assert all(utf16(escape(part)) <= limit for part in parts)


@pytest.mark.parametrize("before", [CELL_LIMIT - 7, CELL_LIMIT - 6, CELL_LIMIT - 1, CELL_LIMIT])
def test_nothing_near_the_limit_of_a_cell_is_cut(before: int) -> None:
    """The library that writes workbooks cuts at the limit, and counts what we escaped."""
    from datetime import UTC, datetime

    from openpyxl import load_workbook

    text = "a" * (before - 7) + HIDING + "b" * 20
    book = new_book("Long", datetime(2026, 11, 3, tzinfo=UTC))
    page = book.create_sheet("Long")
    for row, part in enumerate(pieces(text), 1):
        put(page.cell(row, 1), part)
    read = load_workbook(io.BytesIO(book_bytes(book)))["Long"]
    assert "".join(unescape(cell.value) for (cell,) in read.iter_rows()) == text


def test_what_fits_no_cell_is_refused_and_not_cut() -> None:
    from datetime import UTC, datetime

    cell = new_book("Long", datetime(2026, 11, 3, tzinfo=UTC)).create_sheet("Long")["A1"]
    assert put(cell, "a" * CELL_LIMIT).value == "a" * CELL_LIMIT
    for text in ("a" * (CELL_LIMIT + 1), "a" * (CELL_LIMIT - 7) + HIDING, "😀" * CELL_LIMIT):
        with pytest.raises(ValueError, match="too long for a cell"):
            put(cell, text)
