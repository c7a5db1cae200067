"""Make-believe extracts, spoiled seed by seed, as tables in memory: what a proof of 200 needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast

import ibis
import numpy as np
import pandas as pd

from lltic.cohort import load_definition
from lltic.cohort.case_range import CaseRange, Tally, case_range
from lltic.cohort.engines import USED, Tables, canonical
from lltic.cohort.on_duckdb import columns_as
from lltic.cohort.tally import tally
from lltic.sources.parquet import connect
from lltic.sources.synthetic import degrade, generate_tables
from lltic.sources.synthetic.dice import Dice

LAST_DEATH = date(2026, 9, 30)
TRUSTS = 4
"""Different trusts that the seeds go round; each is made once."""


@lru_cache(maxsize=TRUSTS)
def trust_tables(seed: int) -> Mapping[str, pd.DataFrame]:
    return generate_tables(seed)


@contextmanager
def in_memory(frames: Mapping[str, pd.DataFrame]) -> Iterator[Tables]:
    """The canonical tables on a DuckDB of their own, without a study."""
    with connect() as connection:
        for name in USED:
            relation = connection.from_df(frames[name])
            columns = ", ".join(columns_as(name, set(relation.columns)))
            relation.project(columns).create(name)

        def rows(expression: Any) -> list[dict[str, Any]]:
            result = connection.execute(str(ibis.to_sql(expression, dialect="duckdb")))
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        known = {name: canonical(name) for name in USED}
        yield cast(Tables, SimpleNamespace(**known, rows=rows))


@dataclass(frozen=True)
class Spoiled:
    """One spoiled extract as counts; the true number of cases is 400, whatever was lost."""

    tally: Tally
    counted: int
    truth: int = 400

    def range(self, seed: int, **changed: Any) -> CaseRange:
        return case_range(replace(self.tally, **changed), np.random.default_rng(seed))


def spoiled(seed: int, *, share: float = 0.05) -> Spoiled:
    """Take 5 % of the numbers away, let registrations take their time, cut 1 to 21 days later."""
    cut = LAST_DEATH + timedelta(Dice(seed, 0).whole(1, 21))
    made = degrade(trust_tables(seed % TRUSTS), seed, cut, share=share)
    with in_memory(made.tables) as tables:
        found = tally(tables, load_definition(None, "lltic").model, cut)
    return Spoiled(found, sum(row.n for row in found.rows if row.is_case))
