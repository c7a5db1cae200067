"""REDCap's data dictionary, both ways: ours come back equal, others come in or say why not."""

from __future__ import annotations

import csv
import io
import re

import pytest
from fhir_cases import EVERYTHING
from hostile_forms import FORMS, TEXTS, differing, told, with_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import nobody_held_up
from payloads import FORMULAS

from lltic.cells import csv_line
from lltic.definitions import names
from lltic.form import Condition, Form, Item, Option, Page, load_form
from lltic.form.exchange.redcap import TARGET, from_dictionary, to_dictionary
from lltic.form.exchange.redcap_read import MARK
from lltic.form.exchange.redcap_write import COLUMNS
from lltic.form.sense import problems_of

SHIPPED = [load_form(name).model for name in names("form")]
SLOWLY = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
TITLES = list(COLUMNS.values())
TYPES = {"text", "notes", "radio", "dropdown", "checkbox", "descriptive"}
VALIDATIONS = {"", "integer", "number", "date_ymd", *(f"number_{n}dp" for n in range(1, 5))}


def lines_of(document: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(document, newline="")))


def dictionary(*rows: dict[str, str], first: bool = True) -> str:
    record = {"name": "study_id", "form": "main", "type": "text", "label": "Study ID"}
    table = [record, *rows] if first else list(rows)
    lines = [csv_line([row.get(key, "") for key in COLUMNS], "\n") for row in table]
    return "".join([csv_line(TITLES, "\n"), *lines])


def row(name: str, kind: str = "text", **more: str) -> dict[str, str]:
    return {"name": name, "form": "main", "type": kind, "label": name.title(), **more}


def codes(imported) -> set[str]:
    return {problem.code for problem in imported.problems}


# -- our own forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_a_form_comes_back_equal(form: Form) -> None:
    back = from_dictionary(to_dictionary(form).document.encode())
    assert back.problems == ()
    assert back.losses == ()
    assert back.form == form


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_it_keeps_to_what_redcap_takes(form: Form) -> None:
    rows = lines_of(to_dictionary(form).document)
    assert list(rows[0]) == TITLES
    assert len(TITLES) == 18
    fields = [r[COLUMNS["name"]] for r in rows]
    assert len(set(fields)) == len(fields)
    assert fields[0] == "record_id"
    seen: list[str] = []
    for r in rows:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,99}", r[COLUMNS["name"]])
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", r[COLUMNS["form"]])
        assert r[COLUMNS["type"]] in TYPES
        assert r[COLUMNS["validation"]] in VALIDATIONS
        assert set(re.findall(r"\[(\w+)[\](]", r[COLUMNS["branching"]])) <= set(fields)
        if not seen or seen[-1] != r[COLUMNS["form"]]:
            seen.append(r[COLUMNS["form"]])
    assert len(set(seen)) == len(seen), "the fields of an instrument stand together"


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_without_our_notes_exactly_what_was_listed_differs(form: Form) -> None:
    """What is kept for the way back is told as a loss, and nothing else is kept."""
    made = to_dictionary(form)
    # Which instrument repeats is no word of REDCap's: that note alone is left.
    note = re.compile(rf"{MARK}.*?(\"#repeats\":\[null,\"\w+\"\])?[^#]*", re.DOTALL)
    rows = []
    for r in lines_of(made.document):
        found = note.fullmatch(r[COLUMNS["annotation"]])
        left = f"{MARK}{{{found[1]}}}" if found and found[1] else ""
        rows.append({key: r[title] for key, title in COLUMNS.items()} | {"annotation": left})
    back = from_dictionary(dictionary(*rows, first=False)).form
    assert back is not None
    assert told(differing(back, form)) == told(made.losses)
    repeats = {loss.where for loss in made.losses if loss.code == "repeat"}
    assert len(repeats) == sum(item.type == "repeat" for _, _, item in form.items())


def test_every_loss_is_of_a_kind_that_is_declared() -> None:
    declared = {kind.code for kind in TARGET.losses}
    for form in [*SHIPPED, EVERYTHING]:
        assert {loss.code for loss in to_dictionary(form).losses} <= declared


def test_an_answer_or_a_reason_is_needed() -> None:
    """The reason is asked while there is no answer, and must then be given."""
    item = Item("a", "line", "A", required=True, missing=("not_known",))
    form = Form("f", "1", "F", "s", "w", {}, (Page("p", "P", (item,)),))
    question, reason = lines_of(to_dictionary(form).document)[-2:]
    assert question[COLUMNS["required"]] == ""
    assert reason[COLUMNS["name"]] == "p_a_missing"
    assert reason[COLUMNS["branching"]] == "[p_a] = ''"
    assert reason[COLUMNS["required"]] == "y"


def test_a_scale_whose_labels_somebody_changed_is_told() -> None:
    form = load_form("sjr").model
    changed = to_dictionary(form).document.replace("1, Very poor", "1, Dreadful", 1)
    back = from_dictionary(changed)
    assert back.form == form
    assert [loss.code for loss in back.losses] == ["scale"]


def test_what_does_not_fit_a_cell_is_told() -> None:
    form = with_text("long " * 30_000)
    made = to_dictionary(form)
    assert "long" in {loss.code for loss in made.losses}
    back = from_dictionary(made.document)
    assert back.problems == ()
    assert back.form != form


# -- hostile words ------------------------------------------------------------------------------


@SLOWLY
@given(FORMS)
def test_hostile_forms_come_back_equal(form: Form) -> None:
    assert list(problems_of(form, "x")) == []
    made = to_dictionary(form)
    back = from_dictionary(made.document.encode())
    assert back.problems == ()
    assert back.form == form or "long" in {loss.code for loss in made.losses}


@pytest.mark.parametrize("text", FORMULAS, ids=range(len(FORMULAS)))
def test_no_word_becomes_a_formula(text: str) -> None:
    form = with_text(text)
    made = to_dictionary(form)
    cells = [cell for r in lines_of(made.document) for cell in r.values()]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))]
    assert from_dictionary(made.document).form == form or len(text) > 1_000


# -- dictionaries of others ---------------------------------------------------------------------


def test_a_foreign_dictionary_comes_in() -> None:
    found = from_dictionary(
        dictionary(
            row("sex", "radio", choices="1, Female | 2, Male | 3, Other, or not said"),
            row("risks", "checkbox", choices="a, Smoking | b, Falls", branching="[sex] = '1'"),
            row("age", validation="integer", min="0", max="120", required="y"),
            row("fall_on", validation="date_dmy", branching="[risks(b)] = '1'"),
            row("story", "notes", branching="[age] > 80"),
            row("again", "yesno", branching='[age] <> ""'),
            row("score", "calc", choices="[age] + 1"),
            row("phone", validation="phone", identifier="y"),
        )
    )
    assert found.form is not None
    sex, risks, age, fall_on, story, again, phone = found.form.pages[0].items
    assert sex.options[2] == Option("3", "Other, or not said")
    assert (risks.type, risks.when) == ("choices", Condition("main.sex", equals=("1",)))
    assert (age.minimum, age.maximum, age.decimals, age.required) == (0, 120, 0, True)
    assert (fall_on.type, fall_on.when) == ("date", Condition("main.risks", includes="b"))
    assert story.when is None
    assert again.when == Condition("main.age", answered=True)
    assert phone.type == "line"
    assert [loss.code for loss in found.losses] == [
        "record-id",
        "question",
        "setting",
        "expression",
    ]


WRONG = {
    "import-column": "a,b\n1,2\n",
    "import-list": dictionary(row("a", "radio")),
    "import-name": dictionary(row("a"), row("a")),
    "import-kept": dictionary(row("a", annotation=f"{MARK}[1]")),
    "import-empty": dictionary(),
    "import-too-large": "x" * 10 + "\n" * 2 + "a\n" * 10_001,
    "import-unreadable": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_has_a_code(code: str) -> None:
    found = from_dictionary(WRONG[code])
    assert codes(found) == {code}
    assert found.form is None


def test_a_cell_that_csv_readers_refuse_is_a_problem() -> None:
    assert codes(from_dictionary('"' + "x" * 200_000 + '"')) == {"import-unreadable"}
    assert codes(from_dictionary(b"x" * 5_000_001)) == {"import-too-large"}
    assert codes(from_dictionary("")) == {"import-column"}


CELLS = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            *("text", "notes", "radio", "checkbox", "descriptive", "calc", "a", "b", "a_missing"),
            *("1, Yes | 0, No", "not_known, Not known", "|,|", "integer", "1e999", "y", "((("),
            *("[a] = 'b'", "[a(b)] = '1'", "[a(1)] = '1' or [a(0)] = '1'", "[b][a] = 1"),
            *(f'{MARK}{{"#repeats":[null,"a"]}}', f'{MARK}{{"type":["line","scale"]}}'),
            *(f'{MARK}{{"scales":[{{}},[1]]}}', f'{MARK}{{"items":[[],3]}}', f"{MARK}[[[["),
            *(f'{MARK}{{"type":["line","repeat"]}}', f'{MARK}{{"name":["imported","../x"]}}'),
        ]
    ),
)
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)), max_size=6)


def answered(source: str | bytes) -> None:
    """Read a file: a form that makes sense or problems with codes, and soon."""
    with nobody_held_up():
        found = from_dictionary(source)
    if found.form is None:
        assert found.problems
        assert all(re.fullmatch(r"(import|form|definition)-[a-z-]+", c) for c in codes(found))
    else:
        assert list(problems_of(found.form, "x")) == []


@settings(SLOWLY, max_examples=60)
@given(ROWS)
def test_rows_of_anything_are_answered_in_time(rows) -> None:
    answered(dictionary(*rows))


@settings(SLOWLY, max_examples=60)
@given(st.data())
def test_damaged_files_are_answered_in_time(data) -> None:
    whole = bytearray(to_dictionary(EVERYTHING).document.encode())
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 127))
    answered(bytes(whole[: data.draw(st.integers(1, len(whole)))]))


@given(st.binary(max_size=300))
def test_bytes_of_anything_are_answered(data: bytes) -> None:
    answered(data)


@pytest.mark.parametrize("logic", ["(" * 60_000, "a or " * 12_000, " " * 60_000, "'" * 60_001])
def test_a_long_expression_does_not_hold_anybody_up(logic: str) -> None:
    answered(dictionary(row("a", branching=logic)))
