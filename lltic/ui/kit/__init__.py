"""The component kit: what a reviewer sees, built from small anywidget classes.

A screen shows and forwards, it never decides. Every component is a plain
ipywidget: set its traits to change what is shown, and listen to what the person
did with :meth:`Component.on_action`. Messages, traits and events are the same in
the review server's own small client and in JupyterLab.

What leaves the browser
    ``{"action": name, ...payload}`` for buttons and links, see each class for its
    names; ``{"op": {...}}`` from :class:`SaveStatus` only. A password goes to the web
    server, see :mod:`lltic.ui.kit.presence`, and never to Python here.
Fields
    hold an *answer*: ``{"value": X}``, ``{"missing": reason}`` or ``None``. On a page
    with a :class:`SaveStatus` they are ``bound`` (the default): the answer travels as
    an operation and nothing else. With ``bound=False`` the trait ``value`` itself
    follows the person, as in any notebook.

Between components of one page (CustomEvents on ``document``)
    ``lltic:edit`` {field, value, version, review, taken}: the person edited a field; who
    keeps it sets ``taken``, and a field whose edits nobody takes says so.
    ``lltic:hello`` {field, version, restore, review}: a field was drawn; the outbox calls
    ``restore`` when it knows newer words, and fills in the review they belong to.
    ``lltic:restore`` {field, value} · ``lltic:settled`` {field, version, idle}: newer words
    from the outbox · an edit was committed.
    ``lltic:flush`` {done, taken, stays}: somebody wants to leave; ``done(true)`` when all is
    committed. The focus goes to an answer that was refused, unless nobody leaves (``stays``).
    ``lltic:link`` {state}: the client's connection is ``up``, ``down`` or ``gone``.
    ``lltic:status`` {words, busy, done, bad} · ``lltic:status-slot`` {slot, claimed} ·
    ``lltic:status-ask``: the text of the save status, and who shows it.
    ``lltic:pause`` {reason, on}: keep everything in the outbox for a while (``elsewhere``,
    ``over``) · ``lltic:paused`` {}: whether fields may be written has changed, see
    ``document.documentElement.dataset.llticPaused`` · ``lltic:leaving`` {}: the page loads
    itself again, ask nobody · ``lltic:session-over`` {}: the web server knows no session.
    ``lltic:fill`` {field, value}: put an answer into a field, as if the person had.
    ``lltic:held`` {prefix, add}: what the outbox holds for fields that begin so.
    ``lltic:passage`` {document, page, start, end, text, taken}: show a passage in the notes.
    ``lltic:entry-removed`` {field, id, label}: an entry was taken out of a repeating group.
    ``lltic:entry-added`` {field, id, taken}: an entry whose answers are in the outbox already
    goes on the list of a repeating group, which sets ``taken``.
    ``lltic:drafts`` {add}: unbound fields tell what is in them, for a page that is left.
    ``lltic:open-edits`` {add}: an outbox that starts late asks for what was typed before.

Layout classes for boxes
    ``lltic-page`` around everything; ``lltic-narrow`` for a page of one column;
    ``lltic-columns`` for notes, :class:`Splitter` and form side by side; ``lltic-card`` and
    ``lltic-form`` for a white sheet.

Imports nothing but the standard library, ipywidgets, anywidget and traitlets: a
reviewer's kernel pays for every module.
"""

from __future__ import annotations

from lltic.ui.kit.base import Component, link, query_string
from lltic.ui.kit.coding import CodingKeys, Curve, PassageCoder, PassageSettler
from lltic.ui.kit.entries import EntryHeading, RepeatingGroup
from lltic.ui.kit.evidence import Evidence, passage_of
from lltic.ui.kit.fields import (
    Checkboxes,
    DateInput,
    Field,
    NumberInput,
    Radios,
    Scale,
    Select,
    TextArea,
    TextInput,
    answer_problem,
)
from lltic.ui.kit.notes import NotesViewer
from lltic.ui.kit.page import (
    Actions,
    ErrorSummary,
    Heading,
    Notice,
    Paragraph,
    PatientBanner,
    Place,
    SiteHeader,
    Splitter,
)
from lltic.ui.kit.presence import Signature, SignInAgain, Window
from lltic.ui.kit.review import (
    CheckAnswers,
    Journey,
    Receipt,
    Sides,
    Table,
    TaskList,
    Worklist,
)
from lltic.ui.kit.saving import ConflictNotice, SaveStatus
from lltic.ui.kit.suggestions import SuggestionList

__all__ = [
    "Actions",
    "CheckAnswers",
    "Checkboxes",
    "CodingKeys",
    "Component",
    "ConflictNotice",
    "Curve",
    "DateInput",
    "EntryHeading",
    "ErrorSummary",
    "Evidence",
    "Field",
    "Heading",
    "Journey",
    "NotesViewer",
    "Notice",
    "NumberInput",
    "Paragraph",
    "PassageCoder",
    "PassageSettler",
    "PatientBanner",
    "Place",
    "Radios",
    "Receipt",
    "RepeatingGroup",
    "SaveStatus",
    "Scale",
    "Select",
    "Sides",
    "SignInAgain",
    "Signature",
    "SiteHeader",
    "Splitter",
    "SuggestionList",
    "Table",
    "TaskList",
    "TextArea",
    "TextInput",
    "Window",
    "Worklist",
    "answer_problem",
    "link",
    "passage_of",
    "query_string",
]
