"""Counts in words: one case, two cases."""

from __future__ import annotations

__all__ = ["number_of"]


def number_of(count: int, one: str, many: str = "") -> str:
    """Return a count with what it counts, and with its verb where one stands behind it.

    Parameters
    ----------
    count
        How many.
    one, many
        What one and several of them are called; `many` is `one` with an s if not given.

    Examples
    --------
    >>> number_of(1, "case"), number_of(0, "case"), number_of(2, "case is", "cases are")
    ('1 case', '0 cases', '2 cases are')
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"
