"""A form as the rows of an XLSForm, in its own words alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lltic.cells import clean, pieces
from lltic.form.exchange.kept import Place
from lltic.form.exchange.sheets import Rows
from lltic.form.exchange.words import Known, chosen, missing_words, number_text, options_of
from lltic.form.exchange.xpath import expression
from lltic.form.model import Condition, Form, Item, Option, Page

__all__ = ["CHOICES", "PARTLY", "SETTINGS", "SURVEY", "Survey", "survey_of"]

SURVEY = (
    *("type", "name", "label", "hint", "guidance_hint", "required", "relevant"),
    *("constraint", "constraint_message", "appearance"),
)
CHOICES = ("list_name", "name", "label", "means")
SETTINGS = ("form_title", "form_id", "version")

PARTLY = {
    ("day", "month", "year"): r"regex(., '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$')",
    ("day", "month"): r"regex(., '^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$')",
    ("month", "year"): r"regex(., '^[0-9]{4}(-[0-9]{2})?$')",
    ("day", "year"): r"regex(., '^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$')",
}
"""A date that may be known in part is a text of a pattern: XLSForm has only whole dates."""

DATES = {"day": "", "month": "month-year", "year": "year"}
REASON = "If there is no answer, why?"
EITHER = "Give an answer or a reason, not both."
MOST = 8_000
"""Characters of words that are shown; two such texts fit a cell, escapes and all."""

AFTER = (".missing", ".told-hint", ".told-caption")
"""What a name of our own ends in, and no name of a question."""

RESERVED = ("meta", "data", "instanceID", "instanceName")


@dataclass(slots=True)
class Names:
    """Names that a survey allows, each given once, whatever the case of its letters."""

    taken: set[str] = field(default_factory=lambda: {name.lower() for name in RESERVED})

    def give(self, wanted: str) -> str:
        """Return the name wanted, or one like it."""
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", wanted)[:120]
        name = name if re.match(r"[A-Za-z_]", name) else f"_{name}"
        tried, number = name, 2
        while tried.lower() in self.taken or tried.lower().endswith(AFTER):
            tried, number = f"{name}_{number}", number + 1
        self.taken.add(tried.lower())
        return tried


@dataclass(slots=True)
class Survey:
    """The rows of the three sheets; ``places`` says of which part a row of the survey is."""

    survey: Rows = field(default_factory=list)
    choices: Rows = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)

    def add(self, place: Place | None = None, **cells: str) -> None:
        """Add a row of the survey."""
        if place is not None:
            self.places[len(self.survey)] = place
        self.survey.append({key: value for key, value in cells.items() if value})


def survey_of(form: Form) -> Survey:
    """Return a form as rows of an XLSForm."""
    return _Writer(form).written()


def _shown(text: str, otherwise: str = "") -> str:
    """Return words as another program shows them: cleaned, without what it would look up."""
    cleaned = clean(text)[0].replace("${", "$ {")
    return pieces(cleaned, MOST)[0] if cleaned.strip() else otherwise


@dataclass(slots=True)
class _Writer:
    form: Form
    out: Survey = field(default_factory=Survey)
    names: dict[str, str] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    lists: dict[tuple[Option, ...], str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    given: Names = field(default_factory=Names)
    list_names: Names = field(default_factory=Names)
    pages: list[str] = field(default_factory=list)

    def written(self) -> Survey:
        form = self.form
        self._name_everything()
        self.out.settings = {
            "form_title": _shown(form.title, "Form"),
            "form_id": Names().give(form.name),
            "version": _shown(form.version, "1"),
        }
        for number, page in enumerate(form.pages):
            self._page(page, self.pages[number], (number,))
        return self.out

    def _name_everything(self) -> None:
        """Give each question its name before any condition looks at one."""
        for page in self.form.pages:
            name = self.given.give(page.id)
            self.pages.append(name)
            for item in page.items:
                own = self._name(f"{page.id}.{item.id}", f"{name}.{item.id}", item)
                for question in item.items:
                    path = f"{page.id}.{item.id}.{question.id}"
                    self._name(path, f"{own}.{question.id}", question)

    def _name(self, path: str, wanted: str, item: Item) -> str:
        name = self.given.give(wanted)
        self.names.setdefault(path, name)
        codes = {}
        if item.type in ("choice", "choices", "scale"):
            options = options_of(item, self.form)
            codes = self.codes[self._list(options, name)]
        self.known[name] = Known(path, item.type, codes)
        return name

    def _list(self, options: tuple[Option, ...], wanted: str) -> str:
        """Return the name of a list of choices; the same list is written once."""
        if options not in self.lists:
            name = self.list_names.give(wanted)
            self.lists[options] = name
            given = Names(set())
            self.codes[name] = {}
            for option in options:
                code = option.value
                if not re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", code) or code.lower() in given.taken:
                    code = given.give(code)
                given.taken.add(code.lower())
                self.codes[name][code] = option.value
                row = {"list_name": name, "name": code, "label": _shown(option.label, code)}
                means = _shown(option.hint)
                self.out.choices.append({**row, "means": means} if means else row)
        return self.lists[options]

    def _page(self, page: Page, name: str, place: Place) -> None:
        add = self.out.add
        add(place, type="begin_group", name=name, label=_shown(page.title, name))
        for part, words in (("caption", page.caption), ("hint", page.hint)):
            if shown := _shown(words):
                add(type="note", name=f"{name}.told-{part}", label=shown)
        for number, item in enumerate(page.items):
            path = f"{page.id}.{item.id}"
            self._item(path, item, self.names[path], (*place, number))
        add(type="end_group", name=name)

    def _item(self, path: str, item: Item, name: str, place: Place) -> None:
        if item.type != "repeat":
            self.out.add(place, **self._question(path, item, name))
            self._reason(item, name)
            return
        relevant = self._condition(item.when)
        cells = {"name": name, "label": _shown(item.label, name), "relevant": relevant}
        self.out.add(place, type="begin_repeat", **cells)
        if hint := _shown(item.hint):
            self.out.add(type="note", name=f"{name}.told-hint", label=hint)
        for number, question in enumerate(item.items):
            inner = f"{path}.{question.id}"
            self._item(inner, question, self.names[inner], (*place, number))
        self.out.add(type="end_repeat", name=name)
        self._reason(item, name)

    def _question(self, path: str, item: Item, name: str) -> dict[str, str]:
        unit = f" ({_shown(item.unit)})" if item.unit else ""
        return {
            "name": name,
            "label": _shown(item.label, name) + unit,
            "hint": _shown(item.hint),
            "guidance_hint": _shown(chosen(item, self.form)),
            "required": self._required(item, name),
            "relevant": self._condition(item.when),
            **dict(self._kind(item, name)),
        }

    def _kind(self, item: Item, name: str) -> Iterator[tuple[str, str]]:
        """Yield the cells that say what may be answered."""
        if item.type in ("choice", "choices", "scale"):
            verb = "select_multiple" if item.type == "choices" else "select_one"
            yield "type", f"{verb} {self._list(options_of(item, self.form), name)}"
        elif item.type == "number":
            yield "type", "decimal" if item.decimals else "integer"
            yield "constraint", _bounds(item)
        elif item.type == "date":
            kept = tuple(p for p in ("day", "month", "year") if p in item.precision)
            yield "type", "text" if kept in PARTLY else "date"
            yield "constraint", PARTLY.get(kept, "")
            yield "appearance", DATES.get(kept[0], "") if len(kept) == 1 else ""
        else:
            yield "type", "text"
            yield "appearance", "multiline" if item.type == "text" else ""

    def _condition(self, condition: Condition | None) -> str:
        return expression(condition, self.names, self.known) if condition else ""

    def _required(self, item: Item, name: str) -> str:
        needed = "yes" if item.required else ""
        if item.required_when is not None:
            needed = self._condition(item.required_when)
        if not needed or not item.missing:
            return needed
        no_reason = f"${{{name}.missing}} = ''"
        return no_reason if needed == "yes" else f"({needed}) and {no_reason}"

    def _reason(self, item: Item, name: str) -> None:
        """Ask beside a question for the reason why it has no answer."""
        if not item.missing:
            return
        words = missing_words(item).items()
        options = tuple(Option(kind, label) for kind, label in words)
        empty = f"count(${{{name}}}) = 0" if item.type == "repeat" else f"${{{name}}} = ''"
        self.out.add(
            type=f"select_one {self._list(options, f'{name}.missing')}",
            name=f"{name}.missing",
            label=REASON,
            relevant=self._condition(item.when),
            constraint=empty,
            constraint_message=EITHER,
            appearance="minimal",
        )


def _bounds(item: Item) -> str:
    tests = []
    for sign, bound in ((">=", item.minimum), ("<=", item.maximum)):
        if bound is not None and math.isfinite(bound):
            tests.append(f". {sign} {number_text(bound)}")
    if item.decimals:
        tests.append(f"round(., {item.decimals}) = .")
    return " and ".join(tests)
