"""Do careful readers see the same? Coefficients with intervals, and the cases to talk about.

Always computed on locked judgements, before any consensus. See
:mod:`lltic.agreement.coefficients` for which coefficient suits whom.
"""

from __future__ import annotations

from lltic.agreement.alpha import krippendorff_alpha, krippendorff_alpha_by_distance
from lltic.agreement.bands import SCALES, Benchmark, bands, bands_of_redraws
from lltic.agreement.bootstrap import bootstrap, bootstrap_all
from lltic.agreement.border import Border, border
from lltic.agreement.breakdown import (
    Differing,
    Part,
    by_case,
    by_form,
    by_phase,
    by_side,
    differing,
    month_of,
)
from lltic.agreement.caution import NOT_WEIGHTED
from lltic.agreement.coefficients import (
    Coefficient,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    scott_pi,
)
from lltic.agreement.discordance import (
    DiscordantCase,
    DiscordantItem,
    Side,
    SideBySide,
    discordant,
    side_by_side,
)
from lltic.agreement.icc import ICC_KINDS, Intraclass, icc
from lltic.agreement.items import BESIDE, ItemAgreement, agreement_table, double_reviewed, to_frame
from lltic.agreement.multilabel import (
    MultiLabel,
    ThemeAgreement,
    set_alpha,
    theme_agreement,
)
from lltic.agreement.published import PUBLISHED, Published, published
from lltic.agreement.ratings import from_table, ratings_matrix
from lltic.agreement.readers import Calibration, ReaderEffect, drift, leniency, lettered
from lltic.agreement.readings import Reading, readings, without_repeats
from lltic.agreement.redraws import Rated, Redrawn, redraw
from lltic.agreement.repeats import Repeat, repeats
from lltic.agreement.skew import Skew, skew
from lltic.agreement.spearman_brown import (
    readers_needed,
    readers_needed_for,
    reliability_of_mean,
    reliability_of_mean_of,
)
from lltic.agreement.weights import WEIGHTS, weight_matrix
from lltic.agreement.within import WithinReaders, within_readers

__all__ = [
    "BESIDE",
    "ICC_KINDS",
    "NOT_WEIGHTED",
    "PUBLISHED",
    "SCALES",
    "WEIGHTS",
    "Benchmark",
    "Border",
    "Calibration",
    "Coefficient",
    "Differing",
    "DiscordantCase",
    "DiscordantItem",
    "Intraclass",
    "ItemAgreement",
    "MultiLabel",
    "Part",
    "Published",
    "Rated",
    "ReaderEffect",
    "Reading",
    "Redrawn",
    "Repeat",
    "Side",
    "SideBySide",
    "Skew",
    "ThemeAgreement",
    "WithinReaders",
    "agreement_table",
    "bands",
    "bands_of_redraws",
    "bootstrap",
    "bootstrap_all",
    "border",
    "brennan_prediger",
    "by_case",
    "by_form",
    "by_phase",
    "by_side",
    "cohen_kappa",
    "conger_kappa",
    "differing",
    "discordant",
    "double_reviewed",
    "drift",
    "fleiss_kappa",
    "from_table",
    "gwet_ac",
    "icc",
    "krippendorff_alpha",
    "krippendorff_alpha_by_distance",
    "leniency",
    "lettered",
    "month_of",
    "percent_agreement",
    "published",
    "ratings_matrix",
    "readers_needed",
    "readers_needed_for",
    "readings",
    "redraw",
    "reliability_of_mean",
    "reliability_of_mean_of",
    "repeats",
    "scott_pi",
    "set_alpha",
    "side_by_side",
    "skew",
    "theme_agreement",
    "to_frame",
    "weight_matrix",
    "within_readers",
    "without_repeats",
]
