"""Long texts that many widgets share are said to a page once, and then by number.

Every component carries the script and the styles it is drawn with. Forty fields would send the
same 40 kB forty times, and a page that is turned sends them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["KEYS", "SaidOnce"]

KEYS = ("_esm", "_css")
"""The parts of a widget's state that are the same for all of its kind."""


class SaidOnce:
    """The texts that were said in this kernel, by number.

    Where one belongs stands ``{"text": 3}``; ``texts`` beside it has those that are new. A page
    is told all of them with the states of all widgets, which it asks for whenever it connects.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def in_opening(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said when a widget is made, in short."""
        known = len(self._numbers)
        state = self._in_short(data["state"])
        return {**data, "state": state, "texts": self._texts(known)}

    def in_states(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said when the states of all widgets are asked for, in short."""
        states = {
            key: {**one, "state": self._in_short(one["state"])}
            for key, one in data["states"].items()
        }
        return {**data, "states": states, "texts": self._texts(0)}

    def _in_short(self, state: Mapping[str, Any]) -> dict[str, Any]:
        shared = {
            key: {"text": self._numbers.setdefault(text, len(self._numbers))}
            for key in KEYS
            if isinstance(text := state.get(key), str)
        }
        return {**state, **shared}

    def _texts(self, known: int) -> dict[str, str]:
        return {str(n): text for text, n in self._numbers.items() if n >= known}
