"""Evidence beside the answers of a review: what stands where, and how it comes on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from lltic.ui.kit import Evidence, passage_of
from lltic.ui.kit.evidence import EVIDENCE

__all__ = ["Shelves", "as_cited", "citing", "listed", "of_sides", "with_evidence"]

Cited = Sequence[Mapping[str, Any]]
"""As the service lists it with a review."""


def citing(op: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what the service is to do for an edit that is about a passage; None for others.

    Parameters
    ----------
    op : mapping
        An operation of :class:`~lltic.ui.kit.SaveStatus`.
    documents : iterable of mapping
        Those of the case; a passage is cited with the SHA-256 of its document.
    """
    if not op["field"].startswith(EVIDENCE):
        return None
    which = {name: op[name] for name in ("op_id", "review_id", "case_id")}
    said = passage_of(op["value"])
    if said is None:
        value: dict[str, Any] = {"citation_id": op["field"].removeprefix(EVIDENCE)}
        return {**which, "kind": "uncite", "value": value}
    known = {one["id"]: one.get("sha256", "") for one in documents}
    value = {name: said[name] for name in ("document", "page", "start", "end", "text")}
    value["sha256"] = known.get(said["document"], "")
    return {**which, "kind": "cite", "field": said["field"], "value": value}


def as_cited(cited: Cited, operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a review's evidence after an operation that the service has committed."""
    value = operation["value"]
    if operation["kind"] == "cite":
        one = {"field": operation["field"], "citation_id": operation["op_id"], **value}
        rest = [c for c in cited if c["citation_id"] != operation["op_id"]]
        return [*rest, one]
    return [one for one in cited if one["citation_id"] != value["citation_id"]]


def listed(cited: Cited, documents: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return evidence by question, with words for where each passage stands."""
    known = {one["id"]: one for one in documents}
    found: dict[str, list[dict[str, Any]]] = {}
    for one in cited:
        document = known.get(one["document"], {})
        where = f"{document.get('title') or 'A document'}, page {one['page']}"
        written = _short(document.get("date", ""))
        item = {name: one[name] for name in ("document", "page", "start", "end", "text")}
        item |= {"id": one["citation_id"], "source": f"{where} · {written}".removesuffix(" · ")}
        found.setdefault(one["field"], []).append(item)
    return found


def _short(day: str) -> str:
    """Return an ISO date as it stands below a quotation; empty for none."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return ""
    return f"{found.day} {found:%b %Y}"


def with_evidence(
    sections: Sequence[Mapping[str, Any]], shelved: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the sections of :class:`~lltic.ui.kit.CheckAnswers` with what stands beside each."""

    def row(one: Mapping[str, Any]) -> dict[str, Any]:
        items = shelved.get(one["field"])
        return {**one, "evidence": items} if items else dict(one)

    return [{**section, "rows": [row(one) for one in section["rows"]]} for section in sections]


def of_sides(
    sides: Sequence[tuple[str, Mapping[str, list[dict[str, Any]]]]], path: str, linked: bool = True
) -> list[Evidence]:
    """Return what each side laid beside a question, or beside the entries of one.

    Parameters
    ----------
    sides : sequence of (str, mapping)
        Whose it is, in words; and the evidence by question.
    linked : bool
        There are notes on the page that can be brought to a passage.
    """
    found = []
    for who, shelved in sides:
        mine = [s for at, some in shelved.items() if f"{at}.".startswith(f"{path}.") for s in some]
        if mine:
            found.append(Evidence(field=path, items=mine, who=who, locked=True, linked=linked))
    return found


class Shelves:
    """The evidence on one page of a form, a component for each question that may have some."""

    def __init__(self) -> None:
        self._items: Mapping[str, list[dict[str, Any]]] = {}
        self._shown: dict[str, Evidence] = {}

    def begin(self) -> None:
        """Begin another page."""
        self._shown = {}

    def hold(self, items: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take note of what is on record, and show it."""
        self._items = items
        for path, shelf in self._shown.items():
            shelf.items = items.get(path, [])

    def of(self, path: str, kind: str, label: str) -> list[Evidence]:
        """Return what stands below a question; nothing where there is none and may be none."""
        if kind != "text" and path not in self._items:
            return []
        if path not in self._shown:
            items = self._items.get(path, [])
            fills = kind == "text"
            self._shown[path] = Evidence(field=path, items=items, label=label, fills=fills)
        return [self._shown[path]]

    @property
    def shown(self) -> list[Evidence]:
        """Everything on this page."""
        return list(self._shown.values())
