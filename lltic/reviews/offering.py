"""Put on record what a model made of the reviewers' texts, while the service is down.

Nobody sees it by this: who may, and when, is decided by :mod:`lltic.reviews.rules.suggesting`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lltic.clock import Clock, system_clock, to_text
from lltic.errors import Problem, UsageError
from lltic.records import to_plain
from lltic.reviews.record.events import Draft
from lltic.reviews.record.opening import writing
from lltic.reviews.record.store import EventStore
from lltic.reviews.rules.coding import latest_codebook, text_hash
from lltic.reviews.state import INDEPENDENT, LOCKED, ReviewState, State, replay
from lltic.study import Study

__all__ = ["Offered", "Offering", "offer", "offer_in"]


@dataclass(frozen=True, slots=True)
class Offered:
    """One theme that a model suggests for a text; see :class:`~lltic.records.SuggestedTheme`."""

    theme: str
    probability: float
    precision: float | None
    words: tuple[str, ...]


Suggest = Callable[[Sequence[str]], Sequence[Sequence[Offered]]]
"""What a model makes of texts, in their order."""


@dataclass(frozen=True, slots=True)
class Offering:
    """What came of it.

    ``texts`` can be coded; the model ``looked_at`` so many of them now, has something to
    suggest for ``with_suggestions`` of these, and so many ``suggestions`` in all.
    """

    texts: int
    looked_at: int
    with_suggestions: int
    suggestions: int


def offer(
    study: Study,
    suggest: Suggest,
    *,
    model: str,
    codebook_hash: str,
    clock: Clock = system_clock,
) -> Offering:
    """Suggest themes for every text that can be coded, all on record or none.

    A text that this model looked at before, under this codebook, is left alone: doing it
    twice adds nothing. What another model made of it is not looked at any more, and what
    was shown of that stays on record.

    Parameters
    ----------
    suggest : callable
        Takes the texts, and returns for each what it suggests, the most probable first.
    model, codebook_hash : str
        What identifies the model, and the codebook it has learnt.

    Raises
    ------
    UsageError
        ``other-codebook`` when coders work with another codebook than the model's;
        ``not-in-codebook`` for a theme that codebook has not.
    """
    by = {"model": model, "codebook_hash": codebook_hash, "at": to_text(clock())}
    with writing(study) as store:
        return offer_in(store, suggest, **by)


def offer_in(
    store: EventStore, suggest: Suggest, *, model: str, codebook_hash: str, at: str
) -> Offering:
    """Do as :func:`offer` in a record that is open for writing; ``at`` is the instant."""
    state = replay(store.read())
    _check_codebook(state, codebook_hash)
    texts = list(_texts(state))
    new = [one for one in texts if not one.was_looked_at(state, model, codebook_hash)]
    found = suggest([one.text for one in new]) if new else []
    _check_themes(state, found)
    drafts = [
        # Named by how long the record was: offered again later, it is another offer.
        one.draft(f":suggested:{state.seq}:{number}", made, model, codebook_hash, at)
        for number, (one, made) in enumerate(zip(new, found, strict=True), 1)
    ]
    if drafts:
        store.append(drafts)
    counts = [len(made) for made in found]
    return Offering(len(texts), len(new), sum(n > 0 for n in counts), sum(counts))


@dataclass(frozen=True, slots=True)
class _Text:
    """One text that can be coded."""

    review: ReviewState
    item: str
    text: str

    def was_looked_at(self, state: State, model: str, codebook_hash: str) -> bool:
        last = state.suggested.offers.get(self.review.review_id, {}).get(self.item)
        made_of = model, codebook_hash, text_hash(self.text)
        return last is not None and made_of == (last.model, last.codebook_hash, last.source_hash)

    def draft(
        self, op_id: str, made: Sequence[Offered], model: str, codebook_hash: str, at: str
    ) -> Draft:
        source = text_hash(self.text)
        place = self.review.review_id, self.item, model, source
        value = {
            "model": model,
            "source_hash": source,
            "suggestions": [{"id": _id(*place, one.theme), **to_plain(one)} for one in made],
        }
        return Draft(
            op_id=op_id,
            at=at,
            actor="system",
            role="coordinator",
            organisation="",
            kind="suggested",
            case_id=self.review.case_id,
            review_id=self.review.review_id,
            field=self.item,
            value=value,
            definition_hash=codebook_hash,
        )


def _id(*parts: str) -> str:
    """Return the name of a suggestion: the same for the same theme, text and model."""
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:24]


def _check_codebook(state: State, codebook_hash: str) -> None:
    in_use, codebook = latest_codebook(state)
    if in_use != codebook_hash:
        name = codebook.get("name", "none")
        hint = "Let a model learn from the codings of this codebook, and offer that."
        problem = Problem("other-codebook", "the model", "learnt another codebook", name, hint)
        raise UsageError(problem)


def _check_themes(state: State, found: Sequence[Sequence[Offered]]) -> None:
    known = [entry["code"] for entry in latest_codebook(state)[1]["codes"]]
    strange = dict.fromkeys(one.theme for made in found for one in made if one.theme not in known)
    if strange:
        allowed = ", ".join(known)
        raise UsageError(
            [Problem("not-in-codebook", s, "is no theme of it", allowed) for s in strange]
        )


def _texts(state: State) -> Iterator[_Text]:
    """The texts of reviews whose case is closed, by review and item."""
    for review in sorted(state.reviews.values(), key=lambda one: one.review_id):
        is_in = review.status == LOCKED and review.kind == INDEPENDENT
        if not is_in or not state.case_is_closed(review.case_id):
            continue
        form = state.form_of(review)
        for item, answer in sorted(review.answers.items()):
            text = answer.get("value")
            if isinstance(text, str) and text.strip() and form.is_text(item):
                yield _Text(review, item, text)
