"""The coding sheet: a table that a coder fills in where they have a spreadsheet and nothing else.

One row per text to begin with. A coder writes a code beside it and the words it stands for; for
a further code the row is copied. A dash says that the text was read and has nothing to code.
Places are found by the words, letter for letter, so that a coding is on them and on nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lltic.cells import clean
from lltic.definitions import Loaded
from lltic.errors import LlticError, Problem, did_you_mean
from lltic.records import Coding
from lltic.themes.codebook import Codebook
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.passages import Coded, coding_of
from lltic.themes.exercise.texts import Text

__all__ = ["HEADINGS", "NOTHING", "check_coder", "read_sheet", "sheet_rows"]

HEADINGS = ("text", "question", "source", "group", "words", "code", "passage", "nth", "polarity")
FILLED = ("text", "code", "passage", "nth", "polarity")
NOTHING = "-"
"""In the column ``code``: read, and nothing to code."""
DASHES = (NOTHING, "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212")
"""What an office program makes of a dash."""
CODER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


def sheet_rows(texts: Sequence[Text], exercise: Exercise, mine: Coded) -> list[dict[str, str]]:
    """Return the rows of a coder's sheet: what they have done, and what is left to do.

    Parameters
    ----------
    texts : sequence of Text
    exercise : Exercise
    mine : Coded
        What this coder has done so far, and nobody else.
    """
    done: dict[str, list[Coding]] = {}
    for c in mine.codings:
        done.setdefault(c.review_id, []).append(c)
    rows = []
    for text in texts:
        about = {
            "text": text.text_id,
            "question": exercise.question(text.question).text,
            "source": exercise.source_of(text.source).label,
            "group": exercise.group(text.group),
            "words": text.words,
        }
        filled = [_filled(text, c) for c in sorted(done.get(text.text_id, ()), key=_place)]
        nothing = [{"code": NOTHING if text.text_id in mine.read else ""}]
        rows += [{**about, **cells} for cells in filled or nothing]
    return rows


def _place(coding: Coding) -> tuple[int, int, str]:
    return coding.start, coding.end, coding.theme


def _filled(text: Text, coding: Coding) -> dict[str, str]:
    about = {"code": coding.theme, "polarity": coding.polarity}
    if (coding.start, coding.end) == (0, len(text.words)):
        return about
    words = text.words[coding.start : coding.end]
    places = list(_places(text.words, words))
    nth = str(places.index(coding.start) + 1) if len(places) > 1 else ""
    return {**about, "passage": words, "nth": nth}


def _places(text: str, words: str) -> Iterator[int]:
    """Yield where words stand in a text, overlapping ones too."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    text: Text
    code: str
    passage: str
    nth: str
    polarity: str


def read_sheet(
    rows: Iterable[Mapping[str, str]],
    texts: Iterable[Text],
    codebook: Loaded[Codebook],
    coder: str,
    file: str,
) -> Coded:
    """Return what a coder wrote into a sheet, or every problem in it at once.

    Rows without a code are texts that have not been read yet.

    Parameters
    ----------
    rows : iterable of mappings
        Cells by heading; ``#`` is the number of the row.
    texts : iterable of Text
    codebook : Loaded[Codebook]
    coder : str
        The name the coder goes by in the study.
    file : str
        For messages.

    Raises
    ------
    LlticError
        ``coding-text`` (no such text), ``unknown-code``, ``passage-not-found``,
        ``passage-ambiguous``, ``passage-nth``, ``coding-polarity``, ``coding-nothing`` (a dash
        beside a code), ``exercise-column``, ``coder-name``.
    """
    rows = list(rows)
    check_coder(coder)
    _check(rows, file)
    known = {text.text_id: text for text in texts}
    problems: list[Problem] = []
    lines = list(_lines(rows, known, file, problems))
    codings: dict[str, Coding] = {}
    nothing: dict[str, str] = {}
    for line in lines:
        if line.code in DASHES:
            nothing[line.text.text_id] = line.where
            continue
        span = _span(line, problems)
        if _fits(line, codebook, problems) and span:
            ref = (coder, codebook.name, codebook.hash)
            made = coding_of(line.text, line.code, *span, *ref, polarity=line.polarity)
            codings[made.coding_id] = made
    problems += _contradictions(codings.values(), nothing)
    if problems:
        raise LlticError(problems)
    return Coded(tuple(codings.values()), frozenset(line.text.text_id for line in lines))


def _contradictions(codings: Iterable[Coding], nothing: Mapping[str, str]) -> list[Problem]:
    """Return the texts that have a dash and a code, by where the dash stands."""
    both = {c.review_id for c in codings} & set(nothing)
    hint = "Take the dash away, or the code."
    message = "says nothing to code, beside a code"
    return [Problem("coding-nothing", nothing[key], message, hint=hint) for key in sorted(both)]


def check_coder(coder: str) -> None:
    """Raise ``coder-name`` for what cannot be a name to code under: it becomes a file's."""
    if not CODER.fullmatch(coder):
        allowed = "letters, digits, and _ . - among them; at most 40"
        raise LlticError(Problem("coder-name", "--coder", "is not a name to code under", allowed))


def _check(rows: Sequence[Mapping[str, str]], file: str) -> None:
    headings = {heading for row in rows for heading in row}
    missing = [c for c in ("text", "code") if c not in headings]
    if missing:
        hint = "Make a sheet with 'lltic exercise sheet', and write codes into it."
        message = "there is no such column with anything in it"
        raise LlticError(
            Problem("exercise-column", f"{file}: {c}", message, ", ".join(HEADINGS), hint)
            for c in missing
        )


def _lines(
    rows: Iterable[Mapping[str, str]],
    known: Mapping[str, Text],
    file: str,
    problems: list[Problem],
) -> Iterator[_Line]:
    for row in rows:
        cells = {h: clean(row.get(h, ""))[0] for h in FILLED}
        cells |= {h: cells[h].strip() for h in FILLED if h != "passage"}
        where = f"{file}: row {row.get('#', '?')}"
        if not cells["code"]:
            if cells["passage"].strip():
                message = "has a passage and no code"
                problems.append(Problem("unknown-code", where, message))
            continue
        text = known.get(cells["text"])
        if text is None:
            hint = "Make the sheet anew: 'lltic exercise sheet'. The words were read again since."
            problems.append(Problem("coding-text", where, "no such text", hint=hint))
            continue
        del cells["text"]
        yield _Line(where, text, **cells)


def _fits(line: _Line, codebook: Loaded[Codebook], problems: list[Problem]) -> bool:
    book = codebook.model
    if line.code not in book.themes:
        message, hint = f"not a code of {codebook.ref}", did_you_mean(line.code, book.themes)
        allowed = f"{', '.join(book.themes)}, and {NOTHING} for nothing to code"
        problems.append(Problem("unknown-code", line.where, message, allowed, hint))
        return False
    polarities = next(c.polarity for c in book.codes if c.code == line.code)
    if line.polarity and line.polarity not in polarities:
        message = f"is not what {line.code} can show"
        allowed = f"{', '.join(polarities)}, or nothing"
        problems.append(Problem("coding-polarity", f"{line.where}: polarity", message, allowed))
        return False
    return True


def _span(line: _Line, problems: list[Problem]) -> tuple[int, int] | None:
    """Return where a passage stands; without one, the whole text."""
    if not line.passage.strip():
        return 0, len(line.text.words)
    # A passage may begin or end with a space, as one of the coding page does; a stray one is none.
    passage = line.passage if line.passage in line.text.words else line.passage.strip()
    places = list(_places(line.text.words, passage))
    if not places:
        hint = "Copy the words from the column 'words', letter for letter."
        message = "the passage does not stand in the text"
        problems.append(Problem("passage-not-found", line.where, message, hint=hint))
        return None
    nth = line.nth or ("1" if len(places) == 1 else "")
    if not nth:
        message = f"the passage stands {len(places)} times in the text"
        hint = "Write into the column 'nth' which one is meant."
        allowed = f"1 to {len(places)}"
        problems.append(Problem("passage-ambiguous", line.where, message, allowed, hint))
        return None
    if not (nth.isascii() and nth.isdigit() and 1 <= int(nth) <= len(places)):
        allowed = f"1 to {len(places)}"
        problems.append(Problem("passage-nth", line.where, "nth is no such place", allowed))
        return None
    start = places[int(nth) - 1]
    return start, start + len(passage)
