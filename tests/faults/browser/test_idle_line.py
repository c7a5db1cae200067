"""A page that is only read keeps its line; one that has fallen silent is let go, and its kernel."""

from __future__ import annotations

import time

import pytest
from patience import until
from running_pages import opened_tab, ready, running_service, running_site

PING = 400  # milliseconds; half a minute in truth


@pytest.fixture(scope="module")
def service():
    with running_service() as one:
        yield one


def test_a_page_that_is_only_read_keeps_its_line(service, browser, tmp_path):
    with running_site(service, tmp_path, ping=PING) as site:
        with opened_tab(browser, site, "amira") as tab:
            lines = []
            tab.on("websocket", lambda line: lines.append(line))
            ready(tab, site)
            tab.wait_for_timeout(8 * PING)
            assert len(lines) == 1 and not lines[0].is_closed()
            assert [state for state, _ in tab.evaluate("said")] == ["up"]


def test_a_page_that_answers_no_sign_of_life_is_let_go_with_its_kernel(service, tmp_path):
    import websocket

    with running_site(service, tmp_path, ping=PING, cull=2) as site:
        with site.visitor("amira") as visitor:
            kernel_id = site.open_page(visitor)
            cookie = f"{site.cookie}={visitor.cookies[site.cookie]}"
        url = f"{site.address.replace('http', 'ws')}/api/kernels/{kernel_id}/channels"
        line = websocket.create_connection(url, cookie=cookie, origin=site.address, timeout=10)
        begun = time.monotonic()  # and never read from it: a computer that is asleep
        until(lambda: not site.kernels(), what="the end of its kernel")
        assert time.monotonic() - begun > 2
        line.shutdown()
