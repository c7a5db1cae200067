"""The notes beside a review: pages as pictures, their words, evidence, and a page that is slow."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator

import papers
import pytest
from papers import lay
from patience import PATIENCE, still
from playwright.sync_api import Browser, Error, Locator, Page, Response, expect
from serving_study import Served, log_in

from lltic.reviews import read
from lltic.sources.synthetic.paper import pdf_of
from lltic.sources.tables import document_hash
from lltic.study import Study

PAGES = 500
BODY = (
    "Seen by Dr Müller at 08:40: café au lait refused – “no appetite”.\n"
    "Fluid balance was not charted since Friday. The ﬁrst ECG was lost.\n"
)
NEEDLE = 321

ORIGINALS = (b"%PDF-1", b"PK\x03\x04", b"word/document.xml")


def leaf(number: int) -> str:
    end = "Ein Nädelchen." if number == NEEDLE else ""
    return f"Ward 23, page {number} of the notes\n{BODY * 8}{end}"


@pytest.fixture(scope="module")
def served(demo_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the demo study, with more notes in the reviewer's first open case."""
    folder = tmp_path_factory.mktemp("notes") / "demo"
    study = Study.open(shutil.copytree(demo_study.path, folder))
    done = {j.review_id for j in read.judgements(study)}
    open_now = [a for a in read.assignments(study) if a.review_id not in done]
    mine = next(a for a in open_now if a.reviewer == "amira.khan" and a.form == "sjr")
    lay(study, mine.case_id, "long", "pdf", pdf_of([leaf(n) for n in range(1, PAGES + 1)]))
    lay(study, mine.case_id, "scan", "png", papers.png())
    lay(study, mine.case_id, "letter", "docx", papers.word())
    lay(study, mine.case_id, "hostile", "pdf", papers.HOSTILE["drawings in drawings"][1])
    server = Served(study)
    server.review_id = mine.review_id
    yield server
    server.stop()


@pytest.fixture
def desk(served: Served, browser: Browser) -> Iterator[Page]:
    """A page of the reviewer's form with the notes beside it, and everything that reached it."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.frames_seen = []
    page.answers = []
    page.on("response", lambda answer: page.answers.append(answer))
    page.on(
        "websocket",
        lambda line: line.on(
            "framereceived",
            lambda frame: page.frames_seen.append(
                frame if isinstance(frame, bytes) else frame.encode()
            ),
        ),
    )
    log_in(page, served.url, "amira.khan")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My cases")
    page.answers.clear()  # what was left has no body any more
    go(page, served, "admission")
    # Few documents have tabs until the page has found out how narrow their column is.
    expect(page.get_by_label("Document", exact=True)).to_be_visible()
    yield page
    context.close()


def go(page: Page, served: Served, where: str) -> None:
    page.goto(f"{served.url}?review={served.review_id}&page={where}")
    expect(page.get_by_role("region", name="Case notes")).to_be_visible()


def open_document(page: Page, name: str) -> None:
    page.get_by_label("Document", exact=True).select_option(name)


PICTURE = """new Promise((done) => {
    const began = performance.now();
    const canvas = document.querySelector(".lltic-notes canvas");
    const look = () => canvas.width > 100 && !canvas.hidden
        ? done(performance.now() - began) : requestAnimationFrame(look);
    look();
})"""

OPEN_AND_SEE = """new Promise((done) => {
    const began = performance.now();
    const chooser = document.querySelector(".lltic-notes__documents select");
    chooser.value = "long";
    chooser.dispatchEvent(new Event("change"));
    const canvas = document.querySelector(".lltic-notes canvas");
    const there = () => canvas.width > 100 && !canvas.hidden
        && document.querySelector(".lltic-word");
    const look = () => there() ? done(performance.now() - began) : requestAnimationFrame(look);
    look();
})"""


def saved(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text=re.compile(r"^Saved \d"))


def word(page: Page, text: str) -> dict[str, float]:
    """Where a word of the layer stands on the screen."""
    box = page.locator(".lltic-word").filter(has_text=text).first.bounding_box()
    assert box is not None
    return box


def drag(page: Page, first: str, last: str) -> None:
    """Select from a word to another with the mouse, not quite along the lines."""
    between = page.locator(".lltic-word").filter(has_text=last).first
    between.evaluate("node => node.scrollIntoView({ block: 'center' })")
    start, end = still(page, lambda: [word(page, first), word(page, last)])
    middle = start["y"] + start["height"] / 2
    page.mouse.move(start["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, middle + start["height"] * 0.8, steps=4)
    page.mouse.move(end["x"] + end["width"] - 1, end["y"] + end["height"] / 2, steps=6)
    page.mouse.up()


def test_a_passage_of_a_picture_becomes_evidence_and_leads_back(served: Served, desk: Page) -> None:
    page = desk
    took = page.evaluate(OPEN_AND_SEE)
    sys.stdout.write(f"\nfirst page of {PAGES}, picture and words: {took:.0f} ms\n")
    assert took < 5_000  # on a quiet machine below 1,000
    text = page.locator(".lltic-notes__words").evaluate("node => node.textContent")
    file = served.study.documents / "long.txt"
    pages = file.read_bytes().decode().split("\f")
    assert text == pages[0]

    # Far into the document, by its words: without accents, past the letters before them.
    search = page.get_by_label("Search the notes")
    search.fill("ein nadelchen")
    mark = page.locator("mark.lltic-hit--current")
    expect(mark).to_have_text(["Ein ", "Nädelchen"])
    expect(page.get_by_role("textbox", name="Page")).to_have_value(str(NEEDLE))
    expect(mark.last).to_be_in_viewport()
    search.fill("")
    expect(mark).to_have_count(0)

    drag(page, "café", "balance")
    page.get_by_role("button", name="Use as evidence").click()
    expect(page.get_by_text("Laid beside “Your judgement of this phase of care”.")).to_be_visible()
    quoted = page.locator(".lltic-evidence blockquote")
    expect(quoted).to_have_count(1)
    expect(quoted).to_contain_text("take away")
    expect(quoted).to_contain_text(f"long, page {NEEDLE}")
    expect(saved(page)).to_be_visible()

    (cited,) = [e for e in read.events(served.study) if e.kind == "cited"]
    passage = cited.value
    assert (passage["document"], passage["page"]) == ("long", NEEDLE)
    whole = pages[NEEDLE - 1]
    assert whole[passage["start"] : passage["end"]] == passage["text"]
    assert passage["text"].startswith("café au lait refused")
    assert passage["text"].endswith("Fluid balance")
    assert cited.field == "admission.judgement"

    # From the form, from the check of all answers, after another document: back to its place.
    open_document(page, "letter")
    expect(page.locator(".lltic-notes__words")).to_contain_text("Discharge letter")
    page.get_by_role("button", name=re.compile("show in notes")).click()
    shown = page.locator("mark.lltic-hit--shown")
    expect(shown.first).to_be_in_viewport()
    marked = "".join(shown.all_text_contents())
    assert "".join(marked.split()) == "".join(passage["text"].split())
    go(page, served, "check")
    row = page.locator(".lltic-check__row").filter(has_text="Fluid balance")
    expect(row).to_have_count(1)
    row.get_by_role("button", name=re.compile("show in notes")).click()
    expect(shown.first).to_be_in_viewport()

    # Taken away, it is gone from the page, and on record both ways.
    go(page, served, "admission")
    page.get_by_role("button", name=re.compile("take away")).click()
    expect(quoted).to_have_count(0)
    kinds = [e.kind for e in read.events(served.study) if e.review_id == served.review_id]
    assert [kind for kind in kinds if "cited" in kind] == ["cited", "uncited"]


def test_a_slow_picture_holds_up_nothing(served: Served, desk: Page) -> None:
    page = desk
    open_document(page, "scan")
    page.evaluate(PICTURE)
    expect(page.get_by_text("No words could be read from this page")).to_be_visible()
    open_document(page, "hostile")
    words = page.get_by_label("Your judgement of this phase of care")
    words.fill("Written while a page was being drawn.")
    said = page.locator(".lltic-notes__state")
    took = page.evaluate(
        """new Promise((done) => {
            const began = performance.now();
            const told = () => [...document.querySelectorAll("[role=status]")]
                .some((one) => /^Saved [0-9]/.test(one.textContent));
            const look = () => told() ? done(performance.now() - began) : setTimeout(look, 20);
            look();
        })"""
    )
    sys.stdout.write(f"\nsaved after {took:.0f} ms while a picture was awaited\n")
    assert took < 3_000  # the drawing is given 4 s
    expect(said).to_contain_text("cannot be shown as a picture")
    expect(said).to_contain_text("What you have written is safe.")
    open_document(page, "long")
    page.evaluate(PICTURE)
    field = read_back(served, "admission.judgement")
    assert field == "Written while a page was being drawn."

    # What reached the browser are pictures and words, never the file.
    sent = b"".join(page.frames_seen)
    assert b"\x89PNG" in sent
    bodies = [body_of(page, answer) for answer in page.answers if answer.status == 200]
    assert bodies and not any(one in part for one in ORIGINALS for part in (sent, *bodies))


def body_of(page: Page, answer: Response) -> bytes:
    """What came; asked for once more where the browser has let go of it meanwhile."""
    try:
        return answer.body()
    except Error:
        return page.context.request.get(answer.url).body()


def read_back(served: Served, path: str) -> object:
    found = [e for e in read.events(served.study) if e.kind == "answered" and e.field == path]
    return found[-1].value["value"]


def test_some_of_the_demo_is_printed_scanned_or_typed(demo_study: Study) -> None:
    """What anybody sees who tries it; the words beside an original are those that were read."""
    book = json.loads((demo_study.cohort / "casebook.json").read_text())
    documents = [d for case in book.values() for d in case["documents"] if d["original"]]
    assert {d["original"] for d in documents} == {"pdf", "docx", "png"}
    for one in documents:
        text = (demo_study.documents / f"{one['id']}.txt").read_bytes().decode()
        assert one["sha256"] == document_hash(text)
        assert one["pages"] == text.count("\f") + 1
        assert (demo_study.documents / f"{one['id']}.{one['original']}").is_file()
        assert bool(text.strip()) == (one["original"] != "png")
