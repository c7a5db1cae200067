"""What keeps happening? A codebook, codings by people, and how often each theme occurs."""

from __future__ import annotations

from lltic.themes.association import Association
from lltic.themes.by import (
    INTERFACES,
    interface_of,
    months_of,
    prevalence_by,
    prevalence_by_phase,
    scores_as_groups,
    settings_of,
)
from lltic.themes.codebook import Code, Codebook, load_codebook
from lltic.themes.counted import POLARITIES, Counted, count_themes, phase_of
from lltic.themes.double_coding import standing
from lltic.themes.matrix import framework_matrix
from lltic.themes.passages import Figure, Passage, figure_of, figures_with, passages
from lltic.themes.prevalence import (
    Estimator,
    ThemePrevalence,
    prevalence,
    prevalence_beside,
    to_frame,
)
from lltic.themes.saturation import Saturation, saturation, themes_by_case
from lltic.themes.scores import ThemeScore, case_scores, scores_to_frame, theme_scores
from lltic.themes.status import CodingStatus, coding_status
from lltic.themes.together import MULTIPLICITY, ThemePair, pairs_to_frame, together
from lltic.themes.trends import Series, SeriesPoint, series_to_frame, theme_series

__all__ = [
    "INTERFACES",
    "MULTIPLICITY",
    "POLARITIES",
    "Association",
    "Code",
    "Codebook",
    "CodingStatus",
    "Counted",
    "Estimator",
    "Figure",
    "Passage",
    "Saturation",
    "Series",
    "SeriesPoint",
    "ThemePair",
    "ThemePrevalence",
    "ThemeScore",
    "case_scores",
    "coding_status",
    "count_themes",
    "figure_of",
    "figures_with",
    "framework_matrix",
    "interface_of",
    "load_codebook",
    "months_of",
    "pairs_to_frame",
    "passages",
    "phase_of",
    "prevalence",
    "prevalence_beside",
    "prevalence_by",
    "prevalence_by_phase",
    "saturation",
    "scores_as_groups",
    "scores_to_frame",
    "series_to_frame",
    "settings_of",
    "standing",
    "theme_scores",
    "theme_series",
    "themes_by_case",
    "to_frame",
    "together",
]
