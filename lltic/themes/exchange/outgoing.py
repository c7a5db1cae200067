"""What reviewers wrote and what was laid on it, as a project for another program.

One source per free text, one user per coder, one case per case; a passage has one selection,
however many themes lie on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from lltic import __version__
from lltic.records import Coding, Judgement
from lltic.themes.exchange.guids import guid
from lltic.themes.exchange.project import (
    Note,
    Project,
    ProjectCase,
    ProjectCoding,
    Selection,
    TextSource,
    User,
    Variable,
)
from lltic.themes.exchange.qdc import project_codes, set_of
from lltic.themes.exchange.qdpx import INTERNAL

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes.codebook import Codebook

__all__ = ["POLARITY_NOTES", "Outgoing", "book_note", "project_of", "text_guid"]

MAKE_BELIEVE = "Synthetic: the people, deaths and reviewers in it are make-believe. "
TEXT_VARIABLES = ("phase", "item", "reader", "source_sha256")
POLARITY_NOTES = {guid("polarity", name): name for name in ("problem", "good_practice")}
"""The notes by which a coding says what its passage shows."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A project, and how many codings are not in it, by why."""

    project: Project = field(repr=False)
    codings: int
    left_out: Mapping[str, int]


def text_guid(review_id: str, item: str, source_hash: str) -> str:
    """Return the GUID of one free text in one wording."""
    return guid("text", review_id, item, source_hash)


def book_note(name: str, digest: str) -> str:
    """Return the GUID of the note that says with which codebook a coding was made."""
    return guid("made with", name, digest)


def project_of(
    title: str,
    book: Loaded[Codebook],
    texts: Iterable[Judgement],
    codings: Iterable[Coding],
    *,
    cases: Mapping[str, Mapping[str, str | int]] | None = None,
    made_with: Mapping[str, tuple[str, str]] | None = None,
    synthetic: bool = False,
) -> Outgoing:
    """Return a project of these texts and of the codings on them.

    Parameters
    ----------
    texts : iterable of Judgement
        The free texts that may leave the study, each as it is now.
    codings : iterable of Coding
        Those of themes the codebook does not have, on other texts, and on texts that have
        been corrected since are left out and counted.
    cases : mapping, optional
        Case variables: by case, values by name. Nothing else of a case goes out but its id.
    made_with : mapping, optional
        By coding, the name and hash of the codebook it was made with where it reads in another.
    synthetic : bool
        Say in the project that all of it is make-believe.

    Returns
    -------
    Outgoing
        With no clock in it: the project is dated by its last coding.
    """
    texts = list(texts)
    kept, left = _sorted_out(texts, codings, book)
    named, under = cases or {}, made_with or {}
    books = {c.coding_id: under.get(c.coding_id, (c.codebook, c.codebook_hash)) for c in kept}
    coders = sorted({one.coder for one in kept})
    project = Project(
        name=title,
        origin=f"lltic {__version__}",
        at=max((one.at for one in kept), default=""),
        description=f"{MAKE_BELIEVE if synthetic else ''}Codebook {book.ref}, hash {book.hash}.",
        users=tuple(User(guid("coder", name), name) for name in coders),
        codes=tuple(project_codes(book)),
        variables=tuple(_variables(named)),
        cases=tuple(_cases(texts, named)),
        texts=tuple(_sources(texts, kept, book, books)),
        notes=tuple(_notes(kept, books)),
        sets=(set_of(book),),
    )
    return Outgoing(project, len(kept), left)


def _sorted_out(
    texts: Sequence[Judgement], codings: Iterable[Coding], book: Loaded[Codebook]
) -> tuple[list[Coding], dict[str, int]]:
    """Part the codings that go out from those that do not, counted by why."""
    known = {(one.review_id, one.item): _hash(one) for one in texts}
    kept: list[Coding] = []
    left: Counter[str] = Counter()
    for one in codings:
        source = known.get((one.review_id, one.item))
        if one.theme not in book.model:
            left["theme not in the codebook"] += 1
        elif source is None:
            left["text not in the project"] += 1
        elif source != one.source_hash:
            left["text corrected since"] += 1
        else:
            kept.append(one)
    return kept, dict(sorted(left.items()))


def _variables(named: Mapping[str, Mapping[str, str | int]]) -> Iterable[Variable]:
    """Those of cases, as many as any case has, and those of texts."""
    columns = {name: type(value) for values in named.values() for name, value in values.items()}
    for name, kind in columns.items():
        known_as = "Integer" if kind is int else "Text"
        yield Variable(guid("case variable", name), name, known_as)
    yield from (Variable(guid("text variable", name), name) for name in TEXT_VARIABLES)


def _hash(text: Judgement) -> str:
    return sha256(str(text.value).encode()).hexdigest()


def _guid_of(text: Judgement) -> str:
    return text_guid(text.review_id, text.item, _hash(text))


def _cases(
    texts: Sequence[Judgement], named: Mapping[str, Mapping[str, str | int]]
) -> Iterable[ProjectCase]:
    for case_id in sorted({one.case_id for one in texts}):
        sources = tuple(_guid_of(one) for one in texts if one.case_id == case_id)
        values = tuple(
            (guid("case variable", name), str(value))
            for name, value in named.get(case_id, {}).items()
        )
        yield ProjectCase(guid("case", case_id), case_id, values, sources)


def _sources(
    texts: Sequence[Judgement],
    codings: Sequence[Coding],
    book: Loaded[Codebook],
    books: Mapping[str, tuple[str, str]],
) -> Iterable[TextSource]:
    on: dict[tuple[str, str], list[Coding]] = {}
    for one in codings:
        on.setdefault((one.review_id, one.item), []).append(one)
    for text in texts:
        own, here = _guid_of(text), on.get((text.review_id, text.item), [])
        values = (text.item.partition(".")[0], text.item, str(text.position), _hash(text))
        yield TextSource(
            guid=own,
            name=f"{text.review_id} {text.item}",
            path=f"{INTERNAL}{own}.txt",
            text=str(text.value),
            selections=tuple(_selections(own, here, book, books)),
            values=tuple(
                (guid("text variable", name), value)
                for name, value in zip(TEXT_VARIABLES, values, strict=True)
            ),
        )


def _selections(
    source: str,
    codings: Sequence[Coding],
    book: Loaded[Codebook],
    books: Mapping[str, tuple[str, str]],
) -> Iterable[Selection]:
    for start, end in sorted({(one.start, one.end) for one in codings}):
        here = [one for one in codings if (one.start, one.end) == (start, end)]
        here.sort(key=lambda one: (one.seq, one.coding_id))
        own = guid("passage", source, str(start), str(end))
        laid = (_coding(one, book, books[one.coding_id]) for one in here)
        yield Selection(own, start, end, tuple(laid))


def _coding(one: Coding, book: Loaded[Codebook], made_with: tuple[str, str]) -> ProjectCoding:
    polarity = (guid("polarity", one.polarity),) if one.polarity else ()
    return ProjectCoding(
        guid=guid("coding", one.coding_id),
        code=guid("code", book.name, one.theme),
        user=guid("coder", one.coder),
        at=one.at,
        notes=(book_note(*made_with), *polarity),
    )


def _notes(codings: Sequence[Coding], books: Mapping[str, tuple[str, str]]) -> Iterable[Note]:
    for name, digest in sorted(set(books.values())):
        yield Note(book_note(name, digest), f"Made with {name}", f"{name} {digest}")
    shown = {one.polarity for one in codings}
    for own, name in POLARITY_NOTES.items():
        if name in shown:
            yield Note(own, f"Shows: {name}", name)
