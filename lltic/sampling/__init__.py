"""Which cases will we read? A plan as data, a repeatable draw, a probability for each case."""

from __future__ import annotations

from lltic.sampling.draw import Sample, draw
from lltic.sampling.plan import Plan, load_plan

__all__ = ["Plan", "Sample", "draw", "load_plan"]
