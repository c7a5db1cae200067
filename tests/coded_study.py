"""A small study that has been read twice and coded in part, and a way to run commands on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count

import pytest
from small_study import AMIRA, BEN, CODY, COMPLETE, World

from lltic.cli import main
from lltic.records import Case
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.sources.parquet import write_records

__all__ = ["A", "B", "Run", "coded_study", "run", "with_cases"]

A, B = "AAAAA-00001", "AAAAA-00002"

Run = Callable[..., tuple[int, str, str]]
"""Runs a command; returns its exit code, what it printed and what it complained of."""


@pytest.fixture
def coded_study(small_study, clock):
    """Two cases read twice, scores apart on one item of the first; case A coded, half of it."""
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for case in (A, B):
            for position, person in ((1, AMIRA), (2, BEN)):
                better = {"ongoing.score": {"value": 5}} if (case, position) == (A, 2) else {}
                if case == B:
                    better = {"overall.score": {"value": 5}}
                world.fill(person, f"{case}-{position}", {**COMPLETE, **better})
                world.submit(person, f"{case}-{position}")
        book = world.desk.coding_queue(CODY)["codebook_hash"]
        value = {"theme": "fluid_management", "start": 0, "end": 13, "codebook_hash": book}
        for operation in (
            world.operation("code", f"{A}-1", field="ongoing.judgement", value=value),
            world.operation("coding_done", f"{A}-1"),
            world.operation("code", f"{B}-1", field="ongoing.judgement", value=value),
        ):
            world.desk.operate(CODY, operation)
    return small_study


@pytest.fixture
def with_cases(coded_study):
    """The coded study with its cases in a cohort."""
    cases = [
        Case(
            case_id, "p", f"d{case_id}", category, "s", "X", setting, None, date(2026, 8, 1),
            None, date(2026, 9, day), days, 80, "female", (), "", "lltic v1", "h",
        )
        for case_id, category, setting, day, days in (
            (A, "in_hospital", "acute", 2, None),
            (B, "post_discharge", "community", 9, 4),
        )
    ]  # fmt: skip
    write_records(coded_study.cohort / "cases.parquet", Case, cases)
    return coded_study


@pytest.fixture
def run(capsys) -> Run:
    """Run a command and return its exit code and what it printed."""

    def command(*arguments):
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command
