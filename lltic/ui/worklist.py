"""The list of a person's cases, in plain words and kind ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from lltic.ui.kit import Worklist, query_string
from lltic.ui.wording import ALONE, KINDS, day, plural, progress_counts

__all__ = ["case_list", "lead"]

HAND_BACK = "You can hand a case back at any time, with or without a reason."
REOPENED = "opened again: please look and sign once more"
LATE = "A day that has passed is no reproach: finish when you can, or hand the case back."
SOON = 3
"""From how many days before it a day is said to be near."""


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
    today = date.fromisoformat(data["today"])
    late = any(r["due_on"] and r["due_on"] < data["today"] for r in data["reviews"])
    said = [HAND_BACK, LATE if late else "", data["support"]]
    return Worklist(
        groups=_groups(data["reviews"], waiting, today),
        resume=_resume(data["reviews"]),
        unit="parts",
        support_title="These notes can be hard to read.",
        support=" ".join(part for part in said if part),
    )


def _resume(reviews: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return where a person wrote last, in whichever of their cases; empty for nowhere."""
    begun = [r for r in reviews if r["last"]]
    if not begun:
        return {}
    newest = max(begun, key=lambda r: r["saved_at"])
    last = newest["last"]
    return {
        "case_id": newest["case_id"],
        "label": "Continue where you were",
        "detail": f"{last['title']} · {last['question']}",
        "at": newest["saved_at"],
        "query": _back_to(newest),
    }


def _back_to(review: Mapping[str, Any]) -> str:
    """Return the address of the question that was answered last."""
    last = review["last"]
    return query_string(review=review["review_id"], page=last["page"], field=last["field"])


def _age(review: Mapping[str, Any], today: date) -> str:
    """Return how long a person has a review, and until when it is asked for, as good news is told.

    Examples
    --------
    >>> out = {"given_at": "2026-10-05T09:00:00.000000Z", "due_on": "2026-10-30"}
    >>> _age(out, date(2026, 10, 17))
    'with you for 12 days\\nhoped for by 30 Oct'
    >>> _age(out, date(2026, 11, 2))
    'with you for 28 days\\nhoped for by 30 Oct, which has passed'
    """
    if not review["given_at"]:
        return ""
    age = (today - date.fromisoformat(review["given_at"][:10])).days
    told = f"with you for {plural(age, 'day')}" if age > 0 else "came to you today"
    if not review["due_on"]:
        return told
    due = date.fromisoformat(review["due_on"])
    by, left = f"hoped for by {due.day} {due.strftime('%b')}", (due - today).days
    if left < 0:
        return f"{told}\n{by}, which has passed"
    near = {0: ", today", 1: ", tomorrow"}.get(left, f", in {left} days") if left <= SOON else ""
    return f"{told}\n{by}{near}"


def _groups(
    reviews: Sequence[dict[str, Any]], waiting: Sequence[Mapping[str, Any]], today: date
) -> list[dict[str, Any]]:
    begun = [r for r in reviews if r["status"] == "open" and _is_begun(r)]
    fresh = [r for r in reviews if r["status"] == "open" and not _is_begun(r)]
    locked = [r for r in reviews if r["status"] == "locked"]
    returned = [r for r in reviews if r["status"] == "handed_back"]
    begun.sort(key=lambda r: r["saved_at"], reverse=True)
    fresh.sort(key=lambda r: r["given_at"])
    groups = [
        ("In progress", [_open_row(r, "Continue", "In progress", "doing", today) for r in begun]),
        (
            "To start",
            [_open_row(r, "Start review", "Not yet started", "todo", today) for r in fresh],
        ),
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


def _open_row(
    review: dict[str, Any], words: str, status: str, kind: str, today: date
) -> dict[str, Any]:
    """Return the row of a review that is to be written, with how long that has been so."""
    row = _row(review, words, status, kind)
    row |= {"detail2": _age(review, today), "given": review["given_at"][:10]}
    if kind == "doing" and review["last"] and not review["reopened"]:
        row |= {"link": f"Continue at {review['last']['title']}", "query": _back_to(review)}
    return row


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
    alone, first = review["kind"] in ALONE, review["kind"] == "independent"
    detail = [
        review["summary"],
        "" if first else KINDS[review["kind"]],
        REOPENED if reopened else when,
    ]
    row = {
        "case_id": review["case_id"],
        "link": words if first or kind != "todo" else "Start",
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
