"""What would be counted had nobody settled where two coders of a text differ.

In the record a text that two coded counts once it is settled, with what both found and what was
settled. The rules here show how far a figure hangs on that: counted by what any of them found,
and by what all of them found alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Literal, get_args

from lltic.errors import UsageError, unknown
from lltic.records import Coding

__all__ = ["RULES", "Rule", "standing"]

Rule = Literal["any", "both"]

RULES: Mapping[str, str] = {
    "any": "a theme counts on a text when any of its coders found it",
    "both": "a theme counts on a text only when every coder who read it to the end found it",
}
"""The rules, and what each does. Between them lies what was settled. ``any`` finds more the more
people read: a share by it is not comparable between texts coded once and coded twice."""


def standing(
    codings: Iterable[Coding],
    coders_of: Mapping[str, Set[str]],
    rule: Rule = "any",
) -> list[Coding]:
    """Return the codings that count under a rule, in the order they came.

    Parameters
    ----------
    codings : iterable of Coding
        What each coder found alone, as ``reviews.read.independent_codings`` has it.
    coders_of : mapping of review id to coders
        Who has read each review's text to its end. With ``both`` only theirs count, and a text
        read by one coder keeps what that one found.
    rule : {"any", "both"}

    Raises
    ------
    UsageError
        ``unknown-rule``.

    Notes
    -----
    Two coders agree on a theme of a text (one question of one review), and not on where
    a passage begins and ends: with ``both`` all their passages of that theme on it are kept.
    """
    if rule not in get_args(Rule):
        raise UsageError(unknown("rule", rule, tuple(RULES)))
    made = list(codings)
    if rule == "any":
        return made
    found_by: dict[tuple[str, str, str], set[str]] = {}
    for c in made:
        found_by.setdefault((c.review_id, c.item, c.theme), set()).add(c.coder)
    return [
        c
        for c in made
        if c.coder in coders_of.get(c.review_id, ())
        and coders_of[c.review_id] <= found_by[c.review_id, c.item, c.theme]
    ]
