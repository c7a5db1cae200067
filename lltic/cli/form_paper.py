"""A form, made ready for paper: conditions in words, questions by number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lltic.form.kinds import number_words
from lltic.records import REASONS

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.form.model import Condition, Form, Item, Page
    from lltic.reports.proforma import Box, Kind, Proforma, Question

__all__ = ["on_paper"]

LINES = {"page": 7, "entry": 3}
"""Lines to write on for free text, alone and within an entry."""

COPIES = 3
"""Entries printed; whoever has more copies the sheet."""

DISCIPLINES = {
    "primary_care": "primary care",
    "secondary_care": "secondary care",
    "nursing": "nursing",
    "other": "others",
}
KINDS: dict[str, Kind] = {
    "text": "text",
    "line": "line",
    "scale": "scale",
    "choice": "boxes",
    "choices": "boxes",
    "date": "date",
    "number": "number",
    "repeat": "entries",
}


def on_paper(loaded: Loaded[Form]) -> Proforma:
    """Return what a form looks like on paper."""
    from lltic.reports.proforma import Proforma, Section

    form = loaded.model
    numbers = dict(_numbers(form))
    sections = tuple(
        Section(
            page.title,
            tuple(_questions(form, page, numbers)),
            page.caption,
            page.hint,
            _by(page),
        )
        for page in form.pages
    )
    follows = tuple(dict.fromkeys(trigger.says for trigger in form.triggers))
    return Proforma(
        form.title, loaded.ref, loaded.hash, sections, form.source, form.wording, follows
    )


def _by(page: Page) -> str:
    return f"For {' and '.join(DISCIPLINES[one] for one in page.by)}" if page.by else ""


def _numbers(form: Form) -> Iterator[tuple[str, str]]:
    """Yield the number of every question: 7, and 7.1 for the first one of its entries."""
    for number, (path, _, item) in enumerate(form.items(), 1):
        yield path, str(number)
        for place, question in enumerate(item.items, 1):
            yield f"{path}.{question.id}", f"{number}.{place}"


def _questions(form: Form, page: Page, numbers: dict[str, str]) -> Iterator[Question]:
    for item in page.items:
        yield _question(form, f"{page.id}.{item.id}", item, numbers, "page")


def _question(form: Form, path: str, item: Item, numbers: dict[str, str], place: str) -> Question:
    from lltic.reports.proforma import Question

    inner = (_question(form, f"{path}.{one.id}", one, numbers, "entry") for one in item.items)
    return Question(
        number=numbers[path],
        kind=KINDS[item.type],
        label=item.label,
        hint=item.hint,
        boxes=tuple(_boxes(form, item)),
        reasons=tuple(_reasons(item)),
        only_if=_only_if(form, item.when, numbers),
        answer=_answer(form, item),
        needed=item.required or item.required_when is not None,
        lines=LINES[place] if item.type == "text" else 1,
        questions=tuple(inner),
        entry=item.entry,
        copies=min(COPIES, item.at_most) if item.items else 0,
    )


def _boxes(form: Form, item: Item) -> Iterator[Box]:
    from lltic.reports.proforma import Box

    if item.scale is not None:
        for point in sorted(form.scales[item.scale].points, key=lambda point: point.value):
            yield Box(f"{point.value} {point.label}", point.means)
    for option in item.options:
        yield Box(option.label, option.hint)


def _reasons(item: Item) -> Iterator[str]:
    labels = item.missing_labels or {}
    for kind in item.missing:
        yield f"{REASONS[kind]}: {labels[kind]}" if kind in labels else REASONS[kind]


def _only_if(form: Form, condition: Condition | None, numbers: dict[str, str]) -> str:
    """Return when a question is asked, by the number and the words of the other one."""
    if condition is None:
        return ""
    number = numbers[condition.item]
    if condition.answered is not None:
        return f"Only if question {number} {'is' if condition.answered else 'is not'} answered."
    wanted = [condition.includes] if condition.includes else list(condition.equals)
    other = dict(form.questions())[condition.item]
    words = {option.value: option.label for option in other.options}
    said = " or ".join(f"“{words.get(value, value)}”" for value in wanted)
    return f"Only if {said} is {'ticked' if words else 'the answer'} in question {number}."


def _answer(form: Form, item: Item) -> str:
    if item.type == "number":
        return number_words(item)
    if item.type == "date":
        exact = [p for p in ("day", "month", "year") if p in item.precision]
        return "" if exact == ["day"] else f"as exactly as known; the {exact[-1]} alone will do"
    if item.type == "scale":
        up = form.scales[item.scale or ""].direction == "higher_is_better"
        return f"Tick one. A higher number is {'better' if up else 'worse'}."
    if item.type == "repeat":
        room = min(COPIES, item.at_most)
        return f"Room for {room}; copy this sheet for more (up to {item.at_most})."
    if item.type == "choices":
        return "" if "tick all" in item.hint.lower() else "Tick all that apply."
    return "Tick one." if item.type == "choice" else ""
