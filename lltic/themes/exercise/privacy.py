"""What has no place in an exercise: columns about people, and words that reach them."""

from __future__ import annotations

import re

__all__ = ["about_a_person", "reaches_a_person"]

PERSON = re.compile(
    r"\b(names?|surname|forename|first ?name|last ?name|e-?mails?|mail|phone|telephone|tel|mobile"
    r"|address|postcode|nhs ?(number|no)|date of birth|dob|birth|signature|signed|initials"
    r"|employee|staff ?(number|no|id)|payroll|user ?name|login|ip|twitter|respondent)\b",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[A-Za-z]{2,}")
PHONE = re.compile(r"(?<![\d.])(?:\+44[\s-]?\(?0?\)?|\(?0)\d(?:[\s()-]{0,2}\d){8,9}(?!\d|\.\d)")
NHS = re.compile(r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{4}(?!\d)")
WEIGHTS = range(10, 1, -1)


def about_a_person(heading: str) -> bool:
    """Say whether a column's heading speaks of who somebody is.

    Examples
    --------
    >>> about_a_person("Your e-mail"), about_a_person("full_name"), about_a_person("text")
    (True, True, False)
    """
    return bool(PERSON.search(re.sub(r"[\W_]+", " ", heading.replace("-", "")))) or "@" in heading


def reaches_a_person(words: str) -> str:
    """Return what in a text leads to a person, in words, or nothing.

    An e-mail address, a telephone number of the United Kingdom, or an NHS number with its check
    digit. A name is not found: who reads the texts looks for those.

    Examples
    --------
    >>> reaches_a_person("ask a.b@trust.example"), reaches_a_person("since 2014, 400 of 6000")
    ('an e-mail address', '')
    """
    if EMAIL.search(words):
        return "an e-mail address"
    if any(_checks(found[0]) for found in NHS.finditer(words)):
        return "an NHS number"
    if PHONE.search(words):
        return "a telephone number"
    return ""


def _checks(number: str) -> bool:
    """Say whether ten digits end in the check digit of an NHS number (modulus 11)."""
    digits = [int(c) for c in number if c.isdigit()]
    remainder = 11 - sum(w * d for w, d in zip(WEIGHTS, digits, strict=False)) % 11
    return digits[9] == (0 if remainder == 11 else remainder)
