"""Starting: what is too old, misspelt or missing ends in a clear word, never in an open door."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
import requests
from patience import PATIENCE, until
from ports import free_port
from running_pages import CANARIES, ROOT, START

from lltic.errors import LlticError
from lltic.ui.server.app import PAGES, check_versions


def start(*arguments, **environment):
    run = [sys.executable, "-m", "lltic.ui.server", *arguments]
    return subprocess.run(
        run,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=START,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("voila", "jupyter_server", "found"),
    [
        ("0.5.13", "2.18.0", 0),
        ("0.6.0a1", "3.0", 0),
        ("1.0", "2.18", 0),
        ("0.5.12", "2.21.1", 1),
        ("0.5.9", "2.17.9", 2),
    ],
)
def test_versions_have_floors(voila, jupyter_server, found):
    installed = {"voila": voila, "jupyter_server": jupyter_server}
    if not found:
        check_versions(installed)
        return
    with pytest.raises(LlticError) as raised:
        check_versions(installed)
    assert raised.value.codes == ("too-old",) * found
    assert "0.5.13 or newer" in str(raised.value)


def test_what_is_installed_is_new_enough():
    check_versions()


def test_the_pages_of_the_product_are_there():
    assert set(PAGES) == {"/", "/coding"}
    assert all(notebook.is_file() for notebook in PAGES.values())


def test_without_the_service_nothing_is_served(tmp_path):
    port = free_port()
    ended = start("--socket", str(tmp_path / "no.sock"), "--port", str(port))
    assert ended.returncode == 1
    assert "the review service: does not answer" in ended.stderr
    assert "Traceback" not in ended.stderr
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/", timeout=5)


@pytest.mark.parametrize(
    "option",
    [
        "--Voila.identity_provider_class=jupyter_server.auth.identity.IdentityProvider",
        "--ServerApp.token=",
        "--sock=/x",
        "--strip_sources=False",
        "--no-browser",
    ],
)
def test_an_option_that_is_not_ours_stops_the_start(option):
    ended = start("--socket", "/nowhere", option)
    assert ended.returncode == 2
    assert "unrecognized arguments" in ended.stderr


def test_a_missing_socket_option_is_named():
    ended = start()
    assert ended.returncode == 2
    assert "--socket is needed" in ended.stderr


def test_a_busy_port_is_not_exchanged_for_another(service):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = start("--socket", str(service.socket), "--port", port)
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}: Address already in use" in ended.stderr
    assert "name another with --port" in ended.stderr


def test_no_configuration_file_or_variable_changes_anything(service, tmp_path):
    """Each of these opens a stock Voilà."""
    evil = (
        "c.Voila.authorizer_class = 'jupyter_server.auth.authorizer.AllowAllAuthorizer'\n"
        "c.VoilaConfiguration.file_allowlist = ['.*']\n"
        "c.PasswordIdentityProvider.hashed_password = ''\n"
        "c.Voila.ip = '0.0.0.0'\n"
        "c.PageKernels.in_all = 0\n"
        "c.ServiceIdentity.token = 'x'\n"
    )
    for name in ("voila.py", "jupyter_config.py", "jupyter_server_config.py"):
        (tmp_path / name).write_text(evil)
    port = free_port()
    environment = {**os.environ, **CANARIES, "JUPYTER_CONFIG_DIR": str(tmp_path)}
    environment |= {"JUPYTER_CONFIG_PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    # -P: a file called voila.py in the working folder would hide the library (and stop the start).
    run = [sys.executable, "-P", "-m", "lltic.ui.server", "--socket", str(service.socket)]
    process = subprocess.Popen(
        [*run, "--port", str(port)], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}/"
        until(lambda: answers(address), START, "the start")
        for query in ("", "?token=x", "?token=canary"):
            answer = requests.get(address + query, allow_redirects=False, timeout=PATIENCE)
            assert answer.status_code == 302
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(address):
    try:
        return requests.get(address, allow_redirects=False, timeout=2).status_code
    except (requests.ConnectionError, requests.Timeout):  # it listens before it answers
        return 0


def test_the_self_test_can_be_run_by_hand(site):
    run = [sys.executable, "-m", "lltic.ui.server", "--check", site.address]
    sessions = f"{site.service.session('amira')}\n{site.service.session('ben')}\n"
    ended = subprocess.run(
        run, cwd=ROOT, input=sessions, capture_output=True, text=True, timeout=START
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "PASS another person's kernel: closed" in ended.stdout
    assert "FAIL" not in ended.stdout
