"""Chance that falls the same way on every machine, and sentences drawn with it.

Only the raw 64-bit stream of PCG64 is used (NumPy promises that it never
changes); every distribution on top of it is plain arithmetic written here, so
no version of a library can move a single draw. Each part of the trust has dice
of its own, so that a change in one part leaves the others as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

__all__ = ["Dice", "Part", "grammar"]

T = TypeVar("T")

_BLOCK = 256


class Part:
    """The numbers of the parts, one stream of chance each. Never re-number them."""

    PATIENTS = 1
    STAYS = 2
    OTHERS = 3
    OUTSIDE = 4
    COURSE = 5
    NOTES = 6
    TRUTH = 7
    REVIEWS = 8
    TEXTS = 9
    HISTORY = 10
    ADMINISTRATION = 11
    FLAGS = 12
    SPOILS = 13


class Dice:
    """A stream of chance.

    Parameters
    ----------
    seed : int
        The seed of the whole trust.
    *key : int
        The part, then what the part counts (case, document, …).
    """

    def __init__(self, seed: int, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))
        self._drawn: list[float] = []
        self._next = 0

    def unit(self) -> float:
        """Return a number in [0, 1), a multiple of 2**-53."""
        if self._next == len(self._drawn):
            raw = self._bits.random_raw(_BLOCK)
            self._drawn = ((raw >> np.uint64(11)) * (1.0 / 9007199254740992.0)).tolist()
            self._next = 0
        value = self._drawn[self._next]
        self._next += 1
        return value

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.unit() < probability

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each as likely as any other."""
        return options[int(self.unit() * len(options))]

    def weigh(self, options: Mapping[T, float]) -> T:
        """Return one of the options, with chance proportional to its weight."""
        left = self.unit() * sum(options.values())
        chosen = None
        for option, weight in options.items():
            if weight <= 0:
                continue
            chosen = option
            left -= weight
            if left < 0:
                break
        if chosen is None:
            raise ValueError("no option has a positive weight")
        return chosen

    def bell(self, mean: float, spread: float) -> float:
        """Return a number around ``mean`` (four uniforms added: no library's logarithm)."""
        four = self.unit() + self.unit() + self.unit() + self.unit() - 2.0
        return mean + spread * 1.7320508 * four

    def deal(self, options: Sequence[T], count: int) -> list[T]:
        """Return ``count`` different options in chance order (all, when fewer)."""
        pool = list(options)
        dealt = []
        for _ in range(min(count, len(pool))):
            dealt.append(pool.pop(int(self.unit() * len(pool))))
        return dealt

    def shuffle(self, options: Sequence[T]) -> list[T]:
        """Return the options in chance order."""
        return self.deal(options, len(options))

    def say(self, template: str, facts: Mapping[str, Any]) -> str:
        """Return one sentence of a template; see :func:`grammar`.

        Raises
        ------
        KeyError
            When the template asks for a fact that is not there.
        """
        text = " ".join(self._walk(grammar(template), facts).split())
        return text.replace(" .", ".").replace(" ,", ",").replace(" ;", ";")

    def say_one(self, templates: Sequence[str], facts: Mapping[str, Any]) -> str:
        """Return one sentence of one of the templates."""
        return self.say(self.pick(templates), facts)

    def _walk(self, nodes: tuple[Any, ...], facts: Mapping[str, Any]) -> str:
        parts = []
        for node in nodes:
            if isinstance(node, str):
                parts.append(node)
            elif node[0] == "fact":
                parts.append(str(facts[node[1]]))
            else:
                parts.append(self._walk(self.pick(node[1]), facts))
        return "".join(parts)


@lru_cache(maxsize=8192)
def grammar(template: str) -> tuple[Any, ...]:
    """Return a template as a tree.

    ``[a|b|]`` stands for one of its alternatives (they nest; one may be empty),
    ``{name}`` for a fact of the case.
    """
    nodes, end = _sequence(template, 0, closing="")
    if end != len(template):
        raise ValueError(f"unbalanced brackets in the template {template!r}")
    return nodes


def _sequence(text: str, at: int, closing: str) -> tuple[tuple[Any, ...], int]:
    nodes: list[Any] = []
    plain = ""
    while at < len(text) and text[at] not in closing:
        sign = text[at]
        if sign in "[{" and plain:
            nodes.append(plain)
            plain = ""
        if sign == "[":
            options, at = _options(text, at + 1)
            nodes.append(("one", options))
        elif sign == "{":
            end = text.index("}", at)
            nodes.append(("fact", text[at + 1 : end]))
            at = end + 1
        else:
            plain += sign
            at += 1
    if plain:
        nodes.append(plain)
    return tuple(nodes), at


def _options(text: str, at: int) -> tuple[tuple[Any, ...], int]:
    options = []
    while True:
        nodes, at = _sequence(text, at, closing="|]")
        if at >= len(text):
            raise ValueError(f"unbalanced brackets in the template {text!r}")
        options.append(nodes)
        at += 1
        if text[at - 1] == "]":
            return tuple(options), at
