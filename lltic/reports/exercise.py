"""The paper of a consensus exercise: what was asked, what was said, what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lltic.reports.exercise_facts import ExerciseFacts
from lltic.reports.html import write_html
from lltic.themes.exercise import Convergence, Passage, Raised, exercise_status
from lltic.wording import number_of

__all__ = ["write_exercise_paper"]

QUOTED = 2
"""Quotations of a group of codes under a question, where entries rest on fewer."""
LONGEST = 600
"""Characters of a quotation; the workbook has the rest."""


def write_exercise_paper(path: Path, facts: ExerciseFacts) -> None:
    """Write the paper, one page of HTML that stands alone; every text in it is escaped."""
    questions = _questions(facts)
    write_html(
        path,
        "exercise-paper.html.j2",
        facts=facts,
        model=facts.exercise.model,
        synthesis=facts.synthesis,
        figures=_figures(facts),
        people=_people(facts),
        questions=questions,
        chain=_chain(facts),
        shown={quote.id for q in questions for g in q.groups for quote in g.quotes},
        organisations={o.id: o.label for o in facts.exercise.model.organisations},
        left_out=_left(facts),
        compared=[_compared(facts, one) for one in facts.compared],
        method=_method(facts),
        limits=_limits(facts),
        made_on=f"{facts.made_at.day} {facts.made_at:%B %Y}",
    )


def _figures(facts: ExerciseFacts) -> list[tuple[int, str]]:
    model, s = facts.exercise.model, facts.synthesis
    kinds = {"person": "people", "group": "groups"}
    figures = [
        (facts.voices(source.id), f"{kinds[source.voice]} ({source.label.lower()})")
        for source in model.sources
    ]
    counts = (
        (len(facts.passages), "passages coded"),
        (len(s.challenges), "challenges"),
        (len(s.opportunities), "opportunities"),
        (len(s.recommendations), "recommendations"),
    )
    return [*figures, *counts]


@dataclass(frozen=True, slots=True)
class _People:
    """A line of the table of who took part."""

    group: str
    voices: tuple[int, ...]


def _people(facts: ExerciseFacts) -> list[_People]:
    model = facts.exercise.model
    rows = [
        _People(g.label, tuple(facts.voices(s.id, g.id) for s in model.sources))
        for g in model.groups
    ]
    return [row for row in rows if any(row.voices)]


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quotation as it stands in the paper, and the entries that rest on it."""

    id: str
    words: str
    said_by: str
    codes: str
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of codes under one question; without an id, what belongs to no group."""

    id: str
    label: str
    counts: tuple[str, ...]
    codes: tuple[str, ...]
    quotes: tuple[_Quote, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question: who answered it, and what was said, by group of codes."""

    id: str
    text: str
    about: str
    answered: str
    groups: tuple[_Group, ...]


def _questions(facts: ExerciseFacts) -> list[_Asked]:
    found = []
    shown: set[str] = set()
    for question in facts.exercise.model.questions:
        here = [row for row in facts.by_group if row.question == question.id]
        groups = [_group(facts, row, shown) for row in here]
        rest = _ungrouped(facts, question.id, shown)
        answered = _answered(facts, question.id)
        whole = (*groups, *rest)
        found.append(_Asked(question.id, question.text, question.about, answered, whole))
    return found


def _answered(facts: ExerciseFacts, question: str) -> str:
    said = []
    for source in facts.exercise.model.sources:
        texts = [t for t in facts.texts if (t.source, t.question) == (source.id, question)]
        answered = len({t.voice for t in texts})
        said.append(f"{source.label}: {answered} of {facts.voices(source.id)} answered.")
    return " ".join(said)


def _group(facts: ExerciseFacts, row: Raised, shown: set[str]) -> _Group:
    group = next(g for g in facts.synthesis.groups if g.id == row.key)
    return _under(facts, group.id, group.label, group.codes, row, shown)


def _under(
    facts: ExerciseFacts,
    key: str,
    label: str,
    codes: tuple[str, ...],
    row: Raised,
    shown: set[str],
) -> _Group:
    book = facts.codebook.model
    counts = tuple(f"{n} of {of}" for n, of in row.by.values())
    used = [r for r in facts.by_code if r.question == row.question and r.key in codes]
    names = tuple(book.label(r.key) for r in used)
    here = [
        p for p in facts.passages if p.text.question == row.question and set(codes) & set(p.codes)
    ]
    quotes = tuple(_quote(facts, p) for p in _chosen(facts, here, shown))
    return _Group(key, label, counts, names, quotes)


def _ungrouped(facts: ExerciseFacts, question: str, shown: set[str]) -> list[_Group]:
    """Return the codes in no group, one by one: nothing that was raised goes missing."""
    grouped = {code for group in facts.synthesis.groups for code in group.codes}
    rows = [r for r in facts.by_code if r.question == question and r.key not in grouped]
    label = facts.codebook.model.label
    return [_under(facts, "", label(row.key), (row.key,), row, shown) for row in rows]


def _chosen(facts: ExerciseFacts, found: list[Passage], shown: set[str]) -> list[Passage]:
    """Return what is quoted: all that an entry rests on, and a few more of others.

    Where there is a choice, of a source that is not heard yet, then of another voice.
    """
    fresh = [p for p in found if p.passage_id not in shown]
    chosen = [p for p in fresh if p.passage_id in facts.cited]
    may = [p for p in fresh if facts.exercise.model.source_of(p.text.source).quote]
    while len(chosen) < QUOTED:
        sources, voices = {p.voice.source for p in chosen}, {p.voice for p in chosen}
        rest = [p for p in may if p not in chosen and p.voice not in voices]
        rest.sort(key=lambda p: p.voice.source in sources)
        if not rest:
            break
        chosen.append(rest[0])
    shown.update(p.passage_id for p in chosen)
    return sorted(chosen, key=fresh.index)


def _quote(facts: ExerciseFacts, passage: Passage) -> _Quote:
    words = facts.words(passage)
    if len(words) > LONGEST:
        words = words[:LONGEST].rstrip() + " […]"
    codes = ", ".join(facts.codebook.model.label(code) for code in passage.codes)
    used_by = facts.cited.get(passage.passage_id, ())
    return _Quote(passage.passage_id, words, facts.said_by(passage), codes, used_by)


@dataclass(frozen=True, slots=True)
class _Step:
    """A challenge, what answers it, and what is recommended for it."""

    id: str
    opportunities: tuple[str, ...]
    recommendations: tuple[str, ...]
    left: str


def _chain(facts: ExerciseFacts) -> list[_Step]:
    steps = []
    for challenge in facts.synthesis.challenges:
        by = facts.answered_by[challenge.id]
        ends = [key for o in by for key in facts.taken_up_by[o]]
        steps.append(_Step(challenge.id, by, tuple(dict.fromkeys(ends)), challenge.left))
    return steps


def _left(facts: ExerciseFacts) -> list[tuple[str, str]]:
    """Return what was not followed up, and why."""
    s = facts.synthesis
    label = facts.codebook.model.label
    known = facts.codebook.model.themes
    found = [(f"Subject {label(c)}:", why) for c, why in s.left_codes.items() if c in known]
    for entries in (s.groups, s.challenges, s.opportunities):
        found += [(f"{e.id} {facts.labels[e.id]}", e.left) for e in entries if e.left]
    return found


def _compared(facts: ExerciseFacts, one: Convergence | str) -> str:
    if isinstance(one, str):
        return one
    model, book = facts.exercise.model, facts.codebook.model
    whole = len(one.both) + len(one.one_only) + len(one.other_only)
    said = f"{model.question(one.question).text} Of {number_of(whole, 'subject')} raised, "
    said += f"{number_of(len(one.both), 'was', 'were')} raised by both."
    for source, only in ((one.one, one.one_only), (one.other, one.other_only)):
        if only:
            names = ", ".join(book.label(code) for code in only)
            said += f" {model.source_of(source).label} only: {names}."
    return said


def _method(facts: ExerciseFacts) -> list[str]:
    model = facts.exercise.model
    status = exercise_status(facts.texts, facts.coded)
    people = number_of(status.coders, "person", "people")
    kinds = {"person": "one person", "group": "one whole group, however many sat in it"}
    said = [
        f"The questions: {model.source}",
        *(
            f"{s.label}: a sheet is {kinds[s.voice]}, and counts as one voice."
            for s in model.sources
        ),
        f"Coded by {people} with {facts.codebook.ref}: {facts.codebook.model.title}. "
        f"{status.read} of {status.texts} texts have been read to the end.",
        "A voice has raised a subject to a question when a passage of one of its answers to it is "
        "coded with the subject, whoever coded it and however often.",
    ]
    if facts.synthesis.groups:
        drawn = "A working group put the codes into groups and drew up challenges, opportunities "
        whole = " Each names what it rests on; what was not followed up says why."
        said.append(f"{drawn}and recommendations.{'' if facts.unfinished else whole}")
    return [*said, facts.synthesis.note] if facts.synthesis.note else said


def _limits(facts: ExerciseFacts) -> list[str]:
    coders = len({c.coder for c in facts.coded.codings})
    said = [
        "Who answered and who came chose to. The counts are of voices that were heard; they are no "
        "shares of staff or of families, and have no intervals.",
        "A focus group is one voice. Who spoke most in it cannot be seen, nor who kept silent.",
        "Another working group could have grouped the same words otherwise. The words are here so "
        "that readers can.",
        "A subject that few raised may matter most to those few, and one that nobody raised is not "
        "shown to be in order.",
    ]
    if coders == 1:
        said.append("One person coded the answers, so that how far coders agree is not known.")
    small = facts.exercise.model.name_groups_from
    said.append(
        f"A group with fewer than {small} voices is not named beside its words, nor a larger one "
        "where leaving out the small ones alone would tell who they are. Words can be recognised "
        "all the same by those who know the speaker."
    )
    if facts.coded.stale:
        said.append(f"Codings on words that are no longer there, not counted: {facts.coded.stale}.")
    return said
