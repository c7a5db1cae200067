"""Serve the reviewers' pages: ``python -m lltic.ui.server --socket PATH --port 8866``.

With ``--check ADDRESS`` nothing is served: the running server at ADDRESS is tried
for the known holes, with the two session ids given on standard input.
"""

from __future__ import annotations

import argparse
import logging
import sys

from lltic.errors import LlticError


def main() -> int:
    """Serve until told to stop, or run the self-test."""
    parser = argparse.ArgumentParser(
        prog="lltic.ui.server", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--socket", default="", help="the review service's Unix socket")
    parser.add_argument("--port", type=int, default=8866)
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--base-url", default="/")
    parser.add_argument(
        "--host", action="append", default=[], help="a proxy's name for this server"
    )
    parser.add_argument(
        "--behind-proxy", action="store_true", help="people sign in at the proxy in front"
    )
    parser.add_argument("--sign-out", default="", help="where the proxy ends its own session")
    parser.add_argument(
        "--sign-in-again", default="", help="where the proxy asks once more; {next}: and then"
    )
    parser.add_argument("--per-person", type=int, default=2, help="open pages of one person")
    parser.add_argument("--in-all", type=int, default=60, help="open pages of everybody")
    parser.add_argument("--check", default="", metavar="ADDRESS")
    arguments = parser.parse_args()
    try:
        if arguments.check:
            return _check(arguments.check)
        if not arguments.socket:
            parser.error("--socket is needed")
        return _serve(arguments)
    except LlticError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _serve(arguments: argparse.Namespace) -> int:
    from lltic.ui.server.app import Server
    from lltic.ui.server.proxied import ProxiedServer

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    base_url = f"/{arguments.base_url.strip('/')}/".replace("//", "/")
    options = {"sign_out": arguments.sign_out} if arguments.behind_proxy else {}
    if arguments.behind_proxy and arguments.sign_in_again:
        options["sign_in_again"] = arguments.sign_in_again
    kind = ProxiedServer if arguments.behind_proxy else Server
    server = kind.instance(
        **options,
        socket=arguments.socket,
        port=arguments.port,
        ip=arguments.ip,
        base_url=base_url,
        hosts=arguments.host,
        per_person=arguments.per_person,
        in_all=arguments.in_all,
    )
    server.initialize()
    server.start()
    return 0


def _check(address: str) -> int:
    from lltic.ui.server.check import self_check

    one, two = sys.stdin.read().split()
    holes = self_check(address, (one, two))
    for hole in holes:
        print("PASS" if hole.ok else "FAIL", f"{hole.name}: {hole.detail}")
    return int(not all(hole.ok for hole in holes))


if __name__ == "__main__":
    sys.exit(main())
