"""Parts of a form that FHIR has no place for, as extensions of our own, and back.

A part is plain data: a key becomes an extension of that name, a list as many of
them, a part within a part an extension with extensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["from_extension", "lean", "to_extension"]

LISTS = frozenset({"equals", "when_any"})
"""Keys whose values are lists, also when one thing or nothing is in them."""


def lean(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain data without what says nothing: None, and empty text and lists."""
    return {key: value for key, value in record.items() if value not in (None, "", [])}


def to_extension(url: str, value: Any) -> dict[str, Any]:
    """Return plain data as one extension: text, a number, yes or no, or a part."""
    if isinstance(value, Mapping):
        inner = [to_extension(key, one) for key, many in lean(value).items() for one in _all(many)]
        return {"url": url, "extension": inner}
    kind = {bool: "Boolean", int: "Integer", float: "Decimal"}.get(type(value), "String")
    return {"url": url, f"value{kind}": value}


def _all(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def from_extension(node: Mapping[str, Any]) -> Any:
    """Return what :func:`to_extension` was given; of anything else, whatever it looks like.

    What it returns is checked by the grammar of forms, so nothing is checked here.
    """
    parts = node.get("extension")
    if not isinstance(parts, list):
        return next((value for key, value in node.items() if key.startswith("value")), None)
    found: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("url"), str):
            key, value = part["url"], from_extension(part)
            if key in LISTS:
                found.setdefault(key, []).append(value)
            else:
                found[key] = value
    return found
