"""Suggestions made by hand: what a model would say, without one, on any study with a codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lltic.reviews.offering import Offered, Offering, offer, offer_in
from lltic.reviews.record.store import EventStore
from lltic.reviews.rules import latest_codebook
from lltic.reviews.state import replay
from lltic.study import Study

__all__ = ["MODEL", "offer_by_hand", "offer_to", "said_of"]

MODEL = "a" * 64

By = Mapping[str, Sequence[Offered]]
"""What is suggested for a text that holds a word."""


def said_of(theme: str, *words: str, probability: float = 0.8125) -> Offered:
    """One suggestion."""
    return Offered(theme, probability, 0.7321, words)


def _suggest(by: By, texts: Sequence[str]) -> list[list[Offered]]:
    return [[one for word, made in by.items() if word in text for one in made] for text in texts]


def offer_to(store: EventStore, by: By, model: str = MODEL, at: str = "") -> Offering:
    """Offer them in a record that is open."""
    codebook_hash = latest_codebook(replay(store.read()))[0]
    at = at or "2026-10-06T09:00:00.000000Z"
    how = {"model": model, "codebook_hash": codebook_hash, "at": at}
    return offer_in(store, lambda texts: _suggest(by, texts), **how)


def offer_by_hand(study: Study, by: By, model: str = MODEL) -> Offering:
    """Offer them in a study that is not being served."""
    from lltic.reviews.read import events

    codebook_hash = latest_codebook(replay(events(study)))[0]
    how = {"model": model, "codebook_hash": codebook_hash}
    return offer(study, lambda texts: _suggest(by, texts), **how)
