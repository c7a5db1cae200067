from __future__ import annotations

import click

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
