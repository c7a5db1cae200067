"""Questionnaires of other people: read, or refused with a reason; whatever they hold, at once."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from fhir_cases import EVERYTHING, breaks_of_questionnaire, every
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import nobody_held_up

from lltic.errors import LlticError
from lltic.form import Condition
from lltic.form.exchange.fhir import TARGET, from_questionnaire, from_response, to_questionnaire
from lltic.form.exchange.fhir_guard import MAX_BYTES, MAX_DEPTH, read_json
from lltic.form.exchange.fhir_names import IMPORT_LOSSES, NAME_SYSTEM
from lltic.form.exchange.fhir_read import MAX_QUESTIONS

QUESTIONS = {
    "questionnaire-sdc-profile-example-PHQ9.json": 10,
    "questionnaire-sdc-profile-example-framingham-HCHD.json": 9,
    "questionnaire-sdc-profile-example-hunger-vital-signs.json": 3,
    "questionnaire-sdc-test-all-data-types.json": 12,
    "questionnaire-sdc-test-enablewhen.json": 30,
    "questionnaire-sdc-test-initial-value.json": 3,
    "questionnaire-sdc-test-repeatable-nested-groups.json": 2,
    "questionnaire-sdc-test-required-field.json": 4,
}
"""Real files (SDC's examples), and how many items a form made of each has."""


def coded(*codes: str) -> list[dict]:
    return [{"valueCoding": {"code": code, "display": code.title()}} for code in codes]


def question(link: str, kind: str = "string", **more) -> dict:
    return {"linkId": link, "text": link.title(), "type": kind, **more}


def group(link: str, *items: dict, **more) -> dict:
    return {"linkId": link, "text": link.title(), "type": "group", "item": [*items], **more}


def questionnaire(*items: dict, **more) -> dict:
    head = {
        "resourceType": "Questionnaire",
        "status": "draft",
        "version": "3",
        "copyright": "Theirs",
    }
    return {**head, "title": "Theirs", "item": [*items], **more}


def read(*items: dict, **more):
    found = from_questionnaire(questionnaire(*items, **more))
    assert found.problems == ()
    return found


def lost(found) -> list[tuple[str, str]]:
    return [(loss.code, loss.where) for loss in found.losses if loss.where != "Questionnaire"]


def test_every_kind_of_loss_is_told_by_some_file_or_test():
    """The kinds asserted in this file, with those of responses and of our own files."""
    text = Path(__file__).read_text("utf-8")
    elsewhere = {"hash", "as-typed"}
    assert {kind for kind in IMPORT_LOSSES if f'"{kind}"' not in text} <= elsewhere


# --- real files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_real_file_is_read_and_goes_on_its_way(data_dir, name):
    found = TARGET.read((data_dir / "forms/fhir" / name).read_bytes())
    assert found.problems == () and found.form is not None
    assert sum(1 for _ in found.form.items()) == QUESTIONS[name]
    assert found.losses and all(loss.where and loss.instead for loss in found.losses)
    document = to_questionnaire(found.form, "0" * 64).document
    assert breaks_of_questionnaire(document) == []
    assert from_questionnaire(document).form == found.form


def test_all_real_files_are_tried(data_dir):
    names = {path.name for path in (data_dir / "forms/fhir").glob("questionnaire-*.json")}
    assert names == set(QUESTIONS)


def test_a_response_is_no_questionnaire(data_dir):
    file = data_dir / "forms/fhir/questionnaireresponse-sdc-example-PHQ9.json"
    assert [p.code for p in TARGET.read(file.read_bytes()).problems] == ["fhir-wrong-resource"]


def test_a_real_response_whose_codes_are_not_the_forms_says_so_per_answer(data_dir):
    folder = data_dir / "forms/fhir"
    name = "questionnaire-sdc-profile-example-PHQ9.json"
    form = TARGET.read((folder / name).read_bytes()).form
    raw = (folder / "questionnaireresponse-sdc-example-PHQ9.json").read_bytes()
    wrong = from_response(form, read_json(raw))
    # Its codes are the words of the form's options, not their codes: “Not at all” for “Not-at-all”.
    assert {p.code for p in wrong.problems} == {"bad-value"} and len(wrong.problems) == 6
    mended = raw.replace(b'"code": "Not at all"', b'"code": "Not-at-all"')
    mended = mended.replace(b'"code": "Several days"', b'"code": "Several-days"')
    right = from_response(form, read_json(mended))
    assert right.problems == () and len(right.answers) == 10
    assert {"element", "questionnaire"} <= {loss.code for loss in right.losses}


def test_an_answer_to_nothing_of_the_form_is_left_out_and_told():
    form = read(question("a")).form
    item = {"linkId": "z", "answer": [{"valueString": "x"}]}
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [item]}
    found = from_response(form, response)
    assert found.answers == {} and ("answer", "z") in [(x.code, x.where) for x in found.losses]


# --- what becomes of what ------------------------------------------------------------------------


def test_the_head_of_a_file():
    found = read(question("a"), version="", copyright="", description="Why", url="urn:x", id="q")
    form = found.form
    assert (form.name, form.version, form.title) == ("theirs", "1", "Theirs")
    assert form.source == "Why\nurn:x"
    assert {loss.code for loss in found.losses} >= {"version", "wording", "element"}


@pytest.mark.parametrize(
    ("kind", "here", "losses"),
    [
        ("string", "line", []),
        ("text", "text", []),
        ("date", "date", []),
        ("integer", "number", []),
        ("decimal", "number", []),
        ("boolean", "choice", ["type-near"]),
        ("dateTime", "date", ["type-near"]),
        ("time", "line", ["type-near"]),
        ("url", "line", ["type-near"]),
        ("quantity", "number", ["type-near"]),
        ("choice", "line", ["answers-elsewhere"]),
        ("open-choice", "line", ["answers-elsewhere"]),
    ],
)
def test_types(kind, here, losses):
    found = read(question("a", kind))
    assert found.form.item("questions.a").type == here
    assert [code for code, _ in lost(found)] == losses


@pytest.mark.parametrize("kind", ["attachment", "reference", "nonsense"])
def test_a_type_that_has_no_place_is_left_out_and_told(kind):
    found = read(question("a"), question("b", kind))
    assert found.form.item("questions.b") is None
    assert lost(found) == [("type", "b")]


def test_numbers_keep_their_bounds_and_their_unit():
    address = "http://hl7.org/fhir/StructureDefinition/"
    extensions = [
        {"url": f"{address}minValue", "valueDecimal": 0.5},
        {"url": f"{address}maxValue", "valueInteger": 9},
        {"url": f"{address}maxDecimalPlaces", "valueInteger": 1},
        {"url": f"{address}questionnaire-unit", "valueCoding": {"code": "kg"}},
        {"url": f"{address}designNote", "valueMarkdown": "x"},
    ]
    found = read(question("a", "decimal", extension=extensions))
    item = found.form.item("questions.a")
    assert (item.minimum, item.maximum, item.decimals, item.unit) == (0.5, 9, 1, "kg")
    assert lost(found) == [("extension", "a")]


def test_options_in_the_item_and_in_the_file():
    contained = {
        "resourceType": "ValueSet",
        "id": "v",
        "status": "draft",
        "expansion": {"contains": [{"code": "x", "display": "X"}, {"code": "y"}]},
    }
    plain = [{"valueString": "one"}, {"valueInteger": 2}, {"valueDate": "2026"}]
    found = read(
        question("a", "choice", answerOption=coded("no", "yes"), repeats=True),
        question("b", "choice", answerValueSet="#v"),
        question("c", "choice", answerOption=plain),
        contained=[contained],
    )
    values = [[o.value for o in item.options] for _, _, item in found.form.items()]
    assert values == [["no", "yes"], ["x", "y"], ["one", "2", "2026"]]
    assert [item.type for _, _, item in found.form.items()] == ["choices", "choice", "choice"]


def test_codes_of_two_systems_are_told_apart():
    options = [
        {"valueCoding": {"system": system, "code": "1", "display": system}}
        for system in ("urn:a", "urn:b")
    ]
    test = {"question": "a", "operator": "="}
    wanted = {"answerCoding": {"system": "urn:b", "code": "1"}}
    found = read(
        question("a", "choice", answerOption=options),
        question("b", enableWhen=[{**test, **wanted}]),
    )
    assert [o.value for o in found.form.item("questions.a").options] == ["1", "1_2"]
    assert found.form.item("questions.b").when == Condition("questions.a", ("1_2",))


def test_an_order_alone_does_not_make_a_scale():
    ordinal = {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 1}
    options = [{**option, "extension": [ordinal]} for option in coded("low", "high")]
    found = read(question("a", "choice", answerOption=options))
    assert found.form.item("questions.a").type == "choice"
    assert lost(found) == [("ordinal", "a")]


def test_an_open_choice_gets_a_line_for_what_is_not_offered():
    found = read(question("a", "open-choice", answerOption=coded("x", "other")))
    options = [option.value for option in found.form.item("questions.a").options]
    assert options == ["x", "other", "other_2"]
    line = found.form.item("questions.a_other")
    assert line.when == Condition("questions.a", ("other_2",))
    assert lost(found) == [("open-choice", "a")]


def test_groups_become_pages_and_entries():
    inner = group("g", question("b"), group("h", question("c")))
    entries = group("r", question("d"), group("s", question("e"), repeats=True), repeats=True)
    found = read(question("first"), group("p", question("p.a"), inner, entries), question("last"))
    assert [page.id for page in found.form.pages] == ["questions", "p", "questions_2"]
    assert [i.id for i in found.form.pages[1].items] == ["a", "b", "c", "r"]
    assert [i.id for i in found.form.item("p.r").items] == ["d", "e"]
    codes = [code for code, _ in lost(found)]
    assert codes.count("group") == 2 and codes.count("group-in-entries") == 1


def test_text_between_questions_becomes_help():
    help_shown = {
        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
        "valueCodeableConcept": {"coding": [{"code": "help"}]},
    }
    asked = question("a", item=[question("h", "display", extension=[help_shown])])
    found = read(group("p", question("t", "display"), asked, question("u", "display")))
    assert found.form.pages[0].hint == "T\nU"
    assert found.form.item("p.a").hint == "H"
    assert lost(found) == [("display", "t"), ("display", "u")]


def test_questions_under_a_question_follow_it():
    found = read(question("a", "choice", answerOption=coded("x"), item=[question("b")]))
    assert [path for path, _, _ in found.form.items()] == ["questions.a", "questions.b"]
    assert lost(found) == [("nested", "b")]


def test_what_else_a_file_says_is_listed():
    asked = question("/a?", required=True, readOnly=True, initial=[{"valueString": "x"}])
    found = read({**asked, "repeats": True, "maxLength": 20, "prefix": "1."})
    assert found.form.item("questions.a").label == "1. /A?"
    assert sorted(lost(found)) == [
        ("element", "/a?"),
        ("element", "/a?"),
        ("element", "/a?"),
        ("id", "/a?"),
        ("repeats", "/a?"),
    ]


CHOICE = question("c", "choice", answerOption=coded("x", "y", "z"))


@pytest.mark.parametrize(
    ("tests", "behaviour", "when"),
    [
        ([{"operator": "=", "answerCoding": {"code": "x"}}], "", ("x",)),
        ([{"operator": "=", "answerString": "x"}], "", ("x",)),
        (
            [
                {"operator": "=", "answerCoding": {"code": "x"}},
                {"operator": "=", "answerCoding": {"code": "z"}},
            ],
            "any",
            ("x", "z"),
        ),
        ([{"operator": "!=", "answerCoding": {"code": "x"}}], "", ("y", "z")),
    ],
)
def test_conditions_that_can_be_put(tests, behaviour, when):
    tests = [{"question": "c", **test} for test in tests]
    found = read(CHOICE, question("a", enableWhen=tests, enableBehavior=behaviour or "all"))
    assert found.form.item("questions.a").when == Condition("questions.c", when)
    not_equal = tests[0]["operator"] == "!="
    assert lost(found) == ([("condition-not", "a")] if not_equal else [])


@pytest.mark.parametrize(
    "test",
    [
        {"question": "c", "operator": ">", "answerInteger": 3},
        {"question": "c", "operator": "=", "answerCoding": {"code": "unknown"}},
        {"question": "nowhere", "operator": "=", "answerString": "x"},
        {"question": "a", "operator": "exists", "answerBoolean": True},
        {"question": "c"},
        {},
    ],
)
def test_a_condition_that_cannot_be_put_leaves_the_item_asked_but_not_needed(test):
    found = read(CHOICE, question("a", required=True, enableWhen=[test]))
    item = found.form.item("questions.a")
    assert item.when is None and not item.required
    assert lost(found) == [("enable-when", "a")]


def test_conditions_of_a_group_go_to_its_questions_when_they_are_alone():
    test = [{"question": "c", "operator": "=", "answerCoding": {"code": "x"}}]
    within = group("g", question("a"), question("b", enableWhen=test), enableWhen=test)
    found = read(CHOICE, within)
    assert found.form.item("g.a").when == Condition("questions.c", ("x",))
    assert found.form.item("g.b").when is None
    assert lost(found) == [("several-conditions", "b")]


def test_yes_and_no():
    test = {"question": "c", "operator": "=", "answerBoolean": False}
    found = read(question("c", "boolean"), question("a", enableWhen=[test]))
    assert found.form.item("questions.a").when == Condition("questions.c", ("no",))


# --- hostile files -------------------------------------------------------------------------------


def circle(*links: str) -> list[dict]:
    """Questions of which each is asked when the one before it is answered."""
    return [
        question(
            link, enableWhen=[{"question": other, "operator": "exists", "answerBoolean": True}]
        )
        for link, other in zip(links, (links[-1], *links), strict=False)
    ]


def nested(levels: int) -> dict:
    found = question("q")
    for number in range(levels):
        found = group(f"g{number}", found)
    return found


HOSTILE = {
    "fhir-wrong-resource": [7, None, [], {}, {"resourceType": "Patient"}],
    "fhir-too-large": [
        questionnaire(nested(MAX_DEPTH)),
        questionnaire(*(question(f"q{n}") for n in range(MAX_QUESTIONS + 1))),
        questionnaire(x=[0] * 200_000),
    ],
    "fhir-wrong-type": [
        questionnaire(question("a", required="yes")),
        questionnaire(question("a", "choice", answerOption={"valueString": "x"})),
        questionnaire("text"),
        questionnaire(question("a"), title=["x"]),
        questionnaire(question("a", text="\ud800")),
        questionnaire(question("a", maxLength=10**30)),
        questionnaire(question("a", maxLength=float("nan"))),
        questionnaire(question("a", text={1, 2})),
    ],
    "fhir-link-twice": [questionnaire(question("a"), question("a"))],
    "fhir-no-link": [questionnaire({"type": "string"})],
    "fhir-id-twice": [
        questionnaire(question("a"), contained=[{"resourceType": "ValueSet", "id": "v"}] * 2)
    ],
    "fhir-nothing-asked": [questionnaire(), questionnaire(group("g"))],
    "form-condition-circle": [
        questionnaire(group("p", *circle("a", "b", "c"))),
        questionnaire(group("p", *circle(*(f"q{n}" for n in range(400))))),
    ],
}


@pytest.mark.parametrize(
    ("code", "document"), [(code, one) for code, many in HOSTILE.items() for one in many]
)
def test_a_hostile_file_is_refused_without_holding_anybody_up(code, document):
    with nobody_held_up():
        found = from_questionnaire(document)
    assert code in {problem.code for problem in found.problems} and found.form is None
    assert all(len(problem.where) < 300 for problem in found.problems)


def test_data_that_holds_itself_ends():
    document = questionnaire(question("a"))
    document["item"].append(document)
    assert from_questionnaire(document).problems[0].code == "fhir-too-large"


def test_value_sets_that_name_each_other_are_not_followed():
    sets = [
        {
            "resourceType": "ValueSet",
            "id": one,
            "compose": {"include": [{"valueSet": [f"#{other}"]}]},
        }
        for one, other in (("a", "b"), ("b", "a"))
    ]
    found = read(question("q", "choice", answerValueSet="#a"), contained=sets)
    assert ("answers-elsewhere", "q") in lost(found)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "fhir-not-json"),
        (b"\xff\xfe", "fhir-not-json"),
        (b"[" * 500_000, "fhir-not-json"),
        (b'{"a": 1, "a": 2}', "fhir-not-json"),
        (b'{"a": NaN}', "fhir-not-json"),
        (b'{"a": ' + b"9" * 9000 + b"}", "fhir-not-json"),
        (b" " * (MAX_BYTES + 1), "fhir-too-large"),
        (b"7", "fhir-wrong-resource"),
    ],
)
def test_what_is_no_json_is_told(raw, code):
    with nobody_held_up():
        assert [p.code for p in TARGET.read(raw).problems] == [code]
    if code != "fhir-wrong-resource":
        with pytest.raises(LlticError):
            read_json(raw)


def test_a_large_form_holds_nobody_up():
    """The largest there may be, each item with a condition and with what has no place here."""
    test = [{"question": "q0", "operator": "=", "answerString": "x"}]
    many = [
        question(
            f"q{n}",
            enableWhen=test if n else [],
            extension=[{"url": f"urn:{n}-{m}"} for m in range(20)],
        )
        for n in range(MAX_QUESTIONS)
    ]
    with nobody_held_up():
        found = from_questionnaire(questionnaire(group("p", *many)))
    assert found.problems == () and len(found.losses) >= 20 * MAX_QUESTIONS


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
BASE = json.loads(json.dumps(to_questionnaire(EVERYTHING, "0" * 64).document))
MIXED = questionnaire(
    CHOICE,
    group("g", *circle("a", "b"), repeats=True),
    question("o", "open-choice", answerOption=coded("x", "y"), item=[question("n")]),
    contained=BASE["contained"],
)


@settings(
    deadline=None,
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data(), st.sampled_from([BASE, MIXED]))
def test_a_file_with_anything_anywhere_is_read_or_told(data, base):
    document = copy.deepcopy(base)
    for _ in range(data.draw(st.integers(1, 4))):
        inside = [one for one in every(document) if isinstance(one, (dict, list)) and one]
        place = data.draw(st.sampled_from(inside))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        parts = st.sampled_from(inside).map(copy.deepcopy)
        what = data.draw(JUNK | st.lists(JUNK, max_size=2) | parts)
        if data.draw(st.booleans()) and isinstance(place, dict):
            del place[key]
        else:
            place[key] = what
    with nobody_held_up():
        found = from_questionnaire(document)
    assert (found.form is None) == bool(found.problems)
    if found.form is not None:
        again = to_questionnaire(found.form, "")
        assert from_questionnaire(json.loads(json.dumps(again.document))).form == found.form


def test_a_form_is_called_what_a_file_may_be() -> None:
    """As one from an XLSForm is; a name of our own that somebody made a path is refused."""
    assert questionnaire_named("88122-7 Panel").form.name == "form_88122_7_panel"
    assert questionnaire_named("Hunger").form.name == "hunger"
    ours = questionnaire(question("a"), identifier=[{"system": NAME_SYSTEM, "value": "../a"}])
    found = from_questionnaire(ours)
    assert found.form is None
    assert [problem.code for problem in found.problems] == ["import-name"]


def questionnaire_named(title: str):
    return from_questionnaire(questionnaire(question("a"), title=title))
