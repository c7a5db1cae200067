"""A table as a picture: every count in its cell, and nothing where there is none."""

from __future__ import annotations

import pytest

from lltic.errors import NotComputable
from lltic.reports.cross import cross_picture


def test_each_count_stands_in_its_cell_and_a_nought_is_empty():
    figure = cross_picture(["ada", "ben"], ["acute", "community", "home"], [[3, 0, 1], [2, 5, 0]])
    (axes,) = figure.axes
    told = {t.get_position(): t.get_text() for t in axes.texts}
    assert told == {(0, 0): "3", (1, 0): "", (2, 0): "1", (0, 1): "2", (1, 1): "5", (2, 1): ""}
    assert [t.get_text() for t in axes.get_xticklabels()] == ["acute", "community", "home"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["ada", "ben"]


def test_the_names_lie_on_the_page():
    names = [f"Dr Somebody Longname {n}" for n in range(3)]
    figure = cross_picture(names, ["acute"], [[1], [2], [3]], "cases read")
    figure.canvas.draw()
    (axes,) = figure.axes
    page = figure.bbox
    for name in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        box = name.get_window_extent()
        assert page.x0 <= box.x0, name
        assert box.y1 <= page.y1, name


def test_a_table_of_noughts_is_a_picture_too():
    (axes,) = cross_picture(["ada"], ["acute"], [[0]]).axes
    assert [t.get_text() for t in axes.texts] == [""]


def test_nothing_is_not_drawn():
    with pytest.raises(NotComputable) as error:
        cross_picture([], [], [])
    assert error.value.codes == ("nothing-to-draw",)
