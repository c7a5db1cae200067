"""The rows of an XLSForm as a form in plain data, also of one that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lltic.errors import LlticError, Problem
from lltic.form.exchange.kept import Plain, from_text, full, restored
from lltic.form.exchange.losses import Loss, LossKind
from lltic.form.exchange.sheets import Rows, whole
from lltic.form.exchange.words import Known
from lltic.form.exchange.xlsform_write import DATES, PARTLY
from lltic.form.exchange.xpath import condition_of
from lltic.form.model import Form, Item, Page
from lltic.records import REASONS

__all__ = ["KEPT", "LEFT_OUT", "form_data"]

KEPT = "lltic"
"""The column of our own."""

LEFT_OUT = {
    kind.code: kind
    for kind in (
        LossKind("question", "a kind of question that has no place here", "it is left out"),
        LossKind("expression", "an expression that is no condition here", "it is asked without"),
        LossKind(
            "group",
            "a group within a page",
            "its questions stand on the page",
        ),
        LossKind("language", "a further language", "the first one is taken"),
        LossKind("setting", "a cell that has no place here", "it is left out"),
    )
}
"""What a foreign file can hold and a form cannot."""

SELECT = re.compile(
    r"(?:add )?(?P<many>select[ _]one|select[ _]1|select[ _]multiple|select all that apply|likert)"
    r"(?: from)? +(?P<list>[^ ]+)(?P<other> (?:or[ _]other|or specify other))?"
)
PLAIN = {
    **dict.fromkeys(("text", "string", "phone number", "phonenumber", "email", "barcode"), "line"),
    **dict.fromkeys(("integer", "int", "decimal", "range"), "number"),
    "date": "date",
}
BOUND = re.compile(r"\.\s*(>=|<=)\s*\(?(-?\d{1,15}(?:\.\d{1,10})?)\)?")
ROUND = re.compile(r"round\(\.\s*,\s*([1-6])\)\s*=\s*\.")
READ = {
    *("type", "name", "label", "hint", "guidance_hint", "required", "relevant", "constraint"),
    *("constraint_message", "appearance", "#"),
}
SILENT = {"start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "audit"}
"""What a telephone notes by itself; not a question."""


def form_data(sheets: Mapping[str, Rows], losses: list[Loss]) -> Plain:
    """Return a form as plain data; what has no place in one is added to the losses.

    Raises
    ------
    LlticError
        Every problem of the file at once: ``import-sheet``, ``import-column``,
        ``import-list``, ``import-name``, ``import-group``, ``import-kept``.
    """
    return _Reader(sheets, losses).read()


@dataclass(slots=True)
class _Reader:
    sheets: Mapping[str, Rows]
    losses: list[Loss]
    problems: list[Problem] = field(default_factory=list)
    lists: dict[str, Rows] = field(default_factory=dict)
    pages: list[Plain] = field(default_factory=list)
    open: list[tuple[str, str, str]] = field(default_factory=list)  # kind, name, relevant
    page: Plain | None = None
    page_name: str = ""
    repeat: Plain | None = None
    names: dict[str, Plain] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    waiting: list[tuple[Plain, str, str, str]] = field(default_factory=list)

    def read(self) -> Plain:
        survey = self.sheets.get("survey")
        if survey is None:
            known = ", ".join(list(self.sheets)[:10])
            raise LlticError(
                Problem("import-sheet", "the file", "has no sheet 'survey'", f"has: {known}")
            )
        if not any("type" in row for row in survey):
            raise LlticError(Problem("import-column", "survey", "has no column 'type'", "type"))
        survey = [_one_language(row) for row in survey]
        self._languages()
        for row in self.sheets.get("choices", []):
            row = _one_language(row)
            name = row.get("list_name") or row.get("list name") or ""
            self.lists.setdefault(name.strip(), []).append(row)
        for row in survey:
            self._row(row)
        if self.open:
            message = "is begun and never ended"
            self.problems.append(Problem("import-group", f"survey: {self.open[-1][1]}", message))
        self._conditions()
        data = self._form()
        if self.problems:
            raise LlticError(self.problems)
        return data

    def _languages(self) -> None:
        headings = {h for row in self.sheets.get("survey", []) for h in row}
        labels = [h for h in headings if re.match(r"label ?:", h)]
        if len(labels) + ("label" in headings) > 1:
            self.losses.append(LEFT_OUT["language"].at("survey"))
        odd = sorted(h for h in headings if ":" not in h and h not in READ and KEPT not in h)
        self.losses.extend(LEFT_OUT["setting"].at(f"survey: {h[:60]}") for h in odd)

    def _form(self) -> Plain:
        row = next(iter(self.sheets.get("settings", [])), {})
        row = {key.replace(" ", "_"): value for key, value in row.items()}
        name = re.sub(r"[^A-Za-z0-9_-]", "_", row.get("form_id") or row.get("id_string") or "")
        name = name[:79] if re.match("[A-Za-z_]", name) else f"imported_{name}"[:79].rstrip("_")
        data = {
            "name": name,
            "version": row.get("version") or "1",
            "title": row.get("form_title") or row.get("title") or name,
            "source": "Read from an XLSForm.",
            "wording": "As in the XLSForm it was read from.",
            "scales": {},
            "pages": self.pages,
        }
        return self._restored(full(Form, data), whole(row, KEPT), "settings")

    def _restored(self, part: Plain, text: str, where: str) -> Plain:
        if not text:
            return part
        try:
            return restored(part, from_text(text, where))
        except LlticError as error:
            self.problems += error.problems
            return part

    # -- one row of the survey -----------------------------------------------------------

    def _row(self, row: dict[str, str]) -> None:
        kind = " ".join(row.get("type", "").lower().split())
        if not kind or kind.startswith("#") or row.get("disabled", "").lower() in ("yes", "true"):
            return
        begun = re.fullmatch(r"(begin|end)[ _](group|repeat|loop)( .*)?", kind)
        if begun and begun[1] == "begin":
            self._begin(begun[2], row)
        elif begun:
            self._end(begun[2], row)
        elif kind == "note" and row.get("name") in self._told():
            self._inner()[self._told()[row["name"]]] = row.get("label", "")
        elif kind.replace(" ", "") not in SILENT:
            self._asked(kind, row)

    def _inner(self) -> Plain:
        return self.repeat if self.repeat is not None else self._on_page()

    def _inner_name(self) -> str:
        return self.open[-1][1] if self.open else ""

    def _told(self) -> dict[str, str]:
        """Return the names of the notes that are words of a page or of what repeats."""
        name = self._inner_name()
        parts = ("hint",) if self.repeat else ("hint", "caption")
        return {f"{name}.told-{part}": part for part in parts}

    def _where(self, row: Mapping[str, str]) -> str:
        return f"survey line {row.get('#', '?')}"

    def _begin(self, kind: str, row: dict[str, str]) -> None:
        name, relevant = row.get("name", "").strip(), row.get("relevant", "")
        name = name or f"group_{row.get('#', '')}"
        where = self._where(row)
        if kind == "group" and not self.open:
            self.page_name = name
            self.page = full(Page, {"id": name, "title": row.get("label", name), "items": []})
            self.pages.append(self.page)
            self._keep_late(self.page, row, where)
        elif kind == "repeat" and self.repeat is None:
            page = self._on_page()
            label = row.get("label", name)
            data = {"id": self._short(name), "type": "repeat", "label": label, "items": []}
            self.repeat = full(Item, {**data, "entry": "entry"})
            page["items"].append(self.repeat)
            self._take(name, self.repeat, {})
            self._keep_late(self.repeat, row, where)
            self._wait(self.repeat, "when", relevant, where)
            relevant = ""
        else:
            self.losses.append(LEFT_OUT["group"].at(where, kind))
            kind = "inner"
        self.open.append((kind, name, relevant))

    def _end(self, kind: str, row: dict[str, str]) -> None:
        if not self.open:
            self.problems.append(
                Problem("import-group", self._where(row), "ends a group that was not begun")
            )
            return
        begun, _, _ = self.open.pop()
        if begun == "repeat":
            self.repeat = None
        if not self.open:
            self.page, self.page_name = None, ""

    def _on_page(self) -> Plain:
        """Return the page that is open; questions outside any group make one."""
        if self.page is None:
            number = sum(page["id"].startswith("questions") for page in self.pages) + 1
            name = "questions" if number == 1 else f"questions_{number}"
            self.page = full(Page, {"id": name, "title": "Questions", "items": []})
            self.pages.append(self.page)
        return self.page

    def _short(self, name: str) -> str:
        """Return a question's name without that of what it stands in."""
        return name.removeprefix(f"{self._inner_name()}.") or name

    # -- questions -----------------------------------------------------------------------

    def _asked(self, kind: str, row: dict[str, str]) -> None:
        name, where = row.get("name", "").strip(), self._where(row)
        about = self.names.get(name.removesuffix(".missing")) if name.endswith(".missing") else None
        select = SELECT.fullmatch(kind)
        if about is not None and select and self._is_reason(row):
            self._reason(about, row)
            return
        if not name:
            self.problems.append(Problem("import-column", where, "a question has no name", "name"))
            return
        answer = self._choice(row, select, where) if select else self._plain(kind, row, where)
        if answer is None:
            return
        hint = row.get("hint", "")
        item = full(Item, {"id": self._short(name), "label": row.get("label", name), **answer})
        item["hint"] = hint
        inner = self._inner()
        inner["items"].append(item)
        self._take(name, item, self.codes.get(name, {}))
        self._required(item, row, where)
        self._wait(item, "when", row.get("relevant", "") or self._inherited(), where)
        self._keep_late(item, row, where)

    def _take(self, name: str, item: Plain, codes: dict[str, str]) -> None:
        if name in self.names:
            self.problems.append(
                Problem("import-name", f"survey: {name[:60]!r}", "a name stands twice")
            )
        self.names[name] = item
        path = f"{self._on_page()['id']}."
        if self.repeat is not None and item is not self.repeat:
            path += f"{self.repeat['id']}."
        self.codes[name] = codes
        item["#path"] = path + item["id"]

    def _choice(self, row: dict[str, str], select: re.Match[str], where: str) -> Plain | None:
        named = [word for word in row["type"].split() if word.lower() == select["list"]]
        options = self.lists.get(named[-1]) if named else None
        if not options and re.search(r"\.(csv|xml|geojson)$", select["list"]):
            self.losses.append(LEFT_OUT["question"].at(where, "choices of another file"))
            return None
        if not options:
            known = ", ".join(list(self.lists)[:10])
            message = f"there is no list of choices {select['list'][:60]!r}"
            self.problems.append(Problem("import-list", where, message, known))
            return None
        plain, codes = [], {}
        for option in options:
            code = (option.get("name") or option.get("value") or "").strip()
            if not code or code in codes:
                continue
            codes[code] = code
            label = option.get("label", code)
            plain.append({"value": code, "label": label, "hint": option.get("means", "")})
        if select["other"] and "other" not in codes:
            plain.append({"value": "other", "label": "Other", "hint": ""})
        self.codes[row["name"].strip()] = codes
        many = "multiple" in select["many"] or "all" in select["many"]
        return {"type": "choices" if many else "choice", "options": plain}

    def _plain(self, kind: str, row: dict[str, str], where: str) -> Plain | None:
        taken = PLAIN.get(kind)
        if taken is None:
            self.losses.append(LEFT_OUT["question"].at(where, kind[:40]))
            return None
        constraint, look = row.get("constraint", ""), row.get("appearance", "").lower()
        partly = next((list(p) for p, said in PARTLY.items() if said == constraint), None)
        if taken == "line" and partly:
            return {"type": "date", "precision": partly}
        if taken == "line" and "multiline" in look.split():
            taken = "text"
        answer: Plain = {"type": taken}
        if taken == "date":
            precision = next((p for p, said in DATES.items() if said and said in look), "day")
            answer["precision"] = [precision]
        if taken == "number":
            return {**answer, **self._bounds(kind, constraint, where)}
        if constraint:
            self.losses.append(LEFT_OUT["expression"].at(where, "constraint"))
        return answer

    def _bounds(self, kind: str, constraint: str, where: str) -> Plain:
        found: Plain = {"decimals": 6 if kind in ("decimal", "range") else 0}
        for test in " ".join(constraint.split()).split(" and "):
            if bound := BOUND.fullmatch(test):
                key = "minimum" if bound[1] == ">=" else "maximum"
                found[key] = float(bound[2])
            elif decimals := ROUND.fullmatch(test):
                found["decimals"] = int(decimals[1])
            elif test:
                self.losses.append(LEFT_OUT["expression"].at(where, "constraint"))
        return found

    def _is_reason(self, row: Mapping[str, str]) -> bool:
        kinds = [o.get("name") for o in self.lists.get(row["type"].split()[-1], [])]
        return bool(kinds) and set(kinds) <= set(REASONS)

    def _reason(self, item: Plain, row: Mapping[str, str]) -> None:
        options = self.lists[row["type"].split()[-1]]
        item["missing"] = [option["name"] for option in options]
        own = {
            option["name"]: option.get("label", "")
            for option in options
            if option.get("label", "") != REASONS[option["name"]]
        }
        item["missing_labels"] = own or None

    # -- branching -----------------------------------------------------------------------

    def _inherited(self) -> str:
        """Return what a group asks its questions under, when it alone says so."""
        said = [relevant for _, _, relevant in self.open if relevant]
        return said[0] if len(said) == 1 else " and ".join(said)

    def _required(self, item: Plain, row: Mapping[str, str], where: str) -> None:
        said = row.get("required", "").strip()
        reason = re.compile(r"(?:(.*) and )?\$\{[^{}]*\.missing\} = ''", re.DOTALL).fullmatch(said)
        if reason:
            said = reason[1] or "yes"
        if said.lower() in ("yes", "true", "true()"):
            item["required"] = True
        elif said.lower() not in ("", "no", "false", "false()"):
            self._wait(item, "required_when", said, where)

    def _wait(self, item: Plain, key: str, said: str, where: str) -> None:
        if said.strip():
            self.waiting.append((item, key, said, where))

    def _conditions(self) -> None:
        """Read the conditions, now that every question is known, and what is kept after them."""
        known = {
            name: Known(item["#path"], item["type"], self.codes.get(name, {}))
            for name, item in self.names.items()
        }
        for item, key, said, where in self.waiting:
            if key == KEPT:
                continue
            condition = condition_of(said, known)
            if condition is None:
                self.losses.append(LEFT_OUT["expression"].at(where, key))
            item[key] = condition
        for item in self.names.values():
            item.pop("#path")
        for part, key, said, where in self.waiting:
            if key == KEPT:
                part.update(self._restored(part, said, where))

    def _keep_late(self, part: Plain, row: Mapping[str, str], where: str) -> None:
        if text := whole(row, KEPT):
            self.waiting.append((part, KEPT, text, where))


def _one_language(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row with its label and hint, whatever language they are in."""
    plain: dict[str, Any] = dict(row)
    for key in ("label", "hint", "guidance_hint"):
        if key not in plain:
            found = [v for h, v in row.items() if re.match(rf"{key} ?::?", h)]
            if found:
                plain[key] = found[0]
    if "value" in plain and "name" not in plain:
        plain["name"] = plain["value"]
    return plain
