"""Voices are counted: a person once, a focus group once, and only where a coder has read."""

from __future__ import annotations

import pytest
from exercises import BOOK, EXERCISE, coded, text
from hypothesis import given
from hypothesis import strategies as st

from lltic.errors import NotComputable
from lltic.themes.exercise import Coded, convergence, exercise_status, raised, took_part

KEYS = {code: (code,) for code in BOOK.model.themes}
GROUP = {"source": "focus_group", "group": "mixed"}
SAID = (
    (text("Fear.", sheet=1), "learning_culture"),
    (text("More fear.", sheet=1), "learning_culture"),
    (text("Long reports.", sheet=2), "investigation"),
    (text("Blame.", sheet=3), "learning_culture"),
    (text("No.", sheet=4), ""),
    (text("Blame first.", sheet=1, **GROUP), "learning_culture"),
    (text("Blame second.", sheet=1, **GROUP), "learning_culture"),
    (text("Nobody answers.", sheet=2, **GROUP), "feedback"),
    (text("Answer them.", sheet=1, question="how"), "feedback"),
)
UNREAD = text("Not read yet.", sheet=5)
TEXTS = [t for t, _ in SAID] + [UNREAD]
CODED = coded(*SAID)


def by(question: str, key: str) -> dict[str, tuple[int, int]]:
    rows = raised(TEXTS, CODED, EXERCISE, KEYS)
    return dict(next(r.by for r in rows if (r.question, r.key) == (question, key)))


def test_a_person_and_a_focus_group_count_once_each():
    assert by("obstacles", "learning_culture") == {"pre_event": (2, 4), "focus_group": (1, 2)}
    assert by("obstacles", "investigation") == {"pre_event": (1, 4), "focus_group": (0, 2)}
    assert by("how", "feedback") == {"pre_event": (1, 1), "focus_group": (0, 0)}


def test_most_often_raised_first_and_what_nobody_raised_left_out():
    rows = raised(TEXTS, CODED, EXERCISE, KEYS)
    assert [(r.question, r.key) for r in rows] == [
        ("obstacles", "learning_culture"),
        ("obstacles", "investigation"),
        ("obstacles", "feedback"),
        ("how", "feedback"),
    ]


def test_a_group_of_codes_counts_a_voice_once_whichever_of_them_it_raised():
    (row,) = raised(TEXTS, CODED, EXERCISE, {"G1": ("learning_culture", "feedback")})[:1]
    assert row.by == {"pre_event": (2, 4), "focus_group": (2, 2)}
    assert (row.voices, row.of) == (4, 6)


def test_a_coding_on_a_text_not_read_to_the_end_does_not_count():
    partly = Coded(CODED.codings, frozenset(CODED.read - {SAID[0][0].text_id}))
    rows = raised(TEXTS, partly, EXERCISE, KEYS)
    assert rows[0].by["pre_event"] == (2, 4)  # sheet 1 said it twice
    less = Coded(CODED.codings, frozenset(partly.read - {SAID[1][0].text_id}))
    assert raised(TEXTS, less, EXERCISE, KEYS)[0].by["pre_event"] == (1, 3)


def test_what_two_sources_both_raised():
    rows = raised(TEXTS, CODED, EXERCISE, KEYS)
    one = convergence(rows, "obstacles", "pre_event", "focus_group")
    assert (one.both, one.one_only, one.other_only) == (
        ("learning_culture",),
        ("investigation",),
        ("feedback",),
    )
    assert one.alike == pytest.approx(1 / 3)
    other = convergence(rows, "obstacles", "focus_group", "pre_event")
    assert other.alike == one.alike
    assert other.one_only == one.other_only


def test_where_one_source_raised_nothing_there_is_nothing_to_compare():
    rows = raised(TEXTS, CODED, EXERCISE, KEYS)
    with pytest.raises(NotComputable) as caught:
        convergence(rows, "how", "pre_event", "focus_group")
    assert caught.value.codes == ("not-raised",)


def test_who_took_part_adds_up():
    parts = took_part(TEXTS, EXERCISE)
    assert [(p.source, p.group, p.voices, p.texts) for p in parts] == [
        ("pre_event", "hospital", 5, 7),
        ("focus_group", "mixed", 2, 3),
    ]
    assert sum(p.texts for p in parts) == len(TEXTS)
    assert [p.voices for p in took_part(TEXTS, EXERCISE, "how")] == [1]


def test_how_far_it_has_come():
    found = exercise_status(TEXTS, CODED)
    assert (found.texts, found.voices, found.read, found.coders) == (10, 7, 9, 1)


@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_repeats_and_a_second_coder_change_no_count(shuffle, times):
    texts, codings = list(TEXTS) * times, list(CODED.codings) * times
    shuffle.shuffle(texts)
    shuffle.shuffle(codings)
    again = raised(texts, Coded(tuple(codings), CODED.read), EXERCISE, KEYS)
    first = raised(TEXTS, CODED, EXERCISE, KEYS)
    assert {(r.question, r.key): dict(r.by) for r in again} == {
        (r.question, r.key): dict(r.by) for r in first
    }
