"""Names that FHIR R4 gives things, the names of our own extensions, and what is lost."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from lltic.form.exchange.losses import LossKind

__all__ = [
    "ABSENT",
    "CASE_SYSTEM",
    "CONTROL_SYSTEM",
    "DATA_ABSENT",
    "EXPORT_LOSSES",
    "HASH_SYSTEM",
    "IMPORT_LOSSES",
    "MAKE_BELIEVE",
    "NAME_SYSTEM",
    "OWN",
    "PRESENT",
    "REVIEWER_SYSTEM",
    "REVIEW_SYSTEM",
    "STANDARD",
    "as_typed",
    "canonical",
    "codes",
    "control",
    "extension",
    "is_fhir_text",
    "item_system",
    "scale_system",
    "shown",
    "typed",
]

OWN = "urn:lltic:fhir:"
"""Before the names of our own extensions. Other software keeps or ignores them."""

CASE_SYSTEM = "urn:lltic:case"
REVIEW_SYSTEM = "urn:lltic:review"
REVIEWER_SYSTEM = "urn:lltic:reviewer"
"""The systems of the pseudonyms in a QuestionnaireResponse."""

NAME_SYSTEM = "urn:lltic:form:name"
HASH_SYSTEM = "urn:lltic:form:sha256"
"""The systems of the two identifiers a Questionnaire of ours has."""

_CORE = "http://hl7.org/fhir/StructureDefinition/"
STANDARD: Mapping[str, str] = {
    "control": f"{_CORE}questionnaire-itemControl",
    "category": f"{_CORE}questionnaire-displayCategory",
    "unit": f"{_CORE}questionnaire-unit",
    "minimum": f"{_CORE}minValue",
    "maximum": f"{_CORE}maxValue",
    "decimals": f"{_CORE}maxDecimalPlaces",
    "at_most": f"{_CORE}questionnaire-maxOccurs",
    "ordinal": f"{_CORE}ordinalValue",
    "weight": f"{_CORE}itemWeight",
    "means": f"{_CORE}valueset-concept-definition",
}
"""Extensions of FHIR R4 itself that we write and read; ``weight``, of later versions, only read."""

CONTROL_SYSTEM = "http://hl7.org/fhir/questionnaire-item-control"
MAKE_BELIEVE: Mapping[str, str] = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
"""How FHIR marks data about nobody."""

DATA_ABSENT = f"{_CORE}data-absent-reason"

ABSENT: Mapping[str, str] = {
    "not_applicable": "not-applicable",
    "not_in_notes": "unknown",
    "not_known": "asked-unknown",
    "declined": "asked-declined",
}
"""Our reasons for leaving an item out, and FHIR's; no two share one."""

PRESENT: Mapping[str, str] = {code: kind for kind, code in ABSENT.items()}


def _kinds(*rows: tuple[str, str, str]) -> Mapping[str, LossKind]:
    return {code: LossKind(code, what, instead) for code, what, instead in rows}


_KEPT = "kept in an extension of our own, which other software does not act on"

EXPORT_LOSSES = _kinds(
    ("trigger", "what a submitted answer sets off has no place in FHIR", _KEPT),
    ("concordance", "on what two reviewers must agree has no place in FHIR", _KEPT),
    ("page-kind", "what a page is for has no place in FHIR", _KEPT),
    ("page-phase", "which part of the journey a page is about has no place in FHIR", _KEPT),
    ("page-by", "that only some disciplines are asked has no place in FHIR", _KEPT),
    ("direction", "which end of a scale is good has no place in FHIR", _KEPT),
    ("conversion", "how a scale is numbered elsewhere has no place in FHIR", _KEPT),
    ("missing", "for which reasons an item may be left out has no place in FHIR", _KEPT),
    ("required-when", "that an answer is needed only at times has no place in FHIR", _KEPT),
    ("option-hint", "words of help with one option have no place in FHIR", _KEPT),
    ("entry", "what an entry is called has no place in FHIR", _KEPT),
    ("precision", "how exactly a date must be known has no place in FHIR", _KEPT),
    (
        "condition",
        "this condition cannot be put as FHIR's enableWhen",
        "kept in an extension of our own; other software always asks, and never needs an answer",
    ),
    (
        "condition-answered",
        "FHIR's “exists” is also met by a reason for leaving an item out",
        "ours is kept in an extension; other software may ask more",
    ),
    ("option-code", "an option's value is no FHIR code", "a number stands for it; " + _KEPT),
    (
        "text-as-typed",
        "FHIR's text cannot hold this text, empty or with control characters",
        "the exact text is in an extension; others see what FHIR can hold of it",
    ),
    (
        "number-as-typed",
        "FHIR's number cannot hold this number exactly",
        "the exact number is in an extension",
    ),
    (
        "not-reached",
        "FHIR has no answer for a question that branching does not ask",
        "the answer given before stays behind in the record",
    ),
)
"""What an export may list."""

IMPORT_LOSSES = _kinds(
    ("element", "this element of the file has no place in a form", "it is left out"),
    ("extension", "this extension is not known here", "it is left out"),
    (
        "hash",
        "the file names the hash of the definition it was made from",
        "the definition written from it has a hash of its own",
    ),
    ("version", "the file gives no version", "it is version 1 here"),
    ("wording", "the file does not say whose words these are", "the form says that it is not told"),
    ("type", "a form has no item of this type", "the item is left out"),
    ("type-near", "a form has no item of this type", "the nearest type takes its place"),
    ("id", "this linkId cannot name an item here", "it has a name made from it"),
    ("group", "a page has no groups within it", "their questions stand on the page itself"),
    ("group-in-entries", "entries have no entries of their own", "the questions are asked once"),
    ("nested", "a question has no questions under it", "they follow it, and are always asked"),
    ("repeats", "only groups and choices repeat here", "it is asked once"),
    ("display", "text between questions has no place of its own", "it joins the page's hint"),
    ("answers-elsewhere", "the answers to choose from are not in the file", "any words will do"),
    (
        "open-choice",
        "a choice has no answer in free words",
        "an option “Other” has a line after it",
    ),
    ("ordinal", "the answers have an order, but not which end is good", "it is a plain choice"),
    ("enable-when", "this condition cannot be put here", "the item is always asked, never needed"),
    ("condition-not", "“is not” has no place here", "the other options are named"),
    ("several-conditions", "an item has one condition", "the item is always asked, never needed"),
    (
        "as-typed",
        "the exact value in our extension is not the one that is shown",
        "the one shown counts: somebody changed it since",
    ),
    ("questionnaire", "the response does not say that it is to this form", "it is read as if"),
    ("answer", "this answer fits no item of the form", "it is left out"),
)
"""What an import may list."""


def extension(name: str, kind: str, value: Any) -> dict[str, Any]:
    """Return an extension of FHIR's own (:data:`STANDARD`) or, failing that, of ours.

    Parameters
    ----------
    kind : str
        Of the value, as FHIR spells it after ``value``, such as ``Integer``.
    """
    return {"url": STANDARD.get(name, OWN + name), f"value{kind}": value}


def control(code: str) -> dict[str, Any]:
    """Return the extension that says how an item is to be shown."""
    return extension(
        "control", "CodeableConcept", {"coding": [{"system": CONTROL_SYSTEM, "code": code}]}
    )


def canonical(name: str) -> str:
    """Return the address of a form of that name; it leads nowhere and is unique.

    Examples
    --------
    >>> canonical("sjr")
    'urn:lltic:form:sjr'
    """
    return f"urn:lltic:form:{quote(name, safe='')}"


def item_system(form: str, path: str) -> str:
    """Return the code system of an item's options."""
    return f"{canonical(form)}:item:{quote(path, safe='.')}"


def scale_system(form: str, key: str) -> str:
    """Return the code system of a scale's points."""
    return f"{canonical(form)}:scale:{quote(key, safe='')}"


_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def codes(values: Sequence[str]) -> dict[str, str]:
    """Return a FHIR code for each option's value: itself when it can be one, else a number.

    Examples
    --------
    >>> codes(["yes", "  yes"])
    {'yes': 'yes', '  yes': 'option-2'}
    """
    found: dict[str, str] = {}
    for number, value in enumerate(values, 1):
        code = value if _CODE.fullmatch(value) and is_fhir_text(value) else f"option-{number}"
        while code != value and code in values:
            code += "-"
        found[value] = code
    return found


def is_fhir_text(text: str) -> bool:
    """Say whether FHIR's ``string`` can hold a text: something to see, no control characters."""
    return bool(text.strip()) and not _NO_TEXT.search(text)


def shown(text: str) -> str:
    """Return a text as FHIR can hold it; empty when nothing of it can be seen."""
    told = _NO_TEXT.sub("\ufffd", text)
    return told if told.strip() else ""


def as_typed(value: Any) -> dict[str, Any]:
    """Return the extension that holds a value exactly, as JSON in base 64."""
    raw = json.dumps(value, ensure_ascii=False).encode()
    return extension("as-typed", "Base64Binary", base64.b64encode(raw).decode())


def typed(text: str) -> Any:
    """Return the value that :func:`as_typed` wrote.

    Raises
    ------
    ValueError
        When it did not write this.
    """
    try:
        return json.loads(base64.b64decode(text, validate=True).decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
