"""The rules on episodes on another engine: PostgreSQL makes what plain Python makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import hes_by_hand as by_hand
import ibis
import psycopg
import pytest
import test_episodes as rules

SQL = {"string": "text", "int64": "bigint", "date": "date", "boolean": "boolean"}


def one_episode(dice: Random, extract: int, row: int) -> dict[str, Any]:
    """Throw one complete episode among few persons and days, so that many of them meet."""
    start, finished = rules.day(dice.randint(0, 6)), dice.random() < 0.75
    end = start + timedelta(days=dice.randint(0, 4)) if finished or dice.random() < 0.5 else None
    return rules.episode() | {
        "episode_id": f"{extract}-{row:02}",
        "person_id": f"{extract}-{dice.choice('ppq')}",
        "provider_id": dice.choice(["RAA", "RAA", "RBB"]),
        "finished": finished,
        "ordinal": dice.choice([None, 1, 1, 2, 3]),
        "started_on": start,
        "ended_on": end,
        "admitted_on": rules.day(dice.randint(0, 6)),
        "discharged_on": dice.choice([None, rules.day(dice.randint(0, 6))]),
        "discharge_method": dice.choice(rules.METHODS),
        "goes_on": dice.choice([None, True, False]),
        "transferred_in": dice.choice([None, True, False]),
        "transferred_out": dice.choice([None, True, False]),
        "file": 1 + row % 2,
        "row": 100 * extract + row,
    }


def on_postgres(url: str, make: Callable[[], ibis.Table], rows: list[dict]) -> list[dict]:
    columns = ", ".join(f'"{name}" {SQL[kind]}' for name, kind in rules.PLACED.items())
    marks = ", ".join(["%s"] * len(rules.PLACED))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE episodes ({columns})")
        values = [[row[name] for name in rules.PLACED] for row in rows]
        cursor.executemany(f"INSERT INTO episodes VALUES ({marks})", values)
        cursor.execute(str(ibis.to_sql(make(), dialect="postgres")))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("extracts", [200, pytest.param(20_000, marks=pytest.mark.soak)])
def test_postgres_makes_the_same_spells_and_leaves_out_the_same(postgres_url, extracts):
    dice = Random(5)
    thrown = [
        [one_episode(dice, n, row) for row in range(dice.randint(0, 12))] for n in range(extracts)
    ]
    rows = [row for extract in thrown for row in extract]
    url = postgres_url.replace("postgresql+psycopg:", "postgresql:")
    found = on_postgres(url, rules.joining(None), rows)
    placed = {r["episode_id"]: (r["spell_id"], r["place"], r["joined_by"]) for r in found}
    assert placed == {k: v for one in thrown for k, v in by_hand.in_spells(one).items()}
    out = {(r["file"], r["row"]): r["out"] for r in on_postgres(url, rules.screening, rows)}
    assert out == {k: v for one in thrown for k, v in by_hand.screened(one).items()}
