"""Read a form from YAML and check what its grammar alone cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lltic.errors import LlticError, Problem
from lltic.form.model import Condition, Form, Item

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["load_form"]


def load_form(name: str, study: Path | None = None) -> Loaded[Form]:
    """Load a form by name, from the study first and then from those shipped.

    Raises
    ------
    UsageError
        ``unknown-form``.
    LlticError
        Every problem of the file at once: ``definition-…`` for its grammar,
        ``form-…`` for its sense.
    """
    from lltic import definitions

    loaded = definitions.load("form", name, Form, study)
    problems = list(_problems(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded


def _problems(form: Form, where: str) -> Iterator[Problem]:
    seen: dict[str, Item] = {}
    for key, scale in form.scales.items():
        if len(set(scale.levels)) < 2 or len(set(scale.levels)) != len(scale.points):
            message = "a scale needs two or more points with different values"
            yield Problem("form-scale", f"{where}: scales.{key}", message)
    for path, _, item in form.items():
        here = f"{where}: {path}"
        if path in seen:
            yield Problem("form-duplicate-item", here, "this path stands twice")
        if item.type == "scale" and item.scale not in form.scales:
            yield Problem(
                "form-unknown-scale", here, f"no scale '{item.scale}'", ", ".join(form.scales)
            )
        if item.type in ("choice", "choices") and len({o.value for o in item.options}) < 1:
            yield Problem("form-no-options", here, "a choice needs options")
        if len({o.value for o in item.options}) != len(item.options):
            yield Problem("form-duplicate-option", here, "an option's value stands twice")
        for condition in (item.when, item.required_when):
            if condition is not None:
                own_page = path.rpartition(".")[0].split(".")[0]
                yield from _condition_problems(condition, seen, own_page, form, here)
        seen[path] = item
    yield from _outcome_problems(form, seen, where)


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
