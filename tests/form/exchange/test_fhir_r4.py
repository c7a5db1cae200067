"""What we write as FHIR is R4: by HL7's own JSON schema, and by its structure definitions."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from fhir_cases import EVERYTHING, answer_sheets
from fhir_r4 import breaks_of_definitions, breaks_of_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lltic.definitions import names
from lltic.form import Form, load_form
from lltic.form.exchange.fhir import About, to_questionnaire, to_response

FORMS = [*(load_form(name).model for name in names("form")), EVERYTHING]
ABOUT = About("case-7f", "completed", "2026-09-03T14:05:00+01:00", "r-1", "0" * 64, synthetic=True)
SHEETS = 6
"""Of made-up answers per form; each is judged twice."""


pytestmark = pytest.mark.usefixtures("fhir_definitions")


def responses(form: Form) -> list[dict[str, Any]]:
    found = []

    @settings(
        max_examples=SHEETS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def fill(data: st.DataObject) -> None:
        found.append(to_response(form, data.draw(answer_sheets(form)), ABOUT).document)

    fill()
    return found


@pytest.fixture(scope="module")
def written() -> list[dict[str, Any]]:
    """A Questionnaire of every form, and answers to it, as they are in the files."""
    documents = []
    for form in FORMS:
        documents += [to_questionnaire(form, "0" * 64).document, *responses(form)]
    return json.loads(json.dumps(documents))


def test_the_schema_of_r4_takes_everything(written: list[dict[str, Any]]) -> None:
    assert len(written) >= len(FORMS) * SHEETS
    assert [found for one in written if (found := breaks_of_schema(one))] == []


def test_the_definitions_of_r4_take_everything(written: list[dict[str, Any]]) -> None:
    assert breaks_of_definitions(written) == [[] for _ in written]


def broken(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The same document, with one thing wrong each time."""
    page = ("item", 0)
    question = (*page, "item", -1)
    wrong: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "an element that R4 does not have": ((), {"colour": "blue"}),
        "a status that is none": ((), {"status": "nice"}),
        "an item without its linkId": (question, {"linkId": None}),
        "a type that is none": (question, {"type": "line"}),
        "yes as a word": (question, {"required": "yes"}),
        "an empty text": (question, {"text": ""}),
        "a group that groups nothing": (page, {"item": None}),
    }
    made = {}
    for name, (path, change) in wrong.items():
        copied = copy.deepcopy(document)
        place = copied
        for step in path:
            place = place[step]
        place.update(change)
        for key in [key for key, value in place.items() if value is None]:
            del place[key]
        made[name] = copied
    return made


def test_the_judges_find_what_is_wrong() -> None:
    sound = json.loads(json.dumps(to_questionnaire(EVERYTHING, "0" * 64).document))
    wrong = broken(sound)
    by_definitions = breaks_of_definitions([sound, *wrong.values()])
    assert by_definitions[0] == breaks_of_schema(sound) == []
    for (name, document), found in zip(wrong.items(), by_definitions[1:], strict=True):
        assert found or breaks_of_schema(document), name
    assert sum(map(bool, by_definitions[1:])) >= 4
    assert sum(bool(breaks_of_schema(one)) for one in wrong.values()) >= 5


@pytest.mark.parametrize("name", ["PHQ9", "framingham-HCHD", "hunger-vital-signs"])
def test_the_schema_is_that_of_real_files_too(data_dir, name: str) -> None:
    """Files of the same publisher, but for what they say of profiles and text."""
    (file,) = (data_dir / "forms" / "fhir").glob(f"questionnaire-sdc-profile-example-{name}.json")
    assert breaks_of_schema(json.loads(file.read_text("utf-8"))) == []
