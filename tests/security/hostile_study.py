"""A study in which every text that a person can give holds every script payload."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count, cycle
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from many_sided_study import joint_answers
from small_study import COMPLETE, PASSWORD, TickingClock

from lltic.clock import to_text
from lltic.definitions import read_yaml
from lltic.form import load_form
from lltic.records import Assignment
from lltic.reviews import admin, bulk
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.study import Study
from lltic.themes import load_codebook

__all__ = ["ALONE", "DIFFERING", "JOINT", "LAST", "SERIOUS", "HostileStudy", "make_hostile"]

ROOT = Path(__file__).resolve().parents[2]
ALONE, DIFFERING, JOINT, LAST = (f"AAAAA-0000{n}" for n in range(1, 5))
SERIOUS = tuple(f"BBBBB-{n:05}" for n in range(1, 8))
GIVEN_BACK = tuple(f"CCCCC-{n:05}" for n in range(1, 7))
REASON, SHORT = 2000, 500  # characters that a reason and a note on an escalation may have

DEFINED_TEXTS = {"title", "label", "hint", "caption", "means", "says"}
CODED_TEXTS = {"label", "definition", "example", "note", "title", "source"}


@dataclass
class HostileStudy:
    """The study, and what was put into it."""

    study: Study
    payloads: Sequence[str]
    people: dict[str, Person]
    escalations: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def text_items(self) -> tuple[str, ...]:
        """The free texts of the form."""
        return load_form("hostile", self.study.path).model.text_items()

    @property
    def everything(self) -> str:
        """All payloads as one text."""
        return "\n".join(self.payloads)

    def packed(self, limit: int) -> list[str]:
        """All payloads as texts of at most so many characters, none of them parted."""
        packed = [""]
        for payload in (one.replace("\0", "") for one in self.payloads):  # refused by the record
            longer = f"{packed[-1]}\n{payload}" if packed[-1] else payload
            if len(longer) > limit:
                packed.append(payload)
            else:
                packed[-1] = longer
        return packed


def _call(study: Study, person: Person) -> None:
    """Name somebody as our own commands refuse to: whoever writes the file can."""
    with closing(sqlite3.connect(study.keys / "accounts.db")) as accounts, accounts:
        told = (person.label.replace("\0", ""), person.organisation, person.name)
        accounts.execute("UPDATE people SET label = ?, organisation = ? WHERE name = ?", told)


def make_hostile(path: Path, payloads: Sequence[str]) -> HostileStudy:
    """Make the study: reviews to write, to settle, to agree on, to code and to escalate."""
    clock = TickingClock()
    study = Study.init(path, title="Hostile", key=b"k" * 32)
    text = "\n".join(payloads)
    people = {
        name: Person(name, f"{name}\n{text}", text.replace("\0", ""), roles, side)
        for name, roles, side in (
            ("amira", ("reviewer",), "primary_care"),
            ("ben", ("reviewer",), "secondary_care"),
            ("ada", ("adjudicator",), ""),
            ("cora", ("coordinator",), ""),
            ("cody", ("coder",), ""),
        )
    }
    accounts = Accounts(study.keys, clock, PasswordHasher(time_cost=1, memory_cost=64))
    for person in people.values():
        accounts.add(replace(person, label="", organisation=""), PASSWORD)
        _call(study, person)
    _settings(study, text)
    _definitions(study, payloads)
    _notes(study, text)
    made = HostileStudy(Study.open(path), payloads, people)
    _assign(made, clock)
    with admin.writing(made.study) as store:
        bulk.record(store, _first(made, clock))
        told = [e for e in store.read() if e.kind == "escalated"]
        bulk.record(store, _afterwards(made, told, clock))
    return made


def _settings(study: Study, text: str) -> None:
    quoted = json.dumps(f"Study\n{text}")
    (study.path / "study.toml").write_text(
        f'title = {quoted}\nsupport = {quoted}\nform = "hostile"\ncodebook = "hostile"\n'
    )


def _definitions(study: Study, payloads: Sequence[str]) -> None:
    """Give every word of a form and of a codebook a payload at its end."""
    each = cycle(payloads)

    def laced(data: Any, keys: set[str]) -> Any:
        if isinstance(data, dict):
            return {
                key: f"{value} {next(each)} {next(each)}"
                if key in keys and isinstance(value, str)
                else laced(value, keys)
                for key, value in data.items()
            }
        return [laced(one, keys) for one in data] if isinstance(data, list) else data

    form = laced(read_yaml(ROOT / "review_forms" / "sjr.yml"), DEFINED_TEXTS)
    book = laced(read_yaml(ROOT / "codebooks" / "lltic-12.yml"), CODED_TEXTS)
    book["codes"][0] |= {"include": ["\n".join(payloads)], "exclude": ["\n".join(payloads)]}
    for folder, data in (("review_forms", form), ("codebooks", book)):
        text = json.dumps({**data, "name": "hostile"})
        (study.path / folder / "hostile.yml").write_text(text)


def _notes(study: Study, text: str) -> None:
    book = {}
    for case in (ALONE, DIFFERING, JOINT, LAST, *SERIOUS, *GIVEN_BACK):
        said = text if case == ALONE else "nothing of note"
        book[case] = {
            "banner": [["Case", case], [f"Name {said}", said], ["Died", said]],
            "summary": said,
            "journey": [
                {"label": said, "kind": "acute", "start": "2026-09-02", "end": "2026-09-11"}
            ],
            "died_on": "2026-09-28",
            "documents": [
                {
                    "id": f"doc-{case}",
                    "title": said,
                    "kind": "medical_notes",
                    "organisation": said,
                    "date": "2026-09-02",
                    "pages": 2,
                }
            ],
        }
        page = said.replace("\f", " ")  # where a document's pages part
        (study.documents / f"doc-{case}.txt").write_text(f"{page}\f{page}", newline="")
    (study.cohort / "casebook.json").write_text(json.dumps(book))


def _assign(made: HostileStudy, clock: TickingClock) -> None:
    pairs = [
        Assignment(f"{case}-{n}", case, name, n, "hostile")
        for case in (ALONE, DIFFERING, LAST, *SERIOUS, *GIVEN_BACK)
        for n, name in enumerate(("amira", "ben"), 1)
    ]
    pairs += [
        Assignment(f"{JOINT}-{n}", JOINT, name, n, "lltic_joint", made.people[name].discipline)
        for n, name in enumerate(("amira", "ben"), 1)
    ]
    admin.assign(made.study, pairs, clock)


# -- what people do -----------------------------------------------------------------------------

Step = tuple[Person, dict[str, Any], str]


class _Deeds:
    """Makes operations of one person after the other."""

    def __init__(self, made: HostileStudy, clock: TickingClock, prefix: str) -> None:
        self._made, self._clock, self._prefix, self._ids = made, clock, prefix, count(1)

    def __call__(self, name: str, kind: str, review: str = "", case: str = "", **more: Any) -> Step:
        operation = {
            "op_id": f"{self._prefix}-{next(self._ids):06}",
            "kind": kind,
            "review_id": review,
            "case_id": case or review.rpartition("-")[0],
            **more,
        }
        return self._made.people[name], operation, to_text(self._clock())

    def review(self, name: str, review: str, answers: dict[str, Any]) -> Iterator[Step]:
        for path, value in answers.items():
            yield self(name, "answer", review, field=path, value=value, base_version=0)
        yield self(name, "submit", review)


def _answers(made: HostileStudy, **change: Any) -> dict[str, Any]:
    """Return a whole review whose every free text holds everything."""
    change = {key.replace("__", "."): value for key, value in change.items()}
    texts = {path: {"value": made.everything} for path in made.text_items}
    given = {**COMPLETE, **texts, **change}
    return {path: value for path, value in given.items() if value is not None}


def _first(made: HostileStudy, clock: TickingClock) -> Iterator[Step]:
    do = _Deeds(made, clock, "first")
    unwell = {"problems__any": {"value": "no"}, "problems__types": None}
    harmless = {**unwell, "problems__monitoring__harm": None}
    yield from list(do.review("amira", f"{ALONE}-1", _answers(made)))[:-1]
    yield from do.review("amira", f"{DIFFERING}-1", _answers(made, **harmless))
    yield from do.review(
        "ben", f"{DIFFERING}-2", _answers(made, overall__score={"value": 5}, **harmless)
    )
    yield from do.review("amira", f"{LAST}-1", _answers(made, **harmless))
    for case in SERIOUS:
        whole = _answers(made) if case == SERIOUS[0] else COMPLETE
        for n, name in enumerate(("amira", "ben"), 1):
            yield from do.review(name, f"{case}-{n}", {**whole, "overall.score": {"value": 2}})
    for n, (name, side) in enumerate((("amira", "primary_care"), ("ben", "secondary_care")), 1):
        answers = joint_answers(side, 3 + n % 2)
        said = {"value": f"{side}\n{made.everything}"}
        answers = {path: said if "judgement" in path else a for path, a in answers.items()}
        yield from do.review(name, f"{JOINT}-{n}", answers)
    yield do("ada", "take", case=DIFFERING, value={"kind": "adjudication"})
    yield do("ada", "take", case=SERIOUS[0], value={"kind": "stage_2"})
    for path in ("overall.judgement", "avoidability.judgement"):
        value = {"value": made.everything}
        review = f"{SERIOUS[0]}-stage_2"
        yield do("ada", "answer", review, field=path, value=value, base_version=0)


def _afterwards(made: HostileStudy, told: Sequence[Any], clock: TickingClock) -> Iterator[Step]:
    """Yield what takes a reason or a note: each payload in each of them."""
    do = _Deeds(made, clock, "afterwards")
    for number, reason in enumerate(made.packed(REASON)):
        given_back = GIVEN_BACK[number]
        yield do("cora", "break_blind", f"{ALONE}-1", reason=reason)
        yield do("cora", "reopen", f"{LAST}-1", reason=reason)
        yield do("amira", "submit", f"{LAST}-1")
        yield do("amira", "hand_back", f"{given_back}-1", reason=reason)
        offer = {"offer_again": False}
        yield do("cora", "withdraw", f"{given_back}-2", value=offer, reason=reason)
    notes = made.packed(SHORT)
    assert len(notes) <= len(told), (len(notes), len(told))
    for event, note in zip(told, notes, strict=False):
        keys = ("to", "acknowledged_by", "incident")
        value = dict.fromkeys(keys, note)
        made.escalations[event.op_id] = {"case": event.case_id, "note": note}
        yield do(
            "cora",
            "escalation_update",
            case=event.case_id,
            field=event.op_id,
            value=value,
            base_version=0,
        )
    book = load_codebook("hostile", made.study.path)
    for case in SERIOUS[:2]:
        for review in (f"{case}-1", f"{case}-2"):
            for theme in book.model.themes:
                value = {"theme": theme, "start": 0, "end": 9, "codebook_hash": book.hash}
                yield do("cody", "code", review, field="overall.judgement", value=value)
            yield do("cody", "coding_done", review)
