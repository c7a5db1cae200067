"""What two coders found alike and where they differ, as laws that hold for any codings."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.records import Coding
from lltic.reviews.coded import CodedText
from lltic.reviews.coding_differences import compared

NAMES = ("cody", "dora")


@st.composite
def texts(draw) -> CodedText:
    """A text that two have coded."""
    codings = {}
    for number in range(draw(st.integers(0, 9))):
        start = draw(st.integers(0, 30))
        codings[f"c{number}"] = Coding(
            coding_id=f"c{number}",
            review_id="R",
            case_id="K",
            item=draw(st.sampled_from(("a.x", "b.x"))),
            theme=draw(st.sampled_from(("fluids", "talk"))),
            start=start,
            end=start + draw(st.integers(1, 12)),
            source_hash="",
            coder=draw(st.sampled_from(NAMES)),
            codebook="b",
            codebook_hash="",
            seq=number,
            polarity=draw(st.sampled_from(("", "problem"))),
        )
    done = {name: draw(st.text("0123456789abcdef", min_size=4, max_size=4)) for name in NAMES}
    return CodedText(coders=dict.fromkeys(NAMES, ""), codings=codings, done=done)


def overlap(one: Coding, other: Coding) -> bool:
    same = (one.item, one.theme) == (other.item, other.theme)
    return same and one.start < other.end and other.start < one.end


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=texts())
def test_every_coding_is_in_one_place_and_one_that_only_one_laid_is_a_difference(text) -> None:
    alike, differing = compared(text)
    in_differences = [c for d in differing for side in d.sides for c in side]
    assert len(set(in_differences)) == len(in_differences)
    assert not set(alike) & set(in_differences)
    for coding in text.codings.values():
        others = [c for c in text.codings.values() if c.coder != coding.coder]
        if not any(overlap(coding, other) for other in others) and coding in alike:
            # Nobody else laid it there: it is alike only as part of a longer stretch.
            mine = [c for c in text.codings.values() if c is not coding and overlap(coding, c)]
            assert mine
    for one in differing:
        assert all(one.start <= c.start < c.end <= one.end for s in one.sides for c in s)
        laid = [{c.polarity for c in side} for side in one.sides]
        assert not all(laid) or laid[0] != laid[1]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(text=texts())
def test_names_do_not_matter(text) -> None:
    swap = dict(zip(NAMES, reversed(NAMES), strict=True))
    from dataclasses import replace

    other = CodedText(
        coders=text.coders,
        codings={k: replace(c, coder=swap[c.coder]) for k, c in text.codings.items()},
        done={swap[name]: seal for name, seal in text.done.items()},
    )
    one, two = compared(text), compared(other)
    assert [d.difference_id for d in one[1]] == [d.difference_id for d in two[1]]
    if len(set(text.done.values())) == 2:
        assert [c.coding_id for c in one[0]] == [c.coding_id for c in two[0]]


def test_the_longer_passage_of_two_alike_stands_and_the_order_of_items_is_kept() -> None:
    def coding(name, coder, start, end, item="a.x", theme="fluids", polarity=""):
        return Coding(name, "R", "K", item, theme, start, end, "", coder, "b", "", 1, polarity)

    codings = [
        coding("c1", "cody", 0, 10),
        coding("c2", "dora", 5, 30),
        coding("c3", "cody", 0, 4, item="b.x"),
        coding("c4", "cody", 40, 44),
        coding("c5", "dora", 44, 50),  # beside it, not over it
    ]
    text = CodedText(
        coders=dict.fromkeys(NAMES, ""),
        codings={c.coding_id: c for c in codings},
        done={"cody": "b", "dora": "a"},
    )
    alike, differing = compared(text)
    assert [c.coding_id for c in alike] == ["c2"]
    ids = [[c.coding_id for side in d.sides for c in side] for d in differing]
    assert ids == [["c4"], ["c5"], ["c3"]]
    assert differing[0].sides[1] == (codings[3],), "Dora's side is first: her last word's hash is"
