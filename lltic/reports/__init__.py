"""What do we tell the board, the families, the regulator? Workbook and board paper.

Both are made from one :class:`Facts`, so that a figure is the same wherever it
stands. This room reads no reviews: whoever calls it hands over what was judged.
"""

from __future__ import annotations

from lltic.reports.facts import Facts, Phase
from lltic.reports.paper import write_paper
from lltic.reports.sheets import all_sheets
from lltic.reports.workbook import Cleaning, write_workbook

__all__ = [
    "Cleaning",
    "Facts",
    "Phase",
    "all_sheets",
    "write_paper",
    "write_workbook",
]
