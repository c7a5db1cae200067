"""One case, for a coordinator: its reviews, its concerns, and the way to its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ipywidgets import Widget

from lltic.errors import Refused
from lltic.form import Form
from lltic.records import from_plain
from lltic.ui.escalating import escalation_words
from lltic.ui.evidence import listed, of_sides
from lltic.ui.kit import Heading, Notice, Paragraph, link, query_string
from lltic.ui.line import Line
from lltic.ui.progress.frame import HOME, KIND_WORDS, STAGES, STATUS_WORDS, Frame, counted
from lltic.ui.progress.overview import remarks
from lltic.ui.sides import DISCIPLINES, in_full
from lltic.ui.wording import day, time_of_day

__all__ = ["show_case"]

COLUMNS = ("What", "Who", "How far", "Last change")
STEPS = ("Next step", "Or")


def show_case(
    frame: Frame,
    line: Line,
    row: Mapping[str, Any],
    escalations: Sequence[Mapping[str, Any]],
    *,
    reading: bool,
) -> None:
    """Show a case; its answers too when they are asked for and open."""
    case_id = row["case_id"]
    found = [e for e in escalations if e["case_id"] == case_id]
    listed = [*row["reviews"], *row["second_readings"]]
    most = max(len(_steps(row, review)) for review in listed)
    reviews = frame.table(
        "Reviews",
        [(label, False) for label in (*COLUMNS, *STEPS[:most])],
        [_review_row(frame, row, review, most) for review in listed],
    )
    parts: list[Any] = [
        Heading(text=f"Case {case_id}", caption=STAGES[row["stage"]], lead=remarks(row)),
        reviews,
        *_another(frame, row),
        *_escalations(frame, found),
        *(_read(frame, line, case_id) if reading else _way_to_answers(frame, line, case_id)),
        frame.links(link("Back to all cases", "back", query=HOME)),
    ]
    frame.show(parts, query_string(case=case_id), f"Case {case_id}")


def _review_row(
    frame: Frame, row: Mapping[str, Any], review: Mapping[str, Any], most: int
) -> list[Any]:
    """Return a review's cells, ``most`` of them for what can be done to it."""
    words, kind = STATUS_WORDS[review["status"]]
    at = review["submitted_at"] or review["saved_at"]
    both = review["kind"] == "consensus" and review["status"] == "open"
    side = DISCIPLINES.get(review["discipline"], "")
    what = KIND_WORDS[review["kind"]]
    steps = [
        frame.link(
            label,
            f"the review {review['review_id']}",
            case=row["case_id"],
            do=step,
            which=review["review_id"],
        )
        for step, label in _steps(row, review)
    ]
    return [
        f"{what}, {side.lower()}" if side else what,
        frame.names(review["members"]),
        {"text": "With both sides" if both else words, "kind": kind},
        f"{day(at)} {time_of_day(at)}" if at else "not begun",
        *steps,
        *[""] * (most - len(steps)),
    ]


def _steps(row: Mapping[str, Any], review: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what may be done to a review; the service decides it again."""
    if review["kind"] == "repeat":
        return [("withdraw", "Take back")] if review["status"] == "open" else []
    if review["kind"] != "independent":
        return []
    untouched = not {r["kind"] for r in row["reviews"]} & {"adjudication", "consensus"}
    if review["status"] == "locked" and untouched:
        return [("reopen", "Open again")]
    if review["status"] == "offered":
        return [("give", "Give to somebody"), ("withdraw", "Withdraw")]
    return [("withdraw", "Take back")] if review["status"] == "open" else []


def _another(frame: Frame, row: Mapping[str, Any]) -> list[Widget]:
    """Return the way to one more reader, where the case waits for none and is not in."""
    waits = any(review["status"] == "offered" for review in counted(row))
    if row["stage"] != "awaiting" or waits:
        return []
    return [frame.to("Open the case to another reader", case=row["case_id"], do="offer")]


def _escalations(frame: Frame, found: Sequence[Mapping[str, Any]]) -> list[Widget]:
    parts: list[Widget] = []
    for escalation in found:
        record = escalation_words(escalation["record"])
        sent = f" ({record['sent_at']})" if record["sent_at"] else ""
        by = f" by {record['acknowledged_by']}" if record["acknowledged_by"] else ""
        lines = [
            f"{escalation['says']} ({day(escalation['at'])}).",
            f"To whom: {record['to'] or 'not yet'}{sent}. "
            f"Acknowledged: {record['acknowledged_at'] or 'not yet'}{by}. "
            f"Duty of candour: {record['duty_of_candour']}. "
            f"Incident: {record['incident'] or 'none recorded'}.",
        ]
        query = query_string(
            case=escalation["case_id"], do="escalation", id=escalation["escalation_id"]
        )
        notice = Notice(
            kind="warning",
            title="A concern to hand on",
            text="\n\n".join(lines),
            links=[link("Write down what was done", "open", query=query)],
        )
        notice.on_action(frame.go)
        parts.append(notice)
    return parts


def _way_to_answers(frame: Frame, line: Line, case_id: str) -> list[Widget]:
    """Return the way to the answers: closed until all are in, or the blind is broken."""
    try:
        line.case(case_id)
    except Refused:
        text = "The answers open when every review is in."
        words, step = "Break the blind of this case", "break_blind"
    else:
        text, words, step = "The answers are open.", "Read the answers", "read"
    return [Paragraph(text=text), frame.to(words, case=case_id, do=step)]


def _read(frame: Frame, line: Line, case_id: str) -> list[Widget]:
    found = line.case(case_id)["reviews"]
    parts: list[Widget] = []
    for kind, words in KIND_WORDS.items():
        some = [r for r in found if r["kind"] == kind and r["answers"]]
        if some:
            form = from_plain(Form, max((r["form"] for r in some), key=_size))
            sides = [(frame.names(r["members"]), r["answers"]) for r in some]
            laid = [(frame.names(r["members"]), listed(r["evidence"], ())) for r in some]
            # There are no notes on this page that could be brought to a passage.
            below = partial(of_sides, laid, linked=False)
            parts += [Heading(text=words, level=2), *in_full(form, sides, below)]
    return parts or [Paragraph(text="Nothing has been written yet.")]


def _size(form: Mapping[str, Any]) -> int:
    return len(form["pages"])
