"""Specification tests of a cohort: small tables a clinician can read, and what must come out.

They lie beside the definition, in ``specifications/NAME.yml``, so that its hash does not
change when a test is added. A table is text, one row per line, cells parted by ``|``; its
first line names the columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, ClassVar

from lltic.definitions import parse, read_yaml
from lltic.errors import LlticError, Problem

__all__ = ["Example", "Specification", "read_specification"]

CLOSED: dict[str, Any] = {"extra": "forbid"}

HEADINGS: dict[str, dict[str, str]] = {
    "persons": {"person": "person_id", "born": "born_on", "sex": "sex"},
    "spells": {
        "spell": "spell_id",
        "person": "person_id",
        "provider": "provider_id",
        "setting": "setting",
        "specialty": "specialty",
        "class": "patient_class",
        "admitted": "admitted_at",
        "discharged": "discharged_at",
        "sequence": "sequence",
        "method": "admission_method",
        "transferred in": "transferred_in",
        "transferred out": "transferred_out",
        "ended": "discharge_method",
        "died": "died_in_hospital",
        "age": "age_at_admission",
        "diagnosis": "primary_diagnosis",
    },
    "deaths": {
        "death": "death_id",
        "person": "person_id",
        "died": "died_on",
        "registered": "registered_on",
        "source": "source",
        "spell": "spell_id",
        "reconciled": "reconciled",
    },
    "flags": {"person": "person_id", "flag": "flag"},
    "expect": {name: name for name in ("death", "outcome", "rules", "days", "provider")}
    | {name: name for name in ("spell", "age", "marks", "says")},
}
"""The columns that each table may have, and the column of the canonical table that is meant."""

NEEDED = {
    "persons": ("person",),
    "spells": ("spell", "person"),
    "deaths": ("death", "person"),
    "flags": ("person", "flag"),
    "expect": ("death", "outcome", "rules"),
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "persons": {"born_on": date(1940, 1, 1), "sex": "female"},
    "spells": {
        "provider_id": "X",
        "setting": "acute",
        "admission_method": "emergency",
        "died_in_hospital": False,
    },
    "deaths": {"source": "registration"},
    "flags": {"source": "specification"},
    "expect": {},
}
"""What a column is where a table leaves it out; a cell that is left blank is empty."""

DAYS = {"born_on", "died_on", "registered_on"}
MOMENTS = {"admitted_at": time(9), "discharged_at": time(17)}
WHOLE = {"sequence", "age_at_admission", "days", "age"}
KEYS = {"person_id", "spell_id", "death_id"}
YES_NO = {"died_in_hospital", "transferred_in", "transferred_out"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One test: rows in, and what must come out of them.

    ``persons`` are made from the other tables when not given. ``adjust`` changes what the
    definition lets be changed. ``expect`` says of every death whether it is in or out, by
    which rules, and what else it names; ``refused`` the code of the one problem instead.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    test: str
    deaths: str
    expect: str = ""
    spells: str = ""
    persons: str = ""
    flags: str = ""
    adjust: dict[str, str] = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Specification:
    """The tests of one definition, as parsed; ``tables`` reads those of one test."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    name: str
    tests: tuple[Example, ...]


def read_specification(definition: Path) -> Specification | None:
    """Read the tests that lie beside a definition's file; None when there are none.

    Raises
    ------
    LlticError
        Every problem of the file: those of :func:`lltic.definitions.parse`, and
        ``specification-table`` with test and line for each table that cannot be read.
    """
    path = definition.parent / "specifications" / definition.name
    if not path.is_file():
        return None
    found = parse(Specification, read_yaml(path), str(path))
    problems = [
        problem
        for example in found.tests
        for table in HEADINGS
        for problem in _faults(table, getattr(example, table), f"{path}: {example.test}: {table}")
    ]
    if problems:
        raise LlticError(problems)
    return found


def rows_of(example: Example, table: str) -> list[Row]:
    """Return the rows of one table of a test, typed, by the names of the canonical columns."""
    names = HEADINGS[table]
    found = []
    for cells in list(_cells(getattr(example, table)))[1:]:
        given = {names[head]: _value(names[head], cell) for head, cell in cells.items()}
        found.append(DEFAULTS[table] | given)
    if table == "persons" and not found:
        who = {row["person_id"] for t in ("spells", "deaths") for row in rows_of(example, t)}
        found = [DEFAULTS[table] | {"person_id": person} for person in sorted(who)]
    return found


def _cells(text: str) -> Iterator[dict[str, str]]:
    """Yield a table's lines as heading to cell, the line of headings first."""
    lines = [line for line in text.splitlines() if line.strip()]
    heads = [cell.strip() for cell in lines[0].split("|")] if lines else []
    for line in lines:
        yield dict(zip(heads, (cell.strip() for cell in line.split("|")), strict=False))


def _faults(table: str, text: str, where: str) -> Iterator[Problem]:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return
    heads = [cell.strip() for cell in lines[0].split("|")]
    allowed = ", ".join(HEADINGS[table])
    for head in heads:
        if head not in HEADINGS[table]:
            yield Problem("specification-table", where, f"'{head}' is no column", allowed)
    missing = [head for head in NEEDED[table] if head not in heads]
    if missing:
        message = f"lacks the column {', '.join(missing)}"
        yield Problem("specification-table", where, message, allowed)
    for number, line in enumerate(lines[1:], 2):
        at = f"{where} line {number}"
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(heads):
            message = f"has {len(cells)} cells for {len(heads)} columns"
            yield Problem("specification-table", at, message)
            continue
        for head, cell in zip(heads, cells, strict=True):
            yield from _cell_fault(HEADINGS[table].get(head, ""), cell, f"{at}: {head}")
    key = NEEDED[table][0]
    if table != "flags" and key in heads:
        for name, times in Counter(row.get(key) for row in list(_cells(text))[1:]).items():
            if name and times > 1:
                message = f"the {key} '{name}' stands {times} times"
                yield Problem("specification-table", where, message, "once")


def _cell_fault(column: str, cell: str, where: str) -> Iterator[Problem]:
    try:
        _value(column, cell)
    except ValueError:
        allowed = "YYYY-MM-DD" if column in DAYS | set(MOMENTS) else "a whole number"
        allowed = "yes, no" if column in YES_NO else allowed
        allowed = "in, out" if column == "outcome" else allowed
        yield Problem("specification-table", where, f"'{cell}' cannot stand here", allowed)


def _value(column: str, cell: str) -> Any:
    if not cell:
        return None
    if column in DAYS:
        return date.fromisoformat(cell)
    if column in MOMENTS:
        moment = datetime.fromisoformat(cell)
        return moment if ":" in cell else datetime.combine(moment, MOMENTS[column])
    if column in WHOLE:
        return int(cell)
    if column in YES_NO:
        return bool(("no", "yes").index(cell))
    if column == "outcome" and cell not in ("in", "out"):
        raise ValueError(cell)
    return cell


def tables_of(examples: Mapping[str, Example]) -> dict[str, list[Row]]:
    """Return the canonical rows of several tests together; identifiers begin with the key."""
    tables: dict[str, list[Row]] = {name: [] for name in ("persons", "spells", "deaths", "flags")}
    for key, example in examples.items():
        for name, rows in tables.items():
            for number, row in enumerate(rows_of(example, name)):
                own = {k: f"{key}{v}" for k, v in row.items() if k in KEYS}
                more = {"flag_id": f"{key}{number}"} if name == "flags" else {}
                rows.append(row | own | more)
    return tables
