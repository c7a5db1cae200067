"""What many widgets share travels once; pages look as if it had travelled with each."""

from __future__ import annotations

from patience import eventually, until
from running_pages import ready
from test_widget_client import drop_line, expect_words, keep_lines, states

from lltic.ui.server.said_once import SaidOnce


def opening(**state):
    return {"state": state, "buffer_paths": []}


def test_a_text_is_said_with_the_first_and_its_number_with_the_others():
    said = SaidOnce()
    first = said.in_opening(opening(_esm="script", _css="styles", n=1))
    second = said.in_opening(opening(_esm="script", _css="other", n=2))
    assert first["texts"] == {"0": "script", "1": "styles"}
    assert first["state"] == {"_esm": {"text": 0}, "_css": {"text": 1}, "n": 1}
    assert second["texts"] == {"2": "other"}
    assert second["state"]["_esm"] == {"text": 0}
    assert second["buffer_paths"] == []


def test_whoever_asks_for_all_is_told_all():
    said = SaidOnce()
    said.in_opening(opening(_esm="script"))
    every = {name: {"state": {"_esm": "script", "n": n}} for n, name in enumerate("ab")}
    told = said.in_states({"method": "update_states", "states": every, "buffer_paths": []})
    assert told["texts"] == {"0": "script"} and told["method"] == "update_states"
    assert [one["state"] for one in told["states"].values()] == [
        {"_esm": {"text": 0}, "n": 0},
        {"_esm": {"text": 0}, "n": 1},
    ]


def test_the_state_of_a_widget_itself_is_not_changed():
    state = {"_esm": "script", "label": "text"}
    SaidOnce().in_opening(opening(**state) | {"state": state})
    assert state == {"_esm": "script", "label": "text"}
    assert SaidOnce().in_opening(opening(_esm=None))["state"] == {"_esm": None}


def test_a_page_is_told_each_script_once_also_later_and_after_a_break(tab, site):
    told = []
    tab.on("websocket", lambda line: line.on("framereceived", lambda one: told.append(one)))
    keep_lines(tab)
    ready(tab, site, "/live")
    scripts = lambda: sum(str(frame).count("function button(text, act)") for frame in told)  # noqa: E731
    assert scripts() == 1, "three of a kind, and a spare one"
    tab.click("text=add")
    expect_words(tab, ["a 0 0", "b 0 0", "c 0 0", "late0 0 0"], ".row")
    assert scripts() == 1, "a later one of the same kind is told by number"
    colour = tab.locator("output").last.evaluate("(one) => getComputedStyle(one).color")
    assert colour == "rgb(1, 2, 3)"
    told.clear()
    drop_line(tab)
    until(lambda: states(tab) == ["up", "down", "up"], what="up again")
    eventually(tab, lambda: scripts() == 1)
    assert scripts() == 1, "all states once more"
    tab.click("text=plus a")
    expect_words(tab, ["a 1 2", "b 0 0", "c 0 0", "late0 0 0"], ".row")
    assert tab.complaints == []
