"""Reading the notes and coding passages, with mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from lltic.ui.kit import NotesViewer, PassageCoder

DOCUMENTS = [
    {
        "id": "m",
        "title": "Medical notes",
        "organisation": "Ward 23",
        "date": "2026-09-06",
        "pages": 4,
    },
    {"id": "n", "title": "Nursing", "pages": 2},
    {"id": "g", "title": "GP record", "pages": 1},
]
TEXTS = {
    "m": ["First page.", "Fluid chart\nnot done.", "İstanbul fluid <b>fluid</b>", "🫀 Last fluid."],
    "n": ["Turned.", "Poor FLUID intake."],
    "g": ["Nothing here."],
}


def viewer(**more: Any) -> NotesViewer:
    return NotesViewer(**{"documents": DOCUMENTS, "texts": TEXTS, "case_id": "0147", **more})


def where(page: Any) -> Any:
    return page.locator(".lltic-notes__where")


def test_notes_snapshot(bench: Any) -> None:
    page = bench.mount(viewer())
    expect(page.locator("#root")).to_match_aria_snapshot("""
      - region "Case notes":
        - tablist "Documents":
          - tab "Medical notes" [selected]
          - tab "Nursing"
          - tab "GP record"
        - search:
          - text: Search the notes
          - searchbox "Search the notes"
          - status
        - button "Previous page" [disabled]
        - text: Page
        - textbox "Page": "1"
        - text: of 4
        - button "Next page"
        - tabpanel "Medical notes":
          - heading "Ward 23 · Medical notes · page 1 of 4 · 6 Sep 2026" [level=3]
          - text: First page.
    """)


def test_tabs_by_keyboard(bench: Any) -> None:
    page = bench.mount(viewer())
    page.get_by_role("tab", name="Medical notes").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Nursing")).to_be_focused()
    expect(page.get_by_role("tab", name="Nursing")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_contain_text("Turned.")
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="GP record")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Medical notes")).to_be_focused()
    assert (
        page.get_by_role("tab").evaluate_all("all => all.filter(t => t.tabIndex === 0).length") == 1
    )


def test_pages(bench: Any) -> None:
    page = bench.mount(viewer())
    following = page.get_by_role("button", name="Next page")
    following.click()
    expect(where(page)).to_contain_text("page 2 of 4")
    page.get_by_role("textbox", name="Page").fill("99")
    page.keyboard.press("Enter")
    expect(where(page)).to_contain_text("page 4 of 4")
    expect(following).to_have_attribute("aria-disabled", "true")
    following.click(force=True)
    expect(where(page)).to_contain_text("page 4 of 4")
    page.get_by_role("textbox", name="Page").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Page")).to_have_value("4")


def test_search_goes_through_all_documents(bench: Any) -> None:
    page = bench.mount(viewer())
    search = page.get_by_label("Search the notes")
    search.fill("fluid")
    count = page.get_by_role("status")
    expect(count).to_have_text("1 of 5")
    expect(search).to_be_focused()
    expect(where(page)).to_contain_text("page 2 of 4")
    expect(page.locator("mark.lltic-hit--current")).to_have_text("Fluid")
    search.press("Enter")
    expect(count).to_have_text("2 of 5")
    assert page.locator("mark").all_inner_texts() == ["fluid", "fluid"]  # after İ, no shift
    for _ in range(3):
        page.get_by_role("button", name="Next result").click()
    expect(count).to_have_text("5 of 5")
    expect(page.locator("mark")).to_have_text("FLUID")
    expect(page.get_by_role("tab", name="Nursing")).to_have_attribute("aria-selected", "true")
    search.press("Enter")
    expect(count).to_have_text("1 of 5")
    search.press("Shift+Enter")
    expect(count).to_have_text("5 of 5")
    search.fill("chart not")  # across the end of a line
    expect(count).to_have_text("1 of 1")
    search.fill("(zzz")
    expect(count).to_have_text("Not found")
    search.fill("")
    expect(count).to_have_text("")
    assert page.locator("mark").count() == 0


def test_notes_are_text(bench: Any) -> None:
    page = bench.mount(viewer())
    page.get_by_role("textbox", name="Page").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator(".lltic-notes__words")).to_have_text("İstanbul fluid <b>fluid</b>")


def test_the_place_is_kept_over_a_reload_and_per_case(bench: Any) -> None:
    page = bench.mount(viewer())
    page.get_by_role("tab", name="Nursing").click()
    page.get_by_role("button", name="Next page").click()
    bench.reload(viewer())
    expect(where(page)).to_have_text("Nursing · page 2 of 2")
    other = viewer(case_id="0152")
    bench.reload(other)
    expect(where(page)).to_contain_text("Medical notes · page 1")
    other.case_id = "0147"
    bench.push()
    expect(where(page)).to_have_text("Nursing · page 2 of 2")


def test_pages_are_asked_for_when_needed(bench: Any) -> None:
    notes = viewer(texts={})
    asked: list[str] = []

    def deliver(name: str, payload: Any) -> None:
        asked.append(payload["document"])
        notes.deliver(payload["document"], TEXTS[payload["document"]])

    notes.on_action(deliver)
    page = bench.mount(notes)
    expect(page.locator(".lltic-notes__words")).to_have_text("First page.")
    assert asked == ["m"]
    page.get_by_label("Search the notes").fill("fluid")
    expect(page.get_by_role("status")).to_have_text("1 of 5")
    assert sorted(asked) == ["g", "m", "n"]


def test_notes_that_do_not_come_are_said(bench: Any) -> None:
    notes = viewer(texts={})

    def fail(name: str, payload: Any) -> None:
        raise RuntimeError("no notes")

    notes.on_action(fail)
    page = bench.mount(notes)
    expect(page.get_by_role("alert")).to_contain_text("did not arrive")
    notes.on_action(fail, remove=True)
    notes.on_action(lambda name, payload: notes.deliver("m", TEXTS["m"]))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".lltic-notes__words")).to_have_text("First page.")


def test_partial_notes_are_never_shown_as_complete(bench: Any) -> None:
    page = bench.mount(viewer(texts={**TEXTS, "m": ["Only one.", " \n "]}))
    expect(page.get_by_text("Only 2 of 4 pages of this document are here")).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("This page has no readable text.")).to_be_visible()


def test_many_documents_are_a_select(new_bench: Callable[..., Any]) -> None:
    many = [{"id": f"d{i}", "title": f"Letter {i}", "pages": 1} for i in range(9)]
    texts = {one["id"]: [f"Text of {one['title']}"] for one in many}
    wide = new_bench()
    page = wide.mount(viewer(documents=many, texts=texts))
    page.get_by_label("Document", exact=True).select_option("d7")
    expect(page.locator(".lltic-notes__words")).to_have_text("Text of Letter 7")
    phone = new_bench(390, 844)
    page = phone.mount(viewer())
    expect(page.get_by_label("Document", exact=True)).to_be_visible()
    assert page.get_by_role("tab").count() == 0


def select_words(page: Any, selector: str, words: str) -> None:
    """Select a passage as a mouse would leave it selected."""
    page.evaluate(
        """([selector, words]) => {
            const root = document.querySelector(selector);
            const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
            const from = root.textContent.indexOf(words), to = from + words.length;
            const range = document.createRange();
            for (let at = 0, node; (node = walker.nextNode()); at += node.data.length) {
                const end = at + node.data.length;
                if (from >= at && from < end) range.setStart(node, from - at);
                if (to > at && to <= end) range.setEnd(node, to - at);
            }
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        [selector, words],
    )


def test_use_as_evidence_counts_code_points(bench: Any) -> None:
    notes = viewer(quotable=True)
    heard: list[Any] = []
    notes.on_action(lambda name, payload: heard.append((name, payload)))
    page = bench.mount(notes)
    page.get_by_role("textbox", name="Page").fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use as evidence")).to_be_hidden()
    select_words(page, ".lltic-notes__words", "Last fluid.")
    page.get_by_role("button", name="Use as evidence").click()
    page.wait_for_timeout(100)
    quote = {"document": "m", "page": 4, "start": 2, "end": 13, "text": "Last fluid."}
    assert heard == [("quote", quote)]
    assert TEXTS["m"][3][2:13] == "Last fluid."


def test_show_leads_back_to_the_passage(bench: Any) -> None:
    notes = viewer()
    page = bench.mount(notes)
    notes.show("m", 4, 2, 6)
    bench.push()
    expect(page.locator("mark")).to_have_text("Last")
    expect(page.get_by_role("tabpanel")).to_be_focused()


# ---- coding

TEXT = "🫀 Care was late. The family were told kindly. Fluid was 👩🏽‍⚕️ not charted."
THEMES = [
    {"code": "talk", "label": "Communication", "definition": "Talking with the family."},
    {"code": "fluid", "label": "Fluid", "definition": "Fluid given.", "include": "charts"},
]


@pytest.fixture
def coder(bench: Any) -> PassageCoder:
    coder = PassageCoder(text=TEXT, text_id="t1", question="Judgement", themes=THEMES)
    bench.heard = []

    def code(name: str, payload: dict[str, Any]) -> None:
        bench.heard.append((name, payload))
        if name == "code":
            entry = {"id": f"c{len(bench.heard)}", **payload}
            coder.codings = [*coder.codings, entry]
        else:
            coder.codings = [one for one in coder.codings if one["id"] != payload["id"]]

    coder.on_action(code)
    bench.mount(coder)
    return coder


WORDS = ".lltic-coder__words"


def drag(page: Any, words: str) -> None:
    select_words(page, WORDS, words)
    page.locator(WORDS).dispatch_event("mouseup")


def picked(coder: PassageCoder) -> list[str]:
    return [coder.text[one["start"] : one["end"]] for one in coder.codings]


def test_code_by_mouse_in_code_points(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    drag(page, "told kindly. ")
    expect(page.get_by_text("Selected: “told kindly.”")).to_be_visible()
    button = page.get_by_role("button", name="Communication", exact=True)
    expect(button).to_have_accessible_description("Talking with the family.")
    button.click()
    expect(page.get_by_text("Coded as Communication.")).to_be_visible()
    assert picked(coder) == ["told kindly."]
    assert bench.heard[0][0] == "code"
    expect(button).to_have_attribute("aria-pressed", "true")
    drag(page, "👩🏽‍⚕️ not")
    page.get_by_role("button", name="Fluid", exact=True).click()
    expect(page.get_by_role("heading", name="Codings of this text (2)")).to_be_visible()
    assert picked(coder) == ["told kindly.", "👩🏽‍⚕️ not"]
    assert page.locator(WORDS).text_content() == TEXT


def test_code_by_keyboard(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    page.get_by_role("group", name="Text to code").focus()
    for key in ("ArrowRight",) * 5 + ("Shift+ArrowRight",) * 2:
        page.keyboard.press(key)
    expect(page.get_by_text("Selected: “The family were”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Nothing selected yet.")).to_be_visible()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Fluid", exact=True).press("Enter")
    page.wait_for_timeout(100)
    assert picked(coder) == [TEXT]


def test_code_by_sentence(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    page.get_by_text("Choose by sentence instead").click()
    page.get_by_label("🫀 Care was late.").check()
    page.get_by_label("The family were told kindly.").check()
    page.get_by_role("button", name="Communication", exact=True).click()
    page.wait_for_timeout(100)
    assert picked(coder) == ["🫀 Care was late. The family were told kindly."]


def test_whole_text_and_no_selection(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    page.get_by_role("button", name="Fluid", exact=True).click()
    expect(page.get_by_text("Select a passage first")).to_be_visible()
    assert bench.heard == []
    page.get_by_role("button", name="Whole text").click()
    page.get_by_role("button", name="Fluid", exact=True).click()
    page.wait_for_timeout(100)
    assert picked(coder) == [TEXT]


def test_overlapping_codings_and_removing(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    drag(page, "family were told")
    page.get_by_role("button", name="Communication", exact=True).click()
    drag(page, "told kindly")
    page.get_by_role("button", name="Fluid", exact=True).click()
    both = page.locator("mark[title='Communication, Fluid']")
    expect(both).to_have_text("told")
    page.get_by_role("button", name="Remove Communication: family were told").click()
    expect(page.get_by_text("Removed: Communication.")).to_be_visible()
    assert picked(coder) == ["told kindly"]
    assert page.evaluate("document.activeElement !== document.body")
    page.get_by_role("button", name="Fluid", exact=True).click()  # pressed: takes it away again
    page.wait_for_timeout(100)
    assert coder.codings == []


def kept_coder(**more: Any) -> PassageCoder:
    about = {"text": TEXT, "text_id": "t1", "themes": THEMES, "owner": "cody", "review_id": "r1"}
    return PassageCoder(**{**about, **more})


def test_a_coding_that_is_not_on_record_survives_a_reload_and_keeps_its_name(bench: Any) -> None:
    first = kept_coder()
    heard: list[Any] = []

    def away(name: str, payload: Any) -> None:
        heard.append(payload)
        first.keep(payload["op_id"])

    first.on_action(away)
    page = bench.mount(first)
    drag(page, "told kindly")
    page.get_by_role("button", name="Communication", exact=True).click()
    expect(page.get_by_text("not saved yet", exact=True)).to_be_visible()
    expect(page.locator("mark.lltic-coded--0")).to_have_text("told kindly")
    again = kept_coder()
    done: list[Any] = []

    def save(name: str, payload: Any) -> None:
        done.append(payload)
        entry = {key: payload[key] for key in ("theme", "start", "end")}
        again.codings = [*again.codings, {"id": payload["op_id"], **entry}]

    again.on_action(save)
    bench.reload(again)
    expect(page.get_by_role("heading", name="Codings of this text (1)")).to_be_visible()
    expect(page.get_by_text("not saved yet", exact=True)).to_have_count(0)
    assert done == heard[:1], "the same coding under the same name"
    bench.reload(kept_coder(codings=again.codings))
    page.wait_for_timeout(300)
    assert bench.sent()[-1:] == [] or bench.sent()[-1].get("action") != "code"


def test_somebody_elses_codings_stay_where_they_are(bench: Any) -> None:
    first = kept_coder()
    first.on_action(lambda name, payload: first.keep(payload["op_id"]))
    page = bench.mount(first)
    page.get_by_role("button", name="Whole text").click()
    page.get_by_role("button", name="Fluid", exact=True).click()
    expect(page.get_by_text("not saved yet", exact=True)).to_be_visible()
    other = kept_coder(owner="dora")
    heard: list[Any] = []
    other.on_action(lambda name, payload: heard.append(payload))
    bench.reload(other)
    page.wait_for_timeout(400)
    assert heard == []
    expect(page.get_by_text("not saved yet", exact=True)).to_have_count(0)


def test_a_coding_that_is_refused_is_said_and_not_tried_again(bench: Any) -> None:
    coder = kept_coder()
    heard: list[Any] = []

    def refuse(name: str, payload: Any) -> None:
        heard.append(payload)
        coder.refuse(payload["op_id"], "This text is not open to you.")

    coder.on_action(refuse)
    page = bench.mount(coder)
    page.get_by_role("button", name="Whole text").click()
    page.get_by_role("button", name="Fluid", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="not open to you")).to_be_visible()
    expect(page.get_by_text("not saved yet", exact=True)).to_have_count(0)
    page.wait_for_timeout(2500)
    assert len(heard) == 1


def test_a_locked_text_takes_no_codings(bench: Any, coder: PassageCoder) -> None:
    coder.locked = True
    bench.push()
    page = bench.page
    expect(page.get_by_role("button", name="Fluid", exact=True)).to_have_count(0)
    drag(page, "told kindly")
    page.wait_for_timeout(100)
    assert page.locator("mark").count() == 0


def test_another_text_begins_fresh(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    drag(page, "told kindly")
    with coder.hold_trait_notifications():
        coder.text_id, coder.text, coder.codings = "t2", "Other words.", []
    bench.push()
    expect(page.locator(WORDS)).to_have_text("Other words.")
    expect(page.get_by_text("Nothing selected yet.")).to_be_visible()
