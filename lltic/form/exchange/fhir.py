"""FHIR R4: a form as a Questionnaire, answers as a QuestionnaireResponse, and back."""

from __future__ import annotations

import json

from lltic.errors import LlticError
from lltic.form.exchange import Target
from lltic.form.exchange.fhir_answers import from_response
from lltic.form.exchange.fhir_guard import read_json
from lltic.form.exchange.fhir_names import EXPORT_LOSSES, IMPORT_LOSSES
from lltic.form.exchange.fhir_read import from_questionnaire
from lltic.form.exchange.fhir_response import About, to_response
from lltic.form.exchange.fhir_write import to_questionnaire
from lltic.form.exchange.losses import Exported, Imported
from lltic.form.model import Form

__all__ = [
    "TARGET",
    "About",
    "from_questionnaire",
    "from_response",
    "to_questionnaire",
    "to_response",
]


def _write(form: Form, hash: str) -> Exported:
    found = to_questionnaire(form, hash)
    return Exported(json.dumps(found.document, indent=1, ensure_ascii=False) + "\n", found.losses)


def _read(raw: bytes) -> Imported:
    try:
        return from_questionnaire(read_json(raw))
    except LlticError as error:
        return Imported(None, problems=error.problems)


TARGET = Target(
    name="fhir",
    title="FHIR R4 Questionnaire",
    suffix=".json",
    losses=(*EXPORT_LOSSES.values(), *IMPORT_LOSSES.values()),
    write=_write,
    read=_read,
)
