"""The whole trust: the same everywhere, of the promised size, and in order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd

from lltic.identity import is_nhs_number
from lltic.sources import check_tables
from lltic.sources.synthetic import SyntheticTrust, generate, write
from lltic.study import Study

ROOT = Path(__file__).resolve().parents[2]

# Everything that seed 2026 makes. When a phrase or a rule was changed on purpose, run
#   python -c "from lltic.sources.synthetic import generate as g; print(g(2026).fingerprint())"
# and put the new value here, in the same commit, saying why in its message.
FINGERPRINT = "368c4ca409ac1a6207bd4b1d8035b6a4c785a49eca50d387ff2f25a60dd0db1d"


def test_the_trust_is_the_recorded_one(trust: SyntheticTrust) -> None:
    assert trust.fingerprint() == FINGERPRINT


def test_another_process_with_another_hash_seed_makes_the_same(trust: SyntheticTrust) -> None:
    code = "from lltic.sources.synthetic import generate as g; print(g(2026).fingerprint())"
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == trust.fingerprint()


def test_another_seed_makes_another_trust(trust: SyntheticTrust) -> None:
    other = generate(7)
    assert other.fingerprint() != trust.fingerprint()
    assert len(other.truth.cases) == 400
    assert len(other.tables["spells"]) == 20_000
    assert check_tables(other.tables) == []


def test_the_numbers_are_the_promised_ones(trust: SyntheticTrust) -> None:
    categories = Counter(c.category for c in trust.truth.cases)
    assert 380 <= len(trust.truth.cases) <= 420
    assert abs(categories["in_hospital"] / len(trust.truth.cases) - 0.72) < 0.01
    assert len(trust.tables["spells"]) == 20_000
    assert 1_800 <= len(trust.documents) <= 2_800


def test_the_tables_are_clean(trust: SyntheticTrust) -> None:
    assert check_tables(trust.tables) == []


def test_nhs_numbers_are_valid_and_of_the_test_range(trust: SyntheticTrust) -> None:
    numbers = trust.tables["persons"]["nhs_number"].dropna()
    assert numbers.is_unique
    assert all(n.startswith("999") and is_nhs_number(n) for n in numbers)


def test_spells_of_one_person_do_not_overlap(trust: SyntheticTrust) -> None:
    spells = trust.tables["spells"].sort_values(["person_id", "admitted_at"])
    late = pd.Timestamp("2100-01-01")
    ends = spells["discharged_at"].fillna(late)
    assert (ends >= spells["admitted_at"]).all()
    same = spells["person_id"].eq(spells["person_id"].shift())
    assert (~same | (spells["admitted_at"] >= ends.shift())).all()


def test_the_cohort_room_finds_exactly_the_planted_cohort(
    trust: SyntheticTrust, tmp_path: Path
) -> None:
    from lltic.cohort import build

    study = Study.init(tmp_path / "study", synthetic=True, key=b"k" * 32)
    write(study, trust)
    result = build(study, "lltic")
    assert {c.person_id: c.category for c in result.cases} == {
        c.person_id: c.category for c in trust.truth.cases
    }
    out = Counter(e.rule for e in result.excluded)
    assert out == {
        "duplicate-registration": 24,
        "no-spell": 16,
        "admitted-after-death": 6,
        "unfinished-spell": 4,
        "discharged-after-death": 3,
        "outside-window": 34,
    }
    days = Counter(c.days_discharge_to_death for c in result.cases)
    assert days[0] >= 2
    assert days[30] >= 2
    assert (study.extract / "truth.json").is_file()
    assert len(list(study.documents.glob("*.txt"))) == len(trust.documents)


def test_deaths_are_of_one_month(trust: SyntheticTrust) -> None:
    died = trust.tables["deaths"]["died_on"]
    assert died.min() >= date(2026, 9, 1)
    assert died.max() <= date(2026, 9, 30)


def test_people_who_log_in(trust: SyntheticTrust) -> None:
    reviewers = [p for p in trust.people if "reviewer" in p.roles]
    assert Counter(p.organisation for p in reviewers).most_common() == [
        ("Soar Valley General Practice", 4),
        ("Soar Valley Hospitals", 4),
    ]
    assert len({p.name for p in trust.people}) == len(trust.people)
    roles = {role for p in trust.people for role in p.roles}
    assert {"coordinator", "coder", "analyst", "auditor"} <= roles
