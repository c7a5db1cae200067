"""The pages around the form: worklist, task list, journey, check answers, receipt."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, Dict, Int, List, Unicode

from lltic.ui.kit.base import Component, css, esm

__all__ = ["CheckAnswers", "Journey", "Receipt", "Sides", "Table", "TaskList", "Worklist"]


class Worklist(Component):
    """A reviewer's cases in groups; nothing on it tells of another reviewer.

    Traits
        ``groups``: list of ``{"heading", "rows"}``; a row is ``{"case_id", "link", "detail",
        "detail2"?, "done"?, "total"?, "status", "status_kind", "query"}``, where ``link`` is the
        link's text, ``done`` of ``total`` phases draw the bar, and ``status_kind`` is one of
        ``todo``, ``doing``, ``done``, ``waiting``. A row with ``action`` (``take``) and
        ``kind`` in place of ``query`` has a button. ``given``: the day it came to the person.
        ``resume``: ``{"case_id", "label", "detail", "at", "query"}``, where the person was; or
        ``{}``.
        From ``many`` rows on there is a box to find some by their words, and the rows can be
        put in another order or into groups by the day they came.
        ``done_title``, ``done_text``: shown when no group has a row (a kind "all done").
        ``support``, ``support_title``: the box at the end, such as whom to call.
    Actions
        ``open`` {case_id, query}, ``take`` {case_id, kind}.
    """

    _esm = esm("status", "worklist_order", "worklist")
    _css = css("lists")
    _sends = ("open", "take")
    groups = List(Dict()).tag(sync=True)
    resume = Dict().tag(sync=True)
    many = Int(9, min=1).tag(sync=True)
    unit = Unicode("phases").tag(sync=True)
    done_title = Unicode("All done").tag(sync=True)
    done_text = Unicode("There is nothing for you to review just now. Thank you.").tag(sync=True)
    support_title = Unicode().tag(sync=True)
    support = Unicode().tag(sync=True)


class TaskList(Component):
    """The parts of one review and how far each is.

    Traits
        ``groups``: list of ``{"heading", "rows"}`` (a heading may be empty); a row is ``{"key",
        "label", "hint"?, "status", "status_kind", "query"}`` with ``status_kind`` one of ``todo``,
        ``doing``, ``done``, ``problem``, ``off`` (``off`` has no link).
        ``summary``: a sentence above, such as "You have completed 2 of 8 parts."
    Actions
        ``open`` {key, query}.
    """

    _esm = esm("status", "task_list")
    _css = css("lists")
    _sends = ("open",)
    groups = List(Dict()).tag(sync=True)
    summary = Unicode().tag(sync=True)


class CheckAnswers(Component):
    """Everything that was answered, whole, with a way to change each answer.

    Traits
        ``sections``: list of ``{"heading", "rows"}``; a row is ``{"field", "key", "answer",
        "text"?, "change"?, "query"?, "evidence"?, "optional"?, "error"?}``. ``answer`` is the
        field's (None: "Not answered yet"; missing reasons are worded); ``text`` is what to show
        for a value (default: the value itself). ``change`` False hides the link; ``optional``
        shows "Not answered (optional)" for None; ``error`` marks the row; ``evidence`` is as the
        items of :class:`~lltic.ui.kit.Evidence`.
        ``locked``: no change links at all.
    Actions
        ``change`` {field, query}.
    """

    _esm = esm("answers", "answer_part", "quotation", "check_answers")
    _css = css("lists", "evidence")
    _sends = ("change",)
    sections = List(Dict()).tag(sync=True)
    locked = Bool(False).tag(sync=True)


class Sides(Component):
    """One question and what each side answered, beside each other.

    Traits: ``label``; ``note``, a line below it; ``sides``, list of ``{"label", "answer",
    "text"?}`` with ``text`` as in :class:`CheckAnswers`; ``field``: the bound field of the page
    that an answer can be taken over to (words are added to those that are there), empty: it
    can only be read; ``level`` of the heading.

    A side with ``entry`` (answers by question) shows one entry of a repeating group: taken over,
    it becomes one more entry of ``field``. ``taken`` says that it is there already,
    ``absent`` what to say in place of an answer.
    """

    _esm = esm("answers", "answer_part", "sides")
    _css = css("lists")
    label = Unicode().tag(sync=True)
    note = Unicode().tag(sync=True)
    sides = List(Dict()).tag(sync=True)
    field = Unicode().tag(sync=True)
    level = Int(2, min=2, max=4).tag(sync=True)


class Table(Component):
    """A plain table; on a small screen each row of three or more cells becomes a card.

    Traits: ``caption``; ``columns``, list of ``{"label", "number"?}``; ``rows``, lists of
    cells: text, a number, ``{"text", "query", "more"?}`` for a link (``more`` is for screen
    readers), or ``{"text", "kind"}`` for a tag as in :class:`TaskList`; ``empty``, what to
    say when there is no row.
    Actions: ``open`` {query}.
    """

    _esm = esm("status", "table")
    _css = css("lists")
    _sends = ("open",)
    caption = Unicode().tag(sync=True)
    columns = List(Dict()).tag(sync=True)
    rows = List(List()).tag(sync=True)
    empty = Unicode("None.").tag(sync=True)


class Receipt(Component):
    """The panel after submitting.

    Traits: ``title``, ``code`` (the receipt's code), ``at`` (ISO time, shown as local time),
    ``lines`` (what happens next, one paragraph each), ``links`` as dicts of
    :func:`~lltic.ui.kit.link`. Takes the focus like a page heading (its title is the h1).
    Actions: those of the links.
    """

    _esm = esm("receipt")
    _css = css("lists")
    title = Unicode("Review submitted").tag(sync=True)
    code = Unicode().tag(sync=True)
    code_label = Unicode("Your receipt").tag(sync=True)
    at = Unicode().tag(sync=True)
    next_title = Unicode("What happens next").tag(sync=True)
    lines = List(Unicode()).tag(sync=True)
    links = List(Dict()).tag(sync=True)

    def allowed_actions(self) -> Any:
        """Return the links' actions."""
        return [one["action"] for one in self.links]


class Journey(Component):
    """The patient's way through the organisations, to scale, with the same as a list.

    A lane for each organisation, or all on one line; days without a stay are as wide as
    others. On a small screen the list is shown instead.

    Traits
        ``segments``: stays, list of ``{"label", "kind", "organisation"?, "detail"?, "spell"?,
        "from", "to"}``, dates or local times as ISO text, ``kind`` one of ``ambulance``,
        ``emergency``, ``acute``, ``community``, ``mental_health``, ``community_care``,
        ``primary_care``, ``care_home``, ``home``, ``other``.
        ``contacts``: documents that show that somebody was involved, list of ``{"label",
        "kind", "organisation", "on", "document", "spell"?}``; one with the ``spell`` of a stay
        of its kind is told by that stay.
        ``phases``: parts of the form that have dates, list of ``{"label", "from", "to"}``.
        ``phase``: that of the page one is on, likewise, or ``{}``.
        ``compact``: all on one line at first, so that notes and form have the room; a person
        who has chosen otherwise sees what they chose.
        ``died_on``: ISO date, or empty. ``title``: heading above.
        ``level``: heading level.
    Actions
        ``open`` {document}: somebody wants to read it.
    """

    _esm = esm("journey_parts", "journey")
    _css = css("journey")
    _sends = ("open",)
    segments = List(Dict()).tag(sync=True)
    contacts = List(Dict()).tag(sync=True)
    phases = List(Dict()).tag(sync=True)
    phase = Dict().tag(sync=True)
    compact = Bool(False).tag(sync=True)
    died_on = Unicode().tag(sync=True)
    title = Unicode("Patient journey").tag(sync=True)
    level = Int(2, min=2, max=4).tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Drop messages about documents that are not on the journey."""
        known = {one.get("document") for one in self.contacts}
        return payload if payload.get("document") in known else None
