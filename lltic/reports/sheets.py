"""The sheets of the workbook, made from the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lltic.agreement import NOT_WEIGHTED
from lltic.clock import to_text
from lltic.reports.facts import Facts
from lltic.reports.shown import SHARE, count, share, with_limits
from lltic.reports.single import CODED, first_coded, single_cases
from lltic.reports.tables import Cell, Column, Sheet
from lltic.reports.theme_sheets import theme_sheets

__all__ = ["all_sheets"]


def all_sheets(facts: Facts) -> list[Sheet]:
    """Return the sheets in the order of the tabs, the one that explains them first.

    Under a disclosure profile that hides small counts, the sheets about single
    cases are left out: counting their rows would undo it.
    """
    if facts.public:
        themes = [_themes(facts, {}), *theme_sheets(facts)]
        body = [_agreement(facts), *themes, _attrition(facts)]
    else:
        cases, scores, *followed, coded = single_cases(facts)
        themes = [_themes(facts, first_coded(coded)), *theme_sheets(facts)]
        body = [cases, scores, _agreement(facts), *themes, *followed, coded, _attrition(facts)]
    return [_read_me(facts, body), *body]


def _read_me(facts: Facts, body: list[Sheet]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("Study", "Title", facts.title)]
    if facts.synthetic:
        rows.append(("Study", "Synthetic", "Make-believe people, deaths, notes and reviewers."))
    rows += [("Sheets", sheet.name, " ".join(sheet.notes[:1])) for sheet in body]
    if facts.public:
        left_out = "Left out: counting their rows would undo the rounding of the other sheets."
        rows.append(("Sheets", "All about single cases", left_out))
    rows += [("Definitions", kind, ref) for kind, ref in facts.definitions]
    rows += [("Cohort run", name, text) for name, text in _flat(facts.manifest)]
    seq, digest = facts.head
    rows += [
        ("Record", "Last event read", seq),
        ("Record", "Its hash", digest),
        ("Record", "Reviews locked", sum(locked for locked, _ in facts.reviews.values())),
        ("Notebooks", "Hash of their manifest", facts.notebooks or "Not run with this report"),
        ("Disclosure", "Profile", facts.profile.name),
        ("Disclosure", "Source", facts.profile.source),
        ("Disclosure", "What it does", _disclosure(facts)),
        ("Made", "By", f"lltic {facts.version}"),
        ("Made", "At (UTC)", to_text(facts.made_at)),
    ]
    rows += [("Could not be worked out", "", sentence) for sentence in facts.not_computable]
    return Sheet(
        name="How this was made",
        title=f"How this was made: {facts.title}",
        notes=(
            "What the sheets hold and where every figure comes from. Run again with the same "
            "definitions on the same record, the tables are the same.",
        ),
        columns=(Column("Part", width=18), Column("What", width=30), Column("Value", width=96)),
        rows=tuple(rows),
        keys=2,
    )


def _disclosure(facts: Facts) -> str:
    profile = facts.profile
    if not facts.public:
        return f"Counts are shown as they are. Reason: {profile.reason}"
    return (
        f"Counts of 1 to {profile.hidden_up_to} are shown as {profile.mark}, others to the "
        f"nearest {profile.round_to}; percentages are worked out from the counts as shown. "
        "The sheet Agreement is about reviewers' scores and is not rounded. Nor are the notebooks: "
        "they stay with the study."
    )


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Cell]]:
    """Yield nested settings as lines, ``a.b`` for b within a."""
    for name, value in data.items():
        label = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{label}.")
        elif isinstance(value, (list, tuple)):
            yield label, ", ".join(map(str, value))
        else:
            yield label, value if isinstance(value, (int, float, str)) else str(value or "")


def _agreement(facts: Facts) -> Sheet:
    rows = tuple(
        (
            facts.phase_title(row.item),
            row.n_cases,
            row.n_scored_once,
            *with_limits(row.raw_agreement),
            *with_limits(row.kappa),
            *with_limits(row.ac2),
            " ".join(row.warnings),
        )
        for row in facts.agreement
    )
    methods = dict.fromkeys(
        estimate.method
        for row in facts.agreement
        for estimate in (row.raw_agreement, row.kappa, row.ac2)
        if estimate is not None and estimate.method
    )
    notes = [
        "How far two reviewers agree on the same case, on the scores as locked, before any "
        "consensus. Kappa falls when nearly all cases get the same score, even where reviewers "
        "agree: read it beside raw agreement and AC2.",
    ]
    if methods:
        notes.append(f"Methods: {'; '.join(methods)}. Intervals are 95 %.")
    notes += [NOT_WEIGHTED] if facts.sampled else []
    notes += facts.blind_breaks
    return Sheet(
        name="Agreement",
        title="Agreement between reviewers",
        notes=tuple(notes),
        columns=(
            Column("Scored item", width=28),
            Column("Cases with two scores", "integer", 11),
            Column("Scored by one only", "integer", 10),
            Column("Raw agreement", "percent", 11),
            Column("from", "percent", 8),
            Column("to", "percent", 8),
            Column("Weighted kappa", "number", 10),
            Column("from", "number", 8),
            Column("to", "number", 8),
            Column("AC2", "number", 8),
            Column("from", "number", 8),
            Column("to", "number", 8),
            Column("Read with care", width=56),
        ),
        rows=rows,
    )


def _themes(facts: Facts, coded: Mapping[Cell, int]) -> Sheet:
    rows = tuple(
        (
            line.label,
            facts.phase_title(line.phase) or "Anywhere",
            *share(facts.profile, line.estimate),
        )
        for line in facts.themes
    )
    return Sheet(
        name="Themes",
        title="Themes in what reviewers wrote",
        notes=(
            "The share of coded cases in which a person found the theme at least once, anywhere "
            "and by phase of care, with the Wilson 95 % interval. A case counts once however "
            "often the theme stands in it; in a phase, of the cases with words on that phase.",
            *([facts.sampled] if facts.sampled else []),
            *facts.theme_warnings,
        ),
        columns=(
            Column("Theme", width=34),
            Column("Phase of care", width=30),
            Column("Cases with the theme", "integer", 12),
            *SHARE,
        ),
        rows=rows,
        keys=2,
        links={
            (number, 0): (CODED, coded[row[0]])
            for number, row in enumerate(rows)
            if row[0] in coded
        },
    )


def _attrition(facts: Facts) -> Sheet:
    rows = tuple(
        (
            int(line.step),
            line.description,
            line.rule,
            count(facts.profile, int(line.n_in)),
            count(facts.profile, int(line.n_out)),
            count(facts.profile, int(line.remaining)),
        )
        for line in facts.attrition.itertuples()
    )
    note = "Every record of a death that was looked at, and the step that excluded it."
    if facts.public:
        note += " Counts are rounded one by one, so they need not add up."
    else:
        note += " In, less out, is what remains."
    return Sheet(
        name="Attrition",
        title="From deaths to cases",
        notes=(note,),
        columns=(
            Column("Step", "integer", 7),
            Column("What the step does", width=70),
            Column("Rule", width=30),
            Column("In", "integer", 10),
            Column("Out", "integer", 10),
            Column("Remaining", "integer", 12),
        ),
        rows=rows,
        keys=2,
    )
