"""When somebody showed who they are, as their organisation's sign-in says it."""

from __future__ import annotations

import base64
import json
from typing import Any

__all__ = ["claims_of", "signed_in_at"]

LONGEST = 16_384
LATEST = 2**33  # seconds since 1970: the year 2242


def signed_in_at(said: str, *, issuer: str) -> int:
    """Return the time of a sign-in, seconds since 1970; 0 when it is not said.

    Parameters
    ----------
    said : str
        The number itself, or the ID token that has it as ``auth_time``. Nothing is
        verified here: who may say it, and has shown that, is believed.
    issuer : str
        Whose token it must be.

    Examples
    --------
    >>> signed_in_at("1790000000", issuer="https://sign-in.example")
    1790000000
    >>> signed_in_at("yesterday", issuer="https://sign-in.example")
    0
    """
    text = said.strip()
    if text.isascii() and text.isdigit():
        at: Any = int(text[:11])
    else:
        claims = claims_of(text)
        at = claims.get("auth_time") if claims.get("iss") == issuer else 0
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at < LATEST:
        return 0
    return int(at)


def claims_of(token: str) -> dict[str, Any]:
    """Return what an ID token says, unverified; nothing when it is none."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST:
        return {}
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
