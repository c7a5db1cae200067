"""Names of things for other programs: the same thing has the same GUID on every machine."""

from __future__ import annotations

import re
import uuid

__all__ = ["guid", "plain_guid"]

OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:lltic:exchange:1")
PATTERN = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?")


def guid(*parts: str) -> str:
    """Return the GUID of a thing by its kind and ids, in capitals (UUID version 5).

    Examples
    --------
    >>> guid("code", "lltic-12", "dnar")
    '26096B62-72CD-5BEC-B96F-634771778497'
    """
    return str(uuid.uuid5(OURS, "\x1f".join(parts))).upper()


def plain_guid(text: str | None) -> str:
    """Return a GUID in capitals and without braces, or ``""`` where there is none.

    Examples
    --------
    >>> plain_guid("{ad68fbe7-e1ee-4a82-a279-23cc698c89eb}")
    'AD68FBE7-E1EE-4A82-A279-23CC698C89EB'
    """
    found = PATTERN.fullmatch((text or "").strip())
    return found[1].upper() if found else ""
