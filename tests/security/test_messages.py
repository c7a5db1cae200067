"""SEC-01: of all that a browser can say to a kernel, five types of message are heard."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from pathlib import Path
from typing import Any

import comm
import ipykernel
import jupyter_client
import pytest
import websocket
from ipykernel.debugger import Debugger
from ipykernel.ipkernel import IPythonKernel
from jupyter_client.adapter import V4toV5, V5toV4
from jupyter_messages import CHANNELS, DEBUGGING, INVENTED, KNOWN, REFUSED, contents, smuggled
from page_line import V1, OpenPage, open_page, watched
from patience import PATIENCE
from serving_study import KERNEL, Served
from small_study import make_study

from lltic.clock import system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.read import events
from lltic.ui.server.channels import MESSAGES, NAMED
from lltic.ui.server.check.messages import FORBIDDEN
from lltic.ui.server.identity import cookie_name

FIVE = {"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"}
REVIEW = "AAAAA-00001-1"
FIELD = "ongoing.judgement"
PARTS = (ipykernel, jupyter_client, comm)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(make_study(tmp_path_factory.mktemp("messages") / "study", system_clock))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(served) -> OpenPage:
    accounts = Accounts(served.study.keys)
    session = accounts.open_session(accounts.person("amira"))
    cookie = (cookie_name(f"127.0.0.1:{served.port}"), session)
    with open_page(served.url, cookie, f"review={REVIEW}&page=ongoing") as one:
        yield one


@pytest.fixture
def kernel(served, page, tmp_path):
    """The page's kernel under watch: whatever a test sends it, it must be as it was, and work."""
    [pid] = served.pids(KERNEL)
    proof = tmp_path / "it-ran"
    with watched(pid) as seen:
        before = state_of(pid, page)
        yield f"open({str(proof)!r}, 'w').close()"
        assert seen.types() <= FIVE
        assert served.pids(KERNEL) == [pid], "it was neither ended nor started again"
        assert state_of(pid, page) == before
    assert not proof.exists()
    words = f"Written after {tmp_path.name}."
    assert "ack" in page.write(FIELD, words)
    assert [e.value["value"] for e in events(served.study) if e.field == FIELD][-1] == words


def state_of(pid: int, page: OpenPage) -> tuple[Any, ...]:
    """What a message could have changed: comms, ports; a subshell or a debugger has threads."""
    with page.another_line() as line:
        line.send("comm_info_request", {})
        while (message := line.hear())["header"]["msg_type"] != "comm_info_reply":
            pass
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    ports = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed a moment ago
            ports.append(str(file.readlink()))
    listening = {row.split()[9] for row in Path("/proc/net/tcp").read_text().splitlines()[1:]}
    open_ports = [p for p in ports if p.startswith("socket:[") and p[8:-1] in listening]
    return sorted(message["content"]["comms"]), threads, open_ports


def dropped(served) -> int:
    """How many messages the log says were dropped, by the lines that have ended."""
    log = (served.study.path / "logs" / "web.log").read_text()
    return sum(int(n) for n in re.findall(r"messages dropped: (\d+)", log))


def test_the_list_has_every_type_that_the_installed_kernel_knows():
    listed = {kind for kinds in KNOWN.values() for kind in kinds}
    handled = {*IPythonKernel.msg_types, *IPythonKernel.control_msg_types}
    handled |= {"comm_open", "comm_msg", "comm_close"}  # IPythonKernel.__init__ adds these
    assert handled <= listed
    named = {
        kind
        for part in PARTS
        for file in Path(part.__file__).parent.rglob("*.py")
        for kind in re.findall(r"""["']([a-z_]+_(?:request|reply))["']""", file.read_text("utf-8"))
    }
    assert len(named) > 30 and named <= listed
    older = {*V4toV5.msg_type_map, *V5toV4.msg_type_map}
    older |= {n for c in (V4toV5, V5toV4) for n in vars(c) if n.endswith(("_request", "_reply"))}
    assert older <= listed
    assert {*Debugger.static_debug_msg_types, *Debugger.started_debug_msg_types} <= set(DEBUGGING)
    assert set(MESSAGES) == FIVE == listed - set(REFUSED)
    assert handled - FIVE <= set(FORBIDDEN), "the start-up self-test tries them as well"


@pytest.mark.parametrize("framing", ["text", "binary"])
def test_every_type_is_dropped_on_every_channel_and_written_down(served, page, kernel, framing):
    before, sent = dropped(served), 0
    few = NAMED // len(CHANNELS)  # types whose refusal a line of its own has room to name
    for kinds in (REFUSED[n : n + few] for n in range(0, len(REFUSED), few)):
        said = {kind: contents(kind, kernel) for kind in kinds}
        first = [(kind, found.pop(0)) for kind, found in said.items()]
        others = [(kind, content) for kind, found in said.items() for content in found]
        with page.another_line() as line:
            for kind, content in (*first, *others):
                for channel in CHANNELS:
                    line.send(kind, content, channel, framing)
            sent += len(line.sent)
            line.settle()
            assert line.answers_to(REFUSED) == []
    log = (served.study.path / "logs" / "web.log").read_text()
    for kind in REFUSED:
        for channel in CHANNELS:
            assert f"A page sent {kind} on {channel}, which is not allowed" in log
    served.wait_for(lambda: dropped(served) - before == sent, PATIENCE)


@pytest.mark.parametrize("framing", ["text", "binary"])
def test_invented_types_are_dropped_and_cannot_write_the_log(served, page, kernel, framing):
    log = served.study.path / "logs" / "web.log"
    size, before, sent = log.stat().st_size, dropped(served), 0
    for kind in INVENTED:
        with page.another_line() as line:
            for channel in CHANNELS:
                line.send(kind, {"code": kernel, "silent": False}, channel, framing)
                sent += 1
    served.wait_for(lambda: dropped(served) - before == sent, PATIENCE)
    new = log.read_bytes()[size:]
    for harm in (b"comm_msg\nexecute_request", b"\x1b", b"x" * 100, b"\0", b"silent"):
        assert harm not in new


def test_the_five_are_heard_on_two_channels_only(page, kernel):
    with page.another_line() as line:
        for kind in FIVE:
            for channel in ("stdin", "iopub", "hb", "", None, "Shell", ["shell"]):
                line.send(kind, {}, channel)
        unheard = dict(line.sent)
        line.settle()
        answered = {m["parent_header"].get("msg_id") for m in line.heard}
    assert len(unheard) == 35 and not answered & set(unheard)


def test_the_newer_binary_protocol_is_not_spoken_and_its_frames_end_the_line(page, kernel):
    for kind, channel in zip((*REFUSED, *FIVE), itertools.cycle(CHANNELS), strict=False):
        with page.another_line(V1) as line:
            assert "sec-websocket-protocol" not in line.socket.headers, "not agreed to"
            line.send(kind, contents(kind, kernel)[0], channel, "v1")
            assert line.ended() == "1007"


@pytest.mark.parametrize("name", smuggled(""))
def test_nothing_is_smuggled_in(page, kernel, name):
    with page.another_line() as line:
        line.raw(smuggled(kernel)[name])
        with contextlib.suppress(ConnectionError):  # what cannot be read ends its own line
            line.settle()
        assert [m for m in line.heard if m["parent_header"].get("msg_id") == "smuggled"] == [
            m for m in line.heard if m["header"]["msg_type"] == "status" and "comm_msg" in str(m)
        ]


def test_comms_of_other_targets_are_not_opened(page, kernel):
    targets = ("jupyter.widget", "jupyter.widget.version", "os", "matplotlib", "", None, [])
    asked = {}
    with page.another_line() as line:
        for n, target in enumerate(targets):
            opened = {"comm_id": f"{n}" * 32, "target_name": target, "data": {"code": kernel}}
            asked[line.send("comm_open", {**opened, "target_module": "antigravity"})] = target
            line.send("comm_msg", {"comm_id": f"{n}" * 32, "data": {"code": kernel}})
        line.settle()
    kinds = {m["header"]["msg_type"] for m in line.heard if m["parent_header"]["msg_id"] in asked}
    assert kinds <= {"status", "comm_close"}


def test_a_flood_of_refused_messages_is_counted_and_not_written_out(served, page, kernel):
    log = served.study.path / "logs" / "web.log"
    size, before = log.stat().st_size, dropped(served)
    with page.another_line() as line:
        for _ in range(2000):
            line.send("execute_request", {"code": kernel})
        line.settle()
    served.wait_for(lambda: dropped(served) - before == 2000, PATIENCE)
    new = log.read_text()[size:]
    assert new.count("A page sent execute_request") == NAMED
    assert len(new.splitlines()) < 2 * NAMED + 50


def test_a_line_of_the_log_stays_one_line_whatever_an_address_says(served, page):
    """A line's own name is in its address, and a library quotes it."""
    forged = "x%0a2026-01-01 00:00:00 all is well%1b[2J"
    url = f"{served.url.replace('http', 'ws', 1)}api/kernels/{page.kernel_id}/channels"
    cookie = "=".join(page.cookie)
    address = f"{url}?session_id={forged.replace(' ', '%20')}"
    lines = [websocket.create_connection(address, cookie=cookie, timeout=20) for _ in range(2)]
    log = served.study.path / "logs" / "web.log"
    served.wait_for(lambda: "Replacing stale connection" in log.read_text(), PATIENCE)
    for line in lines:
        line.close()
    assert not re.search(r"^2026-01-01", log.read_text(), re.MULTILINE)
    assert "\x1b" not in log.read_text()


def test_the_watch_on_the_kernel_would_notice(served, page, tmp_path):
    """The same watch, and an execute_request past the server: it is seen, and it acts."""
    [pid] = served.pids(KERNEL)
    proof = tmp_path / "it-ran"
    with watched(pid) as seen:
        before = state_of(pid, page)
        seen.client.execute(f"open({str(proof)!r}, 'w').close()")
        assert "execute_request" in seen.types() and proof.exists()
        seen.client.control_channel.send(seen.client.session.msg("create_subshell_request", {}))
        served.wait_for(lambda: state_of(pid, page) != before, PATIENCE)
        assert json.dumps(sorted(seen.types()))
