"""One question of a FHIR Questionnaire as an item of a form, in plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lltic.form.exchange.fhir_choices import Choices, ValueSets, read_options
from lltic.form.exchange.fhir_guard import Node, Notes
from lltic.form.exchange.fhir_names import CONTROL_SYSTEM
from lltic.form.exchange.fhir_own import from_extension
from lltic.form.kinds import MAX_LINE, MAX_TEXT

__all__ = ["controls", "read_item"]

Plain = dict[str, Any]

TYPES = {
    "string": "line",
    "text": "text",
    "date": "date",
    "integer": "number",
    "decimal": "number",
    "choice": "choice",
    "open-choice": "choice",
    "boolean": "choice",
    "quantity": "number",
    "dateTime": "date",
    "time": "line",
    "url": "line",
}
NEAR = {"boolean", "quantity", "dateTime", "time", "url"}
"""Types that have no like here, and another in their place."""

SHOWN_SO = {"radio-button", "check-box", "help", "text-box"}
"""Ways of showing an item that are ours as well."""


def read_item(node: Node, sets: ValueSets, notes: Notes) -> tuple[Plain, Choices] | None:
    """Return an item without its id and its condition, and the codes of its options.

    None when a form has no item of its type; then that is noted.
    """
    kind = node.text("type")
    if kind not in TYPES:
        notes.lose("type", node.where, kind)
        return None
    if kind in NEAR:
        notes.lose("type-near", node.where, f"{kind}, here {TYPES[kind]}")
    label = " ".join(part for part in (node.text("prefix"), node.text("text")) if part)
    item: Plain = {"type": TYPES[kind], "label": label or node.where}
    choices = Choices()
    if TYPES[kind] == "choice":
        choices = _read_choice(node, kind, item, sets, notes)
    elif node.flag("repeats"):
        notes.lose("repeats", node.where)
    if item["type"] == "number":
        _read_number(node, kind, item)
    if item["type"] == "date":
        exact = [one.text("valueCode") for one in node.extension("precision")]
        item["precision"] = exact or ["day", "month", "year"]
    _read_maximum(node, kind, notes)
    read_common(node, item, notes)
    return item, choices


def read_common(node: Node, item: Plain, notes: Notes) -> None:
    """Add what items of every type have: whether they are needed, reasons for leaving out."""
    if node.flag("required") or node.extension("required"):
        item["required"] = True
    kinds = [one.text("valueCode") for one in node.extension("missing")]
    labels = [from_extension(one.data) for one in node.extension("missing-label")]
    if kinds:
        item["missing"] = kinds
    if labels:
        told = [one for one in labels if isinstance(one, dict)]
        item["missing_labels"] = {str(one.get("kind")): one.get("label", "") for one in told}
    if rules := node.extension("required-when"):
        item["required_when"] = from_extension(rules[0].data)
    for code in controls(node):
        if code not in SHOWN_SO:
            notes.lose("element", node.where, f"shown as {code}")


def controls(node: Node) -> list[str]:
    """Return how an item or a text is to be shown, in FHIR's codes."""
    concepts = [one.node("valueCodeableConcept") for one in node.extension("control")]
    codings = [coding for concept in concepts if concept for coding in concept.nodes("coding")]
    return [c.text("code") for c in codings if c.text("system") in ("", CONTROL_SYSTEM)]


def _read_choice(node: Node, kind: str, item: Plain, sets: ValueSets, notes: Notes) -> Choices:
    reference = node.text("answerValueSet")
    if kind == "boolean":
        found = Choices()
        found.add({"value": "yes", "label": "Yes"}, "true", "")
        found.add({"value": "no", "label": "No"}, "false", "")
        item["options"] = found.options
        return found
    if scale := sets.scale(reference):
        item |= {"type": "scale", "scale": scale}
        return Choices(
            codes={str(p["value"]): str(p["value"]) for p in sets.scales[scale]["points"]}
        )
    found = (sets.choices(reference) if reference else read_options(node)) or Choices()
    repeats = node.flag("repeats")
    if not found.options:
        notes.lose("answers-elsewhere", node.where, reference)
        item["type"] = "line"
        return found
    if found.ordered:
        notes.lose("ordinal", node.where)
    if found.systems:
        notes.lose("element", node.where, "the code system of the answers")
    item |= {"type": "choices" if repeats else "choice"}
    item["options"] = [{key: v for key, v in one.items() if v} for one in found.options]
    return found


def _read_number(node: Node, kind: str, item: Plain) -> None:
    readers: dict[str, Callable[[Node], Any]] = {
        "unit": _unit,
        "minimum": _bound,
        "maximum": _bound,
    }
    for name, read in readers.items():
        if (extensions := node.extension(name)) and (value := read(extensions[0])) not in (
            "",
            None,
        ):
            item[name] = value
    decimals = node.extension("decimals")
    if kind != "integer":
        item["decimals"] = decimals[0].number("valueInteger") if decimals else 6


def _unit(node: Node) -> str:
    coding = node.node("valueCoding")
    return coding.text("display") or coding.text("code") if coding else ""


def _bound(node: Node) -> int | float | None:
    whole = node.has("valueInteger")
    return node.number("valueInteger" if whole else "valueDecimal")


def _read_maximum(node: Node, kind: str, notes: Notes) -> None:
    longest = node.number("maxLength")
    if longest not in (None, {"text": MAX_TEXT, "string": MAX_LINE}.get(kind)):
        notes.lose("element", node.where, f"maxLength {longest}")
