"""Topics: found where they were planted, whims shown as such, nothing added."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lltic.errors import NotComputable
from lltic.records import Coding, Judgement
from lltic.themes.emergent import emergent, sentences, uncoded

PLANTED = (
    ("parking", "visitors", "ticket", "barrier", "queue"),
    ("interpreter", "language", "translated", "telephone", "relative"),
    ("pressure", "mattress", "heel", "turning", "skin"),
)


def planted(n_cases: int = 40, seed: int = 2) -> list[Judgement]:
    chance = np.random.default_rng(seed)
    texts = []
    for case in range(n_cases):
        said = [
            " ".join(str(w) for w in chance.choice(words, 4, replace=False)) + "."
            for words in PLANTED
        ]
        value = " ".join(str(one) for one in chance.permutation(said))
        texts.append(text(value, f"C{case:02}-1"))
    return texts


def text(value, review="C00-1"):
    return Judgement(
        review, review.partition("-")[0], "amira", 1, "sjr", "f" * 64, "ongoing.text", value, "", 1
    )


def coding(start, end, review="C00-1", theme="medication"):
    return Coding("c", review, "C00", "ongoing.text", theme, start, end, "", "cody", "b", "h", 1)


def test_sentences_are_the_words_at_their_offsets():
    value = "Seen late. Résumé 🙂 missing!  Was she\r\nasked? 2.5 mg given\n"
    found = sentences([text(value)])
    assert [one.words for one in found] == [
        "Seen late.",
        "Résumé 🙂 missing!",
        "Was she",
        "asked?",
        "2.5 mg given",
    ]
    assert all(value[one.start : one.end] == one.words for one in found)
    assert "Seen" not in repr(found[0])


def test_a_sentence_with_a_coding_on_any_part_is_not_uncoded():
    found = sentences([text("First one. Second one. Third one.")])
    left = uncoded(found, [coding(6, 12)])
    assert [one.words for one in left] == ["Third one."]
    assert uncoded(found, [coding(0, 3, review="other")]) == found


def test_planted_topics_are_found_and_stable():
    topics = emergent(sentences(planted()), n_topics=3)
    assert {frozenset(topic.words[:5]) for topic in topics} == {frozenset(w) for w in PLANTED}
    assert all(topic.stable and topic.stability > 0.98 for topic in topics)
    assert [topic.n_sentences for topic in topics] == [40, 40, 40]
    for topic in topics:
        assert len({one.case_id for one in topic.passages}) == 3
        assert all(set(one.words.strip(".").split()) <= set(topic.words) for one in topic.passages)


def test_a_topic_too_many_is_shown_as_a_whim():
    topics = emergent(sentences(planted()), n_topics=6)
    assert min(topic.stability for topic in topics) < 0.9
    assert [t.stability for t in topics] == sorted((t.stability for t in topics), reverse=True)


def test_the_themes_of_a_topic_are_those_laid_on_its_sentences():
    made = planted()
    found = sentences(made)
    park = [one for one in found if set(one.words.strip(".").split()) <= set(PLANTED[0])]
    laid = [coding(one.start, one.end, one.review_id) for one in park[:20]]
    topics = emergent(found, laid, n_topics=3)
    with_themes = [topic for topic in topics if topic.themes]
    assert [topic.themes for topic in with_themes] == [(("medication", 0.5),)]
    assert set(with_themes[0].words[:5]) == set(PLANTED[0])


def test_the_same_starts_give_the_same_topics():
    found = sentences(planted())
    assert emergent(found, n_topics=4) == emergent(found, n_topics=4)


def test_words_of_a_few_cases_make_no_topic():
    made = [text(f"Featherstonehaugh {one.value}", one.review_id) for one in planted()[:4]]
    topics = emergent(sentences(made + planted()[4:]), n_topics=3)
    assert "feather" not in json.dumps([topic.words for topic in topics])


@pytest.mark.parametrize(
    ("found", "more", "code"),
    [
        ([], {}, "too-few-sentences"),
        (sentences(planted(3)), {}, "too-few-sentences"),
        (sentences(planted()), {"n_topics": 1}, "too-few-topics"),
        (sentences(planted()), {"seeds": (1, 1)}, "too-few-starts"),
    ],
)
def test_what_cannot_be_found_is_said(found, more, code):
    with pytest.raises(NotComputable) as caught:
        emergent(found, **more)
    assert caught.value.codes == (code,)


def test_a_topic_that_no_sentence_is_about_is_not_shown():
    same = [
        text("Parking visitors ticket barrier queue interpreter.", f"C{n:02}-1") for n in range(60)
    ]
    topics = emergent(sentences(same), n_topics=4)
    assert 1 <= len(topics) < 4, "sentences that are all alike are about one thing"
    assert all(topic.n_sentences and topic.passages for topic in topics)
