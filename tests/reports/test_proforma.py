"""A form on paper: every question is on it, with its boxes, and nothing in it can do anything."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from lltic.cli.form_paper import on_paper
from lltic.definitions import names
from lltic.errors import LlticError
from lltic.form import load_form
from lltic.reports.proforma import Box, Proforma, Question, Section, write_proforma
from lltic.reports.proforma_pdf import print_pdf


def printed(folder: Path, proforma: Proforma) -> str:
    write_proforma(folder / "form.html", proforma)
    return (folder / "form.html").read_text("utf-8")


def words(page: str) -> str:
    text = re.sub(r"<(style|title)>.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def of(name: str) -> Proforma:
    return on_paper(load_form(name))


@pytest.mark.parametrize("name", names("form"))
def test_everything_a_reviewer_reads_on_screen_is_on_paper(name: str, tmp_path: Path):
    loaded = load_form(name)
    page = words(printed(tmp_path, on_paper(loaded)))
    for form_page in loaded.model.pages:
        assert {form_page.title, form_page.caption, form_page.hint} <= {
            "",
            *pieces(page, form_page),
        }
    for path, item in loaded.model.questions():
        said = [item.label, item.hint, *(item.missing_labels or {}).values()]
        said += [text for option in item.options for text in (option.label, option.hint)]
        for text in said:
            assert " ".join(text.split()) in page, f"{path}: {text}"
    for scale in loaded.model.scales.values():
        assert all(f"{p.value} {p.label} {p.means}" in page for p in scale.points)
    assert loaded.hash in page and loaded.ref in page


def pieces(page: str, form_page) -> list[str]:
    said = (form_page.title, form_page.caption, form_page.hint)
    return [text for text in said if " ".join(text.split()) in page]


def test_a_condition_names_the_question_by_number_and_words(tmp_path: Path):
    page = words(printed(tmp_path, of("relatives_experience")))
    assert "Only if “Yes” is ticked in question 1." in page
    assert "Only if “Yes, and it is not a grave one to them” or “Yes, a grave one”" in page
    (number,) = set(re.findall(r"(\d+\.\d) Do they have the answer\?", page))
    (told,) = set(
        re.findall(r"When were they told\? Only if “Yes” is ticked in (\S+ \S+)\. ", page)
    )
    assert told == f"question {number}"


def test_entries_are_printed_three_times_and_say_how_to_go_on(tmp_path: Path):
    page = words(printed(tmp_path, of("relatives_experience")))
    assert page.count("What do they ask?") == 3
    assert "Question 3" in page and "Question 4" not in page
    assert "copy this sheet for more (up to 30)" in page


def test_each_kind_has_its_place_to_answer(tmp_path: Path):
    page = printed(tmp_path, of("primary_care_review"))
    assert "a whole number from 0 to 500 contacts" in page
    assert "as exactly as known; the year alone will do" in page
    assert page.count('class="cells"') == 3 * sum(
        (3 if "." in path.partition(".")[2] else 1)
        for path, item in load_form("primary_care_review").model.questions()
        if item.type == "date"
    )


def test_a_side_of_a_joint_form_is_named(tmp_path: Path):
    page = words(printed(tmp_path, of("lltic_joint")))
    assert "For primary care" in page and "For secondary care" in page


HOSTILE = "</style><script>alert(1)</script>\"'}"


def test_what_a_form_says_stays_text(tmp_path: Path):
    question = Question("1", "boxes", HOSTILE, HOSTILE, (Box(HOSTILE, HOSTILE),), (HOSTILE,))
    hostile = Proforma(HOSTILE, HOSTILE, HOSTILE, (Section(HOSTILE, (question,)),), HOSTILE)
    page = printed(tmp_path, hostile)
    assert "<script" not in page
    assert page.count("<style>") == page.count("</style>") == 1
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style and style[1].count("{") == style[1].count("}")


def test_a_page_asks_nobody_for_anything(tmp_path: Path):
    page = printed(tmp_path, of("sjr"))
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|<img|src=|https?://", page)


def test_the_same_form_gives_the_same_bytes(tmp_path: Path):
    assert printed(tmp_path, of("sjr")) == printed(tmp_path, of("sjr"))


def test_a_browser_that_prints_nothing_is_named(tmp_path: Path):
    page = tmp_path / "form.html"
    page.write_text("<p>form")
    for browser in ("true", str(tmp_path / "nothing")):
        with pytest.raises(LlticError) as told:
            print_pdf(page, tmp_path / "form.pdf", browser)
        assert told.value.codes == ("cannot-print",)
    assert not (tmp_path / "form.pdf").exists()


def test_each_sheet_of_the_pdf_names_the_form_and_its_number(tmp_path: Path, chromium: str):
    import pypdfium2

    loaded = load_form("after_action_review")
    write_proforma(tmp_path / "form.html", on_paper(loaded))
    print_pdf(tmp_path / "form.html", tmp_path / "form.pdf", chromium)
    pdf = pypdfium2.PdfDocument(tmp_path / "form.pdf")
    sheets = [pdf[n].get_textpage().get_text_range() for n in range(len(pdf))]
    assert len(sheets) > 2
    for number, text in enumerate(sheets, 1):
        assert loaded.ref in text
        assert f"Page {number} of {len(sheets)}" in text
    pdf.close()
