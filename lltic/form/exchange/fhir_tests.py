"""FHIR's ``enableWhen`` as the condition of an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lltic.form.exchange.fhir_choices import Choices
from lltic.form.exchange.fhir_guard import Node, Notes

__all__ = ["Asked", "condition_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """An item as read so far: where it stands, what it offers, what it stands under.

    ``home`` is its page, or the item that repeats whose entries it belongs to;
    ``place`` counts the items of the form.
    """

    link: str
    path: str
    item: dict[str, Any]
    choices: Choices
    tests: list[Node]
    page: str
    home: str
    place: int


def condition_of(asked: Asked, targets: Mapping[str, Asked], notes: Notes) -> dict[str, Any] | None:
    """Return the condition that says the same as an item's tests, else None and a note why.

    Parameters
    ----------
    targets : mapping
        Every item by its linkId.
    """
    (node,) = asked.tests
    tests = node.nodes("enableWhen")
    names = {test.text("question") for test in tests}
    target = targets.get(names.pop()) if len(names) == 1 else None
    every = node.text("enableBehavior") == "all" and len(tests) > 1
    if target is None or every or not _can_see(asked, target):
        notes.lose("enable-when", asked.link, "it looks at several items, or at a later one")
        return None
    operators = {test.text("operator") for test in tests}
    found = None
    if operators == {"exists"} and len(tests) == 1:
        found = {"answered": tests[0].flag("answerBoolean")}
    elif operators == {"="}:
        found = _equals([_value(test, target) for test in tests], target)
    elif operators == {"!="} and len(tests) == 1 and target.item["type"] == "choice":
        notes.lose("condition-not", asked.link)
        unwanted = _value(tests[0], target)
        others = [o["value"] for o in target.item["options"] if o["value"] != unwanted]
        found = _equals(others if unwanted else [], target)
    if found is None:
        notes.lose("enable-when", asked.link, "it tests what cannot be tested here")
        return None
    return {"item": target.path, **found}


def _can_see(asked: Asked, target: Asked) -> bool:
    """An item looks at earlier ones, at others of its page, and within its own entry."""
    if target.home != target.page:
        return target.home == asked.home and target.place < asked.place
    together = asked.home == asked.page == target.page
    return target is not asked and (together or target.place < asked.place)


def _equals(values: list[str], target: Asked) -> dict[str, Any] | None:
    if not values or not all(values) or target.item["type"] == "repeat":
        return None
    if target.item["type"] == "choices":
        return {"includes": values[0]} if len(values) == 1 else None
    return {"equals": values}


def _value(test: Node, target: Asked) -> str:
    """Return the value a test waits for as we write it; empty when it has no such value."""
    codes = target.choices.codes
    if coding := test.node("answerCoding"):
        code = coding.text("code")
        return codes.get(f"{coding.text('system')}|{code}") or codes.get(code, "")
    if test.has("answerBoolean"):
        return codes.get("true" if test.flag("answerBoolean") else "false", "")
    if test.has("answerInteger"):
        number = test.number("answerInteger")
        whole = target.item["type"] == "number" and not target.item.get("decimals")
        return str(number) if whole and isinstance(number, int) else codes.get(str(number), "")
    said = test.text("answerString") or test.text("answerDate")
    if target.choices.options or target.item["type"] == "scale":
        return codes.get(said, "")
    return said if target.item["type"] in ("line", "text", "date") else ""
