"""Elements of QDA-XML, read: names without their namespace, and what every element may have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lltic.errors import LlticError, Problem
from lltic.themes.exchange.guids import plain_guid
from lltic.themes.exchange.project import ProjectCode, ProjectSet

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["children", "codes_of", "counted", "flag", "name_of", "only", "root_is", "sets_of"]
__all__ += ["text_of"]

QUALIFIED = re.compile(r"\{(urn:QDA-XML:[^}]*)\}(.*)")
COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


def name_of(element: Element) -> str:
    """Return an element's name, or ``""`` for what is not of this format."""
    found = QUALIFIED.fullmatch(element.tag) if isinstance(element.tag, str) else None
    return found[2] if found else ""


def root_is(root: Element, name: str, where: str) -> None:
    """Refuse a document of another kind.

    Raises
    ------
    LlticError
        ``qda-wrong-kind``.
    """
    if name_of(root) != name:
        allowed = f"{name} in a namespace that begins with urn:QDA-XML:"
        message = "is not a document of the REFI-QDA standard of this kind"
        raise LlticError(Problem("qda-wrong-kind", where, message, allowed))


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield the elements right inside one that have one of these names."""
    if element is not None:
        yield from (one for one in element if name_of(one) in names)


def only(element: Element | None, name: str) -> Element | None:
    """Return the first element of that name right inside one."""
    return next(children(element, name), None)


def text_of(element: Element | None, name: str) -> str:
    """Return the text of an element inside one; ``""`` where there is none."""
    found = only(element, name)
    return (found.text or "") if found is not None else ""


def flag(value: str | None) -> bool:
    """Return a truth value as XML Schema writes it; true where it is not given."""
    return (value or "true").strip() in ("true", "1")


def counted(root: Element) -> Mapping[str, int]:
    """Return how many elements of each name a document has."""
    found = Counter(name_of(one) for one in root.iter())
    del found[""]
    return dict(sorted(found.items()))


def codes_of(codes: Element | None) -> Iterator[ProjectCode]:
    """Yield the codes of a ``Codes`` element in order, each before those below it."""
    todo = [(one, "") for one in reversed(list(children(codes, "Code")))]
    while todo:
        element, parent = todo.pop()
        own = plain_guid(element.get("guid"))
        colour = (element.get("color") or "").strip()
        yield ProjectCode(
            own,
            element.get("name") or "",
            text_of(element, "Description"),
            _long(colour) if COLOUR.fullmatch(colour) else "",
            parent,
            flag(element.get("isCodable")),
        )
        todo += [(below, own) for below in reversed(list(children(element, "Code")))]


def _long(colour: str) -> str:
    """``#rrggbb``, also where it was written ``#rgb``."""
    digits = colour[1:].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def sets_of(sets: Element | None) -> Iterator[ProjectSet]:
    """Yield the sets of a ``Sets`` element, with those of their members that are codes."""
    for one in children(sets, "Set"):
        members = tuple(plain_guid(m.get("targetGUID")) for m in children(one, "MemberCode"))
        name, said = one.get("name") or "", text_of(one, "Description")
        yield ProjectSet(plain_guid(one.get("guid")), name, said, members)
