"""``lltic serve``: opening the door."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, printable, show, study_option
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.ui.server.check import Hole

__all__ = ["register", "report_holes", "welcome"]


def register(app: click.Group) -> None:
    """Add this file's command to the command line."""
    app.add_command(serve)


@click.command()
@click.option("--port", default=8866, show_default=True, help="On 127.0.0.1.")
@click.option("--check", is_flag=True, help="Run the self-test and stop.")
@click.option("--behind-proxy", is_flag=True, help="People sign in at the proxy in front.")
@click.option("--sign-out", default="", metavar="URL", help="Where that proxy signs people out.")
@click.option(
    "--sign-in-again",
    default="",
    metavar="URL",
    help="Where that proxy asks people once more who they are; {next} is where they go then.",
)
@click.option("--host", "hosts", multiple=True, help="The proxy's name; may be given again.")
@study_option
@json_option
def serve(
    study: Study,
    port: int,
    check: bool,
    behind_proxy: bool,
    sign_out: str,
    sign_in_again: str,
    hosts: tuple[str, ...],
    as_json: bool,
) -> int:
    """Serve the reviewers' pages: log-in, review service and Voilà together.

    Before anybody is let in, a self-test tries the known holes against the
    running server; when one is open, nothing is served.

    Example: lltic serve --study demo --port 8866
    """
    from lltic.cli.probes import probes, visitors
    from lltic.cli.supervise import serving
    from lltic.reviews.vouching import voucher_secret
    from lltic.ui.server.check import self_check

    if sign_in_again and "{next}" not in sign_in_again:
        hint = (
            "Such as /oauth2/start?prompt=login&rd={next}: people come back to the page they left."
        )
        raise UsageError(Problem("bad-address", "--sign-in-again", "has no {next}", hint=hint))
    options = [part for host in hosts for part in ("--host", host)]
    secret = voucher_secret(study) if behind_proxy else None
    if secret:
        options += ["--behind-proxy", "--sign-out", sign_out, "--sign-in-again", sign_in_again]
    with serving(study, port, *options) as running:
        with probes(study) as people:
            found = self_check(running.address, visitors(people, running.address, secret))
        report_holes(found, everything=check, as_json=as_json)
        if check:
            return 0
        for line in [*welcome(study), *_told_to_proxy(secret), running.address]:
            click.echo(printable(line))
        running.watch()
    return 0


def report_holes(found: Sequence[Hole], *, everything: bool, as_json: bool) -> None:
    """Print what the self-test found when asked to, or when something is open.

    Raises
    ------
    LlticError
        ``not-safe-to-serve`` naming what is open.
    """
    open_holes = [hole for hole in found if not hole.ok]
    if everything or open_holes:
        lines = [f"{'PASS' if h.ok else 'FAIL'} {h.name}: {h.detail}" for h in found]
        show(found, lines, as_json=as_json)
    if open_holes:
        hint = "Nobody was let in. Report this with the lines above."
        names = ", ".join(hole.name for hole in open_holes)
        raise LlticError(Problem("not-safe-to-serve", names, "is open", hint=hint))


def _told_to_proxy(secret: Path | None) -> list[str]:
    from lltic.ui.server.proxied import SECRET_HEADER

    if secret is None:
        return []
    return [f"The proxy in front must send what is in {secret} as {SECRET_HEADER}."]


def welcome(study: Study) -> list[str]:
    """Return what is said when a study is served: its title, and a demo's log-ins."""
    from lltic.cli.demo import logins

    lines = [f"Serving “{study.settings.title}”. Stop with Ctrl-C."]
    if study.settings.synthetic:
        lines += ["Demo log-ins (synthetic people, synthetic notes):", *logins()]
    return lines
