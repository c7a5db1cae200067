"""What is done to the record while the service is down: open it, assign, import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lltic.clock import Clock, system_clock, to_text
from lltic.definitions import Loaded, load
from lltic.form import load_form
from lltic.records import Assignment, Event, to_plain
from lltic.reviews.record.events import Draft
from lltic.reviews.record.opening import writing
from lltic.reviews.record.store import EventStore
from lltic.reviews.state import INDEPENDENT, LOCKED, OFFERED, REPEAT, ReviewState, State, replay
from lltic.study import Study

__all__ = ["assign", "assign_again", "readings_again", "register", "writing"]


def register(
    store: EventStore, kind: str, plain: dict[str, Any], digest: str, at: str
) -> list[Draft]:
    """Return the draft that puts a whole definition on record, or nothing when it is there."""
    for event in store.read():
        if event.kind == "defined" and event.definition_hash == digest:
            return []
    name = f":defined:{digest[:32]}"
    return [
        Draft(
            name,
            at,
            "system",
            "administrator",
            "",
            "defined",
            field=kind,
            value=plain,
            definition_hash=digest,
        )
    ]


def assign(
    study: Study,
    assignments: Iterable[Assignment],
    clock: Clock = system_clock,
    barred: Mapping[str, Mapping[str, Iterable[str]]] | None = None,
) -> list[Event]:
    """Put assignments, and the definitions they are made under, on record.

    One without a reviewer is a place that is offered: the first person takes it who may. A
    place that is on offer is given to the reviewer its assignment names; other assignments
    that are there already are left alone.

    Parameters
    ----------
    barred : mapping, optional
        By case, who may not read it and by which declared conflicts of interest; it takes
        the place of what was declared for these cases before.

    Raises
    ------
    LlticError
        ``no-such-account`` for reviewers who cannot log in.
    """
    from lltic.reviews.accounts import Accounts, require

    assignments = list(assignments)
    require(Accounts(study.keys, clock), sorted({a.reviewer for a in assignments} - {""}))
    at = to_text(clock())
    definitions = _definitions(study, assignments)
    with writing(study) as store:
        state = replay(store.read())
        drafts = _declared(state, barred or {}, at)
        waiting = {r.review_id for r in state.reviews.values() if r.status == OFFERED}
        new = [a for a in assignments if a.review_id not in state.reviews]
        given = [a for a in assignments if a.reviewer and a.review_id in waiting]
        if new:
            drafts += _drafts(store, new, definitions, at)
        drafts += [_giving(a, state.reviews[a.review_id].form_hash, at) for a in given]
        return store.append(drafts) if drafts else []


def assign_again(
    study: Study, wanted: Iterable[tuple[str, str]], clock: Clock = system_clock
) -> list[Event]:
    """Give readers cases that they have read to read once more, by the form of the first reading.

    Parameters
    ----------
    wanted : iterable of (reviewer, case_id)
        A reading that is not in, or was repeated before, is left alone.
    """
    with writing(study) as store:
        drafts = readings_again(replay(store.read()), wanted, to_text(clock()))
        return store.append(drafts) if drafts else []


def readings_again(state: State, wanted: Iterable[tuple[str, str]], at: str) -> list[Draft]:
    """Return what gives these second readings, of first readings that are in."""
    asked = set(wanted)
    firsts = [
        r
        for r in state.reviews.values()
        if (r.reviewer, r.case_id) in asked
        and (r.kind, r.status) == (INDEPENDENT, LOCKED)
        and r.review_id not in state.cases[r.case_id].repeats
    ]
    return [_again(first, at) for first in sorted(firsts, key=lambda r: r.review_id)]


def _again(first: ReviewState, at: str) -> Draft:
    review_id = f"{first.case_id}-{REPEAT}_{first.position}"
    value = {
        "kind": REPEAT,
        "repeats": first.review_id,
        "reviewer": first.reviewer,
        "form": first.form,
    }
    return Draft(
        op_id=f":assigned:{review_id}",
        at=at,
        actor="system",
        role="coordinator",
        organisation="",
        kind="assigned",
        case_id=first.case_id,
        review_id=review_id,
        value=value,
        definition_hash=first.form_hash,
    )


def _declared(
    state: State, barred: Mapping[str, Mapping[str, Iterable[str]]], at: str
) -> list[Draft]:
    """Return who may not read what, where that is not on record as it stands."""
    found = []
    for case_id, people in sorted(barred.items()):
        plain = {name: list(rules) for name, rules in sorted(people.items())}
        erased = case_id in state.cases and state.cases[case_id].erased
        if erased or plain == state.barred.get(case_id, {}):
            continue
        # Named by how long the record was: declared again later, it is another declaration.
        name = f":barred:{case_id}:{state.seq}"
        value = {"people": plain}
        found.append(
            Draft(name, at, "system", "coordinator", "", "barred", case_id=case_id, value=value)
        )
    return found


def _giving(assignment: Assignment, form_hash: str, at: str) -> Draft:
    return Draft(
        op_id=f":given:{assignment.review_id}",
        at=at,
        actor="system",
        role="coordinator",
        organisation="",
        kind="given",
        case_id=assignment.case_id,
        review_id=assignment.review_id,
        value={"reviewer": assignment.reviewer, "discipline": assignment.discipline},
        definition_hash=form_hash,
    )


def _definitions(
    study: Study, assignments: Iterable[Assignment]
) -> dict[tuple[str, str], Loaded[Any]]:
    """Load everything the assignments are made under, before the record is touched."""
    found: dict[tuple[str, str], Loaded[Any]] = {}
    wanted = sorted({a.form for a in assignments})
    while wanted:  # a form, and those that its answers may call for
        name = wanted.pop(0)
        if ("form", name) not in found:
            found["form", name] = load_form(name, study.path)
            wanted += [t.form for t in found["form", name].model.triggers if t.form]
    book = study.settings.codebook
    if book:
        found["codebook", book] = load("codebook", book, dict, study.path)
    return found


def _drafts(
    store: EventStore,
    assignments: Iterable[Assignment],
    definitions: Mapping[tuple[str, str], Loaded[Any]],
    at: str,
) -> list[Draft]:
    drafts: list[Draft] = []
    for (kind, _), loaded in definitions.items():
        drafts += register(store, kind, to_plain(loaded.model), loaded.hash, at)
    for assignment in assignments:
        kind = "assigned" if assignment.reviewer else "offered"
        value = {
            "position": assignment.position,
            "form": assignment.form,
            "discipline": assignment.discipline,
        }
        if assignment.reviewer:
            value["reviewer"] = assignment.reviewer
        drafts.append(
            Draft(
                op_id=f":{kind}:{assignment.review_id}",
                at=at,
                actor="system",
                role="coordinator",
                organisation="",
                kind=kind,
                case_id=assignment.case_id,
                review_id=assignment.review_id,
                value=value,
                definition_hash=definitions["form", assignment.form].hash,
            )
        )
    return drafts
