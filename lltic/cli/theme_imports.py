"""Codings that came of another program, to make the figures of themes from when asked by name.

They never stand beside the study's own in one figure: a figure is of the record, or of one
import, and says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lltic.errors import NotComputable, Problem, UsageError, unknown

if TYPE_CHECKING:
    from lltic.records import Coding, Judgement
    from lltic.reviews.read import OnRecord
    from lltic.study import Study
    from lltic.themes.exchange import Kept

__all__ = ["codings_option", "heading", "import_ingredients", "import_named"]

codings_option = click.option(
    "--codings",
    "imported",
    metavar="NAME",
    help="Count the codings of an import ('lltic themes import') in place of the study's own.",
)


def heading(kept: Kept | None) -> list[str]:
    """Return the line above a figure that says whose codings it counts; none for the study's."""
    if kept is None:
        return []
    of = f" ({kept.origin})" if kept.origin else ""
    return [
        f"codings of the import {kept.name}{of}, none of the study's own; "
        "each text it holds counts as read for themes"
    ]


def import_named(study: Study, name: str, rule: str, settled: str) -> Kept:
    """Return an import of the study by its name.

    Raises
    ------
    UsageError
        ``unknown-import``; ``import-rule``, for a rule about texts that two of the study's own
        coders coded.
    LlticError
        ``not-imported-codings``.
    """
    from lltic.themes.exchange import read_kept

    known = {path.stem: path for path in (study.path / "codings").glob("*.json")}
    if name not in known:
        raise UsageError(unknown("import", name, tuple(known)))
    if rule != settled:
        message = "is about the study's own codings; of an import, what any coder found counts"
        where = f"--where-coders-differ {rule}"
        raise UsageError(Problem("import-rule", where, message, hint="Leave it out."))
    return read_kept(known[name])


def import_ingredients(record: OnRecord, kept: Kept) -> dict[str, Any]:
    """Return what :func:`~lltic.themes.count_themes` takes, made of an import alone.

    No project says which texts were read to their end: all that it holds count as read, so that
    a text without a coding there lowers a share. Texts that it does not hold are not in it.

    Raises
    ------
    NotComputable
        ``nothing-imported``: no coding of it can be read in the study's codebook.
    """
    from lltic.reviews import read
    from lltic.themes import load_codebook
    from lltic.themes.codebook_history import carry, lineage

    study = record.study
    book, texts = load_codebook(study.settings.codebook, study.path), read.texts(record)
    held = [one for one in texts if (one.review_id, one.item) in kept.texts]
    carried = carry(kept.codings, lineage(book, study.path))
    there = {(one.review_id, one.item) for one in held}
    counted = [one for one in carried.codings if (one.review_id, one.item) in there]
    if not counted:
        raise NotComputable(_nothing(kept, book.ref))
    lost = len(carried.codings) - len(counted)
    said = (f"Left out, their text being on record no more: codings {lost}.",) if lost else ()
    return {
        "codings": counted,
        "texts": held,
        "coded_reviews": {one.review_id for one in held},
        "codebook": book,
        "warnings": (*_warnings(kept, texts, held, counted), *said, *carried.warnings),
    }


def _nothing(kept: Kept, ref: str) -> Problem:
    if not kept.codings and kept.on_record:
        message = "all its codings are the study's own, which the record has"
        hint = "Leave --codings out for figures of the study's own codings."
    elif not kept.codings:
        message = "no coding was taken from it"
        hint = "Import the project again to see why: lltic themes import FILE.qdpx --as NAME"
    else:
        message = f"none of its codings is on a text of the record and of a theme of {ref}"
        hint = "Import the project again, without --codebook, under another name."
    return Problem("nothing-imported", f"--codings {kept.name}", message, hint=hint)


def _warnings(
    kept: Kept, texts: list[Judgement], held: list[Judgement], codings: list[Coding]
) -> list[str]:
    from hashlib import sha256

    cases = {one.case_id for one in held}
    here = {(one.review_id, one.item) for one in held}
    partly = {one.case_id for one in texts if (one.review_id, one.item) not in here} & cases
    empty = len(here - {(one.review_id, one.item) for one in codings})
    now = {(t.review_id, t.item): sha256(str(t.value).encode()).hexdigest() for t in held}
    stale = sum(now[one.review_id, one.item] != one.source_hash for one in codings)
    told = (
        (len(partly), f"Not all of their texts are in the import: cases {{}} of {len(cases)}."),
        (empty, f"Counted as read, without a coding in the import: texts {{}} of {len(held)}."),
        (kept.on_record, "Left out, the study's own that came back in the import: codings {}."),
        (stale, "Counted, though their text was corrected after they were made: codings {}."),
    )
    return [say.format(n) for n, say in told if n]
