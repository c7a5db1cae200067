"""The command line: the same verbs for people without notebooks.

Each file here holds the commands of one part of the path and composes rooms;
none of them decides anything. Heavy libraries are imported inside a command,
so that ``lltic --help`` is instant.
"""

from __future__ import annotations

from lltic.cli.app import app, main

__all__ = ["app", "main"]
