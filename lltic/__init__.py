"""Learn from deaths: cohorts, structured judgement reviews, themes, measures, audit.

The dozen names a notebook needs; everything else is one room away, for example
:mod:`lltic.cohort` or :mod:`lltic.agreement`. Importing this loads no widget,
plot, model or database library.
"""

from __future__ import annotations

from lltic.errors import LlticError, NotComputable
from lltic.study import Study

__all__ = ["LlticError", "NotComputable", "Study", "__version__"]

__version__ = "0.1.0"
