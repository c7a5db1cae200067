"""Putting widgets on the screen, and taking them off for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ipywidgets import Box, Widget

__all__ = ["close", "replace"]


def replace(box: Box, parts: Iterable[Widget], keep: Sequence[Widget] = ()) -> None:
    """Show ``parts`` in a box, and close what was there and is not needed any more.

    A widget that is only taken off lives on in the kernel and in the page; an
    evening of turning pages would fill both.

    Parameters
    ----------
    keep : sequence of Widget
        Widgets that will be shown again.
    """
    before, after = box.children, tuple(parts)
    box.children = after
    staying = {id(widget) for widget in (*after, *keep)}
    for widget in before:
        if id(widget) not in staying:
            close(widget)


def close(widget: Widget) -> None:
    """Close a widget and everything in it."""
    for child in getattr(widget, "children", ()):
        close(child)
    widget.close()
