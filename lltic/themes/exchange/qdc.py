"""A codebook as a ``.qdc`` file, and a codebook of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lltic import __version__
from lltic.errors import LlticError, Problem
from lltic.themes.exchange.bounded import parse_xml
from lltic.themes.exchange.describing import described, from_description
from lltic.themes.exchange.elements import codes_of, only, root_is, sets_of
from lltic.themes.exchange.guids import guid
from lltic.themes.exchange.markup import Tag, document
from lltic.themes.exchange.project import ProjectCode, ProjectSet

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes.codebook import Codebook

__all__ = [
    "CodebookRead",
    "code_tags",
    "codebook_from_qdc",
    "codebook_to_qdc",
    "definition_of",
    "project_codes",
    "set_of",
    "set_tags",
]

NAMESPACE = "urn:QDA-XML:codebook:1.0"
ABOUT = ("name", "version", "title", "source", "note")
POLARITIES = ("problem", "good_practice")
MAY_BE_LEFT_OUT = ("note", "parent", "colour", "phases", "illustrative")
NOT_SAID = "The file it came from does not define it."


@dataclass(frozen=True, slots=True)
class CodebookRead:
    """A codebook found in a file of another program, as the data of a YAML file.

    ``losses`` say what did not come along, ``invented`` what had to be filled in.
    """

    data: Mapping[str, Any]
    losses: tuple[str, ...]
    invented: tuple[str, ...]


def codebook_to_qdc(loaded: Loaded[Codebook]) -> tuple[bytes, tuple[str, ...]]:
    """Return a codebook as a ``.qdc`` file, and what that cannot say.

    All of a theme's instruction is in the code's description; name, version, title, source
    and note of the codebook are those of a set of all its codes.
    """
    codes = project_codes(loaded)
    attributes = {"xmlns": NAMESPACE, "origin": f"lltic {__version__}"}
    inside = [Tag("Codes", inside=code_tags(codes)), Tag("Sets", inside=set_tags([set_of(loaded)]))]
    losses: tuple[str, ...] = ()
    if loaded.model.previous is not None:
        losses = ("the version before it and what became of its themes: keep the YAML file",)
    return document(Tag("CodeBook", attributes, inside)), losses


def project_codes(loaded: Loaded[Codebook]) -> list[ProjectCode]:
    """Return the themes of a codebook as codes, each before those below it."""
    book = loaded.model
    found = []
    for _, code in book.by_level():
        parts = {name: getattr(code, name) for name in code.__dataclass_fields__}
        if not code.illustrative:
            del parts["illustrative"]
        parent = guid("code", book.name, code.parent) if code.parent else ""
        own = guid("code", book.name, code.code)
        found.append(ProjectCode(own, code.label, described(parts), code.colour, parent))
    return found


def set_of(loaded: Loaded[Codebook]) -> ProjectSet:
    """Return the set that holds all codes of a codebook, and says which codebook it is."""
    book = loaded.model
    about = described({name: getattr(book, name) for name in ABOUT})
    members = tuple(guid("code", book.name, theme) for theme in book.themes)
    return ProjectSet(guid("codebook", book.name), f"{book.name} v{book.version}", about, members)


def code_tags(codes: Sequence[ProjectCode], parent: str = "") -> list[Tag]:
    """Return codes as elements, those below others inside them."""
    return [
        Tag(
            "Code",
            {
                "guid": code.guid,
                "name": code.name,
                "isCodable": "true" if code.codable else "false",
                "color": code.colour,
            },
            [
                *([Tag("Description", text=code.description)] if code.description else []),
                *code_tags(codes, code.guid),
            ],
        )
        for code in codes
        if code.parent == parent
    ]


def set_tags(sets: Iterable[ProjectSet]) -> list[Tag]:
    """Return sets of codes as elements."""
    return [
        Tag(
            "Set",
            {"guid": one.guid, "name": one.name},
            [
                *([Tag("Description", text=one.description)] if one.description else []),
                *(Tag("MemberCode", {"targetGUID": member}) for member in one.codes),
            ],
        )
        for one in sets
    ]


def codebook_from_qdc(raw: bytes, name: str, where: str) -> CodebookRead:
    """Return the codebook of a ``.qdc`` file.

    Parameters
    ----------
    name : str
        What it will be called; that of its file.
    where : str
        The file, for messages.

    Raises
    ------
    LlticError
        ``xml-…`` and ``qda-wrong-kind`` (no such file), ``qda-no-codes``.
    """
    root = parse_xml(raw, where)
    root_is(root, "CodeBook", where)
    codes = list(codes_of(only(root, "Codes")))
    return definition_of(codes, list(sets_of(only(root, "Sets"))), name, where)


def definition_of(
    codes: Sequence[ProjectCode], sets: Sequence[ProjectSet], name: str, where: str
) -> CodebookRead:
    """Return codes of another program as the data of a codebook."""
    if not codes:
        raise LlticError(Problem("qda-no-codes", where, "holds no code"))
    about: dict[str, Any] = next((d for s in sets if (d := from_description(s.description))), {})
    names = _names(codes)
    entries, invented = [], []
    places = {code.guid: number for number, code in reversed(list(enumerate(codes)))}
    for number, code in enumerate(codes):
        entry, filled = _entry(code, names[number], from_description(code.description))
        if code.parent:
            above = places.get(code.parent)
            entry["parent"] = names[above] if above is not None else ""
        needless = [key for key in MAY_BE_LEFT_OUT if not entry[key]]
        entries.append({key: value for key, value in entry.items() if key not in needless})
        invented += [f"{names[number]}: {one}" for one in filled]
    losses = [f"the set '{s.name}'" for s in sets if not from_description(s.description)]
    labels = Counter(entry["label"] for entry in entries)
    for number, entry in enumerate(entries):
        if labels[entry["label"]] > 1:
            entry["label"] = f"{entry['label']} ({names[number]})"
            invented.append(f"{names[number]}: a label of its own, for another has the same")
    data = {
        "name": name,
        "version": about.get("version") or "1",
        "title": about.get("title") or name,
        "source": about.get("source") or f"made of {where.rpartition('/')[2]}",
        **({"note": about["note"]} if about.get("note") else {}),
        "codes": entries,
    }
    return CodebookRead(data, tuple(losses), tuple(invented))


def _entry(code: ProjectCode, own: str, parts: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """One code as an entry of the YAML file, and what of it was filled in."""
    filled = []
    ours = "code" in parts
    if not ours:
        parts = {"definition": code.description.strip() or NOT_SAID}
        said = () if code.description.strip() else ("definition",)
        filled = [*said, "include, exclude, example, polarity: not in the file"]
    entry = {
        "code": own,
        "label": code.name.strip() or own,
        "definition": parts.get("definition", ""),
        "include": parts.get("include", []),
        "exclude": parts.get("exclude", []),
        "example": parts.get("example", ""),
        "polarity": [p for p in parts.get("polarity", POLARITIES) if p in POLARITIES],
        "corroborated": bool(parts.get("corroborated")),
        "note": parts.get("note", "" if ours else "As it came from another program."),
        "parent": "",
        "colour": code.colour,
        "phases": parts.get("phases", []),
        "illustrative": bool(parts.get("illustrative")),
    }
    return entry, filled


def _names(codes: Sequence[ProjectCode]) -> list[str]:
    """A code for each: its own where it says one, else one made of its name; none twice."""
    found: dict[str, None] = {}
    following: Counter[str] = Counter()
    for code in codes:
        said = from_description(code.description).get("code", "")
        base = said if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", said) else _slug(code.name)
        own = base
        while own in found:
            following[base] += 1
            own = f"{base}_{following[base] + 1}"
        found[own] = None
    return list(found)


def _slug(label: str) -> str:
    letters = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:60]
    return letters if letters[:1].isalpha() and letters.isascii() else f"code_{letters}".strip("_")
