"""Putting widgets on the screen, and taking them off for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
    staying = {id(widget) for top in (*after, *keep) for widget in _with_all_in(top)}
    for widget in before:
        _close(widget, staying)


def close(widget: Widget) -> None:
    """Close a widget and everything in it."""
    _close(widget, set())


def _close(widget: Widget, staying: set[int]) -> None:
    """Close a widget and what is in it, but for what stays, wherever it is shown now."""
    if id(widget) in staying:
        return
    for child in getattr(widget, "children", ()):
        _close(child, staying)
    widget.close()


def _with_all_in(widget: Widget) -> Iterator[Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _with_all_in(child)
