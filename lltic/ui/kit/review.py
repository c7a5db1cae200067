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
        ``kind`` in place of ``query`` has a button.
        ``done_title``, ``done_text``: shown when no group has a row (a kind "all done").
        ``support``, ``support_title``: the box at the end, such as whom to call.
    Actions
        ``open`` {case_id, query}, ``take`` {case_id, kind}.
    """

    _esm = esm("status", "worklist")
    _css = css("lists")
    _sends = ("open", "take")
    groups = List(Dict()).tag(sync=True)
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
        "text"?, "change"?, "query"?, "quote"?, "optional"?, "error"?}``. ``answer`` is the field's
        answer (None: "Not answered yet"; missing reasons are worded); ``text`` is what to show
        for a value (default: the value itself). ``change`` False hides the link; ``optional``
        shows "Not answered (optional)" for None; ``error`` marks the row.
        ``locked``: no change links at all.
    Actions
        ``change`` {field, query}.
    """

    _esm = esm("answers", "answer_part", "check_answers")
    _css = css("lists")
    _sends = ("change",)
    sections = List(Dict()).tag(sync=True)
    locked = Bool(False).tag(sync=True)


class Sides(Component):
    """One question and what each side answered, beside each other.

    Traits: ``label``; ``sides``, list of ``{"label", "answer", "text"?}`` with ``text`` as in
    :class:`CheckAnswers`; ``field``: the bound field of the page that an answer can be taken
    over to (words are added to those that are there), empty: it can only be read; ``level``
    of the heading.
    """

    _esm = esm("answers", "answer_part", "sides")
    _css = css("lists")
    label = Unicode().tag(sync=True)
    sides = List(Dict()).tag(sync=True)
    field = Unicode().tag(sync=True)
    level = Int(2, min=2, max=4).tag(sync=True)


class Table(Component):
    """A plain table; on a small screen each row becomes a card.

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
    """The patient's way through the organisations, to scale, with a list in words.

    Traits
        ``segments``: list of ``{"label", "kind", "organisation"?, "from", "to"}``, dates or
        times as ISO text, ``kind`` one of ``ambulance``, ``emergency``, ``acute``,
        ``community``, ``mental_health``, ``primary_care``, ``care_home``, ``home``.
        ``phase``: ``{"label", "from", "to"}`` of the page one is on, or ``{}``.
        ``died_on``: ISO date, or empty. ``title``: heading above.
        ``level``: heading level.
    """

    _esm = esm("journey")
    _css = css("journey")
    segments = List(Dict()).tag(sync=True)
    phase = Dict().tag(sync=True)
    died_on = Unicode().tag(sync=True)
    title = Unicode("Patient journey").tag(sync=True)
    level = Int(2, min=2, max=4).tag(sync=True)
