"""Our forms as FHIR Questionnaires: they come back equal, and FHIR takes them."""

from __future__ import annotations

import dataclasses
import json

import pytest
from fhir_cases import EVERYTHING, all_items, breaks_of_questionnaire

from lltic.definitions import names
from lltic.form import Condition, Form, Item, Option, Page, Scale, ScalePoint, load_form
from lltic.form.exchange.fhir import TARGET, from_questionnaire, to_questionnaire
from lltic.form.exchange.fhir_names import ABSENT, EXPORT_LOSSES
from lltic.form.model import Concordance, Conversion, Missing, Trigger
from lltic.form.sense import problems_of

HASH = "0" * 64
SHIPPED = names("form")
ADDRESS = "http://hl7.org/fhir/StructureDefinition/"


def form_of(name: str) -> Form:
    return EVERYTHING if name == EVERYTHING.name else load_form(name).model


def document_of(form: Form) -> dict:
    return json.loads(json.dumps(to_questionnaire(form, HASH).document))


def item_of(document: dict, link: str) -> dict:
    return next(item for item in all_items(document) if item["linkId"] == link)


def small(*items: Item, **changes) -> Form:
    page = Page("p", "P", items)
    return dataclasses.replace(
        Form("small", "1", "Small", "made up", "ours", {}, (page,)), **changes
    )


@pytest.mark.parametrize("name", [*SHIPPED, EVERYTHING.name])
def test_a_form_comes_back_equal(name):
    form = form_of(name)
    back = from_questionnaire(document_of(form))
    assert back.problems == ()
    assert back.form == form
    assert [loss.code for loss in back.losses] == ["hash"]


@pytest.mark.parametrize("name", [*SHIPPED, EVERYTHING.name])
def test_fhir_takes_what_is_written(name):
    assert breaks_of_questionnaire(document_of(form_of(name))) == []


@pytest.mark.parametrize("name", [*SHIPPED, EVERYTHING.name])
def test_every_loss_names_a_place_and_what_happens_instead(name):
    for loss in to_questionnaire(form_of(name), HASH).losses:
        assert loss.where and loss.instead and loss.code in EXPORT_LOSSES


def test_the_form_with_everything_has_everything():
    """Whoever gives forms a new part is told here that exchange has to learn it."""
    assert [*problems_of(EVERYTHING, "")] == []
    seen: dict[str, set[str]] = {}
    todo: list[object] = [EVERYTHING, form_of("lltic_joint")]  # entries, and disciplines
    while todo:
        one = todo.pop()
        if dataclasses.is_dataclass(one):
            for field in dataclasses.fields(one):
                value = getattr(one, field.name)
                if value != field.default:
                    seen.setdefault(type(one).__name__, set()).add(field.name)
                todo.append(value)
        elif isinstance(one, dict):
            todo += one.values()
        elif isinstance(one, tuple):
            todo += one
    for kind in (Form, Page, Item, Option, Scale, ScalePoint, Condition, Trigger):
        assert seen[kind.__name__] == {f.name for f in dataclasses.fields(kind)}, kind
    for kind in (Concordance, Conversion):
        assert seen[kind.__name__] == {f.name for f in dataclasses.fields(kind)}, kind


def test_the_losses_of_the_form_with_everything():
    lost = {loss.code for loss in to_questionnaire(EVERYTHING, HASH).losses}
    only_answers = {"text-as-typed", "number-as-typed", "not-reached", "page-by"}
    assert lost == set(EXPORT_LOSSES) - only_answers


def test_a_form_says_which_one_it_is():
    document = document_of(EVERYTHING)
    assert document["url"] == "urn:lltic:form:every_thing"
    assert (document["version"], document["name"]) == ("2.1", "EveryThing")
    assert {one["value"] for one in document["identifier"]} == {"every_thing", HASH}
    assert (document["purpose"], document["copyright"]) == (EVERYTHING.source, EVERYTHING.wording)
    assert "identifier" in to_questionnaire(EVERYTHING, "").document


def test_branching_is_fhirs_own_where_fhir_has_it():
    document = document_of(EVERYTHING)
    system = "urn:lltic:form:every_thing"

    def tests_of(path: str) -> list[tuple]:
        return [(t["question"], t["operator"], t) for t in item_of(document, path)["enableWhen"]]

    (yes, odd) = tests_of("problems.kinds")
    assert yes[:2] == odd[:2] == ("problems.any.harm", "=")
    assert yes[2]["answerCoding"] == {"system": f"{system}:item:problems.any.harm", "code": "yes"}
    assert item_of(document, "problems.kinds")["enableBehavior"] == "any"
    (includes,) = tests_of("problems.why_b")
    assert includes[2]["answerCoding"]["code"] == "b"
    assert [t[2]["answerInteger"] for t in tests_of("facts.old")] == [90, 91]
    assert [t[2]["answerString"] for t in tests_of("facts.at_home")] == ["home", "Home"]
    assert tests_of("facts.told")[0][2]["answerBoolean"] is True
    assert tests_of("problems.list")[0][2]["answerCoding"]["system"] == f"{system}:scale:harm_level"
    assert not {"enableWhen", "required"} & set(item_of(document, "facts.heavy"))
    (inner,) = tests_of("problems.list.more")
    assert inner[0] == "problems.list.harm"


def test_numbers_dates_and_entries_use_what_fhir_has():
    document = document_of(EVERYTHING)
    extensions = {
        (link, one["url"].removeprefix(ADDRESS)): one
        for link in ("facts.age", "facts.weight", "problems.list")
        for one in item_of(document, link).get("extension", [])
    }
    assert item_of(document, "facts.age")["type"] == "integer"
    assert item_of(document, "facts.weight")["type"] == "decimal"
    assert extensions["facts.age", "questionnaire-unit"]["valueCoding"] == {"display": "years"}
    assert extensions["facts.age", "minValue"]["valueInteger"] == 0
    assert extensions["facts.weight", "minValue"]["valueDecimal"] == 0.5
    assert extensions["facts.weight", "maxDecimalPlaces"]["valueInteger"] == 2
    assert extensions["problems.list", "questionnaire-maxOccurs"]["valueInteger"] == 4
    group = item_of(document, "problems.list")
    assert (group["type"], group["repeats"]) == ("group", True)
    assert item_of(document, "facts.onset")["type"] == "date"
    assert item_of(document, "facts.site")["type"] == "string"


def test_a_scale_carries_its_numbers_their_meanings_and_its_direction():
    (first, _) = document_of(EVERYTHING)["contained"]
    (include,) = first["compose"]["include"]
    numbers = [c["extension"][0]["valueDecimal"] for c in include["concept"]]
    assert numbers == [0, 1, -1]
    meaning = include["concept"][1]["extension"][1]
    assert meaning["url"] == f"{ADDRESS}valueset-concept-definition"
    assert meaning["valueString"] == "seen later"
    directions = [e.get("valueCode") for e in first["extension"]]
    assert directions[0] == "lower_is_better"


def test_no_two_reasons_share_a_code_of_fhir():
    assert set(ABSENT) == set(Missing.__args__)
    assert len(set(ABSENT.values())) == len(ABSENT)


def test_a_condition_that_somebody_made_narrower_in_fhir_counts():
    document = document_of(EVERYTHING)
    item_of(document, "problems.why_b")["enableWhen"][0]["answerCoding"]["code"] = "c"
    back = from_questionnaire(document)
    assert back.form is not None
    assert back.form.item("problems.why_b").when == Condition("problems.kinds", includes="c")


def test_options_whose_codes_would_be_the_same_are_told_apart():
    options = (Option("option-2", "A"), Option(" x ", "B"), Option("a  b", "C"))
    form = small(Item("c", "choice", "C?", options=options))
    document = document_of(form)
    codes = [o["valueCoding"]["code"] for o in item_of(document, "p.c")["answerOption"]]
    assert codes == ["option-2", "option-2-", "option-3"]
    assert from_questionnaire(document).form == form


def test_the_file_is_utf_8_json_that_ends_with_a_line():
    text = TARGET.write(EVERYTHING, HASH).document
    assert "Everything – in one form" in text and text.endswith("}\n")
    assert TARGET.read(text.encode()).form == EVERYTHING
    assert TARGET.read(b"\xef\xbb\xbf" + text.encode()).form == EVERYTHING
