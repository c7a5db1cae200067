"""Answers of many reviews as pandas tables with the types their form gives them, and back.

One wide table has a row per review; each item that repeats has a long table of its own,
with a row per entry. A question's column is named by its path. Beside it stand
``PATH:missing`` (why there is no answer: a reason the reviewer gave, ``not_reached`` or
``missing``; empty when there is one), ``PATH:precision`` for a date, and ``PATH=OPTION``
for each option of several that can be chosen. Kinds of missingness are never mixed with
values, and all levels of a scale are kept, used or not.

This lives beside the formats of others, because only the form knows the types; pandas is
loaded when it is asked for.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lltic.cells import bare, csv_line
from lltic.errors import LlticError, Problem
from lltic.form.exchange.words import options_of
from lltic.form.model import Form, Item
from lltic.form.rules import Answers, check_value, resolve
from lltic.records import MISSING_KINDS

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "KEYS",
    "Column",
    "Frames",
    "columns",
    "csv_text",
    "from_csv",
    "sheets_of",
    "to_frames",
    "typed",
]

PRECISIONS = ("year", "month", "day")
LENGTHS = {4: "year", 7: "month", 10: "day"}
KEYS = ("review", "entry", "position")
"""What names a row: the review, and in a long table the entry and its place, from 1."""

Sheet = Mapping[str, Mapping[str, Any]]
"""What :func:`lltic.form.resolve` returns: each path, its value and its kind of missingness."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: of which question, and which part of the answer it holds.

    ``part`` is value, missing, precision, or ``=`` with an option.
    """

    name: str
    path: str
    part: str
    item: Item


@dataclass(frozen=True)
class Frames:
    """The wide table, and the long one of each item that repeats, by its path."""

    wide: pd.DataFrame
    long: Mapping[str, pd.DataFrame]


def columns(form: Form, group: str = "") -> list[Column]:
    """Return the columns of the wide table, or of the long one of an item that repeats.

    Raises
    ------
    LlticError
        ``form-columns`` when two answers would share a column.
    """
    if group:
        repeated = form.item(group)
        asked = [(item.id, item) for item in repeated.items] if repeated else []
    else:
        asked = [(path, item) for path, _, item in form.items()]
    found = [column for path, item in asked for column in _columns(path, item)]
    names = Counter([*KEYS, *(column.name for column in found)])
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        message = "two columns of a table would have this name"
        raise LlticError([Problem("form-columns", repr(name[:80]), message) for name in twice])
    return found


def _columns(path: str, item: Item) -> Iterator[Column]:
    if item.type == "choices":
        for option in item.options:
            yield Column(f"{path}={option.value}", path, f"={option.value}", item)
    else:
        yield Column(path, path, "value", item)
    if item.type == "date":
        yield Column(f"{path}:precision", path, "precision", item)
    yield Column(f"{path}:missing", path, "missing", item)


def to_frames(form: Form, reviews: Mapping[str, Answers]) -> Frames:
    """Return the answers of reviews as tables.

    Parameters
    ----------
    form : Form
        The one definition that all of them were made under.
    reviews : mapping
        Each review's id, and its answers.

    Raises
    ------
    LlticError
        What :func:`lltic.form.check_value` finds, naming the path and never the answer: a
        value that is not of its column's kind would be lost in it.
    """
    problems = [
        problem
        for answers in reviews.values()
        for path, answer in answers.items()
        for problem in check_value(form, path, answer)
    ]
    if problems:
        raise LlticError(problems)
    sheets = {review: resolve(form, answers) for review, answers in reviews.items()}
    of = columns(form)
    wide: list[dict[str, Any]] = [
        {"review": review, **_cells(of, sheet, "")} for review, sheet in sheets.items()
    ]
    long = {}
    for group in _groups(form):
        of = columns(form, group)
        rows = [
            {"review": review, "entry": entry, "position": position}
            | _cells(of, sheet, f"{group}.{entry}.")
            for review, sheet in sheets.items()
            for position, entry in enumerate(_entries(form, sheet, group), 1)
        ]
        long[group] = typed(form, rows, group)
    return Frames(typed(form, wide), long)


def _groups(form: Form) -> list[str]:
    return [path for path, _, item in form.items() if item.type == "repeat"]


def _entries(form: Form, sheet: Sheet, group: str) -> list[str]:
    """Return the ids of the entries of an item that repeats, also of one that is not asked."""
    found = [form.entry(path) for path in sheet]
    return list(dict.fromkeys(entry.entry_id for entry in found if entry and entry.path == group))


def _cells(of: Iterable[Column], sheet: Sheet, within: str) -> dict[str, Any]:
    return {column.name: _cell(column, sheet[within + column.path]) for column in of}


def _cell(column: Column, answer: Mapping[str, Any]) -> Any:
    value, part = answer["value"], column.part
    if part == "missing":
        return answer["missing"] or None
    if value is None:
        return None
    if part.startswith("="):
        return part[1:] in value
    if part == "precision":
        return LENGTHS[len(value)]
    if column.item.type == "date":
        return f"{value}-01-01"[:10]
    return len(value) if column.item.type == "repeat" else value


def typed(form: Form, rows: Any, group: str = "") -> pd.DataFrame:
    """Return rows, or a table whose types were lost on the way (in CSV, say), with their types.

    Parameters
    ----------
    rows : list of dicts, or DataFrame
        Of values, or of their texts.
    group : str
        The path of the item that repeats, for its long table.

    Returns
    -------
    DataFrame
        Scales as ordered categories of all levels; choices as categories of all options;
        one nullable boolean per option where several can be chosen; dates as
        ``datetime64[s]``, at the first day of the month or year that is known; numbers as
        nullable Int64, or Float64 where decimals are allowed. ``attrs`` has ``units``,
        ``labels`` and ``directions`` by column.
    """
    import pandas as pd

    of = columns(form, group)
    names = [*(KEYS if group else KEYS[:1]), *(column.name for column in of)]
    frame = pd.DataFrame(rows, columns=names, dtype=None if len(rows) else "object")
    for key in names[: 3 if group else 1]:
        frame[key] = frame[key].astype("Int64" if key == "position" else "string")
    made = {column.name: _series(form, column, frame[column.name]) for column in of}
    frame = pd.DataFrame({**{key: frame[key] for key in names if key not in made}, **made})
    frame.attrs = _told(form, of)
    return frame


def _told(form: Form, of: Iterable[Column]) -> dict[str, dict[str, str]]:
    values = [column for column in of if column.part == "value"]
    scaled = [column for column in values if column.item.type == "scale"]
    return {
        "units": {c.name: c.item.unit for c in values if c.item.unit},
        "labels": {c.name: c.item.label for c in values},
        "directions": {c.name: form.scales[c.item.scale or ""].direction for c in scaled},
    }


def _series(form: Form, column: Column, given: pd.Series) -> pd.Series:
    """Return a column with its type; an empty text is no value."""
    import pandas as pd

    given = given.astype("object").where(given.notna() & (given.astype("object") != ""), None)
    item, part = column.item, column.part
    if part == "missing":
        return _categories(given, list(MISSING_KINDS), ordered=False)
    if part == "precision":
        return _categories(given, list(PRECISIONS), ordered=True)
    if part.startswith("="):
        return given.map(lambda v: None if v is None else str(v).lower() == "true").astype(
            "boolean"
        )
    if item.type == "scale":
        levels = list(form.scales[item.scale or ""].levels)
        given = given.map(lambda v: None if v is None else int(v))
        return _categories(given, levels, ordered=True)
    if item.type == "choice":
        return _categories(given, [o.value for o in options_of(item, form)], ordered=False)
    if item.type == "date":
        days = given.map(lambda v: None if v is None else str(v)[:10])
        return pd.Series(list(days), index=days.index, dtype="datetime64[s]")
    if item.type in ("number", "repeat"):
        real = item.type == "number" and item.decimals
        number = float if real else int
        numbers = given.map(lambda v: None if v is None else number(v))
        return numbers.astype("Float64" if real else "Int64")
    return given.astype("string")


def _categories(given: pd.Series, levels: list[Any], *, ordered: bool) -> pd.Series:
    import pandas as pd

    return given.astype(pd.CategoricalDtype(levels, ordered=ordered))


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV of which a spreadsheet works nothing out.

    Characters that no cell can hold become U+FFFD, and line ends one line feed; Parquet
    (``frame.to_parquet``) keeps every text as it was typed.
    """
    head = csv_line(list(frame.columns), "\n")
    rows = frame.itertuples(index=False, name=None)
    return head + "".join(csv_line([_plain(value) for value in row], "\n") for row in rows)


def _plain(value: Any) -> object:
    import pandas as pd

    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    return value.isoformat()[:10] if isinstance(value, pd.Timestamp) else value


def from_csv(form: Form, text: str, group: str = "") -> pd.DataFrame:
    """Return a table that :func:`csv_text` wrote, with its types."""
    import pandas as pd

    frame = pd.read_csv(io.StringIO(text), dtype="object", keep_default_na=False)
    frame.columns = pd.Index([bare(name) for name in frame.columns])
    return typed(form, frame.map(bare), group)


def sheets_of(form: Form, frames: Frames) -> dict[str, dict[str, dict[str, Any]]]:
    """Return each review's whole answer sheet, as :func:`lltic.form.resolve` gives it.

    Where several options are chosen they come in the order of the form.
    """
    sheets: dict[str, dict[str, dict[str, Any]]] = {}
    entries: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for group, frame in frames.long.items():
        for row in frame.sort_values(["review", "position"]).to_dict("records"):
            entries.setdefault((row["review"], group), []).append(row)
    for row in frames.wide.to_dict("records"):
        sheet = sheets[row["review"]] = {}
        for path, _, item in form.items():
            mine = entries.get((row["review"], path), [])
            sheet[path] = _answer(path, item, row)
            if item.type == "repeat" and not sheet[path]["missing"]:
                sheet[path]["value"] = [entry["entry"] for entry in mine]
            for entry in mine:
                for question in item.items:
                    inner = f"{path}.{entry['entry']}.{question.id}"
                    sheet[inner] = _answer(question.id, question, entry)
    return sheets


def _answer(path: str, item: Item, row: Mapping[Any, Any]) -> dict[str, Any]:
    missing = row[f"{path}:missing"]
    if isinstance(missing, str):
        return {"value": None, "missing": missing}
    if item.type == "choices":
        value: Any = [o.value for o in item.options if row[f"{path}={o.value}"] is True]
    elif item.type == "date":
        length = {name: n for n, name in LENGTHS.items()}[row[f"{path}:precision"]]
        value = row[path].isoformat()[:length]
    elif item.type in ("number", "scale"):
        value = float(row[path]) if item.decimals else int(row[path])
    else:
        value = None if item.type == "repeat" else str(row[path])
    return {"value": value, "missing": ""}
