"""The whole trust: the same everywhere, of the promised size, and in order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from lltic.identity import is_nhs_number
from lltic.sources import check_tables
from lltic.sources.synthetic import SyntheticTrust, generate, write
from lltic.study import Study

ROOT = Path(__file__).resolve().parents[2]

# Everything that seed 2026 makes. When a phrase or a rule was changed on purpose, run
#   python -c "from lltic.sources.synthetic import generate as g; print(g(2026).fingerprint())"
# and put the new value here, in the same commit, saying why in its message.
FINGERPRINT = "9e44c11e6d0f554677a8180ccafe2d7c11b4da6a3edb8c5f170d1057da7c57b3"


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


@pytest.fixture(scope="session")
def study(trust: SyntheticTrust, tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = Study.init(tmp_path_factory.mktemp("trust") / "study", synthetic=True, key=b"k" * 32)
    write(study, trust)
    return study


def test_the_cohort_room_finds_exactly_the_planted_cohort(
    trust: SyntheticTrust, study: Study
) -> None:
    from lltic.cohort import build

    result = build(study, "lltic")
    assert {
        c.person_id: (c.category, c.died_on, c.days_discharge_to_death) for c in result.cases
    } == {
        c.person_id: (c.category, c.died_on, c.days_discharge_to_death) for c in trust.truth.cases
    }
    out = Counter(e.rule for e in result.excluded)
    assert out == trust.truth.excluded
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


def test_what_contradicts_itself_in_the_trust_is_what_was_planted(
    trust: SyntheticTrust, study: Study
) -> None:
    from lltic.cohort import completeness

    told = completeness(study, "lltic", cut=date(2026, 11, 30))
    tables, out = trust.tables, trust.truth.excluded
    open_spells = tables["spells"]["discharged_at"].isna() & ~tables["spells"]["died_in_hospital"]
    assert {code: n for code, n in told.counts.items() if n} == {
        "person-without-identifier": int(tables["persons"]["nhs_number"].isna().sum()),
        "spell-without-discharge": int(open_spells.sum()),
        "death-before-admission": out["admitted-after-death"],
        "activity-after-death": out["admitted-after-death"],
        "discharge-after-death": out["discharged-after-death"],
        "several-records": out["duplicate-registration"],
    }
    in_doubt = ("admitted-after-death", "unfinished-spell", "discharged-after-death")
    found = told.range
    assert (found.counted, found.could_be_out) == (400, 0)
    assert found.could_be_in == sum(out[rule] for rule in in_doubt)
    assert 400 <= found.low <= 401
    assert found.high - found.could_be_in <= 405
    assert found.final


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
