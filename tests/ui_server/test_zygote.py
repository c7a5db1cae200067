"""Kernels that are copies: whose, of what, with what in them, and what happens without."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from kernel_processes import connection_file, environment, is_copy
from patience import PATIENCE, until
from running_pages import opened_tab, ready, running_site
from test_page_kernels import closed, line, told
from test_widget_client import expect_words

BEFORE_THE_FORK = {"PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME"}
SECONDS = 6.0


def sockets(pid: int) -> set[str]:
    """The sockets that a process has open."""
    links = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()}
    return {link for link in links if link.startswith("socket:")}


def memory(pid: int) -> bytes:
    """All that a process can write to: where a secret would be."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for row in Path(f"/proc/{pid}/maps").read_text().splitlines():
            begin, end, access = re.match(r"(\w+)-(\w+) (\S+)", row).groups()
            if access.startswith("rw") and "[v" not in row:
                file.seek(int(begin, 16))
                found.append(file.read(int(end, 16) - int(begin, 16)))
    return b"".join(found)


def gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_a_page_gets_a_copy_that_is_the_servers_own_child(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        [pid] = site.kernels()
        assert is_copy(pid) and pid in site.children()
        assert kernel_id in connection_file(pid).name
        assert os.getsid(pid) == pid, "what is said to the server's terminal is not said to it"
    assert len(site.zygotes()) == 1


def test_a_ticket_is_in_no_other_kernel_and_not_in_what_they_are_copied_from(site, browser):
    """Nor in what the system shows of a process: its command line and start environment.

    Neither is chance: each of them throws dice of its own.
    """
    with ExitStack() as both:
        tickets, thrown = {}, []
        for name in ("amira", "ben"):
            before = set(site.kernels())
            seen = told(both.enter_context(opened_tab(browser, site, name)), site)
            [pid] = set(site.kernels()) - before
            tickets[pid] = seen["env"]["LLTIC_TICKET"].encode()
            thrown.append(seen["dice"])
        assert all(one != other for one, other in zip(*thrown, strict=True))
        [zygote] = site.zygotes()
        assert all(is_copy(pid) for pid in tickets)
        for pid in (*tickets, zygote):
            assert set(environment(pid)) <= BEFORE_THE_FORK
            assert "canary" not in str(environment(pid))
            shown = Path(f"/proc/{pid}/environ").read_bytes()
            shown += Path(f"/proc/{pid}/cmdline").read_bytes()
            words = memory(pid)
            for owner, ticket in tickets.items():
                assert ticket not in shown
                assert (ticket in words) == (pid == owner), "found where it is, and only there"


def test_neither_has_a_line_that_it_should_not_have(site):
    with site.visitor("amira") as visitor:
        site.open_page(visitor)
        [kernel], [zygote] = site.kernels(), site.zygotes()
        of_server, of_zygote = sockets(site.process.pid), sockets(zygote)
        assert len(of_zygote) == 1 and not of_zygote & of_server
        assert not sockets(kernel) & (of_zygote | of_server)
        files = {file.name for file in Path(f"/proc/{zygote}/fd").iterdir()}
        assert len(files) == 4, "standard input, output, error, and its line to the server"


def test_pages_live_on_without_what_they_were_copied_from_and_another_comes(tab, site):
    ready(tab, site)
    [old], [kernel] = site.zygotes(), site.kernels()
    os.kill(old, signal.SIGKILL)
    with site.visitor("ben") as visitor:
        site.open_page(visitor)  # at once: started or copied, it comes
        until(lambda: site.zygotes() and site.zygotes() != [old], what="another one")
        until(lambda: gone(old), what="the end of the old one")
    site.warm_up()
    assert kernel in site.kernels()
    tab.click("text=plus one")
    expect_words(tab, ["one 1 2", "two 5 0"])


def test_a_page_does_not_wait_for_one_that_hangs_and_is_not_started_twice(site):
    [old] = site.zygotes()
    os.kill(old, signal.SIGSTOP)
    begun = time.monotonic()
    with site.visitor("amira") as visitor:
        # Its first words come once its kernel has begun; how long that loads is not the point.
        page = visitor.get(site.address + "/counter", stream=True, timeout=60)
        assert time.monotonic() - begun < SECONDS
        assert "lltic-end" in page.text
        [kernel] = site.kernels()
        assert not is_copy(kernel)
        until(lambda: gone(old), what="the end of the one that hung")
        time.sleep(1)
        assert list(site.kernels()) == [kernel]
    site.warm_up()


def test_a_killed_copy_is_told_and_leaves_nothing(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        [(pid, folder)] = site.kernels().items()
        assert is_copy(pid)
        with line(site, kernel_id, visitor.cookies[site.cookie]) as mine:
            os.kill(pid, signal.SIGKILL)
            until(lambda: closed(mine), SECONDS, "the line's end")
        until(lambda: gone(pid), what="its burial")
        until(lambda: not list(folder.parent.glob(f"*{kernel_id}*")), what="the end of its files")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_server(service, tmp_path, how):
    with running_site(service, tmp_path) as site:
        site.warm_up()
        with site.visitor("amira") as visitor:
            site.open_page(visitor)
            left = [*site.kernels(), *site.zygotes()]
            assert len(left) == 2
            site.process.send_signal(how)
            site.process.wait(PATIENCE)
            until(lambda: all(gone(pid) for pid in left), what="the end of what it started")


def test_without_forks_pages_come_as_they_used_to(service, tmp_path, browser):
    with running_site(service, tmp_path, warm=False) as site:
        with opened_tab(browser, site, "amira") as tab:
            seen = told(tab, site)
            [pid] = site.kernels()
            assert not is_copy(pid) and site.zygotes() == []
            assert environment(pid)["LLTIC_TICKET"] == seen["env"]["LLTIC_TICKET"]
            assert json.dumps(environment(pid)).count("canary") == 0
