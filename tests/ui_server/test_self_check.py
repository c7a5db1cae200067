"""The self-test passes on a sound server, and finds each hole that is made on purpose."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from running_pages import running_site

from lltic.ui.server.check import self_check

HOLES = {
    "execute": {"code from the browser"},
    "inspect": {"code from the browser"},
    "any owner": {"another person's kernel"},
    "shutdown": {"another person's kernel"},
    "files": {"other addresses"},
    "contents": {"other addresses"},
    "public page": {"anonymous pages"},
    "open logout": {"foreign sites"},
    "any host": {"foreign sites"},
    "any origin": {"foreign sites"},
    "template": {"pages"},
    "policy": {"headers"},
    "widgets": {"widgets from the browser"},
}


def sessions(site):
    return site.service.session("amira"), site.service.session("ben")


def test_a_sound_server_passes_quickly_and_keeps_no_kernel_of_it(site):
    begun = time.monotonic()
    found = self_check(site.address, sessions(site))
    assert [hole for hole in found if not hole.ok] == []
    assert len(found) == 13
    assert time.monotonic() - begun < 5
    assert site.kernels() == {}


def test_a_server_below_a_path_passes(service, tmp_path):
    with running_site(service, tmp_path, base_url="/reviews/") as site:
        found = self_check(site.address, sessions(site))
    assert [hole for hole in found if not hole.ok] == []


@pytest.fixture(scope="module")
def found_in(service, tmp_path_factory):
    """What the self-test will say of each server with a hole; each test waits for its own."""

    def look(hole):
        with running_site(service, tmp_path_factory.mktemp("holed"), hole=hole) as site:
            return self_check(site.address, sessions(site))

    with ThreadPoolExecutor(2) as two:
        yield {hole: two.submit(look, hole) for hole in HOLES}


@pytest.mark.slow
@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found(found_in, hole):
    found = found_in[hole].result()
    open_ = {one.name for one in found if not one.ok}
    assert open_ and HOLES[hole] <= open_, found


def test_what_cannot_be_tried_counts_as_open(site):
    found = self_check(site.address, ("not-a-session", "nor-this"))
    assert [(hole.name, hole.ok) for hole in found] == [("pages", False)]


def test_a_server_that_does_not_answer_is_not_called_safe():
    found = self_check("http://127.0.0.1:9", ("one", "two"))
    assert [hole.ok for hole in found] == [False]
