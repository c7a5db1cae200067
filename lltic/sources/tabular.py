"""The dialect ``tabular``: an organisation's own CSV, Parquet or xlsx files and a mapping."""

from __future__ import annotations

from lltic.sources.reading import Dialect

__all__ = ["TABULAR"]

TABULAR = Dialect("tabular", "CSV, Parquet or xlsx files with a mapping.yml", shipped=False)
