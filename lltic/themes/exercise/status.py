"""How far an exercise has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lltic.themes.exercise.passages import Coded
from lltic.themes.exercise.texts import Text, voices_of

__all__ = ["ExerciseStatus", "exercise_status"]


@dataclass(frozen=True, slots=True)
class ExerciseStatus:
    """Counts of texts, voices, texts read by a coder, codings and coders.

    ``stale`` codings stand on words that are no longer there.
    """

    texts: int
    voices: int
    read: int
    codings: int
    coders: int
    stale: int


def exercise_status(texts: Iterable[Text], coded: Coded) -> ExerciseStatus:
    """Return how many of the texts a coder has read, and what came of it."""
    texts = list(texts)
    return ExerciseStatus(
        texts=len(texts),
        voices=len(voices_of(texts)),
        read=sum(text.text_id in coded.read for text in texts),
        codings=len(coded.codings),
        coders=len({c.coder for c in coded.codings}),
        stale=coded.stale,
    )
