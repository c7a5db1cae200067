"""Which deaths are in question, and why each one? Definitions as data, rules as expressions."""

from __future__ import annotations

from lltic.cohort.build import AttritionStep, CohortResult, Excluded, build
from lltic.cohort.explain import (
    Explanation,
    explain,
    read_attrition,
    read_cases,
    read_excluded,
)
from lltic.cohort.model import Definition, load_definition

__all__ = [
    "AttritionStep",
    "CohortResult",
    "Definition",
    "Excluded",
    "Explanation",
    "build",
    "explain",
    "load_definition",
    "read_attrition",
    "read_cases",
    "read_excluded",
]
