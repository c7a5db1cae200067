"""Read FHIR from strangers: bounds before anything else, and every wrong type told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from lltic.errors import LlticError, Problem
from lltic.form.exchange.fhir_names import IMPORT_LOSSES, OWN, STANDARD
from lltic.form.exchange.losses import Loss

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Node", "Notes", "read_json", "refusal"]

MAX_BYTES = 8_000_000
MAX_DEPTH = 64
MAX_NODES = 100_000
"""Far above any form of a review; a file beyond them is refused unread."""

HINT = "Nothing was changed."


def read_json(raw: bytes) -> Any:
    """Return a JSON file as plain data.

    Raises
    ------
    LlticError
        ``fhir-too-large`` or ``fhir-not-json``.
    """
    if len(raw) > MAX_BYTES:
        raise LlticError(Problem("fhir-too-large", "file", "too large", f"{MAX_BYTES:,} bytes"))
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no)
    except (ValueError, RecursionError):
        told = "is not JSON in UTF-8, with every name once"
        raise LlticError(Problem("fhir-not-json", "file", told, hint=HINT)) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no(constant: str) -> NoReturn:
    raise ValueError(constant)


def refusal(document: Any, resource: str) -> list[Problem]:
    """Return why a document is not looked at further: no such resource, or out of all bounds."""
    level, nodes, depth = [document], 0, 0
    while level:
        nodes += len(level)
        depth += 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            allowed = f"{MAX_NODES:,} values, {MAX_DEPTH} levels"
            return [Problem("fhir-too-large", resource, "holds too much", allowed, HINT)]
        if not all(map(_is_json, level)):
            allowed = "objects, lists, whole text, finite numbers, yes and no"
            return [Problem("fhir-wrong-type", resource, "is not JSON data", allowed, HINT)]
        level = [inner for outer in level for inner in _inside(outer)]
    if not isinstance(document, dict) or document.get("resourceType") != resource:
        return [Problem("fhir-wrong-resource", "file", f"is not a {resource}", resource, HINT)]
    return []


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _is_json(value: Any) -> bool:
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if type(value) is int:
        return -(10**18) < value < 10**18
    return value is None or isinstance(value, (bool, dict, list))


class Notes:
    """What was met on the way: losses and problems."""

    def __init__(self) -> None:
        self.losses: list[Loss] = []
        self.problems: list[Problem] = []

    def lose(self, code: str, where: str, detail: str = "") -> None:
        """Note that something did not come along."""
        self.losses.append(IMPORT_LOSSES[code].at(where[:120], detail[:120]))

    def wrong(self, code: str, where: str, message: str, allowed: str = "") -> None:
        """Note that something is wrong with the file."""
        self.problems.append(Problem(code, where[:120], message, allowed, HINT))


class Node:
    """An element of a FHIR document, which remembers what of it was taken.

    Asking for a value of another type than it has notes a problem.
    """

    def __init__(self, data: dict[str, Any], where: str, notes: Notes) -> None:
        self.data = data
        self.where = where
        self._notes = notes
        self._taken = {"resourceType"}
        self._extensions: dict[str, list[Node]] | None = None
        self._known: set[str] = set()

    def take(self, *keys: str) -> None:
        """Note that these elements are dealt with."""
        self._taken |= set(keys)

    def has(self, key: str) -> bool:
        """Say whether an element is there."""
        return key in self.data

    def text(self, key: str) -> str:
        """Return an element that is text; empty when it is not there."""
        return str(self._value(key, str, "text") or "")

    def flag(self, key: str) -> bool:
        """Return an element that is yes or no; no when it is not there."""
        return bool(self._value(key, bool, "true, false"))

    def number(self, key: str) -> int | float | None:
        """Return an element that is a number."""
        found = self._value(key, (int, float), "a number")
        return None if found is None else found

    def _value(self, key: str, kind: Any, allowed: str) -> Any:
        self._taken.add(key)
        value = self.data.get(key)
        odd = isinstance(value, bool) and kind is not bool
        if value is None and key not in self.data:
            return None
        if odd or not isinstance(value, kind):
            self._notes.wrong("fhir-wrong-type", self._at(key), "has the wrong type", allowed)
            return None
        return value

    def node(self, key: str) -> Node | None:
        """Return an element that has elements."""
        value = self._value(key, dict, "an object")
        return None if value is None else Node(value, self.where, self._notes)

    def standing_for(self, data: dict[str, Any]) -> Node:
        """Return other data in this element's place."""
        return Node(data, self.where, self._notes)

    def nodes(self, key: str) -> list[Node]:
        """Return the elements of a list that each have elements."""
        values = self._value(key, list, "a list of objects") or []
        if not all(isinstance(value, dict) for value in values):
            where = self._at(key)
            self._notes.wrong("fhir-wrong-type", where, "has the wrong type", "objects")
        return [Node(v, self.where, self._notes) for v in values if isinstance(v, dict)]

    def extension(self, name: str) -> list[Node]:
        """Return the extensions of that name, FHIR's own or ours; see :func:`extension`."""
        url = STANDARD.get(name, OWN + name if ":" not in name else name)
        self._known.add(url)
        return self._by_url().get(url, [])

    def _by_url(self) -> dict[str, list[Node]]:
        if self._extensions is None:
            self._extensions = {}
            for node in self.nodes("extension"):
                self._extensions.setdefault(str(node.data.get("url")), []).append(node)
        return self._extensions

    def rest(self, *silent: str) -> None:
        """List as lost whatever was not taken."""
        for key in self.data:
            if key not in self._taken and key not in silent and key != "extension":
                self._notes.lose("element", self.where, key)
        for url in self._by_url():
            if url not in self._known:
                self._notes.lose("extension", self.where, url)

    def _at(self, key: str) -> str:
        return f"{self.where}: {key[:40]}"
