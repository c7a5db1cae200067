"""Who has what: cases to give, places that wait, and how the load is balanced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from lltic.ui.progress.frame import Frame, counted, discipline_words, setting_words
from lltic.ui.progress.overview import loads
from lltic.ui.wording import plural

__all__ = ["show_allocation"]

LEAD = (
    "Give a case to somebody, or take one back; each step asks for its reason. To give out many "
    "cases at once, evenly and by lot: lltic allocate."
)


def show_allocation(frame: Frame, data: Mapping[str, Any]) -> None:
    """Show who has what, and what can be given to somebody."""
    parts = [
        _not_given(frame, data),
        _waiting(frame, data),
        *_balance(frame, data),
        _out(frame, data),
    ]
    frame.page("allocation", "Who has what", parts, lead=LEAD)


def _not_given(frame: Frame, data: Mapping[str, Any]) -> Any:
    return frame.table(
        "Cases nobody has been given",
        [("Case", False), ("Where", False), ("Next step", False)],
        [
            [
                one["case_id"],
                setting_words(one["setting"]),
                frame.link("Open it to a reader", one["case_id"], case=one["case_id"], do="offer"),
            ]
            for one in data["not_given"]
        ],
        empty="Every case has been given to somebody.",
    )


def _waiting(frame: Frame, data: Mapping[str, Any]) -> Any:
    places = [
        (case["case_id"], review)
        for case in data["cases"]
        for review in counted(case)
        if review["kind"] == "independent" and review["status"] == "offered"
    ]
    places.sort(key=lambda one: one[1]["out_since"])
    return frame.table(
        "Places that wait for somebody",
        [("Case", False), ("For", False), ("Waits", False), ("Next step", False)],
        [
            [
                frame.link(case_id, case=case_id),
                discipline_words(review["discipline"]) if review["discipline"] else "Anybody",
                frame.age(review["out_since"]),
                frame.link(
                    "Give to somebody", case_id, case=case_id, do="give", which=review["review_id"]
                ),
            ]
            for case_id, review in places
        ],
        empty="No place waits. Whoever asks for the next case is told so kindly.",
    )


def _balance(frame: Frame, data: Mapping[str, Any]) -> list[Any]:
    """Return the load of everybody who can be given a case, and of each discipline."""
    load = loads(data)
    people = sorted(
        data["reviewers"],
        key=lambda one: (load.get(one["reviewer"], Counter())["to_do"], one["reviewer"]),
    )
    columns = [("Reviewer", False), ("Discipline", False), ("To do", True), ("In", True)]
    each = frame.table(
        "Reviewers, by what they have to do",
        columns,
        [
            [
                frame.names([one["reviewer"]]),
                discipline_words(one["discipline"]),
                load.get(one["reviewer"], Counter())["to_do"],
                load.get(one["reviewer"], Counter())["in"],
            ]
            for one in people
        ],
        empty="Nobody here has the role of a reviewer.",
    )
    disciplines: dict[str, list[Counter[str]]] = {}
    for one in people:
        found = load.get(one["reviewer"], Counter())
        disciplines.setdefault(one["discipline"], []).append(found)
    together = frame.table(
        "Load by discipline",
        [("Discipline", False), ("Reviewers", True), ("To do", True), ("To do, each", True)],
        [
            [discipline_words(side), len(some), total, _about(total, len(some))]
            for side, some in sorted(disciplines.items())
            for total in [sum(one["to_do"] for one in some)]
        ],
    )
    return [each, together]


def _about(total: int, people: int) -> str:
    return f"{total / people:.1f}"


def _out(frame: Frame, data: Mapping[str, Any]) -> Any:
    out = [
        (frame.names(review["members"]), case["case_id"], review)
        for case in data["cases"]
        for review in counted(case)
        if review["kind"] == "independent" and review["status"] == "open"
    ]
    out.sort(key=lambda one: (one[0].casefold(), one[1]))
    return frame.table(
        f"Out just now: {plural(len(out), 'review')}",
        [("Case", False), ("With", False), ("For", False), ("Begun", False), ("Next step", False)],
        [
            [
                frame.link(case_id, case=case_id),
                name,
                frame.age(review["out_since"]),
                "yes" if review["saved_at"] else "not yet",
                frame.link(
                    "Take it back", case_id, case=case_id, do="withdraw", which=review["review_id"]
                ),
            ]
            for name, case_id, review in out
        ],
    )
