"""Texts of reviewers and codings on them, also texts in which a program may count wrongly."""

from __future__ import annotations

import unicodedata
from hashlib import sha256

from lltic.records import Coding, Judgement
from lltic.themes import load_codebook

__all__ = ["BOOK", "STRANGE", "coding", "text"]

BOOK = load_codebook("lltic-12-v2")


def text(value: str, review: str = "C1-1", item: str = "ongoing.judgement") -> Judgement:
    case, _, position = review.rpartition("-")
    who = (case, f"r{position}", int(position))
    return Judgement(review, *who, "sjr", "f" * 64, item, value, "", seq=1)


def coding(on: Judgement, start: int, end: int, number: int = 1, **more) -> Coding:
    return Coding(
        **{
            "coding_id": f"k-{on.review_id}-{on.item}-{number}",
            "review_id": on.review_id,
            "case_id": on.case_id,
            "item": on.item,
            "theme": "dnar",
            "start": start,
            "end": end,
            "source_hash": sha256(on.value.encode()).hexdigest(),
            "coder": "ann",
            "codebook": BOOK.name,
            "codebook_hash": BOOK.hash,
            "seq": number,
            "at": f"2026-10-05T09:00:{number % 60:02}.000000Z",
            **more,
        }
    )


STRANGE = {
    "accents in one letter": unicodedata.normalize(
        "NFC", "Née à Zürich, façade, Ångström, señora."
    ),
    "accents in two": unicodedata.normalize("NFD", "Née à Zürich, façade, Ångström, señora."),
    "outside the first plane": "Seen 👩🏽‍⚕️ twice 🫀; then 𝔄 and 🇬🇧 — fluids ran.",
    "Windows line ends": "Seen at nine.\r\nFluids late.\r\n\r\nFamily told.\r\n",
    "every line end": "one\rtwo\nthree\r\nfour\u2028five\x0bsix\x0cseven",
    "what XML would change": "<b>&amp; \"quoted\" 'so' ]]> \t tab  two spaces \n",
    "right to left": "قال: لا. \u202eabc\u202c שלום",
    "a mark before the first letter": "\ufeffSeen, and fluids late.",
    "invisible letters": "co\u00adop\u200berate\u2060 \u00a0 end\u0007",
}
