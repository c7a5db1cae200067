"""Make-believe codings of make-believe texts, for tests of what is worked out from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

from lltic.records import Coding, Judgement
from lltic.themes import Counted, count_themes, load_codebook

__all__ = ["Coder", "counted_of", "text"]


def text(case_id, position=1, item="admission.judgement", value="words"):
    """Return one answered free-text item of a locked review."""
    review = f"{case_id}-{position}"
    return Judgement(review, case_id, f"r{position}", position, "sjr", "f1", item, value, "", seq=1)


class Coder:
    """Makes codings with running numbers."""

    def __init__(self, book):
        self.book, self.seq = book, 0

    def __call__(
        self,
        on,
        theme,
        *,
        codebook=None,
        codebook_hash=None,
        coder="ann",
        polarity="",
        start=0,
        end=None,
    ):
        self.seq += 1
        source = sha256(on.value.encode()).hexdigest()
        return Coding(
            coding_id=f"k{self.seq}",
            review_id=on.review_id,
            case_id=on.case_id,
            item=on.item,
            theme=theme,
            start=start,
            end=len(on.value) if end is None else end,
            source_hash=source,
            coder=coder,
            codebook=self.book.name if codebook is None else codebook,
            codebook_hash=self.book.hash if codebook_hash is None else codebook_hash,
            seq=self.seq,
            polarity=polarity,
        )


def counted_of(
    having: Mapping[str, Collection[str]], cases: Collection[str], book=None, polarity: str = ""
) -> Counted:
    """Return what counts where each theme is in these cases, one text to a case."""
    book = book or load_codebook("lltic-12")
    made = Coder(book)
    texts = {case: text(case) for case in sorted(cases)}
    codings = [
        made(texts[case], theme, polarity=polarity)
        for theme, found in having.items()
        for case in sorted(found)
    ]
    return count_themes(codings, texts.values(), {t.review_id for t in texts.values()}, book)
