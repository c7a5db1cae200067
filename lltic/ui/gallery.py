"""Every component of the kit in every state it can be in, to be looked at in one notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ipywidgets import VBox, Widget

from lltic.clock import Clock, to_text
from lltic.errors import UsageError, unknown
from lltic.form import Form, is_relevant
from lltic.ui import kit
from lltic.ui.gallery_parts import PARTS
from lltic.ui.questions import question

__all__ = ["FIELDS", "Gallery", "examples"]

Example = tuple[str, kit.Component]
"""A state in words, and a component in it."""

ANSWER_MODES = (
    ("saves", "It saves"),
    ("silent", "It does not answer: saving, then not saved"),
    ("refuses", "It refuses what was written"),
    ("conflict", "Somebody else has answered meanwhile"),
)

OPTIONS = [
    ("no", "No"),
    ("yes", "Yes"),
    ("unsure", "Cannot tell", "the notes contradict each other"),
]
POINTS = [(1, "1 Very poor", "not safe"), (3, "3 Adequate", "safe"), (5, "5 Excellent", "warm")]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAYS = [*DAYS, "A public holiday", "Several days"]

FIELDS: Mapping[str, tuple[Callable[..., kit.Field], dict[str, Any], Any, str]] = {
    "TextArea": (
        kit.TextArea,
        {"label": "Your judgement", "hint": "As much as you like.", "rows": 3},
        "Seen promptly; the fluid chart stopped on day three.",
        "Write your judgement",
    ),
    "TextInput": (kit.TextInput, {"label": "Ward"}, "7 – “Linden”", "Write the ward"),
    "NumberInput": (
        kit.NumberInput,
        {"label": "Weight", "unit": "kg", "decimals": 1, "minimum": 0},
        61.5,
        "Weight must be a number from 0 kg, with up to 1 decimal place",
    ),
    "DateInput": (
        kit.DateInput,
        {
            "label": "First noticed",
            "hint": "For example, 3 9 2026.",
            "precision": ["day", "month", "year"],
        },
        "2026-09",
        "First noticed must include a year",
    ),
    "Radios": (
        kit.Radios,
        {"label": "Did it lead to harm?", "options": OPTIONS},
        "unsure",
        "Choose",
    ),
    "Scale": (kit.Scale, {"label": "Care was", "options": POINTS}, 3, "Choose a score"),
    "Select": (
        kit.Select,
        {"label": "Day of the week", "options": DAYS},
        "A public holiday",
        "Choose a day",
    ),
    "Checkboxes": (
        kit.Checkboxes,
        {"label": "Where", "options": OPTIONS, "none": "None of these"},
        ["yes", "unsure"],
        "Tick at least one",
    ),
    "RepeatingGroup": (
        kit.RepeatingGroup,
        {"label": "Problems in care", "entry": "problem", "at_most": 3},
        ["a1", "b2"],
        "Add at least one problem",
    ),
}
"""Each kind of field: its class, its traits, an answer, an error."""


def examples(name: str) -> list[Example]:
    """Return a component in every state it can be in.

    Parameters
    ----------
    name : str
        One of the kit's components.
    """
    return _field(name) if name in FIELDS else [(state, make()) for state, make in PARTS[name]]


def _field(name: str) -> list[Example]:
    make, traits, answer, wrong = FIELDS[name]
    reasons = ["not_in_notes", "not_known"]
    states: dict[str, dict[str, Any]] = {
        "empty": {},
        "answered": {"value": {"value": answer}},
        "a reason in place of an answer": {"missing": reasons, "value": {"missing": "not_known"}},
        "error": {"error": wrong},
        "read-only": {"locked": True, "value": {"value": answer}},
        "in an entry": {"within": "Problem 2"},
    }
    if name == "RepeatingGroup":
        states["full"] = {"value": {"value": ["a1", "b2", "c3"]}}
        del states["in an entry"]
    return [
        (
            state,
            make(**{"missing": [], **traits, **more}, field=f"{name}.{number}", bound=False),
        )
        for number, (state, more) in enumerate(states.items(), 1)
    ]


class Shown(VBox):
    """A box that says in plain text what is in it, and has the same id in every run."""

    def __init__(self, name: str, parts: list[Widget], lines: list[str]) -> None:
        super().__init__(parts, model_id=f"lltic-gallery-{name.lower()}")
        self._lines = lines

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        text = "\n".join(self._lines)
        return {"text/plain": text, "application/vnd.jupyter.widget-view+json": view}


class Gallery:
    """Boxes to look at, one for each component; shown again, the older one is closed.

    Parameters
    ----------
    clock : Clock
        Who says when an answer was saved, in :meth:`saving`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: dict[str, Shown] = {}
        self._status: kit.SaveStatus | None = None

    def show(self, name: str) -> Shown:
        """Return a component in all its states, each below its name.

        Raises
        ------
        KeyError
            When there is no such component.
        """
        found = examples(name)
        parts: list[Widget] = []
        for state, component in found:
            parts += [kit.Heading(text=f"{name}: {state}", level=4), component]
        return self._box(name, parts, [f"{name}: {state}" for state, _ in found])

    def _box(self, name: str, parts: list[Widget], lines: list[str]) -> Shown:
        if name in self._shown:
            self._shown[name].close()
        box = Shown(name, parts, lines)
        box.add_class("lltic-card")
        self._shown[name] = box
        return box

    def page(self, form: Form, page_id: str) -> Shown:
        """Return the questions of one page of a form, as they are asked at first.

        Raises
        ------
        UsageError
            ``unknown-page`` when the form has no such page.
        """
        page = form.page(page_id)
        if page is None:
            known = [one.id for one in form.pages]
            raise UsageError(unknown("page", page_id, known))
        paths = [(f"{page.id}.{item.id}", item) for item in page.items]
        asked = [(path, item) for path, item in paths if is_relevant(path, item, form, {})]
        parts: list[Widget] = [kit.Heading(text=page.title, level=2, lead=page.hint)]
        for path, item in asked:
            field = question(form, path, item, None)
            field.bound = False
            parts.append(field)
        return self._box(f"page-{page.id}", parts, [f"{page.title}: {i.label}" for _, i in asked])

    def saving(self) -> Shown:
        """Return two questions whose answers are saved, or not, as one chooses."""
        self._status = status = kit.SaveStatus(
            owner="a-visitor",
            labels={"live.words": "Your judgement", "live.score": "Care was"},
            kinds={"live.words": "text", "live.score": "scale"},
            words={"live.score": {str(value): label for value, label, _ in POINTS}},
        )
        status.belongs_to(review_id="gallery", case_id="GALLERY")
        choose = kit.Radios(
            field="live.mode",
            label="What does the service do?",
            options=list(ANSWER_MODES),
            missing=[],
            value={"value": "saves"},
            bound=False,
        )
        questions: list[Widget] = [
            kit.TextArea(field="live.words", label="Your judgement", rows=3),
            kit.Scale(field="live.score", label="Care was", options=POINTS, missing=[]),
        ]
        versions: dict[str, int] = {}

        def answer(op: Mapping[str, Any]) -> None:
            mode = (choose.value or {}).get("value")
            self._answer(str(mode), op, versions)

        status.on_operation(answer)
        lines = ["saving: two questions, and what the service does", *(w for _, w in ANSWER_MODES)]
        return self._box("saving", [status, choose, *questions], lines)

    def _answer(self, mode: str, op: Mapping[str, Any], versions: dict[str, int]) -> None:
        which = {"op_id": op["op_id"], "field": op["field"]}
        at = to_text(self._clock())
        version = versions.get(op["field"], 0)
        assert self._status is not None  # noqa: S101 - it has just asked
        if mode == "refuses":
            self._status.refuse(**which, message="That cannot be taken.")
        elif mode == "conflict" and op["base_version"] <= version:
            versions[op["field"]] = version + 1
            theirs = 1 if op["field"] == "live.score" else "What somebody else wrote."
            conflict = ({"value": theirs}, version + 1)
            self._status.refuse(**which, message="Changed meanwhile.", conflict=conflict, at=at)
        elif mode != "silent":
            versions[op["field"]] = max(version, op["base_version"]) + 1
            self._status.ack(**which, version=versions[op["field"]], at=at)
