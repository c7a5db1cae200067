"""``lltic demo``: a complete make-believe study, with the truth known.

The one place that walks the whole path at once: synthetic extract, cohort,
sample, assignments, and the reviews and codings that invented people made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show
from lltic.clock import to_text
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.records import Assignment, Case
    from lltic.reviews.people import Person
    from lltic.sources.synthetic import SyntheticReview, SyntheticTrust

__all__ = ["PASSWORD", "demo", "logins", "make_demo"]

PASSWORD = "learning-from-deaths"  # noqa: S105 - a demo's, printed on the screen
CODER = "cora.lindqvist"
ADJUDICATOR = "noor.salem"
LOGINS = (
    ("amira.khan", "reviewer, general practice"),
    ("ben.okoro", "reviewer, hospital"),
    (CODER, "theme coder: open /coding"),
    ("iris.novak", "coordinator"),
    (ADJUDICATOR, "adjudicator"),
)
TITLE = "Deaths of September 2026"
SUPPORT = "Staff support: extension 4040, day and night (invented)."
ASSIGNED_AT = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)
PRINTED = 3
"""Cases whose medical notes are a PDF, as most notes are."""

LEFT_TO_CODE = 4
"""Cases whose texts nobody has coded yet, so that there is something to try."""

Step = tuple["Person", dict[str, Any], str]


def logins() -> list[str]:
    """Return the demo's log-ins as lines to print."""
    return [f"  {name} / {PASSWORD}   ({what})" for name, what in LOGINS]


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seed", default=2026, show_default=True, help="Another seed, another trust.")
@json_option
def demo(directory: Path, seed: int, as_json: bool) -> None:
    """Make a complete synthetic study in DIR, with known truth.

    20,000 spells, some 460 deaths of which 400 are cases, written case notes, two reviewers
    per case. Nobody in it exists.

    Example: lltic demo demo
    """
    study = make_demo(directory, seed)
    show({"study": str(study.path)}, [str(study.path)], as_json=as_json)


def make_demo(directory: Path, seed: int, reviews_url: str = "") -> Study:
    """Make the synthetic study; the same seed makes the same cohort, reviews and record.

    Parameters
    ----------
    directory : Path
        A new or empty folder.
    seed : int
        Of the trust, of the study's key and so of the case ids.
    reviews_url : str
        An empty PostgreSQL database for the record; a file in the study when not given.
    """
    from lltic.cli.allocation import put_on_worklists
    from lltic.cli.sampling import draw_sample
    from lltic.cohort import build
    from lltic.sources import synthetic

    key = hashlib.sha256(f"lltic demo {seed}".encode()).digest()
    study = Study.init(directory, title=TITLE, synthetic=True, support=SUPPORT, key=key)
    if reviews_url:
        with (study.path / "study.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[reviews]\nurl = "{reviews_url}"\n')
    trust = synthetic.generate(seed)
    synthetic.write(study, trust)
    synthetic.put_on_paper(study, _on_paper(trust))
    cases = {case.person_id: case for case in build(study).cases}
    draw_sample(study)
    people = _add_people(study, trust)
    assignments = _assignments(study, trust, cases, people)
    put_on_worklists(study, assignments, clock=lambda: ASSIGNED_AT)
    _record(study, trust, cases, people)
    return study


def _on_paper(trust: SyntheticTrust) -> dict[str, str]:
    """Return which documents of the demo's own cases are no plain texts, and what they are."""
    own = [c.person_id for c in trust.open_cases if LOGINS[0][0] in c.reviewers]
    rows = trust.tables["documents"]
    rows = rows[rows["person_id"].isin(own)].sort_values("document_id")
    printed = rows[rows["title"] == "Medical notes"]
    kinds = dict.fromkeys(printed["document_id"].head(PRINTED), "pdf")
    for kind, original in (("letter", "docx"), ("gp_record", "png")):
        kinds |= dict.fromkeys(rows[rows["kind"] == kind]["document_id"].head(1), original)
    return kinds


def _add_people(study: Study, trust: SyntheticTrust) -> dict[str, Person]:
    """Give every invented person an account; return them by name."""
    from lltic.reviews.accounts import Accounts
    from lltic.reviews.people import Person
    from lltic.sources.synthetic.names import ACUTE, GENERAL_PRACTICE

    sides = {GENERAL_PRACTICE: "primary_care", ACUTE: "secondary_care"}
    people = {
        p.name: Person(p.name, p.label, p.organisation, p.roles, sides.get(p.organisation, ""))
        for p in trust.people
    }
    label = "Dr Noor Salem, medical examiner"
    people[ADJUDICATOR] = Person(ADJUDICATOR, label, "Soar Valley", ("adjudicator",))
    accounts = Accounts(study.keys)
    for person in people.values():
        accounts.add(person, PASSWORD)
    return people


def _assignments(
    study: Study, trust: SyntheticTrust, cases: Mapping[str, Case], people: Mapping[str, Person]
) -> list[Assignment]:
    """Give the cases to their readers; the last one of the demo's own is read jointly."""
    from lltic.records import Assignment

    readers = [(r.person_id, r.position, r.reviewer) for r in trust.reviews()]
    for case in trust.open_cases:
        readers += [(case.person_id, n, name) for n, name in enumerate(case.reviewers, 1)]
    form = study.settings.form
    found = []
    for person_id, position, name in readers:
        case_id = cases[person_id].case_id
        found.append(Assignment(f"{case_id}-{position}", case_id, name, position, form))
    own = {cases[c.person_id].case_id for c in trust.open_cases if LOGINS[0][0] in c.reviewers}
    joint = [a for a in found if a.case_id == max(own)]
    found = [a for a in found if a not in joint]
    found += [
        replace(a, form="lltic_joint", discipline=people[a.reviewer].discipline) for a in joint
    ]
    return sorted(found, key=lambda a: (a.case_id, a.position))


def _record(
    study: Study, trust: SyntheticTrust, cases: Mapping[str, Case], people: Mapping[str, Person]
) -> None:
    """Put the reviews and the codings of the invented people on record, in order of time."""
    from lltic.reviews.admin import writing
    from lltic.reviews.bulk import record

    reviews = trust.reviews()
    steps = [s for review in reviews for s in _review_steps(review, cases, people)]
    steps.sort(key=lambda step: step[2])
    done = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    with writing(study) as store:
        record(store, [*steps, *_coding_steps(study, reviews, cases, people[CODER], done)])


def _review_steps(
    review: SyntheticReview, cases: Mapping[str, Case], people: Mapping[str, Person]
) -> Iterator[Step]:
    case_id = cases[review.person_id].case_id
    review_id = f"{case_id}-{review.position}"
    person = people[review.reviewer]
    common = {"review_id": review_id, "case_id": case_id}
    pause = (review.submitted_at - review.started_at) / (len(review.answers) + 1)
    for number, (field, answer) in enumerate(review.answers.items(), 1):
        operation = {
            **common,
            "op_id": f"demo-{review_id}-{number:02}",
            "kind": "answer",
            "field": field,
            "value": dict(answer),
            "base_version": 0,
        }
        yield person, operation, to_text(review.started_at + number * pause)
    operation = {**common, "op_id": f"submit-{review_id}", "kind": "submit"}
    yield person, operation, to_text(review.submitted_at)


def _coding_steps(
    study: Study,
    reviews: list[SyntheticReview],
    cases: Mapping[str, Case],
    coder: Person,
    start: datetime,
) -> Iterator[Step]:
    """The codings a careful coder would make: the passages that are known to tell a theme."""
    from lltic.themes import load_codebook

    digest = load_codebook(study.settings.codebook, study.path).hash
    last = list(dict.fromkeys(review.person_id for review in reversed(reviews)))[:LEFT_TO_CODE]
    at = start
    for review in reviews:
        if review.person_id in last:
            continue
        case_id = cases[review.person_id].case_id
        review_id = f"{case_id}-{review.position}"
        common = {"review_id": review_id, "case_id": case_id}
        for number, coding in enumerate(review.codings, 1):
            at += timedelta(seconds=20)
            passage = {"start": coding.start, "end": coding.end, "polarity": coding.polarity}
            operation = {
                **common,
                "op_id": f"demo-code-{review_id}-{number:02}",
                "kind": "code",
                "field": coding.item,
                "value": {"theme": coding.theme, **passage, "codebook_hash": digest},
            }
            yield coder, operation, to_text(at)
        at += timedelta(seconds=20)
        operation = {**common, "op_id": f"demo-coded-{review_id}", "kind": "coding_done"}
        yield coder, operation, to_text(at)
