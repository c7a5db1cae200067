"""Reading the notes and coding passages, with mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from patience import eventually
from playwright.sync_api import expect

from lltic.ui.gallery_notes import scanned
from lltic.ui.kit import Evidence, NotesViewer, PassageCoder, SaveStatus, TextArea, passage_of

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


def viewer(texts: Any = None, **more: Any) -> NotesViewer:
    made = NotesViewer(**{"documents": DOCUMENTS, "case_id": "0147", **more})
    if texts != {}:
        made.read_from(texts or TEXTS)
    return made


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
        - button "Smaller" [disabled]
        - status: 100 %
        - button "Larger"
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


def test_a_page_number_in_writing_outlives_what_arrives_meanwhile(bench: Any) -> None:
    notes = viewer()
    page = bench.mount(notes)
    number = page.get_by_role("textbox", name="Page")
    number.fill("3")
    notes.title = "Her notes"
    bench.push()  # everything is drawn anew, as when a picture comes
    expect(page.get_by_role("region", name="Her notes")).to_be_visible()
    expect(number).to_have_value("3")
    page.keyboard.press("Enter")
    expect(where(page)).to_contain_text("page 3 of 4")


def test_search_goes_through_all_documents(bench: Any) -> None:
    page = bench.mount(viewer())
    search = page.get_by_label("Search the notes")
    search.fill("fluid")
    count = page.locator(".lltic-notes__count")
    expect(count).to_have_text("1 of 5")
    expect(search).to_be_focused()
    expect(where(page)).to_contain_text("page 2 of 4")
    expect(page.locator("mark.lltic-hit--current")).to_have_text("Fluid")
    search.press("Enter")
    expect(count).to_have_text("2 of 5")
    marks = page.locator(".lltic-notes__words mark")
    expect(marks).to_have_text(["fluid", "fluid"])  # after İ, no shift
    for _ in range(3):
        page.get_by_role("button", name="Next result").click()
    expect(count).to_have_text("5 of 5")
    expect(marks).to_have_text("FLUID")
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
    expect(marks).to_have_count(0)


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


def test_the_results_are_listed_and_lead_to_their_places(bench: Any) -> None:
    page = bench.mount(viewer())
    page.get_by_label("Search the notes").fill("fluid")
    listed = page.get_by_role("list", name="Results")
    expect(listed).to_be_hidden()
    page.get_by_role("button", name="List", exact=True).click()
    expect(listed.get_by_role("button")).to_have_count(5)
    expect(listed.get_by_role("button").nth(3)).to_have_text(
        "Medical notes, page 4 … 🫀 Last fluid. …"
    )
    listed.get_by_role("button").nth(4).click()
    expect(where(page)).to_have_text("Nursing · page 2 of 2")
    expect(listed.get_by_role("button").nth(4)).to_have_attribute("aria-current", "true")


def test_a_page_and_its_neighbours_are_asked_for_once(bench: Any) -> None:
    notes = viewer({})
    asked: list[Any] = []
    notes.on_action(
        lambda name, payload: asked.append((name, payload["document"], payload["page"]))
    )
    notes.read_from(TEXTS)
    page = bench.mount(notes)
    expect(page.locator(".lltic-notes__words")).to_have_text("First page.")
    eventually(page, lambda: len(asked) > 1)
    page.wait_for_timeout(100)
    assert asked == [("page", "m", 1), ("page", "m", 2)]
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".lltic-notes__words")).to_have_text("Fluid chart not done.")
    eventually(page, lambda: len(asked) > 2)
    page.wait_for_timeout(100)
    assert asked[2:] == [("page", "m", 3)]


def test_notes_that_do_not_come_are_said(bench: Any) -> None:
    notes = viewer({})

    def fail(name: str, payload: Any) -> None:
        raise RuntimeError("no notes")

    notes.on_action(fail)
    page = bench.mount(notes)
    expect(page.get_by_text("The notes did not arrive.")).to_contain_text("is not affected")
    notes.on_action(fail, remove=True)
    notes.read_from(TEXTS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".lltic-notes__words")).to_have_text("First page.")


def scan(text: str) -> dict[str, Any]:
    return {**scanned(text), "text": text}


PICTURED = [{**DOCUMENTS[0], "pictures": True}, DOCUMENTS[1]]
LAID = {"m": [scan(text) for text in TEXTS["m"]], "n": TEXTS["n"]}


def test_a_page_is_a_picture_with_its_words_over_it(bench: Any) -> None:
    page = bench.mount(viewer(LAID, documents=PICTURED))
    expect(page.locator(".lltic-notes canvas")).to_have_js_property("width", 420)
    words = page.locator(".lltic-notes__words")
    for number, text in enumerate(TEXTS["m"], 1):
        page.get_by_role("textbox", name="Page").fill(str(number))
        page.keyboard.press("Enter")
        expect(where(page)).to_contain_text(f"page {number} of 4")
        expect(words).to_have_js_property("textContent", text)  # nothing but the text
    page.get_by_role("textbox", name="Page").fill("1")
    page.keyboard.press("Enter")
    first = page.locator(".lltic-word").first
    expect(first).to_have_text("First ")
    box, paper = first.bounding_box(), page.locator(".lltic-notes__paper").bounding_box()
    scale = paper["width"] / 420
    assert abs(box["x"] - paper["x"] - 30 * scale) < 1
    assert abs(box["width"] - 42 * scale) < 1.5  # up to the next word
    assert abs(box["height"] - 12 * scale) < 1


def test_the_words_can_be_read_as_text_and_be_made_larger(bench: Any) -> None:
    page = bench.mount(viewer(LAID, documents=PICTURED))
    show = page.get_by_role("group", name="Show pages as")
    expect(show.get_by_role("button", name="Picture")).to_have_attribute("aria-pressed", "true")
    wide = page.locator(".lltic-notes__paper").bounding_box()["width"]
    page.get_by_role("button", name="Larger").click()
    assert page.locator(".lltic-notes__paper").bounding_box()["width"] > 1.2 * wide
    show.get_by_role("button", name="Text").click()
    expect(page.locator(".lltic-notes canvas")).to_be_hidden()
    expect(page.locator(".lltic-notes__words")).to_have_css("font-size", "20px")
    page.get_by_role("tab", name="Nursing").click()
    expect(show).to_be_hidden()  # it has no pictures
    expect(page.locator(".lltic-notes__words")).to_have_text("Turned.")


def test_a_narrow_page_shows_text_until_the_person_chooses(new_bench: Callable[..., Any]) -> None:
    phone = new_bench(320, 800)
    page = phone.mount(viewer(LAID, documents=PICTURED))
    text = page.get_by_role("button", name="Text", exact=True)
    expect(text).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Picture").click()
    expect(page.locator(".lltic-notes canvas")).to_be_visible()
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 320


@pytest.mark.parametrize(
    ("code", "why", "again"),
    [
        ("page-too-slow", "it takes too long to draw", 1),
        ("document-locked", "protected by a password", 0),
        ("", "no answer came", 1),
    ],
)
def test_a_picture_that_cannot_be_drawn_leaves_the_words(
    bench: Any, code: str, why: str, again: int
) -> None:
    notes = viewer({}, documents=PICTURED)
    texts = viewer(LAID, documents=PICTURED)

    def answer(name: str, payload: Any) -> None:
        if name == "picture":
            notes.cannot(payload["ask"], "", code)
        else:
            texts.send = notes.send
            texts._callbacks[0](name, payload)

    notes.on_action(answer)
    page = bench.mount(notes)
    said = page.locator(".lltic-notes__state")
    expect(said).to_contain_text(why)
    expect(said).to_contain_text("Its words are below. What you have written is safe.")
    expect(said.get_by_role("button", name="Try again")).to_have_count(again)
    expect(page.locator(".lltic-notes__words")).to_have_text("First page.")


def test_a_scan_without_words_says_so(bench: Any) -> None:
    blank = {"m": [{**scanned("x"), "text": "", "words": []}] * 4, "n": TEXTS["n"]}
    page = bench.mount(viewer(blank, documents=PICTURED))
    expect(page.get_by_text("No words could be read from this page")).to_be_visible()
    expect(page.locator(".lltic-notes canvas")).to_be_visible()


def test_few_pictures_are_kept(bench: Any) -> None:
    many = [{"id": "m", "title": "Long", "pages": 30, "pictures": True}]
    page = bench.mount(viewer({"m": [scan(f"Page {n}") for n in range(30)]}, documents=many))
    page.evaluate(
        """() => { const close = ImageBitmap.prototype.close; window.let_go = 0;
        ImageBitmap.prototype.close = function () { window.let_go += 1; close.call(this); } }"""
    )
    for number in range(2, 20):
        page.get_by_role("button", name="Next page").click()
        expect(where(page)).to_contain_text(f"page {number} of 30")
        expect(page.locator(".lltic-notes canvas")).to_have_js_property("width", 420)
    eventually(page, lambda: page.evaluate("let_go") >= 14)
    assert page.evaluate("let_go") >= 14


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


QUESTIONS = [{"field": "a.words", "label": "Your judgement"}, {"field": "b.words", "label": "Why"}]


def edits(page: Any) -> None:
    page.evaluate(
        """() => { window.edits = []; document.addEventListener("lltic:edit", ({detail}) => {
            detail.taken = true; window.edits.push(detail); }); }"""
    )


@pytest.mark.parametrize("pictures", [True, False])
def test_a_passage_becomes_evidence_in_code_points(bench: Any, pictures: bool) -> None:
    documents = [{**DOCUMENTS[0], "pictures": pictures}]
    page = bench.mount(viewer(LAID, documents=documents, questions=QUESTIONS))
    edits(page)
    page.get_by_role("textbox", name="Page").fill("4")
    page.keyboard.press("Enter")
    expect(page.locator(".lltic-notes__words")).to_contain_text("Last fluid.")
    button = page.get_by_role("button", name="Use as evidence")
    expect(button).to_be_hidden()
    expect(page.get_by_text("Select words to use them as evidence.")).to_be_visible()
    bar = page.locator(".lltic-notes__bar").bounding_box()
    select_words(page, ".lltic-notes__words", "Last fluid.")
    expect(button).to_be_visible()
    assert page.locator(".lltic-notes__bar").bounding_box() == bar  # nothing moves meanwhile
    page.get_by_label("beside").select_option("Why")
    button.click()
    expect(page.get_by_text("Laid beside “Why”.")).to_be_visible()
    (edit,) = page.evaluate("edits")
    assert edit["field"].startswith("evidence:")
    passage = edit["value"]["value"]
    source = "Medical notes, page 4 · 6 Sep 2026"
    place = {"document": "m", "page": 4, "start": 2, "end": 13, "text": "Last fluid."}
    assert passage == {**place, "field": "b.words", "source": source}
    assert TEXTS["m"][3][2:13] == "Last fluid."


def test_words_are_selected_by_keyboard(bench: Any) -> None:
    page = bench.mount(viewer(questions=QUESTIONS[:1]))
    edits(page)
    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".lltic-notes__words")).to_contain_text("Fluid chart")
    page.get_by_role("tabpanel").focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("getSelection().toString()") == "Fluid chart\nnot"
    page.keyboard.press("Shift+ArrowLeft")
    button = page.get_by_role("button", name="Use as evidence")
    expect(button).to_be_visible()  # the browser tells of a selection a moment later
    button.press("Enter")
    (edit,) = page.evaluate("edits")
    assert edit["value"]["value"]["text"] == "Fluid chart"


def test_the_question_last_in_hand_is_offered_first(bench: Any) -> None:
    fields = [TextArea(field=one["field"], label=one["label"], bound=False) for one in QUESTIONS]
    page = bench.mount(viewer(questions=QUESTIONS), *fields)
    page.get_by_label("Why").focus()
    select_words(page, ".lltic-notes__words", "First")
    expect(page.get_by_label("beside")).to_have_value("b.words")


def test_a_passage_is_shown_where_it_stands(bench: Any) -> None:
    item = {"id": "e1", "document": "m", "page": 3, "start": 9, "end": 14, "text": "fluid"}
    item["source"] = "Medical notes, page 3"
    page = bench.mount(viewer(), Evidence(field="a.words", items=[item], label="Your judgement"))
    page.get_by_role("button", name=re.compile("show in notes.*fluid")).click()
    expect(where(page)).to_contain_text("page 3 of 4")
    expect(page.locator("mark.lltic-hit--shown")).to_have_text("fluid")
    expect(page.get_by_role("tabpanel")).to_be_focused()
    page.evaluate(
        """document.dispatchEvent(new CustomEvent("lltic:passage", {detail:
        {document: "m", page: 3, start: 9, end: 14, text: "other"}}))"""
    )
    expect(page.get_by_text("the document has changed since")).to_be_visible()


class Notary:
    """A service that keeps evidence, or says why not."""

    def __init__(self, bench: Any, refuse: str = "") -> None:
        self.refuse = refuse
        self.status = SaveStatus(owner="P", review_id="R", case_id="C")
        self.shelf = Evidence(field="a.words", label="Your judgement")
        self.status.on_operation(self._do)
        self.seen: list[Any] = []
        self.silent = False
        self.page = bench.mount(viewer(questions=QUESTIONS[:1]), self.shelf, self.status)

    def _do(self, op: Any) -> None:
        self.seen.append(op)
        which = {"op_id": op["op_id"], "field": op["field"]}
        if self.silent:
            return
        if self.refuse:
            self.status.refuse(**which, message=self.refuse)
            return
        said = passage_of(op["value"])
        if said:
            self.shelf.items = [{**said, "id": op["op_id"], "source": "Medical notes, page 1"}]
        else:
            self.shelf.items = []
        self.status.ack(**which, version=1, at="2026-09-06T10:00:00Z")


def cite(page: Any) -> None:
    expect(page.locator(".lltic-notes__words")).to_have_text("First page.")
    select_words(page, ".lltic-notes__words", "First")
    page.get_by_role("button", name="Use as evidence").click()


def test_evidence_is_on_record_and_can_be_taken_away(bench: Any) -> None:
    notary = Notary(bench)
    page = notary.page
    cite(page)
    quoted = page.locator(".lltic-evidence blockquote")
    expect(quoted).to_have_text(re.compile("“First”.*Medical notes, page 1.*take away", re.S))
    expect(quoted).to_have_count(1)
    assert [op["value"]["value"]["text"] for op in notary.seen] == ["First"]
    page.get_by_role("button", name=re.compile("take away.*First")).click()
    expect(quoted).to_have_count(0)
    assert notary.seen[1]["field"] == f"evidence:{notary.seen[0]['op_id']}"
    assert notary.seen[1]["value"] is None


def test_evidence_waits_in_the_tab_until_it_is_on_record(bench: Any) -> None:
    notary = Notary(bench)
    notary.silent = True
    cite(notary.page)
    expect(notary.page.get_by_text("being saved")).to_be_visible()
    eventually(notary.page, lambda: notary.seen)
    before = notary.seen[0]["op_id"]
    notary.page.reload()
    again = Notary(bench)
    expect(again.page.locator(".lltic-evidence blockquote")).to_contain_text("take away")
    assert [op["op_id"] for op in again.seen] == [before]


def test_evidence_that_is_refused_is_told(bench: Any) -> None:
    notary = Notary(bench, "does not stand there in this document.")
    cite(notary.page)
    alert = notary.page.get_by_role("alert").filter(has_text="Not saved")
    expect(alert).to_contain_text("evidence from the notes")
    expect(alert).to_contain_text("Your answers are not affected")
    expect(notary.page.get_by_text("not saved", exact=True)).to_be_visible()
    alert.get_by_role("button", name="Leave this unsaved").click()
    expect(notary.page.locator(".lltic-evidence blockquote")).to_have_count(0)


def test_evidence_is_put_into_the_words(bench: Any) -> None:
    item = {"id": "e1", "document": "m", "page": 3, "start": 9, "end": 14, "text": "fluid"}
    item["source"] = "Medical notes, page 3"
    area = TextArea(field="a.words", label="Your judgement", bound=False)
    page = bench.mount(area, Evidence(field="a.words", items=[item]))
    page.get_by_role("button", name="add to my text").click()
    expect(page.get_by_label("Your judgement")).to_have_value("“fluid” (Medical notes, page 3)")


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
    eventually(page, lambda: picked(coder) == [TEXT])
    assert picked(coder) == [TEXT]


def test_code_by_sentence(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    page.get_by_text("Choose by sentence instead").click()
    page.get_by_label("🫀 Care was late.").check()
    page.get_by_label("The family were told kindly.").check()
    page.get_by_role("button", name="Communication", exact=True).click()
    eventually(page, lambda: picked(coder) == ["🫀 Care was late. The family were told kindly."])
    assert picked(coder) == ["🫀 Care was late. The family were told kindly."]


def test_whole_text_and_no_selection(bench: Any, coder: PassageCoder) -> None:
    page = bench.page
    page.get_by_role("button", name="Fluid", exact=True).click()
    expect(page.get_by_text("Select a passage first")).to_be_visible()
    assert bench.heard == []
    page.get_by_role("button", name="Whole text").click()
    page.get_by_role("button", name="Fluid", exact=True).click()
    eventually(page, lambda: picked(coder) == [TEXT])
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
    eventually(page, lambda: coder.codings == [])
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
