"""The curve of new themes and the stopping rule, against counting by hand and by another way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.reviews.coding_curve import curve, stops_at

texts = st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=3), max_size=40)


def test_the_curve_counts_each_theme_once_where_it_is_met_first() -> None:
    points = curve([["a", "b"], [], ["b", "c"], ["a"]])
    assert [(p.texts, p.new, p.known) for p in points] == [
        (1, ("a", "b"), 2),
        (2, (), 2),
        (3, ("c",), 3),
        (4, (), 3),
    ]


def test_the_rule_is_met_where_counting_by_hand_meets_it() -> None:
    # Themes met after each of ten texts: 2 3 3 4 4 4 5 5 5 5.
    points = curve([["a", "b"], ["c"], [], ["d"], [], [], ["e"], ["a"], [], []])
    assert [p.known for p in points] == [2, 3, 3, 4, 4, 4, 5, 5, 5, 5]
    assert stops_at(points, base=4, run=2, new_share=0.0) == 6
    assert stops_at(points, base=4, run=3, new_share=0.0) == 10
    assert stops_at(points, base=4, run=3, new_share=0.25) == 7  # one of the four in the base
    assert stops_at(points, base=4, run=7, new_share=0.0) is None
    assert stops_at(points, base=9, run=2, new_share=0.0) is None  # not enough texts yet


def test_texts_before_the_base_never_count_as_a_run() -> None:
    points = curve([["a"], [], [], [], ["b"], []])
    assert stops_at(points, base=1, run=3, new_share=0.0) == 4
    assert stops_at(points, base=4, run=3, new_share=0.0) is None


def by_hand(found: list[set[str]], base: int, run: int, share: float) -> int | None:
    """The same, with sets and no sums."""
    measure = set().union(*found[:base]) if found[:base] else set()
    if len(found) < base or not measure:
        return None
    for end in range(base + run, len(found) + 1):
        before = set().union(*found[: end - run])
        new = set().union(*found[end - run : end]) - before
        if len(new) <= share * len(measure):
            return end
    return None


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    found=texts,
    base=st.integers(1, 8),
    run=st.integers(1, 8),
    share=st.sampled_from((0, 0.05, 0.5)),
)
def test_another_way_of_counting_finds_the_same(found, base, run, share) -> None:
    points = curve(found)
    assert points[-1:] == [] or points[-1].known == len(set().union(*found))
    assert stops_at(points, base, run, share) == by_hand(found, base, run, share)
