"""The coordinator's pages: how far every case is, and what only a coordinator may do.

Shows no answer of a case that is not in, unless its blind was broken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lltic.errors import Refused
from lltic.ui.deeds import Deed, withdrawal
from lltic.ui.escalating import EscalationForm, escalation_words
from lltic.ui.kit import Actions, Heading, Notice, Paragraph, Table, link, query_string
from lltic.ui.line import Line
from lltic.ui.sides import DISCIPLINES, in_full
from lltic.ui.wording import day, plural, time_of_day

__all__ = ["ProgressPages"]

HOME = query_string(page="progress")

STAGES = {
    "awaiting": "Reviews are out",
    "discordant": "Waits for an adjudicator",
    "in_adjudication": "Being adjudicated",
    "in_consensus": "Being agreed together",
    "in_stage_2": "In the second stage",
    "concluded": "Concluded",
    "erased": "Text erased",
}

KIND_WORDS = {
    "independent": "Review",
    "adjudication": "Adjudication",
    "consensus": "Agreeing together",
    "stage_2": "Second stage",
}

STATUS_WORDS = {
    "offered": ("Waits for somebody", "waiting"),
    "open": ("With the reviewer", "doing"),
    "locked": ("In", "done"),
    "handed_back": ("Handed back", "off"),
}

Show = Callable[..., None]
"""``show(parts, query, title, error=False)``: show a page of one column."""


class ProgressPages:
    """Everything a coordinator sees beside their own cases.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    go : callable
        ``go(query)`` leaves for another page.
    show : callable
        See :data:`Show`.
    """

    def __init__(self, line: Line, go: Callable[[str], None], show: Show) -> None:
        self._line = line
        self._go = go
        self._show = show
        self._people: Mapping[str, str] = {}

    def show(self, asked: Mapping[str, str], above: Sequence[Widget] = ()) -> None:
        """Show the page of an address: all cases, those of a stage, one case, one step."""
        data = self._line.overview()
        self._people = data["people"]
        row = next((c for c in data["cases"] if c["case_id"] == asked.get("case")), None)
        if row is not None:
            self._show_case(row, data, asked, above)
        elif asked.get("stage") in STAGES:
            self._show_stage(asked["stage"], data["cases"])
        else:
            self._show_overview(data, above, unknown="case" in asked)

    # -- all cases -----------------------------------------------------------------------------

    def _show_overview(
        self, data: Mapping[str, Any], above: Sequence[Widget], *, unknown: bool
    ) -> None:
        counts = Counter(case["stage"] for case in data["cases"])
        stages = self._table(
            "Cases by stage",
            [("Stage", False), ("Cases", True)],
            [
                [self._link(words, stage=stage), counts[stage]]
                for stage, words in STAGES.items()
                if counts[stage]
            ],
        )
        people = self._table(
            "Who has how much",
            [("Person", False), ("To do", True), ("In", True)],
            self._load(data["load"]),
        )
        escalations = self._table(
            "Concerns handed on",
            [("Case", False), ("Why", False), ("To whom", False), ("Acknowledged", False)],
            [self._escalation_row(e) for e in data["escalations"]],
            empty="No judgement has set one off so far.",
        )
        parts: list[Any] = [
            *above,
            *([_unknown()] if unknown else []),
            Heading(text="Progress", lead=_lead(data["cases"])),
            *(stages, escalations, people),
        ]
        self._show(parts, HOME, "Progress")

    def _escalation_row(self, found: Mapping[str, Any]) -> list[Any]:
        record = escalation_words(found["record"])
        return [
            self._link(found["case_id"], case=found["case_id"]),
            found["says"],
            record["to"] or "not yet",
            record["acknowledged_at"] or "not yet",
        ]

    def _show_stage(self, stage: str, cases: Sequence[Mapping[str, Any]]) -> None:
        rows = [
            [
                self._link(case["case_id"], case=case["case_id"]),
                f"{sum(r['status'] == 'locked' for r in _counted(case))} of {len(_counted(case))}",
                ", ".join(self._awaited(case)) or "–",
                _remarks(case),
            ]
            for case in cases
            if case["stage"] == stage
        ]
        columns = [("Case", False), ("Reviews in", True), ("With", False), ("", False)]
        parts = [
            Heading(text=STAGES[stage], caption="Progress", lead=plural(len(rows), "case") + "."),
            self._table("", columns, rows),
            self._back("Back to all cases", HOME),
        ]
        self._show(parts, query_string(page="progress", stage=stage), STAGES[stage])

    # -- one case ------------------------------------------------------------------------------

    def _show_case(
        self,
        row: Mapping[str, Any],
        data: Mapping[str, Any],
        asked: Mapping[str, str],
        above: Sequence[Widget],
    ) -> None:
        found = [e for e in data["escalations"] if e["case_id"] == row["case_id"]]
        step = self._step(row, found, asked)
        if step is not None:
            step.show()
            return
        case_id = row["case_id"]
        reviews = self._table(
            "Reviews",
            [
                ("What", False),
                ("Who", False),
                ("How far", False),
                ("Last change", False),
                ("", False),
            ],
            [self._review_row(row, review) for review in row["reviews"]],
        )
        parts: list[Any] = [
            *above,
            Heading(text=f"Case {case_id}", caption=STAGES[row["stage"]], lead=_remarks(row)),
            reviews,
            *self._escalations(found),
            *self._answers(row, asked),
            self._back("Back to all cases", HOME),
        ]
        self._show(parts, query_string(case=case_id), f"Case {case_id}")

    def _review_row(self, row: Mapping[str, Any], review: Mapping[str, Any]) -> list[Any]:
        words, kind = STATUS_WORDS[review["status"]]
        at = review["submitted_at"] or review["saved_at"]
        both = review["kind"] == "consensus" and review["status"] == "open"
        words = "With both sides" if both else words
        side = DISCIPLINES.get(review["discipline"], "")
        cells: list[Any] = [
            f"{KIND_WORDS[review['kind']]}, {side.lower()}" if side else KIND_WORDS[review["kind"]],
            self._names(review["members"]),
            {"text": words, "kind": kind},
            f"{day(at)} {time_of_day(at)}" if at else "not begun",
        ]
        alone = review["kind"] == "independent"
        untouched = not {r["kind"] for r in row["reviews"]} & {"adjudication", "consensus"}
        step = ""
        if alone and review["status"] == "locked" and untouched:
            step, words = "reopen", "Open again"
        elif alone and review["status"] in ("open", "offered"):
            step, words = "withdraw", "Withdraw"
        if not step:
            return [*cells, ""]
        asked = {"case": row["case_id"], "do": step, "which": review["review_id"]}
        return [*cells, self._link(words, more=f"the review {review['review_id']}", **asked)]

    def _escalations(self, found: Sequence[Mapping[str, Any]]) -> list[Widget]:
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
            notice.on_action(lambda name, payload: self._go(payload["query"]))
            parts.append(notice)
        return parts

    def _answers(self, row: Mapping[str, Any], asked: Mapping[str, str]) -> list[Widget]:
        """Return the way to the answers: closed until all are in, or the blind is broken."""
        case_id = row["case_id"]
        if asked.get("do") == "read":
            return self._read(case_id)
        try:
            self._line.case(case_id)
        except Refused:
            text = "The answers open when every review is in."
            words, step = "Break the blind of this case", "break_blind"
        else:
            text, words, step = "The answers are open.", "Read the answers", "read"
        actions = Actions(links=[link(words, "open", query=query_string(case=case_id, do=step))])
        actions.on_action(lambda name, payload: self._go(payload["query"]))
        return [Paragraph(text=text), actions]

    def _read(self, case_id: str) -> list[Widget]:
        from lltic.form import Form
        from lltic.records import from_plain

        found = self._line.case(case_id)["reviews"]
        parts: list[Widget] = []
        for kind, words in KIND_WORDS.items():
            some = [r for r in found if r["kind"] == kind and r["answers"]]
            if some:
                form = from_plain(Form, max((r["form"] for r in some), key=_size))
                sides = [(self._names(r["members"]), r["answers"]) for r in some]
                parts += [Heading(text=words, level=2), *in_full(form, sides)]
        return parts or [Paragraph(text="Nothing has been written yet.")]

    # -- one step ------------------------------------------------------------------------------

    def _step(
        self,
        row: Mapping[str, Any],
        found: Sequence[Mapping[str, Any]],
        asked: Mapping[str, str],
    ) -> Any:
        """Return the page of what a coordinator is about to do, or None."""
        step, case_id = asked.get("do", ""), row["case_id"]
        reviews = {r["review_id"] for r in row["reviews"]}
        on = (self._line, self._go, self._show)
        if step == "break_blind":
            return Deed(*on, step, case_id)
        if step == "reopen" and asked.get("which") in reviews:
            return Deed(*on, step, case_id, asked["which"])
        if step == "withdraw" and asked.get("which") in reviews:
            return withdrawal(*on, case_id, asked["which"])
        escalation = next((e for e in found if e["escalation_id"] == asked.get("id")), None)
        if step == "escalation" and escalation is not None:
            return EscalationForm(*on, escalation)
        return None

    # -- people --------------------------------------------------------------------------------

    def _names(self, members: Sequence[str]) -> str:
        """Return what they are called; by their accounts where those are no more."""
        return ", ".join(self._people.get(name, name) for name in members) or "nobody yet"

    def _load(self, load: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        people: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in load:  # by account: two people may have one name
            people[one["reviewer"]][one["status"]] += one["reviews"]
        rows = [
            [self._names([name] * bool(name)), n["open"] + n["offered"], n["locked"]]
            for name, n in people.items()
        ]
        return sorted(rows, key=lambda row: row[0].casefold())

    def _awaited(self, case: Mapping[str, Any]) -> list[str]:
        waits = [r for r in _counted(case) if r["status"] != "locked"]
        return list(dict.fromkeys(self._names(r["members"]) for r in waits))

    # -- parts ---------------------------------------------------------------------------------

    def _link(self, text: str, more: str = "", **asked: str) -> dict[str, str]:
        page = "" if "case" in asked else "progress"
        return {"text": text, "more": more, "query": query_string(page=page, **asked)}

    def _table(
        self,
        caption: str,
        columns: Sequence[tuple[str, bool]],
        rows: Sequence[list[Any]],
        empty: str = "None.",
    ) -> Table:
        named = [{"label": label, "number": number} for label, number in columns]
        table = Table(caption=caption, columns=named, rows=list(rows), empty=empty)
        table.on_action(lambda name, payload: self._go(payload["query"]))
        return table

    def _back(self, words: str, query: str) -> Actions:
        actions = Actions(links=[link(words, "back", query=query)])
        actions.on_action(lambda name, payload: self._go(query))
        return actions


def _unknown() -> Notice:
    text = "It is not a case of this study, or you read it yourself and it is not in yet."
    return Notice(kind="warning", title="That case cannot be opened", text=text)


def _lead(cases: Sequence[Mapping[str, Any]]) -> str:
    done = sum(case["stage"] == "concluded" for case in cases)
    return (
        f"{plural(len(cases), 'case').capitalize()}, {done} concluded. No answers are shown here."
    )


def _counted(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [r for r in case["reviews"] if r["status"] != "handed_back"]


def _remarks(case: Mapping[str, Any]) -> str:
    said = ["read jointly" * case["joint"], "the blind was broken" * case["unblinded"]]
    return "; ".join(part for part in said if part).capitalize()


def _size(form: Mapping[str, Any]) -> int:
    return len(form["pages"])
