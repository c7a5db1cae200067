"""What a table has no word for, kept beside what it says, so that it comes back.

A form is written in the words of the target, read back from these words alone, and
whatever differs is put into a column of our own as pairs: what the words say, and what
was meant. On the way back the meaning is taken only where the words are still the same,
so that a change somebody made in another program stands.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lltic.errors import LlticError, Problem
from lltic.form.exchange.losses import Imported, Loss, LossKind
from lltic.form.model import Form, Item, Page
from lltic.records import to_plain

__all__ = [
    "Place",
    "Plain",
    "as_text",
    "built",
    "differences",
    "full",
    "kinds",
    "lost",
    "name_problems",
    "restored",
]

Plain = dict[str, Any]
"""A part of a form as plain data, as :func:`lltic.records.to_plain` writes it."""

Place = tuple[int, ...]
"""Where a part of a form is: ``()`` the form, then the number of page, item, question."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,79}")
"""What a form that is read may be called: its file bears the name."""

INNER = {0: "pages", 1: "items", 2: "items"}
"""Which attribute of a part holds the parts below it, by the length of its place."""

SAID = "#said"
"""Kept with a part while it is read: what the words said where something else was meant."""

OURS = {SAID, *INNER.values()}
"""What is never kept: the parts of a form are where their rows are."""

SORTS = {
    **dict.fromkeys(("source", "wording"), "source"),
    **dict.fromkeys(("triggers", "concordance"), "outcome"),
    **dict.fromkeys(("scales", "scale", "type", "options"), "scale"),
    **dict.fromkeys(("when", "required_when", "required"), "branching"),
    **dict.fromkeys(("kind", "caption", "by", "phase"), "page"),
    **dict.fromkeys(("title", "label", "hint", "missing_labels"), "wording"),
    **dict.fromkeys(("id", "name", "version"), "name"),
}
"""The kind of loss that an attribute is told as; any other is a ``detail``."""


def kinds(column: str) -> dict[str, LossKind]:
    """Return the kinds of loss of a target that keeps them in a column.

    Parameters
    ----------
    column : str
        What the column is called.
    """
    kept = f"kept in {column}, which other programs do not act on"
    told = {
        "source": "where the method comes from, and whose words these are",
        "outcome": "what follows when reviews are in: triggers, and what must agree",
        "scale": "a scale with its direction; it is an ordinary choice there",
        "branching": "when it is asked or must be answered, beyond what an expression says",
        "page": "what a page is for, its caption and whom it is asked of",
        "wording": "words shown otherwise than they were written",
        "name": "a name that the format does not allow",
        "detail": "a detail of the question",
    }
    return {code: LossKind(code, what, kept) for code, what in told.items()}


def full(model: type[Form | Page | Item], data: Plain) -> Plain:
    """Return plain data with every attribute that is not given at its default."""
    given = {
        f.name: to_plain(f.default)
        for f in dataclasses.fields(model)
        if f.default is not dataclasses.MISSING
    }
    return {**given, **data}


def differences(read: Plain, meant: Plain) -> dict[Place, Plain]:
    """Return, by place, the attributes that were read otherwise than meant: both, as a pair."""
    found: dict[Place, Plain] = {}
    for place, one, other in _both(read, meant, ()):
        inner = INNER.get(len(place))
        pairs = {
            key: [one.get(key), value]
            for key, value in other.items()
            if key != inner and one.get(key) != value
        }
        if pairs:
            found[place] = pairs
    return found


def _both(one: Plain, other: Plain, place: Place) -> Iterator[tuple[Place, Plain, Plain]]:
    yield place, one, other
    key = INNER.get(len(place), "")
    pairs = zip(one.get(key, ()), other.get(key, ()), strict=True)
    for number, (a, b) in enumerate(pairs):
        yield from _both(a, b, (*place, number))


def restored(data: Plain, kept: Plain) -> Plain:
    """Return a part with what was meant, where the words still say what they said."""
    meant = {key: pair[1] for key, pair in kept.items() if data.get(key) == pair[0]}
    said = {key: data[key] for key in ("type", "scale", "options") if key in meant}
    return {**data, **meant, **({SAID: said} if said else {})}


def as_text(kept: Plain) -> str:
    """Return what is kept as one line of ASCII, without ``$``, which XLSForm would look up."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return text.replace("$", "\\u0024")


def from_text(text: str, where: str) -> Plain:
    """Return what :func:`as_text` wrote.

    Raises
    ------
    LlticError
        ``import-kept`` when somebody else wrote it.
    """
    try:
        kept = json.loads(text)
        good = isinstance(kept, dict) and all(
            isinstance(pair, list) and len(pair) == 2 and key not in OURS
            for key, pair in kept.items()
        )
    except (ValueError, RecursionError):
        good = False
    if good:
        return kept
    message = "the column of our own does not hold what we write there"
    hint = "Clear the cell: what it kept is then lost, and everything else is read."
    raise LlticError(Problem("import-kept", where, message, hint=hint))


def lost(meant: Plain, found: Mapping[Place, Plain], of: Mapping[str, LossKind]) -> list[Loss]:
    """Return one loss per sort of thing and place, in the order of the form."""
    losses = []
    for place in sorted(found):
        sorts: dict[str, list[str]] = {}
        for key in found[place]:
            ordinary = key in ("type", "options") and "scale" not in found[place]
            sort = "detail" if ordinary else SORTS.get(key, "detail")
            sorts.setdefault(sort, []).append(key)
        where = _path(meant, place)
        losses += [of[sort].at(where, ", ".join(keys)) for sort, keys in sorts.items()]
    return losses


def _path(meant: Plain, place: Place) -> str:
    if not place:
        return str(meant["name"])
    part, ids = meant, []
    for depth, number in enumerate(place):
        part = part[INNER[depth]][number]
        ids.append(str(part["id"]))
    return ".".join(ids)


def built(data: Plain, losses: list[Loss], where: str) -> Imported:
    """Return the form of plain data, or everything that is wrong with it."""
    from lltic.definitions import parse
    from lltic.form.sense import problems_of

    _settle_scales(data, losses)
    try:
        form = parse(Form, data, where)
    except LlticError as error:
        return Imported(None, tuple(losses), error.problems)
    problems = (*name_problems(form, where), *problems_of(form, where))
    if not any(page.items for page in form.pages):
        hint = "What the file asks has no place here; the losses say what it was."
        problems = (Problem("import-empty", where, "holds no question", hint=hint), *problems)
    return Imported(None if problems else form, tuple(losses), problems)


def name_problems(form: Form, where: str) -> Iterator[Problem]:
    """A form lies in a file of its name, so not every name will do."""
    if not NAME.fullmatch(form.name):
        message, allowed = "its name could not be that of a file", "letters, digits, _ and -"
        yield Problem("import-name", where, message, allowed)


def _settle_scales(data: Plain, losses: list[Loss]) -> None:
    """Ask a scale as an ordinary choice where nothing says which of its ends is good."""
    items = [item for page in data["pages"] for item in page["items"]]
    known = data["scales"] if isinstance(data["scales"], dict) else {}
    inner = [question for item in items for question in item["items"]]
    for item in (*items, *inner):
        said = item.pop(SAID, {})
        if item["type"] != "scale":
            continue
        if not isinstance(item["scale"], str) or item["scale"] not in known:
            item.update(said)
            told = ("a scale that is not there", "it is asked as an ordinary choice")
            losses.append(Loss("scale", str(item["id"]), *told))
        elif item["options"]:
            item["options"] = []
            told = ("the labels of a scale, changed in the other program", "ours are kept")
            losses.append(Loss("scale", str(item["id"]), *told))
