"""An allocation as data and in sentences: the manifest, and why a case is read by whom.

The manifest holds account names, case ids and rules; nothing of what a conflict hangs on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lltic.allocation.giving import Allocation
from lltic.allocation.people import OUT, CaseToRead, Reviewer
from lltic.allocation.plan import AllocationPlan
from lltic.allocation.readings import Reading
from lltic.allocation.tables import pairs
from lltic.wording import number_of

__all__ = ["explained", "manifest", "notes"]


FACTS: Mapping[str, tuple[str, str]] = {
    "own-ward": ("wards", "ward"),
    "own-organisation": ("organisations", "provider_id"),
    "own-practice": ("practices", "practice_id"),
}
"""What a reviewer says for a conflict, and what of the case it is laid beside."""


def manifest(
    allocation: Allocation, people: Iterable[Reviewer], plan: AllocationPlan, plan_hash: str
) -> dict[str, Any]:
    """Return an allocation as plain data: what was asked, what was given, and every reason."""
    met = pairs(allocation.assignments)
    avoided = Counter(
        rule for out in allocation.barred.values() for rules in out.values() for rule in rules
    )
    asked = ("reading", "form", "readers", "overlap", "calibration", "repeats", "repeat_after_days")
    return {
        "seed": allocation.seed,
        "plan": f"{plan.name} v{plan.version}" if plan.name else "",
        "plan_hash": plan_hash,
        "asked": {key: getattr(plan, key) for key in asked} | {"conflicts": list(plan.conflicts)},
        "reviewers": _reviewers(allocation, people),
        "pairs": {"names": list(met.rows), "counts": [list(row) for row in met.counts]},
        "conflicts": dict(sorted(avoided.items())),
        "cases": {reading.case_id: _case(reading) for reading in allocation.readings},
        "repeats": {
            "planned": [list(pair) for pair in allocation.repeats],
            "before": [list(pair) for pair in allocation.before],
            "given": [list(pair) for pair in allocation.again],
        },
        "left_over": [problem.as_dict() for problem in allocation.problems],
        "against": [list(one) for one in allocation.against],
    }


def _reviewers(allocation: Allocation, people: Iterable[Reviewer]) -> list[dict[str, Any]]:
    loads = Counter(a.reviewer for a in allocation.assignments)
    new = Counter(a.reviewer for a in allocation.new)
    return [
        {
            "name": who.name,
            "discipline": who.discipline,
            "available": who.available,
            "limit": who.limit,
            "new": new[who.name],
            "all": loads[who.name],
            "elsewhere": who.elsewhere,
        }
        for who in sorted(people, key=lambda who: who.name)
    ]


def _case(reading: Reading) -> dict[str, Any]:
    return {
        "stratum": reading.stratum,
        "everybody": reading.everybody,
        "kept": list(reading.kept),
        "given": list(reading.given),
        "waiting": reading.waiting,
        "spare": list(reading.spare),
        "out": {name: list(rules) for name, rules in sorted(reading.out.items())},
    }


def explained(case_id: str, said: Mapping[str, Any]) -> list[str]:
    """Return why a case is read by whom, from its manifest, in sentences.

    Raises
    ------
    KeyError
        When the case is not in it.
    """
    case = said["cases"][case_id]
    lines = []
    if case["kept"]:
        lines.append(f"Read before this run by {_and(case['kept'])}; that stays.")
    if case["given"]:
        ways = "everybody reads it" if case["everybody"] else "even workloads, mixed pairs, by lot"
        among = len(case["given"]) + len(case["spare"])
        given = _and(case["given"])
        lines.append(f"Given to {given}, out of {among} who may read it: {ways} ({_seed(said)}).")
    if case["waiting"]:
        waiting = number_of(case["waiting"], "place waits", "places wait")
        lines.append(f"{waiting} for somebody who may read it.")
    if not lines:
        lines.append("Nobody was asked for.")
    if case["spare"]:
        lines.append(f"Might have been asked as well: {_and(case['spare'])}.")
    for name, rules in case["out"].items():
        words = ", and ".join(f"{OUT[rule]} ({rule})" for rule in rules)
        lines.append(f"Not {name}: {words}.")
    return lines


def _seed(said: Mapping[str, Any]) -> str:
    plan = f"{said['plan']}, " if said["plan"] else ""
    return f"{plan}seed {said['seed']}"


def notes(
    cases: Sequence[CaseToRead],
    people: Sequence[Reviewer],
    plan: AllocationPlan,
    allocation: Allocation,
) -> list[str]:
    """Return what the reader of a summary should know: what could not be looked at, what is not.

    A ward that is misspelt in a plan keeps nobody from anything, so what meets no case is said.
    """
    found: list[str] = []
    for rule, (says, _) in FACTS.items():
        if rule in plan.conflicts and any(getattr(who, says) for who in people):
            found += _not_met(rule, cases, people)
    if "own-patient" in plan.conflicts:
        ids = {known for case in cases for known in (case.case_id, case.person_id)}
        for who in people:
            named = set(who.patients)
            if strange := named - ids:
                missed = f"patients {len(strange)} of {len(named)}"
                found.append(
                    f"own-patient: named by {who.name}, in no case of the sample: {missed}."
                )
    if plan.reading == "joint" and (begun := sum(_has_no_side(case) for case in cases)):
        one = "case was begun with readers of no side; it stays as it is."
        many = "cases were begun with readers of no side; they stay as they are."
        found.append(number_of(begun, one, many))
    if outside := [f"{who.name} {who.elsewhere}" for who in people if who.elsewhere]:
        found.append(f"Work and limits count reviews outside the sample: {', '.join(outside)}.")
    if allocation.against:
        found.append(
            f"{len(allocation.against)} reviews that were given before are against a declared "
            "conflict of interest. A coordinator can withdraw them."
        )
    if allocation.repeats:
        before, now = len(allocation.before), len(allocation.again)
        later = len(allocation.repeats) - before - now
        said = f"Second readings by the same person: given now {now}, before {before}"
        when = f"{plan.repeat_after_days} days after the first is in, when this is run again"
        never = "never of a case whose reader has seen others' judgements of it"
        found.append(f"{said}, later {later}: {when}; {never}." if later else f"{said}.")
    return found


def _not_met(rule: str, cases: Sequence[CaseToRead], people: Sequence[Reviewer]) -> Iterator[str]:
    """Yield what was declared for a rule and meets no case, and how many cases are silent."""
    says, fact = FACTS[rule]
    known = {_plain(getattr(case, fact)) for case in cases}
    strange = [
        (who, [value for value in getattr(who, says) if _plain(value) not in known])
        for who in people
    ]
    if rule == "own-organisation":
        # An account's organisation is a name for people; it need not be a provider's code.
        names = [
            who.name for who, values in strange if values and set(values) == set(who.organisations)
        ]
        if names:
            hint = "A plan can give the provider's code."
            yield f"{rule}: no case is of an organisation of {', '.join(names)}. {hint}"
    else:
        for who, values in strange:
            for value in values:
                yield f"{rule}: no case of the sample is of {value!r} ({who.name})."
    if silent := sum(not getattr(case, fact).strip() for case in cases):
        where = number_of(silent, "case")
        yield f"{rule}: could not be looked at for {where}; the extract is silent."


def _has_no_side(case: CaseToRead) -> bool:
    return any(not place.discipline for place in case.standing)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
