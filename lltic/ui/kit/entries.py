"""Questions that are asked again for each of several things: problems, contacts, moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from traitlets import Bool, Dict, Int, List, Unicode

from lltic.ui.kit.base import Component, css, esm
from lltic.ui.kit.fields import Field, plain_missing

__all__ = ["EntryHeading", "RepeatingGroup"]


class RepeatingGroup(Field):
    """Which entries there are; it stands below them and adds another.

    Its answer is ``{"value": [id, …]}``, ids chosen at random in the page. The questions of
    an entry are fields of their own, with ``field`` ``<group>.<id>.<question>``: show them,
    below an :class:`EntryHeading` each, when the longer list has arrived. The focus then goes
    to the first question of the new entry, if the person is still at the button.

    Traits beside the common ones: ``entry`` (what one is called: "problem"), ``at_most``,
    ``missing`` (reasons to have none, offered while there is none).
    """

    _esm = esm("field", "reasons", "repeating_group")
    entry = Unicode("entry").tag(sync=True)
    at_most = Int(20, min=1).tag(sync=True)
    missing = List(Dict()).tag(sync=True)

    def __init__(self, *, missing: Iterable[Any] = (), **traits: Any) -> None:
        super().__init__(missing=plain_missing(missing), **traits)


class EntryHeading(Component):
    """The head of one entry, with a way to take it out again, which is asked back.

    The entry goes from the list of its :class:`RepeatingGroup`, on the same page; that is
    where the focus goes, and where it can be put back.

    Traits: ``field`` (the group's), ``entry_id``, ``label`` ("Problem 1"), ``first`` (the id of
    its first question), ``level`` of the heading, ``locked`` (it cannot be taken out).
    """

    _esm = esm("entry_heading")
    _css = css("fields")
    field = Unicode().tag(sync=True)
    entry_id = Unicode().tag(sync=True)
    label = Unicode().tag(sync=True)
    first = Unicode().tag(sync=True)
    level = Int(3, min=2, max=4).tag(sync=True)
    locked = Bool(False).tag(sync=True)
