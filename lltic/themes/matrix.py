"""The framework matrix: a row per case, a column per theme, what was written in the cells.

It holds reviewers' words about single cases and stays with the study.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from lltic.cells import book_bytes, csv_line, new_book, pieces, put
from lltic.themes.counted import POLARITIES, Counted, phase_of
from lltic.themes.passages import Figure, Passage, passages

__all__ = ["Matrix", "as_csv", "as_workbook", "framework_matrix"]

CHANGED = "[corrected since it was coded]"
WIDTH, KEY_WIDTH = 44, 18


@dataclass(frozen=True)
class Matrix:
    """Cases by themes with the passages of each cell.

    ``about`` names what is known of every case, ``of_case`` holds it in the same order.
    ``cells`` has an entry where there is a passage.
    """

    cases: tuple[str, ...]
    themes: tuple[str, ...]
    labels: Mapping[str, str]
    about: tuple[str, ...]
    of_case: Mapping[str, tuple[str, ...]]
    cells: Mapping[tuple[str, str], tuple[Passage, ...]]

    def __repr__(self) -> str:
        """Say the size and no words."""
        return f"Matrix({len(self.cases)} cases, {len(self.themes)} themes)"

    def text(self, case_id: str, theme: str, phases: Mapping[str, str]) -> str:
        """Return what a cell says: each quotation with where it stands and what it shows."""
        said = []
        for one in self.cells.get((case_id, theme), ()):
            words = CHANGED if one.words is None else f"\u201c{one.words}\u201d"
            phase = phase_of(one.item)
            where = [phases.get(phase, phase)]
            if one.theme != theme:
                where.append(self.labels.get(one.theme, one.theme))
            if one.polarity:
                where.append(POLARITIES[one.polarity].lower())
            said.append(f"{words} ({', '.join(where)})")
        return "\n".join(said)


def framework_matrix(
    counted: Counted,
    about: Mapping[str, Mapping[str, str]] | None = None,
    *,
    themes: Sequence[str] = (),
) -> Matrix:
    """Return the matrix of every coded case and every theme of the first level.

    Parameters
    ----------
    counted : Counted
    about : mapping of name to mapping of case id to text, optional
        What else a row says about its case, such as its setting.
    themes : sequence of str, optional
        Other columns, such as the themes of the second level. A passage stands in the column
        of its theme and of those above it.

    Returns
    -------
    Matrix
        Cases sorted by id. A passage that two coders laid alike stands once.
    """
    known = about or {}
    columns = tuple(themes) or counted.themes
    cells: dict[tuple[str, str], list[Passage]] = {}
    for theme in columns:
        seen = set()
        for one in passages(counted, Figure(theme)):
            key = (one.review_id, one.item, one.start, one.end, one.theme, one.polarity)
            if key not in seen:
                seen.add(key)
                cells.setdefault((one.case_id, theme), []).append(one)
    cases = tuple(sorted(counted.cases))
    return Matrix(
        cases=cases,
        themes=columns,
        labels=counted.labels,
        about=tuple(known),
        of_case={case: tuple(known[name].get(case, "") for name in known) for case in cases},
        cells={place: tuple(found) for place, found in cells.items()},
    )


def _rows(matrix: Matrix, phases: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield a row per case; what fits no cell goes on in rows below, nothing is cut."""
    for case in matrix.cases:
        cells = [pieces(matrix.text(case, theme, phases)) for theme in matrix.themes]
        for number in range(max((len(cell) for cell in cells), default=1)):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            yield [case, *matrix.of_case[case], *parts]


def _head(matrix: Matrix) -> list[str]:
    return ["Case", *matrix.about, *(matrix.labels[theme] for theme in matrix.themes)]


def as_csv(matrix: Matrix, phases: Mapping[str, str] | None = None) -> str:
    """Return the matrix as CSV of which a spreadsheet works nothing out.

    ``phases`` says what phases of care are called.
    """
    text = StringIO()
    for row in (_head(matrix), *_rows(matrix, phases or {})):
        text.write(csv_line(row, "\r\n"))
    return text.getvalue()


def as_workbook(
    matrix: Matrix,
    *,
    title: str,
    made_at: datetime,
    phases: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> bytes:
    """Return the matrix as an Excel workbook: one sheet, head and cases held in view.

    Parameters
    ----------
    matrix : Matrix
    title : str
        What stands on the sheet, such as the study's title.
    made_at : datetime
        Aware; the only time that gets into the file.
    phases : mapping of phase to name, optional
    notes : sequence of str
        Sentences between title and table, such as that the data are make-believe.
    """
    from copy import copy

    book = new_book(title, made_at)
    sheet = book.create_sheet("Framework matrix")
    head = _head(matrix)
    lines = [title, *notes]
    for number, line in enumerate(lines, 1):
        put(sheet.cell(number, 1), line)
    top = len(lines) + 2
    for column, name in enumerate(head, 1):
        cell = put(sheet.cell(top, column), name)
        bold = copy(cell.font)
        bold.bold = True
        cell.font = bold
        key = column <= 1 + len(matrix.about)
        letter = cell.column_letter
        sheet.column_dimensions[letter].width = KEY_WIDTH if key else WIDTH
    for number, row in enumerate(_rows(matrix, phases or {}), top + 1):
        for column, text in enumerate(row, 1):
            if text:
                cell = put(sheet.cell(number, column), text)
                upright = copy(cell.alignment)
                upright.wrap_text, upright.vertical = True, "top"
                cell.alignment = upright
    sheet.freeze_panes = sheet.cell(top + 1, 2 + len(matrix.about))
    return book_bytes(book)
