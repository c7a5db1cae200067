"""A real review service, a real server in front of it, and a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from running_pages import Service, Site, opened_tab, running_service, running_site


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with running_service() as one:
        yield one


@pytest.fixture(scope="session")
def shared_site(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(service, tmp_path_factory.mktemp("site")) as site:
        site.warm_up()
        yield site


@pytest.fixture
def site(shared_site: Site) -> Site:
    shared_site.end_kernels()
    return shared_site


@pytest.fixture
def tab(browser: Any, site: Site) -> Iterator[Any]:
    """A tab of a person who is logged in; what it asked for and complained of is kept."""
    with opened_tab(browser, site, "amira") as page:
        yield page
