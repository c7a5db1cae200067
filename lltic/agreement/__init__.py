"""Do careful readers see the same? Coefficients with intervals, and the cases to talk about.

Always computed on locked judgements, before any consensus. See
:mod:`lltic.agreement.coefficients` for which coefficient suits whom.
"""

from __future__ import annotations

from lltic.agreement.bootstrap import bootstrap
from lltic.agreement.caution import NOT_WEIGHTED
from lltic.agreement.coefficients import (
    Coefficient,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from lltic.agreement.discordance import DiscordantCase, DiscordantItem, discordant
from lltic.agreement.items import ItemAgreement, agreement_table, double_reviewed, to_frame
from lltic.agreement.ratings import ratings_matrix
from lltic.agreement.weights import WEIGHTS, weight_matrix

__all__ = [
    "NOT_WEIGHTED",
    "WEIGHTS",
    "Coefficient",
    "DiscordantCase",
    "DiscordantItem",
    "ItemAgreement",
    "agreement_table",
    "bootstrap",
    "brennan_prediger",
    "cohen_kappa",
    "discordant",
    "double_reviewed",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "percent_agreement",
    "ratings_matrix",
    "to_frame",
    "weight_matrix",
]
