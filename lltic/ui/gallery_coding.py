"""Examples of what belongs to coding, for the gallery."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lltic.ui import kit

__all__ = ["CODING_PARTS"]

SIDES: list[dict[str, Any]] = [
    {"label": "A", "passages": [{"id": "p1", "start": 0, "end": 18, "said": "a problem"}]},
    {"label": "B", "passages": []},
]
DIFFERING: dict[str, Any] = {
    "id": "d1",
    "label": "Fluids",
    "definition": "Fluid balance.",
    "kept": None,
}
BOTH: list[dict[str, Any]] = [
    {"label": "A", "passages": [{"id": "p2", "start": 0, "end": 9}]},
    {"label": "B", "passages": [{"id": "p3", "start": 4, "end": 18}]},
]
SETTLED: dict[str, Any] = {
    "text": "The chart stopped. The family asked.",
    "text_id": "t2",
    "question": "Your judgement",
    "alike": [{"label": "Family", "start": 0, "end": 9}],
    "differences": [
        {**DIFFERING, "sides": SIDES},
        {**DIFFERING, "id": "d2", "label": "Family", "sides": BOTH, "kept": ["p3"]},
    ],
}
DECIDED = [{**DIFFERING, "sides": SIDES, "kept": []}]

CODING_PARTS: Mapping[str, Sequence[tuple[str, Callable[[], kit.Component]]]] = {
    "PassageSettler": (
        ("one side alone, and both", lambda: kit.PassageSettler(**SETTLED)),
        (
            "settled",
            lambda: kit.PassageSettler(
                locked=True, **{**SETTLED, "text_id": "t3", "differences": DECIDED}
            ),
        ),
    ),
    "CodingKeys": (
        (
            "closed",
            lambda: kit.CodingKeys(entries=[{"keys": "Up / Down", "does": "sentence by sentence"}]),
        ),
    ),
    "Curve": (
        (
            "the rule is met",
            lambda: kit.Curve(
                title="New themes by texts coded",
                points=[{"texts": n, "known": k} for n, k in enumerate((2, 3, 3, 4, 4, 4), 1)],
                most=6,
                base=2,
                stops_at=6,
                says="After 6 texts, 4 of 6 themes had been met at least once.",
            ),
        ),
        ("nothing coded", lambda: kit.Curve(title="New themes by texts coded")),
    ),
}
