"""Build a cohort: evaluate the rules, name the cases, count the losses, write it all."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lltic.cohort.engines import USED, Tables, open_tables
from lltic.cohort.evaluate import Loss, judge_on
from lltic.cohort.files import marked_cases, needed, write_cases, write_excluded
from lltic.cohort.load import load_definition
from lltic.cohort.model import Definition
from lltic.cohort.positive import refuse_unless_positive
from lltic.cohort.results import AttritionStep, CohortResult, Excluded
from lltic.definitions import Loaded
from lltic.sources.parquet import sha256_of, write_records
from lltic.sources.tables import table_path
from lltic.study import Study, write_folder_atomically

__all__ = ["AttritionStep", "CohortResult", "Excluded", "build"]

FILES = ("cases.parquet", "excluded.parquet", "attrition.parquet", "manifest.json")


def build(
    study: Study,
    definition: str | None = None,
    engine: str = "duckdb",
    settings: Mapping[str, str] | None = None,
    *,
    at: str = "",
) -> CohortResult:
    """Build a cohort and write it to the study.

    Parameters
    ----------
    study : Study
    definition : str, optional
        The name of a cohort definition; the study's setting when not given.
    engine : str
        Where the expressions run.
    settings : mapping of str to str, optional
        Other values for what the definition lists as ``adjustable``.
    at : str
        Where the engine is, if not here: a Spark master, a PostgreSQL address.

    Returns
    -------
    CohortResult
        Every death of the extract is in exactly one of ``cases`` and ``excluded``.

    Raises
    ------
    UsageError
        ``unknown-cohort``, ``unknown-engine``, ``not-adjustable``.
    LlticError
        A definition with problems, ``cohort-not-positive`` among them; ``no-extract``;
        ``undated-extract``; ``case-label-collision``; ``cannot-write``.
    """
    loaded = load_definition(study, definition or study.settings.cohort, settings)
    with ThreadPoolExecutor(1) as beside:
        # Beside what follows, of which the first half second is Python alone.
        hashes = beside.submit(_hashes, study, loaded.model)
        refuse_unless_positive(loaded.model, str(loaded.path))
        with open_tables(study, engine, at) as tables:
            _, lost = judge_on(tables, loaded.model, needed(loaded.model))
            manifest = _manifest(study, loaded, tables.engine, settings or {})
            manifest["inputs"] = hashes.result()
            return _write(study, tables, lost, loaded, manifest)


def _write(
    study: Study,
    tables: Tables,
    lost: Counter[Loss],
    loaded: Loaded[Definition],
    manifest: Mapping[str, Any],
) -> CohortResult:
    """Swap the cohort in whole; sample and assignments beside it stay as they are.

    Cases and excluded deaths go from Parquet to Parquet (:mod:`lltic.cohort.files`): a nation's
    million deaths never become objects of Python.
    """
    key = study.pseudonym_key()
    steps = _attrition(loaded.model, lost)
    with write_folder_atomically(study.cohort) as folder:
        for other in _others(study):
            shutil.copy2(other, folder / other.name)
        cases = write_cases(tables.here, folder, loaded, key)(study.cohort)
        excluded = write_excluded(tables.here, folder)(study.cohort)
        write_records(folder / "attrition.parquet", AttritionStep, steps)
        counts = _counts(lost) | marked_cases(tables.here, loaded.model)
        text = json.dumps({**manifest, "counts": counts}, indent=2, sort_keys=True)
        (folder / "manifest.json").write_text(text + "\n", "utf-8")
    return CohortResult(loaded.ref, counts, steps, cases, excluded)


def _manifest(
    study: Study, loaded: Loaded[Definition], engine: str, settings: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "definition": loaded.name,
        "version": loaded.version,
        "hash": loaded.hash,
        "hash_as_written": load_definition(study, loaded.name).hash,
        "set": dict(settings),
        "engine": engine,
    }


def _hashes(study: Study, definition: Definition) -> dict[str, str]:
    """Return the SHA-256 of every table that the definition asks."""
    used = USED if definition.marks else tuple(name for name in USED if name != "flags")
    return {name: sha256_of(table_path(study, name)) for name in used}


def _counts(lost: Counter[Loss]) -> dict[str, int]:
    deaths, cases = sum(lost.values()), out_by(lost, None)
    return {
        "deaths": deaths,
        "cases": cases,
        "in_hospital": lost[None, "in_hospital"],
        "post_discharge": lost[None, "post_discharge"],
        "excluded": deaths - cases,
    }


def out_by(lost: Counter[Loss], rule: str | None) -> int:
    """Return how many deaths a rule counted out; None: how many are cases."""
    return sum(n for (found, _), n in lost.items() if found == rule)


def _attrition(definition: Definition, lost: Counter[Loss]) -> tuple[AttritionStep, ...]:
    remaining = sum(lost.values())
    text = "Death records in the extract."
    steps = [AttritionStep(0, "all-deaths", text, remaining, 0, remaining)]
    for number, exclusion in enumerate(definition.exclusions, 1):
        here = out_by(lost, exclusion.rule)
        left, text = remaining - here, exclusion.because
        steps.append(AttritionStep(number, exclusion.rule, text, remaining, here, left))
        remaining = left
    return tuple(steps)


def _others(study: Study) -> Iterable[Any]:
    if not study.cohort.is_dir():
        return []
    return sorted(p for p in study.cohort.iterdir() if p.is_file() and p.name not in FILES)
