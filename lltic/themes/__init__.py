"""What keeps happening? A codebook, codings by people, and how often each theme occurs."""

from __future__ import annotations

from lltic.themes.codebook import Code, Codebook, load_codebook
from lltic.themes.prevalence import (
    Estimator,
    ThemePair,
    ThemePrevalence,
    phase_of,
    prevalence,
    prevalence_by_phase,
    to_frame,
    together,
)
from lltic.themes.status import CodingStatus, coding_status

__all__ = [
    "Code",
    "Codebook",
    "CodingStatus",
    "Estimator",
    "ThemePair",
    "ThemePrevalence",
    "coding_status",
    "load_codebook",
    "phase_of",
    "prevalence",
    "prevalence_by_phase",
    "to_frame",
    "together",
]
