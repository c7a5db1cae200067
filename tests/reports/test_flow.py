"""The flow of deaths: every number of the table stands in the picture, and hidden ones do not."""

from __future__ import annotations

from matplotlib.figure import Figure

from lltic.reports.flow import Leaving, flow_of_deaths

STEPS = (
    Leaving("The death cannot be linked.", 0, 31),
    Leaving("The person has no spell.", 2, 29),
    Leaving("The person died more than 30 days after discharge.", 8, 21),
)
ENDS = (("died in hospital", 15), ("died within 30 days", 6))


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.axes[0].texts if text.get_text())


def test_what_is_left_goes_down_and_what_leaves_says_why():
    told = words(flow_of_deaths(("deaths", 31), STEPS, ENDS))
    for part in (
        *("31 deaths", "2 excluded The person has no spell.", "29 remaining", "8 excluded"),
        *("21 cases", "15 died in hospital", "6 died within 30 days"),
        "Asked, and excluded nothing: The death cannot be linked.",
    ):
        assert part in told, part
    assert "0 excluded" not in told


def test_all_boxes_lie_on_the_page():
    figure = flow_of_deaths(("deaths", 31), STEPS, ENDS)
    (axes,) = figure.axes
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for box in axes.patches:
        x, y, w, h = *box.get_xy(), box.get_width(), box.get_height()
        assert left <= x
        assert x + w <= right
        assert low <= y
        assert y + h <= high


def test_no_two_boxes_cover_each_other():
    (axes,) = flow_of_deaths(("deaths", 31), STEPS, ENDS).axes
    boxes = [b.get_bbox() for b in axes.patches if hasattr(b, "get_xy")]
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            assert not one.overlaps(other)


def test_a_count_that_may_not_be_shown_is_its_mark():
    told = words(flow_of_deaths(("deaths", 30), [Leaving("Too late.", "*", 25)]))
    assert "* excluded Too late." in told
    assert "25 cases" in told


def test_a_reason_stands_as_its_author_wrote_it_and_large_numbers_can_be_read():
    reason = "NHS patients only: $20 or $30 a day elsewhere."
    figure = flow_of_deaths(("deaths", 61031), [Leaving(reason, 1204, 59827)])
    told = words(figure)
    assert f"1,204 excluded {reason}" in told
    assert "61,031 deaths" in told
    assert "59,827 cases" in told
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


def test_one_case_is_one():
    figure = flow_of_deaths(("deaths", 2), [Leaving("Too late.", 1, 1)])
    assert "1 case" in [text.get_text() for text in figure.axes[0].texts]


def test_a_cohort_that_nobody_left_is_all_of_them():
    told = words(flow_of_deaths(("deaths", 4), [Leaving("Too late.", 0, 4)], [("in hospital", 4)]))
    assert "4 deaths" in told
    assert "4 in hospital" in told


def test_the_same_numbers_give_the_same_picture():
    from lltic.reports.pictures import as_address

    one, two = (as_address(flow_of_deaths(("deaths", 31), STEPS, ENDS)) for _ in range(2))
    assert one == two
