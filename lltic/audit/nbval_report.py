"""A pytest plugin: what nbval found, one JSON line per cell.

Runs inside the pytest that :mod:`lltic.audit.notebooks` starts; the file to
write is named by the environment variable ``LLTIC_NBVAL_REPORT``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["first_difference"]

WIDTH = 100


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, None]:
    """Write the outcome of each phase of each cell."""
    outcome = yield
    report = outcome.get_result()
    line = {
        "notebook": str(item.path),
        "code_cell": getattr(item, "cell_num", None),
        "when": report.when,
        "outcome": report.outcome,
        "what": "" if report.passed else _what(item, call),
    }
    with Path(os.environ["LLTIC_NBVAL_REPORT"]).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def _what(item: Any, call: Any) -> str:
    fresh = getattr(item, "test_outputs", None) or []
    raised = next((o for o in fresh if o.output_type == "error"), None)
    if raised is not None:
        return f"stopped with {raised.ename}"
    stored = getattr(getattr(item, "cell", None), "outputs", [])
    found = first_difference(_texts(stored), _texts(fresh))
    return found or (str(call.excinfo.value).splitlines() or ["failed"])[0][:WIDTH]


def _texts(outputs: Any) -> dict[str, str]:
    """Return the text of some outputs by kind, the plain one first."""
    texts: dict[str, str] = {}
    for output in outputs:
        if output.output_type == "stream":
            texts["stream"] = texts.get("stream", "") + output.text
        for kind, text in output.get("data", {}).items():
            if isinstance(text, str) and not kind.startswith("image/"):
                texts[kind] = texts.get(kind, "") + text + "\n"
    return dict(sorted(texts.items(), key=lambda item: item[0] != "text/plain"))


def first_difference(stored: dict[str, str], fresh: dict[str, str]) -> str:
    """Return the first thing that differs between two sets of texts, in words.

    Examples
    --------
    >>> first_difference({"stream": "n  kappa\\n80  0.41"}, {"stream": "n  kappa\\n80  0.52"})
    "stored '0.41', now '0.52' (in '80 0.52')"
    """
    for kind in stored | fresh:
        if kind not in fresh:
            return f"stores an output ({kind}) that it does not give now"
        if kind not in stored:
            return f"gives an output ({kind}) that is not stored"
        old, new = (_lines(texts[kind]) for texts in (stored, fresh))
        if old != new:
            return _first_line(old, new)
    return ""


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in re.sub(r"<[^>]*>", " ", text).splitlines() if line.strip()]


def _first_line(old: list[list[str]], new: list[list[str]]) -> str:
    for a, b in zip(old, new, strict=False):
        for word, now in zip(a, b, strict=False):
            if word != now:
                line = " ".join(b)[:WIDTH]
                return f"stored {word[:WIDTH]!r}, now {now[:WIDTH]!r} (in {line!r})"
        if a != b:
            return f"stored {' '.join(a)[:WIDTH]!r}, now {' '.join(b)[:WIDTH]!r}"
    return f"{len(old)} lines stored, {len(new)} now"
