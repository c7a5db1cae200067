"""XLSForm, the spreadsheet from which ODK, KoboToolbox and others make forms, both ways.

A page is a group, an item that repeats a repeat, a scale a list of choices. A question
that may go without an answer has a second one beside it, ``NAME.missing``, which asks for
the reason; so the answer's own column holds answers alone, as it does here. What XLSForm
has no word for is kept in a column of our own, ``lltic``, and told as a loss.
"""

from __future__ import annotations

from pathlib import Path

from lltic.errors import LlticError
from lltic.form.exchange import Target, kept
from lltic.form.exchange.losses import Exported, Imported, Loss
from lltic.form.exchange.sheets import in_pieces, read_sheets, write_sheets
from lltic.form.exchange.xlsform_read import KEPT, LEFT_OUT, form_data
from lltic.form.exchange.xlsform_write import CHOICES, SETTINGS, SURVEY, Survey, survey_of
from lltic.form.model import Form
from lltic.records import to_plain

__all__ = ["TARGET", "from_workbook", "to_workbook"]

KINDS = kept.kinds("the column lltic")


def to_workbook(form: Form) -> Exported:
    """Return a form as an XLSForm.

    Returns
    -------
    Exported
        The bytes of an xlsx, the same for the same form, and what is only kept in the
        column of our own.
    """
    written = survey_of(form)
    meant = to_plain(form)
    found = kept.differences(form_data(_tables(written), []), meant)
    for number, place in written.places.items():
        if place in found:
            written.survey[number] |= in_pieces(KEPT, kept.as_text(found[place]))
    if () in found:
        written.settings |= in_pieces(KEPT, kept.as_text(found[()]))
    sheets = {
        "survey": (_headings(SURVEY, written.survey), written.survey),
        "choices": (CHOICES, written.choices),
        "settings": (_headings(SETTINGS, [written.settings]), [written.settings]),
    }
    return Exported(write_sheets(form.title, sheets), tuple(kept.lost(meant, found, KINDS)))


def _tables(written: Survey) -> dict[str, list[dict[str, str]]]:
    survey = [dict(row) for row in written.survey]
    return {"survey": survey, "choices": written.choices, "settings": [written.settings]}


def _headings(usual: tuple[str, ...], rows: list[dict[str, str]]) -> tuple[str, ...]:
    """Return the usual headings, and as many of our own as the longest text needs."""
    own = {heading for row in rows for heading in row if heading.startswith(KEPT)}
    return (*usual, *sorted(own, key=lambda h: (len(h), h)))


def from_workbook(source: bytes | Path) -> Imported:
    """Return the form of an XLSForm, ours or somebody else's.

    Parameters
    ----------
    source : bytes or Path
        An xlsx.

    Returns
    -------
    Imported
        The form and what of the file has no place in one; or its problems:
        ``import-unreadable``, ``import-too-large``, ``import-sheet``, ``import-column``,
        ``import-list``, ``import-name``, ``import-group``, ``import-kept``,
        ``import-empty``, and those of a form that makes no sense.
    """
    losses: list[Loss] = []
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
        plain = form_data(read_sheets(data), losses)
    except LlticError as error:
        return Imported(None, tuple(losses), error.problems)
    return kept.built(plain, losses, "the form")


TARGET = Target(
    name="xlsform",
    title="XLSForm",
    suffix=".xlsx",
    losses=(*KINDS.values(), *LEFT_OUT.values()),
    write=lambda form, _: to_workbook(form),
    read=from_workbook,
)
