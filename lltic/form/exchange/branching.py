"""Conditions as REDCap's branching logic writes them, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lltic.form.exchange.words import LONGEST, Known, alternatives, quoted, unquoted
from lltic.form.model import Condition

__all__ = ["condition_of", "empty", "expression"]

_LITERAL = r"""('[^']*'|"[^"]*"|-?\d+(?:\.\d+)?)"""
_TEST = re.compile(rf"\[([a-z0-9_]+)\]\s*(=|<>|!=)\s*{_LITERAL}")
_TICKED = re.compile(rf"\[([a-z0-9_]+)\(([^()\[\]]+)\)\]\s*=\s*{_LITERAL}")


def expression(condition: Condition, names: Mapping[str, str], known: Mapping[str, Known]) -> str:
    """Return a condition as branching logic; empty when none says it.

    What stands in a repeating instrument, or is one, cannot be asked about from outside.
    """
    name = names.get(condition.item)
    if name is None or known[name].type == "repeat":
        return ""
    target = known[name]
    code_of = {value: code for code, value in target.codes.items()}
    if condition.answered is False:
        return empty(name, target)
    if condition.answered:
        if target.type == "choices":
            return " or ".join(f"[{name}({code})] = '1'" for code in target.codes)
        return f"[{name}] <> ''"
    if condition.includes is not None:
        code = code_of.get(condition.includes)
        return f"[{name}({code})] = '1'" if code else ""
    if target.type == "choices":
        return ""
    codes = [quoted(code_of.get(value, value)) for value in condition.equals]
    return "" if None in codes else " or ".join(f"[{name}] = {code}" for code in codes)


def empty(name: str, target: Known) -> str:
    """Return branching logic that says a question has no answer.

    Examples
    --------
    >>> empty("kinds", Known("care.kinds", "choices", {"a": "a", "b": "b"}))
    "[kinds(a)] = '0' and [kinds(b)] = '0'"
    """
    if target.type == "choices":
        return " and ".join(f"[{name}({code})] = '0'" for code in target.codes)
    return f"[{name}] = ''"


def condition_of(text: str, known: Mapping[str, Known]) -> dict[str, Any] | None:
    """Return the condition that branching logic says, as plain data; None when it says another.

    Examples
    --------
    >>> known = {"score": Known("care.score", "scale")}
    >>> condition_of('[score] = "1" or [score] = "2"', known)["equals"]
    ['1', '2']
    >>> condition_of("[score] > 3", known) is None
    True
    """
    if len(text) > LONGEST:
        return None
    parts = alternatives(text.strip())
    if ticked := [found for part in parts if (found := _TICKED.fullmatch(part))]:
        return _ticked(ticked, known) if len(ticked) == len(parts) else None
    tests = [found for part in parts if (found := _TEST.fullmatch(part))]
    if len(tests) != len(parts) or len({test[1] for test in tests}) != 1:
        return None
    target = known.get(tests[0][1])
    codes = [unquoted(test[3]) for test in tests]
    if target is None:
        return None
    if codes == [""]:
        return _says(target, answered=tests[0][2] != "=")
    if "" in codes or any(test[2] != "=" for test in tests):
        return None
    return _says(target, equals=[target.codes.get(code, code) for code in codes])


def _ticked(ticked: list[re.Match[str]], known: Mapping[str, Known]) -> dict[str, Any] | None:
    target = known.get(ticked[0][1])
    same = len({found[1] for found in ticked}) == 1
    if target is None or not same or any(unquoted(found[3]) != "1" for found in ticked):
        return None
    codes = [found[2].strip() for found in ticked]
    if len(codes) == 1:
        return _says(target, includes=target.codes.get(codes[0], codes[0]))
    return _says(target, answered=True) if set(codes) == set(target.codes) else None


def _says(target: Known, **test: Any) -> dict[str, Any]:
    return {"item": target.path, "equals": [], "includes": None, "answered": None, **test}
