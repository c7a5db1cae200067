"""A list of every cell of the executed notebooks, by hash.

A re-execution cannot miss a cell that is not there, and never compares
pictures or prose; this list does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic import __version__
from lltic.definitions import content_hash
from lltic.study import write_atomically

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["MANIFEST", "compare", "describe", "read_manifest", "write_manifest"]

MANIFEST = "manifest.json"


def describe(notebook: NotebookNode) -> list[dict[str, str]]:
    """Return one entry per cell: its id, its kind and the hashes of source and outputs."""
    return [
        {
            "id": cell.get("id", ""),
            "kind": cell.cell_type,
            "source": content_hash(cell.source),
            "outputs": content_hash([_lasting(o) for o in cell.get("outputs", [])]),
        }
        for cell in notebook.cells
    ]


def _lasting(output: Any) -> dict[str, Any]:
    return {k: v for k, v in output.items() if k not in ("execution_count", "metadata")}


def write_manifest(folder: Path, notebooks: Iterable[Path]) -> Path:
    """Write ``manifest.json`` for the notebooks of a folder and return its path."""
    import nbformat

    listed = {
        path.name: describe(nbformat.read(path, as_version=4))
        for path in sorted(notebooks, key=lambda path: path.name)
    }
    target = folder / MANIFEST
    with write_atomically(target) as stream:
        json.dump({"lltic": __version__, "notebooks": listed}, stream, indent=1)
        stream.write("\n")
    return target


def read_manifest(folder: Path) -> dict[str, list[dict[str, str]]] | None:
    """Return what ``manifest.json`` lists, or None where there is none that can be read."""
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        notebooks = data["notebooks"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return notebooks if isinstance(notebooks, dict) else None


def compare(listed: list[dict[str, str]], found: list[dict[str, str]]) -> Iterator[tuple[int, str]]:
    """Yield ``(cell number, what differs)``; cells count from 1.

    A cell that is gone bears the number it had.
    """
    places = {entry["id"]: number for number, entry in enumerate(found, 1)}
    known = {entry["id"] for entry in listed}
    for number, entry in enumerate(listed, 1):
        place = places.get(entry["id"])
        if place is None:
            yield number, f"this {entry['kind']} cell was deleted"
            continue
        now = found[place - 1]
        if now["kind"] != entry["kind"] or now["source"] != entry["source"]:
            yield place, "its text is not the one in the manifest"
        if now["outputs"] != entry["outputs"]:
            yield place, "its stored output is not the one in the manifest"
    for number, entry in enumerate(found, 1):
        if entry["id"] not in known:
            yield number, f"this {entry['kind']} cell was added"
    left = [entry["id"] for entry in listed if entry["id"] in places]
    kept = [entry["id"] for entry in found if entry["id"] in known]
    if left != kept:
        moved = next(i for i, (a, b) in enumerate(zip(left, kept, strict=False)) if a != b)
        yield places[kept[moved]], "the cells are not in the order of the manifest"
