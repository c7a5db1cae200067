"""What a person typed, made fit for a cell: no formula, no lost word.

A spreadsheet takes a text that begins with ``=`` for a formula, refuses control
characters that word processors paste, and cuts after 32,767 characters. Whatever
the package writes for a spreadsheet to open, a workbook or CSV, is written here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = [
    "CELL_LIMIT",
    "bare",
    "book_bytes",
    "clean",
    "csv_line",
    "escape",
    "looks_like_formula",
    "new_book",
    "pieces",
    "put",
    "unescape",
]

ZIP_DATE = (1980, 1, 1, 0, 0, 0)

CELL_LIMIT = 32_767
"""Characters a cell holds, counted as UTF-16 code units (ECMA-376, as Excel counts)."""

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c]")
_ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ESCAPES = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
ESCAPE = "_x005F_"
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""Also the full-width signs, which an office program set to Chinese or Japanese takes for them."""


def clean(text: str) -> tuple[str, int]:
    """Return a text that a cell can hold, and how many characters were replaced.

    Vertical tabs, form feeds and carriage returns become line ends; other
    control characters and halves of characters become U+FFFD, so that the place
    shows.

    Examples
    --------
    >>> clean("seen on ward\\x0bbloods late\\x07")
    ('seen on ward\\nbloods late\\ufffd', 2)
    """
    text, line_ends = _LINE_ENDS.subn("\n", text)
    text, illegal = _ILLEGAL.subn("\ufffd", text)
    return text, line_ends + illegal


def looks_like_formula(text: str) -> bool:
    """Say whether a spreadsheet might take this text for something to work out.

    Examples
    --------
    >>> looks_like_formula("=1+1"), looks_like_formula("3 = too late")
    (True, False)
    """
    return text.startswith(_FORMULA_STARTS)


def escape(text: str) -> str:
    """Return the text with ``_x0041_`` and the like kept as they were typed.

    In the file format such a sequence stands for a character.

    Examples
    --------
    >>> escape("see _x0041_ and x_y")
    'see _x005F_x0041_ and x_y'
    """
    return _ESCAPES.sub(ESCAPE, text)


def unescape(text: str) -> str:
    """Return a text of a workbook's file as it was typed; undoes :func:`escape`.

    Examples
    --------
    >>> unescape(escape("see _x0041_ and x_y"))
    'see _x0041_ and x_y'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def pieces(text: str, limit: int = CELL_LIMIT) -> list[str]:
    """Return a text in parts that fit a cell; joined they are the text again.

    They fit as :func:`escape` writes them: whoever cuts what is longer in the file, be it the
    library that writes it, cuts nothing.

    Examples
    --------
    >>> pieces("abcdefg", 3)
    ['abc', 'def', 'g']
    """
    parts: list[str] = []
    start = used = 0
    escaped = {found.start() for found in _ESCAPES.finditer(text)}
    for place, character in enumerate(text):
        units = 2 if ord(character) > 0xFFFF else 1
        units = len(ESCAPE) if place in escaped else units
        if used + units > limit and place > start:
            parts.append(text[start:place])
            start, used = place, 0
        used += units
    return [*parts, text[start:]]


def csv_line(row: Sequence[object], end: str = "") -> str:
    """Return one row of CSV of which a spreadsheet works nothing out; numbers stay numbers.

    A text that might be taken for a formula gets an apostrophe before it (one more than was
    typed, so that it can be told from one that was typed); characters that no cell can hold
    become U+FFFD. :func:`bare` takes the apostrophe away.

    Examples
    --------
    >>> print(csv_line(["=1+1", -3, "Ward, J."]))
    '=1+1,-3,"Ward, J."
    """

    def cell(value: object) -> object:
        if not isinstance(value, str):
            return value
        text, _ = clean(value)
        return f"'{text}" if looks_like_formula(text.lstrip("'")) else text

    line = io.StringIO()
    # The line's end makes the writer quote a text with such an end in it.
    csv.writer(line, lineterminator="\n").writerow([cell(value) for value in row])
    return line.getvalue()[:-1] + end


def bare(text: str) -> str:
    """Return a text of CSV without the apostrophe that :func:`csv_line` set before it.

    Examples
    --------
    >>> bare("'=1+1"), bare("'tis so")
    ('=1+1', "'tis so")
    """
    guarded = text.startswith("'") and looks_like_formula(text.lstrip("'"))
    return text[1:] if guarded else text


def put(cell: Any, value: Any) -> Any:
    """Set a cell of a workbook and return it; a text is a text whatever it begins with.

    Raises
    ------
    ValueError
        A text that fits no cell: the library would cut it. See :func:`pieces`.
    """
    if isinstance(value, str):
        text = clean(value)[0]
        written = escape(text)
        if len(written.encode("utf-16-le")) > 2 * CELL_LIMIT:
            raise ValueError("a text too long for a cell is put into several")
        cell.value = written
        cell.data_type = "s"
        if looks_like_formula(text):
            cell.quotePrefix = True
    else:
        cell.value = value
    return cell


def new_book(title: str, made_at: datetime) -> Workbook:
    """Return a workbook without sheets; ``made_at`` is the only time that gets into it."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "lltic"
    book.properties.title = clean(title)[0]
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    return book


def book_bytes(book: Workbook) -> bytes:
    """Return a workbook's file without the library's own time stamps, members dated alike."""
    from openpyxl.writer.excel import ExcelWriter

    loose = io.BytesIO()
    with zipfile.ZipFile(loose, "w") as archive:
        ExcelWriter(book, archive).write_data()
    steady = io.BytesIO()
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(steady, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, source.read(name))
    return steady.getvalue()
