"""A model learnt once for all tests of this folder."""

from __future__ import annotations

import pytest
from themed_texts import material

from lltic.themes.suggest import Trained, train


@pytest.fixture(scope="session")
def trained() -> Trained:
    """What was learnt from the made-up texts."""
    return train(material())
