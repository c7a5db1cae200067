"""The components that ask nothing, in the states they can be in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from lltic.ui import kit
from lltic.ui.gallery_cases import JOURNEYS, WORKLISTS
from lltic.ui.gallery_coding import CODING_PARTS
from lltic.ui.gallery_notes import scanned

__all__ = ["PARTS"]

Made = tuple[str, Callable[[], kit.Component]]

NOTES = [
    {
        "id": "medical",
        "title": "Medical notes",
        "organisation": "Acute",
        "date": "2026-09-01",
        "pages": 2,
    },
    {
        "id": "letter",
        "title": "GP letter",
        "organisation": "Practice",
        "date": "2026-08-20",
        "pages": 1,
    },
]
TEXTS = {
    "medical": ["Admitted with a fall. Fluids charted.", "Fluids not charted since Tuesday."],
    "letter": ["Dear colleague, thank you for seeing her."],
}
TASKS = [
    {
        "key": "gate",
        "label": "Before you start",
        "status": "Done",
        "status_kind": "done",
        "query": "?page=gate",
    },
    {
        "key": "ongoing",
        "label": "Ongoing care",
        "hint": "Day two to discharge",
        "status": "Not yet started",
        "status_kind": "todo",
        "query": "?page=ongoing",
    },
    {
        "key": "check",
        "label": "Check your answers",
        "status": "Later",
        "status_kind": "off",
        "query": "",
    },
]
PASSAGE = {
    "id": "e1",
    "document": "medical",
    "page": 2,
    "start": 0,
    "end": 18,
    "text": "Fluids not charted",
    "source": "Medical notes, page 2 · 1 Sep 2026",
}
CHECKED = [
    {
        "heading": "Ongoing care",
        "rows": [
            {
                "field": "a.words",
                "key": "Your judgement",
                "answer": {"value": "The chart stopped."},
                "evidence": [PASSAGE],
            },
            {
                "field": "a.seen",
                "key": "First seen",
                "answer": {"value": "2026-09-03"},
                "text": "3 September 2026",
            },
            {"field": "a.why", "key": "Weight", "answer": {"missing": "not_known"}},
            {"field": "a.more", "key": "Anything else", "answer": None, "optional": True},
            {"field": "a.score", "key": "Care was", "answer": None, "error": "Choose a score"},
        ],
    }
]
SIDES = [
    {"label": "Reviewer A", "answer": {"value": 2}, "text": "2 Poor"},
    {"label": "Reviewer B", "answer": {"missing": "not_in_notes"}},
]
ENTRIES = [
    {
        "label": "Reviewer A",
        "answer": {"value": ["a1"]},
        "text": "Did it lead to harm? Yes",
        "entry": {"harm": {"value": "yes"}},
        "taken": True,
    },
    {
        "label": "Reviewer B",
        "answer": {"value": ["b1"]},
        "text": "Did it lead to harm? No",
        "entry": {"harm": {"value": "no"}},
    },
    {"label": "Reviewer C", "answer": None, "absent": "Has no problem like it"},
]
THEMES = [
    {"code": "fluids", "label": "Fluids", "definition": "Fluid balance and its chart."},
    {"code": "family", "label": "Family", "definition": "What the family saw or was told."},
]
CODED = {
    "themes": THEMES,
    "text": "The chart stopped. The family asked.",
    "text_id": "t1",
    "question": "Your judgement",
}
SUGGESTED = {
    "id": "s1",
    "theme": "fluids",
    "label": "Fluids",
    "definition": "Fluid balance and its chart.",
    "sure": "The computer is fairly sure (74 %).",
    "words": ["chart", "stopped"],
    "measured": "When it was measured, 80 of 100 such suggestions of this theme were right.",
    "shows": [
        {"value": "problem", "label": "A problem"},
        {"value": "good_practice", "label": "Good practice"},
    ],
    "answer": "open",
}
ALSO_SUGGESTED = {
    **SUGGESTED,
    "id": "s2",
    "theme": "family",
    "label": "Family",
    "definition": "",
    "words": ["family"],
    "shows": [],
}
ERRORS = [
    {"field": "TextArea.1", "message": "Write your judgement"},
    {"field": "DateInput.1", "message": "Give the date"},
]


def _summary() -> kit.ErrorSummary:
    summary = kit.ErrorSummary()
    summary.show(ERRORS)
    return summary


QUESTIONS = [{"field": "TextArea.1", "label": "Your judgement"}]


def _notes() -> kit.NotesViewer:
    """Return a viewer of two documents; the first is shown in pictures."""
    documents = [{**one, "pictures": one["id"] == "medical"} for one in NOTES]
    viewer = kit.NotesViewer(documents=documents, case_id="gallery", questions=QUESTIONS)
    viewer.read_from({**TEXTS, "medical": [scanned(text) for text in TEXTS["medical"]]})
    return viewer


PARTS: Mapping[str, Sequence[Made]] = {
    "SiteHeader": (
        (
            "signed in",
            lambda: kit.SiteHeader(
                cohort="Deaths of September 2026",
                person="Dr A., general practice",
                notice="Synthetic study: invented people.",
                links=[{"label": "My cases (2)", "action": "worklist", "current": True}],
            ),
        ),
    ),
    "Place": (
        ("says nothing on the page itself", lambda: kit.Place(query="", title="Components")),
    ),
    "PatientBanner": (
        (
            "with two identifiers and more",
            lambda: kit.PatientBanner(
                items=[("Case", "0147"), ("NHS number", "999 000 0001"), ("Age", "81")]
            ),
        ),
    ),
    "Heading": (
        (
            "level 2, with a caption and a lead",
            lambda: kit.Heading(
                text="Ongoing care", level=2, caption="Part 3 of 8", lead="From the second day on."
            ),
        ),
    ),
    "Paragraph": (("two", lambda: kit.Paragraph(text="One paragraph.\n\nAnd another.")),),
    "Evidence": (
        (
            "one passage",
            lambda: kit.Evidence(field="TextArea.1", items=[PASSAGE], label="Your judgement"),
        ),
        (
            "locked",
            lambda: kit.Evidence(field="TextArea.1", items=[PASSAGE], locked=True),
        ),
        ("none says nothing", lambda: kit.Evidence(field="TextArea.1")),
    ),
    "Notice": tuple(
        (
            kind,
            partial(
                kit.Notice,
                kind=kind,
                title=f"A notice: {kind}",
                text="What happened, and what to do.",
            ),
        )
        for kind in ("information", "success", "warning", "error")
    ),
    "Actions": (
        (
            "two buttons and a link",
            lambda: kit.Actions(
                primary="Save and continue", secondary="Later", links=[("Back", "tasks")]
            ),
        ),
        (
            "one that cannot be undone",
            lambda: kit.Actions(primary="Hand this case back", warning=True),
        ),
    ),
    "ErrorSummary": (("two errors", _summary),),
    "Splitter": (("between two columns", lambda: kit.Splitter()),),
    "EntryHeading": (
        (
            "can be taken out",
            lambda: kit.EntryHeading(
                field="problems.list", entry_id="a1", first="harm", label="Problem 1"
            ),
        ),
        (
            "locked",
            lambda: kit.EntryHeading(
                field="problems.list", entry_id="b2", first="harm", label="Problem 2", locked=True
            ),
        ),
    ),
    "Worklist": WORKLISTS,
    "TaskList": (
        (
            "three parts",
            lambda: kit.TaskList(
                groups=[{"heading": "", "rows": TASKS}], summary="You have completed 1 of 3 parts."
            ),
        ),
    ),
    "CheckAnswers": (
        ("answered, missing, optional, error", lambda: kit.CheckAnswers(sections=CHECKED)),
        ("locked", lambda: kit.CheckAnswers(sections=CHECKED, locked=True)),
    ),
    "Sides": (
        ("to be read", lambda: kit.Sides(label="Care was", sides=SIDES)),
        (
            "one can be taken over",
            lambda: kit.Sides(label="Care was", sides=SIDES, field="Scale.1"),
        ),
        (
            "entries, of which one stands below already",
            lambda: kit.Sides(
                label="Problem that both describe, not in the same way",
                sides=ENTRIES,
                field="RepeatingGroup.1",
                level=3,
            ),
        ),
    ),
    "Table": (
        (
            "rows",
            lambda: kit.Table(
                caption="Reviewers",
                columns=[{"label": "Who"}, {"label": "Done", "number": True}],
                rows=[["Dr A.", 12], ["Dr B.", 9]],
            ),
        ),
        ("empty", lambda: kit.Table(caption="Escalations", columns=[{"label": "What"}])),
    ),
    "Receipt": (
        (
            "submitted",
            lambda: kit.Receipt(
                code="0A1B-2C3D",
                lines=["It is locked and on record."],
                links=[kit.link("Back to my cases", "worklist")],
            ),
        ),
    ),
    "Journey": JOURNEYS,
    "NotesViewer": (
        (
            "two documents",
            _notes,
        ),
    ),
    "PassageCoder": (
        (
            "one passage coded",
            lambda: kit.PassageCoder(
                codings=[{"id": "c1", "theme": "fluids", "start": 0, "end": 18}], **CODED
            ),
        ),
        (
            "evidence beside the text",
            lambda: kit.PassageCoder(evidence=[PASSAGE], **{**CODED, "text_id": "t2"}),
        ),
        (
            "locked",
            lambda: kit.PassageCoder(
                locked=True,
                codings=[{"id": "c1", "theme": "fluids", "start": 0, "end": 18}],
                **CODED,
            ),
        ),
    ),
    **CODING_PARTS,
    "SuggestionList": (
        (
            "two to answer",
            lambda: kit.SuggestionList(
                suggestions=[SUGGESTED, ALSO_SUGGESTED],
                **{k: CODED[k] for k in ("themes", "text", "text_id")},
            ),
        ),
        (
            "answered",
            lambda: kit.SuggestionList(
                suggestions=[
                    {**SUGGESTED, "answer": "accepted", "coding_id": "c1"},
                    {**ALSO_SUGGESTED, "answer": "rejected"},
                ],
                **{k: CODED[k] for k in ("themes", "text", "text_id")},
            ),
        ),
    ),
    "Signature": (
        (
            "empty",
            lambda: kit.Signature(
                deed="submit:gallery", hint="By signing you say: these are my words."
            ),
        ),
        (
            "error",
            lambda: kit.Signature(
                deed="submit:gallery", field="signature.again", error="Enter your password"
            ),
        ),
    ),
    "SignInAgain": (
        ("while the session goes on it says nothing", lambda: kit.SignInAgain(idle_minutes=0)),
    ),
    "Window": (("while it has the review it says nothing", lambda: kit.Window()),),
    "SaveStatus": (("before anything was written", lambda: kit.SaveStatus()),),
    "ConflictNotice": (
        (
            "two versions",
            lambda: kit.ConflictNotice(
                label="Your judgement",
                mine="Seen at nine.",
                other="Seen at ten.",
                other_by="Your other window",
            ),
        ),
    ),
}
"""Each component: its states in words, and how it is made in them."""
