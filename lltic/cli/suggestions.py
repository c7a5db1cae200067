"""``lltic themes suggest``: learn from what people coded, say how well, and what to code next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.records import Judgement
    from lltic.study import Study
    from lltic.themes.emergent import Topic
    from lltic.themes.suggest import Drift, Floor, Material, Model, Next

__all__ = ["register", "suggest"]


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``themes``."""
    from lltic.cli.themes import themes

    themes.add_command(suggest)


@click.group()
def suggest() -> None:
    """Suggest themes from what people have coded, on this machine alone.

    A suggestion is shown only after a person has coded the text, and only of themes that were
    found reliably on texts the model had not learnt from.
    """


@suggest.command()
@click.option(
    "--vectors",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Word vectors on this machine ('word number number …' a line); none are needed.",
)
@study_option
@json_option
def train(vectors: Path | None, study: Study, as_json: bool) -> None:
    """Learn a model from the texts that people have coded to the end, and keep it in the study.

    Prints how well each theme is found on texts that were not learnt from, cases kept whole.
    The same record gives the same model, bit for bit.

    Example: lltic themes suggest train --study autumn-review
    """
    from lltic.themes.suggest import load_vectors, model_path, save_model
    from lltic.themes.suggest import train as learn

    material = _material(study)
    embedding = load_vectors(vectors) if vectors else None
    model = learn(material, embedding=embedding).model
    path = model_path(study)
    save_model(model, path)
    lines = [*(f"! {warning}" for warning in material.warnings), *_model_lines(model), str(path)]
    data = {**_model_data(model), "warnings": material.warnings, "path": str(path)}
    show(data, lines, as_json=as_json)


def _material(study: Study) -> Material:
    """Return what a study has to learn from, earlier versions of its codebook read in this one."""
    from dataclasses import replace

    from lltic.reviews.read import coded_reviews, on_record, texts, unaided_codings
    from lltic.themes import load_codebook
    from lltic.themes.codebook_history import carry, lineage
    from lltic.themes.suggest import material_of

    book = load_codebook(study.settings.codebook, study.path)
    record = on_record(study)
    carried = carry(unaided_codings(record), lineage(book, study.path))
    material = material_of(carried.codings, texts(record), coded_reviews(record), book)
    return replace(material, warnings=(*carried.warnings, *material.warnings))


@suggest.command(name="show")
@study_option
@json_option
def show_model(study: Study, as_json: bool) -> None:
    """Say what the study's model was learnt from, and how well it finds each theme.

    Example: lltic themes suggest show --study autumn-review
    """
    from lltic.themes import load_codebook
    from lltic.themes.suggest import load_model, model_path

    model = load_model(model_path(study))
    book = load_codebook(study.settings.codebook, study.path)
    lines = list(_model_lines(model))
    if model.codebook_hash != book.hash:
        lines.insert(0, f"! Learnt under another codebook than {book.ref}: train again.")
    show(_model_data(model), lines, as_json=as_json)


def _model_data(model: Model) -> dict[str, object]:
    return {
        "model": model.hash,
        "codebook": model.codebook,
        "codebook_hash": model.codebook_hash,
        "made": model.made,
        "themes": [model.floors[theme] for theme in model.themes],
    }


def _model_lines(model: Model) -> Iterator[str]:
    head = ("theme", "texts", "cases", "precision", "recall", "F1", "threshold", "suggested")
    yield from table(head, [_floor_cells(model.floors[theme]) for theme in model.themes])
    below = [floor for floor in model.floors.values() if not floor.passed]
    yield from (f"! {floor.theme} is not suggested: {floor.reason}." for floor in below)
    passed = len(model.themes) - len(below)
    made = model.made
    yield (
        f"learnt from {number_of(made.n_texts, 'text')} about {number_of(made.n_cases, 'case')}, "
        f"judged in {made.n_folds}"
    )
    if made.embedding:
        yield f"with the word vectors {made.embedding} ({made.embedding_hash[:12]})"
    yield f"model {model.hash[:12]} themes suggested {passed} of {len(model.themes)}"


def _floor_cells(floor: Floor) -> tuple[object, ...]:
    shares = [
        f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})" if share else "not defined"
        for share in (floor.precision, floor.recall)
    ]
    threshold = f"{floor.threshold:.2f}" if floor.threshold <= 1 else "none"
    verdict = "yes" if floor.passed else "no"
    counts = (floor.n_texts_with, floor.n_cases_with)
    return (floor.theme, *counts, *shares, f"{floor.f1:.2f}", threshold, verdict)


@suggest.command()
@click.option("--all", "everything", is_flag=True, help="All texts, also those learnt from.")
@study_option
@json_option
def check(everything: bool, study: Study, as_json: bool) -> int:
    """Say whether the texts that nobody has coded yet are like those the model learnt from.

    Exits with 1 when they are not: then code some of them and train again.

    Example: lltic themes suggest check --study autumn-review
    """
    from lltic.reviews.read import coded_reviews, on_record, texts
    from lltic.themes.suggest import drift, load_model, model_path

    model, record = load_model(model_path(study)), on_record(study)
    done = set() if everything else coded_reviews(record)
    new = [text for text in texts(record) if text.review_id not in done]
    found = drift(model, [str(text.value) for text in new], [text.case_id for text in new])
    data = {"model": model.hash, "moved": found.moved, "drift": found}
    show(data, _drift_lines(found), as_json=as_json)
    return int(found.moved)


def _drift_lines(found: Drift) -> Iterator[str]:
    rows = [
        (
            theme.theme,
            f"{theme.index:.2f}",
            f"{theme.by_chance:.2f}",
            "yes" if theme.moved else "no",
        )
        for theme in found.themes
    ]
    yield from table(("theme", "stability index", "by chance up to", "moved"), rows)
    moved = ": moved" if found.words_moved else ""
    yield (
        f"unknown words {found.unknown_words:.1%}, usually {found.usual_unknown_words:.1%}{moved}"
    )
    if found.moved:
        yield "! Code some of the new texts and train again before the suggestions are believed."
    yield f"texts {found.n_texts} {'moved' if found.moved else 'not moved'}"


@suggest.command(name="next")
@click.option("--number", "-n", default=10, show_default=True, type=click.IntRange(1), metavar="N")
@study_option
@json_option
def code_next_command(number: int, study: Study, as_json: bool) -> None:
    """List the reviews to code next: those in doubt, and unlike each other.

    For whoever hands out coding. The themes in doubt are not for the coder: they would anchor.

    Example: lltic themes suggest next --number 5 --study autumn-review
    """
    from lltic.reviews.read import coded_reviews, on_record, texts
    from lltic.themes.suggest import code_next, load_model, model_path

    model, record = load_model(model_path(study)), on_record(study)
    waiting = _by_review(texts(record), coded_reviews(record))
    found = code_next(model, waiting, number)
    show(
        {"model": model.hash, "waiting": len(waiting), "reviews": found},
        _next_lines(found, len(waiting)),
        as_json=as_json,
    )


def _by_review(texts: Sequence[Judgement], done: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in texts:
        if text.review_id not in done:
            found.setdefault(text.review_id, []).append(str(text.value))
    return found


def _next_lines(found: Sequence[Next], waiting: int) -> Iterator[str]:
    rows = [(one.review_id, f"{one.doubt:.2f}", f"{one.novelty:.2f}") for one in found]
    yield from table(("review", "doubt", "novelty"), rows)
    yield f"reviews {len(found)} of {waiting} not coded"


@suggest.command()
@click.option("--topics", default=10, show_default=True, type=click.IntRange(2), metavar="N")
@click.option("--coded-too", is_flag=True, help="Also sentences that have a theme already.")
@click.option("--passages", is_flag=True, help="Print the sentences; they are about patients.")
@study_option
@json_option
def emergent(topics: int, coded_too: bool, passages: bool, study: Study, as_json: bool) -> None:
    """Propose topics in what people read to the end and laid no theme on. Nothing is added.

    Stability says how well five starts agree; below 0.7 a topic is a whim of the start.

    Example: lltic themes suggest emergent --topics 8 --study autumn-review
    """
    from lltic.reviews.read import coded_reviews, codings, on_record, texts
    from lltic.themes.emergent import emergent as find
    from lltic.themes.emergent import sentences, uncoded

    record = on_record(study)
    done, laid = coded_reviews(record), codings(record)
    found = sentences(text for text in texts(record) if text.review_id in done)
    kept = found if coded_too else uncoded(found, laid)
    made = find(kept, laid, n_topics=topics)
    data = {"sentences": len(kept), "of": len(found), "topics": [_topic(t, passages) for t in made]}
    show(data, _topic_lines(made, passages), as_json=as_json)


def _topic(topic: Topic, passages: bool) -> dict[str, object]:
    from lltic.records import to_plain

    shown = dict(to_plain(topic))
    if not passages:
        for one in shown["passages"]:
            del one["words"]
    return {**shown, "stable": topic.stable}


def _topic_lines(made: Sequence[Topic], passages: bool) -> Iterator[str]:
    rows = [
        (", ".join(topic.words[:6]), f"{topic.stability:.2f}", topic.n_sentences, topic.n_cases)
        for topic in made
    ]
    yield from table(("words", "stability", "sentences", "cases"), rows)
    for number, topic in enumerate(made, 1):
        for one in topic.passages:
            where = f"{number}. {one.review_id} {one.item} {one.start}-{one.end}"
            yield f"{where}: {one.words}" if passages else where
    yield f"topics {len(made)} stable {sum(topic.stable for topic in made)}; nothing was added"
