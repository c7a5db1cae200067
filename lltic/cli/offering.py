"""``lltic themes suggest offer`` and ``log``: suggestions for coders, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.reviews.offering import Offered, Offering
    from lltic.reviews.suggested import ThemeAnswers
    from lltic.study import Study
    from lltic.themes.suggest import Model

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``themes suggest``."""
    from lltic.cli.suggestions import suggest

    suggest.add_command(offer)
    suggest.add_command(log)


@click.command()
@click.option("--model", "pinned", metavar="HASH", default="", help="The one model that will do.")
@study_option
@json_option
def offer(pinned: str, study: Study, as_json: bool) -> None:
    """Put the model's suggestions on record, for coders who are done with a text.

    Run it while the study is not served. Every text that can be coded is looked at, once by
    each model; doing it twice adds nothing. A coder is shown what is suggested for a text when
    their own coding of it is committed, and where two code it, when both are done and what
    they differ on is settled.

    Example: lltic themes suggest offer --study autumn-review
    """
    from lltic.reviews.offering import offer as put_on_record
    from lltic.themes.suggest import load_model, model_path

    model = load_model(model_path(study), pinned=pinned)
    made = put_on_record(
        study,
        lambda texts: _suggested(model, texts),
        model=model.hash,
        codebook_hash=model.codebook_hash,
    )
    below = sorted(theme for theme, floor in model.floors.items() if not floor.passed)
    plain = {"model": model.hash, "codebook": model.codebook, "below_floor": below, "made": made}
    show(plain, _offer_lines(model, made, below), as_json=as_json)


def _suggested(model: Model, texts: Sequence[str]) -> list[list[Offered]]:
    """What a model suggests for each text, with how often it was right of each theme."""
    from lltic.reviews.offering import Offered

    measured = {theme: floor.precision for theme, floor in model.floors.items()}
    right = {theme: share.value if share else None for theme, share in measured.items()}
    return [
        [Offered(one.theme, one.probability, right[one.theme], one.words) for one in found]
        for found in model.suggest(texts)
    ]


def _offer_lines(model: Model, made: Offering, below: Sequence[str]) -> Iterator[str]:
    yield f"model {model.hash[:12]}, codebook {model.codebook}"
    if below:
        yield f"never suggested, below their floor: {', '.join(below)}"
    yield f"texts that can be coded {made.texts}, looked at now {made.looked_at}"
    yield f"suggestions {made.suggestions} on {number_of(made.with_suggestions, 'text')}"


@click.command()
@study_option
@json_option
def log(study: Study, as_json: bool) -> None:
    """Say what coders made of the suggestions they were shown: accepted, changed, rejected.

    By theme, once for each coder it was shown to. "Changed" is where another theme was laid
    because of it, "open" where nothing was said. What came of a suggestion is marked on the
    coding, and is no part of the agreement between coders.

    Example: lltic themes suggest log --study autumn-review
    """
    from dataclasses import fields

    from lltic.reviews.read import suggestion_answers
    from lltic.reviews.suggested import ThemeAnswers, per_theme

    answers = suggestion_answers(study)
    rows = per_theme(answers)
    head = [field.name for field in fields(ThemeAnswers)]
    texts = len({(a.suggestion.review_id, a.suggestion.item, a.coder) for a in answers})
    shown = f"shown {len(answers)} on {number_of(texts, 'text')}"
    lines = [*table(head, [_cells(row) for row in rows]), shown]
    show({"themes": rows, "shown": len(answers), "texts": texts}, lines, as_json=as_json)


def _cells(row: ThemeAnswers) -> tuple[object, ...]:
    return (row.theme, row.shown, row.accepted, row.changed, row.rejected, row.open)
