"""Nobody ever loses a word: the outbox of the page, in a real browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from patience import eventually, tick
from playwright.sync_api import expect

from lltic.ui.kit import PatientBanner, Radios, SaveStatus, TextArea

AT = "2026-09-20T13:03:22Z"  # 14:03:22 in London
UNICODE = "Naïve café ½ 中文 ‘quote’ 👩🏽‍⚕️🫀\twith tab\n\nand ﷽ lines\u2028end é"


class Service:
    """What the review service does with operations, in miniature."""

    def __init__(self, bench: Any, status: SaveStatus) -> None:
        self.status = status
        self.mode = "ack"
        self.seen: list[dict[str, Any]] = []
        self.committed: dict[str, dict[str, Any]] = {}
        self.fields: dict[str, tuple[Any, int]] = {}
        self.at = AT
        status.on_operation(self.take)

    def take(self, op: dict[str, Any]) -> None:
        self.seen.append(op)
        which = {"op_id": op["op_id"], "field": op["field"]}
        if self.mode == "down":
            self.status.nack(**which)
        elif self.mode == "refuse":
            self.status.refuse(**which, message="This review is locked.")
        elif self.mode in ("ack", "deaf"):
            self.commit(op, which)

    def commit(self, op: dict[str, Any], which: dict[str, Any]) -> None:
        if op["op_id"] not in self.committed:
            value, version = self.fields.get(op["field"], (None, 0))
            if op["base_version"] != version:
                self.status.refuse(**which, message="", conflict=(value, version))
                return
            self.fields[op["field"]] = (op["value"], version + 1)
            self.committed[op["op_id"]] = {**op, "version": version + 1}
        if self.mode == "deaf":  # committed, but the answer is lost
            return
        version = self.committed[op["op_id"]]["version"]
        self.status.ack(**which, version=version, at=self.at, seq=len(self.committed))

    def value(self, field: str = "a.text") -> Any:
        return self.fields[field][0]


def open_status(**more: Any) -> SaveStatus:
    return SaveStatus(**{"owner": "p1", "review_id": "R1", "case_id": "0147", **more})


@pytest.fixture
def desk(bench: Any) -> Any:
    status = open_status(labels={"a.text": "Your judgement"})
    bench.service = Service(bench, status)
    bench.status = status
    bench.parts = [status, TextArea(field="a.text", label="First"), TextArea(field="b", label="B")]
    bench.mount(*bench.parts)
    return bench


def again(desk: Any, value: Any = None, version: int = 0) -> Any:
    """Reload the page as the server would show it: new components, with what is committed."""
    status = open_status()
    mode, before = desk.service.mode, desk.service
    desk.service = Service(desk, status)
    desk.service.mode = mode
    desk.service.committed, desk.service.fields = before.committed, before.fields
    desk.service.seen = before.seen
    fields = [
        TextArea(
            field=field,
            label=label,
            value=desk.service.fields.get(field, (None, 0))[0],
            version=desk.service.fields.get(field, (None, 0))[1],
        )
        for field, label in (("a.text", "First"), ("b", "B"))
    ]
    return desk.reload(status, *fields)


def first(desk: Any) -> Any:
    return desk.page.get_by_label("First")


def alarm(desk: Any) -> Any:
    return desk.page.locator(".lltic-alarm")


def mirror(desk: Any) -> Any:
    text = desk.page.evaluate("sessionStorage.getItem('lltic:p1:R1')")
    return json.loads(text) if text else None


def waiting(desk: Any) -> list[Any]:
    return (mirror(desk) or {"items": []})["items"]


def standing_still(desk: Any) -> None:
    """Stop the page's clock: from here on time passes in it only when it is put forward.

    It can be stopped only at a time that has not come when it is told so.
    """
    desk.page.clock.install()
    desk.page.clock.pause_at(desk.page.evaluate("Date.now()") + 60_000)


def saved(desk: Any) -> None:
    expect(desk.page.get_by_role("status")).to_have_text("Saved 14:03:22")


def test_saved_appears_only_after_the_ack(desk: Any) -> None:
    status = desk.page.get_by_role("status")
    expect(status).to_have_text("Saves as you write")
    desk.service.mode = "silent"
    first(desk).press_sequentially("words")
    eventually(desk.page, lambda: desk.service.seen)
    desk.page.wait_for_timeout(500)
    assert len({op["op_id"] for op in desk.service.seen}) == 1
    assert "Saved" not in desk.page.locator("body").inner_text()
    desk.service.mode = "ack"
    saved(desk)
    desk.service.mode = "silent"
    standing_still(desk)  # soon it would say that they are late
    first(desk).press_sequentially(" more")
    expect(status).to_have_text("")  # an old "Saved" says nothing about new words
    expect(desk.page.get_by_text("Saving…")).to_be_visible()
    desk.service.mode = "ack"
    desk.page.clock.resume()
    saved(desk)
    assert desk.service.value() == {"value": "words more"}
    assert mirror(desk) is None


def test_typing_is_gathered_into_one_operation(desk: Any) -> None:
    standing_still(desk)
    for letter in "quickly typed":
        first(desk).press_sequentially(letter)
        desk.page.clock.run_for(20)
    desk.page.clock.run_for(200)
    assert desk.service.seen == []
    assert mirror(desk)["items"][0]["next"] == {"value": {"value": "quickly typed"}}
    desk.page.clock.resume()
    saved(desk)
    (op,) = {op["op_id"]: op for op in desk.service.seen}.values()
    assert op["value"] == {"value": "quickly typed"}
    assert (op["review_id"], op["case_id"], op["base_version"]) == ("R1", "0147", 0)


def test_typing_without_a_pause_is_still_sent(desk: Any) -> None:
    standing_still(desk)
    for _ in range(30):  # three seconds, never 400 ms apart
        first(desk).press_sequentially("x")
        desk.page.clock.run_for(100)
        # The next is sent only when the one before is answered, however long that takes here.
        eventually(desk.page, lambda: not any(one["flight"] for one in waiting(desk)))
    assert len(desk.service.seen) >= 2
    expect(alarm(desk)).to_be_empty()
    desk.page.clock.resume()
    saved(desk)
    assert desk.service.value() == {"value": "x" * 30}


def test_one_operation_in_flight_and_the_newest_value_next(desk: Any) -> None:
    desk.service.mode = "silent"
    first(desk).fill("one")  # at once: between two letters it may be sent
    eventually(desk.page, lambda: desk.service.seen)
    first(desk).press_sequentially(" two")
    first(desk).press_sequentially(" three")
    desk.page.wait_for_timeout(800)
    assert {op["op_id"] for op in desk.service.seen} == {desk.service.seen[0]["op_id"]}
    desk.service.mode = "ack"
    saved(desk)
    values = [op["value"]["value"] for op in desk.service.committed.values()]
    assert values == ["one", "one two three"]
    assert [op["base_version"] for op in desk.service.committed.values()] == [0, 1]


def test_resend_has_the_same_op_id_and_is_not_doubled(desk: Any) -> None:
    desk.service.mode = "deaf"  # commits, but no answer arrives
    standing_still(desk)
    first(desk).fill("once")
    desk.page.clock.run_for(500)
    eventually(desk.page, lambda: desk.service.seen)
    desk.page.clock.run_for(2500)
    eventually(desk.page, lambda: len(desk.service.seen) > 1)
    desk.page.wait_for_timeout(200)
    ids = [op["op_id"] for op in desk.service.seen]
    assert len(ids) == 2 and len(set(ids)) == 1
    desk.service.mode = "ack"
    desk.page.clock.resume()
    saved(desk)
    assert len(desk.service.committed) == 1
    assert desk.service.fields["a.text"] == ({"value": "once"}, 1)


def test_alarm_within_six_seconds_and_gone_after_the_ack(desk: Any) -> None:
    desk.alive = False
    standing_still(desk)
    first(desk).press_sequentially("kept words")
    desk.page.clock.run_for(2500)
    expect(alarm(desk)).to_be_empty()
    desk.page.clock.run_for(3400)
    expect(alarm(desk)).to_contain_text("not saved yet")
    assert desk.page.get_by_role("alert").count() == 1
    assert "do not close the tab" in alarm(desk).inner_text()
    expect(desk.page.get_by_role("status")).to_have_text("Not saved yet")
    expect(first(desk)).to_have_value("kept words")
    expect(first(desk)).to_be_editable()
    desk.alive = True
    desk.page.clock.run_for(9900)
    expect(alarm(desk)).to_be_empty()
    saved(desk)
    assert desk.service.value() == {"value": "kept words"}


def test_service_down_is_asked_again_until_it_is_back(desk: Any) -> None:
    desk.service.mode = "down"
    first(desk).press_sequentially("patient")
    expect(alarm(desk)).to_contain_text("not saved yet")
    assert len({op["op_id"] for op in desk.service.seen}) == 1
    desk.service.mode = "ack"
    saved(desk)
    expect(alarm(desk)).to_be_empty()


def test_words_survive_a_reload_before_and_after_sending(desk: Any) -> None:
    desk.service.mode = "silent"
    first(desk).fill("in flight")
    first(desk).press("End")
    eventually(desk.page, lambda: desk.service.seen)
    first(desk).press_sequentially(" and the tail")
    op_id = desk.service.seen[0]["op_id"]
    again(desk)  # at once: the last keystrokes were never sent
    expect(first(desk)).to_have_value("in flight and the tail")
    desk.service.mode = "ack"
    saved(desk)
    ids = list(dict.fromkeys(op["op_id"] for op in desk.service.seen))
    assert len(ids) == 2 and ids[0] == op_id
    assert desk.service.value() == {"value": "in flight and the tail"}
    assert mirror(desk) is None


def test_reload_after_a_lost_ack_doubles_nothing(desk: Any) -> None:
    desk.service.mode = "deaf"
    first(desk).fill("committed")
    eventually(desk.page, lambda: desk.service.committed)
    again(desk)
    desk.service.mode = "ack"
    saved(desk)
    assert len(desk.service.committed) == 1
    assert desk.service.fields["a.text"] == ({"value": "committed"}, 1)


def test_the_last_keystroke_before_a_reload_is_never_lost(desk: Any) -> None:
    desk.alive = False
    typed = ""
    for letter in "abcdef":
        first(desk).press("End")
        first(desk).press_sequentially(letter)
        typed += letter
        again(desk)
        expect(first(desk)).to_have_value(typed)
    desk.alive = True
    saved(desk)
    assert desk.service.value() == {"value": typed}


def test_unicode_is_byte_equal(desk: Any) -> None:
    desk.service.mode = "silent"
    first(desk).fill(UNICODE)
    again(desk)
    desk.service.mode = "ack"
    saved(desk)
    assert desk.service.value()["value"].encode() == UNICODE.encode()
    assert first(desk).input_value().encode() == UNICODE.encode()


def test_a_long_text_is_whole(desk: Any) -> None:
    text = "".join(f"{i} words and words. 🫀 " for i in range(2_000))
    first(desk).fill(text)
    saved(desk)
    assert desk.service.value()["value"] == text


def test_two_fields_are_saved_apart(desk: Any) -> None:
    first(desk).press_sequentially("one")
    desk.page.get_by_label("B", exact=True).press_sequentially("two")
    saved(desk)
    assert desk.service.value("a.text") == {"value": "one"}
    assert desk.service.value("b") == {"value": "two"}


def test_emptied_text_is_null(desk: Any) -> None:
    first(desk).fill("x")
    saved(desk)
    first(desk).fill("")
    eventually(desk.page, lambda: desk.service.fields["a.text"] == (None, 2))
    assert desk.service.fields["a.text"] == (None, 2)


def choices(desk: Any) -> Any:
    return desk.page.get_by_role("region", name="Two versions to choose from")


def conflicted(desk: Any) -> None:
    """Another tab has written version 1 while this page still builds on version 0."""
    desk.service.fields["a.text"] = ({"value": "theirs"}, 1)
    first(desk).press_sequentially("mine")
    expect(choices(desk)).to_contain_text("Two versions")
    assert "theirs" in choices(desk).inner_text() and "mine" in choices(desk).inner_text()
    assert desk.service.value() == {"value": "theirs"}


def test_conflict_keep_mine(desk: Any) -> None:
    conflicted(desk)
    desk.page.get_by_role("button", name="Keep mine").click()
    expect(choices(desk)).to_be_hidden()
    saved(desk)
    assert desk.service.fields["a.text"] == ({"value": "mine"}, 2)
    expect(first(desk)).to_be_focused()


def test_conflict_use_the_other(desk: Any) -> None:
    conflicted(desk)
    desk.page.get_by_role("button", name="Keep the other").click()
    expect(choices(desk)).to_be_hidden()
    expect(first(desk)).to_have_value("theirs")
    assert mirror(desk) is None
    first(desk).fill("theirs and more")
    saved(desk)
    assert desk.service.fields["a.text"] == ({"value": "theirs and more"}, 2)


def test_conflict_edit_a_text_made_of_both(desk: Any) -> None:
    conflicted(desk)
    desk.page.get_by_role("button", name="Edit a text made of both").click()
    joined = desk.page.get_by_label("One text made of both")
    expect(joined).to_be_focused()
    expect(joined).to_have_value("theirs\n\nmine")
    assert desk.service.value() == {"value": "theirs"}, "nothing is chosen for the person"
    desk.page.get_by_role("button", name="Back to the two versions").click()
    expect(desk.page.get_by_role("button", name="Keep mine")).to_be_focused()
    desk.page.get_by_role("button", name="Edit a text made of both").click()
    joined.fill("theirs, and mine")
    again(desk)
    expect(joined).to_have_value("theirs, and mine")
    desk.page.get_by_role("button", name="Save this text").click()
    saved(desk)
    expect(choices(desk)).to_be_hidden()
    expect(first(desk)).to_have_value("theirs, and mine")
    assert desk.service.value() == {"value": "theirs, and mine"}


def test_a_conflict_says_when_the_other_was_saved_and_reads_values_in_words(bench: Any) -> None:
    status = open_status(labels={"s": "Score"}, words={"s": {"2": "2 Poor", "4": "4 Good"}})
    bench.mount(status, Radios(field="s", label="Score", options=[(2, "2 Poor"), (4, "4 Good")]))

    def refuse(op: dict[str, Any]) -> None:
        which = {"op_id": op["op_id"], "field": op["field"]}
        status.refuse(**which, message="", conflict=({"value": 4}, 1), at=AT)

    status.on_operation(refuse)
    tick(bench.page.get_by_label("2 Poor"))
    shown = bench.page.get_by_role("region", name="Two versions to choose from")
    expect(shown).to_contain_text("Saved meanwhile at 14:03")
    expect(shown).to_contain_text("4 Good")
    expect(shown.get_by_role("button")).to_have_count(2)  # two scores make no third


def test_conflict_survives_further_typing_and_a_reload(desk: Any) -> None:
    conflicted(desk)
    first(desk).press("End")
    first(desk).press_sequentially(" still")
    expect(choices(desk)).to_contain_text("mine still")
    again(desk)
    expect(first(desk)).to_have_value("mine still")
    expect(choices(desk)).to_contain_text("Two versions")
    assert desk.service.value() == {"value": "theirs"}


def test_conflict_with_the_same_words_asks_nothing(desk: Any) -> None:
    desk.service.fields["a.text"] = ({"value": "same"}, 1)
    first(desk).fill("same")
    eventually(desk.page, lambda: desk.service.seen and mirror(desk) is None)
    desk.page.wait_for_timeout(300)
    expect(alarm(desk)).to_be_empty()
    assert mirror(desk) is None


def test_refusal_says_why_and_keeps_the_words(desk: Any) -> None:
    desk.service.mode = "refuse"
    first(desk).fill("too late")
    expect(alarm(desk)).to_contain_text("Not saved: Your judgement")
    expect(alarm(desk)).to_contain_text("This review is locked.")
    assert mirror(desk)["items"][0]["next"] == {"value": {"value": "too late"}}
    sent = len(desk.service.seen)
    desk.page.wait_for_timeout(2500)
    assert len(desk.service.seen) == sent
    desk.service.mode = "ack"
    first(desk).press("End")
    first(desk).press_sequentially("!")  # a new edit is a new try
    saved(desk)
    expect(alarm(desk)).to_be_empty()
    assert desk.service.value() == {"value": "too late!"}


def test_a_refused_answer_can_be_left_unsaved(desk: Any) -> None:
    desk.service.mode = "refuse"
    first(desk).press_sequentially("x")
    desk.page.get_by_role("button", name="Leave this unsaved").click()
    expect(alarm(desk)).to_be_empty()
    expect(first(desk)).to_have_value("x")
    assert mirror(desk) is None


def flush(desk: Any) -> str:
    return """new Promise((done) => document.dispatchEvent(
        new CustomEvent('lltic:flush', {detail: {done}})))"""


def test_flush_sends_at_once_and_waits_for_the_ack(desk: Any) -> None:
    assert desk.page.evaluate(flush(desk)) is True
    standing_still(desk)
    first(desk).press_sequentially("leaving")
    assert desk.page.evaluate(flush(desk)) is True  # no debounce: it would never end
    assert desk.service.value() == {"value": "leaving"}


def test_flush_gives_up_after_six_seconds_with_an_alarm(desk: Any) -> None:
    desk.alive = False
    standing_still(desk)
    first(desk).press_sequentially("leaving")
    desk.page.evaluate(f"() => {{ {flush(desk)}.then((ok) => (window.left = ok)); }}")
    desk.page.clock.run_for(5900)
    assert desk.page.evaluate("window.left") is None
    desk.page.clock.run_for(200)
    assert desk.page.evaluate("window.left") is False
    expect(alarm(desk)).to_contain_text("not saved yet")


def test_flush_fails_at_once_on_a_refusal(desk: Any) -> None:
    desk.service.mode = "refuse"
    standing_still(desk)
    first(desk).press_sequentially("leaving")
    assert desk.page.evaluate(flush(desk)) is False  # while the clock stands, nothing gives up


def test_link_down_is_said_at_once_and_up_sends_at_once(desk: Any) -> None:
    standing_still(desk)
    desk.link("down")
    expect(desk.page.get_by_role("status")).to_have_text("Not connected")
    expect(alarm(desk)).to_be_empty()
    desk.alive = False
    first(desk).press_sequentially("x")
    expect(alarm(desk)).to_contain_text("not saved yet")  # not after 3 s: no time passes
    desk.page.clock.run_for(600)
    desk.alive = True
    desk.link("up")
    saved(desk)
    expect(alarm(desk)).to_be_empty()


def test_a_long_time_offline_sends_each_operation_once(desk: Any) -> None:
    standing_still(desk)
    desk.link("down")
    first(desk).press_sequentially("offline")
    desk.page.clock.run_for(4500)
    assert desk.ops() == []  # nothing piles up in front of the connection
    desk.link("up")
    saved(desk)
    assert len(desk.ops()) == 1


def test_a_field_drawn_for_one_review_never_writes_to_another(desk: Any) -> None:
    first(desk).press_sequentially("case one")
    saved(desk)
    desk.status.belongs_to(review_id="R2", case_id="0152")
    desk.push()
    first(desk).press_sequentially(" and more")
    desk.page.wait_for_timeout(900)
    assert {op["review_id"] for op in desk.ops()} == {"R1"}
    expect(desk.page.get_by_text("This answer is not being saved")).to_be_visible()


def test_gone_offers_a_reload_that_brings_the_words_back(desk: Any) -> None:
    desk.alive = False
    first(desk).press_sequentially("before the end")
    desk.link("gone")
    expect(alarm(desk)).to_contain_text("Your words are kept in this tab")
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: asked.append(dialog.type))
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="Reload this page").click()
    assert asked == []  # no "leave this page?" on top of it
    desk.alive = True
    again(desk)
    saved(desk)
    assert desk.service.value() == {"value": "before the end"}


def test_gone_with_everything_saved_says_so(desk: Any) -> None:
    first(desk).press_sequentially("x")
    saved(desk)
    desk.link("gone")
    expect(alarm(desk)).to_contain_text("Everything you wrote is saved")


def test_leaving_with_unsaved_words_warns(desk: Any) -> None:
    desk.alive = False
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: asked.append(dialog.type))
    desk.page.reload()
    assert asked == []
    desk.mount(*desk.parts)
    first(desk).press_sequentially("x")
    desk.page.reload()
    assert asked == ["beforeunload"]


def test_another_persons_words_are_never_touched(desk: Any) -> None:
    desk.service.mode = "silent"
    first(desk).press_sequentially("private")
    other = open_status(owner="p2")
    service = Service(desk, other)
    desk.reload(other, TextArea(field="a.text", label="First"))
    desk.page.wait_for_timeout(700)
    expect(first(desk)).to_have_value("")
    assert service.seen == []
    assert "private" in desk.page.evaluate("sessionStorage.getItem('lltic:p1:R1')")


def test_words_of_another_review_wait_for_it_and_are_not_sent_here(desk: Any) -> None:
    desk.service.mode = "silent"
    first(desk).press_sequentially("for case 0147")
    other = open_status(review_id="R2", case_id="0152")
    service = Service(desk, other)
    desk.reload(other, TextArea(field="a.text", label="First"))
    expect(first(desk)).to_have_value("")
    link = desk.page.get_by_role("link", name="Open case 0147")
    expect(link).to_have_attribute("href", "?review=R1&case=0147")
    desk.page.wait_for_timeout(600)
    assert service.seen == []
    with_callback: list[Any] = []
    other.on_action(lambda name, payload: with_callback.append((name, payload)))
    link.click()
    eventually(desk.page, lambda: with_callback)
    desk.page.wait_for_timeout(200)
    assert with_callback == [("go", {"query": "?review=R1&case=0147"})]


def test_changing_to_another_review_on_the_same_page(desk: Any) -> None:
    first(desk).press_sequentially("one")
    saved(desk)
    desk.status.belongs_to(review_id="R2", case_id="0152")
    desk.push()
    desk.service.fields = {}
    expect(desk.page.get_by_role("status")).to_have_text("Saves as you write")
    desk.page.evaluate("id => host.close(id)", desk.parts[1].model_id)
    desk.mount(TextArea(field="a.text", label="First"))
    expect(first(desk)).to_have_value("")
    first(desk).fill("two")
    eventually(desk.page, lambda: desk.service.seen[-1]["review_id"] == "R2")
    assert desk.service.seen[-1]["review_id"] == "R2"
    assert desk.service.seen[-1]["case_id"] == "0152"


def test_typed_before_there_was_an_outbox(bench: Any) -> None:
    bench.mount(TextArea(field="a.text", label="First"))
    first(bench).press_sequentially("early")
    status = open_status()
    service = Service(bench, status)
    bench.mount(status)
    expect(bench.page.get_by_role("status")).to_have_text("Saved 14:03:22")
    assert service.value() == {"value": "early"}


def test_typed_over_a_mirror_that_came_late_keeps_both(desk: Any) -> None:
    desk.service.mode = "silent"
    first(desk).press_sequentially("from before")
    status = open_status()
    service = Service(desk, status)
    desk.reload(TextArea(field="a.text", label="First"))
    first(desk).press_sequentially("after")
    desk.mount(status)
    expect(first(desk)).to_have_value("from before\n\nafter")
    saved(desk)
    assert service.value() == {"value": "from before\n\nafter"}


def test_a_bound_field_without_an_outbox_says_it_is_not_saved(bench: Any) -> None:
    bench.mount(TextArea(field="a.text", label="First"))
    first(bench).press_sequentially("x")
    expect(bench.page.get_by_role("alert")).to_contain_text("is not being saved")


def test_no_room_in_the_tab_is_said(desk: Any) -> None:
    desk.page.evaluate("void (Storage.prototype.setItem = () => { throw new Error('full') })")
    desk.alive = False
    first(desk).press_sequentially("x")
    expect(alarm(desk)).to_contain_text("could not keep a copy")


def test_stale_values_from_python_do_not_overwrite_newer_words(desk: Any) -> None:
    area = desk.parts[1]
    first(desk).press_sequentially("newer")
    saved(desk)
    area.value = {"value": "older"}  # still at version 0
    desk.push()
    desk.page.wait_for_timeout(100)
    expect(first(desk)).to_have_value("newer")
    with area.hold_trait_notifications():
        area.version, area.value = 2, {"value": "newest"}
    desk.push()
    expect(first(desk)).to_have_value("newest")


def test_a_field_drawn_anew_shows_what_was_saved_last(desk: Any) -> None:
    area = desk.parts[1]
    first(desk).fill("newer")
    saved(desk)
    desk.page.evaluate("id => host.close(id)", area.model_id)
    desk.mount(area)
    expect(first(desk)).to_have_value("newer")
    first(desk).press("End")
    first(desk).press_sequentially("!")
    eventually(desk.page, lambda: desk.service.fields["a.text"][1] == 2)
    assert desk.service.fields["a.text"] == ({"value": "newer!"}, 2)


def test_choices_and_missing_reasons_travel(bench: Any) -> None:
    status = open_status()
    service = Service(bench, status)
    radios = Radios(field="s", label="Score", options=[(1, "Poor"), (5, "Good")])
    page = bench.mount(status, radios)
    page.get_by_label("Good").check()
    eventually(page, lambda: len(service.committed) == 1)
    page.get_by_label("Not in the notes").check()
    eventually(page, lambda: len(service.committed) == 2)
    page.get_by_role("button", name="Clear my answer").click()
    eventually(page, lambda: len(service.committed) == 3)
    page.wait_for_timeout(300)
    values = [op["value"] for op in service.committed.values()]
    assert values == [{"value": 5}, {"missing": "not_in_notes"}, None]


def test_the_banner_takes_the_text(bench: Any) -> None:
    status = open_status(saved_at="2026-09-19T13:03:22Z")
    Service(bench, status)
    page = bench.mount(
        PatientBanner(items=[("Case", "0147")]), status, TextArea(field="a", label="First")
    )
    banner = page.get_by_role("region", name="Patient").get_by_role("status")
    expect(banner).to_have_text("Last saved 19 Sep 2026 14:03")
    first(bench).press_sequentially("x")
    expect(banner).to_have_text("Saved 14:03:22")
    expect(page.get_by_role("status")).to_have_count(1)  # said once, not twice
