"""The list of a person's cases, in plain words and kind ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lltic.ui.kit import Worklist, query_string
from lltic.ui.wording import KINDS, day, plural, progress_counts

__all__ = ["case_list", "lead"]

HAND_BACK = "You can hand a case back at any time, with or without a reason."
REOPENED = "opened again: please look and sign once more"


def lead(reviews: Sequence[Mapping[str, Any]], *, adjudicator: bool = False) -> str:
    """Return what is left to do, in a sentence."""
    left = sum(r["status"] == "open" for r in reviews)
    done = sum(r["status"] == "locked" for r in reviews)
    count = f"{plural(left, 'case').capitalize()} to review, {done} done. "
    if not any(r["kind"] == "independent" for r in reviews) and adjudicator:
        return f"{count}Whose judgements you read is not shown to you."
    return (
        f"{count}Nobody sees what you write until you submit, and another reviewer of the same "
        "case never sees it before submitting theirs."
    )


def case_list(data: Mapping[str, Any], waiting: Sequence[Mapping[str, Any]]) -> Worklist:
    """Return the list of a person's reviews, and of the cases that wait for an adjudicator."""
    return Worklist(
        groups=_groups(data["reviews"], waiting),
        unit="parts",
        support_title="These notes can be hard to read.",
        support=f"{HAND_BACK} {data['support']}",
    )


def _groups(
    reviews: Sequence[dict[str, Any]], waiting: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    begun = [r for r in reviews if r["status"] == "open" and _is_begun(r)]
    fresh = [r for r in reviews if r["status"] == "open" and not _is_begun(r)]
    locked = [r for r in reviews if r["status"] == "locked"]
    returned = [r for r in reviews if r["status"] == "handed_back"]
    begun.sort(key=lambda r: r["saved_at"], reverse=True)
    groups = [
        ("In progress", [_row(r, "Continue", "In progress", "doing") for r in begun]),
        ("To start", [_row(r, "Start review", "Not yet started", "todo") for r in fresh]),
        ("Waiting for somebody to take them", [_taking(case) for case in waiting]),
        ("Submitted", [_row(r, "See my judgement", "Submitted", "done") for r in locked]),
        ("Handed back", [_row(r, "See what I wrote", "Handed back", "waiting") for r in returned]),
    ]
    return [{"heading": heading, "rows": rows} for heading, rows in groups if rows]


def _is_begun(review: Mapping[str, Any]) -> bool:
    return bool(review["saved_at"]) or review["reopened"]


def _taking(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case_id": case["case_id"],
        "link": "Take this case",
        "action": "take",
        "kind": case["kind"],
        "detail": KINDS[case["kind"]],
        "status": "Waits",
        "status_kind": "todo",
    }


def _row(review: dict[str, Any], words: str, status: str, kind: str) -> dict[str, Any]:
    done, total = progress_counts(review["progress"])
    reopened = kind == "doing" and review["reopened"]
    when = {
        "doing": f"last saved {day(review['saved_at'])}" if review["saved_at"] else "",
        "todo": f"{plural(review['note_pages'], 'page')} of notes",
        "done": f"submitted {day(review['submitted_at'])} · receipt {review['receipt']}",
        "waiting": "it went to somebody else",
    }[kind]
    page = (review["next_page"] or "check") if kind == "doing" else "tasks"
    page = "check" if kind in ("done", "waiting") else page
    alone = review["kind"] == "independent"
    detail = [
        review["summary"],
        "" if alone else KINDS[review["kind"]],
        REOPENED if reopened else when,
    ]
    row = {
        "case_id": review["case_id"],
        "link": words if alone or kind != "todo" else "Start",
        "detail": " · ".join(part for part in detail if part),
        "status": "Opened again" if reopened else status,
        "status_kind": kind,
        "query": query_string(
            review=review["review_id"], page="tasks" if reopened or not alone else page
        ),
    }
    if kind == "doing" and alone:
        row |= {"done": done, "total": total}
    return row
