"""Conditions of a form as FHIR's ``enableWhen``."""

from __future__ import annotations

import re
from typing import Any

from lltic.form.exchange.fhir_names import codes, is_fhir_text, item_system, scale_system
from lltic.form.kinds import is_date
from lltic.form.model import Condition, Form, Item

__all__ = ["coding_of", "enable_when"]

WHOLE = re.compile(r"0|-?[1-9]\d{0,8}", re.ASCII)
"""A whole number as it is written, and one that FHIR's integers hold."""


def enable_when(
    form: Form, condition: Condition, items: dict[str, Item]
) -> tuple[list[dict[str, Any]], bool]:
    """Return FHIR's tests, of which one is enough, and whether they say all there is to say.

    Nothing at all is returned where FHIR would ask less than we do.
    """
    target = items[condition.item]
    link = {"question": condition.item}
    if condition.answered is not None:
        exact = not target.missing and (condition.answered or target.when is None)
        return [{**link, "operator": "exists", "answerBoolean": condition.answered}], exact
    if (condition.includes is not None) != (target.type == "choices"):
        return [], False
    wanted = condition.equals or (condition.includes,)
    answers = [_answer(form, condition.item, target, str(value)) for value in wanted]
    if None in answers:
        return [], False
    return [{**link, "operator": "=", **answer} for answer in answers if answer], True


def _answer(form: Form, path: str, target: Item, value: str) -> dict[str, Any] | None:
    if target.type in ("choice", "choices", "scale"):
        coding = coding_of(form, path, target, value)
        return {"answerCoding": {k: coding[k] for k in ("system", "code")}} if coding else None
    if target.type in ("text", "line") and is_fhir_text(value):
        return {"answerString": value}
    if target.type == "date" and is_date(value):
        return {"answerDate": value}
    if target.type == "number" and not target.decimals and WHOLE.fullmatch(value):
        return {"answerInteger": int(value)}
    return None  # other numbers are compared as they are written, which FHIR does not do


def coding_of(form: Form, path: str, item: Item, value: str) -> dict[str, Any] | None:
    """Return the FHIR coding of an option's value or of a scale's point; None: there is none."""
    if item.type == "scale":
        scale = form.scales[item.scale or ""]
        point = next((p for p in scale.points if str(p.value) == value), None)
        system = scale_system(form.name, item.scale or "")
        code, label = value, point.label if point else ""
        known = point is not None
    else:
        option = next((o for o in item.options if o.value == value), None)
        system = item_system(form.name, path)
        code = codes([o.value for o in item.options]).get(value, "")
        known, label = option is not None, option.label if option else ""
    if not known:
        return None
    return {"system": system, "code": code, **({"display": label} if label else {})}
