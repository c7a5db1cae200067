"""``python -m lltic``: the command line, also where there is no ``make``."""

from __future__ import annotations

import sys

from lltic.cli import main

if __name__ == "__main__":
    sys.exit(main())
