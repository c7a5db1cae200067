"""``lltic hub``: a study behind JupyterHub on this machine, to try shape M."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket as sockets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from lltic.cli.output import json_option, study_option
from lltic.cli.supervise import Process, Serving, claim, is_up, review_service
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import Study, write_atomically

__all__ = ["hub_serving", "register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(hub)
    app.add_command(hub_demo)


def _hub_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what both commands are asked."""
    options = (
        click.option("--port", default=8000, show_default=True, help="On 127.0.0.1."),
        click.option(
            "--config",
            required=True,
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="The Hub's configuration, such as docs/examples/hub/jupyterhub_config.py.",
        ),
        click.option(
            "--proxy",
            default="configurable-http-proxy",
            show_default=True,
            help="The proxy's program; see docs/examples/hub/README.md.",
        ),
        click.option("--check", is_flag=True, help="Run the self-test and stop."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@study_option
@_hub_options
def hub(study: Study, port: int, config: Path, proxy: str, check: bool, as_json: bool) -> int:
    """Serve a study through JupyterHub: each person gets a server of their own.

    Before the log-ins are printed, the self-test logs two people in and tries the
    known holes; when one is open, everything is stopped.

    Example: lltic hub --study demo --config docs/examples/hub/jupyterhub_config.py
    """
    _end_as_with_ctrl_c()
    return _serve(study, port, config, proxy, check, as_json)


@click.command("hub-demo")
@_hub_options
def hub_demo(port: int, config: Path, proxy: str, check: bool, as_json: bool) -> int:
    """Show all of shape M at once: a make-believe study, PostgreSQL, the Hub, its proxy.

    Two organisations review the same deaths. The record is in a PostgreSQL made for this
    run, or in a file where none is installed. Nothing of it stays when it is stopped.

    Example: lltic hub-demo --config docs/examples/hub/jupyterhub_config.py
    """
    from lltic.cli.demo import make_demo
    from lltic.cli.local_postgres import installed, throwaway_postgres

    _program(proxy)
    claim(port)
    _end_as_with_ctrl_c()
    programs = installed()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lltic-"))
        url = stack.enter_context(throwaway_postgres(programs)) if programs else ""
        record = "PostgreSQL" if url else "a file: no PostgreSQL is installed"
        click.echo(f"Making a make-believe study; its record is in {record}.", err=True)
        study = make_demo(Path(folder) / "study", 2026, url)
        return _serve(study, port, config, proxy, check, as_json)


def _end_as_with_ctrl_c() -> None:
    """Let a plain kill stop everything that was started too, from the first moment on."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _serve(study: Study, port: int, config: Path, proxy: str, check: bool, as_json: bool) -> int:
    from lltic.cli.probes import probes
    from lltic.cli.serve import report_holes, welcome
    from lltic.ui.hub.check import hub_check

    with hub_serving(study, port, config.resolve(), proxy) as running:
        with probes(study) as (one, two):
            people = ((one.name, one.password), (two.name, two.password))
            found = hub_check(running.address, people)
        report_holes(found, everything=check, as_json=as_json)
        if check:
            return 0
        for line in [*welcome(study), running.address]:
            click.echo(line)
        running.watch()
    return 0


@contextlib.contextmanager
def hub_serving(study: Study, port: int, config: Path, proxy: str) -> Iterator[Serving]:
    """Start the service, a Hub and its proxy for a study, and stop all of them at the end.

    Parameters
    ----------
    study : Study
        What is served; the Hub's own files are in its ``keys/hub``.
    port : int
        On 127.0.0.1.
    config : Path
        The Hub's configuration; it reads the ``LLTIC_…`` variables set here.
    proxy : str
        The program ``configurable-http-proxy``.

    Raises
    ------
    LlticError
        ``cannot-serve`` with the last words of what did not start.
    """
    from lltic.reviews.vouching import voucher_secret

    program = _program(proxy)
    claim(port)
    state = study.keys / "hub"
    state.mkdir(mode=0o700, exist_ok=True)
    address = f"http://127.0.0.1:{port}"
    with review_service(study) as (service, socket):
        told = {
            "JUPYTERHUB_CRYPT_KEY": _kept(state / "crypt_key"),
            "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
            "LLTIC_HUB_ADDRESS": address,
            "LLTIC_HUB_INSIDE": " ".join(str(_free_port()) for _ in range(2)),
            "LLTIC_HUB_STATE": str(state),
            "LLTIC_HUB_HOMES": str(socket.with_name("home")),
            "LLTIC_PROXY": program,
            "LLTIC_SOCKET": str(socket),
            "LLTIC_VOUCHER": str(voucher_secret(study)),
            "LLTIC_SYNTHETIC": "yes" if study.settings.synthetic else "",
        }
        front = Process(
            "the Hub",
            ["jupyterhub", "--config", str(config)],
            socket.with_name("home"),
            study.path / "logs" / "hub.log",
            told,
        )
        try:
            front.start()
            front.wait_until(lambda: is_up(f"{address}/hub/health", refusing=False))
            yield Serving(service, front, socket, address)
        finally:
            front.stop()
            _end_proxy(state / "proxy.pid", program)


def _end_proxy(note: Path, program: str) -> None:
    """End the proxy that a Hub leaves behind when it was stopped before it had started."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(note.read_text("ascii").split()[0])
        if program in Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace"):
            os.kill(pid, signal.SIGTERM)


def _program(proxy: str) -> str:
    program = shutil.which(proxy)
    if program is None:
        hint = "See docs/examples/hub/README.md, or name the program with --proxy."
        raise UsageError(Problem("no-proxy", proxy, "is not a program on this machine", hint=hint))
    return str(Path(program).absolute())


def _kept(file: Path) -> str:
    """Return a secret of the Hub's that outlives a restart, made when there is none."""
    if not file.exists():
        with write_atomically(file, "w", 0o600) as stream:
            stream.write(secrets.token_hex(32))
    try:
        return file.read_text("ascii").strip()
    except OSError as error:
        raise LlticError(Problem("no-key", str(file), error.strerror or "no")) from None


def _free_port() -> int:
    with sockets.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
