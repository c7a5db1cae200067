"""Conditions as XLSForm writes them, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lltic.form.exchange.words import LONGEST, Known, alternatives, quoted, unquoted
from lltic.form.model import Condition

__all__ = ["condition_of", "expression"]

_LITERAL = r"""('[^']*'|"[^"]*"|-?\d+(?:\.\d+)?)"""
_REF = r"\$\{\s*([^{}\s]+)\s*\}"
_TEST = re.compile(rf"{_REF}\s*(!?=)\s*{_LITERAL}")
_SELECTED = re.compile(rf"selected\(\s*{_REF}\s*,\s*{_LITERAL}\s*\)")
_COUNT = re.compile(rf"count\(\s*{_REF}\s*\)\s*(>|=)\s*0")


def expression(condition: Condition, names: Mapping[str, str], known: Mapping[str, Known]) -> str:
    """Return a condition as an expression; empty when there is none that says it.

    Parameters
    ----------
    names : mapping
        Each question's path, and what the survey calls it.
    known : mapping
        What the survey calls a question, and what is known of it.
    """
    name = names.get(condition.item)
    if name is None:
        return ""
    target = known[name]
    code_of = {value: code for code, value in target.codes.items()}
    if condition.answered is not None:
        if target.type == "repeat":
            return f"count(${{{name}}}) {'>' if condition.answered else '='} 0"
        return f"${{{name}}} {'!=' if condition.answered else '='} ''"
    if condition.includes is not None:
        code = quoted(code_of.get(condition.includes, condition.includes))
        return f"selected(${{{name}}}, {code})" if code else ""
    codes = [quoted(code_of.get(value, value)) for value in condition.equals]
    return "" if None in codes else " or ".join(f"${{{name}}} = {code}" for code in codes)


def condition_of(text: str, known: Mapping[str, Known]) -> dict[str, Any] | None:
    """Return the condition that an expression says, as plain data; None when it says another.

    Examples
    --------
    >>> known = {"score": Known("care.score", "scale"), "kinds": Known("care.kinds", "choices")}
    >>> condition_of("${score} = '1' or ${score} = 2", known)["equals"]
    ['1', '2']
    >>> condition_of("selected(${kinds}, 'a')", known)["includes"]
    'a'
    >>> condition_of("${score} > 3", known) is None
    True
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    while text.startswith("(") and text.endswith(")") and _encloses(text):
        text = text[1:-1].strip()
    tests = [_one(part, known) for part in alternatives(text)]
    first = tests[0]
    if first is None or len(tests) == 1:
        return first
    equals = []
    for test in tests:
        if test is None or test["item"] != first["item"] or not test["equals"]:
            return None
        equals += test["equals"]
    return {**first, "equals": equals}


def _encloses(text: str) -> bool:
    """Say whether the first bracket is closed by the last."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _one(part: str, known: Mapping[str, Known]) -> dict[str, Any] | None:
    if found := _COUNT.fullmatch(part):
        return _says(known.get(found[1]), answered=found[2] == ">")
    if found := _SELECTED.fullmatch(part):
        target, code = known.get(found[1]), unquoted(found[2])
        value = target.codes.get(code, code) if target else code
        if target is not None and target.type == "choices":
            return _says(target, includes=value)
        return _says(target, equals=[value])
    if found := _TEST.fullmatch(part):
        target, code = known.get(found[1]), unquoted(found[3])
        if code == "":
            return _says(target, answered=found[2] == "!=")
        if found[2] == "=" and target is not None:
            return _says(target, equals=[target.codes.get(code, code)])
    return None


def _says(target: Known | None, **test: Any) -> dict[str, Any] | None:
    if target is None:
        return None
    return {"item": target.path, "equals": [], "includes": None, "answered": None, **test}
