"""One live window per review, the end of a session, and signatures: without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from page_screens import FIRST, Screen
from small_study import AMIRA

from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import ErrorSummary, Field, Notice, Signature

ONE, TWO = "1" * 32, "2" * 32
PATH = "ongoing.judgement"
HERE = f"?review={FIRST}&page=ongoing"


@pytest.fixture
def service_desk(small_study, clock):
    with admin.writing(small_study) as store:
        yield ServiceDesk(small_study, store, clock)


@pytest.fixture
def first(service_desk) -> Screen:
    return at_the_page(service_desk, ONE)


@pytest.fixture
def second(service_desk, first) -> Screen:
    return at_the_page(service_desk, TWO)


def at_the_page(service_desk, window: str) -> Screen:
    screen = Screen(service_desk, AMIRA)
    screen.desk.go(HERE)
    screen.window("hello", window=window)
    return screen


def elsewhere(screen: Screen) -> bool:
    return screen.desk._window.state == "elsewhere"


def on_record(screen: Screen):
    return screen.client.review(FIRST)["fields"].get(PATH, {}).get("answer")


def test_a_second_window_is_told_and_writes_nothing(first, second, monkeypatch):
    assert elsewhere(second) and not elsewhere(first)
    messages = second.sent(monkeypatch)
    second.write(PATH, {"value": "From the second."})
    assert messages[0]["nack"]["retry"] is True, "the page keeps it"
    assert on_record(first) is None


def test_continue_here_takes_the_review_over(first, second):
    first.write(PATH, {"value": "From the first."})
    second.window("take_over")
    assert not elsewhere(second)
    (field,) = [f for f in second.all(Field) if f.field == PATH]
    assert field.value == {"value": "From the first."}, "shown as it is now"
    second.write(PATH, {"value": "From the second."})
    assert on_record(second) == {"value": "From the second."}
    first.window("beat")
    assert elsewhere(first)
    first.window("take_over")
    assert not elsewhere(first)


def test_a_window_learns_by_writing_that_it_was_taken_over(first, second):
    second.window("take_over")
    first.write(PATH, {"value": "Too late."})
    assert elsewhere(first) and on_record(first) is None


def test_the_same_window_goes_on_silently_after_a_reload(service_desk, first):
    again = at_the_page(service_desk, ONE)
    assert not elsewhere(again)
    again.write(PATH, {"value": "Once more."})
    assert on_record(again) == {"value": "Once more."}


def test_words_that_come_before_the_windows_name_wait_for_it(service_desk, first, monkeypatch):
    again = Screen(service_desk, AMIRA)
    again.desk.go(HERE)
    messages = again.sent(monkeypatch)
    again.write(PATH, {"value": "Replayed at once."})
    assert messages == [] and not elsewhere(again)
    again.window("hello", window=ONE)
    assert messages[0]["ack"]["field"] == PATH
    assert on_record(again) == {"value": "Replayed at once."}


def test_the_notice_goes_by_itself_when_the_other_window_is_no_more(second, clock):
    clock.jump += timedelta(minutes=1)
    second.window("beat")
    assert not elsewhere(second)


def test_a_review_that_was_left_by_a_link_is_open_to_the_next_window_at_once(service_desk, first):
    first.desk.go("?page=cases")
    second = at_the_page(service_desk, TWO)
    assert not elsewhere(second)
    second.write(PATH, {"value": "At once."})
    assert on_record(second) == {"value": "At once."}
    first.desk.go(HERE)
    assert elsewhere(first), "nobody left the second one"


def test_a_page_that_is_closed_lets_go_and_only_of_what_its_window_holds(service_desk, first):
    second = at_the_page(service_desk, TWO)
    second.window("leave")
    second.write(PATH, {"value": "Not mine to give."})
    assert on_record(first) is None
    first.window("leave")
    third = at_the_page(service_desk, "3" * 32)
    assert not elsewhere(third)


def test_a_page_that_is_loaded_again_has_the_review_back_before_a_window_that_waits(
    service_desk, first, second, clock
):
    first.window("leave")
    second.window("beat")
    assert elsewhere(second), "the first may only be loading again"
    again = at_the_page(service_desk, ONE)
    assert not elsewhere(again)
    again.window("leave")
    clock.jump += timedelta(seconds=10)
    second.window("beat")
    assert not elsewhere(second), "it is not coming back"


def test_letting_go_while_the_service_is_away_harms_nothing(first):
    first.client.is_down = True
    first.window("leave")
    first.desk.go("?page=cases")
    assert first.titles() == ["This page cannot be opened just now"]


def test_continue_here_says_that_the_service_is_away_and_works_when_it_is_back(first, second):
    second.client.is_down = True
    second.window("take_over")
    said = second.desk._window.problem
    assert elsewhere(second) and "does not answer" in said and "Continue here" in said
    second.client.is_down = False
    second.window("take_over")
    assert not elsewhere(second) and second.desk._window.problem == ""
    second.write(PATH, {"value": "After the second try."})
    assert on_record(second) == {"value": "After the second try."}


def test_continue_here_is_tried_again_by_itself(first, second):
    second.client.is_down = True
    second.window("take_over")
    second.client.is_down = False
    second.window("beat")
    assert not elsewhere(second)
    first.window("beat")
    assert elsewhere(first)
    second.window("beat")
    assert not elsewhere(second), "a wish that was granted is not made again"
    first.window("take_over")
    second.window("beat")
    assert elsewhere(second)


def test_who_did_not_ask_to_continue_is_told_nothing_of_it(first, second):
    second.client.is_down = True
    second.window("beat")
    assert elsewhere(second) and second.desk._window.problem == ""


def test_a_page_that_cannot_be_shown_anew_is_not_written_to(first, second, monkeypatch):
    down = second.client

    def away(review_id):
        down.is_down = True
        return down._reach()

    with monkeypatch.context() as patch:
        patch.setattr(second.client, "review", away)
        second.window("take_over")
        assert elsewhere(second) and "does not answer" in second.desk._window.problem
    second.client.is_down = False
    second.window("beat")
    assert not elsewhere(second)


def test_continue_here_on_a_review_that_was_withdrawn_says_so(second, monkeypatch):
    from lltic.errors import Problem, Refused

    def gone(*_args, **_more):
        raise Refused(Problem("no-such-review", "review", "is not one of yours"))

    monkeypatch.setattr(second.client, "hold", gone)
    second.window("take_over")
    assert "not one of yours" in second.desk._window.problem


def test_there_is_no_sign_of_life_without_an_open_review(first):
    assert first.desk._window.watching
    first.desk.go("?page=cases")
    assert not first.desk._window.watching and not elsewhere(first)


@pytest.mark.parametrize("window", ["", "x", 3, None, "1" * 33, {"a": 1}])
def test_a_name_that_is_none_is_dropped(first, window):
    first.window("hello", window=window)
    assert first.desk._line.window == ONE


def test_submitting_from_a_window_that_lost_the_review_says_so(first, second):
    first.desk.go(f"?review={FIRST}&page=confirm")
    second.window("take_over")
    first.sign()
    (notice,) = first.all(Notice)
    assert "another window" in notice.title and "answers are safe" in notice.text


# -- the session -----------------------------------------------------------------------------


def test_the_end_of_the_session_is_told_and_nothing_is_turned(first, monkeypatch):
    messages = first.sent(monkeypatch)
    write = first.write
    review = first.client.review(FIRST)
    first.client.is_over = True
    with monkeypatch.context() as patch:
        patch.setattr(first.client, "review", lambda review_id: review)
        write(PATH, {"value": "After the end."})
    assert first.desk._again.over and messages[0]["nack"]["retry"] is True
    first.desk.go("?page=cases")
    assert first.heading() == "Ongoing care"


def sign_in_again(screen: Screen, ticket: str = "a-ticket") -> None:
    screen.desk._again._receive(None, {"action": "again", "ticket": ticket}, [])


def test_after_signing_in_again_one_is_where_one_wanted_to_go(first):
    first.client.is_over = True
    first.desk.go("?page=cases")
    sign_in_again(first)
    assert not first.desk._again.over and first.heading() == "My cases"


def test_who_signed_in_again_in_another_tab_need_not_do_it_here(first):
    first.client.is_over = True
    first.window("beat")
    assert first.desk._again.over
    first.client.is_over = False
    first.window("beat")
    assert not first.desk._again.over


def test_another_persons_ticket_opens_nothing(first, monkeypatch):
    first.client.is_over = True
    first.window("beat")
    monkeypatch.setattr(first.client, "exchange", lambda ticket: {"name": "ben"})
    with pytest.raises(Exception, match="somebody else"):
        sign_in_again(first)
    assert first.desk._again.over


def test_how_long_a_page_may_lie_untouched_is_the_studys_setting(first):
    assert first.desk._again.idle_minutes == 30
    assert first.desk._again.name == "amira"


# -- signatures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "said"),
    [("empty", "Enter"), ("wrong", "not right"), ("locked", "few minutes"), ("?", "try again")],
)
def test_a_password_that_does_not_do_is_pointed_out(first, why, said):
    first.desk.go(f"?review={FIRST}&page=confirm")
    first.press("unsigned", Signature, why=why)
    (error,) = first.one(ErrorSummary).errors
    assert error["field"] == first.one(Signature).field and said in error["message"]
    assert first.one(Signature).error == error["message"]
    assert first.desk._place.error and first.heading() == "Submit your review"


def test_once_the_password_did_nothing_says_that_it_did_not(first):
    first.desk.go(f"?review={FIRST}&page=confirm")
    first.press("unsigned", Signature, why="wrong")
    first.client.is_down = True
    first.sign()
    assert first.titles() == ["Not submitted yet"]
    assert (first.one(Signature).error, first.one(ErrorSummary).errors) == ("", [])


def test_pressing_twice_is_one_deed_and_coming_back_is_another(first):
    first.desk.go(f"?review={FIRST}&page=confirm")
    first.client.is_down = True
    first.sign()
    first.sign()
    ids = [op["op_id"] for op in first.client.operations[-2:]]
    assert ids[0] == ids[1]
    first.client.is_down = False
    first.desk.go(f"?review={FIRST}&page=confirm")
    first.client.is_down = True
    first.sign()
    assert first.client.operations[-1]["op_id"] != ids[0]


def test_nothing_but_a_token_or_a_reason_reaches_python(first):
    first.desk.go(f"?review={FIRST}&page=confirm")
    heard: list = []
    signature = first.one(Signature)
    signature.on_action(lambda name, payload: heard.append(payload))
    for payload in (
        {"action": "signed", "signature": "a-token", "password": "canary"},
        {"action": "signed", "signature": {"a": 1}},
        {"action": "signed"},
        {"action": "unsigned", "why": 3},
    ):
        signature._receive(None, payload, [])
    assert heard == [{"signature": "a-token"}]
