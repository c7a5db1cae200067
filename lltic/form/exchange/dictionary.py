"""The data dictionary: every question of a form, and what an answer to it can be, in words."""

from __future__ import annotations

from dataclasses import dataclass, fields

from lltic.form.exchange import Target
from lltic.form.exchange.losses import Exported
from lltic.form.exchange.sheets import write_sheets
from lltic.form.exchange.words import missing_words, number_text, options_of
from lltic.form.kinds import decimal_places
from lltic.form.model import Condition, Form, Item, Page

__all__ = ["TARGET", "Row", "rows", "to_workbook"]

DIRECTIONS = {"higher_is_better": "higher is better", "lower_is_better": "lower is better"}
KINDS = {
    "text": "free text",
    "line": "one line of text",
    "scale": "one level of a scale",
    "choice": "one of the values",
    "choices": "any of the values",
    "number": "whole number",
    "repeat": "entries",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One question, as the dictionary tells it.

    ``path`` is that of the answer; a question of an entry has the entry's id between the
    path of the item that repeats and its own.
    """

    path: str
    page: str
    question: str
    hint: str
    type: str
    values: str
    unit: str
    lowest: str
    highest: str
    direction: str
    asked: str
    needed: str
    missing: str


TITLES = {
    "path": "Path",
    "page": "Page",
    "question": "Question",
    "hint": "Hint",
    "type": "Type",
    "values": "Values",
    "unit": "Unit",
    "lowest": "Lowest",
    "highest": "Highest",
    "direction": "Which end is good",
    "asked": "Asked",
    "needed": "Must be answered",
    "missing": "Reasons for no answer",
}
WIDTHS = (30, 22, 40, 40, 20, 44, 10, 9, 9, 18, 34, 34, 34)


def rows(form: Form) -> list[Row]:
    """Return the dictionary of a form, one row per question, those of entries in their place.

    Examples
    --------
    >>> age = Item("age", "number", "Age", unit="years", minimum=0, required=True)
    >>> form = Form("f", "1", "F", "made up", "ours", {}, (Page("facts", "Facts", (age,)),))
    >>> row = rows(form)[0]
    >>> row.path, row.type, row.unit, row.lowest, row.needed
    ('facts.age', 'whole number', 'years', '0', 'always')
    """
    found = []
    for path, page, item in form.items():
        found.append(_row(form, page, path, item))
        for question in item.items:
            row_path = f"{path}.*.{question.id}"
            found.append(_row(form, page, row_path, question, f"for each {item.entry}"))
    return found


def _row(form: Form, page: Page, path: str, item: Item, each: str = "") -> Row:
    asked = "always" if item.when is None else f"if {in_words(item.when, form)}"
    needed = "always" if item.required else "no"
    if item.required_when is not None:
        needed = f"if {in_words(item.required_when, form)}"
    scale = form.scales.get(item.scale or "") if item.type == "scale" else None
    return Row(
        path=path,
        page=page.title,
        question=item.label,
        hint=item.hint,
        type=_kind(item),
        values="\n".join(
            f"{o.value} = {o.label}" + (f": {o.hint}" if o.hint else "")
            for o in options_of(item, form)
        ),
        unit=item.unit,
        lowest="" if item.minimum is None else number_text(item.minimum),
        highest="" if item.maximum is None else number_text(item.maximum),
        direction=DIRECTIONS[scale.direction] if scale else "",
        asked=f"{each}, {asked}" if each else asked,
        needed=needed,
        missing="\n".join(f"{kind} = {label}" for kind, label in missing_words(item).items()),
    )


def _kind(item: Item) -> str:
    if item.type == "number" and item.decimals:
        return f"number with up to {decimal_places(item.decimals)}"
    if item.type == "date":
        return f"date, known to the {' or the '.join(item.precision)}"
    if item.type == "repeat":
        return f"up to {item.at_most} entries, each a {item.entry}"
    return KINDS[item.type]


def in_words(condition: Condition, form: Form) -> str:
    """Return a condition in the words of the form."""
    target = _asked(condition.item, form)
    label = target.label if target else condition.item
    if condition.answered is not None:
        return f"“{label}” has {'an' if condition.answered else 'no'} answer"
    values = {o.value: o.label for o in options_of(target, form)} if target else {}
    if condition.includes is not None:
        return f"“{label}” includes “{values.get(condition.includes, condition.includes)}”"
    told = " or ".join(f"“{values.get(value, value)}”" for value in condition.equals)
    return f"“{label}” is {told}"


def _asked(path: str, form: Form) -> Item | None:
    """Return the item a condition names; of an entry's question, whichever entry it is."""
    for own, _, item in form.items():
        if own == path:
            return item
        for question in item.items:
            if f"{own}.{question.id}" == path:
                return question
    return None


def to_workbook(form: Form, digest: str = "") -> Exported:
    """Return the dictionary of a form as the bytes of an xlsx.

    Parameters
    ----------
    digest : str
        The hash the form is known by; answers are made under it.
    """
    about = [
        {"What": what, "": said}
        for what, said in (
            ("Form", form.title),
            ("Name", form.name),
            ("Version", form.version),
            ("Hash", digest),
            ("Where the method comes from", form.source),
            ("Whose words these are", form.wording),
        )
    ]
    table = [{TITLES[f.name]: getattr(row, f.name) for f in fields(Row)} for row in rows(form)]
    sheets = {"Questions": (tuple(TITLES.values()), table), "Form": (("What", ""), about)}
    widths = {"Questions": WIDTHS, "Form": (28, 90)}
    return Exported(write_sheets(form.title, sheets, widths=widths))


TARGET = Target(
    name="dictionary",
    title="Data dictionary",
    suffix=".xlsx",
    losses=(),
    write=to_workbook,
)
