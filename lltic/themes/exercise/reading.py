"""Rows of a table as texts: long, one answer to a row; or wide, one sheet to a row.

A long table has the columns ``question`` and ``text``; a wide one has a column for each question,
named by its id or its wording, as a questionnaire's export has. Columns about people are left out
before anything else is looked at, and no message repeats what a cell says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lltic.cells import clean
from lltic.errors import LlticError, Problem
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.privacy import about_a_person, reaches_a_person
from lltic.themes.exercise.texts import Text, Voice, text_id
from lltic.wording import number_of

__all__ = ["COLUMNS", "MAX_TEXT", "Reading", "read_rows"]

COLUMNS = ("source", "group", "sheet", "question", "text")
MAX_TEXT = 20_000
"""Characters of one text: more than anybody says to one question, and fewer than a cell holds."""
MAX_TEXTS = 20_000
SHEET = re.compile(r"(?:sheet|group|table|([a-z]{0,3}))[-_ ]?(\d{1,6})", re.IGNORECASE)
SHOWN = 5
"""How many rows a message names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table gave: the texts, and in words what was left out."""

    texts: tuple[Text, ...]
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """Problems by what is wrong, each with its rows."""

    rows: dict[tuple[str, str, str, str, str], list[int]] = field(default_factory=dict)

    def add(
        self, code: str, where: str, message: str, row: int, allowed: str = "", hint: str = ""
    ) -> None:
        self.rows.setdefault((code, where, message, allowed, hint), []).append(row)

    def problems(self, file: str) -> Iterator[Problem]:
        for (code, where, message, allowed, hint), rows in self.rows.items():
            more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
            which = "row" if len(rows) == 1 else "rows"
            place = f"{file}: {where}, {which} {', '.join(map(str, rows[:SHOWN]))}{more}"
            yield Problem(code, place, message, allowed, hint, count=len(rows))


@dataclass(frozen=True, slots=True)
class _Row:
    """One text before it is checked: its row, its cells by column, the question already known."""

    number: int
    cells: Mapping[str, str]
    question: str
    words: str


def read_rows(
    rows: Sequence[Mapping[str, str]],
    exercise: Exercise,
    file: str,
    *,
    source: str = "",
    group: str = "",
) -> Reading:
    """Return the texts of a table, or every problem in it at once.

    Parameters
    ----------
    rows : sequence of mappings
        Cells by heading in lower case; ``#`` is the number of the row. Empty cells are not there.
    exercise : Exercise
    file : str
        For messages.
    source, group : str
        For a table that has no such column: what every row is of.

    Raises
    ------
    LlticError
        ``no-answers``, ``exercise-column``, ``exercise-cell`` (a source, group or question that
        the exercise does not have; a sheet that is no number), ``text-too-long``,
        ``text-identifies``, ``two-groups``, ``too-many-answers``.
    """
    if not rows:
        hint = "The first row names the columns; the answers stand below it."
        raise LlticError(Problem("no-answers", file, "has no row with an answer", hint=hint))
    headings = {heading for row in rows for heading in row if heading != "#"}
    questions = _names([(q.id, q.text) for q in exercise.questions])
    people = sorted(h for h in headings if about_a_person(h) and _plain(h) not in questions)
    given = {"source": source, "group": group}
    asked = _questions(questions, headings)
    missing = [c for c in _needed(asked) if c not in headings and not given.get(c)]
    if missing:
        raise LlticError(_no_column(file, c) for c in missing)
    found = _Found()
    said = list(_texts(rows, exercise, asked, given, found))
    texts = list(dict.fromkeys(said))
    if len(texts) > MAX_TEXTS:
        allowed = f"{MAX_TEXTS:,}"
        raise LlticError(Problem("too-many-answers", file, "has too many answers", allowed))
    if problems := [*found.problems(file), *_two_groups(texts, file)]:
        raise LlticError(problems)
    if not texts:
        raise LlticError(Problem("no-answers", file, "has no row with an answer"))
    unused = headings - set(people) - set(COLUMNS) - set(asked)
    return Reading(tuple(texts), tuple(_left_out(people, unused, len(said) - len(texts))))


def _no_column(file: str, column: str) -> Problem:
    hint = "Name source or group for all rows with --source and --group where they are alike."
    allowed = f"{', '.join(COLUMNS)}; or a column for each question in place of the last two"
    where = f"{file}: {column}"
    return Problem("exercise-column", where, "there is no such column", allowed, hint)


def _needed(asked: Mapping[str, str]) -> Sequence[str]:
    return COLUMNS[:3] if asked else COLUMNS


def _questions(known: Mapping[str, str], headings: set[str]) -> dict[str, str]:
    """Return the columns of a wide table with the question each one holds the answers to."""
    if {"question", "text"} <= headings:
        return {}
    return {h: known[key] for h in sorted(headings) if (key := _plain(h)) in known}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _names(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return ids by what they may be called by: the label, or the id."""
    return {_plain(name): key for key, label in pairs for name in (label, key)}


def _numbered(exercise: Exercise) -> dict[str, str]:
    """Return questions also by their number, as people write them down."""
    numbers = {str(place): q.id for place, q in enumerate(exercise.questions, 1)}
    return numbers | _names([(q.id, q.text) for q in exercise.questions])


def _texts(
    rows: Sequence[Mapping[str, str]],
    exercise: Exercise,
    asked: Mapping[str, str],
    given: Mapping[str, str],
    found: _Found,
) -> Iterator[Text]:
    known = {
        "source": _names([(s.id, s.label) for s in exercise.sources]),
        "group": _names([(g.id, g.label) for g in exercise.groups]),
        "question": _numbered(exercise),
    }
    for row in _one_each(rows, asked):
        cells = {**{k: v for k, v in given.items() if v}, **row.cells, "question": row.question}
        ids = {c: _id(cells.get(c, ""), c, known[c], row.number, found) for c in known}
        sheet = _sheet(cells.get("sheet", ""))
        if not sheet:
            hint = "Number the sheets and the groups; a name has no place here."
            allowed = "a number, such as 12, S12 or FG-3"
            found.add("exercise-cell", "sheet", "is no number", row.number, allowed, hint)
        words = clean(row.words)[0].strip()
        if not words:
            message = "is empty, or a formula whose value was never stored"
            found.add("exercise-cell", "text", message, row.number)
        elif len(words) > MAX_TEXT:
            hint = "Give each note of a long record a row of its own."
            found.add(
                *("text-too-long", "text", "is too long", row.number),
                *(f"{MAX_TEXT:,} characters", hint),
            )
        elif what := reaches_a_person(words):
            hint = "Put [removed] in its place and read the file again; nothing was kept."
            found.add("text-identifies", "text", f"seems to hold {what}", row.number, "", hint)
        key = text_id(ids["source"], sheet, ids["question"], words)
        yield Text(key, ids["source"], ids["group"], sheet, ids["question"], words)


def _sheet(said: str) -> str:
    """Return a sheet's number in one way of writing, or nothing for what is no number.

    Examples
    --------
    >>> _sheet("fg 03"), _sheet("FG-3"), _sheet("Sheet 12"), _sheet("Amira")
    ('FG-3', 'FG-3', '12', '')
    """
    found = SHEET.fullmatch(" ".join(said.split()))
    if found is None:
        return ""
    letters, number = (found[1] or "").upper(), str(int(found[2]))
    return f"{letters}-{number}" if letters else number


def _one_each(rows: Sequence[Mapping[str, str]], asked: Mapping[str, str]) -> Iterator[_Row]:
    """Yield one text each; in a wide table a question left empty is one that nobody answered."""
    for row in rows:
        number = int(row.get("#", 0))
        cells = {k: v for k, v in row.items() if k in COLUMNS[:3]}
        if asked:
            for heading, question in asked.items():
                if row.get(heading, "").strip():
                    yield _Row(number, cells, question, row[heading])
        elif any(row.get(c, "").strip() for c in COLUMNS):
            yield _Row(number, cells, row.get("question", ""), row.get("text", ""))


def _id(said: str, column: str, known: Mapping[str, str], row: int, found: _Found) -> str:
    """Return the id that a cell means; the cell is not repeated, for it may hold a name."""
    if (key := _plain(said)) in known:
        return known[key]
    allowed = ", ".join(dict.fromkeys(known.values()))
    message = f"is not a {column} of this exercise" if key else "is empty"
    found.add("exercise-cell", column, message, row, allowed)
    return ""


def _two_groups(texts: Sequence[Text], file: str) -> Iterator[Problem]:
    """Yield the sheets that are said to be of two groups; their numbers are no names."""
    groups: dict[Voice, set[str]] = {}
    for text in texts:
        if text.group:
            groups.setdefault(text.voice, set()).add(text.group)
    for voice, said in groups.items():
        if len(said) > 1 and voice.sheet:
            where = f"{file}: sheet {voice.sheet}"
            hint = "Give each its own number, or put the group right."
            yield Problem("two-groups", where, "is said to be of more groups than one", hint=hint)


def _left_out(people: Sequence[str], unused: set[str], again: int) -> Iterator[str]:
    """Say what was not read; a heading nobody knows is not repeated, for it may be a name."""
    if people:
        what = number_of(len(people), "column")
        yield f"Left out, for it says who somebody is: {what}. Nothing of it was kept."
    if unused:
        what = number_of(len(unused), "other column")
        yield f"Left out, for an exercise has no use for it: {what}."
    if again:
        what = number_of(again, "answer that stands", "answers that stand")
        yield f"Taken once: {what} again, word for word, on the same sheet."
