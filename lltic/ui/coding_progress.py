"""How far the coding is, in words, as a curve and as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ipywidgets import Widget

from lltic.ui.kit import Curve, Heading, Notice, Paragraph, Table, query_string
from lltic.ui.wording import day, plural

__all__ = ["progress_parts", "rule_words"]

COUNTS = (
    "What people found by reading counts, and nothing that came afterwards. A text that two "
    "people code counts from when both are done, with what either found."
)
AFTERWARDS = " What was laid after suggestions had been shown came afterwards."
OWN = "What you found by reading counts, of texts you are done with, and nothing that came later."


def progress_parts(
    found: Mapping[str, Any], go: Callable[[str], None] = lambda query: None
) -> list[Widget]:
    """Return the parts of the page from what ``coding_progress`` gives.

    ``go(query)`` leaves for the page on which a text that was left is given back.
    """
    parts: list[Widget] = [
        Heading(text="How far we are", caption="Theme coding", lead=_lead(found))
    ]
    codes = found["double"] is None
    own = codes and found["plan"] is None
    if found["plan"] is None:
        whose = ", so these are your own texts," if own else ""
        parts.append(
            Paragraph(text=f"There is no coding plan{whose} and nothing says when to stop.")
        )
    elif found["stops_at"] is not None:
        parts.append(_met(found))
    else:
        parts.append(Paragraph(text=f"{rule_words(found['plan'])} It is not met yet."))
    # To who codes, nothing tells that there are suggestions before their own coding is done.
    counts = OWN if own else COUNTS if codes else COUNTS + AFTERWARDS
    parts += [_curve(found), Paragraph(text=counts), _new_themes(found)]
    if found["out"]:
        parts.append(_out(found, go))
    return parts


def _lead(found: Mapping[str, Any]) -> str:
    words = f"{found['coded']} of {plural(found['texts'], 'text')} coded."
    if found["double"]:
        words += f" {found['double']} of them are coded by two people, each alone."
    if found["to_settle"]:
        words += f" {plural(found['to_settle'], 'text').capitalize()} to settle."
    return words


def rule_words(plan: Mapping[str, Any]) -> str:
    """Return the stopping rule of a plan in words.

    Examples
    --------
    >>> rule_words({"base": 6, "run": 20, "new_share": 0.0})
    'The stopping rule: 20 texts in a row without a new theme, behind the first 6.'
    """
    little = "without a new theme"
    if plan["new_share"]:
        little = f"with at most {plan['new_share']:.0%} new themes"
    run = f"{plural(plan['run'], 'text')} in a row {little}"
    return f"The stopping rule: {run}, behind the first {plan['base']}."


def _met(found: Mapping[str, Any]) -> Notice:
    text = (
        f"{rule_words(found['plan'])} It was met after {plural(found['stops_at'], 'text')}. "
        "Coding may go on: the rule says that new themes have become rare, not how often each "
        "theme occurs."
    )
    return Notice(kind="success", title="The stopping rule is met", text=text)


def _curve(found: Mapping[str, Any]) -> Curve:
    points = found["curve"]
    known = points[-1]["known"] if points else 0
    says = (
        f"After {plural(len(points), 'text')}, {known} of {plural(found['themes'], 'theme')} of "
        "the codebook had been met at least once. The table below lists when."
    )
    return Curve(
        title="New themes by texts coded",
        points=[{"texts": p["texts"], "known": p["known"]} for p in points],
        most=found["themes"],
        base=found["plan"]["base"] if found["plan"] else 0,
        stops_at=found["stops_at"] or 0,
        says=says,
    )


def _new_themes(found: Mapping[str, Any]) -> Table:
    rows = [[p["texts"], ", ".join(p["new"]), p["known"]] for p in found["curve"] if p["new"]]
    columns = [
        {"label": "Texts coded", "number": True},
        {"label": "Themes met for the first time"},
        {"label": "Themes so far", "number": True},
    ]
    return Table(caption="When each theme was first met", columns=columns, rows=rows)


def _out(found: Mapping[str, Any], go: Callable[[str], None]) -> Table:
    rows = [
        [
            one["case_id"],
            found["people"].get(one["coder"], one["coder"]),
            one["doing"],
            day(one["since"]),
            _free(one),
        ]
        for one in found["out"]
    ]
    columns = [{"label": label} for label in ("Case", "Who", "Doing", "Since", "Next step")]
    table = Table(caption="Begun and not finished", columns=columns, rows=rows)
    table.on_action(lambda name, payload: go(payload["query"]))
    return table


def _free(one: Mapping[str, Any]) -> dict[str, str]:
    """A cell that leads to where a text is given back; the service decides it again."""
    query = query_string(progress="yes", free=one["review_id"], coder=one["coder"])
    return {"text": "Give it back", "more": f"the text {one['review_id']}", "query": query}
