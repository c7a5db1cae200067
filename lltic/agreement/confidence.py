"""How sure an interval is to be."""

from __future__ import annotations

from lltic.errors import Problem, UsageError

__all__ = ["upper"]


def upper(level: float) -> float:
    """Return the probability below the upper limit of a two-sided interval of ``level``.

    Raises
    ------
    UsageError
        ``bad-level``.

    Examples
    --------
    >>> upper(0.95)
    0.975
    """
    if not 0 < level < 1:
        allowed = "between 0 and 1, such as 0.95"
        raise UsageError(Problem("bad-level", "confidence", "not a coverage", allowed))
    return (1 + level) / 2
