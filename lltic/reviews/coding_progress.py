"""How far the coding is: texts, the curve of new themes, the stopping rule.

A text that two people code counts from when both are done, and not before: until then
nothing here changes with what either of them does. What came of a suggestion is no part
of the curve: it is of what people find.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lltic.reviews.coding_curve import curve, stops_at
from lltic.reviews.coding_differences import is_finished
from lltic.reviews.rules.coding import latest_codebook
from lltic.reviews.state import INDEPENDENT, LOCKED, ReviewState, State

__all__ = ["codable", "finished", "how_far"]


def codable(state: State) -> list[ReviewState]:
    """Return the reviews whose text somebody may code: independent ones of cases that are in."""
    return [
        review
        for review in state.reviews.values()
        if review.kind == INDEPENDENT
        and review.status == LOCKED
        and not state.cases[review.case_id].erased
        and state.case_is_closed(review.case_id)
    ]


def how_far(state: State, only: str = "") -> dict[str, Any]:
    """Return how far the coding is; ``only`` counts one coder's own texts.

    Returns
    -------
    dict
        ``plan, texts, double, coded, to_settle, themes, curve, stops_at``; of each point
        of the curve ``texts``, the labels of the ``new`` themes, and how many are ``known``.
    """
    coding, plan = state.coding, state.coding.plan
    ids = [review.review_id for review in codable(state)]
    closed = finished(state)
    points = curve(_own(state, ids, only) if only else _found(state, closed))
    labels = {entry["code"]: entry["label"] for entry in latest_codebook(state)[1]["codes"]}
    return {
        "plan": asdict(plan) if plan else None,
        "texts": len(ids),
        "double": sum(plan.places(one) > 1 for one in ids) if plan else 0,
        "coded": len(points),
        "to_settle": 0 if only else sum(not is_finished(coding, one) for one in closed),
        "themes": len(labels),
        "curve": [
            {
                "texts": point.texts,
                "new": [labels.get(theme, theme) for theme in point.new],
                "known": point.known,
            }
            for point in points
        ],
        "stops_at": stops_at(points, plan.base, plan.run, plan.new_share) if plan else None,
    }


def finished(state: State) -> list[str]:
    """Return the reviews whose text all are done with who code it, in that order."""
    coding = state.coding
    closed = [r.review_id for r in codable(state) if coding.is_closed(r.review_id)]
    return sorted(closed, key=lambda one: max(coding.text(one).done_seq.values()))


def _found(state: State, closed: list[str]) -> list[set[str]]:
    """The themes that anybody found in each closed text, settled or not."""
    texts = [state.coding.text(review_id) for review_id in closed]
    return [{c.theme for c in text.codings.values() if not c.suggestion} for text in texts]


def _own(state: State, ids: list[str], name: str) -> list[set[str]]:
    """The themes that one coder found in each text they are done with."""
    texts = [state.coding.text(review_id) for review_id in ids]
    own = [text for text in texts if name in text.done]
    own.sort(key=lambda text: text.done_seq[name])
    return [{c.theme for c in text.by(name) if not c.suggestion} for text in own]
