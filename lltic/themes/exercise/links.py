"""Cross-references, both ways: what each entry rests on, and what rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lltic.themes.exercise.passages import Passage
from lltic.themes.exercise.synthesis import Synthesis

__all__ = ["Links", "links_of"]


@dataclass(frozen=True, slots=True)
class Links:
    """What leads where, by id.

    ``down`` leads towards the words: from a recommendation to its opportunities, from those to
    challenges and groups, from those to passages. ``up`` is the same, the other way.
    """

    down: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def below(self, start: str) -> tuple[str, ...]:
        """Return everything that an entry rests on, nearest first."""
        return tuple(_walk(start, self.down))

    def above(self, start: str) -> tuple[str, ...]:
        """Return everything that rests on an entry or passage, nearest first."""
        return tuple(_walk(start, self.up))


def links_of(synthesis: Synthesis, found: Iterable[Passage]) -> Links:
    """Return the cross-references of a synthesis.

    A group leads to all coded passages with one of its codes; a challenge or an opportunity to
    those it names. Ids that lead nowhere are kept: :func:`~.checks.check` names them.
    """
    passages = list(found)
    down: dict[str, tuple[str, ...]] = {}
    for group in synthesis.groups:
        codes = set(group.codes)
        down[group.id] = tuple(p.passage_id for p in passages if codes & set(p.codes))
    for challenge in synthesis.challenges:
        down[challenge.id] = _once(challenge.groups, challenge.rests_on)
    for opportunity in synthesis.opportunities:
        down[opportunity.id] = _once(
            opportunity.answers, opportunity.builds_on, opportunity.rests_on
        )
    for recommendation in synthesis.recommendations:
        down[recommendation.id] = _once(recommendation.by)
    up: dict[str, list[str]] = {}
    for entry, below in down.items():
        for other in below:
            up.setdefault(other, []).append(entry)
    return Links(down, {key: tuple(entries) for key, entries in up.items()})


def _once(*lists: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for entries in lists for key in entries))


def _walk(start: str, edges: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    seen = {start}
    level = [start]
    while level:
        following = [key for entry in level for key in edges.get(entry, ())]
        level = [key for key in dict.fromkeys(following) if key not in seen]
        seen.update(level)
        yield from level
