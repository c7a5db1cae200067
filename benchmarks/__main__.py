"""Run every benchmark: ``python -m benchmarks``; exits with 1 when a limit is broken."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Run the modules of this folder, one after the other."""
    names = sorted(f.stem for f in Path(__file__).parent.glob("*.py") if not f.stem.startswith("_"))
    broken = 0
    for name in names:
        print(f"\n{name}")
        broken += importlib.import_module(f"benchmarks.{name}").main([])
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
