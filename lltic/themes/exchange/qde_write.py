"""A project as the XML document inside a ``.qdpx`` file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from lltic.themes.exchange.markup import Tag, document
from lltic.themes.exchange.project import (
    Project,
    ProjectCase,
    ProjectCoding,
    Selection,
    TextSource,
    Values,
    Variable,
)
from lltic.themes.exchange.qdc import code_tags, set_tags

__all__ = ["NAMESPACE", "to_qde"]

NAMESPACE = "urn:QDA-XML:project:1.0"


def to_qde(project: Project) -> bytes:
    """Return the document; the elements in the order the schema wants them."""
    kinds = {variable.guid: variable for variable in project.variables}
    parts = (
        ("Users", [Tag("User", {"guid": u.guid, "name": u.name}) for u in project.users]),
        ("CodeBook", [Tag("Codes", inside=code_tags(project.codes))] if project.codes else []),
        ("Variables", [_variable(variable) for variable in project.variables]),
        ("Cases", [_case(case, kinds) for case in project.cases]),
        ("Sources", [_text(text, kinds) for text in project.texts]),
        ("Notes", [_note(n.guid, n.name, n.text) for n in project.notes]),
        ("Sets", set_tags(project.sets)),
    )
    inside = [Tag(name, inside=tags) for name, tags in parts if tags]
    if project.description:
        inside.append(Tag("Description", text=project.description))
    attributes = {
        "xmlns": NAMESPACE,
        "name": project.name,
        "origin": project.origin,
        "creationDateTime": project.at,
    }
    return document(Tag("Project", attributes, inside))


def _variable(variable: Variable) -> Tag:
    attributes = {
        "guid": variable.guid,
        "name": variable.name,
        "typeOfVariable": variable.kind,
    }
    return Tag("Variable", attributes)


def _values(values: Values, kinds: dict[str, Variable]) -> Iterator[Tag]:
    for target, value in values:
        inside = [
            Tag("VariableRef", {"targetGUID": target}),
            Tag(f"{kinds[target].kind}Value", text=value),
        ]
        yield Tag("VariableValue", inside=inside)


def _case(case: ProjectCase, kinds: dict[str, Variable]) -> Tag:
    sources = (Tag("SourceRef", {"targetGUID": source}) for source in case.sources)
    inside = chain(_values(case.values, kinds), sources)
    return Tag("Case", {"guid": case.guid, "name": case.name}, inside)


def _text(text: TextSource, kinds: dict[str, Variable]) -> Tag:
    attributes = {"guid": text.guid, "name": text.name, "plainTextPath": text.path}
    selections = (_selection(selection) for selection in text.selections)
    whole = (_coding(coding) for coding in text.whole)
    return Tag("TextSource", attributes, chain(selections, whole, _values(text.values, kinds)))


def _selection(selection: Selection) -> Tag:
    first = selection.codings[0] if selection.codings else ProjectCoding("", "")
    attributes = {
        "guid": selection.guid,
        "startPosition": str(selection.start),
        "endPosition": str(selection.end),
        "creatingUser": first.user,
        "creationDateTime": first.at,
    }
    return Tag("PlainTextSelection", attributes, [_coding(c) for c in selection.codings])


def _coding(coding: ProjectCoding) -> Tag:
    attributes = {
        "guid": coding.guid,
        "creatingUser": coding.user,
        "creationDateTime": coding.at,
    }
    notes = (Tag("NoteRef", {"targetGUID": note}) for note in coding.notes)
    return Tag("Coding", attributes, [Tag("CodeRef", {"targetGUID": coding.code}), *notes])


def _note(guid: str, name: str, words: str) -> Tag:
    return Tag("Note", {"guid": guid, "name": name}, [Tag("PlainTextContent", text=words)])
