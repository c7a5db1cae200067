"""``lltic agreement``: how far the readers of a case agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.agreement_gathering import Gathered
from lltic.cli.output import json_option, show, study_option
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.agreement import Part
    from lltic.study import Study

__all__ = ["register"]

BY = ("phase", "form", "setting", "specialty", "category", "side", "month")
BESIDE = ("alpha", "alpha_ordinal_distance", "brennan_prediger", "icc")
WEIGHTS = ("quadratic", "linear", "identity", "ordinal", "radical")
SIDES = ("primary_care", "secondary_care")
GOAL = 0.8
"""Reliability of the mean of several readers that is asked for: what is said of it is a number
of readers."""


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(agreement)


@click.command()
@click.option("--by", type=click.Choice(BY), help="Part by part; month is that of the last lock.")
@click.option(
    "--coefficient",
    "beside",
    multiple=True,
    type=click.Choice(BESIDE),
    help="One more coefficient beside the usual three; may be given again.",
)
@click.option("--weights", type=click.Choice(WEIGHTS), default="quadratic", show_default=True)
@click.option(
    "--bootstrap",
    "replicates",
    type=click.IntRange(min=100),
    metavar="N",
    help="Intervals by drawing the cases N times again.",
)
@click.option("--seed", default=1, show_default=True, help="Of the draws; the same seed, the same.")
@click.option("--bands", is_flag=True, help="The word for each kappa, with its probability.")
@click.option("--calibration", is_flag=True, help="How lenient or severe readers are, as letters.")
@click.option("--readers", is_flag=True, help="The same with their names: to talk, not to rank.")
@click.option("--item", metavar="ITEM", help="What --calibration is about; overall care if not.")
@click.option("--discordant", "discordant_too", is_flag=True, help="List the cases to talk about.")
@click.option("--words", is_flag=True, help="The same with both judgements side by side.")
@study_option
@json_option
def agreement(
    study: Study,
    by: str | None,
    beside: tuple[str, ...],
    weights: str,
    replicates: int | None,
    seed: int,
    bands: bool,
    calibration: bool,
    readers: bool,
    item: str | None,
    discordant_too: bool,
    words: bool,
    as_json: bool,
) -> None:
    """Say how far the reviewers of a case agree, item by item.

    Computed on locked reviews, before any consensus. Kappa and AC2 give part
    credit to scores that lie near each other (quadratic weights).

    Scores and words of a case are shown only when all its reviews are locked, to whoever
    holds the study's folder; hand none of it to somebody who still reads.

    Example: lltic agreement --study autumn-review --by setting --coefficient icc --discordant
    """
    from lltic.cli import agreement_lines as lines_of
    from lltic.cli.sampling import design_of

    made = Gathered(study)
    asked = _Asked(tuple(dict.fromkeys(beside)), weights, replicates, seed)
    notes = _notes(made, design_of(study) is not None)
    data, lines = _table(made, asked, notes)
    lines += lines_of.band_lines(data["items"]) if bands else ()
    if by:
        more, told = _broken_down(made, asked, by)
        data, lines = {**data, **more}, [*lines, "", *told]
    if calibration or readers:
        more, told = _calibrated(made, item, by_name=readers)
        data, lines = {**data, **more}, [*lines, "", *told]
    if discordant_too or words:
        data["discordant"] = made.apart
        lines += lines_of.discordant_lines(made.apart)
    if words:  # of closed cases alone, as made.apart is
        data["side_by_side"] = made.side_by_side()
        lines += lines_of.side_by_side_lines(data["side_by_side"])
    lines += lines_of.unblinded_lines(made.unblinded)
    lines.append(f"double-reviewed cases {made.n_double} discordant {len(made.apart)}")
    show(data, lines, as_json=as_json)


@dataclass(frozen=True)
class _Asked:
    """Which coefficients are wanted, and how their intervals are made."""

    beside: tuple[str, ...]
    weights: str
    replicates: int | None
    seed: int

    def more(self) -> dict[str, Any]:
        """Return what every table is made with; each table draws from the seed anew."""
        if self.replicates is None:
            return {"beside": self.beside, "weights": self.weights}
        import numpy as np

        generator = np.random.default_rng(self.seed)
        drawn = {"generator": generator, "replicates": self.replicates}
        return {"beside": self.beside, "weights": self.weights, **drawn}


def _notes(made: Gathered, sampled: bool) -> list[str]:
    from lltic.agreement import NOT_WEIGHTED

    notes = [NOT_WEIGHTED] if sampled else []
    opened = sum(one.amended for one in made.locked)
    if opened:
        what = number_of(opened, "review was", "reviews were")
        notes.append(
            f"{what} opened again after the first lock: what was changed then may not be blind."
        )
    return notes


def _table(made: Gathered, asked: _Asked, notes: list[str]) -> tuple[dict[str, Any], list[str]]:
    from lltic.agreement import agreement_table
    from lltic.cli.agreement_lines import agreement_lines

    items = agreement_table(made.judgements, made.scales, **asked.more())
    broken = made.unblinded
    data: dict[str, Any] = {
        "double_reviewed_cases": made.n_double,
        "items": items,
        "discordant_cases": len(made.apart),
        "notes": notes,
        "unblinded": [
            {"case_id": e.case_id, "at": e.at, "by": e.actor, "reason": e.reason} for e in broken
        ],
    }
    return data, [*agreement_lines(items, asked.weights), *notes]


def _broken_down(made: Gathered, asked: _Asked, by: str) -> tuple[dict[str, Any], list[str]]:
    from lltic.agreement import differing
    from lltic.cli.agreement_lines import border_lines, breakdown_lines

    parts = _PARTS[by](made, asked, by)
    # Phases are of the same cases, and so may be sides: the test is for parts that share none.
    tests = [] if by in ("phase", "side") else differing(parts)
    borders = _borders(made, asked) if by == "side" else []
    data = {"by": by, "parts": parts, "differing": tests, "borders": borders}
    tested = by not in ("phase", "side")
    lines = [*breakdown_lines(parts, tests if tested else None, asked.weights)]
    lines += border_lines(borders)
    return data, lines


def _by_phase(made: Gathered, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_phase

    phase_of = {path: page.title for path, page, _ in made.form.items()}
    return by_phase(made.judgements, made.scales, phase_of, **asked.more())


def _by_form(made: Gathered, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_form

    names = sorted({j.form for j in made.judgements})
    scales = {name: made.form_named(name).scored_items() for name in names}
    return by_form(made.judgements, scales, **asked.more())


def _by_attribute(made: Gathered, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_case

    part_of = {case.case_id: getattr(case, by) for case in made.cases()}
    return by_case(made.judgements, made.scales, part_of, by, **asked.more())


def _by_month(made: Gathered, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_case, month_of

    part_of = month_of(made.locked_at, made.judgements)
    return by_case(made.judgements, made.scales, part_of, by, **asked.more())


def _by_side(made: Gathered, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_side
    from lltic.errors import Problem, UsageError

    if not made.sides:
        message = "nothing is known of the side a reviewer is from"
        hint = "Give it with 'lltic users discipline', or review jointly."
        raise UsageError(Problem("no-sides", "--by side", message, hint=hint))
    return by_side(made.judgements, made.scales, made.sides, **asked.more())


_PARTS: dict[str, Callable[[Gathered, _Asked, str], list[Part]]] = {
    "phase": _by_phase,
    "form": _by_form,
    "setting": _by_attribute,
    "specialty": _by_attribute,
    "category": _by_attribute,
    "side": _by_side,
    "month": _by_month,
}


def _borders(made: Gathered, asked: _Asked) -> list[Any]:
    """Return how primary and secondary care agree, item by item, where both have read a case."""
    from lltic.agreement import border, readings
    from lltic.errors import NotComputable

    found = []
    for item, levels in made.scales.items():
        those = readings(made.judgements, item, levels, sides=made.sides)
        try:
            found.append(border(those, levels, SIDES, weights=asked.weights))
        except NotComputable:
            continue  # the table of parts has the item, without cases
    return found


def _calibrated(
    made: Gathered, item: str | None, *, by_name: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return leniency, drift, repeats and how many readers are needed, of one item."""
    from lltic.agreement import drift, leniency, lettered, repeats, within_readers
    from lltic.cli.agreement_lines import calibration_lines
    from lltic.errors import NotComputable

    path = made.item_asked(item)
    levels, those = made.scales[path], made.readings(path)
    turned = path in made.lower_is_better
    figures: dict[str, Callable[[], Any]] = {
        "leniency": lambda: leniency(those, lower_is_better=turned),
        "drift": lambda: drift(those, lower_is_better=turned),
        "within_readers": lambda: within_readers(repeats(made.readings(path, again=True)), levels),
        "readers_needed": lambda: _readers_needed(made, path),
    }
    found: dict[str, Any] = {"item": path, "named": by_name}
    reasons: dict[str, str] = {}
    for name, make in figures.items():
        try:
            found[name] = make()
        except NotComputable as error:
            found[name] = None
            reasons[name] = error.problems[0].message
    found["not_computable"] = reasons
    names = {one.reader for one in those}
    called = {name: name for name in names} if by_name else lettered(names, made.letters_key)
    for name in ("leniency", "drift"):
        if found[name] is not None:
            found[name] = found[name].called(called)
    return {"calibration": found}, list(calibration_lines(found))


def _readers_needed(made: Gathered, path: str) -> dict[str, Any]:
    """Return the reliability of one reading, and how many make it :data:`GOAL`."""
    from lltic.agreement import agreement_table, readers_needed_for
    from lltic.errors import NotComputable, Problem

    [row] = agreement_table(made.judgements, {path: made.scales[path]}, beside=("icc",))
    one = row.beside["icc"]
    if one is None:
        raise NotComputable(Problem("no-reliability", "ICC", "one reading's is not defined"))
    needed, fewest, most = readers_needed_for(one, GOAL)
    bounded = None if most == float("inf") else int(most)
    return {"one": one, "goal": GOAL, "needed": needed, "fewest": fewest, "most": bounded}
