"""Kernels: whose they are, what they know, how many there may be, and when they end."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import websocket
from patience import PATIENCE, until
from running_pages import XSRF, ready, running_service, running_site

from lltic.ui.server.handlers import LINGER

CULL = 8
"""Seconds after which the impatient server here ends a kernel; its start must not take so long."""


@contextmanager
def line(site, kernel_id, session, **more):
    """A websocket to a kernel, as a browser opens it."""
    cookie = f"_xsrf={XSRF}; {site.cookie}={session}"
    url = site.address.replace("http", "ws") + f"/api/kernels/{kernel_id}/channels?session_id=test"
    one = websocket.create_connection(url, cookie=cookie, timeout=PATIENCE, **more)
    try:
        yield one
    finally:
        one.close()
        one.shutdown()


def counted(site, visitor, kernel_id):
    """Wait until the server counts a line to a kernel: the handshake comes before that."""
    ask = lambda: visitor.get(kernel_url(site, kernel_id), timeout=30).json()["connections"]  # noqa: E731
    until(ask, what="the connection")


def kernel_url(site, kernel_id):
    return f"{site.address}/api/kernels/{kernel_id}"


SET_BY_JUPYTER = {"JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL", "MPLBACKEND", "TERM", "CLICOLOR"}
SET_BY_JUPYTER |= {"FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "GIT_PAGER"}


def pid_of(site):
    return next(iter(site.kernels()))


def told(page, site, path="/environment"):
    """What a kernel has been told, and how it is; asked through its page."""
    ready(page, site, path)
    return json.loads(page.text_content("output").rsplit(" ", 2)[0])


def test_a_kernel_is_told_what_it_needs_and_nothing_else(tab, site):
    environment = told(tab, site, "/environment?review=x&LLTIC_TICKET=forged")["env"]
    allowed = {"PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME", "LLTIC_SOCKET", "LLTIC_TICKET"}
    assert set(environment) - SET_BY_JUPYTER <= allowed | {"QUERY_STRING"}
    assert environment["QUERY_STRING"] == "review=x&LLTIC_TICKET=forged"
    assert environment["LLTIC_TICKET"] != "forged"
    assert "canary" not in json.dumps(environment)
    [home] = site.kernels().values()
    assert str(home) == environment["HOME"]
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_kernel_is_reached_through_a_private_folder_not_through_ports(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
    folder = next(iter(site.kernels().values())).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert json.loads((folder / f"kernel-{kernel_id}.json").read_text())["transport"] == "ipc"
    listening = {row.split()[9] for row in Path("/proc/net/tcp").read_text().splitlines()[1:]}
    inodes = {str(f.readlink()) for f in open_files(pid_of(site))}
    assert not [i for i in inodes if i.startswith("socket:[") and i[8:-1] in listening]


def open_files(pid):
    return list(Path(f"/proc/{pid}/fd").iterdir())


def test_a_kernel_keeps_no_history_and_loads_nothing_heavy(tab, site):
    seen = told(tab, site)
    assert seen["heavy"] == []
    assert seen["flags"] == 1
    assert seen["cwd"] == seen["env"]["HOME"]
    assert not list(Path(seen["env"]["HOME"]).rglob("*.sqlite"))


def test_the_ticket_is_worth_nothing_twice(tab, site):
    from lltic.errors import Refused
    from lltic.reviews.client import Client

    ticket = told(tab, site)["env"]["LLTIC_TICKET"]
    client = Client(str(site.service.socket))
    with suppress(Refused):
        client.exchange(ticket)  # what the pages of the product do at once
    with pytest.raises(Refused):
        client.exchange(ticket)


def test_another_person_reaches_nothing_of_a_kernel(site):
    with site.visitor("amira") as owner, site.visitor("ben") as other:
        kernel_id = site.open_page(owner)
        url = kernel_url(site, kernel_id)
        shutdown = f"{site.address}/voila/api/shutdown/{kernel_id}"
        assert other.get(url, timeout=30).status_code == 403
        assert other.delete(url, timeout=30).status_code == 403
        assert other.post(shutdown, timeout=30).status_code == 403
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            with line(site, kernel_id, other.cookies[site.cookie]):
                pass
        assert owner.get(url, timeout=30).status_code == 200
        unknown = kernel_url(site, "00000000-0000-0000-0000-000000000000")
        assert other.get(unknown, timeout=30).text == other.get(url, timeout=30).text
        assert owner.delete(url, timeout=30).status_code == 204
    until(lambda: not site.kernels(), what="the kernel's end")


def test_a_stranger_or_another_site_cannot_connect(site):
    with site.visitor("amira") as owner:
        kernel_id = site.open_page(owner)
        session = owner.cookies[site.cookie]
    for who, origin in (("", None), ("x" * 43, None), (session, "http://evil.example")):
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            with line(site, kernel_id, who, origin=origin):
                pass
    with line(site, kernel_id, session, origin=site.address) as mine:
        assert mine.connected


def test_a_refused_handshake_has_the_policy_too(site):
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        with line(site, "00000000-0000-0000-0000-000000000000", site.service.session("ben")):
            pass
    assert "default-src 'none'" in refused.value.resp_headers["content-security-policy"]


HOSTILE_FRAMES = {
    "a huge number of parts": b"\x7f\xff\xff\xff" + b"x" * 12,
    "a negative number of parts": b"\xff\xff\xff\xff" + b"x" * 12,
    "the other protocol, huge": b"\xff" * 8 + b"x" * 64,
    "too short": b"\x00",
    "offsets beyond the end": b"\x00\x00\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff" + b"x",
    "no JSON": "{",
    "not an object": "[1]",
    "no header": '{"channel": "shell"}',
    "a header that is a list": '{"channel": "shell", "header": []}',
    "a channel that is a list": '{"channel": [], "header": {"msg_type": "comm_msg"}}',
    "a type that is a list": '{"channel": "shell", "header": {"msg_type": []}}',
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("protocol", ["", "v1.kernel.websocket.jupyter.org"])
def test_a_hostile_frame_ends_its_own_line_at_most(site, protocol):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        session = visitor.cookies[site.cookie]
        header = {"Sec-WebSocket-Protocol": protocol} if protocol else {}
        for name, frame in HOSTILE_FRAMES.items():
            with line(site, kernel_id, session, header=header) as mine:
                mine.send(frame, 0x2 if isinstance(frame, bytes) else 0x1)
                assert site.get("/login").status_code == 200, name
        assert visitor.get(kernel_url(site, kernel_id), timeout=30).status_code == 200


def test_only_what_pages_need_passes_from_kernel_to_browser(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        heard = set()
        with line(site, kernel_id, visitor.cookies[site.cookie]) as mine:
            for kind in ("kernel_info_request", "comm_info_request"):
                header = {"msg_id": kind, "msg_type": kind, "session": "s", "username": ""}
                message = {"channel": "shell", "header": header, "parent_header": {}}
                mine.send(json.dumps({**message, "metadata": {}, "content": {}}))
            while not {"kernel_info_reply", "comm_info_reply"} <= heard:
                heard.add(json.loads(mine.recv())["header"]["msg_type"])
    assert heard <= {"kernel_info_reply", "comm_info_reply", "status"}


def test_a_kernel_is_not_started_by_asking_for_one(site):
    with site.visitor("amira") as visitor:
        answer = visitor.post(f"{site.address}/api/kernels", json={"name": "python3"}, timeout=30)
    assert answer.status_code == 404
    assert site.kernels() == {}


def test_the_third_page_closes_the_oldest_that_nobody_looks_at(site):
    with site.visitor("amira") as visitor:
        first, second = site.open_page(visitor), site.open_page(visitor)
        with line(site, first, visitor.cookies[site.cookie]):
            counted(site, visitor, first)
            third = site.open_page(visitor)
            assert visitor.get(kernel_url(site, first), timeout=30).status_code == 200
            assert visitor.get(kernel_url(site, second), timeout=30).status_code == 403
            with line(site, third, visitor.cookies[site.cookie]):
                counted(site, visitor, third)
                page = visitor.get(site.address + "/counter", timeout=30)
                assert page.status_code == 409
                assert "Close one of those tabs" in page.text
                assert "Nothing you wrote is lost" in page.text
        assert len(site.kernels()) == 2
    with site.visitor("ben") as other:  # whom all this does not concern
        assert site.open_page(other)


def test_the_cap_holds_when_pages_are_asked_for_all_at_once(site):
    from concurrent.futures import ThreadPoolExecutor

    with site.visitor("amira") as visitor, ThreadPoolExecutor(6) as many:
        ask = lambda _: visitor.get(site.address + "/counter", timeout=60).status_code  # noqa: E731
        statuses = list(many.map(ask, range(6)))
    assert set(statuses) <= {200, 409}
    until(lambda: len(site.kernels()) <= 2, what="at most two kernels")


def test_a_full_server_says_so(service, tmp_path):
    with running_site(service, tmp_path, in_all=1) as site, site.visitor("amira") as visitor:
        site.open_page(visitor)
        answer = site.get("/counter", "ben")
        assert answer.status_code == 503
        assert "many colleagues are reading" in answer.text
        assert len(site.kernels()) == 1


def test_leaving_a_page_ends_its_kernel_in_a_moment_and_only_for_its_owner(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        shutdown = f"{site.address}/voila/api/shutdown/{kernel_id}"
        visitor.headers.pop("X-XSRFToken")
        assert visitor.post(shutdown, timeout=30).status_code == 403
        begun = time.monotonic()
        assert visitor.post(shutdown, data={"_xsrf": XSRF}, timeout=30).status_code == 204
        # It may still be doing what it was told last, for so long.
        assert site.kernels() or time.monotonic() - begun > LINGER
        until(lambda: not site.kernels(), what="the kernel's end")


def test_reloading_leaves_no_kernel_behind(tab, site):
    tab.goto(site.address + "/counter")
    tab.wait_for_selector("html[data-lltic-ready]")
    before = set(site.kernels())
    for _ in range(3):
        tab.reload()
        tab.wait_for_selector("html[data-lltic-ready]")
    until(lambda: len(site.kernels()) == 1, what="the end of all kernels but one")
    assert not before & set(site.kernels())
    tab.goto("about:blank")
    until(lambda: not site.kernels(), what="the end of the last kernel")


def test_a_page_left_before_it_was_complete_leaves_no_kernel(site):
    with site.visitor("amira") as visitor:
        page = visitor.get(site.address + "/counter", stream=True, timeout=30)
        words = page.iter_content(200)
        next(words)
        until(site.kernels, what="the kernel's start")
        words.close()
        page.close()
    until(lambda: not site.kernels(), what="the kernel's end")


def test_a_browsers_guess_starts_no_kernel(site):
    answer = site.get("/counter", "amira", headers={"Sec-Purpose": "prefetch;prerender"})
    assert answer.status_code == 503
    assert site.kernels() == {}


def test_an_unconnected_kernel_is_culled_and_a_connected_one_is_not(service, tmp_path):
    with running_site(service, tmp_path, cull=CULL) as site, site.visitor("amira") as visitor:
        left, kept = site.open_page(visitor), site.open_page(visitor)
        with line(site, kept, visitor.cookies[site.cookie]):
            until(lambda: len(site.kernels()) == 1, what="the culling")
            gone = lambda: visitor.get(kernel_url(site, left), timeout=30).status_code == 403  # noqa: E731
            until(gone, what="the end of the one that was left")
            time.sleep(CULL + 2)
            assert visitor.get(kernel_url(site, kept), timeout=30).status_code == 200
        until(lambda: not site.kernels(), what="the culling of the one that was left")


def test_a_killed_kernel_stays_dead_and_its_traces_go(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        [(pid, home)] = site.kernels().items()
        with line(site, kernel_id, visitor.cookies[site.cookie]) as mine:
            os.kill(pid, signal.SIGKILL)
            until(lambda: closed(mine), what="the line's end")
        assert visitor.get(kernel_url(site, kernel_id), timeout=30).status_code == 403
        assert site.kernels() == {}
        folder = home.parent
        until(lambda: not list(folder.glob(f"*{kernel_id}*")), what="the end of its files")


def closed(one):
    from websocket import WebSocketConnectionClosedException

    one.settimeout(0.2)
    try:
        return one.recv() == ""
    except WebSocketConnectionClosedException:
        return True
    except TimeoutError:
        return False
    except websocket.WebSocketTimeoutException:
        return False


def test_stopping_the_server_ends_all_kernels(tmp_path):
    with running_service() as service:
        with running_site(service, tmp_path) as site, site.visitor("amira") as visitor:
            site.open_page(visitor)
            [(pid, home)] = site.kernels().items()
    assert not Path(f"/proc/{pid}").exists()
    assert not home.parent.exists()


def test_the_log_names_nobody_and_quotes_nothing(tab, site):
    ticket = told(tab, site, "/environment?review=AAAAA-00001-1")["env"]["LLTIC_TICKET"]
    with site.visitor("amira") as visitor:
        visitor.get(site.address + "/raises", timeout=60)
        session = visitor.cookies[site.cookie]
    log = site.log.read_text()
    for secret in (session, ticket, "AAAAA-00001-1", "amira", "canary"):
        assert secret not in log
    assert re.search(r"page /raises failed: ValueError", log)
