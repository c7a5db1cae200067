"""What follows when reviews are in: what they set off, and whether they agree.

All functions take answers as :mod:`lltic.form.rules` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lltic.form.model import Form, Trigger
from lltic.form.rules import Answers, holds, resolve

__all__ = ["differing", "is_concordant", "merged", "triggered"]


def triggered(form: Form, answers: Answers) -> list[Trigger]:
    """Return the triggers that these answers set off, in the order of the form."""
    return [t for t in form.triggers if any(holds(c, form, answers) for c in t.when_any)]


def is_concordant(form: Form, reviews: Sequence[Answers]) -> bool:
    """Say whether independent reviews agree on every item the form names.

    Two kinds of missing agree when they are the same kind; a missing answer and a
    value do not.
    """
    sheets = [resolve(form, answers) for answers in reviews]
    for rule in form.concordance:
        given = [sheet[rule.item] for sheet in sheets]
        if len({answer["missing"] for answer in given}) > 1:
            return False
        values = [answer["value"] for answer in given if not answer["missing"]]
        if values and not _near(values, rule.within):
            return False
    return True


def _near(values: Sequence[Any], within: int) -> bool:
    if all(type(value) is int for value in values):
        return max(values) - min(values) <= within
    return all(value == values[0] for value in values)


def merged(reviews: Sequence[tuple[Form, Answers]]) -> dict[str, dict[str, Any]]:
    """Return the answers that need no talk: given by one side alone, or the same by all.

    Parameters
    ----------
    reviews : sequence of (Form, Answers)
        Each side with the form as that side was asked it.
    """
    given: dict[str, list[dict[str, Any]]] = {}
    for form, answers in reviews:
        for path, _, _ in form.items():
            if path in answers:
                given.setdefault(path, []).append(dict(answers[path]))
    asked = [{path for path, _, _ in form.items()} for form, _ in reviews]
    same = {}
    for path, said in given.items():
        sides = sum(path in paths for paths in asked)
        if len(said) == sides and all(answer == said[0] for answer in said):
            same[path] = said[0]
    return same


def differing(reviews: Sequence[tuple[Form, Answers]]) -> list[str]:
    """Return the paths on which the sides did not say the same, in the order of the form."""
    agreed = merged(reviews)
    paths = dict.fromkeys(path for form, _ in reviews for path, _, _ in form.items())
    answered = {path for _, answers in reviews for path in answers}
    return [path for path in paths if path in answered and path not in agreed]
