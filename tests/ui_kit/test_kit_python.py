"""The Python side of the kit: shapes of answers, what is let in, what is sent."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from traitlets import TraitError

import lltic.ui.kit as kit
from lltic.ui.kit import (
    Actions,
    Checkboxes,
    DateInput,
    EntryHeading,
    ErrorSummary,
    NotesViewer,
    NumberInput,
    PassageCoder,
    PatientBanner,
    Place,
    Radios,
    RepeatingGroup,
    SaveStatus,
    Scale,
    Select,
    TextArea,
    TextInput,
    Worklist,
    answer_problem,
    link,
    passage_of,
    query_string,
)

OP = {
    "op_id": "o1",
    "review_id": "R1",
    "case_id": "0147",
    "field": "a.b",
    "value": {"value": "words"},
    "base_version": 0,
}


def listening(component: Any) -> tuple[list[Any], list[Any]]:
    """Return what callbacks get and what the browser is sent."""
    heard: list[Any] = []
    sent: list[Any] = []
    component.send = lambda content, buffers=None: sent.append(content)
    component.on_action(lambda name, payload: heard.append((name, payload)))
    return heard, sent


def arrive(component: Any, content: Any) -> None:
    component._handle_custom_msg(content, [])


def test_all_is_sorted_and_true() -> None:
    assert kit.__all__ == sorted(kit.__all__)
    assert all(hasattr(kit, name) for name in kit.__all__)


def test_a_kernel_pays_for_nothing_heavy() -> None:
    heavy = ("pandas", "numpy", "pydantic", "sqlalchemy", "ibis", "duckdb", "yaml", "requests")
    code = f"import sys, lltic.ui.kit; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "answer", [None, {"value": "x"}, {"value": 3}, {"value": []}, {"missing": "not_in_notes"}]
)
def test_answers_that_are_well_formed(answer: Any) -> None:
    assert answer_problem(answer) == ""
    assert TextArea(value=answer).value == answer


@pytest.mark.parametrize(
    "answer",
    [
        "canary",
        {},
        {"value": None},
        {"missing": "canary"},
        {"missing": ["not_in_notes"]},
        {"value": 1, "missing": "not_in_notes"},
        {"other": "canary"},
    ],
)
def test_answers_that_are_not_and_nothing_is_repeated(answer: Any) -> None:
    assert answer_problem(answer)
    assert "canary" not in answer_problem(answer)
    if isinstance(answer, dict):
        with pytest.raises(TraitError) as caught:
            TextArea(value=answer)
        assert "canary" not in str(caught.value)


def test_options_may_be_written_shortly() -> None:
    radios = Radios(options=["yes", ("no", "No"), (3, "Three", "why"), {"value": 4, "label": "4"}])
    assert radios.options == [
        {"value": "yes", "label": "yes", "description": ""},
        {"value": "no", "label": "No", "description": ""},
        {"value": 3, "label": "Three", "description": "why"},
        {"value": 4, "label": "4", "description": ""},
    ]
    assert [one["missing"] for one in radios.missing] == ["not_applicable", "not_in_notes"]
    assert Scale().arrangement == "scale"
    assert Scale().options == []


def test_missing_choices_keep_their_wording_unless_told() -> None:
    radios = Radios(missing=[("not_in_notes", "Cannot tell", "why"), "not_applicable"])
    assert radios.missing == [
        {"missing": "not_in_notes", "label": "Cannot tell", "description": "why"},
        {"missing": "not_applicable", "label": "Does not apply", "description": ""},
    ]
    with pytest.raises(ValueError, match="not_applicable, not_in_notes"):
        Radios(missing=["lost"])


@pytest.mark.parametrize(
    "field", [TextArea, TextInput, NumberInput, DateInput, Select, RepeatingGroup]
)
def test_every_field_can_offer_every_reason_for_no_answer(field: Any) -> None:
    made = field(missing=["not_known", "declined"], value={"missing": "declined"})
    labels = [one["label"] for one in made.missing]
    assert labels == ["Not known", "Would rather not say"]
    assert field().missing == [], "and none unless it is told to"


def test_a_date_and_a_number_are_told_what_is_taken_in_the_words_of_forms() -> None:
    assert DateInput(precision=("day", "month")).precision == ["day", "month"]
    with pytest.raises(TraitError):
        DateInput(precision=["hour"])
    number = NumberInput(minimum=0, maximum=None, decimals=2, unit="kg")
    assert (number.minimum, number.maximum, number.decimals) == (0, None, 2)
    with pytest.raises(TraitError):
        NumberInput(decimals=9)


def test_a_heading_of_an_entry_sends_nothing_itself() -> None:
    for part in (EntryHeading(field="p.list", entry_id="a1"), RepeatingGroup(field="p.list")):
        heard, _ = listening(part)
        arrive(part, {"action": "remove", "id": "a1"})
        assert heard == [], "the list is the group's answer, and travels as one"


def test_checkboxes_none() -> None:
    assert Checkboxes(none="None of these").none["label"] == "None of these"
    assert Checkboxes().none == {}


def test_only_actions_that_are_offered_arrive() -> None:
    actions = Actions(primary="Go", primary_action="next", links=[("Back", "tasks")])
    heard, sent = listening(actions)
    for content in (
        {"action": "next", "turn": "t1"},
        {"action": "tasks", "turn": "t2"},
        {"action": "submit", "turn": "t3"},
        {"action": ["next"]},
        {"no": "action"},
        "next",
        None,
    ):
        arrive(actions, content)
    assert heard == [("next", {}), ("tasks", {})]
    assert sent == [{"done": "t1"}, {"done": "t2"}]
    actions.primary = ""
    arrive(actions, {"action": "next"})
    assert len(heard) == 2


def test_a_callback_that_fails_is_told_to_the_browser() -> None:
    actions = Actions(primary="Go")
    _, sent = listening(actions)

    def fail(name: str, payload: Any) -> None:
        raise RuntimeError("broken")

    actions.on_action(fail)
    with pytest.raises(RuntimeError):
        actions._receive(actions, {"action": "next", "turn": "t"}, [])
    assert sent == [{"failed": "t"}]
    actions.on_action(fail, remove=True)
    arrive(actions, {"action": "next", "turn": "u"})
    assert sent[-1] == {"done": "u"}


@pytest.mark.parametrize("query", ["?case=1", ""])
def test_place_takes_a_query(query: str) -> None:
    place = Place()
    heard, _ = listening(place)
    arrive(place, {"action": "go", "query": query})
    assert heard == [("go", {"query": query})]


@pytest.mark.parametrize("query", ["https://evil.test", "//evil.test", 3, None, ["?a"]])
def test_place_takes_nothing_but_a_query(query: Any) -> None:
    place = Place()
    heard, _ = listening(place)
    arrive(place, {"action": "go", "query": query})
    assert heard == []


def test_turn_to_announces_a_page() -> None:
    place = Place()
    place.turn_to("?page=a", "A", error=True)
    assert (place.query, place.title, place.error, place.turn) == ("?page=a", "A", True, 1)
    place.turn_to("?page=b", "B", replace=True)
    assert (place.error, place.replace, place.turn) == (False, True, 2)


def test_error_summary_show_takes_the_focus_again() -> None:
    summary = ErrorSummary()
    summary.show([{"field": "a", "message": "m"}])
    summary.show([{"field": "a", "message": "m"}])
    assert summary.turn == 2
    assert summary.errors == [{"field": "a", "message": "m"}]


def test_links_and_queries() -> None:
    assert link("Back", "go", query="?a=1") == {
        "label": "Back",
        "action": "go",
        "payload": {"query": "?a=1"},
    }
    assert query_string(case="01 47", page="") == "?case=01+47"
    assert query_string() == ""
    tuples = Actions(links=[("A", "a"), ("B", "b", {"query": "?b"}), link("C", "c")])
    assert [one["payload"] for one in tuples.links] == [{}, {"query": "?b"}, {}]
    assert PatientBanner(items=[("Case", "1")]).items == [{"label": "Case", "value": "1"}]


def a_status() -> tuple[SaveStatus, list[Any], list[Any]]:
    status = SaveStatus(owner="p", review_id="R1", case_id="0147")
    ops: list[Any] = []
    sent: list[Any] = []
    status.send = lambda content, buffers=None: sent.append(content)
    status.on_operation(ops.append)
    return status, ops, sent


def test_operations_arrive_with_nothing_added() -> None:
    status, ops, _ = a_status()
    arrive(status, {"op": {**OP, "extra": 1}})
    arrive(status, {"op": {**OP, "value": None}})
    assert ops == [OP, {**OP, "value": None}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"review_id": "R2"},
        {"case_id": "0152"},
        {"op_id": ""},
        {"op_id": 3},
        {"field": None},
        {"base_version": "0"},
        {"base_version": -1},
        {"base_version": True},
        {"value": "bare"},
        {"value": {"missing": "lost"}},
    ],
)
def test_operations_that_do_not_fit_are_dropped(wrong: dict[str, Any]) -> None:
    status, ops, sent = a_status()
    arrive(status, {"op": {**OP, **wrong}})
    arrive(status, {"op": {k: v for k, v in OP.items() if k != "value"}})
    arrive(status, {"op": "text"})
    assert ops == [] and sent == []


def test_an_operation_whose_callback_raises_is_asked_again() -> None:
    status, _, sent = a_status()

    def fail(op: Any) -> None:
        raise OSError("gone")

    status.on_operation(fail)
    with pytest.raises(OSError, match="gone"):
        status._receive(status, {"op": OP}, [])
    assert sent == [{"nack": {"op_id": "o1", "field": "a.b", "retry": True}}]


def test_answers_to_operations() -> None:
    status, _, sent = a_status()
    status.ack(op_id="o", field="f", version=3, at="2026-01-01T00:00:00Z", seq=9)
    status.nack(op_id="o", field="f")
    status.refuse(op_id="o", field="f", message="no")
    status.refuse(op_id="o", field="f", message="no", conflict=({"value": "x"}, 4))
    nack = {"op_id": "o", "field": "f", "retry": False, "message": "no"}
    assert sent == [
        {"ack": {"op_id": "o", "field": "f", "version": 3, "at": "2026-01-01T00:00:00Z", "seq": 9}},
        {"nack": {"op_id": "o", "field": "f", "retry": True}},
        {"nack": {**nack, "conflict": None}},
        {"nack": {**nack, "conflict": {"value": {"value": "x"}, "version": 4, "at": ""}}},
    ]


ASK = "0" * 32


def test_notes_are_asked_for_only_when_they_are_on_the_page() -> None:
    notes = NotesViewer(documents=[{"id": "d1", "title": "A", "pages": 1}])
    heard, sent = listening(notes)
    good = {"ask": ASK, "document": "d1", "page": 1}
    arrive(notes, {"action": "page", **good})
    for wrong in ({"document": "d2"}, {"page": 0}, {"page": True}, {"ask": "x"}, {"ask": None}):
        arrive(notes, {"action": "page", **good, **wrong})
    arrive(notes, {"action": "picture", **good})
    arrive(notes, {"action": "search", "ask": ASK, "words": 3})
    arrive(notes, {"action": "search", "ask": ASK, "words": "fluid"})
    search = {"ask": ASK, "words": "fluid"}
    assert heard == [("page", good), ("search", search)]
    sent.clear()
    notes.reply(ASK, {"text": "one"})
    notes.cannot(ASK, "is too slow", "page-too-slow")
    notes.show("d1", 2, 0, 3)
    problem = {"message": "is too slow", "code": "page-too-slow"}
    assert sent == [
        {"reply": ASK, "found": {"text": "one"}},
        {"reply": ASK, "problem": problem},
        {"show": {"document": "d1", "page": 2, "start": 0, "end": 3}},
    ]


def test_notes_at_hand_are_read_and_searched() -> None:
    notes = NotesViewer(documents=[{"id": "d1", "title": "A", "pages": 2}])
    notes.read_from({"d1": ["Fluid (chart)", {"text": "no FLUID\n(chart)", "picture": b"x"}]})
    sent: list[Any] = []
    notes.send = lambda content, buffers=None: sent.append((content, buffers))
    arrive(notes, {"action": "search", "ask": ASK, "words": " fluid (chart) "})
    arrive(notes, {"action": "picture", "ask": ASK, "document": "d1", "page": 2, "width": 9})
    arrive(notes, {"action": "picture", "ask": ASK, "document": "d1", "page": 1, "width": 9})
    answers = [(content, buffers) for content, buffers in sent if "reply" in content]
    found = answers[0][0]["found"]
    assert [(h["page"], h["start"], h["end"]) for h in found["hits"]] == [(1, 0, 13), (2, 3, 16)]
    assert (answers[1][1], answers[2][0]["problem"]["code"]) == ([b"x"], "no-image")


def test_passages_are_checked() -> None:
    good = {"field": "a.b", "document": "d1", "page": 1, "start": 0, "end": 3, "text": "abc"}
    assert passage_of({"value": {**good, "source": "A, page 1"}}) == good
    for wrong in ({"start": True}, {"end": "3"}, {"page": None}, {"text": 3}, {"field": None}):
        assert passage_of({"value": {**good, **wrong}}) is None
    for none in (None, {"missing": "declined"}, {"value": "x"}):
        assert passage_of(none) is None


def test_codings_are_checked_in_code_points() -> None:
    coder = PassageCoder(
        text="🫀 ab", text_id="t", themes=[{"code": "x", "label": "X", "definition": ""}]
    )
    heard, _ = listening(coder)
    good = {"op_id": "0" * 32, "text_id": "t", "theme": "x", "start": 0, "end": 4}
    arrive(coder, {"action": "code", **good})
    for wrong in ({"end": 5}, {"start": 4}, {"start": -1}, {"theme": "y"}, {"text_id": "u"}):
        arrive(coder, {"action": "code", **good, **wrong})
    for name in ("", None, 3, "x" * 32, "0" * 33, ["0" * 32]):
        arrive(coder, {"action": "code", **good, "op_id": name})
    gone = {"op_id": "1" * 32, "text_id": "t", "id": "c9"}
    arrive(coder, {"action": "uncode", **gone})
    assert heard == [("code", good)]
    coder.codings = [{"id": "c9", "theme": "x", "start": 0, "end": 1}]
    arrive(coder, {"action": "uncode", **gone})
    assert heard[-1] == ("uncode", gone)
    coder.locked = True
    arrive(coder, {"action": "code", **good})
    assert len(heard) == 2


def test_a_component_carries_its_whole_look_and_behaviour() -> None:
    seen = set()
    for name in kit.__all__:
        cls = getattr(kit, name)
        if not (isinstance(cls, type) and issubclass(cls, kit.Component)):
            continue
        state = cls().get_state()
        assert ".lltic" in state["_css"]
        assert "export default" in state["_esm"]
        seen.add(name)
    assert len(seen) >= 22


def test_scripts_never_parse_text_as_markup() -> None:
    from lltic.ui.kit.base import STATIC

    for path in STATIC.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{path.name}: {word}"
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", ""), path.name
        assert "https://" not in text, path.name


def test_worklist_opens_with_a_query() -> None:
    worklist = Worklist()
    heard, _ = listening(worklist)
    arrive(worklist, {"action": "open", "case_id": "1", "query": "?review=1"})
    assert heard == [("open", {"case_id": "1", "query": "?review=1"})]
