"""A FHIR R4 QuestionnaireResponse as the answers to a form."""

from __future__ import annotations

from typing import Any

from lltic.form.exchange.fhir_guard import Node, Notes, refusal
from lltic.form.exchange.fhir_names import (
    CASE_SYSTEM,
    DATA_ABSENT,
    MAKE_BELIEVE,
    PRESENT,
    REVIEW_SYSTEM,
    REVIEWER_SYSTEM,
    canonical,
)
from lltic.form.exchange.fhir_read import slug
from lltic.form.exchange.fhir_values import answer_value
from lltic.form.exchange.losses import ImportedAnswers
from lltic.form.kinds import check_kind
from lltic.form.model import ENTRY_ID, Form, Item

__all__ = ["from_response"]

WHERE = "QuestionnaireResponse"


def from_response(form: Form, document: Any) -> ImportedAnswers:
    """Return the answers of a FHIR R4 QuestionnaireResponse to a form.

    A question is known by its linkId, which is its path; one of a Questionnaire that
    was read into this form also by the name made from it.

    Parameters
    ----------
    document : object
        Parsed JSON; from anybody, so nothing is taken for granted.
    """
    if problems := refusal(document, WHERE):
        return ImportedAnswers(None, problems=tuple(problems))
    notes = Notes()
    reader = _Reader(form, notes)
    root = Node(document, WHERE, notes)
    about = reader.about(root)
    for node in root.nodes("item"):
        reader.read(node, "")
    answers = reader.whole()
    root.rest("text")
    losses, wrong = tuple(notes.losses), tuple(dict.fromkeys(notes.problems))
    if wrong:
        return ImportedAnswers(None, about, losses, wrong)
    return ImportedAnswers(answers, about, losses)


class _Reader:
    def __init__(self, form: Form, notes: Notes) -> None:
        self._form = form
        self._notes = notes
        self._items = dict(form.questions())
        self._top = {path for path, _, _ in form.items()}
        self._answers: dict[str, dict[str, Any]] = {}
        self._entries: dict[str, list[str]] = {}
        pages = {page.id for page in form.pages}
        named: dict[str, list[str]] = {}
        for path, item in self._items.items():
            named.setdefault(item.id, []).append(path)
        self._by_name = {name: paths[0] for name, paths in named.items() if len(paths) == 1}
        self._by_name = {n: p for n, p in self._by_name.items() if n not in pages}

    def about(self, root: Node) -> dict[str, str]:
        """Return what the response says of its review, and see that it is to this form."""
        told = {"status": root.text("status"), "authored_at": root.text("authored")}
        for key, name, system in (
            ("subject", "case_id", CASE_SYSTEM),
            ("author", "author", REVIEWER_SYSTEM),
        ):
            if person := root.node(key):
                known = person.node("identifier")
                if known and known.text("system") == system:
                    told[name] = known.text("value")
                else:
                    self._notes.lose("element", WHERE, key)
        if known := root.node("identifier"):
            if known.text("system") == REVIEW_SYSTEM:
                told["review_id"] = known.text("value")
            else:
                self._notes.lose("element", WHERE, "identifier")
        if root.has("meta"):
            root.take("meta")
            if root.data["meta"] == {"security": [MAKE_BELIEVE]}:
                told["synthetic"] = "yes"
            else:
                self._notes.lose("element", WHERE, "meta")
        hashes = root.extension("form-sha256")
        told["form_hash"] = hashes[0].text("valueString") if hashes else ""
        self._right_form(root.text("questionnaire"))
        return {key: value for key, value in told.items() if value}

    def _right_form(self, said: str) -> None:
        wanted = f"{canonical(self._form.name)}|{self._form.version}"
        if said.startswith(canonical("")) and said != wanted:
            message = "is the response to another form, or to another version of it"
            self._notes.wrong("fhir-other-form", WHERE, message, wanted)
        elif said != wanted:
            self._notes.lose("questionnaire", WHERE)

    def read(self, node: Node, entry: str) -> None:
        """Take the answers of an item and of everything in it.

        Parameters
        ----------
        entry : str
            The path of the entry it belongs to, ``page.item.entry``; empty outside of entries.
        """
        link = node.text("linkId")
        node.where = link[:120] or node.where
        node.take("text", "definition")
        path = link if link in self._items else self._by_name.get(slug(link), "")
        item = self._items.get(path)
        answers = node.nodes("answer")
        if item is not None and item.type == "repeat":
            entry = self._group(node, path, item)
        elif item is not None:
            self._answer(node, path, item, answers, entry)
        elif answers:
            self._notes.lose("answer", node.where)
        for inner in node.nodes("item"):
            self.read(inner, entry)
        for answer in answers:
            for inner in answer.nodes("item"):
                self.read(inner, entry)
        node.rest()

    def _group(self, node: Node, path: str, item: Item) -> str:
        """Note one entry of an item that repeats, and return its path."""
        absent = node.extension(DATA_ABSENT)
        if absent or node.extension("none"):
            told = self._reason(absent, item, path) if absent else {"value": []}
            self._keep(path, told)
            return ""
        entries = self._entries.setdefault(path, [])
        given = node.extension("entry-id")
        entry_id = given[0].text("valueString") if given else f"e{len(entries) + 1}"
        if not ENTRY_ID.fullmatch(entry_id):
            self._notes.wrong("fhir-entry", path, "an entry has no id of its own")
        entries.append(entry_id)
        return f"{path}.{entry_id}"

    def _answer(self, node: Node, path: str, item: Item, nodes: list[Node], entry: str) -> None:
        group, _, question = path.rpartition(".")
        in_entry = path not in self._top
        if in_entry and not entry.startswith(f"{group}."):
            self._notes.wrong("fhir-entry", path, "is the answer of an entry outside of one")
            return
        full = f"{entry}.{question}" if in_entry else path
        absent = [one for answer in nodes for one in answer.extension(DATA_ABSENT)]
        if absent:
            self._keep(full, self._reason(absent, item, full))
        elif node.extension("none"):
            self._keep(full, self._checked(full, item, []))
        elif nodes:
            value, stale = answer_value(item, nodes)
            if stale:
                self._notes.lose("as-typed", full)
            self._keep(full, self._checked(full, item, value))
        for answer in nodes:
            answer.take(*(key for key in answer.data if key.startswith("value")), "item")
            answer.rest()

    def _reason(self, absent: list[Node], item: Item, path: str) -> dict[str, Any] | None:
        kind = PRESENT.get(absent[0].text("valueCode"), "")
        if kind in item.missing:
            return {"missing": kind}
        allowed = ", ".join(item.missing) or "none: this item needs an answer"
        self._notes.wrong("bad-missing", path, "cannot be left out for that reason", allowed)
        return None

    def _checked(self, path: str, item: Item, value: Any) -> dict[str, Any] | None:
        problems = check_kind(self._form, path, item, value)
        self._notes.problems += problems
        return None if problems else {"value": value}

    def _keep(self, path: str, answer: dict[str, Any] | None) -> None:
        if path in self._answers:
            self._notes.wrong("fhir-answer-twice", path, "is answered twice")
        elif answer is not None:
            self._answers[path] = answer

    def whole(self) -> dict[str, dict[str, Any]]:
        """Return the answers, those of the lists of entries included."""
        for path, ids in self._entries.items():
            self._keep(path, self._checked(path, self._items[path], ids))
        return self._answers
