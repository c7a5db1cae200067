"""A person's pseudonym, and whether an NHS number can be one.

An unkeyed hash of an NHS number falls to a list of all of them in minutes, so
every pseudonym is HMAC-SHA-256 under the key of the study (``keys/pseudonym.key``).
"""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["ALPHABET", "case_label", "is_nhs_number", "nhs_check_digit", "pseudonym"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U


def _base32(data: bytes, length: int) -> str:
    number = int.from_bytes(data, "big")
    return "".join(ALPHABET[(number >> (5 * i)) & 31] for i in range(length))


def pseudonym(key: bytes, purpose: str, identifier: str) -> str:
    """Return a keyed pseudonym of 130 bits, different for every purpose.

    Parameters
    ----------
    key : bytes
        The study's key, 32 bytes.
    purpose : str
        What the pseudonym names, such as ``person``; separates name spaces.
    identifier : str
        The identifier to hide.

    Returns
    -------
    str
        26 characters of Crockford base 32.
    """
    digest = hmac.new(key, f"{purpose}\x1f{identifier}".encode(), hashlib.sha256).digest()
    return _base32(digest, 26)


def case_label(key: bytes, person_id: str) -> str:
    """Return the case identifier people read aloud: ten characters, ``4F7K2-9QDXM``.

    It depends on the person and the study's key alone, so a case keeps its name
    when the cohort is built again. Whoever builds a cohort checks for collisions
    (50 bits: about 1 in 2,000 for a million cases).
    """
    text = pseudonym(key, "case", person_id)[:10]
    return f"{text[:5]}-{text[5:]}"


def nhs_check_digit(first_nine: str) -> int | None:
    """Return the modulus-11 check digit of nine digits, or None where there is none.

    Examples
    --------
    >>> nhs_check_digit("999087330")
    5
    """
    total = sum(int(d) * (10 - i) for i, d in enumerate(first_nine))
    check = 11 - total % 11
    return {11: 0, 10: None}.get(check, check)


def is_nhs_number(text: str) -> bool:
    """Say whether ten digits can be an NHS number.

    Repeated digits pass modulus 11 and are refused all the same.

    Examples
    --------
    >>> is_nhs_number("999 087 3305"), is_nhs_number("1111111111")
    (True, False)
    """
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()) or len(set(digits)) == 1:
        return False
    return nhs_check_digit(digits[:9]) == int(digits[9])
