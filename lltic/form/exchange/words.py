"""Words and conditions as tables say them: kinds of missingness, scales, branching."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lltic.form.model import Form, Item, Option
from lltic.records import REASONS

__all__ = [
    "LONGEST",
    "Known",
    "alternatives",
    "chosen",
    "missing_words",
    "number_text",
    "options_of",
    "quoted",
    "unquoted",
]


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition has to know of a question it looks at: its path, kind, and codes.

    ``codes`` maps the code of each option to its value.
    """

    path: str
    type: str
    codes: Mapping[str, str] = field(default_factory=dict)


def options_of(item: Item, form: Form) -> tuple[Option, ...]:
    """Return what can be chosen: the options, or the points of the scale as options."""
    if item.type != "scale":
        return item.options
    points = form.scales[item.scale or ""].points
    return tuple(Option(str(point.value), point.label, point.means) for point in points)


def chosen(item: Item, form: Form) -> str:
    """Return what the options mean, one line for each that says more than its label."""
    return "\n".join(f"{o.label}: {o.hint}" for o in options_of(item, form) if o.hint)


def missing_words(item: Item) -> dict[str, str]:
    """Return the kinds of missingness that may be given, in words."""
    own = item.missing_labels or {}
    return {kind: own.get(kind, REASONS[kind]) for kind in item.missing}


def number_text(number: float) -> str:
    """Return a number without an exponent.

    Examples
    --------
    >>> number_text(3.0), number_text(-0.5), number_text(1e21)
    ('3', '-0.5', '1000000000000000000000')
    """
    return str(int(number)) if number == int(number) else f"{number:.12f}".rstrip("0").rstrip(".")


def quoted(text: str) -> str | None:
    """Return a text as expressions write one, or None when it holds what they cannot.

    Examples
    --------
    >>> quoted("yes"), quoted("it's"), quoted('"it\\'s"')
    ("'yes'", '"it\\'s"', None)
    """
    if re.search(r"[${}\[\]\x00-\x1f]", text) or not text.strip():
        return None
    mark = "'" if "'" not in text else '"'
    return None if mark in text else f"{mark}{text}{mark}"


def unquoted(text: str) -> str:
    """Return the text that an expression quotes, or the number it names."""
    return text[1:-1] if text[:1] in ("'", '"') else text


LONGEST = 4_000
"""Characters of an expression that is read; what people write is far shorter."""

_WORD = re.compile(r"""'[^']*'|"[^"]*"|[()]|\s+or\s+|[^'"()\s]+|\s+|.""", re.IGNORECASE | re.DOTALL)


def alternatives(expression: str) -> list[str]:
    """Return the parts of an expression that stand between ``or``, outside any brackets.

    Examples
    --------
    >>> alternatives("${a} = 'x or y' or (${a} = 'z' or ${b} = '1')")
    ["${a} = 'x or y'", "(${a} = 'z' or ${b} = '1')"]
    """
    parts, depth = [""], 0
    for found in _WORD.finditer(expression):
        word = found[0]
        depth += (word == "(") - (word == ")")
        if depth == 0 and word.strip().lower() == "or" and word != word.strip():
            parts.append("")
        else:
            parts[-1] += word
    return [part.strip() for part in parts]
