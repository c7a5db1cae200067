"""Which cases will we read? A plan as data, a repeatable draw, a probability for each case."""

from __future__ import annotations

from lltic.sampling.agreement_size import cases_for_agreement, cases_for_icc
from lltic.sampling.draw import draw
from lltic.sampling.plan import Plan, load_plan
from lltic.sampling.sample import Sample, Stratum
from lltic.sampling.size import StratumSize, cases_for_share, cases_for_strata
from lltic.sampling.size_table import SizeTable, sizes_for_agreement, sizes_for_share

__all__ = [
    "Plan",
    "Sample",
    "SizeTable",
    "Stratum",
    "StratumSize",
    "cases_for_agreement",
    "cases_for_icc",
    "cases_for_share",
    "cases_for_strata",
    "draw",
    "load_plan",
    "sizes_for_agreement",
    "sizes_for_share",
]
