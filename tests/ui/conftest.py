"""The small study for the tests of this room."""

from __future__ import annotations

from small_study import clock, small_study

__all__ = ["clock", "small_study"]
