"""Answers as FHIR QuestionnaireResponses: they come back the same in every letter."""

from __future__ import annotations

import base64
import copy
import json

import pytest
from fhir_cases import EVERYTHING, all_items, answer_sheets, breaks_of_response, every
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import nobody_held_up

from lltic.definitions import names
from lltic.errors import LlticError, UsageError
from lltic.form import asked, is_relevant, load_form
from lltic.form.exchange.fhir import About, from_response, to_response
from lltic.form.exchange.fhir_names import OWN

ABOUT = About("case-7f", "completed", "2026-09-03T14:05:00+01:00", "r-1", "0" * 64)
FORMS = {name: load_form(name).model for name in names("form")} | {"everything": EVERYTHING}
SJR = FORMS["sjr"]
UNHURRIED = settings(
    deadline=None,
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SHEET = {
    "facts.age": {"value": 90},
    "facts.weight": {"value": 60.5},
    "facts.onset": {"value": "2026-09"},
    "facts.site": {"missing": "declined"},
    "problems.any.harm": {"value": "  odd  one"},
    "problems.kinds": {"value": ["c", "a"]},
    "problems.score": {"value": -1},
    "problems.list": {"value": ["b2", "a1"]},
    "problems.list.b2.what": {"value": "Fell.\r\n\tThen – « rien »"},
    "problems.list.b2.harm": {"value": "yes"},
    "problems.list.b2.ways": {"value": []},
    "problems.list.a1.what": {"missing": "not_known"},
}


def letters(answers) -> str:
    return json.dumps(answers, sort_keys=True, ensure_ascii=False)


def sent(form, answers, about=ABOUT):
    exported = to_response(form, answers, about)
    return json.loads(json.dumps(exported.document)), exported.losses


def node(document, link):
    return next(item for item in all_items(document) if item["linkId"] == link)


@pytest.mark.parametrize("name", FORMS)
def test_answers_come_back_the_same_in_every_letter(name):
    form = FORMS[name]

    @UNHURRIED
    @given(answer_sheets(form))
    def each(answers):
        document, losses = sent(form, answers)
        assert breaks_of_response(document) == []
        back = from_response(form, document)
        now = {p for p, _, item in asked(form, answers) if is_relevant(p, item, form, answers)}
        assert back.problems == () and back.losses == ()
        assert letters(back.answers) == letters({p: a for p, a in answers.items() if p in now})
        assert {x.where for x in losses if x.code == "not-reached"} == set(answers) - now

    each()


def test_a_sheet_with_everything():
    document, losses = sent(EVERYTHING, SHEET)
    assert breaks_of_response(document) == []
    assert letters(from_response(EVERYTHING, document).answers) == letters(SHEET)
    assert losses == ()


def test_what_is_said_of_the_review_comes_back_and_names_nobody():
    document, _ = sent(EVERYTHING, SHEET)
    assert from_response(EVERYTHING, document).about == {
        "case_id": "case-7f",
        "status": "completed",
        "authored_at": "2026-09-03T14:05:00+01:00",
        "review_id": "r-1",
        "form_hash": "0" * 64,
    }
    assert document["questionnaire"] == "urn:lltic:form:every_thing|2.1"
    assert document["subject"] == {
        "type": "Patient",
        "identifier": {"system": "urn:lltic:case", "value": "case-7f"},
    }
    assert "author" not in document and "source" not in document
    named, _ = sent(EVERYTHING, {}, About("case-7f", "in-progress", author="reviewer-3"))
    assert named["author"]["identifier"]["value"] == "reviewer-3"
    assert breaks_of_response(named) == []
    assert from_response(EVERYTHING, named).about["author"] == "reviewer-3"
    marked, _ = sent(EVERYTHING, {}, About("case-7f", "in-progress", synthetic=True))
    assert breaks_of_response(marked) == []
    assert from_response(EVERYTHING, marked).about["synthetic"] == "yes"
    marked["meta"]["profile"] = ["urn:theirs"]
    assert [loss.code for loss in from_response(EVERYTHING, marked).losses] == ["element"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("not_applicable", "not-applicable"),
        ("not_in_notes", "unknown"),
        ("not_known", "asked-unknown"),
        ("declined", "asked-declined"),
    ],
)
def test_each_reason_has_its_code_and_comes_back(kind, code):
    answers = {"facts.site": {"missing": kind}}
    document, _ = sent(EVERYTHING, answers)
    (answer,) = node(document, "facts.site")["answer"]
    address = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    assert answer == {"extension": [{"url": address, "valueCode": code}]}
    assert from_response(EVERYTHING, document).answers == answers


def test_the_two_stages_are_two_responses_about_one_case():
    one, _ = sent(SJR, {"overall.score": {"value": 2}})
    stage2 = FORMS["sjr_stage2"]
    two, _ = sent(stage2, {"overall.score": {"value": 1}})
    assert one["subject"] == two["subject"]
    assert (one["questionnaire"], two["questionnaire"]) == (
        f"urn:lltic:form:sjr|{SJR.version}",
        f"urn:lltic:form:sjr_stage2|{stage2.version}",
    )
    assert [p.code for p in from_response(SJR, two).problems] == ["fhir-other-form"]


def test_what_was_not_asked_and_what_nobody_answered_is_not_there():
    document, losses = sent(EVERYTHING, {**SHEET, "problems.why_b": {"value": "secret words"}})
    links = {item["linkId"] for item in all_items(document)}
    assert not {"problems.why_b", "facts.born"} & links
    assert [(x.code, x.where) for x in losses] == [("not-reached", "problems.why_b")]
    assert "secret words" not in str(losses) + str(document)


def test_entries_are_groups_in_their_order():
    document, _ = sent(EVERYTHING, SHEET)
    groups = [item for item in all_items(document) if item["linkId"] == "problems.list"]
    assert [g["extension"][0]["valueString"] for g in groups] == ["b2", "a1"]
    inner = [item["linkId"] for item in groups[0]["item"]]
    assert inner == [f"problems.list.{name}" for name in ("what", "harm", "ways")]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", None),
        (" \n ", None),
        ("a\x0bb", "a\ufffdb"),
        ("Œ", "Œ"),
        ("\U0001f9d1", "\U0001f9d1"),
    ],
)
def test_text_that_fhir_cannot_hold_is_kept_beside(text, seen):
    answers = {"lessons.text": {"value": text}}
    document, losses = sent(SJR, answers)
    (answer,) = node(document, "lessons.text")["answer"]
    assert answer.get("valueString") == seen
    assert [x.code for x in losses] == ([] if seen == text else ["text-as-typed"])
    assert from_response(SJR, document).answers == answers


def test_text_that_somebody_changed_since_counts_as_it_is_shown():
    document, _ = sent(SJR, {"lessons.text": {"value": "a\x0bb"}})
    node(document, "lessons.text")["answer"][0]["valueString"] = "at home"
    back = from_response(SJR, document)
    assert back.answers == {"lessons.text": {"value": "at home"}}
    assert [x.code for x in back.losses] == ["as-typed"]


@pytest.mark.parametrize("value", [61, 61.0, 10**15, -(2**31)])
def test_numbers_keep_their_form(value):
    answers = {"facts.count": {"value": value}}
    document, losses = sent(EVERYTHING, answers)
    assert breaks_of_response(document) == []
    assert letters(from_response(EVERYTHING, document).answers) == letters(answers)
    assert [x.code for x in losses] == (
        [] if value == 61 and type(value) is int else ["number-as-typed"]
    )


def test_long_text_comes_back_whole():
    text = "Ünd so wéiter 🙂 " * 11_000
    answers = {"lessons.text": {"value": text}}
    back = from_response(SJR, sent(SJR, answers)[0])
    assert back.answers == answers


@pytest.mark.parametrize(
    ("about", "where"),
    [
        (About("c", "done"), "status"),
        (About("c", "completed", "2026-09-03T14:05:00"), "authored_at"),
        (About("c", "completed", "yesterday"), "authored_at"),
        (About("", "completed"), "case_id"),
    ],
)
def test_what_fhir_cannot_say_of_a_review_is_refused(about, where):
    with pytest.raises(UsageError) as error:
        to_response(EVERYTHING, {}, about)
    assert [(p.code, p.where) for p in error.value.problems] == [("fhir-about", where)]


def test_answers_that_do_not_fit_the_form_are_refused_and_not_repeated():
    answers = {"facts.age": {"value": "secret"}, "facts.born": {"missing": "declined"}}
    with pytest.raises(LlticError) as error:
        to_response(EVERYTHING, answers, ABOUT)
    assert error.value.codes == ("bad-value", "bad-missing")
    assert "secret" not in str(error.value)


# --- what comes back wrong -----------------------------------------------------------------------


def broken(change) -> tuple[str, ...]:
    document, _ = sent(EVERYTHING, SHEET)
    change(document)
    back = from_response(EVERYTHING, document)
    assert (back.answers is None) == bool(back.problems)
    assert "secret" not in str(back.problems) + str(back.losses)
    return tuple(problem.code for problem in back.problems)


def set_answer(link, **answer):
    return lambda document: node(document, link).update(answer=[answer])


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (set_answer("facts.age", valueString="secret"), ("bad-value",)),
        (set_answer("facts.age", valueInteger=126), ("bad-value",)),
        (set_answer("facts.onset", valueDate="2026-02-30"), ("bad-value",)),
        (set_answer("problems.any.harm", valueCoding={"code": "secret"}), ("bad-value",)),
        (set_answer("problems.score", valueCoding={"code": "9"}), ("bad-value",)),
        (set_answer("problems.score", valueCoding={"code": "9" * 5000}), ("bad-value",)),
        (set_answer("facts.age"), ("bad-value",)),
        (lambda d: node(d, "facts.age").update(answer="secret"), ("fhir-wrong-type",)),
        (lambda d: d.update(item={"secret": 1}), ("fhir-wrong-type",)),
        (lambda d: d.update(resourceType="Questionnaire"), ("fhir-wrong-resource",)),
        (lambda d: d.update(questionnaire="urn:lltic:form:sjr|1"), ("fhir-other-form",)),
        (
            lambda d: d["item"].append(copy.deepcopy(d["item"][0])),
            ("fhir-answer-twice",) * 4,
        ),
        (
            lambda d: node(d, "problems.list")["extension"][0].update(valueString="Not An Id"),
            ("fhir-entry", "bad-value"),
        ),
        (
            lambda d: node(d, "problems.list")["extension"][0].update(valueString="a1"),
            ("fhir-answer-twice", "bad-value"),
        ),
        (
            lambda d: d["item"].append(
                {"linkId": "problems.list.what", "answer": [{"valueString": "secret"}]}
            ),
            ("fhir-entry",),
        ),
    ],
)
def test_a_wrong_response_is_told_without_repeating_it(change, codes):
    assert broken(change) == codes


def test_a_reason_the_item_does_not_take_is_told():
    document, _ = sent(EVERYTHING, {"facts.site": {"missing": "declined"}})
    node(document, "facts.site")["linkId"] = "problems.kinds"
    assert [p.code for p in from_response(EVERYTHING, document).problems] == ["bad-missing"]


@UNHURRIED
@given(st.data())
def test_a_response_with_anything_anywhere_is_read_or_told(data):
    document, _ = sent(EVERYTHING, SHEET)
    for _ in range(data.draw(st.integers(1, 3))):
        inside = [one for one in every(document) if isinstance(one, (dict, list)) and one]
        place = data.draw(st.sampled_from(inside))
        key = data.draw(
            st.sampled_from(list(place if isinstance(place, dict) else range(len(place))))
        )
        junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
        place[key] = data.draw(junk | st.lists(junk, max_size=2) | st.just({"value": {}}))
    back = from_response(EVERYTHING, document)
    assert (back.answers is None) == bool(back.problems)


@pytest.mark.parametrize(
    "items",
    [
        [{"linkId": "problems.kinds", "answer": [{"valueCoding": {"code": "a"}}] * 20_000}],
        [{"linkId": "facts.site", "answer": [{"valueString": "x"}]}] * 15_000,
        [{"linkId": "problems.list"}] * 25_000,
        [{"linkId": f"x{n}", "answer": [{"valueString": "x"}]} for n in range(15_000)],
    ],
)
def test_a_large_response_holds_nobody_up(items):
    document, _ = sent(EVERYTHING, {})
    with nobody_held_up():
        back = from_response(EVERYTHING, {**document, "item": items})
    assert back.problems or back.losses


def test_an_extension_of_ours_with_rubbish_is_not_believed():
    document, _ = sent(EVERYTHING, {"facts.site": {"value": "at home"}})
    for rubbish in ("%%%", base64.b64encode(b"[" * 90_000).decode(), "", 7):
        copied = copy.deepcopy(document)
        rubbish_of_ours = {"url": f"{OWN}as-typed", "valueBase64Binary": rubbish}
        node(copied, "facts.site")["answer"][0]["extension"] = [rubbish_of_ours]
        back = from_response(EVERYTHING, copied)
        assert back.answers in ({"facts.site": {"value": "at home"}}, None)
        assert (back.answers is None) == bool(back.problems)
