"""A theme's instruction as the description of a code, and back.

Other programs have one text for all of it. Ours is written in named parts that a person reads
and that :func:`from_description` takes apart again; whatever else was written stays a
definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["described", "from_description"]

KEYS = {
    "Code": "code",
    "Name": "name",
    "Version": "version",
    "Title": "title",
    "Definition": "definition",
    "Use for": "include",
    "Not for": "exclude",
    "Example": "example",
    "Shows": "polarity",
    "Phases": "phases",
    "Confirmed by a source": "corroborated",
    "Illustrative": "illustrative",
    "Source": "source",
    "Note": "note",
}
"""The parts by their headings, in the order they are read."""

ENTRIES = ("include", "exclude")
LISTED = ("polarity", "phases")
FLAGS = ("corroborated", "illustrative")
PART = re.compile(rf"({'|'.join(map(re.escape, KEYS))}):(?: (.*))?")


def described(parts: Mapping[str, Any]) -> str:
    """Return a description of these parts; what is empty is left out.

    Examples
    --------
    >>> print(described({"code": "falls", "include": ["a fall", "a near fall"]}))
    Code: falls
    Use for:
      - a fall
      - a near fall
    """
    lines: list[str] = []
    for heading, key in KEYS.items():
        value = parts.get(key)
        if value in (None, "", (), []):
            continue
        if key in ENTRIES:
            lines.append(f"{heading}:")
            lines += [_hung(f"  - {entry}", "    ") for entry in value]
        elif key in LISTED:
            lines.append(f"{heading}: {', '.join(value)}")
        elif key in FLAGS:
            lines.append(f"{heading}: {'yes' if value else 'no'}")
        else:
            lines.append(_hung(f"{heading}: {value}", "  "))
    return "\n".join(lines)


def _hung(text: str, pad: str) -> str:
    return text.replace("\n", f"\n{pad}")


def from_description(text: str) -> dict[str, Any]:
    """Return the parts of a description that :func:`described` wrote.

    Empty where the text does not begin as ours do: it is then somebody else's.
    """
    lines = text.split("\n")
    if not PART.match(lines[0]):
        return {}
    parts: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        found = PART.fullmatch(line)
        if found:
            key = KEYS[found[1]]
            parts[key] = [found[2]] if found[2] is not None else []
        else:
            parts[key].append(line)
    return {key: _value(key, said) for key, said in parts.items()}


def _value(key: str, said: list[str]) -> Any:
    if key in ENTRIES:
        entries: list[str] = []
        for line in said:
            if line.startswith("  - ") or not entries:
                entries.append(line.removeprefix("  - "))
            else:
                entries[-1] += "\n" + line.removeprefix("    ")
        return entries
    if key in LISTED:
        return [entry for entry in "".join(said).split(", ") if entry]
    if key in FLAGS:
        return said == ["yes"]
    return "\n".join([*said[:1], *(line.removeprefix("  ") for line in said[1:])])
