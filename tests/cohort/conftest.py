"""A study made from a few rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from deaths_by_hand import write_extract

from lltic.study import Study


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """Give a function from rows to a study that has them as its extract."""
    study = Study.init(tmp_path / "study", key=b"k" * 32)
    return lambda *rows: write_extract(study, *rows)
