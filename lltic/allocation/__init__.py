"""Who reads which case? Even workloads, mixed pairs, no conflict of interest; each with a reason.

===========  ================================================================
``plan``     what an allocation plan may say
``people``   reviewers and cases as allocation sees them; who may read what
``wanted``   which places are to be given
``flow``     who takes how many: an exact assignment, settled by lot
``mixing``   who meets whom
``binding``  what stands in the way when not every place can be given
``giving``   the whole: places in, assignments and reasons out
``readings`` why each case is read by whom
``reasons``  the same in sentences, and as the manifest
``tables``   who reads what, as small tables
===========  ================================================================
"""

from __future__ import annotations

from lltic.allocation.giving import Allocation, allocate
from lltic.allocation.people import CaseToRead, Reviewer
from lltic.allocation.plan import AllocationPlan, PlannedReviewer, load_allocation_plan
from lltic.allocation.readings import Reading
from lltic.allocation.tables import CrossTable, loads_by_stratum, pairs

__all__ = [
    "Allocation",
    "AllocationPlan",
    "CaseToRead",
    "CrossTable",
    "PlannedReviewer",
    "Reading",
    "Reviewer",
    "allocate",
    "load_allocation_plan",
    "loads_by_stratum",
    "pairs",
]
