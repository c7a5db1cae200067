"""Serve one person's pages, started by JupyterHub: ``python -m lltic.ui.hub``."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from lltic.errors import LlticError
from lltic.ui.hub.server import HubServer, started_by_hub


def main() -> int:
    """Serve until told to stop, or until nobody has had a page open for a while."""
    parser = argparse.ArgumentParser(prog="lltic.ui.hub", description=__doc__, allow_abbrev=False)
    parser.add_argument("--host", action="append", default=[], help="the proxy's public name")
    parser.add_argument("--per-person", type=int, default=2, help="open pages")
    parser.add_argument("--idle", type=int, default=1800, help="seconds without a page")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    try:
        told = started_by_hub(os.environ)
        server = HubServer.instance(
            told=told,
            hosts=[*told.hosts, *arguments.host],
            per_person=arguments.per_person,
            idle_seconds=arguments.idle,
        )
        server.initialize()
        server.start()
    except LlticError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
