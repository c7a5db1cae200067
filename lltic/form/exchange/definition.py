"""A form as the definition a person would write: without what goes without saying."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from lltic.form.model import Form

__all__ = ["to_definition"]


def to_definition(form: Form) -> dict[str, Any]:
    """Return a form as plain data for its YAML file.

    Examples
    --------
    >>> from lltic.form.model import Item, Page
    >>> page = Page("facts", "Facts", (Item("age", "number", "Age", unit="years"),))
    >>> form = Form("small", "1", "Small", "made up", "ours", {}, (page,))
    >>> to_definition(form)["pages"][0]["items"]
    [{'id': 'age', 'type': 'number', 'label': 'Age', 'unit': 'years'}]
    """
    told: dict[str, Any] = _plain(form)
    return told


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        parts = ((f, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {f.name: _plain(part) for f, part in parts if part != f.default}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
