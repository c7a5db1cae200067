"""Fields: one question each, holding an answer and never deciding about it.

An answer is ``{"value": X}``, ``{"missing": reason}`` or ``None`` (nothing said).
All fields share the traits

``field``
    The item's path in the form, such as ``ongoing.judgement``.
``label``, ``hint``, ``error``
    Plain text. An ``error`` shows the field in its error state.
``value``, ``version``
    The answer to show, and the version of it (0: empty) that an edit builds on.
``bound``
    True: an edit becomes an operation of :class:`~lltic.ui.kit.SaveStatus`.
    False: the trait ``value`` follows the person.
``locked``
    True: the answer can be read and copied, not changed.
``heading``
    ``"page"`` makes the label the page's h1, ``"section"`` an h2, ``""`` a plain label.
``caption``
    Small text above a page heading, such as "Phase 2 of 5".
``within``
    Which entry of a :class:`~lltic.ui.kit.RepeatingGroup` it belongs to, such as
    "Problem 2": added to the label for screen readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode, validate

from lltic.records import REASONS
from lltic.ui.kit.base import Component, css, esm

__all__ = [
    "MISSING_CHOICES",
    "Checkboxes",
    "DateInput",
    "Field",
    "NumberInput",
    "Radios",
    "Scale",
    "Select",
    "TextArea",
    "TextInput",
    "answer_problem",
]

MISSING_CHOICES: dict[str, dict[str, str]] = {
    kind: {"label": label, "description": ""} for kind, label in REASONS.items()
}
"""The reasons there may be for no answer, with their usual wording."""


def answer_problem(answer: Any) -> str:
    """Return what is wrong with the shape of an answer, empty when it is well formed.

    Never repeats the answer itself.

    Examples
    --------
    >>> answer_problem({"value": 4})
    ''
    >>> answer_problem({"missing": "lost"})
    'a missing answer is one of: not_applicable, not_in_notes, not_known, declined'
    """
    if answer is None:
        return ""
    if not isinstance(answer, Mapping) or len(answer) != 1:
        return 'an answer is {"value": …}, {"missing": …} or None'
    key = next(iter(answer))
    if key == "value":
        return "" if answer["value"] is not None else "an answer's value is never None"
    if key == "missing":
        known = isinstance(answer["missing"], str) and answer["missing"] in MISSING_CHOICES
        return "" if known else f"a missing answer is one of: {', '.join(MISSING_CHOICES)}"
    return 'an answer is {"value": …}, {"missing": …} or None'


def plain_options(options: Iterable[Any]) -> list[dict[str, Any]]:
    """Return options given as value, ``(value, label[, description])`` or dict as dicts."""
    plain = []
    for one in options:
        if isinstance(one, Mapping):
            plain.append({"label": str(one["value"]), "description": "", **one})
        elif isinstance(one, (tuple, list)):
            value, label, *rest = one
            plain.append({"value": value, "label": label, "description": rest[0] if rest else ""})
        else:
            plain.append({"value": one, "label": str(one), "description": ""})
    return plain


def plain_missing(missing: Iterable[Any]) -> list[dict[str, str]]:
    """Return missing choices given as reason, ``(reason, label[, description])`` or dict."""
    plain = []
    for one in missing:
        given: dict[str, str]
        if isinstance(one, Mapping):
            given = dict(one)
        elif isinstance(one, (tuple, list)):
            given = dict(zip(("missing", "label", "description"), one, strict=False))
        else:
            given = {"missing": one}
        if given["missing"] not in MISSING_CHOICES:
            raise ValueError(f"a missing choice is one of: {', '.join(MISSING_CHOICES)}")
        plain.append({**MISSING_CHOICES[given["missing"]], **given})
    return plain


class Field(Component):
    """What all fields share; see the module's text."""

    _css = css("fields")
    field = Unicode().tag(sync=True)
    label = Unicode().tag(sync=True)
    hint = Unicode().tag(sync=True)
    caption = Unicode().tag(sync=True)
    heading = Enum(("", "page", "section"), "").tag(sync=True)
    value = Dict(allow_none=True, default_value=None).tag(sync=True)
    version = Int(0).tag(sync=True)
    error = Unicode().tag(sync=True)
    within = Unicode().tag(sync=True)
    locked = Bool(False).tag(sync=True)
    bound = Bool(True).tag(sync=True)

    @validate("value")
    def _well_formed(self, proposal: dict[str, Any]) -> Any:
        problem = answer_problem(proposal["value"])
        if problem:
            raise TraitError(problem)
        return proposal["value"]


class TextArea(Field):
    """Free text without a limit; it grows with the words and can be resized.

    Traits beside the common ones: ``rows`` (height at the start), ``missing`` (choices
    such as "Does not apply", offered as a checkbox below; none by default),
    ``optional`` (adds "(optional)" to the label).
    The answer is ``{"value": text}``; an emptied box is ``None``.
    """

    _esm = esm("field", "reasons", "text_area")
    rows = Int(6).tag(sync=True)
    missing = List(Dict()).tag(sync=True)
    optional = Bool(False).tag(sync=True)

    def __init__(self, *, missing: Iterable[Any] = (), **traits: Any) -> None:
        super().__init__(missing=plain_missing(missing), **traits)


class TextInput(Field):
    """One line of text.

    Traits beside the common ones: ``optional`` and ``missing`` as in :class:`TextArea`;
    ``longest`` (characters that the box takes; 0: any number, nothing is cut off).
    """

    _esm = esm("field", "reasons", "text_input")
    optional = Bool(False).tag(sync=True)
    longest = Int(500).tag(sync=True)
    missing = List(Dict()).tag(sync=True)

    def __init__(self, *, missing: Iterable[Any] = (), **traits: Any) -> None:
        super().__init__(missing=plain_missing(missing), **traits)


class NumberInput(Field):
    """A number in a plain box, its unit beside it.

    Traits beside the common ones: ``unit``; ``minimum``, ``maximum`` (None: no bound) and
    ``decimals``, what is taken; ``optional`` and ``missing`` as in :class:`TextArea`.
    The answer is ``{"value": number}``. Whatever else was typed is sent as text when the
    person leaves the box, for the service to refuse in words; it is never rounded.
    """

    _esm = esm("field", "reasons", "finishing", "number_input")
    unit = Unicode().tag(sync=True)
    minimum = Float(None, allow_none=True).tag(sync=True)
    maximum = Float(None, allow_none=True).tag(sync=True)
    decimals = Int(0, min=0, max=6).tag(sync=True)
    optional = Bool(False).tag(sync=True)
    missing = List(Dict()).tag(sync=True)

    def __init__(self, *, missing: Iterable[Any] = (), **traits: Any) -> None:
        super().__init__(missing=plain_missing(missing), **traits)


class DateInput(Field):
    """A date in boxes for day, month and year; a month may be written as a word.

    Traits beside the common ones: ``precision`` (how exactly it must be known: all of
    ``day``, ``month``, ``year`` that will do); ``optional`` and ``missing`` as in
    :class:`TextArea`.
    The answer is ``{"value": text}``, ISO text of a day, a month or a year: ``2026-09-03``,
    ``2026-09``, ``2026``. What is no such date is sent as it stands when the person leaves
    the boxes (``2026-02-31``, ``2026--03``), for the service to refuse in words.
    """

    _esm = esm("field", "reasons", "finishing", "date_input")
    precision = List(Enum(("day", "month", "year")), ["day"]).tag(sync=True)
    optional = Bool(False).tag(sync=True)
    missing = List(Dict()).tag(sync=True)

    def __init__(
        self, *, precision: Iterable[str] = ("day",), missing: Iterable[Any] = (), **traits: Any
    ) -> None:
        super().__init__(precision=list(precision), missing=plain_missing(missing), **traits)


class Radios(Field):
    """One choice of several; nothing is ever pre-selected.

    Traits beside the common ones: ``options`` (list of value, label, description; values
    are JSON scalars), ``missing`` (choices that answer ``{"missing": reason}``, by default
    both), ``arrangement`` (``stacked``, ``inline`` or ``scale``).
    """

    _esm = esm("field", "radios")
    options = List(Dict()).tag(sync=True)
    missing = List(Dict()).tag(sync=True)
    arrangement = Enum(("stacked", "inline", "scale"), "stacked").tag(sync=True)

    def __init__(
        self,
        *,
        options: Iterable[Any] = (),
        missing: Iterable[Any] = ("not_applicable", "not_in_notes"),
        **traits: Any,
    ) -> None:
        super().__init__(options=plain_options(options), missing=plain_missing(missing), **traits)


class Scale(Radios):
    """Radios laid out as a scale, each point with its definition beside it."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**{"arrangement": "scale", **traits})


class Select(Field):
    """One choice of many, in a list that opens; nothing is ever pre-selected.

    Traits beside the common ones: ``options`` and ``missing`` as in :class:`Radios` (no
    missing choice by default), ``optional`` (adds "(optional)" to the label).
    """

    _esm = esm("field", "select")
    options = List(Dict()).tag(sync=True)
    missing = List(Dict()).tag(sync=True)
    optional = Bool(False).tag(sync=True)

    def __init__(
        self, *, options: Iterable[Any] = (), missing: Iterable[Any] = (), **traits: Any
    ) -> None:
        super().__init__(options=plain_options(options), missing=plain_missing(missing), **traits)


class Checkboxes(Field):
    """Any number of several; the answer is ``{"value": [values in the options' order]}``.

    Traits beside the common ones: ``options``; ``none`` (``{"label", "description"}`` of an
    exclusive last choice that answers ``{"value": []}``; ``{}`` for no such choice);
    ``missing`` (exclusive choices, none by default). Nothing ticked is ``None``.
    """

    _esm = esm("field", "checkboxes")
    options = List(Dict()).tag(sync=True)
    none = Dict().tag(sync=True)
    missing = List(Dict()).tag(sync=True)

    def __init__(
        self,
        *,
        options: Iterable[Any] = (),
        none: str | Mapping[str, str] = "",
        missing: Iterable[Any] = (),
        **traits: Any,
    ) -> None:
        exclusive = {"label": none, "description": ""} if isinstance(none, str) else dict(none)
        super().__init__(
            options=plain_options(options),
            none=exclusive if exclusive.get("label") else {},
            missing=plain_missing(missing),
            **traits,
        )
