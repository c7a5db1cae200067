"""Which deaths are in question, and why each one? Definitions as data, rules as expressions."""

from __future__ import annotations

from lltic.cohort.build import AttritionStep, CohortResult, Excluded, build
from lltic.cohort.check import Checked, check
from lltic.cohort.completeness import Completeness, completeness
from lltic.cohort.diff import CohortDiff, diff_cuts, diff_definitions
from lltic.cohort.explain import (
    Explanation,
    explain,
    read_attrition,
    read_cases,
    read_excluded,
)
from lltic.cohort.load import load_definition
from lltic.cohort.model import Definition

__all__ = [
    "AttritionStep",
    "Checked",
    "CohortDiff",
    "CohortResult",
    "Completeness",
    "Definition",
    "Excluded",
    "Explanation",
    "build",
    "check",
    "completeness",
    "diff_cuts",
    "diff_definitions",
    "explain",
    "load_definition",
    "read_attrition",
    "read_cases",
    "read_excluded",
]
