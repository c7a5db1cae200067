"""The paper of an exercise: what was said leads to what is recommended, and back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from accessible import FULL, QUICK, faults
from openpyxl import load_workbook
from playwright.sync_api import Page, sync_playwright

from lltic.reports.exercise import write_exercise_paper
from lltic.reports.exercise_facts import NOT_QUOTED, ExerciseFacts
from lltic.reports.exercise_sheets import exercise_sheets
from lltic.reports.workbook import write_workbook
from lltic.themes import load_codebook
from lltic.themes.exercise import (
    Coded,
    Passage,
    Synthesis,
    Text,
    check,
    load_exercise,
    load_synthesis,
)
from lltic.themes.exercise.example import NAME, example_answers, example_codings, example_synthesis
from lltic.themes.exercise.texts import text_id

LOOKS = (*QUICK, *(look for look in FULL if look.name in ("400 %", "by keyboard, 320 px")))
EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> ExerciseFacts:
    exercise = load_exercise(NAME)
    book = load_codebook(exercise.model.codebook)
    file = tmp_path_factory.mktemp("s") / "synthesis.yml"
    file.write_text(example_synthesis(), "utf-8")
    return ExerciseFacts(
        title="Make-believe",
        synthetic=True,
        version="0",
        made_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        exercise=exercise,
        codebook=book,
        texts=example_answers(exercise.model)[0],
        coded=example_codings(exercise.model, book),
        synthesis=load_synthesis(file),
        files=(("answers.csv", "ab" * 32),),
    )


def page_of(facts: ExerciseFacts, tmp_path: Path) -> str:
    write_exercise_paper(tmp_path / "paper.html", facts)
    return (tmp_path / "paper.html").read_text("utf-8")


def words(html: str) -> str:
    text = re.sub(r"<(style|title)>.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    return " ".join(text.split())


def test_the_example_holds_together(facts: ExerciseFacts):
    model, book = facts.exercise.model, facts.codebook.model
    assert check(facts.synthesis, model, book, facts.passages) == []


def test_every_cross_reference_leads_somewhere_and_no_id_stands_twice(facts, tmp_path):
    html = page_of(facts, tmp_path)
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))
    assert max(ids.values()) == 1
    links = re.findall(r'href="#([^"]+)"', html)
    assert set(links) <= set(ids)
    assert not re.findall(r'href="(?!#)', html)
    assert facts.cited.keys() <= set(links)


def test_from_each_recommendation_to_its_words_and_back(facts, tmp_path):
    html = page_of(facts, tmp_path)
    for r in facts.synthesis.recommendations:
        card = re.search(rf'<section class="card" id="{r.id}".*?</section>', html, re.DOTALL)
        assert card
        for key in (*r.by, *facts.because_of[r.id], *facts.evidence[r.id]):
            assert f'href="#{key}"' in card[0]
    for key, entries in facts.cited.items():
        quote = re.search(rf'<blockquote id="{key}">.*?</blockquote>', html, re.DOTALL)
        assert quote
        assert all(f'href="#{entry}"' in quote[0] for entry in entries)
        passage = next(p for p in facts.passages if p.passage_id == key)
        assert passage.words in words(quote[0]).replace("&#39;", "'")
    for o in facts.synthesis.opportunities:
        card = re.search(rf'<section class="card" id="{o.id}".*?</section>', html, re.DOTALL)
        assert card
        assert all(f'href="#{key}"' in card[0] for key in facts.taken_up_by[o.id])


def test_a_recommendation_goes_back_to_the_words_of_its_opportunities_and_challenges(facts):
    s = facts.synthesis
    r2 = next(r for r in s.recommendations if r.id == "R2")
    assert r2.by == ("O1", "O4")
    assert facts.because_of["R2"] == ("C1", "C4")
    on = {e.id: set(e.rests_on) for e in s.resting}
    assert set(facts.evidence["R2"]) == on["O1"] | on["O4"] | on["C1"] | on["C4"]


def test_the_counts_are_those_of_the_voices(facts: ExerciseFacts, tmp_path: Path):
    text = words(page_of(facts, tmp_path))
    assert "20 people (answers before the event)" not in text  # the figure stands first
    row = next(r for r in facts.by_group if (r.question, r.key) == ("obstacles", "G1"))
    assert row.by == {"pre_event": (5, 19), "focus_group": (3, 4)}
    assert "G1 Investigations that teach 5 of 19 3 of 4" in text
    assert "Answers before the event: 19 of 20 answered. Focus groups: 4 of 4 answered." in text


def test_what_was_left_says_why(facts: ExerciseFacts, tmp_path: Path):
    text = words(page_of(facts, tmp_path))
    left = [e.left for e in facts.synthesis.resting if e.left]
    assert len(left) == 2
    assert all(" ".join(why.split()) in text.replace("&#39;", "'") for why in left)


def test_a_small_group_is_not_named_beside_its_words(facts: ExerciseFacts, tmp_path: Path):
    html = page_of(facts, tmp_path)
    said = re.findall(r'<p class="by">([^<]*?) ·', html)
    assert any("Acute hospital" in one for one in said)
    assert not any("Ambulance" in one or "Patients" in one for one in said)
    model = replace(facts.exercise.model, name_groups_from=1)
    named = replace(facts, exercise=replace(facts.exercise, model=model))
    said = re.findall(r'<p class="by">([^<]*?) ·', page_of(named, tmp_path))
    assert any("Patients" in one for one in said)


def test_a_name_left_out_does_not_tell_whose_words_they_are(facts: ExerciseFacts):
    """One voice of one group, all others of groups that are named: silence would be its name."""

    def said(**voices: int) -> dict[str, str]:
        texts = [
            Text(f"{group}{n}", "pre_event", group, f"{group}{n}", "how", "Ask.")
            for group, times in voices.items()
            for n in range(times)
        ]
        here = replace(facts, texts=tuple(texts))
        return {t.group: here.said_by(Passage("p", t, 0, 3, ())) for t in texts}

    alone = "Answers before the event"
    assert said(hospital=9, community=5, ambulance=1) == {
        "hospital": f"{alone}, Acute hospital",
        "community": alone,
        "ambulance": alone,
    }
    assert set(said(hospital=9, ambulance=1).values()) == {alone}
    assert said(hospital=5, ambulance=3, community=2)["hospital"] == f"{alone}, Acute hospital"
    assert said(hospital=5)["hospital"] == f"{alone}, Acute hospital"


def test_words_of_a_source_that_may_not_be_quoted_leave_by_no_way(facts, tmp_path):
    model = facts.exercise.model
    sources = tuple(replace(s, quote=s.id != "focus_group") for s in model.sources)
    model = replace(model, sources=sources)
    quiet = replace(facts, exercise=replace(facts.exercise, model=model))
    html = page_of(quiet, tmp_path)
    sheets = exercise_sheets(quiet)
    write_workbook(tmp_path / "b.xlsx", sheets, title="t", footer="f", made_at=facts.made_at)
    cells = repr([sheet.rows for sheet in sheets])
    theirs = [p.words for p in quiet.passages if p.text.source == "focus_group"]
    assert len(theirs) > 20
    assert not [w for w in theirs if w in html or w in cells]
    assert NOT_QUOTED in html
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'\sid="([^"]+)"', html))


def hostile(facts: ExerciseFacts) -> ExerciseFacts:
    """Return facts in which everything that people write is meant ill."""
    text = facts.texts[0]
    said = f"=cmd|' /C calc'!A0 {EVIL}\u202e " + "x" * 900
    evil = Text(
        text_id(text.source, text.sheet, text.question, said),
        *(text.source, text.group, text.sheet, text.question, said),
    )
    coding = next(c for c in facts.coded.codings if c.review_id == text.text_id)
    laid = replace(coding, review_id=evil.text_id, source_hash=evil.hash, start=0, end=len(said))
    rest = tuple(c for c in facts.coded.codings if c.review_id != text.text_id)
    s = facts.synthesis
    return replace(
        facts,
        title=EVIL,
        texts=(evil, *facts.texts[1:]),
        coded=Coded((laid, *rest), facts.coded.read | {evil.text_id}),
        synthesis=replace(
            s,
            note=EVIL,
            groups=tuple(replace(g, label=EVIL) for g in s.groups),
            challenges=tuple(replace(c, text=EVIL) for c in s.challenges),
            recommendations=tuple(replace(r, owner=EVIL, text="=1+1") for r in s.recommendations),
        ),
        unfinished=(EVIL,),
        files=((EVIL, "ab" * 32),),
    )


def test_hostile_words_are_words(facts: ExerciseFacts, tmp_path: Path):
    html = page_of(hostile(facts), tmp_path)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in html
    assert "[…]" in html
    book = tmp_path / "b.xlsx"
    sheets = exercise_sheets(hostile(facts))
    write_workbook(book, sheets, title="t", footer="f", made_at=facts.made_at)
    cells = [c for sheet in load_workbook(book) for row in sheet for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    assert any(str(c.value).startswith("=cmd|") for c in cells)


def test_before_anything_is_drawn_up_it_says_so(facts: ExerciseFacts, tmp_path: Path):
    html = page_of(replace(facts, synthesis=Synthesis(), unfinished=("Much.",)), tmp_path)
    text = words(html)
    assert "Nothing has been recommended yet." in text
    assert "Draft." in text
    assert "Incidents across boundaries 4 of 14 1 of 4" in text
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'\sid="([^"]+)"', html))


def test_before_anything_is_coded(facts: ExerciseFacts, tmp_path: Path):
    bare = replace(facts, coded=Coded(), synthesis=Synthesis())
    text = words(page_of(bare, tmp_path))
    assert text.count("Nothing has been coded to this question yet.") == 4
    assert text.count("cannot be compared: one raised nothing.") == 4


def test_a_draft_with_dangling_ids_still_stands(facts: ExerciseFacts, tmp_path: Path):
    s = facts.synthesis
    odd = replace(
        s,
        challenges=(replace(s.challenges[0], groups=("G9",), rests_on=("p0000000000",)),),
        opportunities=(replace(s.opportunities[0], answers=("C9",), builds_on=("G8",)),),
        recommendations=(replace(s.recommendations[0], by=("O9",), organisations=("moon",)),),
        left_codes={"nonsense": "because"},
    )
    html = page_of(replace(facts, synthesis=odd, unfinished=("x",)), tmp_path)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'\sid="([^"]+)"', html))
    assert exercise_sheets(replace(facts, synthesis=odd))


def test_the_same_facts_give_the_same_bytes(facts: ExerciseFacts, tmp_path: Path):
    assert page_of(facts, tmp_path) == page_of(facts, tmp_path)
    books = []
    for name in ("a.xlsx", "b.xlsx"):
        sheets = exercise_sheets(facts)
        write_workbook(tmp_path / name, sheets, title="t", footer="f", made_at=facts.made_at)
        books.append((tmp_path / name).read_bytes())
    assert books[0] == books[1]


def test_the_workbook_has_every_count_and_every_reference(facts: ExerciseFacts):
    sheets = {sheet.name: sheet for sheet in exercise_sheets(facts)}
    assert len(sheets["Subjects"].rows) == len(facts.by_code)
    assert len(sheets["Passages"].rows) == len(facts.passages)
    edges = {(row[0], row[2]) for row in sheets["Cross-references"].rows}
    entries = [*facts.synthesis.recommendations, *facts.synthesis.resting]
    assert edges == {(e.id, key) for e in entries for key in facts.links.down[e.id]}
    assert sum(int(row[3]) for row in sheets["Who took part"].rows) == len(facts.texts)
    for (row, _), (name, there) in sheets["Cross-references"].links.items():
        assert sheets[name].rows[there][0] == sheets["Cross-references"].rows[row][2]
    assert all(len(name) <= 31 for name in sheets)


@pytest.fixture(scope="module")
def browser_page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_everybody_can_read_it(facts: ExerciseFacts, browser_page: Page, axe, tmp_path: Path):
    page_of(facts, tmp_path)
    browser_page.goto((tmp_path / "paper.html").as_uri())
    assert faults(browser_page, "paper", LOOKS) == []


def test_hostile_words_do_nothing_in_a_browser(facts, browser_page: Page, tmp_path: Path):
    page_of(hostile(facts), tmp_path)
    said: list[str] = []
    browser_page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    browser_page.on("request", lambda request: said.append(request.url))
    browser_page.goto((tmp_path / "paper.html").as_uri())
    browser_page.wait_for_timeout(200)
    assert said == [(tmp_path / "paper.html").as_uri()]
    for width in (1366, 390):
        browser_page.set_viewport_size({"width": width, "height": 800})
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
