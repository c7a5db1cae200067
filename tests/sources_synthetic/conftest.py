"""The make-believe trust, made once for all tests of it."""

from __future__ import annotations

import pytest

from lltic.sources.synthetic import SyntheticTrust, generate


@pytest.fixture(scope="session")
def trust() -> SyntheticTrust:
    return generate(2026)
