"""The board paper says what the workbook says, and stands alone."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lltic.measures import wilson
from lltic.reports import Facts, all_sheets, write_paper


def page(facts: Facts, tmp_path: Path) -> str:
    write_paper(tmp_path / "paper.html", facts)
    return (tmp_path / "paper.html").read_text("utf-8")


def words(html: str) -> str:
    text = re.sub(r"<(style|title)>.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    return " ".join(text.replace("\xa0", " ").split())


def test_the_numbers_are_those_of_the_facts(facts: Facts, tmp_path: Path) -> None:
    text = words(page(facts, tmp_path))
    overall = facts.scores("overall")
    poor = {case for scores in overall.values() for case, score in scores.items() if score <= 2}
    expected = wilson(len(poor), 40)
    assert expected.low is not None
    assert expected.high is not None
    assert (
        f"{len(poor)} of 40 cases ({100 * expected.value:.0f} %; 95 % interval "
        f"{100 * expected.low:.0f} to {100 * expected.high:.0f} %)"
    ) in text
    kappa = facts.agreement[1].kappa
    assert kappa is not None
    assert f"Weighted kappa is {kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})" in text


def test_a_changed_judgement_changes_the_paper(facts: Facts, tmp_path: Path) -> None:
    before = page(facts, tmp_path)
    first = next(j for j in facts.judgements if j.item == "overall.score" and j.value > 2)
    changed = tuple(replace(j, value=1) if j is first else j for j in facts.judgements)
    assert page(replace(facts, judgements=changed), tmp_path) != before


def test_the_shares_at_each_score_add_up_to_all_cases(facts: Facts) -> None:
    overall = facts.overall
    assert overall is not None
    shares = facts.distribution(overall)
    assert {p: sum(e.numerator or 0 for e in s.values()) for p, s in shares.items()} == {
        1: 40,
        2: 36,
    }


def test_the_same_facts_give_the_same_bytes(facts: Facts, tmp_path: Path) -> None:
    assert page(facts, tmp_path) == page(facts, tmp_path)


def test_it_stands_alone_and_escapes(facts: Facts, tmp_path: Path) -> None:
    html = page(replace(facts, title='<script>alert("x")</script>'), tmp_path)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"(src|href)=\"(?!data:)", html)
    pictures = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", html)
    assert len(pictures) == 3
    assert all(b"<svg" in base64.b64decode(picture) for picture in pictures)
    assert len(re.findall(r"<img [^>]*alt=\"[^\"]{40,}\"", html)) == 3


@pytest.mark.parametrize(
    "said",
    [
        "did not judge whether a death was avoidable",
        "about 12 independent reviews",
        "kappa is low even when reviewers agree",
        "Reviews are completed for 40 of 50 cases",
        "Synthetic.",
        "record up to event 321 (abababababababab)",
        "disclosure profile none: a working file",
    ],
)
def test_it_says_what_the_figures_cannot(facts: Facts, tmp_path: Path, said: str) -> None:
    assert said in words(page(facts, tmp_path))


def test_under_a_profile_no_small_count_is_shown(public_facts: Facts, tmp_path: Path) -> None:
    html = page(public_facts, tmp_path)
    assert "<td>* of 40</td>" in html
    assert "<td>3 of 40" not in html
    assert "11 of 40" not in html
    assert "Antibiotics" in html


def test_before_any_review_it_says_so(facts: Facts, tmp_path: Path) -> None:
    empty = replace(facts, judgements=(), agreement=(), themes=(), reviews={})
    text = words(page(empty, tmp_path))
    assert "No review has been completed yet" in text
    assert "No case has been coded for themes yet" in text
    assert "Too few cases have two completed reviews" in text


def test_workbook_and_paper_show_the_same_theme_counts(facts: Facts, tmp_path: Path) -> None:
    html = page(facts, tmp_path)
    themes = next(sheet for sheet in all_sheets(facts) if sheet.name == "Themes")
    for label, phase, part, whole, *_ in themes.rows:
        if phase == "Anywhere":
            assert f"<td>{label}</td><td>{part} of {whole}" in html
