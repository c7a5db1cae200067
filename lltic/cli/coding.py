"""``lltic themes plan``: what is coded twice, in which order, and when the coding may stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.reviews.coded import CodingPlan
    from lltic.study import Study

__all__ = ["register"]

SEEDS = 2**53
"""How many there are to draw from: whole numbers that any reader of JSON keeps exact."""


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``themes``."""
    from lltic.cli.themes import themes

    themes.add_command(plan)


@click.command()
@study_option
@click.option("--double-share", type=float, help="The share of texts that two people code.")
@click.option(
    "--stop-after", "run", metavar="N", type=int, help="Texts in a row without a new theme."
)
@click.option("--base", metavar="N", type=int, help="Texts to code before those are counted.")
@click.option("--new-share", type=float, help="New themes that do not count, as a share of base.")
@click.option("--order", metavar="ORDER", help="random (by the seed) or date of submission.")
@click.option("--seed", type=int, help="Decides by lot. Best left out: then nobody can guess it.")
@json_option
def plan(study: Study, as_json: bool, **options: Any) -> None:
    """Say how the coding goes; without options, print the plan and how far the coding is.

    Run it while the study is not served. What is not given stays as it was. Under a plan a
    text belongs to who takes it, two people code a share of the texts blind to each other,
    and the coding page says when the stopping rule is met: base texts, and behind them a
    run of texts (--stop-after) that brought nothing new. Without --seed the first plan draws
    one: a coder who knew it could work out which texts are coded twice.

    Example: lltic themes plan --study autumn-review --double-share 0.2 --stop-after 20

    Example: lltic themes plan --study autumn-review
    """
    import secrets
    from dataclasses import replace

    from lltic.reviews.coded import CodingPlan
    from lltic.reviews.coding_plan import plan_coding, planned
    from lltic.reviews.read import coding_progress, on_record

    given = {name: value for name, value in options.items() if value is not None}
    record = on_record(study)
    found = planned(record)
    if given:
        first = CodingPlan(seed=secrets.randbelow(SEEDS))
        found = plan_coding(study, replace(found or first, **given))
        record = on_record(study)
    how_far = coding_progress(record)
    show(how_far, [*_plan_lines(found), *_progress_lines(found, how_far)], as_json=as_json)


def _plan_lines(plan: CodingPlan | None) -> Iterator[str]:
    if plan is None:
        yield "no coding plan: every coder may code every text, and nothing says when to stop"
        return
    by = f"by lot, seed {plan.seed}" if plan.order == "random" else "as they were submitted"
    yield f"order {by}"
    yield f"coded twice {plan.double_share:.0%} of texts, by lot, seed {plan.seed}"
    yield f"stop after {plan.run} texts in a row with {_little(plan)}, behind the first {plan.base}"


def _little(plan: CodingPlan) -> str:
    if not plan.new_share:
        return "no new theme"
    return f"at most {plan.new_share:.0%} new themes"


def _progress_lines(plan: CodingPlan | None, how_far: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"texts {how_far['texts']} coded {how_far['coded']} "
        f"coded twice {how_far['double']} to settle {how_far['to_settle']}"
    )
    rows = [(p["texts"], ", ".join(p["new"])) for p in how_far["curve"] if p["new"]]
    if rows:
        yield from table(("after texts", "new themes"), rows)
    if plan is None:
        return
    if how_far["stops_at"] is None:
        yield "the stopping rule is not met"
    else:
        texts = number_of(how_far["stops_at"], "text")
        yield f"the stopping rule was met after {texts}; you may go on"
