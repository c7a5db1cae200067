"""XML as we write it: the same bytes for the same content, and nothing XML cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Tag", "document"]

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_VALUES = {**_IN_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


@dataclass(slots=True)
class Tag:
    """One element: text, or elements inside it; attributes that are empty are left out."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    inside: Iterable[Tag] = ()
    text: str = ""


def document(root: Tag) -> bytes:
    """Return a document in UTF-8, one element a line.

    Characters that XML has no way to write (most control characters) become U+FFFD. No text
    of a reviewer is written so: those travel as files of their own, letter for letter.
    """
    return _DECLARATION + "".join(_lines(root, 0)).encode("utf-8")


_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def _lines(tag: Tag, level: int) -> Iterator[str]:
    pad = " " * level
    values = "".join(
        f' {name}="{_written(value, _IN_VALUES)}"'
        for name, value in tag.attributes.items()
        if value
    )
    inside = list(tag.inside)
    if inside:
        yield f"{pad}<{tag.name}{values}>\n"
        for one in inside:
            yield from _lines(one, level + 1)
        yield f"{pad}</{tag.name}>\n"
    elif tag.text:
        yield f"{pad}<{tag.name}{values}>{_written(tag.text, _IN_TEXT)}</{tag.name}>\n"
    else:
        yield f"{pad}<{tag.name}{values}/>\n"


def _written(text: str, escapes: Mapping[str, str]) -> str:
    clean = _ILLEGAL.sub("\ufffd", text)
    return "".join(escapes.get(letter, letter) for letter in clean)
