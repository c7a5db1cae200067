"""How far reviewers agree so far, and how their scores are spread: to talk about together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lltic.ui.kit import Notice, Paragraph
from lltic.ui.progress.frame import Frame
from lltic.ui.wording import plural

__all__ = ["show_calibration"]

TITLE = "For talking together, not for ranking"
TEXT = (
    "Reviewers see different cases, so their scores differ for that alone: nobody here is too "
    "strict or too kind by these figures. Where they lie apart, read a case together and talk "
    "about what the words of the scale mean to each of you."
)

MORE = (
    "Scores that are mostly alike agree often by chance alone. For kappa and AC2 with their "
    "intervals, and warnings where that is so: lltic agreement, or the notebook 50-agreement."
)

FEW_PAIRS = 10
"""Pairs below which a share is not given as a percentage: one case would move it by ten points."""


def show_calibration(frame: Frame, data: Mapping[str, Any], asked: str) -> None:
    """Show agreement per item, and how the scores of one item are spread."""
    items = [item for item in data["items"] if item["pairs"] or any(item["given"])]
    notice = Notice(title=TITLE, text=TEXT)
    if not items:
        parts: list[Any] = [notice, Paragraph(text="No case with scores is in yet.")]
        frame.page("calibration", "Calibration", parts, lead=_lead(data))
        return
    chosen = _chosen(items, asked)
    parts = [
        notice,
        *_agreement(frame, items),
        Paragraph(text=MORE),
        _spread(frame, chosen),
        *_few(chosen, data["fewest"]),
        _together(frame, chosen),
    ]
    frame.page("calibration", "Calibration", parts, lead=_lead(data), item=asked)


def _lead(data: Mapping[str, Any]) -> str:
    broken = data["unblinded"]
    more = f" The blind of {plural(broken, 'case')} of them was broken." if broken else ""
    said = plural(data["cases_in"], "case is", "cases are").capitalize()
    return f"{said} in. Judgements as they were locked, before anybody settled anything.{more}"


def _name(item: Mapping[str, Any]) -> str:
    return f"{item['form']}|{item['item']}"


def _chosen(items: Sequence[Mapping[str, Any]], asked: str) -> Mapping[str, Any]:
    """Return the item that is asked for; else the overall one of the form used most."""
    named = next((item for item in items if _name(item) == asked), None)
    overall = [item for item in items if item["kind"] == "overall"] or list(items)
    return named or max(overall, key=lambda item: sum(item["given"]))


def _agreement(frame: Frame, items: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return a table for each form; what only one side of a joint review is asked has no pairs."""
    columns = [("Part", False), ("Pairs of scores", True), ("The same", True)]
    columns += [("One level apart", True), ("Further apart", True), ("Only one scored", True)]
    forms = list(dict.fromkeys(item["form"] for item in items))
    return [
        frame.table(
            f"Two readers of a case: {form}",
            columns,
            [
                [
                    frame.link(item["page"], view="calibration", item=_name(item)),
                    item["pairs"],
                    _share(item["equal"], item["pairs"]),
                    item["one_apart"],
                    item["further"],
                    item["scored_once"],
                ]
                for item in items
                if item["form"] == form and (item["pairs"] or item["scored_once"])
            ],
        )
        for form in forms
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.0%})" if whole >= FEW_PAIRS else str(part)


def _spread(frame: Frame, item: Mapping[str, Any]) -> Any:
    """Return how often each level was given: by all, and by each beside all others."""
    levels = [(f"{level['value']} {level['label']}", True) for level in item["levels"]]
    rows: list[list[Any]] = [["Everybody", *item["given"]]]
    for one in sorted(item["people"], key=lambda one: frame.names([one["reviewer"]]).casefold()):
        name = frame.names([one["reviewer"]])
        rows += [[name, *one["given"]], [f"All but {name}", *one["others"]]]
    return frame.table(f"How scores are spread: {item['page']}", [("Who", False), *levels], rows)


def _few(item: Mapping[str, Any], fewest: int) -> list[Any]:
    if not item["too_few"]:
        return []
    who = plural(item["too_few"], "person is", "people are")
    text = (
        f"{who} not shown by themselves: with fewer than {fewest} scores, or with fewer than "
        f"{fewest} of all others to lay beside them, the figures would speak of single cases."
    )
    return [Paragraph(text=text)]


def _together(frame: Frame, item: Mapping[str, Any]) -> Any:
    levels = [(f"{level['value']} {level['label']}", True) for level in item["levels"]]
    return frame.table(
        f"Cases that three or more have read: {item['page']}",
        [("Case", False), ("Readers", True), *levels],
        [
            [frame.link(c["case_id"], case=c["case_id"]), c["readers"], *c["given"]]
            for c in item["together"]
        ],
        empty="None is in yet. A few cases that everybody reads make the best talk: "
        "lltic allocate --calibration 3.",
    )
