"""What to code next: in doubt first, and not the same twice."""

from __future__ import annotations

from lltic.themes.suggest import code_next

SURE = ["The family were spoken to."]
DOUBT = ["The fluid letter was late and a chart of saline named no dose."]
OTHER = ["Urine summary reached nobody; litres came."]


def test_doubt_comes_before_certainty(trained):
    order = code_next(trained.model, {"a": SURE, "b": DOUBT}, 2)
    assert [one.review_id for one in order] == ["b", "a"]
    assert order[0].doubt > order[1].doubt
    assert order[0].novelty == 1


def test_the_same_words_come_last(trained):
    order = code_next(trained.model, {"a": DOUBT, "b": DOUBT, "c": OTHER}, 3)
    assert [one.review_id for one in order].index("c") < 2
    assert order[-1].review_id in {"a", "b"}
    assert order[-1].novelty < 0.001


def test_by_doubt_alone_the_same_would_come_twice(trained):
    alone = {
        one: code_next(trained.model, {one: words}, 1)[0].doubt
        for one, words in {"a": DOUBT, "c": OTHER}.items()
    }
    first = max(alone, key=alone.__getitem__)
    twins = (
        {"x": DOUBT, "y": DOUBT, "z": OTHER}
        if first == "a"
        else {"x": OTHER, "y": OTHER, "z": DOUBT}
    )
    assert "z" in {one.review_id for one in code_next(trained.model, twins, 2)}


def test_the_most_doubtful_text_stands_for_a_review(trained):
    one, both = (code_next(trained.model, {"a": texts}, 1)[0] for texts in (DOUBT, SURE + DOUBT))
    assert both.doubt >= one.doubt


def test_no_more_than_there_are_and_the_same_order_again(trained):
    reviews = {"b": SURE, "a": SURE, "empty": []}
    first = code_next(trained.model, reviews, 9)
    assert [one.review_id for one in first] == ["a", "b"]
    assert code_next(trained.model, dict(reversed(reviews.items())), 9) == first
    assert code_next(trained.model, {}, 3) == []
