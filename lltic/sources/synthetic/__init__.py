"""A make-believe NHS-like health economy, everything in it invented, from one seed.

About 400 deaths with case notes, 20,000 spells, two reviewers per case, and the
truth behind it: the quality of care, the agreement and the themes that were planted.
"""

from __future__ import annotations

from lltic.sources.synthetic.degrade import Degraded, degrade
from lltic.sources.synthetic.judgements import OpenCase, SyntheticReview
from lltic.sources.synthetic.names import Account
from lltic.sources.synthetic.originals import put_on_paper
from lltic.sources.synthetic.telling import PlantedCoding
from lltic.sources.synthetic.trust import SyntheticTrust, generate, generate_tables
from lltic.sources.synthetic.truth import Truth, write_truth
from lltic.sources.synthetic.write import write

__all__ = [
    "Account",
    "Degraded",
    "OpenCase",
    "PlantedCoding",
    "SyntheticReview",
    "SyntheticTrust",
    "Truth",
    "degrade",
    "generate",
    "generate_tables",
    "put_on_paper",
    "write",
    "write_truth",
]
