"""A definition as a page that a clinician reads: plain words, made from the data alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from lltic.cohort.model import Definition
from lltic.definitions import Loaded
from lltic.wording import number_of

__all__ = ["page_of"]

WIDTH = 96
CLASSES = {
    "ordinary": "ordinary admissions",
    "day_case": "day cases",
    "regular_day": "regular day attenders",
    "regular_night": "regular night attenders",
    "mother_and_baby": "mothers in for the delivery",
}
TRANSFERS = {
    "either_side": "either of the two tells of a transfer",
    "both_sides": "both tell of the transfer",
    "not_asked": "whether or not they tell of a transfer",
}


def page_of(loaded: Loaded[Definition]) -> list[str]:
    """Return the page, one string per line."""
    definition = loaded.model
    lines = [loaded.ref, definition.title]
    parts = (
        ("Whose deaths", _whose(definition)),
        ("Which spell a death belongs to", _spell(definition)),
        ("Which deaths are in", _inside(definition)),
        ("Who is counted out, by the first rule that holds", _out(definition)),
        ("Which deaths must be reviewed", _marks(definition)),
        ("What can be changed when the cohort is built (--set NAME=VALUE)", _open(definition)),
        ("What is not reproduced", _approximates(definition)),
        ("Source", iter([definition.source])),
    )
    for head, said in parts:
        told = list(said)
        if told:
            lines += ["", head]
            for one in told:
                lines += _wrapped(one)
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
    )


def _whose(definition: Definition) -> Iterator[str]:
    population = definition.population
    first, last = population.period
    if first or last:
        ends = (f"from {first}" if first else "", f"to {last}" if last else "")
        yield f"Died {' '.join(end for end in ends if end)}, both days in."
    else:
        yield "Died on any date."
    least = population.minimum_age
    yield "Of any age." if least is None else f"Aged {least} or more at death, or of unknown age."


def _spell(definition: Definition) -> Iterator[str]:
    population, parameters = definition.population, definition.parameters
    yield f"Spells of these kinds count: {_words(population.settings)}."
    if population.patient_classes is not None:
        counted = [CLASSES[c] for c in population.patient_classes]
        rest = [words for c, words in CLASSES.items() if c not in population.patient_classes]
        yield f"Of them {_listed(counted)}{f'; not {_listed(rest)}' if rest else ''}."
    if population.excluded_providers:
        yield f"Not with the providers {', '.join(population.excluded_providers)}."
    if population.excluded_specialties:
        yield f"Not under the specialties {', '.join(population.excluded_specialties)}."
    yield (
        "Of the finished spells that began on or before the day of death, the one that began "
        "last: the index spell. Its provider has the death."
    )
    if definition.attribution == "last_non_excluded_provider":
        yield "Spells with an excluded provider are passed over, also when the person died there."
    if definition.unit == "superspell":
        yield (
            f"Spells are joined to a superspell when the next one begins at most "
            f"{_days(parameters.superspell_gap_days)} after the one before it ended, and "
            f"{TRANSFERS[parameters.superspell_transfer]}."
        )


def _inside(definition: Definition) -> Iterator[str]:
    window = definition.window
    if "in_hospital" in definition.inclusion:
        yield "Died in hospital: the index spell itself says that the person died in it."
    if "post_discharge" in definition.inclusion:
        bounds = ""
        if window is not None and window.counted_from == "discharge":
            bounds = f", {window.days_min} to {_days(window.days_max)} after it by the calendar"
            bounds += "; the day of discharge is day 0"
        yield f"Died after discharge{bounds}."
    if window is not None and window.counted_from == "admission":
        yield (
            f"In either case {window.days_min} to {_days(window.days_max)} after admission by the "
            "calendar; the day of admission is day 0."
        )


def _out(definition: Definition) -> Iterator[str]:
    for number, one in enumerate(definition.exclusions, 1):
        yield f"{number}. {one.rule}: {one.because}"


def _marks(definition: Definition) -> Iterator[str]:
    for mark in definition.marks:
        grounds = (
            ("flags", mark.flags),
            ("specialty", mark.specialties),
            ("diagnosis beginning with", mark.diagnoses),
            ("admission", mark.admission_methods),
        )
        told = "; ".join(f"{name} {', '.join(v)}" for name, v in grounds if v)
        yield f"{mark.mark}: {mark.because} ({told or 'nothing is listed yet'})"


def _open(definition: Definition) -> Iterator[str]:
    if definition.adjustable:
        yield ", ".join(definition.adjustable)


def _approximates(definition: Definition) -> Iterator[str]:
    if definition.approximates is not None:
        yield f"This is an approximation of: {definition.approximates.specification}. Without:"
        yield from (f"- {what}" for what in definition.approximates.not_reproduced)


def _words(values: Sequence[str]) -> str:
    return _listed([value.replace("_", " ") for value in values])


def _listed(values: Sequence[str]) -> str:
    return " and ".join([", ".join(values[:-1]), values[-1]] if len(values) > 1 else values)


def _days(days: int) -> str:
    return number_of(days, "day")
