"""How much, compared with what? Estimates with intervals, and what may be shown of them.

Computing and showing are two steps: an :class:`~lltic.records.Estimate` is
unrounded, and a named disclosure profile decides on the way out what a page
may print of it.
"""

from __future__ import annotations

from lltic.measures.design import Design
from lltic.measures.disclosure import PROFILE_NAMES, Profile, Shown, profile
from lltic.measures.proportions import proportions_by, wilson

__all__ = ["PROFILE_NAMES", "Design", "Profile", "Shown", "profile", "proportions_by", "wilson"]
