"""Who reads which case? Even workloads, mixed pairs, nothing already assigned is touched."""

from __future__ import annotations

from lltic.allocation.balance import allocate

__all__ = ["allocate"]
