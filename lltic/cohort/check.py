"""Run the specification tests of a cohort: rows in, and what must come out of them.

The tests of one definition run together on one small study, for which any engine will do;
the identifiers of each begin with its own number, which is taken off again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.cohort.evaluate import evaluate
from lltic.cohort.load import load_definition
from lltic.cohort.marks import column_of
from lltic.cohort.notes import NOTES
from lltic.cohort.positive import counted_in_for_nothing
from lltic.cohort.specification import Example, read_specification, rows_of, tables_of
from lltic.errors import LlticError
from lltic.sources.schema import TABLES
from lltic.sources.tables import write_tables
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.cohort.model import Definition

__all__ = ["Checked", "check"]

POSITIVE = "Of whom nothing is known, nobody is in"


@dataclass(frozen=True, slots=True)
class Checked:
    """One specification test that was run; ``differences`` is empty where it passed."""

    definition: str
    test: str
    differences: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came out as it must."""
        return not self.differences


def check(study: Study | None, name: str, engine: str = "duckdb", at: str = "") -> list[Checked]:
    """Run the specification tests of a definition, and try whether it is positive.

    Parameters
    ----------
    study : Study or None
        Its own definitions come first; None for those that come with the package alone.
    name : str
    engine : str
        Where the expressions run.
    at : str
        Where the engine is, if not here.

    Returns
    -------
    list of Checked
        The trial on people of whom nothing is known first, then one per test.

    Raises
    ------
    LlticError
        The problems of the definition, and those of its tests.
    """
    loaded = load_definition(study, name)
    nobodies = tuple(f"counts in {who}" for who in counted_in_for_nothing(loaded.model))
    found = [Checked(name, POSITIVE, nobodies)]
    specification = read_specification(loaded.path)
    if specification is None:
        return found
    tests = {f"t{number}.": test for number, test in enumerate(specification.tests, 1)}
    differences: dict[str, list[str]] = {}
    for group in _groups(tests):
        first = next(iter(group.values()))
        definition = load_definition(study, name, first.adjust).model
        differences |= _run(group, definition, (engine, at))
    return found + [Checked(name, t.test, tuple(differences[key])) for key, t in tests.items()]


def _groups(tests: Mapping[str, Example]) -> Iterator[dict[str, Example]]:
    """Part tests that can share an extract: the same values adjusted, all with dates or none."""
    groups: dict[Any, dict[str, Example]] = {}
    for key, test in tests.items():
        dated = any(row.get("admitted_at") for row in rows_of(test, "spells"))
        undated = not dated and bool(test.spells)
        alone = key if test.refused else ""
        groups.setdefault((tuple(test.adjust.items()), undated, alone), {})[key] = test
    yield from groups.values()


def _run(
    group: Mapping[str, Example], definition: Definition, engine: tuple[str, str]
) -> dict[str, list[str]]:
    try:
        rows = _rows(group, definition, engine)
    except LlticError as error:
        (key, test), *others = group.items()
        if others or not test.refused:
            raise
        said = ", ".join(sorted(set(error.codes)))
        return {key: [] if said == test.refused else [f"refused by {said}, not {test.refused}"]}
    found: dict[str, list[str]] = {}
    for key, test in group.items():
        mine = {
            row["death_id"].removeprefix(key): row
            for row in rows
            if row["death_id"].startswith(key)
        }
        found[key] = (
            [f"not refused by {test.refused}"]
            if test.refused
            else list(_differences(test, mine, definition, key))
        )
    return found


def _rows(
    group: Mapping[str, Example], definition: Definition, engine: tuple[str, str]
) -> list[dict[str, Any]]:
    import pandas as pd

    frames = {}
    for name, rows in (tables_of(group) | {"documents": []}).items():
        columns = [c.name for c in TABLES[name].columns]
        frames[name] = pd.DataFrame(rows, columns=columns, dtype=object)
    with tempfile.TemporaryDirectory(prefix="lltic-check-") as folder:
        study = Study.init(Path(folder) / "study", key=bytes(32), synthetic=True)
        write_tables(study, frames)
        return evaluate(study, definition, *engine).rows


def _differences(
    test: Example, rows: Mapping[str, Mapping[str, Any]], definition: Definition, key: str
) -> Iterator[str]:
    expected = {row["death"]: row for row in rows_of(test, "expect")}
    for death in sorted({*expected, *rows}):
        if death not in expected:
            yield f"death {death}: nothing is said of it under expect"
        elif death not in rows:
            yield f"death {death}: is not among the deaths"
        else:
            told = _told(rows[death], definition, key)
            for what, wanted in expected[death].items():
                text = "" if wanted is None else str(wanted)
                if told[what] != text:
                    yield f"death {death}: {what} is {told[what] or 'empty'}, not {text or 'empty'}"


def _told(row: Mapping[str, Any], definition: Definition, key: str) -> dict[str, str]:
    """Return what a table of expectations may ask of a death; an empty text where nothing is."""
    case = row["rule"] is None
    why = (row["category"] or "").replace("_", "-") if case else row["rule"]
    notes = [note for note in NOTES if row[note]] if case else []
    after = case and row["category"] == "post_discharge"
    days = row["days"] if after or row["rule"] == "outside-window" else None
    marks = [m.mark for m in definition.marks if case and row[column_of(m)]]
    told = {
        "death": row["death_id"],
        "outcome": "in" if case else "out",
        "rules": ", ".join([why, *notes]),
        "days": days,
        "provider": row["provider_id"],
        "spell": row["spell_id"],
        "age": row["age_at_death"],
        "marks": ", ".join(marks),
        "says": row["reason"],
    }
    return {k: "" if v is None else str(v).replace(key, "") for k, v in told.items()}
