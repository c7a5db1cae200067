"""The sheets of an exercise's workbook: every count, passage and cross-reference of the paper."""

from __future__ import annotations

from collections.abc import Iterator

from lltic.clock import to_text
from lltic.reports.exercise_facts import ExerciseFacts
from lltic.reports.tables import Cell, Column, Sheet
from lltic.themes.exercise import Raised

__all__ = ["exercise_sheets"]

QUOTATIONS = "Passages"


def exercise_sheets(facts: ExerciseFacts) -> list[Sheet]:
    """Return the sheets in the order of the tabs, the one that explains them first."""
    passages = _passages(facts)
    body = [
        _recommendations(facts),
        _chain(facts),
        _raised(facts, facts.by_group, "Groups of subjects"),
        _raised(facts, facts.by_code, "Subjects"),
        _compared(facts),
        passages,
        _links(facts, passages),
        _people(facts),
    ]
    return [_read_me(facts, body), *body]


def _read_me(facts: ExerciseFacts, body: list[Sheet]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("Study", "Title", facts.title)]
    if facts.synthetic:
        rows.append(("Study", "Synthetic", "Make-believe people and words."))
    rows += [("Unfinished", "", sentence) for sentence in facts.unfinished]
    rows += [("Sheets", sheet.name, " ".join(sheet.notes[:1])) for sheet in body]
    rows += [
        ("Definitions", "Exercise", facts.exercise.ref),
        ("Definitions", "Codebook", facts.codebook.ref),
        ("Source", "Of the questions", facts.exercise.model.source),
    ]
    rows += [("Questions", q.id, q.text) for q in facts.exercise.model.questions]
    rows += [("Read", name, digest) for name, digest in facts.files]
    rows += [
        ("Made", "By", f"lltic {facts.version}"),
        ("Made", "At (UTC)", to_text(facts.made_at)),
    ]
    note = "What the sheets hold and what they were made from."
    columns = (Column("Part", width=18), Column("What", width=30), Column("Value", width=96))
    title = f"How this was made: {facts.exercise.model.title}"
    return Sheet("How this was made", title, (note,), columns, tuple(rows), keys=2)


def _joined(keys: tuple[str, ...]) -> str:
    return ", ".join(keys)


def _recommendations(facts: ExerciseFacts) -> Sheet:
    names = {o.id: o.label for o in facts.exercise.model.organisations}
    rows = tuple(
        (
            r.id,
            r.text,
            r.owner,
            _joined(tuple(names.get(key, key) for key in r.organisations)),
            "yes" if r.crosses else "no",
            r.measured_by,
            _joined(r.by),
            _joined(facts.because_of[r.id]),
            _joined(facts.evidence[r.id]),
        )
        for r in facts.synthesis.recommendations
    )
    return Sheet(
        "Recommendations",
        "What is recommended",
        ("Each recommendation with the role that sees to it, and what it goes back to.",),
        (
            Column("Id", width=7),
            Column("Recommendation", width=60),
            Column("Who sees to it", width=24),
            Column("Who acts", width=34),
            Column("Across organisations", width=14),
            Column("How we would know", width=34),
            Column("Takes up", width=12),
            Column("Because of", width=12),
            Column("Passages", width=40),
        ),
        rows,
    )


def _chain(facts: ExerciseFacts) -> Sheet:
    s = facts.synthesis
    rows: list[tuple[Cell, ...]] = []
    for c in s.challenges:
        on = (_joined(c.groups), _joined(facts.evidence[c.id]))
        rows.append(("Challenge", c.id, c.text, *on, _joined(facts.answered_by[c.id]), c.left))
    for o in s.opportunities:
        on = (_joined((*o.answers, *o.builds_on)), _joined(facts.evidence[o.id]))
        rows.append(("Opportunity", o.id, o.text, *on, _joined(facts.taken_up_by[o.id]), o.left))
    return Sheet(
        "Challenges, opportunities",
        "From challenges to recommendations",
        ("What each goes back to, and what follows from it; or why nothing does.",),
        (
            Column("Kind", width=13),
            Column("Id", width=7),
            Column("What it says", width=60),
            Column("Goes back to", width=16),
            Column("Passages", width=40),
            Column("Followed by", width=16),
            Column("Left, because", width=40),
        ),
        tuple(rows),
        keys=2,
    )


def _raised(facts: ExerciseFacts, found: tuple[Raised, ...], name: str) -> Sheet:
    model = facts.exercise.model
    labels = {**{c.code: c.label for c in facts.codebook.model.codes}, **facts.labels}
    sources = [
        column
        for s in model.sources
        for column in (
            Column(f"{s.label}: voices", "integer", 14),
            Column("of", "integer", 8),
        )
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            model.question(row.question).text,
            row.key,
            labels[row.key],
            *(n for pair in row.by.values() for n in pair),
        )
        for row in found
    )
    return Sheet(
        name,
        f"{name} raised, by question",
        (
            "By how many voices, of those whose answer to the question was read. An answer sheet "
            "is one voice, and so is a whole focus group.",
        ),
        (
            Column("Question", width=34),
            Column("Id", width=20),
            Column("What it is", width=40),
            *sources,
        ),
        rows,
        keys=3,
    )


def _compared(facts: ExerciseFacts) -> Sheet:
    model, label = facts.exercise.model, facts.codebook.model.label
    rows: list[tuple[Cell, ...]] = []
    for one in facts.compared:
        if isinstance(one, str):
            rows.append((one, None, None, None, None, None))
            continue
        pair = f"{model.source_of(one.one).label} / {model.source_of(one.other).label}"
        only = (", ".join(label(c) for c in codes) for codes in (one.one_only, one.other_only))
        both = ", ".join(label(c) for c in one.both)
        rows.append((model.question(one.question).text, pair, one.alike, both, *only))
    return Sheet(
        "Before and at the event",
        "Which subjects two sources both raised",
        (
            "Share of the subjects raised by either that both raised (Jaccard). Few voices on one "
            "side make it small by themselves.",
        ),
        (
            Column("Question", width=34),
            Column("Sources", width=34),
            Column("Raised by both", "percent", 12),
            Column("Both", width=44),
            Column("The first only", width=36),
            Column("The second only", width=36),
        ),
        tuple(rows),
        keys=2,
    )


def _passages(facts: ExerciseFacts) -> Sheet:
    model, label = facts.exercise.model, facts.codebook.model.label
    rows = tuple(
        (
            p.passage_id,
            model.question(p.text.question).text,
            facts.said_by(p),
            ", ".join(label(code) for code in p.codes),
            facts.words(p),
            _joined(facts.cited.get(p.passage_id, ())),
        )
        for p in facts.passages
    )
    return Sheet(
        QUOTATIONS,
        "Passages coded",
        ("Every coded passage, with its words where its source may be quoted.",),
        (
            Column("Id", width=14),
            Column("Question", width=30),
            Column("Said by", width=34),
            Column("Subjects", width=30),
            Column("Words", width=80),
            Column("Behind", width=14),
        ),
        rows,
    )


def _links(facts: ExerciseFacts, passages: Sheet) -> Sheet:
    places = {str(key): row for row, key in enumerate(passages.column("Id"))}
    rows = tuple(_edges(facts))
    links = {
        (number, 2): (QUOTATIONS, places[str(row[2])])
        for number, row in enumerate(rows)
        if str(row[2]) in places
    }
    return Sheet(
        "Cross-references",
        "What rests on what",
        ("One line for each reference: the first rests on the second.",),
        (
            Column("Id", width=10),
            Column("What it says", width=70),
            Column("Rests on", width=14),
            Column("What that says", width=70),
        ),
        rows,
        links=links,
    )


def _edges(facts: ExerciseFacts) -> Iterator[tuple[Cell, ...]]:
    words = {p.passage_id: facts.words(p) for p in facts.passages} | facts.labels
    s = facts.synthesis
    entries = [e.id for e in s.recommendations]
    for entry in (*entries, *(e.id for e in s.resting)):
        for key in facts.links.down[entry]:
            yield entry, facts.labels[entry], key, words.get(key, "")


def _people(facts: ExerciseFacts) -> Sheet:
    model = facts.exercise.model
    rows = tuple(
        (model.source_of(p.source).label, model.group(p.group), p.voices, p.texts)
        for p in facts.parts
    )
    return Sheet(
        "Who took part",
        "Voices and answers by source and group",
        ("A voice is an answer sheet or a focus group; an answer, a text to one question.",),
        (
            Column("Source", width=30),
            Column("Group", width=40),
            Column("Voices", "integer", 10),
            Column("Answers", "integer", 10),
        ),
        rows,
        keys=2,
    )
