"""How long each review has been out, and with whom: to ask how it is going, not to blame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.ui.progress.frame import KIND_WORDS, Frame, counted
from lltic.ui.wording import day, plural

__all__ = ["show_ageing"]

BANDS = (
    ("Less than a week", 7),
    ("1 to 2 weeks", 14),
    ("2 to 4 weeks", 28),
    ("4 weeks or more", 0),
)
"""Words, and below how many days; the last has no end."""

LEAD = (
    "Oldest first. A review may rest for a good reason: leave, a hard case, notes that are "
    "missing. Ask how it is going, and offer help, before anything else."
)


def show_ageing(frame: Frame, data: Mapping[str, Any]) -> None:
    """Show how long each review that is not in has been where it is."""
    out = [
        (case["case_id"], review)
        for case in data["cases"]
        for review in counted(case)
        if review["status"] in ("open", "offered")
    ]
    out.sort(key=lambda one: (one[1]["out_since"], one[0]))
    ages = [frame.days(review["out_since"]) for _, review in out]
    bands = frame.table(
        "Reviews that are out", [("For", False), ("Reviews", True)], _banded(ages), empty="None."
    )
    columns = ["Case", "What", "With", "For", "Last saved"]
    listed = frame.table(
        "Each of them, oldest first",
        [(label, False) for label in columns],
        [
            [
                frame.link(case_id, case=case_id),
                KIND_WORDS[review["kind"]],
                frame.names(review["members"]),
                frame.age(review["out_since"]),
                day(review["saved_at"]) or "not begun",
            ]
            for case_id, review in out
        ],
        empty="Every review is in. Thank everybody.",
    )
    lead = LEAD if out else plural(0, "review").capitalize() + " out just now."
    frame.page("ageing", "How long reviews have been out", [bands, listed], lead=lead)


def _banded(ages: list[int]) -> list[list[Any]]:
    """Return how many reviews are in each band; every one of them in exactly one."""
    rows: list[list[Any]] = []
    since = 0
    for words, until in BANDS:
        rows.append([words, sum(since <= days and (not until or days < until) for days in ages)])
        since = until
    return rows if ages else []
