"""The frame of a page: header, place, banner, headings, notices, buttons, errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from traitlets import Bool, Dict, Enum, Int, List, Unicode

from lltic.ui.kit.base import Component, Link, css, esm, plain_links

__all__ = [
    "Actions",
    "ErrorSummary",
    "Heading",
    "Notice",
    "Paragraph",
    "PatientBanner",
    "Place",
    "SiteHeader",
    "Splitter",
]


class SiteHeader(Component):
    """The top of every page, with a link that skips to the page's heading.

    Traits: ``product``, ``cohort`` (title), ``links`` (see :func:`~lltic.ui.kit.link`; a link
    with ``"current": True`` is the page one is on), ``person`` (their label), ``logout_url``
    and ``login_url`` (sign out posts ``_xsrf`` to the first, then opens the second; empty:
    no sign out), ``notice`` (such as "Synthetic study: no real patients").
    Actions: those of the links. All of them save first.
    """

    _esm = esm("site_header")
    _css = css("frame")
    product = Unicode("Learning from deaths review").tag(sync=True)
    cohort = Unicode().tag(sync=True)
    person = Unicode().tag(sync=True)
    links = List(Dict()).tag(sync=True)
    logout_url = Unicode().tag(sync=True)
    login_url = Unicode("login").tag(sync=True)
    notice = Unicode().tag(sync=True)

    def __init__(self, *, links: Iterable[Link] = (), **traits: Any) -> None:
        super().__init__(links=plain_links(links), **traits)

    def allowed_actions(self) -> Iterable[str]:
        """Return the links' actions."""
        return [one["action"] for one in self.links]


class Place(Component):
    """Where the person is: the tab's title, the address bar, the focus.

    One per page. Traits: ``title``, ``product`` (end of the tab's title), ``query``
    (``"?case=…&page=…"``), ``error`` (adds "Error: " to the title), ``replace`` (the
    next change of query makes no step in the history), ``turn`` (counts page turns),
    ``field`` (the field that takes the focus in place of the heading, where it is there).
    Actions: ``go`` {query}, when the person uses the browser's back or forward button
    (after saving; the address goes back when saving failed).
    """

    _esm = esm("place")
    _sends = ("go",)
    title = Unicode().tag(sync=True)
    product = Unicode("Learning from deaths review").tag(sync=True)
    query = Unicode().tag(sync=True)
    error = Bool(False).tag(sync=True)
    replace = Bool(False).tag(sync=True)
    turn = Int(0).tag(sync=True)
    field = Unicode().tag(sync=True)

    def turn_to(
        self,
        query: str,
        title: str,
        *,
        error: bool = False,
        replace: bool = False,
        field: str = "",
    ) -> None:
        """Announce that the page has changed: title, address, focus on the h1, scroll to top.

        With ``field`` the focus goes there, for somebody who comes back to where they were.

        Call it after the new page's components are in place. With ``error`` the focus is
        left to the :class:`ErrorSummary`.
        """
        with self.hold_sync():
            self.query, self.title = query, title
            self.error, self.replace, self.field = error, replace, field
            self.turn += 1


class PatientBanner(Component):
    """Who this page is about, always in view.

    Trait ``items``: list of ``{"label", "value"}``; the first two are the identifiers and
    stay in view on the smallest screens. Takes the text of SaveStatus at its end.
    """

    _esm = esm("patient_banner")
    _css = css("frame")
    items = List(Dict()).tag(sync=True)

    def __init__(
        self, *, items: Iterable[Mapping[str, str] | tuple[str, str]] = (), **traits: Any
    ) -> None:
        plain = [
            dict(one) if isinstance(one, Mapping) else {"label": one[0], "value": one[1]}
            for one in items
        ]
        super().__init__(items=plain, **traits)


class Heading(Component):
    """A heading.

    Traits: ``text``, ``level`` 1-4 (1 is the page's and takes the focus), ``caption`` (small,
    above), ``lead`` (a sentence below).
    """

    _esm = esm("heading")
    text = Unicode().tag(sync=True)
    level = Int(1, min=1, max=4).tag(sync=True)
    caption = Unicode().tag(sync=True)
    lead = Unicode().tag(sync=True)


class Paragraph(Component):
    """Plain text; an empty line begins a new paragraph. Traits: ``text``, ``small``."""

    _esm = esm("paragraph")
    text = Unicode().tag(sync=True)
    small = Bool(False).tag(sync=True)


class Notice(Component):
    """Inset text with a title.

    Traits: ``kind`` (information, success, warning, error), ``title``, ``text``;
    ``announce`` reads it out when it appears; ``links`` as in :class:`Actions`.
    Actions: those of the links.
    """

    _esm = esm("notice")
    kind = Enum(("information", "success", "warning", "error"), "information").tag(sync=True)
    title = Unicode().tag(sync=True)
    text = Unicode().tag(sync=True)
    announce = Bool(False).tag(sync=True)
    links = List(Dict()).tag(sync=True)

    def __init__(self, *, links: Iterable[Link] = (), **traits: Any) -> None:
        super().__init__(links=plain_links(links), **traits)

    def allowed_actions(self) -> Iterable[str]:
        """Return the links' actions."""
        return [one["action"] for one in self.links]


class Actions(Component):
    """The buttons of a page.

    Traits: ``primary`` (text of the green button; empty: none), ``primary_action``,
    ``secondary`` and ``secondary_action`` (a grey button), ``links`` (see
    :func:`~lltic.ui.kit.link`), ``warning`` (the primary button is the red one),
    ``flush`` (save before the action, on by default).
    Actions: ``primary_action``, ``secondary_action`` and those of the links. While an action
    is under way every button is busy: a double click sends one message.
    """

    _esm = esm("actions")
    primary = Unicode().tag(sync=True)
    primary_action = Unicode("next").tag(sync=True)
    secondary = Unicode().tag(sync=True)
    secondary_action = Unicode("later").tag(sync=True)
    links = List(Dict()).tag(sync=True)
    warning = Bool(False).tag(sync=True)
    flush = Bool(True).tag(sync=True)

    def __init__(self, *, links: Iterable[Link] = (), **traits: Any) -> None:
        super().__init__(links=plain_links(links), **traits)

    def allowed_actions(self) -> Iterable[str]:
        """Return the actions of the buttons shown and of the links."""
        shown = [self.primary_action] if self.primary else []
        shown += [self.secondary_action] if self.secondary else []
        return shown + [one["action"] for one in self.links]


class ErrorSummary(Component):
    """The box "There is a problem": every error of the page, each a link to its field.

    Trait ``errors``: list of ``{"field", "message", "query"?}``; empty shows nothing. A new
    list takes the focus. Clicking an error moves the focus to its field, or, when the field is
    on another page and ``query`` is given, sends
    Actions: ``go`` {field, query}.
    """

    _esm = esm("error_summary")
    _css = css("frame")
    _sends = ("go",)
    errors = List(Dict()).tag(sync=True)
    title = Unicode("There is a problem").tag(sync=True)
    turn = Int(0).tag(sync=True)

    def show(self, errors: Iterable[Mapping[str, str]]) -> None:
        """Show these errors and take the focus, also when they are the same as before."""
        with self.hold_sync():
            self.errors = [dict(one) for one in errors]
            self.turn += 1


class Splitter(Component):
    """The bar between the two columns of a ``lltic-columns`` box, to be its middle child.

    Drag it, or focus it and use the arrow keys. Trait ``share``: percentage of the left
    column at the start (20-80); a person's own choice is kept for the tab.
    """

    _esm = esm("splitter")
    _css = css("frame")
    share = Int(50, min=20, max=80).tag(sync=True)
