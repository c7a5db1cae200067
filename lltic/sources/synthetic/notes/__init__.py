"""The writers of case notes: one module per kind of document."""

from __future__ import annotations

from lltic.sources.synthetic.notes.file import write_notes
from lltic.sources.synthetic.notes.page import Document

__all__ = ["Document", "write_notes"]
