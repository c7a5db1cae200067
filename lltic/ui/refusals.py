"""What the service refused, as somebody reads it on a page."""

from __future__ import annotations

from lltic.errors import LlticError, Problem

__all__ = ["SAFE", "refusal_words"]

SAFE = "Everything that was marked as saved is safe."
"""What holds whatever was refused."""

TOLD = {
    "no-such-review": "This review is not one of yours, or is not yours any more. "
    "Choose one from the list of your cases.",
    "not-allowed": "This page is not open to you. Ask your coordinator if you need it.",
    "no-such-case": "There is no such case in this study. Check its name.",
    "case-erased": "This case has been erased, with all that was written about it. "
    "Your coordinator can say why.",
    "too-many": "Too much came from this page at once. Wait a minute and try again.",
    "service-failed": "The review service could not do this. Try again, and tell your coordinator "
    "if it happens again.",
}
"""Some refusals in words of their own, by code."""

UNEXPECTED = {"bad-operation", "bad-request", "unknown-item", "wrong-case", "too-large"}
"""What a page never sends unless something is wrong with it."""

RELOAD = (
    "This page and the review service do not understand each other. Load the page again, and tell "
    "your coordinator if it happens again."
)


def refusal_words(error: LlticError) -> str:
    """Return why something was not done, and what to do, in whole sentences.

    Examples
    --------
    >>> refusal_words(LlticError(Problem("x", "this case", "has been read", hint="Take another.")))
    'This case has been read. Take another.'
    """
    said = [_sentences(problem) for problem in error.problems]
    return " ".join(dict.fromkeys(said))


def _sentences(problem: Problem) -> str:
    if problem.code in UNEXPECTED:
        return RELOAD
    if problem.code in TOLD:
        return TOLD[problem.code]
    said = f"{problem.where} {problem.message}"
    parts = [said[0].upper() + said[1:]]
    if problem.allowed:
        parts.append(f"What can be taken: {problem.allowed}")
    if problem.hint:
        parts.append(problem.hint)
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)
