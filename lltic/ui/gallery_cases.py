"""The list of cases and a patient's journey, in the states they can be in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lltic.ui import kit

__all__ = ["JOURNEYS", "WORKLISTS"]

Made = tuple[str, Callable[[], kit.Component]]

ROWS: list[dict[str, Any]] = [
    {
        "case_id": "0147",
        "link": "Start review",
        "detail": "Died in hospital",
        "detail2": "with you for 4 days\nhoped for by 30 Oct",
        "given": "2026-10-02",
        "status": "To start",
        "status_kind": "todo",
        "query": "?review=0147-1",
    },
    {
        "case_id": "0152",
        "link": "Continue at Ongoing care",
        "detail": "Died at home",
        "detail2": "with you for 9 days",
        "given": "2026-09-27",
        "done": 3,
        "total": 8,
        "status": "Begun",
        "status_kind": "doing",
        "query": "?review=0152-1",
    },
]
WAS = {
    "case_id": "0152",
    "label": "Continue where you were",
    "detail": "Ongoing care · Your judgement",
    "at": "2026-09-29T13:03:22Z",
    "query": "?review=0152-1&page=ongoing&field=ongoing.judgement",
}
STAYS = [
    {
        "label": "Hospital",
        "kind": "acute",
        "organisation": "Acute Trust",
        "detail": "Geriatric medicine",
        "spell": "S1",
        "from": "2026-09-02T14:05",
        "to": "2026-09-11T16:20",
    },
    {
        "label": "Community hospital",
        "kind": "community",
        "organisation": "Community Trust",
        "spell": "S2",
        "from": "2026-09-14T10:00",
        "to": "2026-09-21T09:00",
    },
]
CONTACTS = [
    {
        "label": "Ambulance record",
        "kind": "ambulance",
        "organisation": "Ambulance Service",
        "on": "2026-09-02",
        "document": "D1",
        "spell": "S1",
    },
    {
        "label": "Medical notes",
        "kind": "acute",
        "organisation": "Acute Trust",
        "on": "2026-09-02",
        "document": "D2",
        "spell": "S1",
    },
    {
        "label": "General practice record",
        "kind": "primary_care",
        "organisation": "High Street Surgery",
        "on": "2026-10-01",
        "document": "D3",
        "spell": "",
    },
]
DAY = {"label": "Admission and first day", "from": "2026-09-02T14:05", "to": "2026-09-03T14:05"}
REST = {"label": "Ongoing care", "from": "2026-09-03T14:05", "to": "2026-09-11T16:20"}
WHOLE = {
    "segments": STAYS,
    "contacts": CONTACTS,
    "phases": [DAY, REST],
    "died_on": "2026-09-28",
    "title": "Journey before death: 4 organisations",
}


def _many() -> list[dict[str, Any]]:
    return [{"heading": "To start", "rows": ROWS[:1]}, {"heading": "In progress", "rows": ROWS[1:]}]


WORKLISTS: tuple[Made, ...] = (
    ("two cases", lambda: kit.Worklist(groups=[{"heading": "To do", "rows": ROWS}])),
    ("many, and where one was", lambda: kit.Worklist(groups=_many(), resume=WAS, many=2)),
    (
        "all done",
        lambda: kit.Worklist(
            support_title="Hard to read?", support="Staff support: extension 4040."
        ),
    ),
)

JOURNEYS: tuple[Made, ...] = (
    ("by organisation", lambda: kit.Journey(**WHOLE)),
    ("beside a page of the form", lambda: kit.Journey(**WHOLE, phase=REST, compact=True)),
    ("stays only", lambda: kit.Journey(segments=STAYS, died_on="2026-09-28")),
)
