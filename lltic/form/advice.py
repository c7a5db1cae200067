"""What makes a form hard on people though nothing is wrong with it: advice to its author."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lltic.errors import Problem
from lltic.form.model import Form, Item, Scale

__all__ = ["advice_on"]

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
"""What a page or a question is best called."""

LONGEST_LABEL = 22
"""Words; a question that needs more is two questions, or has a hint in it. Our own bound."""

BLAME = re.compile(
    r"\b(blam\w*|at fault|guilt\w*|negligen\w*|careless\w*|incompeten\w*|culprit\w*|fail(ed|ure)\w*"
    r"|mistakes?|errors?|neglect(ed)?|wrongdo\w*|offen[cd]e\w*)\b",
    re.IGNORECASE,
)
"""Words that look for somebody to blame; people who read them write less."""


def advice_on(form: Form) -> Iterator[Problem]:
    """Yield what an author should look at once more; the form works as it is.

    Returns
    -------
    iterator of Problem
        ``form-name``, ``form-empty-page``, ``form-no-way-out``, ``form-long-question``,
        ``form-blame`` and ``form-scale-unsourced``; ``where`` is a path, a page or a scale.
    """
    yield from _advice_on_names(form)
    for path, item in form.questions():
        if _is_a_trap(item):
            message = "must be answered, and offers no reason for having no answer"
            hint = "Give it 'missing: [not_in_notes]' or another reason, if there is one."
            yield Problem("form-no-way-out", path, message, hint=hint)
        if len(item.label.split()) > LONGEST_LABEL:
            message = "is a long question"
            allowed = f"{LONGEST_LABEL} words; put the rest into 'hint'"
            yield Problem("form-long-question", path, message, allowed)
    for where, text in _texts(form):
        for found in BLAME.finditer(text):
            hint = "Ask what happened and in what conditions, not whose doing it was."
            yield Problem("form-blame", where, f"says “{found.group()}”", hint=hint)
    for key, scale in form.scales.items():
        if not scale.source.strip():
            message = "does not say where it comes from"
            hint = "Give it a 'source', be it that the scale is your own."
            yield Problem("form-scale-unsourced", f"scales.{key}", message, hint=hint)


def _advice_on_names(form: Form) -> Iterator[Problem]:
    """Names go into columns, other systems and other people's scripts."""
    for page in form.pages:
        for name in (page.id, *(item.id for item in page.items)):
            if not NAME.fullmatch(name):
                message = f"'{name}' will be spelt otherwise where answers are handed on"
                allowed = "small letters, digits and _, beginning with a letter"
                yield Problem("form-name", page.id, message, allowed)
        if not page.items:
            yield Problem("form-empty-page", page.id, "asks nothing")


def _is_a_trap(item: Item) -> bool:
    """Say whether it must always be answered: a condition can be answered otherwise.

    Words are no trap: in them one can say that there is no answer, and why.
    """
    words = item.type in ("text", "line")
    return item.required and item.when is None and not item.missing and not words


def _texts(form: Form) -> Iterator[tuple[str, str]]:
    yield "title", form.title
    for page in form.pages:
        yield page.id, f"{page.title}. {page.caption}. {page.hint}"
    for path, item in form.questions():
        options = ". ".join(f"{option.label}. {option.hint}" for option in item.options)
        reasons = ". ".join((item.missing_labels or {}).values())
        yield path, f"{item.label}. {item.hint}. {options}. {reasons}"
    for key, scale in form.scales.items():
        yield f"scales.{key}", _scale_words(scale)
    for trigger in form.triggers:
        yield f"triggers.{trigger.id}", trigger.says


def _scale_words(scale: Scale) -> str:
    return ". ".join([scale.title, *(f"{p.label}. {p.means}" for p in scale.points)])
