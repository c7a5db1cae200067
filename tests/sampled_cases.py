"""Cases and plans for tests of sampling, made from as little as they need."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lltic.definitions import Loaded
from lltic.records import Case
from lltic.sampling import Plan


def case(case_id: str, **facts) -> Case:
    """Return a case; what a test does not name is the same for all."""
    known = {
        "person_id": f"p-{case_id}",
        "death_id": f"d-{case_id}",
        "category": "in_hospital",
        "index_spell_id": f"s-{case_id}",
        "provider_id": "RXX",
        "setting": "acute",
        "specialty": "300",
        "admitted_on": date(2016, 9, 30),
        "discharged_on": None,
        "died_on": date(2016, 10, 3),
        "days_discharge_to_death": None,
        "age_at_death": 80,
        "sex": "F",
        "rules": (),
        "reason": "",
        "definition": "made v1",
        "definition_hash": "h",
    }
    return Case(case_id=case_id, **(known | facts))


def cases(n: int, prefix: str = "C", **facts) -> list[Case]:
    return [case(f"{prefix}{i:03}", **facts) for i in range(n)]


def plan(method: str = "simple", **said) -> Loaded[Plan]:
    model = Plan("p", "1", "P", "Ours", method, **said)
    return Loaded("sampling plan", "p", "1", "h" * 64, Path("p.yml"), model)


def drawn(sample) -> set[str]:
    return {c.case_id for c in sample.cases}
