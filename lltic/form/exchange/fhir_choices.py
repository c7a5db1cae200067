"""What can be chosen, from a FHIR Questionnaire: options in the item, or in a value set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lltic.form.exchange.fhir_guard import Node, Notes
from lltic.form.exchange.fhir_own import from_extension

__all__ = ["Choices", "ValueSets", "read_options"]

VALUES = ("Coding", "String", "Integer", "Date", "Time")


@dataclass(slots=True)
class Choices:
    """Options as plain data, and which code of the file is which of them."""

    options: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    ordered: bool = False
    systems: bool = False

    def add(self, option: dict[str, Any], code: str, system: str) -> None:
        """Add an option; a value that another has already gets a number."""
        value = option["value"]
        while option["value"] in self.values:
            self.values[value] += 1
            option["value"] = f"{value}_{self.values[value]}"
        self.values[option["value"]] = 1
        self.options.append(option)
        self.codes.setdefault(code, option["value"])
        self.codes[f"{system}|{code}"] = option["value"]


def read_options(item: Node) -> Choices:
    """Return the options that stand in an item."""
    found = Choices()
    marks = []
    for node in item.nodes("answerOption"):
        coding = node.node("valueCoding") or _plain_value(node)
        if coding is None:
            node.rest()
            continue
        code = coding.text("code") or coding.text("display")
        if not code:
            node.rest()
            continue
        own = node.extension("option-value")
        hints = node.extension("option-hint")
        option = {
            "value": own[0].text("valueString") if own else code,
            "label": coding.text("display") or code,
            "hint": hints[0].text("valueString") if hints else "",
        }
        marks.append(bool(_ordinals(node) + _ordinals(coding)))
        system = coding.text("system")
        found.systems |= bool(system) and not system.startswith("urn:lltic:")
        found.add(option, code, system)
        coding.rest()
        node.rest()
    found.ordered = bool(marks) and all(marks)
    return found


def _ordinals(node: Node) -> list[Node]:
    return node.extension("ordinal") + node.extension("weight")


def _plain_value(node: Node) -> Node | None:
    """A value without a code as if it were a coding."""
    for kind in VALUES[1:]:
        if node.has(f"value{kind}"):
            whole = kind == "Integer"
            value = node.number(f"value{kind}") if whole else node.text(f"value{kind}")
            return node.standing_for({"code": str(value)})
    return None


class ValueSets:
    """The value sets a file contains: some are our scales, others lists of options."""

    def __init__(self, contained: list[Node], notes: Notes) -> None:
        self.scales: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, str] = {}
        self._choices: dict[str, Choices] = {}
        for number, node in enumerate(contained, 1):
            known = node.text("id")
            if node.data.get("resourceType") != "ValueSet" or not known:
                notes.lose("element", f"contained {number}", str(node.data.get("resourceType")))
            elif f"#{known}" in self._keys or f"#{known}" in self._choices:
                notes.wrong("fhir-id-twice", f"contained {number}", "has an id that stands twice")
            elif directions := node.extension("direction"):
                self._read_scale(node, f"#{known}", directions[0])
            else:
                self._choices[f"#{known}"] = _read_set(node)

    def scale(self, reference: str) -> str:
        """Return the key of the scale a reference leads to; empty when it leads to none."""
        return self._keys.get(reference, "")

    def choices(self, reference: str) -> Choices | None:
        """Return the options a reference leads to; None when they are not in the file."""
        found = self._choices.get(reference)
        return found if found and found.options else None

    def in_order(self, references: list[str]) -> dict[str, dict[str, Any]]:
        """Return all scales, those referred to first, in that order."""
        first = [self._keys[one] for one in references if one in self._keys]
        return {key: self.scales[key] for key in dict.fromkeys([*first, *self.scales])}

    def _read_scale(self, node: Node, reference: str, direction: Node) -> None:
        names = [n.text("value") for n in node.nodes("identifier") if n.text("system")]
        key = next((name for name in names if name), reference[1:])
        self._keys[reference] = key
        points = []
        for concept in _concepts(node):
            concept.extension("ordinal")
            means = concept.extension("means")
            points.append(
                {
                    "value": concept.text("code"),
                    "label": concept.text("display"),
                    "means": means[0].text("valueString") if means else "",
                }
            )
            concept.rest()
        self.scales[key] = {
            "title": node.text("title"),
            "direction": direction.text("valueCode"),
            "source": node.text("purpose"),
            "points": points,
            "conversions": [from_extension(one.data) for one in node.extension("conversion")],
        }
        node.rest("status")


def _concepts(node: Node) -> list[Node]:
    found = []
    compose, expansion = node.node("compose"), node.node("expansion")
    for include in compose.nodes("include") if compose else []:
        found += include.nodes("concept")
        include.rest("system")
    if compose:
        compose.rest()
    if not found and expansion:
        found = expansion.nodes("contains")
        expansion.rest("timestamp", "identifier")
    return found


def _read_set(node: Node) -> Choices:
    found = Choices()
    marks = []
    for concept in _concepts(node):
        code = concept.text("code")
        if code:
            marks.append(bool(_ordinals(concept)))
            means = concept.extension("means")
            option = {
                "value": code,
                "label": concept.text("display") or code,
                "hint": means[0].text("valueString") if means else "",
            }
            found.add(option, code, concept.text("system"))
        concept.rest()
    found.ordered = bool(marks) and all(marks)
    node.rest("status", "url", "name", "title", "version", "meta", "immutable")
    return found
