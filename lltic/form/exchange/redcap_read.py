"""The rows of a REDCap data dictionary as a form in plain data, also of somebody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lltic.errors import LlticError, Problem
from lltic.form.exchange.branching import condition_of
from lltic.form.exchange.kept import Plain, from_text, full, restored
from lltic.form.exchange.losses import Loss, LossKind
from lltic.form.exchange.redcap_write import COLUMNS, RECORD
from lltic.form.exchange.words import Known
from lltic.form.model import Form, Item, Page
from lltic.records import REASONS

__all__ = ["LEFT_OUT", "MARK", "REPEATS", "form_data"]

MARK = "lltic "
"""What begins the note of our own in Field Annotation."""

REPEATS = "#repeats"
"""Kept with an item that repeats: the instrument that has its questions."""

LEFT_OUT = {
    kind.code: kind
    for kind in (
        LossKind("question", "a kind of field that has no place here", "it is left out"),
        LossKind("expression", "logic or a check that has no place here", "it is asked without"),
        LossKind("record-id", "the field that numbers the records", "a review has its own number"),
        LossKind("setting", "a setting of the field that has no place here", "it is left out"),
    )
}
"""What a foreign dictionary can hold and a form cannot."""

LINES = ("", "email", "phone", "zipcode", "alpha_only", "postalcode_uk")
ODD = ("identifier", "matrix", "ranking", "section")
YES_NO = {"yesno": "1, Yes | 0, No", "truefalse": "1, True | 0, False"}


def form_data(rows: Sequence[Mapping[str, str]], losses: list[Loss]) -> Plain:
    """Return a form as plain data; what has no place in one is added to the losses.

    Parameters
    ----------
    rows : sequence of mappings
        By the keys of :data:`~lltic.form.exchange.redcap_write.COLUMNS`.

    Raises
    ------
    LlticError
        Every problem at once: ``import-column``, ``import-list``, ``import-name``,
        ``import-kept``.
    """
    return _Reader(rows, losses).read()


@dataclass(slots=True)
class _Reader:
    rows: Sequence[Mapping[str, str]]
    losses: list[Loss]
    problems: list[Problem] = field(default_factory=list)
    pages: dict[str, Plain] = field(default_factory=dict)
    repeats: dict[str, tuple[Plain, str]] = field(default_factory=dict)
    names: dict[str, Plain] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    waiting: list[tuple[Plain, str, str]] = field(default_factory=list)
    kept: list[tuple[Plain, Plain]] = field(default_factory=list)
    whole: Plain = field(default_factory=dict)

    def read(self) -> Plain:
        for number, row in enumerate(self.rows):
            self._row(row, first=number == 0)
        for item, said, where in self.waiting:
            item["when"] = condition_of(said, self.known)
            if item["when"] is None:
                self.losses.append(LEFT_OUT["expression"].at(where, "branching logic"))
        for part, kept in self.kept:
            part.update(restored(part, kept))
        if self.problems:
            raise LlticError(self.problems)
        data = {
            "name": "imported",
            "version": "1",
            "title": "Imported form",
            "source": "Read from a REDCap data dictionary.",
            "wording": "As in the dictionary it was read from.",
            "scales": {},
            "pages": list(self.pages.values()),
        }
        return restored(full(Form, data), self.whole)

    def _row(self, row: Mapping[str, str], *, first: bool) -> None:
        name, on = row.get("name", "").strip(), row.get("form", "").strip()
        where = f"field {name[:60]}"
        kept = self._kept(row, where)
        if not name or not on:
            self.problems.append(Problem("import-column", where, "has no field name or form name"))
        elif first:
            self.whole = kept
            if not (kept and name == RECORD):
                self.losses.append(LEFT_OUT["record-id"].at(where))
        elif name in self.names:
            self.problems.append(Problem("import-name", where, "a field's name stands twice"))
        elif row.get("type", "").strip() == "descriptive":
            self._descriptive(row, name, on, kept)
        elif not self._reason(row, name):
            self._field(row, name, on, kept)

    def _kept(self, row: Mapping[str, str], where: str) -> Plain:
        note = row.get("annotation", "")
        if not note.startswith(MARK):
            if note.strip():
                self.losses.append(LEFT_OUT["setting"].at(where, "annotation"))
            return {}
        try:
            return from_text(note.removeprefix(MARK), where)
        except LlticError as error:
            self.problems += error.problems
            return {}

    def _page(self, on: str) -> Plain:
        if on not in self.pages:
            title = on.replace("_", " ").capitalize()
            self.pages[on] = full(Page, {"id": on, "title": title, "items": []})
        return self.pages[on]

    def _descriptive(self, row: Mapping[str, str], name: str, on: str, kept: Plain) -> None:
        label, section = row.get("label", ""), row.get("section", "")
        if REPEATS in kept:
            form = str(kept.pop(REPEATS)[1])
            page = self._page(on)
            item = full(Item, {"id": _short(form, on), "type": "repeat", "label": label})
            item |= {"items": [], "entry": "entry"}
            page["items"].append(item)
            self.repeats[form] = (item, page["id"])
            self._take(form, item, f"{page['id']}.{item['id']}", row)
            self.kept.append((item, kept))
        elif on not in self.pages and name == f"{on}_page":
            page = self._page(on)
            page["title"] = section or page["title"]
            page["hint"] = "" if label == page["title"] else label
            self.kept.append((page, kept))
        else:
            self.losses.append(LEFT_OUT["question"].at(f"field {name[:60]}", "descriptive"))

    def _field(self, row: Mapping[str, str], name: str, on: str, kept: Plain) -> None:
        where = f"field {name[:60]}"
        answer = self._answer(row, name, where)
        if answer is None:
            return
        odd = [key for key in ODD if row.get(key, "").strip()]
        self.losses.extend(LEFT_OUT["setting"].at(where, COLUMNS[key]) for key in odd)
        label = row.get("label", "") or name
        item = full(Item, {"id": _short(name, on), "label": label, **answer})
        item["hint"] = row.get("note", "")
        item["required"] = row.get("required", "").strip().lower() in ("y", "yes", "1")
        if on in self.repeats:
            group, page_id = self.repeats[on]
            group["items"].append(item)
            path = f"{page_id}.{group['id']}.{item['id']}"
        else:
            page = self._page(on)
            page["items"].append(item)
            path = f"{page['id']}.{item['id']}"
        self._take(name, item, path, row)
        self.kept.append((item, kept))

    def _take(self, name: str, item: Plain, path: str, row: Mapping[str, str]) -> None:
        self.names[name] = item
        self.known[name] = Known(path, item["type"], self.codes.get(name, {}))
        if said := row.get("branching", "").strip():
            self.waiting.append((item, said, f"field {name[:60]}"))

    def _answer(self, row: Mapping[str, str], name: str, where: str) -> Plain | None:
        kind = row.get("type", "").strip().lower()
        if kind in ("radio", "dropdown", "checkbox", *YES_NO):
            listed = YES_NO.get(kind) or row.get("choices", "")
            options = _options(listed)
            if not options:
                self.problems.append(
                    Problem("import-list", where, "has no choices", "1, Yes | 0, No")
                )
                return None
            self.codes[name] = {option["value"]: option["value"] for option in options}
            return {"type": "choices" if kind == "checkbox" else "choice", "options": options}
        if kind == "notes":
            return {"type": "text"}
        if kind != "text":
            self.losses.append(LEFT_OUT["question"].at(where, kind[:40]))
            return None
        return self._text(row, where)

    def _text(self, row: Mapping[str, str], where: str) -> Plain:
        validation = row.get("validation", "").strip().lower()
        number = re.fullmatch(r"integer|number|number_([1-4])dp(?:_comma_decimal)?", validation)
        if number:
            decimals = 0 if validation == "integer" else int(number[1] or 6)
            bounds = {"minimum": self._bound(row, "min", where)}
            bounds["maximum"] = self._bound(row, "max", where)
            return {"type": "number", "decimals": decimals, **bounds}
        if re.fullmatch(r"date_(ymd|mdy|dmy)", validation):
            return {"type": "date", "precision": ["day"]}
        if validation not in LINES:
            self.losses.append(LEFT_OUT["expression"].at(where, validation[:40]))
        return {"type": "line"}

    def _bound(self, row: Mapping[str, str], key: str, where: str) -> float | None:
        said = row.get(key, "").strip()
        if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?(e-\d{1,3})?", said):
            return float(said)
        if said:
            self.losses.append(LEFT_OUT["expression"].at(where, COLUMNS[key]))
        return None

    def _reason(self, row: Mapping[str, str], name: str) -> bool:
        """Take a field that asks why another has no answer; say whether it was one."""
        item = self.names.get(name.removesuffix("_missing"))
        options = {o["value"]: o["label"] for o in _options(row.get("choices", ""))}
        is_one = name.endswith("_missing") and options and set(options) <= set(REASONS)
        if item is None or not is_one:
            return False
        item["missing"] = list(options)
        own = {kind: label for kind, label in options.items() if label != REASONS[kind]}
        item["missing_labels"] = own or None
        item["required"] = item["required"] or row.get("required", "").strip() == "y"
        return True


def _short(name: str, on: str) -> str:
    return name.removeprefix(f"{on}_") or name


def _options(listed: str) -> list[Plain]:
    """Return the options of ``1, Yes | 0, No``."""
    found: dict[str, Plain] = {}
    for part in listed.split("|"):
        code, _, label = part.partition(",")
        code, label = code.strip(), label.strip()
        if code:
            found.setdefault(code, {"value": code, "label": label or code, "hint": ""})
    return list(found.values())
