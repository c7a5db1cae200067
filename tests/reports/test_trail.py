"""A figure can be followed: theme, coded words, judgement, passage of the notes, document, page."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import coordinate_from_string

from lltic.cli.report_questions import questions_of
from lltic.form import Form, Item, Option, Page, load_form
from lltic.records import Citation, Coding, Judgement
from lltic.reports import Facts, all_sheets, write_paper, write_workbook
from lltic.reports.asked import Asked, Questions, Repeated
from lltic.reports.tables import Sheet
from lltic.reports.trail import Behind, Trail

REVIEW, CASE = "CASE1-00001-1", "CASE1-00001"
WORDS = "Antibiotics came after nine hours; nobody had looked at the chart."
HARM = {"yes": "Yes, it led to harm", "no": "No"}
HASH = "c" * 64


def asked(path: str, label: str, words: dict[str, str] | None = None) -> Asked:
    section = {"problems": "Problems in care", "overall": "Overall care"}[path.partition(".")[0]]
    return Asked(path, section, label, words or {}, {"not_known": "nobody can tell"})


KIND = asked("problems.list.kind", "Kind", {"drug": "Medicines", "fall": "A fall"})
DID_HARM = asked("problems.list.harm", "Did it lead to harm?", HARM)
WHAT = asked("problems.list.what", "What happened?")
QUESTIONS = Questions(
    (
        asked("overall.judgement", "Your judgement"),
        asked("problems.any", "Any problems?", {"yes": "Yes"}),
        asked("problems.list", "Problems"),
        KIND,
        DID_HARM,
        WHAT,
        asked("problems.after", "What follows?"),
    ),
    (Repeated("problems.list", "Problems: which?", "problem", (KIND, DID_HARM, WHAT)),),
)


def judgement(item: str, value: object, missing: str = "") -> Judgement:
    return Judgement(REVIEW, CASE, "r1", 1, "sjr", "f" * 64, item, value, missing, 900)


SAID = (
    judgement("problems.any", "yes"),
    judgement("problems.list", ["zz", "a1"]),
    judgement("problems.list.zz.kind", "drug"),
    judgement("problems.list.zz.harm", "yes"),
    judgement("problems.list.zz.what", WORDS),
    judgement("problems.list.a1.kind", "fall"),
    judgement("problems.list.a1.harm", None, "not_known"),
    judgement("problems.list.a1.what", None, "missing"),
    judgement("problems.after", None, "not_reached"),
)


def cited(item: str, page: int, seq: int, review: str = REVIEW) -> Citation:
    text = f"Passage {seq}"
    case = review.rpartition("-")[0]
    found = (f"c{seq}", review, case, item, "doc-7", HASH, page, 20, 29, text, "", seq)
    return Citation(*found)


def coded(theme: str, start: int, end: int, coder: str, text: str = WORDS) -> Coding:
    digest = hashlib.sha256(text.encode()).hexdigest()
    item = "problems.list.zz.what"
    book = ("lltic-12", "e" * 64, 1)
    return Coding(
        f"{theme}{coder}{start}", REVIEW, CASE, item, theme, start, end, digest, coder, *book
    )


@pytest.fixture(scope="module")
def followed(facts: Facts) -> Facts:
    first = next(n for n, j in enumerate(facts.judgements) if j.review_id == REVIEW)
    said = (*facts.judgements[: first + 2], *SAID, *facts.judgements[first + 2 :])
    return replace(
        facts,
        judgements=said,
        questions=QUESTIONS,
        citations=(
            cited("problems.list.a1.kind", 3, 1),
            cited("problems.list.zz.what", 41, 2),
            cited("problems.list.gone1.what", 5, 3),
            cited("overall.judgement", 7, 4),
            cited("problems.list.zz.what", 12, 5),
            cited("overall.judgement", 1, 6, "CASE9-09999-1"),  # a review that is not in
        ),
        codings=(
            coded("medication", 0, 33, "ann"),
            coded("medication", 0, 33, "ben"),
            coded("dnar", 35, 40, "ann"),
            coded("medication", 40, 50, "ben", "another text"),
        ),
        theme_labels={"medication": "Medication", "dnar": "Resuscitation decisions"},
        documents={"doc-7": "Drug chart"},
    )


@pytest.fixture(scope="module")
def sheets(followed: Facts) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in all_sheets(followed)}


def test_an_item_that_repeats_has_a_sheet_with_a_row_per_entry(sheets: dict[str, Sheet]) -> None:
    made = sheets["Problems which"]
    assert [column.title for column in made.columns][4:7] == [
        "Kind",
        "Did it lead to harm?",
        WHAT.label,
    ]
    assert made.rows == (
        (CASE, "Reviewer 1", 1, "zz", "Medicines", HARM["yes"], WORDS, "2 passages"),
        (CASE, "Reviewer 1", 2, "a1", "A fall", "[nobody can tell]", None, "1 passage"),
    )


def test_other_answers_have_a_row_each_and_what_was_not_asked_has_none(
    sheets: dict[str, Sheet],
) -> None:
    mine = [row for row in sheets["Answers"].rows if row[0] == CASE]
    assert mine == [(CASE, "Reviewer 1", "Problems in care", "Any problems?", "Yes", "", None)]


def test_evidence_is_in_the_order_of_the_form_with_document_page_and_hash(
    sheets: dict[str, Sheet],
) -> None:
    rows = sheets["Evidence"].rows
    assert [(row[2], row[4], row[5]) for row in rows] == [
        ("Overall care: Your judgement", 7, "Passage 4"),
        ("Problems in care: What happened? (problem 1)", 41, "Passage 2"),
        ("Problems in care: What happened? (problem 1)", 12, "Passage 5"),
        ("Problems in care: Kind (problem 2)", 3, "Passage 1"),
        ("Problems in care: What happened? (problem, taken away since)", 5, "Passage 3"),
    ]
    assert rows[0][:2] == (CASE, "Reviewer 1")
    assert rows[0][3] == "Drug chart"
    assert rows[0][6:] == ("21 to 29", "doc-7", HASH)


def test_nobody_is_named(sheets: dict[str, Sheet]) -> None:
    cells = {str(cell) for sheet in sheets.values() for row in sheet.rows for cell in row}
    assert not cells & {"r1", "r2", "ann", "ben"}


def test_coded_words_are_told_once_however_many_coders(sheets: dict[str, Sheet]) -> None:
    where = "Problems in care: What happened? (problem 1)"
    start = (CASE, "Reviewer 1", where)
    assert sheets["Coded passages"].rows == (
        ("Medication", *start, WORDS[:33], None, 2, "2 passages"),
        ("Medication", *start, "The text was changed after it was coded.", None, 1, "2 passages"),
        ("Resuscitation decisions", *start, WORDS[35:40], None, 1, "2 passages"),
    )


def read(path: Path, sheets: dict[str, Sheet], facts: Facts):
    write_workbook(path, list(sheets.values()), title="T", footer="F", made_at=facts.made_at)
    return load_workbook(path)


def follow(book, cell):
    """Return the row a cell leads to."""
    sheet, _, place = cell.hyperlink.location.rpartition("!")
    column, row = coordinate_from_string(place)
    assert (column, cell.hyperlink.target) == ("A", None)
    return list(book[sheet.strip("'")][row])


def cell_of(book, sheet: str, text: str):
    return next(
        c for row in book[sheet].iter_rows() for c in row if c.value == text and c.hyperlink
    )


def test_a_theme_is_followed_to_document_and_page_and_back(
    sheets: dict[str, Sheet], followed: Facts, tmp_path: Path
) -> None:
    """Also past a text so long that it takes two rows."""
    early = sheets["Evidence"]
    long = tuple(
        (*row[:5], "x" * 40_000, *row[6:]) if n == 0 else row for n, row in enumerate(early.rows)
    )
    book = read(tmp_path / "w.xlsx", {**sheets, "Evidence": replace(early, rows=long)}, followed)
    words = follow(book, cell_of(book, "Themes", "Medication"))
    assert words[4].value == WORDS[:33]
    passage = follow(book, words[7])
    assert [c.value for c in passage[3:6]] == ["Drug chart", 41, "Passage 2"]
    judged = follow(book, passage[2])
    assert judged[6].value == WORDS
    assert [c.value for c in follow(book, judged[7])] == [c.value for c in passage]
    scored = next(r for r in book["Scores"].iter_rows() if r[7].value == "1 passage")
    assert follow(book, scored[7])[5].value == "x" * 32_767


def test_every_link_leads_to_a_row_about_the_same_case(
    sheets: dict[str, Sheet], followed: Facts, tmp_path: Path
) -> None:
    book = read(tmp_path / "w.xlsx", sheets, followed)
    links = [
        (row, cell)
        for page in book
        if page.title != "Themes"
        for row in page.iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    assert len(links) == sum(len(s.links) for s in sheets.values() if s.name != "Themes") > 8
    for row, cell in links:
        assert CASE in [c.value for c in row]
        assert CASE in [c.value for c in follow(book, cell)]


def test_the_paper_counts_and_does_not_quote(followed: Facts, tmp_path: Path) -> None:
    write_paper(tmp_path / "p.html", followed)
    page = (tmp_path / "p.html").read_text("utf-8")
    share = "11 of 40 (28\xa0%; 16 to 43\xa0%)"
    assert f"<td>Medication</td><td>{share}</td><td>2</td><td>2</td>" in page
    assert "sheets Coded passages and Evidence" in page
    assert WORDS[:20] not in page and "Passage " not in page and CASE not in page


def test_under_a_profile_the_trail_ends_at_the_study(
    followed: Facts, public_facts: Facts, tmp_path
) -> None:
    public = replace(followed, profile=public_facts.profile)
    assert not {"Evidence", "Answers", "Coded passages"} & {s.name for s in all_sheets(public)}
    write_paper(tmp_path / "p.html", public)
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "stay with the study" in page and "<td>*</td><td>*</td></tr>" in page


def test_what_stands_behind_a_theme(followed: Facts) -> None:
    trail = Trail(followed)
    assert trail.behind("medication") == Behind(2, 2)
    assert trail.behind("antibiotics") == Behind(0, 0)


def test_sheets_of_the_same_name_are_told_apart(facts: Facts) -> None:
    one = Asked("p.a.q", "P", "Q")
    titles = ("Evidence", "Evidence", "[a/b]*", "A" * 60, "a" * 60)
    many = tuple(Repeated(f"p.{n}", title, "one", (one,)) for n, title in enumerate(titles))
    names = [s.name for s in all_sheets(replace(facts, questions=Questions((one,), many)))]
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) <= 31
    assert names[6:11] == ["Evidence 2", "Evidence 3", "a b", "A" * 31, f"{'a' * 27} 2"]


def test_a_form_gives_its_words_to_the_reports() -> None:
    found = questions_of(load_form("sjr").model)
    score = found.place("admission.score").asked
    assert score.say(1).startswith("1 ")
    assert score.section == load_form("sjr").model.pages[1].title
    harm = found.place("problems.medication.harm").asked
    assert harm.say("probably") == "Probably"
    assert found.place("nothing.here").asked.label == "nothing.here"


def test_a_question_of_entries_has_its_page_and_its_unit() -> None:
    dose = Item("dose", "number", "Dose", unit="mg")
    kinds = Item("k", "choices", "Kinds", options=(Option("a", "An A"), Option("b", "A B")))
    group = Item("list", "repeat", "Drugs", items=(dose, kinds), entry="drug")
    form = Form("f", "1", "F", "s", "w", {}, (Page("p", "Medicines", (group,)), Page("q", "Q", ())))
    found = questions_of(form)
    place = found.place("p.list.x1.dose")
    assert (place.entry_id, place.asked.section, place.asked.label) == (
        "x1",
        "Medicines",
        "Dose (mg)",
    )
    assert place.asked.say(2.5) == 2.5
    assert found.place("p.list.x1.k").asked.say(["b", "a"]) == "A B; An A"
    assert found.place("p.list.x1.k").asked.say([]) == "None"
    assert [one.path for one in found.repeated[0].asked] == ["p.list.dose", "p.list.k"]
