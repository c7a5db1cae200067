"""``lltic agreement``: how far the readers of a case agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option

if TYPE_CHECKING:
    from lltic.agreement import Part, Reading
    from lltic.form import Form
    from lltic.records import Case, Event, Judgement
    from lltic.reviews.read import Locked
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

    record = _Record(study)
    asked = _Asked(tuple(dict.fromkeys(beside)), weights, replicates, seed)
    notes = _notes(record, design_of(study) is not None)
    data, lines = _table(record, asked, notes)
    lines += lines_of.band_lines(data["items"]) if bands else ()
    if by:
        more, told = _broken_down(record, asked, by)
        data, lines = {**data, **more}, [*lines, "", *told]
    if calibration or readers:
        more, told = _calibrated(record, item, by_name=readers)
        data, lines = {**data, **more}, [*lines, "", *told]
    if discordant_too or words:
        data["discordant"] = record.apart
        lines += lines_of.discordant_lines(record.apart)
    if words:  # of closed cases alone, as record.apart is
        data["side_by_side"] = record.side_by_side()
        lines += lines_of.side_by_side_lines(data["side_by_side"])
    lines += lines_of.unblinded_lines(record.unblinded)
    lines.append(f"double-reviewed cases {record.n_double} discordant {len(record.apart)}")
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


class _Record:
    """What the record holds, each part read when it is first asked for."""

    def __init__(self, study: Study) -> None:
        self.study = study

    @cached_property
    def judgements(self) -> list[Judgement]:
        from lltic.reviews.read import judgements

        return judgements(self.study)

    @cached_property
    def form(self) -> Form:
        return self.form_named(self.study.settings.form)

    def form_named(self, name: str) -> Form:
        from lltic.form import load_form

        return load_form(name, self.study.path).model

    @cached_property
    def scales(self) -> Mapping[str, tuple[int, ...]]:
        return self.form.scored_items()

    @cached_property
    def lower_is_better(self) -> set[str]:
        return {
            path
            for path, _, item in self.form.items()
            if item.scale and self.form.scales[item.scale].direction == "lower_is_better"
        }

    @cached_property
    def second_readings(self) -> list[Judgement]:
        from lltic.reviews.read import second_readings

        return second_readings(self.study)

    @cached_property
    def locked(self) -> list[Locked]:
        """The readers' own reviews that are in, and what they read once more."""
        from lltic.reviews.read import locked

        return [one for one in locked(self.study) if one.kind in ("independent", "repeat")]

    @cached_property
    def locked_at(self) -> dict[str, str]:
        return {one.review_id: one.submitted_at for one in self.locked}

    @cached_property
    def events(self) -> list[Event]:
        from lltic.reviews.read import events

        return list(events(self.study))

    @property
    def letters_key(self) -> bytes:
        """What letters are drawn with: known to whoever holds the record, who knows the names."""
        return self.events[0].hash.encode() if self.events else b""

    @cached_property
    def unblinded(self) -> list[Event]:
        from lltic.reviews.read import unblinded

        return unblinded(self.study)

    @cached_property
    def n_double(self) -> int:
        from lltic.agreement import double_reviewed

        return double_reviewed(self.judgements)

    @cached_property
    def closed(self) -> set[str]:
        """The cases of which every review is locked, and that nobody is reading again."""
        from lltic.reviews.read import being_read_again, status

        whole = {case for case, (n, of) in status(self.study).items() if n == of}
        return whole - being_read_again(self.study)

    @cached_property
    def apart(self) -> list[Any]:
        from lltic.agreement import discordant

        return discordant(
            self.judgements,
            self.scales,
            closed=self.closed,
            lower_is_better=self.lower_is_better,
        )

    def side_by_side(self) -> list[Any]:
        from lltic.agreement import side_by_side

        words: dict[str, list[str]] = {}
        for page in self.form.pages:
            texts = [f"{page.id}.{item.id}" for item in page.items if item.type == "text"]
            words |= {f"{page.id}.{item.id}": texts for item in page.items}
        return side_by_side(self.judgements, self.apart, words)

    @cached_property
    def sides(self) -> dict[str, str]:
        """The side of each review: of a joint one as given, else its reader's discipline."""
        from lltic.reviews.accounts import Accounts

        disciplines: dict[str, str] = {}
        if (self.study.keys / "accounts.db").is_file():
            accounts = Accounts(self.study.keys)
            found = [accounts.account(name) for name in accounts.names()]
            disciplines = {a.person.name: a.person.discipline for a in found if a}
        own = {one.review_id: one.discipline for one in self.locked}
        reader_of = {j.review_id: j.reviewer for j in self.judgements}
        sides = {r: own.get(r) or disciplines.get(name, "") for r, name in reader_of.items()}
        return {review: side for review, side in sides.items() if side}

    def cases(self) -> list[Case]:
        from lltic.cohort import read_cases

        return read_cases(self.study)

    def readings(self, item: str, *, again: bool = False) -> list[Reading]:
        """Return the readings of an item, also the second ones by the same reader if asked."""
        from lltic.agreement import readings

        which = [*self.judgements, *(self.second_readings if again else ())]
        return readings(which, item, self.scales[item], at=self.locked_at)

    def item_asked(self, item: str | None) -> str:
        """Return the item that is named, else the overall score, else the first that is scored."""
        from lltic.errors import Problem, UsageError, unknown

        if not self.scales:
            message = f"the form {self.form.name} has no item that is scored"
            raise UsageError(Problem("no-scored-item", "--calibration", message))
        if item is not None and item not in self.scales:
            raise UsageError(unknown("--item", item, tuple(self.scales), code="unknown-item"))
        pages = {page.id for page in self.form.pages if page.kind == "overall"}
        overall = [path for path in self.scales if path.partition(".")[0] in pages]
        return item or next(iter([*overall, *self.scales]))


def _notes(record: _Record, sampled: bool) -> list[str]:
    from lltic.agreement import NOT_WEIGHTED

    notes = [NOT_WEIGHTED] if sampled else []
    opened = sum(one.amended for one in record.locked)
    if opened:
        what = "1 review was" if opened == 1 else f"{opened} reviews were"
        notes.append(
            f"{what} opened again after the first lock: what was changed then may not be blind."
        )
    return notes


def _table(record: _Record, asked: _Asked, notes: list[str]) -> tuple[dict[str, Any], list[str]]:
    from lltic.agreement import agreement_table
    from lltic.cli.agreement_lines import agreement_lines

    items = agreement_table(record.judgements, record.scales, **asked.more())
    broken = record.unblinded
    data: dict[str, Any] = {
        "double_reviewed_cases": record.n_double,
        "items": items,
        "discordant_cases": len(record.apart),
        "notes": notes,
        "unblinded": [
            {"case_id": e.case_id, "at": e.at, "by": e.actor, "reason": e.reason} for e in broken
        ],
    }
    return data, [*agreement_lines(items, asked.weights), *notes]


def _broken_down(record: _Record, asked: _Asked, by: str) -> tuple[dict[str, Any], list[str]]:
    from lltic.agreement import differing
    from lltic.cli.agreement_lines import border_lines, breakdown_lines

    parts = _PARTS[by](record, asked, by)
    # Phases are of the same cases, and so may be sides: the test is for parts that share none.
    tests = [] if by in ("phase", "side") else differing(parts)
    borders = _borders(record, asked) if by == "side" else []
    data = {"by": by, "parts": parts, "differing": tests, "borders": borders}
    tested = by not in ("phase", "side")
    lines = [*breakdown_lines(parts, tests if tested else None, asked.weights)]
    lines += border_lines(borders)
    return data, lines


def _by_phase(record: _Record, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_phase

    phase_of = {path: page.title for path, page, _ in record.form.items()}
    return by_phase(record.judgements, record.scales, phase_of, **asked.more())


def _by_form(record: _Record, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_form

    names = sorted({j.form for j in record.judgements})
    scales = {name: record.form_named(name).scored_items() for name in names}
    return by_form(record.judgements, scales, **asked.more())


def _by_attribute(record: _Record, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_case

    part_of = {case.case_id: getattr(case, by) for case in record.cases()}
    return by_case(record.judgements, record.scales, part_of, by, **asked.more())


def _by_month(record: _Record, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_case, month_of

    part_of = month_of(record.locked_at, record.judgements)
    return by_case(record.judgements, record.scales, part_of, by, **asked.more())


def _by_side(record: _Record, asked: _Asked, by: str) -> list[Part]:
    from lltic.agreement import by_side
    from lltic.errors import Problem, UsageError

    if not record.sides:
        message = "nothing is known of the side a reviewer is from"
        hint = "Give it with 'lltic users discipline', or review jointly."
        raise UsageError(Problem("no-sides", "--by side", message, hint=hint))
    return by_side(record.judgements, record.scales, record.sides, **asked.more())


_PARTS: dict[str, Callable[[_Record, _Asked, str], list[Part]]] = {
    "phase": _by_phase,
    "form": _by_form,
    "setting": _by_attribute,
    "specialty": _by_attribute,
    "category": _by_attribute,
    "side": _by_side,
    "month": _by_month,
}


def _borders(record: _Record, asked: _Asked) -> list[Any]:
    """Return how primary and secondary care agree, item by item, where both have read a case."""
    from lltic.agreement import border, readings
    from lltic.errors import NotComputable

    found = []
    for item, levels in record.scales.items():
        those = readings(record.judgements, item, levels, sides=record.sides)
        try:
            found.append(border(those, levels, SIDES, weights=asked.weights))
        except NotComputable:
            continue  # the table of parts has the item, without cases
    return found


def _calibrated(
    record: _Record, item: str | None, *, by_name: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return leniency, drift, repeats and how many readers are needed, of one item."""
    from lltic.agreement import drift, leniency, lettered, repeats, within_readers
    from lltic.cli.agreement_lines import calibration_lines
    from lltic.errors import NotComputable

    path = record.item_asked(item)
    levels, those = record.scales[path], record.readings(path)
    turned = path in record.lower_is_better
    figures: dict[str, Callable[[], Any]] = {
        "leniency": lambda: leniency(those, lower_is_better=turned),
        "drift": lambda: drift(those, lower_is_better=turned),
        "within_readers": lambda: within_readers(
            repeats(record.readings(path, again=True)), levels
        ),
        "readers_needed": lambda: _readers_needed(record, path),
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
    called = {name: name for name in names} if by_name else lettered(names, record.letters_key)
    for name in ("leniency", "drift"):
        if found[name] is not None:
            found[name] = found[name].called(called)
    return {"calibration": found}, list(calibration_lines(found))


def _readers_needed(record: _Record, path: str) -> dict[str, Any]:
    """Return the reliability of one reading, and how many make it :data:`GOAL`."""
    from lltic.agreement import agreement_table, readers_needed_for
    from lltic.errors import NotComputable, Problem

    [row] = agreement_table(record.judgements, {path: record.scales[path]}, beside=("icc",))
    one = row.beside["icc"]
    if one is None:
        raise NotComputable(Problem("no-reliability", "ICC", "one reading's is not defined"))
    needed, fewest, most = readers_needed_for(one, GOAL)
    bounded = None if most == float("inf") else int(most)
    return {"one": one, "goal": GOAL, "needed": needed, "fewest": fewest, "most": bounded}
