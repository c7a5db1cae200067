"""One answer as FHIR writes it, and back; what FHIR cannot hold exactly is kept beside it."""

from __future__ import annotations

import json
from typing import Any

from lltic.form.exchange.fhir_guard import Node
from lltic.form.exchange.fhir_names import as_typed, codes, extension, is_fhir_text, shown, typed
from lltic.form.exchange.fhir_when import coding_of
from lltic.form.model import Form, Item

__all__ = ["answer_nodes", "answer_value", "same"]

SMALL = 2**31


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same in every letter: 61 is not 61.0."""
    return json.dumps(one, ensure_ascii=False) == json.dumps(other, ensure_ascii=False)


def answer_nodes(form: Form, path: str, item: Item, value: Any) -> list[dict[str, Any]]:
    """Return FHIR's answers to a question, with the exact value beside where they differ.

    Parameters
    ----------
    path : str
        The question's, without the id of an entry.
    """
    if item.type == "choices":
        return [_node(form, path, item, one) for one in value]
    node = _node(form, path, item, value)
    return [node if same(_one(node, item), value) else {"extension": [as_typed(value)], **node}]


def _node(form: Form, path: str, item: Item, value: Any) -> dict[str, Any]:
    if item.type in ("choice", "choices", "scale"):
        coding = coding_of(form, path, item, str(value)) or {}
        if item.type == "scale":
            coding = {"extension": [extension("ordinal", "Decimal", value)], **coding}
        return {"valueCoding": coding}
    if item.type in ("text", "line"):
        text = value if is_fhir_text(value) else shown(value)
        return {"valueString": text} if text else {}
    if item.type == "date":
        return {"valueDate": value}
    if item.decimals:
        return {"valueDecimal": value}
    return {"valueInteger": int(value)} if abs(value) < SMALL else {}


def answer_value(item: Item, nodes: list[Node]) -> tuple[Any, bool]:
    """Return the value of FHIR's answers, and whether somebody changed it since we wrote it.

    None when the answers say nothing that the item can be told; whether the value is
    one that the item takes is for :func:`lltic.form.kinds.check_kind`.
    """
    told = [_one(node.data, item) for node in nodes]
    if item.type == "choices":
        return (None if None in told else told), False
    if len(nodes) != 1:
        return None, False
    exact = nodes[0].extension("as-typed")
    if not exact:
        return told[0], False
    try:
        kept = typed(exact[0].text("valueBase64Binary"))
    except ValueError:
        return told[0], True
    return (kept, False) if _agree(item, kept, told[0]) else (told[0], True)


def _agree(item: Item, kept: Any, told: Any) -> bool:
    """Whether what is shown is what we would have shown for what was kept."""
    if item.type in ("text", "line"):
        return isinstance(kept, str) and (shown(kept) or None) == told
    if item.type == "number" and type(kept) in (int, float):
        return bool(told == kept if abs(kept) < SMALL else told is None)
    return False


def _one(node: dict[str, Any], item: Item) -> Any:
    coding = node.get("valueCoding")
    if item.type in ("choice", "choices", "scale"):
        code = coding.get("code") if isinstance(coding, dict) else None
        if isinstance(node.get("valueBoolean"), bool):
            code = "yes" if node["valueBoolean"] else "no"
        code = node.get("valueString") if code is None else code
        return _level(code) if item.type == "scale" else _option(item, code)
    names = {"text": ["valueString"], "line": ["valueString", "valueUri", "valueTime"]}
    names |= {"date": ["valueDate"], "number": ["valueInteger", "valueDecimal"]}
    found = [node[name] for name in names.get(item.type, []) if name in node]
    quantity = node.get("valueQuantity")
    if item.type == "number" and isinstance(quantity, dict):
        found.append(quantity.get("value"))
    return found[0] if found else None


def _level(code: Any) -> int | None:
    try:
        return int(code) if isinstance(code, str) and len(code) < 10 else None
    except ValueError:
        return None


def _option(item: Item, code: Any) -> str | None:
    if not isinstance(code, str):
        return None
    by_code = {c: value for value, c in codes([o.value for o in item.options]).items()}
    return by_code.get(code, code)
