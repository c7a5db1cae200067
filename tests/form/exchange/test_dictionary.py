"""The data dictionary: every question, what its answer can be, and when it is asked."""

from __future__ import annotations

import io
import zipfile

import pytest
from fhir_cases import EVERYTHING
from hostile_forms import with_text
from openpyxl import load_workbook
from payloads import FORMULAS

from lltic.definitions import names
from lltic.form import Condition, Form, Item, Option, Page, load_form
from lltic.form.exchange.dictionary import TARGET, rows, to_workbook

SHIPPED = [load_form(name).model for name in names("form")]


@pytest.mark.parametrize("form", [*SHIPPED, EVERYTHING], ids=lambda form: form.name)
def test_every_question_stands_in_it_once_and_in_order(form: Form) -> None:
    wanted = []
    for path, _, item in form.items():
        wanted += [path, *(f"{path}.*.{question.id}" for question in item.items)]
    assert [row.path for row in rows(form)] == wanted
    book = load_workbook(io.BytesIO(to_workbook(form, "0" * 64).document))
    page = book["Questions"]
    assert [page.cell(n, 1).value for n in range(2, page.max_row + 1)] == wanted
    assert "0" * 64 in [cell.value for line in book["Form"].iter_rows() for cell in line]


def test_a_scale_says_what_its_levels_mean_and_which_end_is_good() -> None:
    score = next(row for row in rows(load_form("sjr").model) if row.path == "admission.score")
    assert score.values.startswith("1 = Very poor: neither safe nor timely")
    assert len(score.values.splitlines()) == 5
    assert score.direction == "higher is better"
    assert score.missing.splitlines()[0] == (
        "not_applicable = this person had no such phase of care"
    )


ILL = Item("ill", "choice", "Ill?", options=(Option("y", "Yes"), Option("n", "No")))
SIGNS = Item("signs", "choices", "Signs", options=(Option("f", "Fever"), Option("r", "Rash")))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("p.ill", equals=("y",)), "if “Ill?” is “Yes”"),
        (Condition("p.ill", equals=("y", "n")), "if “Ill?” is “Yes” or “No”"),
        (Condition("p.signs", includes="r"), "if “Signs” includes “Rash”"),
        (Condition("p.ill", answered=True), "if “Ill?” has an answer"),
        (Condition("p.ill", answered=False), "if “Ill?” has no answer"),
    ],
)
def test_branching_is_told_in_words(condition: Condition, words: str) -> None:
    last = Item("last", "line", "Last", when=condition, required_when=condition)
    form = Form("f", "1", "F", "s", "w", {}, (Page("p", "P", (ILL, SIGNS, last)),))
    assert (rows(form)[-1].asked, rows(form)[-1].needed) == (words, words)


def test_numbers_dates_and_entries_say_what_they_take() -> None:
    inner = Item("when", "date", "When", precision=("day", "year"))
    items = (
        Item("age", "number", "Age", unit="years", minimum=0, maximum=125),
        Item("weight", "number", "Weight", unit="kg", decimals=1),
        Item("list", "repeat", "List", items=(inner,), entry="problem", at_most=3),
    )
    age, weight, listed, when = rows(Form("f", "1", "F", "s", "w", {}, (Page("p", "P", items),)))
    assert (age.type, age.unit, age.lowest, age.highest) == ("whole number", "years", "0", "125")
    assert weight.type == "number with up to 1 decimal place"
    assert listed.type == "up to 3 entries, each a problem"
    assert (when.type, when.asked) == (
        "date, known to the day or the year",
        "for each problem, always",
    )


@pytest.mark.parametrize("text", FORMULAS[:20], ids=range(20))
def test_no_word_becomes_a_formula(text: str) -> None:
    document = to_workbook(with_text(text)).document
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_it_is_written_and_not_read() -> None:
    assert TARGET.read is None
    assert TARGET.write(EVERYTHING, "x").document == to_workbook(EVERYTHING, "x").document
