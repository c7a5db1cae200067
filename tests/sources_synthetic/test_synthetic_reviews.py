"""The planted reviews: whole, blind to none of the form's rules, spans exact, truth recoverable."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest

from lltic.form import load_form
from lltic.form.rules import check_complete
from lltic.records import to_plain
from lltic.sources.synthetic import SyntheticTrust
from lltic.sources.synthetic.mechanisms import THEMES
from lltic.sources.synthetic.truth import (
    ERROR,
    LEVELS,
    QUALITY,
    Truth,
    expected_kappa,
    expected_weighted_kappa,
    joint_scores,
    read_truth,
    reviewer_truths,
    score_chances,
)


def quadratic_kappa(first: np.ndarray, second: np.ndarray) -> float:
    table = np.zeros((5, 5))
    np.add.at(table, (first - 1, second - 1), 1)
    table /= table.sum()
    distance = (np.arange(5)[:, None] - np.arange(5)) ** 2
    chance = np.outer(table.sum(1), table.sum(0))
    return float(1 - (table * distance).sum() / (chance * distance).sum())


def pairs(trust: SyntheticTrust) -> np.ndarray:
    scores: dict[str, dict[int, int]] = defaultdict(dict)
    for review in trust.reviews():
        scores[review.person_id][review.position] = review.answers["overall.score"]["value"]
    return np.array([[s[1], s[2]] for s in scores.values()])


def test_every_review_is_a_whole_answer_to_the_form(trust: SyntheticTrust) -> None:
    form = load_form("sjr").model
    for review in trust.reviews():
        assert check_complete(form, review.answers) == []


def test_two_readers_per_reviewed_case_one_of_each_organisation(trust: SyntheticTrust) -> None:
    team = {p.name: p.organisation for p in trust.people}
    read = defaultdict(list)
    for review in trust.reviews():
        read[review.person_id].append(review)
    reviewed = [c.person_id for c in trust.truth.cases if c.reviewed]
    assert sorted(read) == sorted(reviewed)
    for both in read.values():
        assert sorted(r.position for r in both) == [1, 2]
        assert len({team[r.reviewer] for r in both}) == 2
    load = Counter(r.reviewer for r in trust.reviews())
    assert max(load.values()) - min(load.values()) <= 6


def test_open_cases_are_the_last_ones_and_nobody_read_them(trust: SyntheticTrust) -> None:
    ids = [c.person_id for c in trust.truth.cases if not c.reviewed]
    assert [o.person_id for o in trust.open_cases] == ids
    assert [c.reviewed for c in trust.truth.cases] == [True] * (400 - len(ids)) + [False] * len(ids)
    demo = [o for o in trust.open_cases if set(o.reviewers) == {"amira.khan", "ben.okoro"}]
    assert len(demo) == 6
    others = {n for o in trust.open_cases if o not in demo for n in o.reviewers}
    assert not others & {"amira.khan", "ben.okoro"}


def test_reviews_were_written_in_working_hours_one_at_a_time(trust: SyntheticTrust) -> None:
    by_reviewer = defaultdict(list)
    for review in trust.reviews():
        assert review.started_at.tzinfo is UTC
        assert review.started_at.weekday() < 5
        assert 8 <= review.started_at.hour < review.submitted_at.hour + 1 <= 18
        assert review.started_at.month in (10, 11)
        assert review.submitted_at.month in (10, 11)
        by_reviewer[review.reviewer].append(review)
    for reviews in by_reviewer.values():
        reviews.sort(key=lambda r: r.started_at)
        assert all(a.submitted_at < b.started_at for a, b in pairwise(reviews))


def test_no_two_judgements_are_alike(trust: SyntheticTrust) -> None:
    texts = Counter(
        a["value"]
        for r in trust.reviews()
        for item, a in r.answers.items()
        if item.endswith(".judgement") and "value" in a
    )
    assert len(texts) > 2_500
    assert [t for t, n in texts.items() if n > 1] == []


def test_a_coding_marks_words_of_its_text(trust: SyntheticTrust) -> None:
    codings = 0
    for review in trust.reviews():
        case = next(c for c in trust.truth.cases if c.person_id == review.person_id)
        for coding in review.codings:
            text = review.answers[coding.item]["value"]
            passage = text[coding.start : coding.end]
            assert 0 <= coding.start < coding.end <= len(text)
            assert passage == passage.strip()
            assert len(passage) > 5
            assert coding.start == 0 or text[coding.start - 1] == " "
            assert coding.theme in THEMES
            planted = case.concerns if coding.polarity == "problem" else case.strengths
            assert coding.theme in planted
            codings += 1
    assert codings > 2_000


def test_the_expected_kappa_by_hand_for_two_by_two() -> None:
    # Cohen 1968: with two levels, quadratic weights give plain kappa; 0.4 for this table.
    assert expected_weighted_kappa([[0.35, 0.15], [0.15, 0.35]]) == pytest.approx(0.4)


def test_the_chances_of_a_score_add_to_one() -> None:
    for person in reviewer_truths():
        for quality in LEVELS:
            assert sum(score_chances(quality, person)) == pytest.approx(1)
    assert sum(QUALITY.values()) == pytest.approx(1)
    assert sum(map(sum, joint_scores(reviewer_truths()))) == pytest.approx(1)


def test_the_expected_kappa_is_what_a_large_simulation_finds(trust: SyntheticTrust) -> None:
    """Drawn step by step as the model's words say, not from its table of chances."""
    rng = np.random.default_rng(11)
    n = 1_500_000
    quality = rng.choice(list(QUALITY), n, p=list(QUALITY.values()))
    people = reviewer_truths()
    ours = people[0].organisation
    teams = [[p for p in people if (p.organisation == ours) is side] for side in (True, False)]
    scores = []
    for team in teams:
        who = rng.integers(0, 4, n)
        up, down = (np.array([getattr(p, k) for p in team])[who] for k in ("up", "down"))
        error = rng.choice(list(ERROR), n, p=list(ERROR.values()))
        roll = rng.random(n)
        shift = np.where(roll < up, 1, np.where(roll < up + down, -1, 0))
        scores.append(np.clip(quality + error + shift, 1, 5))
    swap = rng.random(n) < 0.5
    first, second = np.where(swap, scores[1], scores[0]), np.where(swap, scores[0], scores[1])
    assert quadratic_kappa(first, second) == pytest.approx(expected_kappa(), abs=0.003)
    assert trust.truth.kappa_overall == expected_kappa()


def test_the_sample_agrees_with_the_population_within_its_interval(trust: SyntheticTrust) -> None:
    both = pairs(trust)
    rng = np.random.default_rng(5)
    draws = [both[rng.integers(0, len(both), len(both))] for _ in range(1_000)]
    kappas = [quadratic_kappa(d[:, 0], d[:, 1]) for d in draws]
    low, high = np.quantile(kappas, [0.025, 0.975])
    assert low < trust.truth.kappa_overall < high


def test_the_planted_themes_occur_as_often_as_planted(trust: SyntheticTrust) -> None:
    assert [t.theme for t in trust.truth.themes] == list(THEMES)
    for theme in trust.truth.themes:
        counts = (
            (theme.present, theme.n_present, theme.n_cases),
            (theme.told, theme.n_told, theme.n_reviewed),
            (theme.mentioned, theme.n_mentioned, theme.n_reviewed),
        )
        for chance, count, n in counts:
            assert 0 < chance < 1
            # a normal bound of 3.3 standard errors: two-sided 0.001 for each of 36 counts
            assert abs(count - n * chance) < 3.3 * sqrt(n * chance * (1 - chance))


def test_counts_of_the_truth_are_those_of_the_reviews(trust: SyntheticTrust) -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for review in trust.reviews():
        for coding in review.codings:
            if coding.polarity == "problem":
                told[coding.theme].add(review.person_id)
    assert {t.theme: t.n_told for t in trust.truth.themes} == {t: len(told[t]) for t in THEMES}


def test_worse_care_is_scored_lower_and_has_more_problems(trust: SyntheticTrust) -> None:
    quality = {c.person_id: c.quality["overall"] for c in trust.truth.cases}
    by_quality = defaultdict(list)
    problems = defaultdict(list)
    for review in trust.reviews():
        level = quality[review.person_id]
        by_quality[level].append(review.answers["overall.score"]["value"])
        problems[level].append(review.answers["problems.any"]["value"] == "yes")
    means = [np.mean(by_quality[q]) for q in LEVELS]
    assert means == sorted(means)
    assert np.mean(problems[1]) > 0.8 > 0.35 > np.mean(problems[5])


def test_phases_that_do_not_apply_are_said_not_to(trust: SyntheticTrust) -> None:
    phases = {c.person_id: c.phases for c in trust.truth.cases}
    for review in trust.reviews():
        for item, answer in review.answers.items():
            phase, _, part = item.partition(".")
            if part == "score" and phase != "record":
                applies = phase in phases[review.person_id]
                assert ("value" in answer) is applies


def test_the_truth_can_be_written_and_read(trust: SyntheticTrust) -> None:
    import json

    again = read_truth(json.dumps(to_plain(trust.truth)))
    assert isinstance(again, Truth)
    assert to_plain(again) == to_plain(trust.truth)
