"""Codings made in another program, matched with what reviewers wrote.

A coding is taken only where the text it lies on is, letter for letter or but for its line
ends, a text of the study. Imported codings are material for analysis: they stand in a file
beside the record, and never in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from lltic.errors import Problem
from lltic.records import Coding, Judgement
from lltic.themes.exchange.describing import from_description
from lltic.themes.exchange.guids import guid
from lltic.themes.exchange.line_ends import moved, same_words
from lltic.themes.exchange.outgoing import POLARITY_NOTES, text_guid
from lltic.themes.exchange.project import (
    OtherSource,
    Project,
    ProjectCoding,
    Selection,
    TextSource,
)

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes.codebook import Codebook

__all__ = ["Imported", "ImportedSource", "matched"]

NO_NAME = "somebody without a name"


@dataclass(frozen=True, slots=True)
class ImportedSource:
    """What became of one source of the project.

    ``status`` is ``same`` (letter for letter), ``same_words`` (but for its line ends),
    ``changed`` (a text of the study, reworded), ``not_ours`` (no text of the study),
    ``missing``, ``outside`` or ``unreadable`` (the file does not hold it), or ``no_text`` (a
    picture, a recording, a PDF). ``codings`` are those laid on it in the project.
    """

    name: str
    kind: str
    status: str
    codings: int
    review_id: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a project holds for a study.

    ``codings`` are new ones, with the coders' names as given; ``on_record`` how many more
    are the record's own; ``not_taken`` how many were left, by why; ``codes`` the project's
    codes with the theme each is, or ``""``.
    """

    project: str
    origin: str
    codings: tuple[Coding, ...]
    on_record: int
    sources: tuple[ImportedSource, ...]
    codes: tuple[tuple[str, str], ...]
    not_taken: Mapping[str, int]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...] = ()


def matched(
    project: Project,
    book: Loaded[Codebook],
    texts: Iterable[Judgement],
    own: Iterable[Coding] = (),
    problems: Sequence[Problem] = (),
) -> Imported:
    """Return what of a project belongs to these texts.

    Parameters
    ----------
    project : Project
        As :func:`~lltic.themes.exchange.qdpx.read_qdpx` returns it.
    book : Loaded codebook
        Whose themes the project's codes are: by GUID, else by code, else by label.
    texts : iterable of Judgement
        The free texts of the study.
    own : iterable of Coding
        The codings on record, so that those that come back are not counted twice.
    """
    taking = _Taking(project, book, texts, own)
    for source in project.texts:
        taking.text(source)
    for other in project.others:
        taking.other(other)
    return Imported(
        project.name,
        project.origin,
        tuple(taking.found),
        taking.on_record,
        tuple(taking.sources),
        tuple((code.name, taking.themes.get(code.guid, "")) for code in project.codes),
        {why: n for why, n in sorted(taking.left.items()) if n},
        dict(project.counts),
        tuple(problems),
    )


class _Taking:
    """What was met on the way through a project."""

    def __init__(
        self,
        project: Project,
        book: Loaded[Codebook],
        texts: Iterable[Judgement],
        own: Iterable[Coding],
    ) -> None:
        self.found: list[Coding] = []
        self.sources: list[ImportedSource] = []
        self.left: Counter[str] = Counter()
        self.on_record = 0
        self.themes = _themes(project, book)
        self._book = book
        self._wanted = _Texts(texts)
        self._users = {user.guid: user.name for user in project.users}
        self._versions = _versions(project)
        self._record = {guid("coding", one.coding_id): one for one in own}

    def text(self, source: TextSource) -> None:
        laid = list(_laid(source))
        text, status = self._wanted.find(source)
        review = (text.review_id, text.item) if text is not None else ("", "")
        self.sources.append(ImportedSource(source.name, "TextSource", status, len(laid), *review))
        if text is None or status not in ("same", "same_words"):
            self.left[f"source {status}"] += len(laid)
            return
        for selection, coding in laid:
            self._coding(selection, coding, text, source)

    def _coding(
        self, selection: Selection, coding: ProjectCoding, text: Judgement, source: TextSource
    ) -> None:
        theme = self.themes.get(coding.code, "")
        if not theme:
            self.left["code is no theme"] += 1
            return
        coder = self._users.get(coding.user) or NO_NAME
        name, digest = self._read_in(coding, theme)
        made = _made(selection, coding, text, source, theme, coder)
        made = replace(made, codebook=name, codebook_hash=digest)
        if _is_on_record(made, self._record.get(coding.guid)):
            self.on_record += 1
        else:
            self.found.append(made)

    def _read_in(self, coding: ProjectCoding, theme: str) -> tuple[str, str]:
        """Return the codebook and its hash that a coding's theme is one of.

        It is the one it was coded under, as its note says, where its code is that one's; of a
        coding that was carried to another version the code is the other's.
        """
        for note in coding.notes:
            name, digest = self._versions.get(note, ("", ""))
            if name and coding.code == guid("code", name, theme):
                return name, digest
        return self._book.name, self._book.hash

    def other(self, source: OtherSource) -> None:
        status = source.trouble or "no_text"
        self.sources.append(ImportedSource(source.name, source.kind, status, source.codings))
        self.left[f"source {status}"] += source.codings


class _Texts:
    """The study's texts, to be found by GUID, by name, or by their letters."""

    def __init__(self, texts: Iterable[Judgement]) -> None:
        self._all = list(texts)
        hashes = [(one, _hash(str(one.value))) for one in self._all]
        self._by_guid = {text_guid(t.review_id, t.item, digest): t for t, digest in hashes}
        self._by_name = {f"{t.review_id} {t.item}": t for t in self._all}
        alike = Counter(digest for _, digest in hashes)
        self._by_hash = {digest: t for t, digest in hashes if alike[digest] == 1}

    def find(self, source: TextSource) -> tuple[Judgement | None, str]:
        text = self._by_guid.get(source.guid) or self._by_name.get(source.name)
        if source.text is None:
            return text, source.trouble or "missing"
        text = text or self._by_hash.get(_hash(source.text))
        if text is None:
            return None, "not_ours"
        if source.text == text.value:
            return text, "same"
        return text, "same_words" if same_words(source.text, str(text.value)) else "changed"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _laid(source: TextSource) -> Iterator[tuple[Selection, ProjectCoding]]:
    for selection in source.selections:
        yield from ((selection, coding) for coding in selection.codings)
    whole = Selection("", 0, len(source.text or ""))
    yield from ((whole, coding) for coding in source.whole)


def _themes(project: Project, book: Loaded[Codebook]) -> dict[str, str]:
    """The theme each code is, by the code's GUID."""
    ours = {guid("code", book.name, theme): theme for theme in book.model.themes}
    named = {code.label.casefold(): code.code for code in book.model.codes}
    named |= {theme.casefold(): theme for theme in book.model.themes}
    found = {}
    for code in project.codes:
        said = str(from_description(code.description).get("code", ""))
        theme = ours.get(code.guid) or (said if said in book.model else "")
        theme = theme or named.get(code.name.strip().casefold(), "")
        if theme:
            found[code.guid] = theme
    return found


def _versions(project: Project) -> dict[str, tuple[str, str]]:
    """The codebook and its hash that a note of ours names, by the note's GUID."""
    found = {}
    for note in project.notes:
        name, _, digest = note.text.strip().partition(" ")
        if guid("made with", name, digest) == note.guid:
            found[note.guid] = (name, digest)
    return found


def _made(
    selection: Selection,
    coding: ProjectCoding,
    text: Judgement,
    source: TextSource,
    theme: str,
    coder: str,
) -> Coding:
    there, here = source.text or "", str(text.value)
    start, end = selection.start, selection.end
    if there != here:
        start, end = moved(start, there, here), moved(end, there, here)
    shown = [POLARITY_NOTES[note] for note in coding.notes if note in POLARITY_NOTES]
    return Coding(
        coding_id=coding.guid,
        review_id=text.review_id,
        case_id=text.case_id,
        item=text.item,
        theme=theme,
        start=start,
        end=end,
        source_hash=_hash(here),
        coder=coder,
        codebook="",
        codebook_hash="",
        seq=0,
        polarity=shown[0] if shown else "",
        at=coding.at,
    )


SAME = ("review_id", "item", "theme", "start", "end", "coder", "polarity")


def _is_on_record(made: Coding, own: Coding | None) -> bool:
    return own is not None and all(getattr(made, part) == getattr(own, part) for part in SAME)
