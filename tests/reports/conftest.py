"""Hand-made facts: forty cases, two readers, three themes."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from lltic.agreement import agreement_table
from lltic.measures import profile, wilson
from lltic.records import Judgement
from lltic.reports import Facts, Phase
from lltic.themes import ThemePrevalence

CARE = {1: "Very poor", 2: "Poor", 3: "Adequate", 4: "Good", 5: "Excellent"}
PHASES = (
    Phase("admission", "Admission and first day", CARE),
    Phase("overall", "Overall care", CARE),
)


def judgement(case: int, position: int, item: str, value: object, missing: str = "") -> Judgement:
    case_id = f"CASE{case:01d}-{case:05d}"
    review = f"{case_id}-{position}"
    value = None if missing else value
    return Judgement(
        review, case_id, f"r{position}", position, "sjr", "f" * 64, item, value, missing, case
    )


def make_facts() -> Facts:
    said: list[Judgement] = []
    for case in range(1, 41):
        for position in (1, 2) if case <= 36 else (1,):
            score = 1 + (case * 7 + (position == 2 and case % 3 == 0)) % 5
            said.append(judgement(case, position, "overall.score", score))
            said.append(judgement(case, position, "overall.judgement", f"Words on case {case}."))
            absent = "not_applicable" if case % 4 == 0 else ""
            said.append(judgement(case, position, "admission.score", score, absent))
            said.append(judgement(case, position, "admission.judgement", "Seen early.", absent))
    cases = pd.DataFrame(
        {
            "case_id": [f"CASE{case:01d}-{case:05d}" for case in range(1, 51)],
            "person_id": [f"canary-person-{case}" for case in range(1, 51)],
            "death_id": [f"canary-death-{case}" for case in range(1, 51)],
            "index_spell_id": [f"canary-{case}" for case in range(1, 51)],
            "category": ["in_hospital" if c % 3 else "post_discharge" for c in range(1, 51)],
            "setting": ["acute"] * 50,
            "days_discharge_to_death": [None if c % 3 else c % 31 for c in range(1, 51)],
            "reason": [
                "Died 3 days after canary-death-1."  # an identifier that must not get out
                if case == 1
                else f"Died in hospital during spell canary-{case} (acute, provider X)."
                for case in range(1, 51)
            ],
        }
    )
    attrition = pd.DataFrame(
        {
            "step": [1, 2],
            "rule": ["has_spell", "in_period"],
            "description": ["Had a stay before death", "Died in the period"],
            "n_in": [60, 56],
            "n_out": [4, 6],
            "remaining": [56, 50],
        }
    )
    themes = tuple(
        ThemePrevalence(code, label, phase, wilson(hits, 40))
        for code, label, phase, hits in (
            ("medication", "Medication", "", 11),
            ("dnar", "Resuscitation decisions", "", 23),
            ("antibiotics", "Antibiotics", "", 3),
            ("medication", "Medication", "admission", 9),
        )
    )
    return Facts(
        title="Deaths of September 2026",
        synthetic=True,
        version="0.1.0",
        made_at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
        profile=profile("none", reason="a working file for the task force, not for publication"),
        definitions=(("cohort", "lltic v1 (0123456789ab)"), ("form", "sjr v1 (ffffffffffff)")),
        manifest={"engine": "duckdb", "counts": {"in_hospital": 34, "post_discharge": 16}},
        head=(321, "ab" * 32),
        notebooks="",
        phases=PHASES,
        pages={**{phase.id: phase.title for phase in PHASES}, "lessons": "What we can learn"},
        cases=cases,
        attrition=attrition,
        reviews={
            f"CASE{case:01d}-{case:05d}": (2 if case <= 36 else 1 if case <= 40 else 0, 2)
            for case in range(1, 51)
        },
        judgements=tuple(said),
        agreement=tuple(
            agreement_table(said, {f"{p.id}.score": tuple(sorted(CARE)) for p in PHASES})
        ),
        themes=themes,
    )


@pytest.fixture(scope="session")
def facts() -> Facts:
    return make_facts()


@pytest.fixture(scope="session")
def public_facts(facts: Facts) -> Facts:
    return replace(facts, profile=profile("nhs_hes_2018"))


@pytest.fixture(scope="session")
def soffice() -> str:
    """The path of LibreOffice."""
    path = shutil.which("soffice")
    if path is None:
        said = "LibreOffice (soffice) is missing"
        if os.environ.get("CI") == "true":
            pytest.fail(said + ", and under CI nothing may be skipped", pytrace=False)
        pytest.skip(said)
    return path
