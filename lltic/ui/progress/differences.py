"""Where the reviewers of a case differ, and by how much; never before all of them are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.ui.progress.frame import STAGES, Frame
from lltic.ui.wording import plural

__all__ = ["show_differences"]

LEAD = (
    "Cases that are in, and whose reviewers differ where the form asks them to agree. Differing "
    "is ordinary: it is why two people read. Whose judgement is whose is not shown here."
)

ORDER = list(STAGES)


def show_differences(frame: Frame, data: Mapping[str, Any]) -> None:
    """Show the cases whose reviewers differ: those to be settled first, the widest first."""
    found = sorted(data["discordant"], key=_telling)
    waits = [case for case in found if not case["settled"]]
    settled = [case for case in found if case["settled"]]
    parts = [
        _listed(frame, "To be settled", waits, "None waits to be settled."),
        _listed(frame, "Settled", settled, "None has been settled yet."),
    ]
    frame.page("differences", "Where reviewers differ", parts, lead=LEAD)


def _telling(case: Mapping[str, Any]) -> tuple[int, int, str]:
    widest = max((item["levels"] or 0 for item in case["items"] if item["decides"]), default=0)
    return ORDER.index(case["stage"]), -widest, case["case_id"]


def _listed(frame: Frame, caption: str, cases: list[Any], empty: str) -> Any:
    return frame.table(
        caption,
        [(label, False) for label in ("Case", "They differ on", "Besides", "Where it stands")],
        [
            [
                frame.link(case["case_id"], case=case["case_id"]),
                "; ".join(_item(item) for item in case["items"] if item["decides"]),
                _besides(case),
                _stands(frame, case),
            ]
            for case in cases
        ],
        empty=empty,
    )


def _item(item: Mapping[str, Any]) -> str:
    gap = plural(item["levels"], "level") + " apart" if item["levels"] else "not the same"
    return f"{item['page']}, {gap}"


def _besides(case: Mapping[str, Any]) -> str:
    others = sum(not item["decides"] for item in case["items"])
    return plural(others, "other answer") if others else "–"


def _stands(frame: Frame, case: Mapping[str, Any]) -> str:
    stage = STAGES[case["stage"]]
    if not case["settled_by"]:
        return stage
    by = frame.names(case["settled_by"])
    return f"Settled by {by}" if case["settled"] else f"{stage}, with {by}"
