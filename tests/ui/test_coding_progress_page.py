"""How far the coding is, on its page, without a browser."""

from __future__ import annotations

from typing import Any

from lltic.ui.coding_progress import progress_parts
from lltic.ui.kit import Curve, Heading, Notice, Paragraph, Table

PLAN = {"double_share": 0.2, "order": "random", "seed": 7, "base": 2, "run": 3, "new_share": 0.0}
FOUND: dict[str, Any] = {
    "plan": PLAN,
    "texts": 40,
    "double": 9,
    "coded": 5,
    "to_settle": 1,
    "themes": 12,
    "curve": [
        {"texts": 1, "new": ["Medication", "Antibiotics"], "known": 2},
        *({"texts": n, "new": [], "known": 2} for n in range(2, 6)),
    ],
    "stops_at": 5,
    "out": [],
    "people": {},
}


def one(kind: type, found: dict[str, Any]) -> Any:
    return next(part for part in progress_parts(found) if isinstance(part, kind))


def test_a_rule_that_is_met_is_said_with_what_it_does_not_say() -> None:
    notice = one(Notice, FOUND)
    assert notice.title == "The stopping rule is met"
    assert "3 texts in a row without a new theme, behind the first 2" in notice.text
    assert "met after 5 texts" in notice.text
    assert "may go on" in notice.text and "not how often each theme occurs" in notice.text


def test_a_rule_that_is_not_met_and_none_at_all() -> None:
    said = one(Paragraph, {**FOUND, "stops_at": None}).text
    assert said.endswith("It is not met yet.")
    some = one(Paragraph, {**FOUND, "stops_at": None, "plan": {**PLAN, "new_share": 0.05}}).text
    assert "with at most 5% new themes" in some
    none = {**FOUND, "plan": None, "stops_at": None, "double": 0}
    assert one(Paragraph, none).text == "There is no coding plan and nothing says when to stop."
    own = one(Paragraph, {**none, "double": None}).text
    assert own.startswith("There is no coding plan, so these are your own texts, and")


def test_it_is_said_which_codings_count() -> None:
    def said(found: dict[str, Any]) -> str:
        return " ".join(p.text for p in progress_parts(found) if isinstance(p, Paragraph))

    for found in (FOUND, {**FOUND, "plan": None, "stops_at": None, "double": 0}):
        assert "with what either found" in said(found)
        assert "laid after suggestions had been shown came afterwards" in said(found)
    coder = {**FOUND, "double": None}
    assert "found by reading counts" in said(coder) and "either found" in said(coder)
    own = said({**coder, "plan": None, "stops_at": None})
    assert "What you found by reading counts" in own and "either" not in own
    assert "suggest" not in own + said(coder), "before they are done nothing tells of any"


def test_the_curve_and_its_table_say_the_same() -> None:
    curve, table = one(Curve, FOUND), one(Table, FOUND)
    assert curve.says.startswith("After 5 texts, 2 of 12 themes")
    assert (curve.points[-1]["known"], curve.base, curve.stops_at, curve.most) == (2, 2, 5, 12)
    assert table.rows == [[1, "Medication, Antibiotics", 2]]
    assert one(Heading, FOUND).lead == (
        "5 of 40 texts coded. 9 of them are coded by two people, each alone. 1 text to settle."
    )


def test_who_has_what_is_told_to_those_the_service_tells_it() -> None:
    out = [
        {
            "case_id": "A-1",
            "review_id": "A-1-2",
            "coder": "cody",
            "doing": "coding",
            "since": "2026-10-06T09:00:00.000000Z",
        }
    ]
    parts = progress_parts({**FOUND, "out": out, "people": {"cody": "Cody Ames"}})
    tables = [part for part in parts if isinstance(part, Table)]
    ((*told, step),) = tables[-1].rows
    assert told == ["A-1", "Cody Ames", "coding", "6 Oct 2026"]
    assert step["text"] == "Give it back"
    assert len([p for p in progress_parts(FOUND) if isinstance(p, Table)]) == 1
