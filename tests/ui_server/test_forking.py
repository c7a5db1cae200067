"""The two ends that copies are made between, without a server around them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE
from running_pages import ROOT

from lltic.ui.hub.server import HubServer
from lltic.ui.server import forking
from lltic.ui.server.app import Server
from lltic.ui.server.forking import Child, can_fork
from lltic.ui.server.zygote import READY, fingerprint


@pytest.fixture
def package(tmp_path) -> Path:
    """The package in a folder of its own, to be changed."""
    left_out = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(ROOT / "lltic", tmp_path / "lltic", ignore=left_out)


@pytest.fixture
def zygote(package):
    """One that is ready, and our line to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    script = package / "ui" / "server" / "zygote.py"
    with theirs:
        run = [sys.executable, "-I", str(script), str(theirs.fileno())]
        process = subprocess.Popen(run, pass_fds=(theirs.fileno(),), env={"HOME": str(package)})
    ours.settimeout(PATIENCE)
    assert ours.recv(16) == READY
    with ours:
        yield process, ours
    process.kill()
    process.wait()


def asked(line: socket.socket) -> socket.socket:
    """Ask for a copy; return the line to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(line, [b"c"], [theirs.fileno()])
    ours.settimeout(PATIENCE)
    return ours


def test_it_ends_with_its_line(zygote):
    process, ours = zygote
    ours.close()
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("name", ["ui/desk.py", "ui/kit/static/prelude.js", "ui/new.py"])
def test_it_makes_no_copy_of_old_code(zygote, package, name):
    process, ours = zygote
    with (package / name).open("a") as file:
        file.write("\n")
    with asked(ours) as birth:
        assert birth.recv(4) == b""
    assert process.wait(PATIENCE) == 0


COPIES = """
import os, socket, subprocess, sys, time
from lltic.ui.server.forking import Child, can_fork
assert can_fork()
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
run = [sys.executable, "-I", sys.argv[1], str(theirs.fileno())]
zygote = subprocess.Popen(run, pass_fds=(theirs.fileno(),))
theirs.close()
ours.recv(16)
def ask():
    mine, its = socket.socketpair()
    socket.send_fds(ours, [b"c"], [its.fileno()])
    its.close()
    return mine, Child(int.from_bytes(mine.recv(4), "big"))
one, child = ask()
assert child.poll() is None and child.pid != zygote.pid
one.close()  # given up on
print("given up on:", child.wait())
one, child = ask()
one.sendall(b'{"env": {"LLTIC_SOCKET": "x"}, "cwd": "/", "argv": ["kernel.py", "-f", "x"]}')
one.close()  # told, but without a ticket
print("without a ticket:", child.wait())
one, child = ask()
one.settimeout(20)
zygote.kill()
zygote.wait()
print("on its own:", child.poll())
child.kill()
print("killed:", child.wait(), child.poll())
"""


def test_a_copy_that_is_not_told_whom_it_serves_is_no_kernel():
    script = str(ROOT / "lltic" / "ui" / "server" / "zygote.py")
    run = [sys.executable, "-c", COPIES, script]
    options = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run(run, **options, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stdout.splitlines() == [
        "given up on: 1",
        "without a ticket: 1",
        "on its own: None",
        "killed: -9 -9",
    ], done.stderr
    assert "has no ticket" in done.stderr


def test_a_child_has_the_words_of_popen():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child = Child(process.pid)
    assert child.poll() is None
    child.terminate()
    assert child.wait() == -signal.SIGTERM
    child.kill()  # nothing happens: that number may be somebody else's by now
    assert child.poll() == -signal.SIGTERM
    process.communicate()


def test_a_child_that_was_buried_by_another_has_ended():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    child = Child(process.pid)
    assert child.poll() == -1
    child.kill()


def test_where_it_cannot_be_done_it_is_not_tried(monkeypatch):
    monkeypatch.setattr(forking.sys, "platform", "darwin")
    assert can_fork() is False


def test_one_persons_server_at_the_hub_keeps_nothing_warm():
    assert Server.warm.default_value is True
    assert HubServer.warm.default_value is False


def test_a_fingerprint_sees_what_kernels_load_and_no_more(tmp_path):
    folder = tmp_path / "package"
    (folder / "__pycache__").mkdir(parents=True)
    file = folder / "part.py"
    file.write_text("one")
    before = fingerprint(folder)
    (folder / "__pycache__" / "part.pyc").write_text("x")
    assert fingerprint(folder) == before
    file.write_text("three")
    assert fingerprint(folder) != before
    file.unlink()
    assert fingerprint(folder) == {}
