"""Case ids by the million: :func:`lltic.identity.case_label` as DuckDB computes it.

Made here and on no other engine, since the study's key does not leave the study.
"""

from __future__ import annotations

from lltic.identity import ALPHABET

__all__ = ["key_pads", "label_of"]

BLOCK = 64
"""Bytes of a block of SHA-256."""


def key_pads(key: bytes) -> dict[str, bytes]:
    """Return the two halves of HMAC-SHA-256 under a key, the parameters of :func:`label_of`.

    Source: RFC 2104.
    """
    import hashlib

    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(BLOCK, b"\0")
    return {"inner": bytes(b ^ 0x36 for b in padded), "outer": bytes(b ^ 0x5C for b in padded)}


def label_of(person: str) -> str:
    """Return the case id of a column of person identifiers, in DuckDB's SQL."""
    said = f"$inner || encode('case' || chr(31) || {person})"
    digest = f"sha256($outer || unhex(sha256({said})))"
    # Ten characters are the last fifty bits, the lowest first.
    last = f"('0x' || right({digest}, 13))::BIGINT"
    letters = [f"substr('{ALPHABET}', 1 + ((n >> {5 * i}) & 31)::INTEGER, 1)" for i in range(10)]
    first, second = " || ".join(letters[:5]), " || ".join(letters[5:])
    return f"list_transform([{last}], lambda n: {first} || '-' || {second})[1]"
