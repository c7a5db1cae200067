"""Lines of the log: each record one line, whatever a browser put into it."""

from __future__ import annotations

import logging

from traitlets.config.application import LevelFormatter

__all__ = ["LONGEST", "OneLine"]

LONGEST = 1000
"""Characters of a line; what libraries quote of a request may be megabytes."""


class OneLine(LevelFormatter):
    """Shows control characters instead of obeying them, and cuts what is too long.

    Examples
    --------
    >>> record = logging.LogRecord("x", 30, "", 0, "id %s", ("a\\n2026-01-01 all is well",), None)
    >>> OneLine("%(message)s").format(record)
    'id a\\\\n2026-01-01 all is well'
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line, without a traceback."""
        text = super().formatMessage(record)
        cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} (cut)"
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
