"""How far the coding has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from lltic.records import Coding, Judgement

__all__ = ["CodingStatus", "coding_status"]


@dataclass(frozen=True, slots=True)
class CodingStatus:
    """Counts of reviews and cases with text, and of codings.

    ``cases_started`` have one coded review or more, ``cases_finished`` have no
    review left to code. ``stale`` codings stand on a text that has been
    corrected since. ``unsettled`` reviews were coded by two who differ, and
    count as coded when that is settled.
    """

    reviews: int
    reviews_coded: int
    cases: int
    cases_started: int
    cases_finished: int
    codings: int
    coders: int
    stale: int
    unsettled: int = 0


def coding_status(
    codings: Iterable[Coding],
    texts: Iterable[Judgement],
    coded_reviews: Collection[str],
    unsettled_reviews: Collection[str] = (),
) -> CodingStatus:
    """Return how many of the locked reviews with text have been coded.

    Parameters
    ----------
    codings : iterable of Coding
        The codings that stand.
    texts : iterable of Judgement
        The answered free-text items of locked reviews.
    coded_reviews : collection of review ids
        Reviews whose text a coder has marked as coded.
    unsettled_reviews : collection of review ids
        Reviews that two have coded, and on which they differ.
    """
    texts, codings = list(texts), list(codings)
    done = {text.review_id for text in texts if text.review_id in coded_reviews}
    started = {text.case_id for text in texts if text.review_id in done}
    waiting = {text.case_id for text in texts if text.review_id not in done}
    hashes = {(t.review_id, t.item): sha256(str(t.value).encode()).hexdigest() for t in texts}
    return CodingStatus(
        reviews=len({text.review_id for text in texts}),
        reviews_coded=len(done),
        cases=len(started | waiting),
        cases_started=len(started),
        cases_finished=len(started - waiting),
        codings=len(codings),
        coders=len({c.coder for c in codings}),
        stale=sum(hashes.get((c.review_id, c.item)) != c.source_hash for c in codings),
        unsettled=len(set(unsettled_reviews)),
    )
