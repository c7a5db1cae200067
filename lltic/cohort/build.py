"""Build a cohort: evaluate the rules, name the cases, count the losses, write it all."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lltic.cohort.engines import USED, open_tables
from lltic.cohort.model import Definition, load_definition
from lltic.cohort.reasons import reason_in, reason_out
from lltic.definitions import Loaded
from lltic.errors import LlticError, Problem
from lltic.identity import case_label
from lltic.records import Case
from lltic.sources.parquet import sha256_of, write_records
from lltic.sources.tables import table_path
from lltic.study import Study, write_folder_atomically

__all__ = ["AttritionStep", "CohortResult", "Excluded", "build"]

FILES = ("cases.parquet", "excluded.parquet", "attrition.parquet", "manifest.json")


@dataclass(frozen=True, slots=True)
class Excluded:
    """A death that is not in the cohort, the rule that counted it out, and a sentence."""

    death_id: str
    person_id: str
    died_on: date
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttritionStep:
    """One step of the way from all deaths to the cases: ``n_in - n_out = remaining``."""

    step: int
    rule: str
    description: str
    n_in: int
    n_out: int
    remaining: int


@dataclass(frozen=True)
class CohortResult:
    """A built cohort. Its repr shows counts only, for rows are about patients.

    ``definition`` is name, version and start of the hash; ``counts`` holds ``deaths``,
    ``cases``, ``in_hospital``, ``post_discharge`` and ``excluded``.
    """

    definition: str
    counts: dict[str, int]
    attrition: tuple[AttritionStep, ...] = field(repr=False)
    cases: tuple[Case, ...] = field(repr=False)
    excluded: tuple[Excluded, ...] = field(repr=False)

    def _repr_html_(self) -> str:
        """Show the attrition table in a notebook."""
        from html import escape

        head = "<tr><th>rule</th><th>because</th><th>in</th><th>out</th><th>remaining</th></tr>"
        rows = "".join(
            f"<tr><td>{escape(s.rule)}</td><td>{escape(s.description)}</td>"
            f"<td>{s.n_in}</td><td>{s.n_out}</td><td>{s.remaining}</td></tr>"
            for s in self.attrition
        )
        return f"<table><caption>{escape(self.definition)}</caption>{head}{rows}</table>"


def build(study: Study, definition: str | None = None, engine: str = "duckdb") -> CohortResult:
    """Build a cohort and write it to the study.

    Parameters
    ----------
    study : Study
    definition : str, optional
        The name of a cohort definition; the study's setting when not given.
    engine : str
        Where the expressions run.

    Returns
    -------
    CohortResult
        Every death of the extract is in exactly one of ``cases`` and ``excluded``.

    Raises
    ------
    UsageError
        ``unknown-cohort``, ``unknown-engine``.
    LlticError
        A definition with problems; ``no-extract``; ``case-label-collision``; ``cannot-write``.
    """
    loaded = load_definition(study, definition or study.settings.cohort)
    rows, engine_used = evaluate(study, loaded.model, engine)
    result = _result(rows, loaded, study.pseudonym_key())
    _write(study, result, loaded, engine_used)
    return result


def evaluate(
    study: Study, definition: Definition, engine: str = "duckdb"
) -> tuple[list[dict[str, Any]], str]:
    """Return one row per death with facts, rule and notes, sorted by death, and the engine used."""
    from lltic.cohort.facts import facts
    from lltic.cohort.rules import judge

    with open_tables(study, engine) as tables:
        told = facts(tables.persons, tables.spells, tables.deaths, definition)
        return tables.rows(judge(told, definition)), tables.engine


def _result(
    rows: Sequence[Mapping[str, Any]], loaded: Loaded[Definition], key: bytes
) -> CohortResult:
    definition = loaded.model
    cases = sorted(
        (_case(row, loaded, key) for row in rows if row["rule"] is None), key=lambda c: c.case_id
    )
    if len({c.case_id for c in cases}) != len(cases):
        hint = "Two people got the same case id by chance: make a study with a new key."
        where = str(loaded.path)
        raise LlticError(Problem("case-label-collision", where, "case ids collide", hint=hint))
    excluded = tuple(
        Excluded(
            row["death_id"],
            row["person_id"],
            row["died_on"],
            row["rule"],
            reason_out(row, definition),
        )
        for row in rows
        if row["rule"] is not None
    )
    kinds = Counter(c.category for c in cases)
    counts = {
        "deaths": len(rows),
        "cases": len(cases),
        "in_hospital": kinds["in_hospital"],
        "post_discharge": kinds["post_discharge"],
        "excluded": len(excluded),
    }
    steps = _attrition(definition, len(rows), Counter(e.rule for e in excluded))
    return CohortResult(loaded.ref, counts, steps, tuple(cases), excluded)


def _case(row: Mapping[str, Any], loaded: Loaded[Definition], key: bytes) -> Case:
    from lltic.cohort.rules import NOTES

    inside = row["died_in_hospital"]
    return Case(
        case_id=case_label(key, row["person_id"]),
        person_id=row["person_id"],
        death_id=row["death_id"],
        category="in_hospital" if inside else "post_discharge",
        index_spell_id=row["spell_id"],
        provider_id=row["provider_id"],
        setting=row["setting"],
        specialty=row["specialty"],
        admitted_on=row["admitted_on"],
        discharged_on=row["discharged_on"],
        died_on=row["died_on"],
        days_discharge_to_death=None if inside else row["days"],
        age_at_death=row["age_at_death"],
        sex=row["sex"],
        rules=(
            "in-hospital" if inside else "post-discharge",
            *(note for note in NOTES if row[note]),
        ),
        reason=reason_in(row),
        definition=f"{loaded.name} v{loaded.version}",
        definition_hash=loaded.hash,
    )


def _attrition(
    definition: Definition, deaths: int, out: Mapping[str, int]
) -> tuple[AttritionStep, ...]:
    steps = [AttritionStep(0, "all-deaths", "Death records in the extract.", deaths, 0, deaths)]
    remaining = deaths
    for number, exclusion in enumerate(definition.exclusions, 1):
        lost = out[exclusion.rule]
        left = remaining - lost
        text = exclusion.because
        steps.append(AttritionStep(number, exclusion.rule, text, remaining, lost, left))
        remaining = left
    return tuple(steps)


def _write(study: Study, result: CohortResult, loaded: Loaded[Definition], engine: str) -> None:
    """Swap the cohort in whole; sample and assignments beside it stay as they are."""
    manifest = {
        "definition": loaded.name,
        "version": loaded.version,
        "hash": loaded.hash,
        "engine": engine,
        "counts": result.counts,
        "inputs": {name: sha256_of(table_path(study, name)) for name in USED},
    }
    with write_folder_atomically(study.cohort) as folder:
        for other in _others(study):
            shutil.copy2(other, folder / other.name)
        write_records(folder / "cases.parquet", Case, result.cases)
        write_records(folder / "excluded.parquet", Excluded, result.excluded)
        write_records(folder / "attrition.parquet", AttritionStep, result.attrition)
        text = json.dumps(manifest, indent=2, sort_keys=True)
        (folder / "manifest.json").write_text(text + "\n", "utf-8")


def _others(study: Study) -> Iterable[Any]:
    if not study.cohort.is_dir():
        return []
    return sorted(p for p in study.cohort.iterdir() if p.is_file() and p.name not in FILES)
