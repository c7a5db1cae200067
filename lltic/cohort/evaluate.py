"""Judge every death of a study by a definition, on an engine; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lltic.cohort.engines import Tables, open_tables
from lltic.cohort.judge import judged, losses
from lltic.cohort.model import Definition
from lltic.errors import LlticError, Problem

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from lltic.study import Study

__all__ = ["Evaluation", "evaluate", "evaluate_on", "is_undated", "judge_on", "refuse_dates"]

Loss = tuple[str | None, str | None]
"""The rule that counted a death out, or None, and its category."""


@dataclass(frozen=True)
class Evaluation:
    """What an engine made of a definition.

    ``rows`` holds one mapping per death with facts, ``rule`` (None for a case), ``category``,
    notes, marks and ``reason``, sorted by death; ``losses`` counts deaths by rule and category,
    on the engine; ``engine`` says which it was.
    """

    rows: list[dict[str, Any]] = field(repr=False)
    losses: Counter[Loss]
    engine: str


def evaluate(
    study: Study, definition: Definition, engine: str = "duckdb", at: str = ""
) -> Evaluation:
    """Judge every death of a study.

    Raises
    ------
    UsageError
        ``unknown-engine``.
    LlticError
        ``no-extract``; ``undated-extract`` when the definition asks for dates of an extract
        that has none.
    """
    with open_tables(study, engine, at) as tables:
        return evaluate_on(tables, definition)


def evaluate_on(tables: Tables, definition: Definition) -> Evaluation:
    """Judge every death of tables that are open on an engine."""
    told, lost = judge_on(tables, definition)
    return Evaluation(tables.rows(told.order_by("death_id")), lost, tables.engine)


def judge_on(
    tables: Tables, definition: Definition, columns: Sequence[str] = ()
) -> tuple[Table, Counter[Loss]]:
    """Judge every death, and return the kept table and the losses; no row is fetched.

    Of the table only these columns are kept; all, when none is named.
    """
    undated = is_undated(tables)
    if undated:
        refuse_dates(definition)
    told = judged(
        tables.persons,
        tables.spells,
        tables.deaths,
        definition,
        flags=tables.flags,
        undated=undated,
    )
    told = tables.kept(told.select(*columns) if columns else told)
    counted = tables.rows(losses(told))
    lost = Counter({(row["rule"], row["category"]): int(row["n"]) for row in counted})
    return told, lost


def is_undated(tables: Tables) -> bool:
    """Whether there are spells, and none of them has a date of admission."""
    spells = tables.spells
    (found,) = tables.rows(spells.aggregate(n=spells.count(), dated=spells.admitted_at.count()))
    return bool(found["n"]) and not found["dated"]


def refuse_dates(definition: Definition) -> None:
    """Raise ``undated-extract`` when a definition asks for dates, of an extract without them."""
    population = definition.population
    asked = {
        "a window": definition.window is not None,
        "a period": any(population.period),
        "an age": population.minimum_age is not None,
        "superspells": definition.unit == "superspell",
    }
    wants = [what for what, there in asked.items() if there]
    if wants:
        message = f"the extract has no dates, and the cohort asks for {', '.join(wants)}"
        hint = "Take a cohort that goes by how the spell ended, such as in_hospital_deaths."
        raise LlticError(Problem("undated-extract", definition.name, message, hint=hint))
