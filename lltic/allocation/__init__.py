"""Who reads which case? Even workloads, mixed pairs, nothing already assigned is touched."""

from __future__ import annotations

from lltic.allocation.balance import allocate
from lltic.allocation.calibration import allocate_with_calibration
from lltic.allocation.joint import allocate_joint

__all__ = ["allocate", "allocate_joint", "allocate_with_calibration"]
