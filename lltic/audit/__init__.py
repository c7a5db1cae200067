"""Whether a sceptic would reach the same page.

:mod:`lltic.audit.store` verifies the event log, :mod:`lltic.audit.notebooks`
re-executes the notebooks and compares. Both answer in :class:`Claim`.
"""

from __future__ import annotations

from lltic.audit.claims import Claim

__all__ = ["Claim"]
