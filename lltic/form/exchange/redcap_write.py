"""A form as the rows of a REDCap data dictionary, in its own words alone."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TypeGuard

from lltic.cells import clean, pieces
from lltic.form.exchange.branching import empty, expression
from lltic.form.exchange.kept import Place
from lltic.form.exchange.words import Known, chosen, missing_words, options_of
from lltic.form.model import Condition, Form, Item, Option, Page

__all__ = ["COLUMNS", "RECORD", "Dictionary", "dictionary_of"]

COLUMNS = {
    "name": "Variable / Field Name",
    "form": "Form Name",
    "section": "Section Header",
    "type": "Field Type",
    "label": "Field Label",
    "choices": "Choices, Calculations, OR Slider Labels",
    "note": "Field Note",
    "validation": "Text Validation Type OR Show Slider Number",
    "min": "Text Validation Min",
    "max": "Text Validation Max",
    "identifier": "Identifier?",
    "branching": "Branching Logic (Show field only if...)",
    "required": "Required Field?",
    "alignment": "Custom Alignment",
    "number": "Question Number (surveys only)",
    "matrix": "Matrix Group Name",
    "ranking": "Matrix Ranking?",
    "annotation": "Field Annotation",
}
"""The columns of a dictionary, in their order."""

RECORD = "record_id"
LONGEST = 60
"""Characters of a name; REDCap takes 100, and a reason's name is longer than its question's."""

MOST = 8_000
"""Characters of words that are shown."""

REASON = "If there is no answer, why?"
Row = dict[str, "str | int | float"]


@dataclass(slots=True)
class Dictionary:
    """The rows, which part of the form a row is of, and the instruments that must repeat."""

    rows: list[Row] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    repeats: dict[Place, str] = field(default_factory=dict)

    def add(self, place: Place | None = None, **cells: str | int | float) -> None:
        """Add a row."""
        if place is not None:
            self.places[len(self.rows)] = place
        self.rows.append({key: value for key, value in cells.items() if value != ""})


def dictionary_of(form: Form) -> Dictionary:
    """Return a form as rows of a data dictionary."""
    return _Writer(form).written()


def _shown(text: str, otherwise: str = "") -> str:
    cleaned = clean(text)[0].strip()
    return pieces(cleaned, MOST)[0] or otherwise


def _in_choices(text: str, otherwise: str) -> str:
    """Return a label that can stand between bars, on one line."""
    return " ".join(_shown(text, otherwise).replace("|", "/").split()) or otherwise


@dataclass(slots=True)
class _Writer:
    form: Form
    out: Dictionary = field(default_factory=Dictionary)
    taken: set[str] = field(default_factory=lambda: {RECORD})
    forms: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    options: dict[str, tuple[Option, ...]] = field(default_factory=dict)

    def written(self) -> Dictionary:
        self._name_everything()
        first = self.forms[0] if self.forms else "form"
        self.out.add((), name=RECORD, form=first, type="text", label="Review")
        for number, page in enumerate(self.form.pages):
            self._page(page, self.forms[number], (number,))
        return self.out

    def _give(self, wanted: str) -> str:
        """Return a name that nothing has, nor what is named after it."""
        name = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:LONGEST].strip("_")
        name = name if name[:1].isalpha() else f"q_{name}".strip("_")
        tried, number = name, 2
        while {tried, *_after(tried)} & self.taken or tried.endswith(_after("")):
            tried, number = f"{name}_{number}", number + 1
        self.taken |= {tried, *_after(tried)}
        return tried

    def _name_everything(self) -> None:
        for page in self.form.pages:
            own = self._give(page.id)
            self.forms.append(own)
            for item in page.items:
                name = self._name(f"{page.id}.{item.id}", f"{own}_{item.id}", item)
                for question in item.items:
                    path = f"{page.id}.{item.id}.{question.id}"
                    self._name(path, f"{name}_{question.id}", question)

    def _name(self, path: str, wanted: str, item: Item) -> str:
        name = self._give(wanted)
        self.names.setdefault(path, name)
        codes: dict[str, str] = {}
        if item.type in ("choice", "choices", "scale"):
            self.options[name] = options_of(item, self.form)
            for option in self.options[name]:
                codes[_code(option.value, codes)] = option.value
        self.known[name] = Known(path, item.type, codes)
        return name

    def _page(self, page: Page, name: str, place: Place) -> None:
        about = "\n".join(part for part in (_shown(page.caption), _shown(page.hint)) if part)
        title = _shown(page.title, name)
        told = {"section": title, "type": "descriptive", "label": about or title}
        self.out.add(place, name=f"{name}_page", form=name, **told)
        later = []
        for number, item in enumerate(page.items):
            path = f"{page.id}.{item.id}"
            self._item(path, item, name, (*place, number))
            later += [(path, item, (*place, number))] if item.type == "repeat" else []
        for path, item, at in later:
            for number, question in enumerate(item.items):
                inner = f"{path}.{question.id}"
                self._item(inner, question, self.names[path], (*at, number))

    def _item(self, path: str, item: Item, on: str, place: Place) -> None:
        name = self.names[path]
        if item.type == "repeat":
            self.out.repeats[place] = name
            told = "\n".join(part for part in (_shown(item.label, name), _shown(item.hint)) if part)
            self.out.add(
                place,
                name=f"{name}_entries",
                form=on,
                type="descriptive",
                label=told,
                branching=self._condition(item.when, path),
            )
        else:
            self.out.add(place, **self._field(path, item, name, on))
        if item.missing:
            self._reason(path, item, name, on)

    def _field(self, path: str, item: Item, name: str, on: str) -> Row:
        unit = f" ({_shown(item.unit)})" if item.unit else ""
        note = "\n".join(
            part for part in (_shown(item.hint), _shown(chosen(item, self.form))) if part
        )
        return {
            "name": name,
            "form": on,
            "label": _shown(item.label, name) + unit,
            "note": note,
            "branching": self._condition(item.when, path),
            "required": "y" if self._needed(item) and not item.missing else "",
            **self._kind(item, name),
        }

    def _needed(self, item: Item) -> bool:
        return item.required and item.required_when is None

    def _kind(self, item: Item, name: str) -> Row:
        if item.type in ("choice", "choices", "scale"):
            kind = "checkbox" if item.type == "choices" else "radio"
            codes = zip(self.known[name].codes, self.options[name], strict=True)
            listed = [f"{code}, {_in_choices(option.label, code)}" for code, option in codes]
            return {"type": kind, "choices": " | ".join(listed)}
        if item.type == "number":
            ends = (("min", item.minimum), ("max", item.maximum))
            bounds: Row = {key: _number(value) for key, value in ends if _is_bound(value)}
            few = f"number_{item.decimals}dp" if item.decimals <= 4 else "number"
            return {"type": "text", "validation": few if item.decimals else "integer", **bounds}
        if item.type == "date" and item.precision == ("day",):
            return {"type": "text", "validation": "date_ymd"}
        return {"type": "notes" if item.type == "text" else "text"}

    def _condition(self, condition: Condition | None, path: str) -> str:
        if condition is None or not self._within_reach(condition.item, path):
            return ""
        return expression(condition, self.names, self.known)

    def _within_reach(self, asked: str, path: str) -> bool:
        """Say whether logic at a path can look at what is asked: not into entries from outside."""
        entry = asked.rpartition(".")[0]
        return entry not in self.names or path.startswith(f"{entry}.")

    def _reason(self, path: str, item: Item, name: str, on: str) -> None:
        """Ask beside a question for the reason why it has no answer, while it has none."""
        words = missing_words(item).items()
        listed = " | ".join(f"{kind}, {_in_choices(label, kind)}" for kind, label in words)
        when = self._condition(item.when, path)
        none = "" if item.type == "repeat" else empty(name, self.known[name])
        both = [f"({part})" if " or " in part else part for part in (when, none) if part]
        self.out.add(
            name=f"{name}_missing",
            form=on,
            type="dropdown",
            label=REASON,
            choices=listed,
            branching=" and ".join(both),
            required="y" if self._needed(item) else "",
        )


def _after(name: str) -> tuple[str, str, str]:
    """Return what else may be named after a page or a question."""
    return f"{name}_missing", f"{name}_page", f"{name}_entries"


def _is_bound(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _code(value: str, taken: dict[str, str]) -> str:
    """Return a raw code: letters, digits and underscores in lower case."""
    code = re.sub(r"[^a-z0-9_]+", "_", value.lower())[:60] or "_"
    tried, number = code, 2
    while tried in taken:
        tried, number = f"{code}_{number}", number + 1
    return tried
