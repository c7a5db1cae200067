"""A form as a FHIR R4 Questionnaire."""

from __future__ import annotations

from typing import Any

from lltic.form.exchange.fhir_names import (
    EXPORT_LOSSES,
    HASH_SYSTEM,
    NAME_SYSTEM,
    OWN,
    canonical,
    control,
    extension,
    scale_system,
)
from lltic.form.exchange.fhir_own import to_extension
from lltic.form.exchange.fhir_when import coding_of, enable_when
from lltic.form.exchange.losses import Exported, Loss
from lltic.form.kinds import MAX_LINE, MAX_TEXT
from lltic.form.model import Condition, Form, Item, Page, Scale
from lltic.records import to_plain

__all__ = ["to_questionnaire"]

Node = dict[str, Any]

TYPES = {
    "text": "text",
    "line": "string",
    "date": "date",
    "choice": "choice",
    "choices": "choice",
    "scale": "choice",
    "repeat": "group",
}
SMALL = 2**31
"""FHIR's integers lie below this."""


def to_questionnaire(form: Form, hash: str) -> Exported:
    """Return a form as a FHIR R4 Questionnaire, and what FHIR has no place for.

    Parameters
    ----------
    form : Form
        A form that makes sense (:func:`lltic.form.sense.problems_of`).
    hash : str
        The SHA-256 of its definition; it travels as an identifier. Empty: none.
    """
    return _Writer(form).questionnaire(hash)


class _Writer:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._items = dict(form.questions())
        self._scale_ids = {key: f"scale-{n}" for n, key in enumerate(form.scales, 1)}
        self._losses: list[Loss] = []

    def _lose(self, code: str, where: str, detail: str = "") -> None:
        self._losses.append(EXPORT_LOSSES[code].at(where, detail))

    def questionnaire(self, hash: str) -> Exported:
        form = self._form
        identifiers = [(NAME_SYSTEM, form.name), (HASH_SYSTEM, hash)]
        document = {
            "resourceType": "Questionnaire",
            "url": canonical(form.name),
            "identifier": [{"system": s, "value": value} for s, value in identifiers if value],
            "version": form.version,
            "name": _computable(form.name),
            "title": form.title,
            "status": "active",
            "subjectType": ["Patient"],
            "purpose": form.source,
            "copyright": form.wording,
            "contained": [self._value_set(key, scale) for key, scale in form.scales.items()],
            "extension": self._form_extensions(),
            "item": [self._page(page) for page in form.pages],
        }
        return Exported(_lean(document), tuple(self._losses))

    def _form_extensions(self) -> list[Node]:
        form = self._form
        found = [extension("scale", "Canonical", f"#{one}") for one in self._scale_ids.values()]
        for trigger in form.triggers:
            self._lose("trigger", f"triggers.{trigger.id}")
            found.append(to_extension(f"{OWN}trigger", to_plain(trigger)))
        for rule in form.concordance:
            self._lose("concordance", f"concordance.{rule.item}")
            found.append(to_extension(f"{OWN}concordance", to_plain(rule)))
        return found

    def _value_set(self, key: str, scale: Scale) -> Node:
        self._lose("direction", f"scales.{key}")
        extensions = [extension("direction", "Code", scale.direction)]
        for conversion in scale.conversions:
            self._lose("conversion", f"scales.{key}", conversion.to)
            extensions.append(to_extension(f"{OWN}conversion", to_plain(conversion)))
        concepts = [
            {
                "extension": [
                    extension("ordinal", "Decimal", point.value),
                    *([extension("means", "String", point.means)] if point.means else []),
                ],
                "code": str(point.value),
                **({"display": point.label} if point.label else {}),
            }
            for point in scale.points
        ]
        return _lean(
            {
                "resourceType": "ValueSet",
                "id": self._scale_ids[key],
                "extension": extensions,
                "identifier": [{"system": f"{OWN}scale", "value": key}],
                "title": scale.title,
                "status": "active",
                "purpose": scale.source,
                "compose": {
                    "include": [{"system": scale_system(self._form.name, key), "concept": concepts}]
                },
            }
        )

    def _page(self, page: Page) -> Node:
        extensions = [extension("page-by", "Code", side) for side in page.by]
        if page.by:
            self._lose("page-by", page.id)
        if page.kind != "phase":
            self._lose("page-kind", page.id)
            extensions.append(extension("page-kind", "Code", page.kind))
        if page.phase:
            self._lose("page-phase", page.id)
            extensions.append(extension("page-phase", "Code", page.phase))
        inner = [
            _display(f"{page.id}#caption", page.caption, "caption"),
            _display(f"{page.id}#hint", page.hint, "hint"),
            *(self._item(f"{page.id}.{item.id}", item) for item in page.items),
        ]
        if not any(inner):  # FHIR has no empty groups
            inner = [_display(f"{page.id}#empty", page.title or page.id, "empty")]
        return _lean(
            {
                "extension": extensions,
                "linkId": page.id,
                "text": page.title,
                "type": "group",
                "item": [one for one in inner if one],
            }
        )

    def _item(self, path: str, item: Item) -> Node:
        whole = item.type == "number" and not item.decimals
        kind = TYPES.get(item.type) or ("integer" if whole else "decimal")
        node: Node = {
            "extension": [*self._kind_extensions(path, item), *self._missing(path, item)],
            "linkId": path,
            "text": item.label,
            "type": kind,
            "required": item.required,
            "repeats": item.type in ("choices", "repeat"),
            "maxLength": {"text": MAX_TEXT, "line": MAX_LINE}.get(item.type),
            "item": [self._item(f"{path}.{inner.id}", inner) for inner in item.items],
        }
        node |= self._answers(path, item)
        if item.required_when is not None:
            self._lose("required-when", path)
            rule = to_plain(item.required_when)
            node["extension"].append(to_extension(f"{OWN}required-when", rule))
        if item.when is not None:
            node |= self._when(path, item.when, node["extension"])
            if item.required and not node["enableWhen"]:  # others would need it of everybody
                node["required"] = False
                node["extension"].append(extension("required", "Boolean", True))
        if item.hint:
            node["item"].insert(0, _display(f"{path}#hint", item.hint, "hint"))
        return _lean(node)

    def _answers(self, path: str, item: Item) -> Node:
        if item.type == "scale":
            return {"answerValueSet": f"#{self._scale_ids[item.scale or '']}"}
        return {
            "answerOption": [
                self._option(path, item, number) for number in range(1, len(item.options) + 1)
            ]
        }

    def _option(self, path: str, item: Item, number: int) -> Node:
        option = item.options[number - 1]
        extensions = []
        if option.hint:
            self._lose("option-hint", f"{path}={option.value}")
            extensions.append(extension("option-hint", "String", option.hint))
        coding = coding_of(self._form, path, item, option.value) or {}
        if coding["code"] != option.value:
            self._lose("option-code", f"{path}, option {number}")
            extensions.append(extension("option-value", "String", option.value))
        return _lean({"extension": extensions, "valueCoding": coding})

    def _kind_extensions(self, path: str, item: Item) -> list[Node]:
        found: list[Node] = []
        if item.type in ("choice", "scale", "choices"):
            found.append(control("check-box" if item.type == "choices" else "radio-button"))
        if item.type == "number":
            found += _number_extensions(item)
        if item.type == "date" and set(item.precision) != {"day", "month", "year"}:
            self._lose("precision", path, " or ".join(item.precision))
        if item.type == "date":
            found += [extension("precision", "Code", one) for one in item.precision]
        if item.type == "repeat":
            self._lose("entry", path)
            found.append(extension("at_most", "Integer", item.at_most))
            found.append(extension("entry", "String", item.entry))
        return found

    def _missing(self, path: str, item: Item) -> list[Node]:
        found = [extension("missing", "Code", kind) for kind in item.missing]
        for kind, label in (item.missing_labels or {}).items():
            found.append(to_extension(f"{OWN}missing-label", {"kind": kind, "label": label}))
        if found:
            self._lose("missing", path, ", ".join(item.missing))
        return found

    def _when(self, path: str, condition: Condition, extensions: list[Node]) -> Node:
        tests, exact = enable_when(self._form, condition, self._items)
        if not exact:
            self._lose("condition-answered" if tests else "condition", path)
            extensions.append(to_extension(f"{OWN}when", to_plain(condition)))
        return {"enableWhen": tests, "enableBehavior": "any" if len(tests) > 1 else None}


def _number_extensions(item: Item) -> list[Node]:
    found = []
    if item.unit:
        found.append(extension("unit", "Coding", {"display": item.unit}))
    for name, bound in (("minimum", item.minimum), ("maximum", item.maximum)):
        if bound is not None:
            small = float(bound).is_integer() and abs(bound) < SMALL
            whole = small and not item.decimals
            found.append(
                extension(name, "Integer", int(bound))
                if whole
                else extension(name, "Decimal", bound)
            )
    if item.decimals:
        found.append(extension("decimals", "Integer", item.decimals))
    return found


def _display(link: str, text: str, part: str) -> Node:
    """A text that is no question; ``part`` says which text of ours it is."""
    if not text:
        return {}
    help_shown = [control("help")] if part == "hint" else []
    own = extension("part", "Code", part)
    return {"extension": [*help_shown, own], "linkId": link, "text": text, "type": "display"}


def _computable(name: str) -> str:
    """Return a name that programs can use, as FHIR asks for (constraint que-0).

    Examples
    --------
    >>> _computable("sjr_stage2"), _computable("2nd look")
    ('SjrStage2', 'Form2ndLook')
    """
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in name).split()
    joined = "".join(word[:1].upper() + word[1:] for word in words)[:200]
    return joined if joined[:1].isalpha() else f"Form{joined}"


def _lean(node: Node) -> Node:
    """Leave out what FHIR does not write: nothing, empty text, empty lists, plain no."""
    return {key: value for key, value in node.items() if value or type(value) in (int, float)}
