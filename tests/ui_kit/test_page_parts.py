"""The frame of a page: place, header, banner, buttons, notices, lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from patience import drawn, eventually
from playwright.sync_api import expect

from lltic.ui.kit import (
    Actions,
    CheckAnswers,
    ConflictNotice,
    Heading,
    Notice,
    Paragraph,
    PatientBanner,
    Place,
    Receipt,
    SiteHeader,
    Splitter,
    TaskList,
    TextArea,
    Worklist,
    link,
)


def hearing(component: Any) -> list[Any]:
    heard: list[Any] = []
    component.on_action(lambda name, payload: heard.append((name, payload)))
    return heard


def test_place_keeps_title_address_history_and_focus(bench: Any) -> None:
    place, heading = Place(title="My cases"), Heading(text="My cases")
    heard = hearing(place)
    place.on_action(lambda name, payload: place.turn_to(payload["query"], "Back again"))
    page = bench.mount(place, heading)
    expect(page).to_have_title("My cases – Learning from deaths review")
    assert page.evaluate("document.activeElement === document.body")
    place.turn_to("?case=1&page=a", "Case 1")
    heading.text = "Case 1"
    bench.push()
    expect(page).to_have_url("http://kit.test/desk?case=1&page=a")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    place.turn_to("?case=1&page=a", "Case 1", error=True)
    bench.push()
    expect(page).to_have_title("Error: Case 1 – Learning from deaths review")
    place.turn_to("?case=1&page=b", "Case 1 b", replace=True)
    bench.push()
    expect(page).to_have_url("http://kit.test/desk?case=1&page=b")
    page.go_back()
    expect(page).to_have_title("Back again – Learning from deaths review")
    assert heard == [("go", {"query": ""})]
    assert page.evaluate("history.length") == 3  # about:blank, desk, case 1: replaced, not pushed


def test_place_waits_for_the_new_heading_and_scrolls_up(bench: Any) -> None:
    place, old, new = Place(), Heading(text="Old"), Heading(text="New")
    bench.mount(place, old, ("tall", []))
    page = bench.page
    drawn(page)  # it has looked which heading there is now
    page.add_style_tag(content=".tall{height:3000px}")
    page.evaluate("window.scrollTo(0, 1000)")
    place.turn_to("?page=new", "New")
    bench.push()
    page.evaluate("id => host.close(id)", old.model_id)
    page.wait_for_timeout(100)
    bench.mount(new)
    expect(page.get_by_role("heading", name="New")).to_be_focused()
    assert page.evaluate("window.scrollY") == 0


def test_who_is_in_a_box_before_the_page_has_settled_stays_in_it(bench: Any) -> None:
    place, old, new, box = (
        Place(),
        Heading(text="Old"),
        Heading(text="New"),
        TextArea(field="a", label="Words"),
    )
    page = bench.mount(place, old)
    drawn(page)
    place.turn_to("?page=new", "New")
    page.evaluate("""() => {
        const real = globalThis.requestAnimationFrame;
        window.waiting = [];
        globalThis.requestAnimationFrame = (then) => void window.waiting.push(then);
        window.go_on = () => {
            globalThis.requestAnimationFrame = real;
            window.waiting.forEach(real);
        };
    }""")
    bench.push()
    page.evaluate("id => host.close(id)", old.model_id)
    bench.mount(new, box)
    page.get_by_role("textbox").click()
    page.evaluate("go_on()")
    page.wait_for_timeout(1000)
    page.keyboard.type("Seen promptly.")
    expect(page.get_by_role("textbox")).to_have_value("Seen promptly.")


def test_who_is_in_a_box_of_the_new_page_before_it_is_said_to_be_one_stays_in_it(
    bench: Any,
) -> None:
    place, old, new = Place(), Heading(text="Old"), Heading(text="New")
    page = bench.mount(place, old)
    drawn(page)
    page.evaluate("id => host.close(id)", old.model_id)
    bench.mount(new, TextArea(field="a", label="Words"))
    page.get_by_role("textbox").click()
    place.turn_to("?page=new", "New")
    bench.push()
    expect(page).to_have_title(re.compile("^New"))
    page.wait_for_timeout(1000)
    page.keyboard.type("Seen promptly.")
    expect(page.get_by_role("textbox")).to_have_value("Seen promptly.")


def test_an_error_page_without_a_summary_takes_the_focus_too(bench: Any) -> None:
    place, heading = Place(), Heading(text="My cases")
    page = bench.mount(place, heading)
    drawn(page)
    place.turn_to("?x=1", "Not available", error=True)
    heading.text = "Not available"
    bench.push()
    expect(page.get_by_role("heading", name="Not available")).to_be_focused()


def test_header_snapshot_links_and_skip(bench: Any) -> None:
    header = SiteHeader(
        cohort="Sept cohort",
        person="A. Reviewer",
        links=[link("My cases (5)", "worklist", query="?"), ("Help", "help")],
        logout_url="/logout",
        notice="Synthetic study",
    )
    heard = hearing(header)
    page = bench.mount(header, Heading(text="Page"))
    expect(page.locator("#root > div").first).to_match_aria_snapshot("""
      - link "Skip to the page"
      - paragraph: Learning from deaths review Sept cohort
      - navigation "Your account":
        - list:
          - listitem:
            - link "My cases (5)"
          - listitem:
            - button "Help"
          - listitem: Signed in as A. Reviewer
          - listitem:
            - button "Sign out"
      - paragraph: Synthetic study
    """)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Page")).to_be_focused()
    page.get_by_role("button", name="Help").click()
    eventually(page, lambda: heard)
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)  # before, it takes no second one
    page.get_by_role("link", name="My cases").click()
    eventually(page, lambda: len(heard) > 1)
    page.wait_for_timeout(100)
    assert heard == [("help", {}), ("worklist", {"query": "?"})]


def test_a_link_to_another_page_saves_first_and_stays_when_it_cannot(bench: Any) -> None:
    header = SiteHeader(links=[link("Coding", "coding", page="coding")])
    heard = hearing(header)
    page = bench.mount(header)
    page.evaluate("""() => {
        window.tries = [];
        document.addEventListener("lltic:flush", (event) => {
            event.detail.taken = true;
            window.tries.push(event.detail.done);
        });
    }""")
    for saved in ("false", "true"):
        page.get_by_role("link", name="Coding").click()
        page.wait_for_function("() => window.tries.length === 1")
        expect(page.get_by_role("link", name="Coding")).to_be_visible()
        page.evaluate(f"() => window.tries.pop()({saved})")
        expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    page.wait_for_url("**/coding")
    assert heard == []


def test_sign_out_posts_the_token_and_leaves(bench: Any) -> None:
    posts: list[Any] = []
    header = SiteHeader(logout_url="/logout", login_url="/login")
    page = bench.mount(header)
    bench.context.add_cookies([{"name": "_xsrf", "value": "2|ab", "url": "http://kit.test"}])

    def answer(route: Any) -> None:
        posts.append((route.request.method, route.request.post_data))
        route.fulfill(status=302, headers={"location": "/login"})

    page.route("**/logout", answer)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    assert posts == [("POST", "_xsrf=2%7Cab")]


def test_sign_out_that_fails_is_said(bench: Any) -> None:
    page = bench.mount(SiteHeader(logout_url="/logout"))
    page.route("**/logout", lambda route: route.fulfill(status=403))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("You are still signed in")


def unsaved(page: Any, ok: str) -> None:
    """Play an outbox that answers every flush."""
    page.evaluate(f"""void document.addEventListener('lltic:flush', (event) => {{
        event.detail.taken = true; window.flushes = (window.flushes ?? 0) + 1;
        setTimeout(() => event.detail.done({ok}), 50);
    }})""")


def test_sign_out_with_unsaved_words_asks_once_more(bench: Any) -> None:
    page = bench.mount(SiteHeader(logout_url="/logout"))
    page.route("**/logout", lambda route: route.fulfill(status=200))
    unsaved(page, "false")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("not saved yet")
    page.get_by_role("button", name="Sign out anyway").click()
    page.wait_for_url("**/login")


def test_buttons_save_first_and_send_once(bench: Any) -> None:
    actions = Actions(primary="Save and continue", links=[("Back", "tasks")])
    heard = hearing(actions)
    page = bench.mount(actions)
    page.evaluate("""void document.addEventListener('lltic:flush', ({ detail }) => {
        detail.taken = true; window.flushes = (window.flushes ?? 0) + 1;
        window.saved = () => detail.done(true);
    })""")
    page.get_by_role("button", name="Save and continue").dblclick()
    page.evaluate("saved()")  # only now: both clicks came while it was being saved
    expect(page.locator(".lltic-actions")).not_to_have_attribute("aria-busy", "true")
    eventually(page, lambda: heard)
    page.wait_for_timeout(200)
    assert heard == [("next", {})]
    assert page.evaluate("window.flushes") == 1
    page.get_by_role("button", name="Back").click()
    page.evaluate("saved()")
    eventually(page, lambda: len(heard) > 1)
    page.wait_for_timeout(200)
    assert heard == [("next", {}), ("tasks", {})]


def test_a_button_stays_when_saving_failed(bench: Any) -> None:
    actions = Actions(primary="Go on")
    heard = hearing(actions)
    page = bench.mount(actions)
    page.evaluate("""void document.addEventListener('lltic:flush', ({ detail }) => {
        detail.taken = true; window.give_up = () => detail.done(false);
    })""")
    button = page.get_by_role("button", name="Go on")
    button.click()
    expect(page.locator(".lltic-actions")).to_have_attribute("aria-busy", "true")
    expect(button).to_have_attribute("aria-disabled", "true")
    page.evaluate("give_up()")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()
    assert heard == []


def test_a_page_that_fails_or_does_not_answer_says_so(bench: Any) -> None:
    actions = Actions(primary="Go on")

    def fail(name: str, payload: Any) -> None:
        raise RuntimeError("broken")

    actions.on_action(fail)
    page = bench.mount(actions)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("did not work")
    bench.alive = False
    page.clock.install()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.clock.run_for(8100)
    expect(page.get_by_role("alert")).to_contain_text("No answer yet")
    expect(page.get_by_role("alert")).to_contain_text("still here")


def test_worklist_snapshot(bench: Any) -> None:
    rows = [
        {
            "case_id": "0147",
            "link": "Continue",
            "detail": "Died 28 Sep",
            "done": 2,
            "total": 5,
            "status": "In progress",
            "status_kind": "doing",
            "query": "?review=R1",
        }
    ]
    worklist = Worklist(
        groups=[{"heading": "In progress", "rows": rows}, {"heading": "To start", "rows": []}],
        support_title="Hard to read",
        support="Call 4040",
    )
    heard = hearing(worklist)
    page = bench.mount(worklist)
    expect(page.locator("#root")).to_match_aria_snapshot("""
      - heading "In progress" [level=2]
      - list:
        - listitem:
          - text: Case 0147
          - link "Continue case 0147"
          - text: Died 28 Sep 2 of 5 phases In progress
      - paragraph: Hard to read
      - paragraph: Call 4040
    """)
    assert page.get_by_role("heading", name="To start").count() == 0
    page.get_by_role("link").click()
    eventually(page, lambda: heard)
    page.wait_for_timeout(100)
    assert heard == [("open", {"case_id": "0147", "query": "?review=R1"})]
    worklist.groups = []
    bench.push()
    expect(page.get_by_text("All done")).to_be_visible()


def test_a_page_is_turned_to_the_field_one_was_in(bench: Any) -> None:
    place = Place(title="First", query="?a")
    page = bench.mount(place, Heading(text="First"), TextArea(field="a.b", label="Words"))
    place.turn_to("?a", "First", field="a.b")
    bench.push()
    expect(page.get_by_label("Words")).to_be_focused()


def test_links_open_in_a_new_tab_like_any_link(bench: Any) -> None:
    row = {"case_id": "1", "link": "Start", "status": "", "query": "?review=R1"}
    worklist = Worklist(groups=[{"heading": "", "rows": [row]}])
    heard = hearing(worklist)
    page = bench.mount(worklist)
    with bench.context.expect_page():
        page.get_by_role("link").click(modifiers=["ControlOrMeta"])
    expect(page.get_by_role("link")).to_have_attribute("href", "?review=R1")
    assert heard == []


def test_task_list(bench: Any) -> None:
    rows = [
        {"key": "a", "label": "Admission", "status": "Done", "status_kind": "done", "query": "?a"},
        {"key": "z", "label": "Submit", "status": "Cannot start yet", "status_kind": "off"},
    ]
    tasks = TaskList(groups=[{"heading": "", "rows": rows}], summary="1 of 2 done.")
    heard = hearing(tasks)
    page = bench.mount(tasks)
    entry = page.get_by_role("link", name="Admission")
    expect(entry).to_have_accessible_description("Done")
    assert page.get_by_role("link", name="Submit").count() == 0
    entry.click()
    eventually(page, lambda: heard)
    page.wait_for_timeout(100)
    assert heard == [("open", {"key": "a", "query": "?a"})]


def test_check_answers_shows_everything_whole(bench: Any) -> None:
    long = "word " * 3000
    rows = [
        {"field": "t", "key": "Judgement", "answer": {"value": long}, "query": "?page=a"},
        {"field": "s", "key": "Score", "answer": {"value": 4}, "text": "4 Good"},
        {"field": "m", "key": "Procedure", "answer": {"missing": "not_applicable"}},
        {"field": "n", "key": "Review", "answer": {"missing": "not_in_notes"}},
        {"field": "u", "key": "Harm", "answer": None, "error": "Say whether"},
        {"field": "o", "key": "Extra", "answer": None, "optional": True, "change": False},
        {"field": "l", "key": "Types", "answer": {"value": ["A", "B"]}},
        {"field": "e", "key": "None", "answer": {"value": []}},
    ]
    answers = CheckAnswers(sections=[{"heading": "Part", "rows": rows}])
    heard = hearing(answers)
    page = bench.mount(answers)
    cells = page.locator(".lltic-check__value").all_inner_texts()
    assert cells[0] == long
    cells = [" ".join(cell.split()) for cell in cells]
    assert cells[1:] == [
        "4 Good",
        "Does not apply",
        "Not in the notes",
        "Error: Say whether Not answered yet",
        "Not answered (optional)",
        "A B",
        "None",
    ]
    page.get_by_role("link", name="Change Judgement").click()
    eventually(page, lambda: heard)
    page.wait_for_timeout(100)
    assert heard == [("change", {"field": "t", "query": "?page=a"})]
    assert page.get_by_text("Change Extra").count() == 0
    answers.locked = True
    bench.push()
    expect(page.get_by_text("Change Judgement")).to_have_count(0)


def test_receipt(bench: Any) -> None:
    receipt = Receipt(
        code="7F3A-21", at="2026-10-19T13:03:22Z", lines=["One", "Two"], links=[link("Back", "go")]
    )
    page = bench.mount(receipt)
    expect(page.locator("#root")).to_match_aria_snapshot("""
      - heading "Review submitted" [level=1]
      - paragraph:
        - text: Your receipt
        - strong: 7F3A-21
      - paragraph:
        - time: Submitted 19 Oct 2026 14:03
      - heading "What happens next" [level=2]
      - paragraph: One
      - paragraph: Two
      - paragraph:
        - button "Back"
    """)


def test_banner_stays_in_view_and_is_short_on_a_phone(new_bench: Callable[..., Any]) -> None:
    items = [(f"Label {i}", f"value {i}") for i in range(6)]
    wide = new_bench()
    page = wide.mount(("lltic-page", [PatientBanner(items=items), ("tall", [])]))
    page.add_style_tag(content=".tall{height:3000px}")
    page.evaluate("window.scrollTo(0, 1500)")
    region = page.get_by_role("region", name="Patient")
    expect(region).to_be_in_viewport()
    expect(page.get_by_text("value 5")).to_be_visible()
    phone = new_bench(390, 844)
    page = phone.mount(PatientBanner(items=items))
    expect(page.get_by_text("value 2")).to_be_visible()
    expect(page.get_by_text("value 5")).to_be_hidden()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_text("value 5")).to_be_visible()


def test_small_parts(bench: Any) -> None:
    notice = Notice(kind="error", title="Not done", text="One.\n\nTwo.", announce=True)
    conflict = ConflictNotice(label="Judgement", mine="m", other="o", other_by="Your other tab")
    chosen = hearing(conflict)
    page = bench.mount(notice, Paragraph(text="One.\n\nTwo."), conflict)
    page.get_by_role("button", name="Keep the other").click()
    eventually(page, lambda: chosen)
    page.wait_for_timeout(100)
    assert chosen == [("use_other", {})]
    problem = page.get_by_role("alert").filter(has_text="Problem:")
    expect(problem).to_contain_text("Problem: Not done")
    assert page.locator(".lltic-paragraph p").count() == 2
    expect(page.get_by_text("Your other tab")).to_be_visible()


def test_splitter_by_keyboard_keeps_its_place(bench: Any) -> None:
    parts = ("lltic-columns", [Heading(text="A"), Splitter(), Heading(text="B", level=2)])
    page = bench.mount(parts)
    bar = page.get_by_role("separator")
    expect(bar).to_have_attribute("aria-valuenow", "50")
    bar.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuenow", "60")
    left, right = (
        page.locator(".lltic-columns > .lltic-heading").nth(i).bounding_box()["width"]
        for i in (0, 1)
    )
    assert 1.4 < left / right < 1.6
    page.keyboard.press("End")
    expect(bar).to_have_attribute("aria-valuenow", "80")
    bench.reload(parts)
    expect(page.get_by_role("separator")).to_have_attribute("aria-valuenow", "80")


def test_nothing_overflows_at_320_px(new_bench: Callable[..., Any]) -> None:
    bench = new_bench(320, 568)
    word = "incomprehensibilities" * 3
    page = bench.mount(
        (
            "lltic-page",
            [
                SiteHeader(person=word, links=[(word, "a")], cohort=word, logout_url="/x"),
                PatientBanner(items=[(word, word)] * 3),
                ("lltic-narrow", [Heading(text=word), Actions(primary=word, links=[(word, "a")])]),
            ],
        )
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
