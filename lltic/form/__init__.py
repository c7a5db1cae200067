"""What do we ask? Forms as data: pages, items, scales, branching, validation.

A form is one YAML file in ``review_forms/`` and has many faces; this room holds
the model every face is made from and the rules all of them share.
"""

from __future__ import annotations

from lltic.form.entries import Match, contents, matched
from lltic.form.load import load_form
from lltic.form.model import (
    Concordance,
    Condition,
    Conversion,
    Form,
    Item,
    Option,
    Page,
    Scale,
    ScalePoint,
    Trigger,
)
from lltic.form.outcome import Difference, apart, differing, is_concordant, merged, triggered
from lltic.form.rules import (
    Answers,
    asked,
    check_complete,
    check_value,
    is_relevant,
    page_progress,
    resolve,
)

__all__ = [
    "Answers",
    "Concordance",
    "Condition",
    "Conversion",
    "Difference",
    "Form",
    "Item",
    "Match",
    "Option",
    "Page",
    "Scale",
    "ScalePoint",
    "Trigger",
    "apart",
    "asked",
    "check_complete",
    "check_value",
    "contents",
    "differing",
    "is_concordant",
    "is_relevant",
    "load_form",
    "matched",
    "merged",
    "page_progress",
    "resolve",
    "triggered",
]
