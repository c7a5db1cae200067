"""Whether a form makes sense: what its grammar alone cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from lltic.errors import Problem
from lltic.form.circles import LONGEST_CHAIN, circles, too_far
from lltic.form.model import Condition, Form, Item, Scale

__all__ = ["problems_of"]

TAKEN = frozenset("cases check confirm hand-back progress receipt same sources tasks".split())
"""Pages of every review that are no part of its form."""


def problems_of(form: Form, where: str) -> Iterator[Problem]:
    """Yield everything that is wrong with a form.

    Parameters
    ----------
    where : str
        Its file, for the messages.
    """
    for key, scale in form.scales.items():
        if len(set(scale.levels)) < 2 or len(set(scale.levels)) != len(scale.points):
            message = "a scale needs two or more points with different values"
            yield Problem("form-scale", f"{where}: scales.{key}", message)
        yield from _conversion_problems(scale, f"{where}: scales.{key}")
    pages = [page.id for page in form.pages]
    for page_id in sorted({one for one in pages if pages.count(one) > 1}):
        yield Problem("form-duplicate-page", f"{where}: {page_id}", "this page stands twice")
    for page_id in sorted(TAKEN & {*pages}):
        message = "is what another page of every review is called"
        yield Problem(
            "form-page-id", f"{where}: {page_id}", message, f"not {', '.join(sorted(TAKEN))}"
        )
    for page_id in (one for one in pages if "." in one):
        message = "has a dot, which parts a page from its items"
        yield Problem("form-page-id", f"{where}: {page_id}", message, page_id.replace(".", "_"))
    seen: dict[str, Item] = {}
    questions: dict[str, Item] = {}
    for path, page, item in form.items():
        yield from _item_problems(form, path, item, seen, page.id, where)
        seen[path] = item
        inner: dict[str, Item] = {}
        for question in item.items:
            inner_path = f"{path}.{question.id}"
            yield from _item_problems(form, inner_path, question, {**seen, **inner}, "", where)
            if question.type == "repeat":
                message = "an entry cannot hold entries of its own"
                yield Problem("form-repeat-in-repeat", f"{where}: {inner_path}", message)
            if "." in question.id:
                message = "the id of an entry's question has no dot"
                yield Problem("form-repeat-id", f"{where}: {inner_path}", message)
            inner[inner_path] = question
        questions |= inner
    yield from _waiting_problems(form, where)
    yield from _outcome_problems(form, {**seen, **questions}, where)


def _conversion_problems(scale: Scale, here: str) -> Iterator[Problem]:
    """Counting from the other end gives the same numbers again, and turns the direction."""
    levels = set(scale.levels)
    for conversion in scale.conversions:
        turned = {conversion.subtract_from - level for level in levels}
        if turned != levels or conversion.direction == scale.direction:
            message = f"its conversion to {conversion.to} does not turn the scale round"
            hint = "Levels 1 to 6 turned round are 'subtract_from: 7', in the other direction."
            yield Problem("form-conversion", here, message, hint=hint)


def _item_problems(
    form: Form, path: str, item: Item, seen: dict[str, Item], own_page: str, where: str
) -> Iterator[Problem]:
    here = f"{where}: {path}"
    if path in seen:
        yield Problem("form-duplicate-item", here, "this path stands twice")
    yield from _kind_problems(form, item, here)
    for condition in (item.when, item.required_when):
        if condition is not None:
            yield from _condition_problems(condition, seen, own_page, form, here)


def _kind_problems(form: Form, item: Item, here: str) -> Iterator[Problem]:
    """What an item of its kind needs, and what it cannot have."""
    if item.type == "scale" and item.scale not in form.scales:
        known = ", ".join(form.scales)
        yield Problem("form-unknown-scale", here, f"no scale '{item.scale}'", known)
    if item.type in ("choice", "choices") and not item.options:
        yield Problem("form-no-options", here, "a choice needs options")
    if len({o.value for o in item.options}) != len(item.options):
        yield Problem("form-duplicate-option", here, "an option's value stands twice")
    if item.type == "number":
        bounds = (item.minimum, item.maximum)
        if None not in bounds and not item.minimum < item.maximum:  # type: ignore[operator]
            yield Problem("form-bounds", here, "its minimum is not below its maximum")
        if not 0 <= item.decimals <= 6:
            yield Problem("form-decimals", here, "has too many decimals or too few", "0 to 6")
    if item.type == "date" and not item.precision:
        yield Problem("form-precision", here, "says of no date that it will do", _PRECISIONS)
    if (item.type == "repeat") != bool(item.items):
        message = "an item that repeats has items of its own, and only such an item"
        yield Problem("form-repeat-items", here, message)
    if item.type == "repeat" and (not item.entry or not 1 <= item.at_most <= 50):
        message = (
            "an item that repeats says what an entry is called, and at most how many there are"
        )
        yield Problem("form-repeat-entry", here, message, "entry: a word; at_most: 1 to 50")


_PRECISIONS = "day, month, year"


NAMED = 6
"""Questions of a circle that are named; who made it finds the rest."""


def _waiting_problems(form: Form, where: str) -> Iterator[Problem]:
    """Whether each question can be asked at all, and soon enough known to be."""
    for circle in circles(form):
        names = " → ".join((*circle, circle[0]) if len(circle) <= NAMED else circle[:NAMED])
        more = "" if len(circle) <= NAMED else f" → and {len(circle) - NAMED} more"
        message = f"is asked only if it is asked itself: {names}{more}"
        hint = "Let one of them be asked always, or by a question outside of the circle."
        yield Problem("form-condition-circle", f"{where}: {circle[0]}", message, hint=hint)
    for path in too_far(form):
        message = "waits for a question that waits for another, and so on too often"
        yield Problem("form-condition-chain", f"{where}: {path}", message, f"{LONGEST_CHAIN} times")


def _outcome_problems(form: Form, items: dict[str, Item], where: str) -> Iterator[Problem]:
    ids = [trigger.id for trigger in form.triggers]
    for trigger in form.triggers:
        here = f"{where}: triggers.{trigger.id}"
        if ids.count(trigger.id) > 1:
            yield Problem("form-duplicate-trigger", here, "this id stands twice")
        if not trigger.when_any:
            yield Problem("form-trigger-never", here, "has no condition: it would never act")
        if (trigger.makes == "stage_2") != bool(trigger.form):
            message = "a stage-2 trigger names its form, and only such a trigger"
            yield Problem("form-trigger-form", here, message)
        for condition in trigger.when_any:
            yield from _condition_problems(condition, items, "", form, here)
    for rule in form.concordance:
        item = items.get(rule.item)
        here = f"{where}: concordance"
        if item is None:
            yield Problem("form-concordance-item", here, f"no item '{rule.item}'", ", ".join(items))
        elif rule.within and item.type != "scale":
            yield Problem("form-concordance-within", here, "only a scale has levels to be within")


def _condition_problems(
    condition: Condition, seen: dict[str, Item], own_page: str, form: Form, here: str
) -> Iterator[Problem]:
    """A condition looks at an earlier item, or at another item of the same page."""
    same_page = {path: item for path, page, item in form.items() if page.id == own_page}
    target = seen.get(condition.item) or same_page.get(condition.item)
    if target is None:
        message = f"its condition names '{condition.item}', which is not asked before it"
        yield Problem("form-condition-item", here, message, ", ".join(seen))
        return
    tests = (bool(condition.equals), condition.includes is not None, condition.answered is not None)
    if sum(tests) != 1:
        yield Problem("form-condition-test", here, "a condition has exactly one test", _TESTS)
    values = {o.value for o in target.options}
    if target.type == "scale" and (scale := form.scales.get(target.scale or "")):
        values = {str(level) for level in scale.levels}
    wanted = {*condition.equals, *([condition.includes] if condition.includes else [])}
    if values and not wanted <= values:
        message = f"its condition waits for a value that '{condition.item}' does not offer"
        yield Problem("form-condition-value", here, message, ", ".join(sorted(values)))


_TESTS = "equals, includes, answered"
