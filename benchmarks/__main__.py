"""Run the benchmarks: ``python -m benchmarks``; exits with 1 when a limit is broken.

The hour of coming and going is left out for its length: ``python -m benchmarks.soak``.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

AN_HOUR = {"soak"}


def main() -> int:
    """Run the modules of this folder, one after the other."""
    names = sorted(f.stem for f in Path(__file__).parent.glob("*.py") if not f.stem.startswith("_"))
    names = [name for name in names if name not in AN_HOUR]
    broken = 0
    for name in names:
        print(f"\n{name}")
        broken += importlib.import_module(f"benchmarks.{name}").main([])
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
