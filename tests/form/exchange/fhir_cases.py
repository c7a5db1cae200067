"""What the tests of FHIR share: a form with everything in it, answers, and FHIR's own rules."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import strategies as st

from lltic.form import Concordance, Condition, Form, Item, Option, Page, Scale, ScalePoint, Trigger
from lltic.form.model import Conversion

YES_NO = (Option("yes", "Yes", "also “perhaps”"), Option("no", "No"), Option("  odd  one", "Odd"))
EVERYTHING = Form(
    name="every_thing",
    version="2.1",
    title="Everything – in one form",
    source="made up\nfor tests",
    wording="ours",
    scales={
        "harm_level": Scale(
            "Harm",
            "lower_is_better",
            (ScalePoint(0, "None"), ScalePoint(1, "Some", "seen later"), ScalePoint(-1, "Odd")),
            "made up",
            (Conversion("Other", "higher_is_better", 0, "made up"),),
        ),
        "unused": Scale("Unused", "higher_is_better", (ScalePoint(1, "a"), ScalePoint(2, "b"))),
    },
    pages=(
        Page(
            "facts",
            "Facts",
            (
                Item("age", "number", "Age", unit="years", minimum=0, maximum=125, required=True),
                Item("weight", "number", "Weight", decimals=2, minimum=0.5, unit="kg"),
                Item("count", "number", "Any whole number"),
                Item("onset", "date", "First noticed", precision=("month", "day")),
                Item("born", "date", "Born", precision=("year",)),
                Item("died", "date", "Died", precision=("day", "month", "year")),
                Item(
                    "site",
                    "line",
                    "Where?",
                    hint="The ward, or the home",
                    missing=("not_in_notes", "not_known", "declined", "not_applicable"),
                    missing_labels={"declined": "would not say"},
                ),
                Item("old", "line", "Since you are 90", when=Condition("facts.age", ("90", "91"))),
                Item(
                    "heavy",
                    "line",
                    "As 60.5",
                    required=True,
                    when=Condition("facts.weight", ("60.5",)),
                ),
                Item("at_home", "line", "At home", when=Condition("facts.site", ("home", "Home"))),
                Item("told", "text", "More", when=Condition("facts.site", answered=True)),
                Item("untold", "text", "Why", when=Condition("facts.site", answered=False)),
            ),
            kind="facts",
            caption="What is known",
            hint="Look at the front sheet.",
        ),
        Page(
            "problems",
            "Problems",
            (
                Item("any.harm", "choice", "Any harm?", options=YES_NO, required=True),
                Item(
                    "kinds",
                    "choices",
                    "Which?",
                    options=(Option("a", "A"), Option("b", "B"), Option("c", "C")),
                    when=Condition("problems.any.harm", ("yes", "  odd  one")),
                    missing=("not_known",),
                ),
                Item("why_b", "text", "Why B?", when=Condition("problems.kinds", includes="b")),
                Item(
                    "score",
                    "scale",
                    "How bad?",
                    scale="harm_level",
                    missing=("not_applicable", "not_in_notes"),
                    required_when=Condition("problems.any.harm", ("yes",)),
                ),
                Item(
                    "list",
                    "repeat",
                    "Problems",
                    hint="One by one",
                    entry="problem",
                    at_most=4,
                    missing=("not_applicable",),
                    when=Condition("problems.score", ("0", "-1")),
                    items=(
                        Item("what", "text", "What?", required=True, missing=("not_known",)),
                        Item("harm", "choice", "Harm?", options=YES_NO),
                        Item("ways", "choices", "How?", options=(Option("x", "X"),)),
                        Item("on", "date", "When?", precision=("day", "year")),
                        Item(
                            "more",
                            "line",
                            "More",
                            when=Condition("problems.list.harm", ("yes",)),
                            required_when=Condition("problems.list.what", answered=True),
                        ),
                    ),
                ),
            ),
            kind="problems",
        ),
        Page("empty", "Nothing here", (), kind="lessons", phase="leaving"),
    ),
    triggers=(
        Trigger(
            "bad",
            "stage_2",
            "Bad",
            (
                Condition("problems.score", ("-1",)),
                Condition("problems.kinds", includes="c"),
                Condition("facts.site", answered=False),
            ),
            "other",
        ),
    ),
    concordance=(Concordance("problems.score", 1), Concordance("problems.any.harm")),
)

# --- answers -------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KNOWN = st.sampled_from(
    [
        "",
        "  ",
        "Œdème – “Čapek”",
        "\U0001f9d1\u200d\u2695\ufe0f",
        "a\x0bb\x00",
        "\u00a0",
        "x" * 9000,
    ]
)
TEXTS = WORDS | KNOWN
LINES = TEXTS.map(lambda text: "".join(text.splitlines())[:500])


def values(form: Form, item: Item) -> st.SearchStrategy[Any]:
    """Return a strategy of what an item's value may be."""
    options = [option.value for option in item.options]
    if item.type == "choices":
        return st.lists(st.sampled_from(options), unique=True)
    if item.type == "choice":
        return st.sampled_from(options)
    if item.type == "scale":
        return st.sampled_from(form.scales[item.scale or ""].levels)
    if item.type == "number":
        low, high = item.minimum, item.maximum
        whole = st.integers(math.ceil(-999 if low is None else low), int(high or 10**6))
        exact = st.floats(low, high or 1e6).map(lambda x: round(x, item.decimals))
        return whole | whole.map(float) | (exact if item.decimals else whole)
    if item.type == "date":
        cut = st.sampled_from([{"day": 10, "month": 7, "year": 4}[one] for one in item.precision])
        return st.builds(lambda day, length: day.isoformat()[:length], st.dates(), cut)
    return TEXTS if item.type == "text" else LINES


@st.composite
def answer_sheets(draw: st.DrawFn, form: Form) -> dict[str, dict[str, Any]]:
    """Answers to any part of a form, also to what is not asked then."""
    found: dict[str, dict[str, Any]] = {}

    def answer(path: str, item: Item) -> None:
        how = draw(st.sampled_from(["value", "value", "value", "missing", "nothing"]))
        if how == "missing" and item.missing:
            found[path] = {"missing": draw(st.sampled_from(item.missing))}
        elif how == "value":
            found[path] = {"value": draw(values(form, item))}

    for path, _, item in form.items():
        if item.type != "repeat":
            answer(path, item)
            continue
        ids = st.lists(st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True), unique=True, max_size=2)
        found[path] = {"value": draw(ids)}
        if item.missing and draw(st.booleans()):
            found[path] = {"missing": item.missing[0]}
        for entry_id in found[path].get("value", []):
            for question in item.items:
                answer(f"{path}.{entry_id}.{question.id}", question)
    return found


# --- the rules of FHIR R4 that the model classes of fhir.resources do not check -------------------

TYPES = {"group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string"}
TYPES |= {"text", "url", "choice", "open-choice", "attachment", "reference", "quantity"}
OPERATORS = {"exists", "=", "!=", ">", "<", ">=", "<="}
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def all_items(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every item, however deep."""
    for item in node.get("item", []):
        yield item
        yield from all_items(item)


def every(value: Any) -> Iterator[Any]:
    """Yield every value in a document, itself included."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from every(one)


def breaks_of_questionnaire(document: dict[str, Any]) -> list[str]:
    """Return the constraints of an R4 Questionnaire that a document breaks (que-0 … que-13)."""
    Questionnaire.model_validate(document)
    found = list(_breaks_of_any(document))
    items = list(all_items(document))
    links = [item["linkId"] for item in items]
    if not re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", document["name"]):
        found.append("que-0")
    if len(set(links)) != len(links):
        found.append("que-2")
    if document["status"] not in {"draft", "active", "retired", "unknown"}:
        found.append("status")
    for item in items:
        found += [f"{code} {item['linkId']}" for code in _breaks_of_item(item, set(links))]
    for one in document.get("contained", []):
        if f"#{one['id']}" not in list(every({**document, "contained": []})):
            found.append(f"dom-3 {one['id']}")
    return found


def _breaks_of_item(item: dict[str, Any], links: set[str]) -> Iterator[str]:
    kind, tests = item["type"], item.get("enableWhen", [])
    rules = {
        "type": kind in TYPES,
        "que-1": (kind != "group" or "item" in item) and (kind != "display" or "item" not in item),
        "que-3": kind != "display" or "code" not in item,
        "que-4": not {"answerOption", "answerValueSet"} <= set(item),
        "que-5": kind == "choice" or not {"answerOption", "answerValueSet"} & set(item),
        "que-6": kind != "display" or not {"required", "repeats"} & set(item),
        "que-9": kind != "display" or "readOnly" not in item,
        "que-10": kind in {"string", "text"} or "maxLength" not in item,
        "que-12": len(tests) < 2 or item.get("enableBehavior") in ("any", "all"),
        "question": all(test["question"] in links for test in tests),
        "operator": all(test["operator"] in OPERATORS for test in tests),
        "que-7": all(t["operator"] != "exists" or "answerBoolean" in t for t in tests),
    }
    yield from (rule for rule, kept in rules.items() if not kept)


def breaks_of_response(document: dict[str, Any]) -> list[str]:
    """Return the constraints of an R4 QuestionnaireResponse that a document breaks."""
    QuestionnaireResponse.model_validate(document)
    found = list(_breaks_of_any(document))
    for item in all_items(document):
        if "answer" in item and "item" in item:
            found.append(f"qrs-1 {item['linkId']}")
    return found


def _breaks_of_any(document: dict[str, Any]) -> Iterator[str]:
    for value in every(document):
        if value in ("", [], {}) or value is None:
            yield "ele-1: an element without a value"
        if isinstance(value, str) and (not value.strip() or NO_TEXT.search(value)):
            yield f"string {value!r}"
        if isinstance(value, dict) and "url" in value and len(value) > 1:
            inner = [key for key in value if key.startswith("value")]
            if "extension" in value and inner:
                yield "ext-1: an extension with both"
