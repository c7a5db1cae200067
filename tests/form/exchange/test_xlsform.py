"""XLSForm, both ways: ours come back equal, foreign ones come in or say why not."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from pathlib import Path

import pytest
from fhir_cases import EVERYTHING
from hostile_forms import FORMS, TEXTS, differing, told, with_text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from patience import nobody_held_up
from payloads import FORMULAS

from lltic.definitions import names
from lltic.errors import LlticError
from lltic.form import Condition, Form, Item, Option, Page, load_form
from lltic.form.exchange import sheets
from lltic.form.exchange.sheets import read_sheets, write_sheets
from lltic.form.exchange.xlsform import TARGET, from_workbook, to_workbook
from lltic.form.exchange.xlsform_read import KEPT
from lltic.form.sense import problems_of

SHIPPED = [load_form(name).model for name in names("form")]
SLOWLY = settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def converted(document: bytes) -> str:
    """Return the XForm that pyxform makes; whatever it warns of is an error."""
    from pyxform.xls2xform import convert

    made = convert(io.BytesIO(document))
    assert made.warnings == []
    return made.xform


def asked_by(xform: str) -> set[str]:
    """Return the names that an XForm binds answers to."""
    return {path.rpartition("/")[2] for path in re.findall(r'<bind nodeset="([^"]+)"', xform)}


def paths(form: Form) -> set[str]:
    found = set()
    for path, _, item in form.items():
        inner = {f"{path}.{question.id}" for question in item.items}
        found |= inner or {path}
    return found


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def codes(imported) -> set[str]:
    return {problem.code for problem in imported.problems}


# -- our own forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_a_form_comes_back_equal(form: Form) -> None:
    back = from_workbook(to_workbook(form).document)
    assert back.problems == ()
    assert back.losses == ()
    assert back.form == form


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_pyxform_takes_it_and_names_the_same_questions(form: Form) -> None:
    xform = converted(to_workbook(form).document)
    told = {
        name
        for name in asked_by(xform)
        if not name.endswith((".missing", ".told-hint", ".told-caption"))
    }
    repeats = {path for path, _, item in form.items() if item.items}
    assert told - {"instanceID"} - repeats == paths(form)


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_without_our_column_exactly_what_was_listed_differs(form: Form) -> None:
    """What is kept for the way back is told as a loss, and nothing else is kept."""
    made = to_workbook(form)
    without = {
        name: ([h for h in _headings(rows) if not h.startswith(KEPT)], rows)
        for name, rows in read_sheets(made.document).items()
    }
    back = from_workbook(write_sheets("x", without)).form
    assert back is not None
    assert told(differing(back, form)) == told(made.losses)
    assert made.losses


def _headings(rows: list[dict[str, str]]) -> list[str]:
    return list(dict.fromkeys(h for row in rows for h in row if h != "#"))


def test_every_loss_is_of_a_kind_that_is_declared() -> None:
    declared = {kind.code for kind in TARGET.losses}
    for form in [*SHIPPED, EVERYTHING]:
        assert {loss.code for loss in to_workbook(form).losses} <= declared


def test_the_same_form_gives_the_same_bytes() -> None:
    assert to_workbook(EVERYTHING).document == to_workbook(EVERYTHING).document


def test_a_change_in_another_program_stands() -> None:
    """What was kept is taken only where the cell still says what it said."""
    form = with_text("${x}")
    tables = read_sheets(to_workbook(form).document)
    question = next(row for row in tables["survey"] if row["name"] == "p.c")
    assert question["label"] == "$ {x}"
    question["label"] = "Mended"
    back = from_workbook(
        write_sheets("x", {name: (_headings(rows), rows) for name, rows in tables.items()})
    ).form
    assert back is not None
    assert (back.pages[0].items[0].label, back.pages[0].items[1].label) == ("Mended", "${x}")


# -- hostile words ------------------------------------------------------------------------------


@SLOWLY
@given(FORMS)
def test_hostile_forms_come_back_equal(form: Form) -> None:
    assert list(problems_of(form, "x")) == []
    back = from_workbook(to_workbook(form).document)
    assert back.problems == ()
    assert back.form == form


@settings(SLOWLY, max_examples=8)
@given(FORMS)
def test_pyxform_takes_hostile_forms(form: Form) -> None:
    converted(to_workbook(form).document)


@pytest.mark.parametrize("text", FORMULAS, ids=range(len(FORMULAS)))
def test_no_word_becomes_a_formula(text: str) -> None:
    form = with_text(text)
    document = to_workbook(form).document
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        for name in archive.namelist():
            assert not re.search(rb"<f[ >/]|<hyperlink|TargetMode=\"External\"", archive.read(name))
    for page in load_workbook(io.BytesIO(document)):
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith(tuple("=+-@\t\n＝＋－＠")):
                    assert cell.data_type == "s"
                    assert cell.quotePrefix
    assert from_workbook(document).form == form


# -- files of others ----------------------------------------------------------------------------


def test_files_of_others_come_in_or_say_why_not(data_dir: Path) -> None:
    files = sorted(f for f in (data_dir / "forms" / "xlsform").rglob("*.*") if f.is_file())
    taken, refused = {}, {}
    for file in files:
        with nobody_held_up():
            found = from_workbook(file)
        assert (found.form is None) == bool(found.problems), file.name
        (taken if found.form else refused)[file.name] = found
    assert len(taken) >= 14
    for name, found in taken.items():
        assert found.form is not None
        again = from_workbook(to_workbook(found.form).document)
        assert again.form == found.form, name
        converted(to_workbook(found.form).document)
    for name, found in refused.items():
        wanted = (
            {"import-empty", "import-sheet"} if name.endswith("xlsx") else {"import-unreadable"}
        )
        assert codes(found) <= wanted, name


def test_what_a_foreign_file_asks_is_asked_here(data_dir: Path) -> None:
    folder = data_dir / "forms" / "xlsform" / "example_xls"
    form = from_workbook(folder / "or_other.xlsx").form
    assert form is not None
    first, second = form.pages[0].items
    assert (first.type, second.type) == ("choice", "choice")
    assert first.options[-1] == Option("other", "Other")
    assert len(first.options) == len(second.options) + 1


def test_conditions_and_bounds_of_others_are_understood() -> None:
    survey = [
        ["type", "name", "label", "relevant", "constraint", "required"],
        ["select_one yn", "ill", "Ill?", "", "", "true()"],
        ["integer", "days", "For how long?", "${ill} = 'yes'", ". >= 0 and . <= 30", ""],
        ["text", "why", "Why?", "selected(${ill}, 'no')", "", "${ill} = 'no'"],
        ["text", "odd", "Odd?", "${days} > 3 and ${ill} = 'yes'", "", ""],
    ]
    choices = [["list_name", "name", "label"], ["yn", "yes", "Yes"], ["yn", "no", "No"]]
    found = from_workbook(workbook(survey=survey, choices=choices))
    assert found.form is not None
    ill, days, why, odd = found.form.pages[0].items
    assert ill.required
    assert (days.minimum, days.maximum, days.decimals) == (0, 30, 0)
    assert days.when == Condition("questions.ill", equals=("yes",))
    assert why.when == why.required_when == Condition("questions.ill", equals=("no",))
    assert odd.when is None
    assert [(loss.code, loss.where) for loss in found.losses] == [("expression", "survey line 5")]


HEAD = ["type", "name", "label"]
WRONG = {
    "import-sheet": {"other": [HEAD]},
    "import-column": {"survey": [["kind", "name"], ["text", "a"]]},
    "import-list": {"survey": [HEAD, ["select_one colours", "a", "A"]]},
    "import-name": {"survey": [HEAD, ["text", "a", "A"], ["text", "a", "A"]]},
    "import-group": {"survey": [HEAD, ["begin group", "g", "G"], ["text", "a", "A"]]},
    "import-empty": {"survey": [HEAD, ["note", "a", "A"]]},
    "import-kept": {"survey": [[*HEAD, KEPT], ["text", "a", "A", "not ours"]]},
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_has_a_code(code: str) -> None:
    found = from_workbook(workbook(**WRONG[code]))
    assert codes(found) == {code}
    assert found.form is None


def test_what_is_not_ours_in_the_settings_is_told_as_well() -> None:
    settings_ = [["form_id", KEPT], ["f", "not ours"]]
    found = from_workbook(workbook(survey=[HEAD, ["text", "a", "A"]], settings=settings_))
    assert codes(found) == {"import-kept"}


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(from_workbook(b"x" * 5_000_001)) == {"import-too-large"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert codes(from_workbook(packed.getvalue())) == {"import-too-large"}
    monkeypatch.setattr(sheets, "MAX_CELLS", 1_000)
    wide = workbook(survey=[HEAD, *([["text"] * 150] * 10)])
    assert codes(from_workbook(wide)) == {"import-too-large"}


def test_a_row_below_many_empty_ones_is_read_with_its_number() -> None:
    gap = [["question", "group"], ["first", "A"], *([[None, None]] * 300), ["second", "B"]]
    [first, second] = read_sheets(workbook(answers=gap))["answers"]
    assert (first["question"], first["#"]) == ("first", "2")
    assert (second["question"], second["#"]) == ("second", "303")


def test_rows_without_end_are_refused_and_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 100)
    gap = [["question"], *([[None]] * 120), ["last"]]
    with pytest.raises(LlticError) as error:
        read_sheets(workbook(answers=gap))
    assert error.value.codes == ("import-too-large",)
    assert "Delete the empty rows" in str(error.value)


# -- what nobody would send ---------------------------------------------------------------------

CELLS = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            *("text", "integer", "select_one a", "select_multiple a or_other", "begin group"),
            *("end group", "begin repeat", "end repeat", "note", "date", "calculate", "a", "b"),
            *("a.missing", "${a} = 'b'", "selected(${a}, 'b')", "((((", ". >= 3 and . <= x"),
            *('{"label":["a","b"]}', '{"type":["line","repeat"]}', '{"items":[null,[1]]}', "[[[["),
            '{"id":["a","../../etc/passwd"]}',
        ]
    ),
)
TABLES = st.lists(st.lists(CELLS, min_size=9, max_size=9), max_size=8)
COLUMNS = [
    "type",
    "name",
    "label",
    "hint",
    "relevant",
    "required",
    "constraint",
    "appearance",
    KEPT,
]


@settings(SLOWLY, max_examples=40)
@given(TABLES, TABLES, TABLES)
def test_tables_of_anything_are_answered_in_time(survey, choices, settings_) -> None:
    sheets = {
        "survey": (COLUMNS, [dict(zip(COLUMNS, row, strict=True)) for row in survey]),
        "choices": (
            ["list_name", "name", "label"],
            [dict(zip(["list_name", "name", "label"], row[:3], strict=True)) for row in choices],
        ),
        "settings": (["form_id", KEPT], [{"form_id": r[1], KEPT: r[8]} for r in settings_]),
    }
    document = write_sheets(
        "x",
        {
            n: (h, [{k: v[:32_000] for k, v in r.items()} for r in rows])
            for n, (h, rows) in sheets.items()
        },
    )
    answered(document)


@settings(SLOWLY, max_examples=40)
@given(st.data())
@example(None)
def test_damaged_files_are_answered_in_time(data) -> None:
    whole = bytearray(to_workbook(SHIPPED[0]).document)
    if data is None:
        return answered(b"")
    for _ in range(data.draw(st.integers(1, 20))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    return answered(bytes(whole[: data.draw(st.integers(1, len(whole)))]))


@pytest.mark.parametrize(
    "expression", ["(" * 30_000, "a or " * 6_000, " " * 30_000 + "and", "'" * 30_001]
)
def test_a_long_expression_does_not_hold_anybody_up(expression: str) -> None:
    row = ["text", "a", "A", expression, expression, expression]
    head = [*HEAD, "relevant", "required", "constraint"]
    answered(workbook(survey=[head, row]))


def answered(document: bytes) -> None:
    """Read a file: a form that makes sense or problems with codes, and soon."""
    with nobody_held_up():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = from_workbook(document)
    if found.form is None:
        assert all(re.fullmatch(r"(import|form|definition)-[a-z-]+", c) for c in codes(found))
        assert found.problems
    else:
        assert list(problems_of(found.form, "x")) == []


def test_a_repeat_keeps_its_place_and_its_questions() -> None:
    inner = (
        Item("what", "line", "What?"),
        Item("harm", "choice", "Harm?", options=(Option("y", "Yes"),)),
    )
    items = (Item("a", "line", "A"), Item("list", "repeat", "List", items=inner, entry="problem"))
    form = Form("f", "1", "F", "s", "w", {}, (Page("p", "P", (*items, Item("z", "line", "Z"))),))
    survey = read_sheets(to_workbook(form).document)["survey"]
    assert [row["type"] for row in survey] == [
        *("begin_group", "text", "begin_repeat", "text", "select_one p.list.harm"),
        *("end_repeat", "text", "end_group"),
    ]
    assert from_workbook(to_workbook(form).document).form == form
