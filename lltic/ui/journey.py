"""The drawing of the patient's journey, and which part of it a page is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.form import Form, Page
from lltic.ui.kit import Journey
from lltic.ui.wording import plural

__all__ = ["journey_of", "turn_journey"]


def journey_of(case: Mapping[str, Any], form: Form) -> Journey:
    """Return the drawing for a case, with the parts of a form that have dates in it.

    Parameters
    ----------
    case : mapping
        A case of the case book; one that an older version wrote has stays only.
    """
    dated = [part for page in form.pages if (part := _part(case, page))]
    return Journey(
        segments=[_segment(one) for one in case["journey"]],
        contacts=list(case.get("contacts", ())),
        phases=dated,
        died_on=case["died_on"],
        title=_title(case),
    )


def turn_journey(
    journey: Journey, case: Mapping[str, Any], page: Page | None, *, compact: bool
) -> None:
    """Mark the part of the journey that a page is about; None is no page of the form.

    ``compact`` leaves the room to what is below it.
    """
    with journey.hold_sync():
        journey.compact = compact
        journey.phase = _part(case, page) if page is not None else {}


def _segment(stay: Mapping[str, Any]) -> dict[str, Any]:
    more = {k: stay[k] for k in ("organisation", "detail", "spell") if stay.get(k)}
    return {"label": stay["label"], "kind": stay["kind"], **more} | {
        "from": stay["start"],
        "to": stay["end"],
    }


def _part(case: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """Return when the part was that a page is about; empty when nothing can tell."""
    found = case.get("parts", {}).get(page.phase)
    return {"label": page.title, "from": found["start"], "to": found["end"]} if found else {}


def _title(case: Mapping[str, Any]) -> str:
    """Return a heading that says how much there is to see."""
    seen = [*case["journey"], *case.get("contacts", ())]
    organisations = {one["organisation"] for one in seen if one.get("organisation")}
    told = f": {plural(len(organisations), 'organisation')}" if organisations else ""
    return f"Journey before death{told}"
