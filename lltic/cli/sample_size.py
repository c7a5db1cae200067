"""``lltic sample-size``: how many cases to read for a precision that is wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, show, table
from lltic.errors import Problem, UsageError

if TYPE_CHECKING:
    from lltic.sampling import StratumSize

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(sample_size)


@click.command("sample-size")
@click.option(
    "--precision",
    "precisions",
    type=float,
    multiple=True,
    required=True,
    help="Half the width of the interval wanted, such as 0.05; once or more.",
)
@click.option("--expected", type=float, help="The share, or the coefficient, expected.")
@click.option("--confidence", type=float, default=0.95, show_default=True)
@click.option("--population", type=click.IntRange(min=1), help="Cases of the cohort.")
@click.option(
    "--stratified",
    "strata",
    multiple=True,
    metavar="NAME=N[:SHARE]",
    help="A stratum with its number of cases and the share expected in it; once per stratum.",
)
@click.option(
    "--agreement",
    type=click.Choice(["raw", "kappa", "ac1", "icc"]),
    help="For agreement between reviewers instead of a share.",
)
@click.option("--prevalence", type=float, help="Of the yes, with kappa or ac1.  [default: 0.5]")
@click.option("--readers", type=int, help="Of a case, with icc.  [default: 2]")
@json_option
def sample_size(
    precisions: tuple[float, ...],
    expected: float | None,
    confidence: float,
    population: int | None,
    strata: tuple[str, ...],
    agreement: str | None,
    prevalence: float | None,
    readers: int | None,
    as_json: bool,
) -> None:
    """Say how many cases must be read for a precision that is wanted.

    For a share of cases, or with --agreement for cases read by two reviewers or more.

    Example: lltic sample-size --precision 0.05 --precision 0.1 --expected 0.2 --population 400
    """
    from lltic.sampling import sizes_for_agreement, sizes_for_share

    parted = [s for text in strata if (s := _stratum(text, expected))]
    wrong = list(_wrong(agreement, expected, population, strata))
    wrong += _unused(agreement, prevalence, readers)
    if wrong:
        raise UsageError(wrong)
    if agreement:
        found = sizes_for_agreement(
            precisions,
            agreement,
            expected or 0.0,
            prevalence=0.5 if prevalence is None else prevalence,
            readers=2 if readers is None else readers,
            level=confidence,
        )
    else:
        share = 0.5 if expected is None else expected
        found = sizes_for_share(precisions, share, confidence, population, parted)
    rows = [(f"{precision:g}", *sizes) for precision, sizes in found.rows]
    lines = [found.sentence, *table(["half-width", *found.columns], rows)]
    show(found.as_dict(), lines, as_json=as_json)


def _wrong(
    agreement: str | None, expected: float | None, population: int | None, strata: tuple[str, ...]
) -> Iterator[Problem]:
    for text in strata:
        if _stratum(text, expected) is None:
            allowed = "NAME=N or NAME=N:SHARE, such as acute=300:0.2"
            yield Problem("bad-option", f"--stratified {text}", "is not a stratum", allowed)
    for name, count in Counter(text.rpartition("=")[0] for text in strata).items():
        if name and count > 1:
            yield Problem("bad-option", f"--stratified {name}", "is given twice")
    if agreement and expected is None:
        message = f"--agreement {agreement} needs the coefficient that is expected"
        yield Problem("bad-option", "--expected", message, "such as 0.6")
    if agreement and (population is not None or strata):
        message = "agreement is between reviewers, and not of a cohort"
        yield Problem("bad-option", "--population, --stratified", message)
    if population is not None and strata:
        message = "the strata give the population"
        yield Problem("bad-option", "--population", message)


def _unused(
    agreement: str | None, prevalence: float | None, readers: int | None
) -> Iterator[Problem]:
    """Yield what would change nothing: somebody thinks that it does."""
    if prevalence is not None and agreement not in ("kappa", "ac1"):
        allowed = "--agreement kappa, --agreement ac1"
        yield Problem("bad-option", "--prevalence", "changes nothing here", allowed)
    if readers is not None and agreement != "icc":
        message = "changes nothing here; it is about two readers, or a share"
        yield Problem("bad-option", "--readers", message, "--agreement icc")


def _stratum(text: str, expected: float | None) -> StratumSize | None:
    """Return what NAME=N:SHARE says; None where it says nothing."""
    from lltic.sampling import StratumSize

    name, _, numbers = text.rpartition("=")
    if not name:
        return None
    population, _, share = numbers.partition(":")
    default = 0.5 if expected is None else expected
    try:
        return StratumSize(name, int(population), float(share) if share else default)
    except ValueError:
        return None
