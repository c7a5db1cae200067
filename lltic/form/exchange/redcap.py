"""REDCap's data dictionary (CSV), both ways.

A page is an instrument, a scale a set of radio buttons with its definitions in the field
note. A question that may go without an answer has a second one beside it,
``NAME_missing``, which is asked while the first is empty. An item that repeats is an
instrument of its own: that it repeats is a setting of the project, not of the dictionary,
and is told as a loss. What REDCap has no word for is kept in Field Annotation.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from lltic.cells import bare, csv_line
from lltic.errors import LlticError, Problem
from lltic.form.exchange import Target, kept
from lltic.form.exchange.losses import Exported, Imported, Loss, LossKind
from lltic.form.exchange.redcap_read import LEFT_OUT, MARK, REPEATS, form_data
from lltic.form.exchange.redcap_write import COLUMNS, Dictionary, dictionary_of
from lltic.form.model import Form
from lltic.records import to_plain

__all__ = ["TARGET", "from_dictionary", "to_dictionary"]

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
LONGEST = 100_000
"""Characters in one cell that every CSV reader takes; Python's own stops at 131,072."""

KINDS = kept.kinds("Field Annotation")
MORE = {
    kind.code: kind
    for kind in (
        LossKind(
            "repeat",
            "an instrument that must be set to repeat, which is a setting of the project",
            "set it under Project Setup; kept in Field Annotation for the way back",
        ),
        LossKind("long", "words too long for a cell of CSV", "they are cut, and do not come back"),
    )
}


def to_dictionary(form: Form) -> Exported:
    """Return a form as a data dictionary.

    Returns
    -------
    Exported
        The text of the CSV, the same for the same form, and what is only kept in Field
        Annotation.
    """
    written = dictionary_of(form)
    meant = to_plain(form)
    # Read back with nothing kept but which instruments repeat: that is no word of REDCap's.
    bare_rows = _annotated(written, {}, [])
    found = kept.differences(form_data([_as_read(row) for row in bare_rows], []), meant)
    losses = kept.lost(meant, found, KINDS)
    rows = _annotated(written, found, losses)
    losses += [MORE["repeat"].at(name) for name in written.repeats.values()]
    lines: list[list[object]] = [list(COLUMNS.values())]
    lines += ([row.get(key, "") for key in COLUMNS] for row in rows)
    return Exported("".join(csv_line(line, "\n") for line in lines), tuple(losses))


def _annotated(
    written: Dictionary, found: dict[kept.Place, kept.Plain], losses: list[Loss]
) -> list[dict[str, str | int | float]]:
    """Return the rows with what is kept in their Field Annotation."""
    rows = []
    for number, row in enumerate(written.rows):
        place = written.places.get(number)
        own = found.get(place, {}) if place is not None else {}
        if place in written.repeats:
            own = {**own, REPEATS: [None, written.repeats[place]]}
        note = MARK + kept.as_text(own) if own else ""
        if len(note) > LONGEST:
            losses.append(MORE["long"].at(str(row["name"])))
            note = ""
        rows.append({**row, "annotation": note} if note else row)
    return rows


def _as_read(row: dict[str, str | int | float]) -> dict[str, str]:
    return {key: str(value) for key, value in row.items()}


def from_dictionary(source: bytes | str | Path) -> Imported:
    """Return the form of a data dictionary, ours or somebody else's.

    Parameters
    ----------
    source : bytes, str or Path
        The CSV (UTF-8), or where it is.

    Returns
    -------
    Imported
        The form and what of the file has no place in one; or its problems:
        ``import-unreadable``, ``import-too-large``, ``import-column``, ``import-list``,
        ``import-name``, ``import-kept``, ``import-empty``, and those of a form that makes
        no sense.
    """
    losses: list[Loss] = []
    try:
        plain = form_data(_rows(_text_of(source)), losses)
    except LlticError as error:
        return Imported(None, tuple(losses), error.problems)
    return kept.built(plain, losses, "the form")


def _text_of(source: bytes | str | Path) -> str:
    if isinstance(source, str):
        return source
    data = source.read_bytes() if isinstance(source, Path) else source
    if len(data) > MAX_BYTES:
        raise LlticError(Problem("import-too-large", "the file", "is too large for a form", "5 MB"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable() from None


def _unreadable() -> LlticError:
    message, hint = "is not a CSV that can be read", "Save it as CSV in UTF-8."
    return LlticError(Problem("import-unreadable", "the file", message, "CSV in UTF-8", hint))


def _rows(text: str) -> list[dict[str, str]]:
    """Return the rows by the keys of our columns; columns in another order are found."""
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline="")) if any(line)]
    except csv.Error:
        raise _unreadable() from None
    if len(lines) > MAX_ROWS:
        message = "has too many rows for a form"
        raise LlticError(Problem("import-too-large", "the file", message, f"{MAX_ROWS:,}"))
    titles = [title.strip().strip('"').lower() for title in lines[0]] if lines else []
    wanted = {title.lower(): key for key, title in COLUMNS.items()}
    needed = [COLUMNS[key] for key in ("name", "form", "type", "label")]
    lacking = [title for title in needed if title.lower() not in titles]
    if lacking:
        message = "is not there"
        raise LlticError(
            [Problem("import-column", f"column {t!r}", message, ", ".join(needed)) for t in lacking]
        )
    keys = [wanted.get(title, "") for title in titles]
    return [
        {key: bare(cell) for key, cell in zip(keys, line, strict=False) if key and cell}
        for line in lines[1:]
    ]


TARGET = Target(
    name="redcap",
    title="REDCap data dictionary",
    suffix=".csv",
    losses=(*KINDS.values(), *MORE.values(), *LEFT_OUT.values()),
    write=lambda form, _: to_dictionary(form),
    read=from_dictionary,
)
