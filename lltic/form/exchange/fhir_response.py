"""The answers of one review as a FHIR R4 QuestionnaireResponse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lltic.errors import LlticError, Problem, UsageError
from lltic.form.exchange.fhir_names import (
    ABSENT,
    CASE_SYSTEM,
    DATA_ABSENT,
    EXPORT_LOSSES,
    MAKE_BELIEVE,
    REVIEW_SYSTEM,
    REVIEWER_SYSTEM,
    canonical,
    extension,
)
from lltic.form.exchange.fhir_values import answer_nodes
from lltic.form.exchange.losses import Exported, Loss
from lltic.form.model import Form, Item
from lltic.form.rules import Answers, asked, check_value, is_relevant

__all__ = ["STATUSES", "About", "to_response"]

Node = dict[str, Any]

STATUSES = ("in-progress", "completed", "amended")


@dataclass(frozen=True, slots=True)
class About:
    """What a QuestionnaireResponse says of its review besides the answers.

    Parameters
    ----------
    case_id : str
        The pseudonym of the case; nothing else of the person goes along.
    status : str
        ``in-progress``, ``completed`` or ``amended`` (after an adjudication or a correction).
    authored_at : str
        When it was last changed, ISO 8601 with its distance from UTC; empty: not told.
    review_id, form_hash : str
        The review, and the hash of its form's definition; empty: not told.
    author : str
        The reviewer's pseudonym. Empty unless asked for: who has not read yet must not know.
    synthetic : bool
        Whether the case is make-believe; the response then says so.
    """

    case_id: str
    status: str
    authored_at: str = ""
    review_id: str = ""
    form_hash: str = ""
    author: str = ""
    synthetic: bool = False


def to_response(form: Form, answers: Answers, about: About) -> Exported:
    """Return the answers of a review as a FHIR R4 QuestionnaireResponse, and what it cannot say.

    A question that branching does not ask, or that nobody answered, is not in it; an
    answer given before branching changed stays behind and is listed.

    Raises
    ------
    UsageError
        ``fhir-about``: a status or a time that FHIR does not have.
    LlticError
        Every answer that does not fit the form, as :func:`lltic.form.rules.check_value` says.
    """
    _check_about(about)
    wrong = [p for path, answer in answers.items() for p in check_value(form, path, answer)]
    if wrong:
        raise LlticError(wrong)
    return _Writer(form, answers).response(about)


def _check_about(about: About) -> None:
    problems = []
    if about.status not in STATUSES:
        problems.append(
            Problem("fhir-about", "status", "is not a status of a review", ", ".join(STATUSES))
        )
    try:
        timed = not about.authored_at or datetime.fromisoformat(about.authored_at).tzinfo
    except ValueError:
        timed = None
    if not timed:
        message = "is not a moment with its distance from UTC"
        problems.append(Problem("fhir-about", "authored_at", message, "2026-09-03T14:05:00+01:00"))
    if not about.case_id:
        problems.append(Problem("fhir-about", "case_id", "is empty", "the case's pseudonym"))
    if problems:
        raise UsageError(problems)


class _Writer:
    def __init__(self, form: Form, answers: Answers) -> None:
        self._form = form
        self._answers = {path: answer for path, answer in answers.items() if answer is not None}
        self._losses: list[Loss] = []

    def response(self, about: About) -> Exported:
        asked_now = [
            path
            for path, _, item in asked(self._form, self._answers)
            if is_relevant(path, item, self._form, self._answers)
        ]
        for path in sorted(self._answers.keys() - set(asked_now)):
            self._losses.append(EXPORT_LOSSES["not-reached"].at(path))
        self._answers = {path: self._answers[path] for path in asked_now if path in self._answers}
        document: Node = {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": f"{canonical(self._form.name)}|{self._form.version}",
            "status": about.status,
            "subject": _known_as("Patient", CASE_SYSTEM, about.case_id),
        }
        if about.synthetic:
            document["meta"] = {"security": [dict(MAKE_BELIEVE)]}
        if about.form_hash:
            document["extension"] = [extension("form-sha256", "String", about.form_hash)]
        if about.review_id:
            document["identifier"] = {"system": REVIEW_SYSTEM, "value": about.review_id}
        if about.authored_at:
            document["authored"] = _moment(about.authored_at)
        if about.author:
            document["author"] = _known_as("Practitioner", REVIEWER_SYSTEM, about.author)
        if pages := self._pages():
            document["item"] = pages
        return Exported(document, tuple(self._losses))

    def _pages(self) -> list[Node]:
        found = []
        for page in self._form.pages:
            inner: list[Node] = []
            for item in page.items:
                inner += self._nodes(f"{page.id}.{item.id}", f"{page.id}.{item.id}", item)
            if inner:
                found.append({"linkId": page.id, "text": page.title or page.id, "item": inner})
        return found

    def _nodes(self, path: str, link: str, item: Item) -> list[Node]:
        """What stands for an item: nothing, one item, or one per entry."""
        answer = self._answers.get(path)
        if answer is None:
            return []
        node: Node = {"linkId": link, **({"text": item.label} if item.label else {})}
        absent = [{"url": DATA_ABSENT, "valueCode": ABSENT.get(answer.get("missing", ""), "")}]
        if "missing" in answer and item.type == "repeat":  # a group has no answer to put it in
            return [{"extension": absent, **node}]
        if "missing" in answer:
            return [{**node, "answer": [{"extension": absent}]}]
        value = answer["value"]
        if value == []:
            return [{"extension": [extension("none", "Boolean", True)], **node}]
        if item.type == "repeat":
            return [self._entry(path, link, item, node, entry_id) for entry_id in value]
        nodes = answer_nodes(self._form, link, item, value)
        if "extension" in nodes[0]:
            kind = "number-as-typed" if item.type == "number" else "text-as-typed"
            self._losses.append(EXPORT_LOSSES[kind].at(path))
        return [{**node, "answer": nodes}]

    def _entry(self, path: str, link: str, item: Item, node: Node, entry_id: str) -> Node:
        found = {"extension": [extension("entry-id", "String", entry_id)], **node}
        inner: list[Node] = []
        for question in item.items:
            inner += self._nodes(
                f"{path}.{entry_id}.{question.id}", f"{link}.{question.id}", question
            )
        return {**found, "item": inner} if inner else found


def _known_as(kind: str, system: str, value: str) -> Node:
    """A person by a pseudonym alone."""
    return {"type": kind, "identifier": {"system": system, "value": value}}


def _moment(text: str) -> str:
    """Return a moment as FHIR writes it: with seconds, and with its distance from UTC."""
    return datetime.fromisoformat(text).isoformat()
