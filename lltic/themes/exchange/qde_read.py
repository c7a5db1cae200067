"""A project from the XML document inside a ``.qdpx`` file.

What is wrong with one passage is told and costs that passage; only what makes the whole
unreadable is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lltic.errors import LlticError, Problem
from lltic.themes.exchange.elements import (
    children,
    codes_of,
    counted,
    name_of,
    only,
    root_is,
    sets_of,
    text_of,
)
from lltic.themes.exchange.guids import plain_guid
from lltic.themes.exchange.project import (
    Note,
    OtherSource,
    Project,
    ProjectCase,
    ProjectCoding,
    Selection,
    TextSource,
    User,
    Values,
    Variable,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Fetch", "from_qde"]

Fetch = Callable[[str, bool], tuple[str | None, str]]
"""Takes a path as the document names it; returns the text, and what is wrong with it.

With False it only looks whether there is anything.
"""

OTHERS = ("PictureSource", "PDFSource", "AudioSource", "VideoSource")
MAX_POSITION_DIGITS = 12


def from_qde(root: Element, where: str, fetch: Fetch) -> tuple[Project, list[Problem]]:
    """Return the project of a document, and the passages in it that make no sense.

    Parameters
    ----------
    fetch : Fetch
        Finds the text of a source.

    Raises
    ------
    LlticError
        ``qda-wrong-kind``; ``qda-guid`` where codes, sources or codings have no GUID of
        their own.
    """
    root_is(root, "Project", where)
    problems: list[Problem] = []
    sources = only(root, "Sources")
    project = Project(
        name=root.get("name") or "",
        origin=root.get("origin") or "",
        at=root.get("creationDateTime") or "",
        description=text_of(root, "Description"),
        users=tuple(
            User(plain_guid(one.get("guid")), one.get("name") or one.get("id") or "")
            for one in children(only(root, "Users"), "User")
        ),
        codes=tuple(codes_of(only(only(root, "CodeBook"), "Codes"))),
        variables=tuple(
            Variable(
                plain_guid(one.get("guid")), one.get("name") or "", one.get("typeOfVariable") or ""
            )
            for one in children(only(root, "Variables"), "Variable")
        ),
        cases=tuple(_case(one) for one in children(only(root, "Cases"), "Case")),
        texts=tuple(_text(one, where, fetch, problems) for one in children(sources, "TextSource")),
        others=tuple(_other(one, fetch) for one in children(sources, *OTHERS)),
        notes=tuple(_note(one, fetch) for one in children(only(root, "Notes"), "Note")),
        sets=tuple(sets_of(only(root, "Sets"))),
        counts=counted(root),
    )
    _refuse_same_guids(project, where)
    return project, problems


def _refuse_same_guids(project: Project, where: str) -> None:
    """Two things of one name cannot be told apart, and one of no name cannot be meant."""
    kinds = (
        ("code", [code.guid for code in project.codes]),
        ("user", [user.guid for user in project.users]),
        ("source", [t.guid for t in project.texts] + [o.guid for o in project.others]),
        ("coding", [c.guid for text in project.texts for c in _all_codings(text)]),
    )
    problems = []
    for kind, guids in kinds:
        unnamed, twice = guids.count(""), len(guids) - len(set(guids))
        if unnamed:
            message = f"a {kind} has no GUID"
            problems.append(Problem("qda-guid", where, message, count=unnamed))
        elif twice:
            message = f"the GUID of a {kind} stands twice"
            problems.append(Problem("qda-guid", where, message, count=twice))
    if problems:
        raise LlticError(problems)


def _all_codings(text: TextSource) -> list[ProjectCoding]:
    return [*text.whole, *(c for selection in text.selections for c in selection.codings)]


def _values(element: Element) -> Values:
    found = []
    for one in children(element, "VariableValue"):
        ref = only(one, "VariableRef")
        value = next((v for v in one if name_of(v) not in ("", "VariableRef")), None)
        if ref is not None and value is not None:
            found.append((plain_guid(ref.get("targetGUID")), value.text or ""))
    return tuple(found)


def _case(element: Element) -> ProjectCase:
    sources = tuple(plain_guid(one.get("targetGUID")) for one in children(element, "SourceRef"))
    own = plain_guid(element.get("guid"))
    return ProjectCase(own, element.get("name") or "", _values(element), sources)


def _text(element: Element, where: str, fetch: Fetch, problems: list[Problem]) -> TextSource:
    path = element.get("plainTextPath") or ""
    inline = only(element, "PlainTextContent")
    text, trouble = (inline.text or "", "") if inline is not None else fetch(path, True)
    selections = []
    for one in children(element, "PlainTextSelection"):
        found = _selection(one, None if text is None else len(text))
        if found is None:
            own = plain_guid(one.get("guid")) or "without a GUID"
            allowed = "0 <= startPosition < endPosition <= letters of the text"
            message = "a passage that is not inside its text"
            problems.append(Problem("qda-position", f"{where}: {own}", message, allowed))
        else:
            selections.append(found)
    return TextSource(
        guid=plain_guid(element.get("guid")),
        name=element.get("name") or "",
        path=path,
        text=text,
        selections=tuple(selections),
        whole=_codings(element),
        values=_values(element),
        trouble=trouble,
    )


def _selection(element: Element, length: int | None) -> Selection | None:
    start, end = (_position(element.get(k)) for k in ("startPosition", "endPosition"))
    if start is None or end is None or start >= end or (length is not None and end > length):
        return None
    return Selection(plain_guid(element.get("guid")), start, end, _codings(element))


def _position(text: str | None) -> int | None:
    digits = (text or "").strip()
    whole = digits.isascii() and digits.isdigit() and len(digits) <= MAX_POSITION_DIGITS
    return int(digits) if whole else None


def _codings(element: Element) -> tuple[ProjectCoding, ...]:
    found = []
    for one in children(element, "Coding"):
        code = only(one, "CodeRef")
        found.append(
            ProjectCoding(
                plain_guid(one.get("guid")),
                plain_guid(code.get("targetGUID")) if code is not None else "",
                plain_guid(one.get("creatingUser")),
                one.get("creationDateTime") or "",
                tuple(plain_guid(n.get("targetGUID")) for n in children(one, "NoteRef")),
            )
        )
    return tuple(found)


def _other(element: Element, fetch: Fetch) -> OtherSource:
    codings = sum(name_of(one) == "Coding" for one in element.iter())
    own, name = plain_guid(element.get("guid")), element.get("name") or ""
    _, trouble = fetch(element.get("path") or "", False)
    return OtherSource(name_of(element), own, name, codings, trouble)


def _note(element: Element, fetch: Fetch) -> Note:
    words = text_of(element, "PlainTextContent")
    if not words and element.get("plainTextPath"):
        words = fetch(element.get("plainTextPath") or "", True)[0] or ""
    return Note(plain_guid(element.get("guid")), element.get("name") or "", words)
