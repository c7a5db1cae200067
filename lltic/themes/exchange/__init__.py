"""Codebooks and codings in the exchange formats of qualitative analysis: ``.qdc`` and ``.qdpx``.

The formats are those of the REFI-QDA standard (QDA-XML 1.0, www.qdasoftware.org), which
ATLAS.ti, MAXQDA, NVivo, QualCoder and others read and write.
"""

from __future__ import annotations

from lltic.themes.exchange.incoming import Imported, ImportedSource, matched
from lltic.themes.exchange.kept import Kept, read_imported, read_kept
from lltic.themes.exchange.outgoing import Outgoing, project_of
from lltic.themes.exchange.project import Project
from lltic.themes.exchange.qdc import CodebookRead, codebook_from_qdc, codebook_to_qdc
from lltic.themes.exchange.qdpx import read_qdpx, write_qdpx

__all__ = [
    "CodebookRead",
    "Imported",
    "ImportedSource",
    "Kept",
    "Outgoing",
    "Project",
    "codebook_from_qdc",
    "codebook_to_qdc",
    "matched",
    "project_of",
    "read_imported",
    "read_kept",
    "read_qdpx",
    "write_qdpx",
]
