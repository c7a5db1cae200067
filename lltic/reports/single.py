"""The sheets about single cases: what was judged, word for word, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lltic.records import REASONS, Judgement
from lltic.reports.asked import Repeated
from lltic.reports.facts import CATEGORIES, SETTINGS, Facts
from lltic.reports.tables import Cell, Column, Sheet
from lltic.reports.trail import EVIDENCE, Trail, Where
from lltic.themes import POLARITIES

__all__ = ["CODED", "first_coded", "single_cases"]

CODED = "Coded passages"
TAKEN = {"how this was made", "cases", "scores", "agreement", "themes", "attrition", "answers"}
TAKEN |= {"problems and good practice", "theme pairs", "themes and scores"}
TAKEN |= {EVIDENCE.lower(), CODED.lower(), "cleaned texts"}
"""Names of sheets, in small letters: office programs tell no others apart."""

WORDS = "The words are the reviewers' own and can name people: treat them like the notes."
CASE, REVIEWER = Column("Case", width=14), Column("Reviewer", width=12)
BESIDE = Column("Evidence", width=13)


def single_cases(facts: Facts) -> list[Sheet]:
    """Return the sheets in the order of the tabs: cases and scores first, coded passages last."""
    trail = Trail(facts)
    scores = _scores(facts, trail)
    answers = _answers(facts, trail)
    entries, names = [], set(TAKEN)
    for repeated in facts.questions.repeated:
        name = _tab(repeated.title, names)
        names.add(name.lower())
        entries.append(_entries(trail, repeated, name))
    coded = _coded(facts, trail)
    return [_cases(facts), scores, answers, *entries, _evidence(facts, trail), coded]


def _tab(title: str, taken: Iterable[str]) -> str:
    """Return a sheet's name made from a title: short, without what names must not have, new."""
    plain = " ".join("".join(" " if c in "[]:*?/\\'" else c for c in title).split()) or "Entries"
    name, number = plain[:31].rstrip(), 2
    while name.lower() in taken:
        name = f"{plain[:27].rstrip()} {number}"
        number += 1
    return name


def first_coded(coded: Sheet) -> dict[Cell, int]:
    """Return by the label of each theme the first row of its coded passages."""
    found: dict[Cell, int] = {}
    for number, row in enumerate(coded.rows):
        found.setdefault(row[0], number)
    return found


class _Rows:
    """Rows as they are written, and the cells among them that lead somewhere."""

    def __init__(self, name: str, trail: Trail) -> None:
        self.name = name
        self.trail = trail
        self.rows: list[tuple[Cell, ...]] = []
        self.links: dict[tuple[int, int], Where] = {}

    def add(self, review_id: str, paths: Iterable[str], *cells: Cell) -> None:
        """Add a row about judgements of a review; its last column leads to their evidence."""
        paths = list(paths)
        told, there = self.trail.beside(review_id, paths)
        if there is not None:
            self.links[len(self.rows), len(cells) + 2] = there
        for path in paths:
            self.trail.homes.setdefault((review_id, path), (self.name, len(self.rows)))
        self.rows.append((*self.trail.of(review_id), *cells, told))


def _cases(facts: Facts) -> Sheet:
    rows = []
    for case in facts.cases.sort_values("case_id").itertuples():
        locked, assigned = facts.reviews.get(case.case_id, (0, 0))
        days = case.days_discharge_to_death
        rows.append(
            (
                case.case_id,
                CATEGORIES.get(case.category, case.category),
                None if days is None or days != days else int(days),
                SETTINGS.get(case.setting, case.setting),
                _reason(case),
                assigned,
                locked,
            )
        )
    return Sheet(
        name="Cases",
        title="Cases",
        notes=(
            "One row per death in the cohort, and why it is in. A case is named by its case id "
            "alone; the key to it stays in the study.",
        ),
        columns=(
            Column("Case", width=14),
            Column("Category", width=36),
            Column("Days from discharge to death", "integer", 14),
            Column("Setting", width=20),
            Column("Why it is in the cohort", width=64),
            Column("Reviews assigned", "integer", 11),
            Column("Reviews done", "integer", 10),
        ),
        rows=tuple(rows),
    )


def _reason(case: Any) -> str:
    """Return why a case is in, without the identifiers that the study itself keeps."""
    said = str(case.reason).replace(f"spell {case.index_spell_id}", "a spell")
    kept = (case.index_spell_id, case.person_id, case.death_id)
    return "" if any(str(identifier) in said for identifier in kept) else said


def _scores(facts: Facts, trail: Trail) -> Sheet:
    made = _Rows("Scores", trail)
    warn: set[tuple[int, int]] = set()
    for _, _, review_id in trail.reviews:
        items = trail.by_review[review_id]
        for phase in facts.phases:
            score = items.get(f"{phase.id}.score")
            if score is None:
                continue
            value = None if score.missing else int(score.value)
            if value in phase.poor:
                warn |= {(len(made.rows), 3), (len(made.rows), 4)}
            words = items.get(f"{phase.id}.judgement")
            made.add(
                review_id,
                (score.item, f"{phase.id}.judgement"),
                phase.title,
                value,
                "" if value is None else phase.labels.get(value, ""),
                trail.place(score.item).asked.reason(score.missing) if score.missing else "",
                "" if words is None or words.missing else str(words.value),
            )
    return Sheet(
        name=made.name,
        title="Scores and judgements",
        notes=(
            "One row per case, reviewer and phase of care, as locked and before any consensus. "
            f"{_scale_words(facts)} Reviewer 1 and 2 are the first and second reader of a case, "
            "not the same two people throughout.",
            WORDS,
        ),
        columns=(
            CASE,
            REVIEWER,
            Column("Phase of care", width=28),
            Column("Score", "integer", 8),
            Column("In words", width=12),
            Column("Why there is no score", width=22),
            Column("What the reviewer wrote", width=80),
            BESIDE,
        ),
        rows=tuple(made.rows),
        keys=3,
        warn=frozenset(warn),
        links=made.links,
    )


def _scale_words(facts: Facts) -> str:
    phase = facts.overall or (facts.phases[0] if facts.phases else None)
    if phase is None or not phase.labels:
        return ""
    worst, best = phase.levels[0], phase.levels[-1]
    shaded = " and ".join(str(level) for level in sorted(phase.poor))
    return (
        f"{worst} is {phase.labels[worst].lower()}, {best} is {phase.labels[best].lower()}; "
        f"{shaded} are shaded."
    )


def _answers(facts: Facts, trail: Trail) -> Sheet:
    """Everything else that was said, a row per answer."""
    made = _Rows("Answers", trail)
    elsewhere = {repeated.path for repeated in facts.questions.repeated}
    for _, _, review_id in trail.reviews:
        for path, judgement in trail.by_review[review_id].items():
            place = trail.place(path)
            done = (review_id, path) in trail.homes or place.repeated or path in elsewhere
            if done or not _is_said(judgement):
                continue
            reason = place.asked.reason(judgement.missing) if judgement.missing else ""
            said = None if judgement.missing else place.asked.say(judgement.value)
            made.add(review_id, (path,), place.asked.section, place.asked.label, said, reason)
    return Sheet(
        name=made.name,
        title="Answers to the other questions",
        notes=(
            "One row per question that was answered, or left out for a reason, in a review that "
            "is in. Scores and the words on each phase are on the sheet Scores; what was asked "
            "of each of several entries, such as problems, has a sheet of its own.",
            WORDS,
        ),
        columns=(
            CASE,
            REVIEWER,
            Column("Section", width=26),
            Column("Question", width=44),
            Column("Answer", width=60),
            Column("Why there is no answer", width=24),
            BESIDE,
        ),
        rows=tuple(made.rows),
        keys=4,
        links=made.links,
    )


def _is_said(judgement: Judgement) -> bool:
    """Say whether a reviewer answered, be it with a reason; a blank is no answer."""
    return judgement.missing in REASONS or not judgement.missing


def _entries(trail: Trail, repeated: Repeated, name: str) -> Sheet:
    made = _Rows(name, trail)
    for _, _, review_id in trail.reviews:
        said = trail.by_review[review_id]
        for number, entry_id in enumerate(trail.entries(review_id, repeated.path), 1):
            paths: list[str] = []
            cells: list[Cell] = []
            for asked in repeated.asked:
                question = asked.path.removeprefix(f"{repeated.path}.")
                path = f"{repeated.path}.{entry_id}.{question}"
                answer = said.get(path)
                paths.append(path)
                if answer is None or not _is_said(answer):
                    cells.append(None)
                else:
                    reason = answer.missing and f"[{asked.reason(answer.missing)}]"
                    cells.append(reason or asked.say(answer.value))
            made.add(review_id, paths, number, entry_id, *cells)
    return Sheet(
        name=name,
        title=repeated.title,
        notes=(
            f"One row per {repeated.entry}, as entered by the reviewer, in reviews that are in. "
            "In square brackets: why there is no answer. Empty: not asked, or left open.",
            WORDS,
        ),
        columns=(
            CASE,
            REVIEWER,
            Column("No.", "integer", 6),
            Column("Id", width=9),
            *(Column(asked.label, width=_width(asked.words)) for asked in repeated.asked),
            BESIDE,
        ),
        rows=tuple(made.rows),
        keys=4,
        links=made.links,
    )


def _width(words: Mapping[str, str]) -> float:
    """Words of its own need room; a choice as much as its options."""
    return min(36, max(14, *map(len, words.values()))) if len(words) > 1 else 36


def _evidence(facts: Facts, trail: Trail) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    links: dict[tuple[int, int], Where] = {}
    for one in trail.evidence:
        if there := trail.homes.get((one.review_id, one.item)):
            links[len(rows), 2] = there
        rows.append(
            (
                *trail.of(one.review_id),
                trail.name(one.review_id, one.item),
                facts.documents.get(one.document, one.document),
                one.page,
                one.text,
                f"{one.start + 1} to {one.end}",
                one.document,
                one.sha256,
            )
        )
    return Sheet(
        name=EVIDENCE,
        title="Evidence: passages of the notes beside the judgements",
        notes=(
            "One row per passage that a reviewer laid beside an answer, as it stands in the "
            "document. The question leads back to the answer. Nothing here opens the notes: "
            "whoever may read them finds the passage by document and page.",
            "The passages are words of the notes and can name people: treat them like the notes.",
        ),
        columns=(
            CASE,
            REVIEWER,
            Column("Question", width=32),
            Column("Document", width=26),
            Column("Page", "integer", 7),
            Column("Passage", width=64),
            Column("Characters of the page", width=12),
            Column("Id of the document", width=14),
            Column("SHA-256 of the document's text", width=20),
        ),
        rows=tuple(rows),
        keys=5,
        links=links,
    )


def _coded(facts: Facts, trail: Trail) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    links: dict[tuple[int, int], Where] = {}
    for one in trail.coded:
        review_id, item = one.judgement.review_id, one.judgement.item
        told, there = trail.beside(review_id, (item,))
        if there is not None:
            links[len(rows), 7] = there
        if home := trail.homes.get((review_id, item)):
            links[len(rows), 3] = home
        rows.append(
            (
                facts.theme_labels.get(one.theme, one.theme),
                *trail.of(review_id),
                trail.name(review_id, item),
                "The text was changed after it was coded." if one.words is None else one.words,
                POLARITIES.get(one.polarity),
                one.coders,
                told,
            )
        )
    return Sheet(
        name=CODED,
        title="The words in which themes were found",
        notes=(
            "One row per passage of a reviewer's words that a person found a theme in: what the "
            "sheet Themes counts, in cases. The question leads to the whole judgement, the last "
            "column to the passages of the notes beside it.",
            WORDS,
        ),
        columns=(
            Column("Theme", width=30),
            CASE,
            REVIEWER,
            Column("Question", width=34),
            Column("Words", width=72),
            Column("What they show", width=14),
            Column("Coders", "integer", 9),
            BESIDE,
        ),
        rows=tuple(rows),
        keys=4,
        links=links,
    )
