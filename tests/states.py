"""A walk through every page and every state of it, each reached once, by whom it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from every_state_study import EVERY_KIND, PASSWORD
from jinja2 import Environment, FileSystemLoader
from many_sided_study import ALONE, DIFFERING, JOINT, OFFERED, SERIOUS
from patience import LINE, NO_LINE, PATIENCE, answered, at_rest, deaf, drawn, listen, tick
from playwright.sync_api import BrowserContext, Page, expect
from serving_study import log_in

import lltic.ui.server

__all__ = ["WALKS", "State", "Walk", "cite", "found_in_notes", "saved"]

State = tuple[str, Page]
"""A state's name, and the page that is in it."""

TURN = """(query) => {
  document.title = "";
  for (const one of document.querySelectorAll("h1")) one.dataset.left = "";
  history.pushState(null, "", location.pathname + query);
  dispatchEvent(new PopStateEvent("popstate"));
}"""

TURNED = """() => document.title !== "" && new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
"""A page that has turned is scrolled to its top: what is pressed before may move away."""

SELECT = """(words, asked) => {
  const [all, walk] = [[], document.createTreeWalker(words, NodeFilter.SHOW_TEXT)];
  while (walk.nextNode()) if (walk.currentNode.textContent.trim()) all.push(walk.currentNode);
  const text = all.sort((a, b) => b.length - a.length)[0];
  const there = all.find((one) => asked && one.data.includes(asked));
  const from = there ? there.data.indexOf(asked) : 0;
  const to = there ? from + asked.length : Math.min(text.length, 60);
  getSelection().setBaseAndExtent(there ?? text, from, there ?? text, to);
}"""
SAVED = re.compile("^Saved")
SOON = PATIENCE * 1000
"""Milliseconds that a page may take on a busy machine."""

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(lltic.ui.server.__file__).parent / "template" / "lltic"),
    autoescape=True,
)


@dataclass
class Walk:
    """Somebody's browser in front of the served study."""

    url: str
    context: BrowserContext
    password: str = PASSWORD

    def __post_init__(self) -> None:
        listen(self.context)

    def begin(self, name: str, path: str = "") -> Page:
        """Log somebody in; return their first page."""
        page = self.context.new_page()
        log_in(page, self.url + path, name, self.password)
        expect(page).not_to_have_title(re.compile("Sign in"))
        return self.there(page)

    def there(self, page: Page) -> Page:
        expect(page.locator("h1:not([data-left])")).to_be_visible(timeout=SOON)
        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=SOON)
        return page

    def turn(self, page: Page, query: str) -> Page:
        """Turn to a page of the desk as the browser's own buttons do, in the same kernel."""
        page.evaluate(TURN, query)
        self.there(page)
        page.wait_for_function(TURNED, timeout=SOON)
        return page

    def load(self, page: Page, query: str) -> Page:
        """Load a page anew."""
        page.goto(self.url + query)
        return self.there(page)


def opened(page: Page) -> None:
    """Wait until the address names a review: what turns back before is not heard."""
    page.wait_for_url(re.compile(r"[?&]review="), timeout=SOON)


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=SAVED).first).to_be_visible(timeout=SOON)


def problem(page: Page) -> None:
    """Wait for the error summary; if it does not come, say what the page tells instead."""
    summary = page.get_by_text("There is a problem").locator("visible=true")
    try:
        expect(summary).to_be_visible(timeout=SOON)
    except AssertionError as error:
        told = [one for one in page.locator("[role=alert]").all_inner_texts() if one]
        raise AssertionError(f"no error summary; the page says: {told}") from error


def doors(walk: Walk) -> Iterator[State]:
    """Before one is in."""
    page = walk.context.new_page()
    page.goto(walk.url)
    yield "log-in", page
    button = page.get_by_role("button", name="Sign in")
    button.click()
    problem(page)
    yield "log-in, nothing written", page
    for _ in range(12):
        page.get_by_label("User name").fill("nobody.here")
        page.get_by_label("Password").fill("wrong-wrong-wrong")
        with page.expect_navigation():  # the summary of the attempt before is there already
            button.click()
        problem(page)
        if page.get_by_text("Too many").count():
            break
    expect(page.get_by_text("Too many wrong passwords").first).to_be_visible(timeout=SOON)
    yield "log-in, locked out", page
    page.get_by_label("User name").fill("amira")
    page.get_by_label("Password").fill("wrong-wrong-wrong")
    with page.expect_navigation():
        button.click()
    problem(page)
    yield "log-in, wrong", page
    page.goto(walk.url + "password")
    yield "new password", page
    page.get_by_role("button", name="Change password and sign in").click()
    problem(page)
    yield "new password, nothing written", page
    page.goto(walk.url + "login?next=/&ended=1")
    yield "log-in, session ended", page
    style = page.locator("link[rel=stylesheet]").get_attribute("href")
    gone = TEMPLATES.get_template("left.html.j2").render(asset=lambda _: style, again=walk.url)
    page.route("**/left", lambda route: route.fulfill(body=gone, content_type="text/html"))
    page.goto(walk.url + "left")
    yield "signed out behind a proxy", page
    log_in(page, walk.url, "nia", PASSWORD)
    expect(page).not_to_have_title(re.compile("Sign in"), timeout=SOON)
    walk.there(page)
    yield "worklist, empty", page
    page.goto(walk.url + "nothing-here")
    yield "trouble", page


def starting(walk: Walk) -> Iterator[State]:
    """While a page is on its way, and when it does not come."""
    page = walk.begin("nia")
    page.route("**/client.js", lambda route: route.abort())
    page.goto(walk.url)
    expect(page.get_by_text("Loading your cases")).to_be_visible(timeout=SOON)
    yield "loading", page


def reviewer(walk: Walk) -> Iterator[State]:
    """A review from the list to where it is signed."""
    review = f"?review={ALONE}-1"
    page = walk.begin("amira")
    yield "worklist", page
    page.get_by_role("button", name="Take the next case").click()
    expect(page.get_by_role("heading", level=1, name="Your review")).to_be_visible(timeout=SOON)
    opened(page)
    walk.turn(page, "?page=cases")
    page.get_by_role("button", name="Take the next case").click()
    expect(page.get_by_text("No case waits")).to_be_visible(timeout=SOON)
    yield "worklist, nothing to take", page
    walk.turn(page, review)
    yield "overview", page
    for one in ("gate", "admission", "overall", "problems"):
        walk.turn(page, f"{review}&page={one}")
        yield f"form page {one}", page
    tick(page.get_by_role("radio", name="Yes").first)
    saved(page)
    yield "form page problems, opened", page
    walk.turn(page, f"{review}&page=ongoing")
    page.get_by_label("Your judgement of this phase of care").fill("Fluid balance was not charted.")
    tick(page.get_by_role("radio", name="2 Poor"))
    saved(page)
    yield "saved", page
    page.evaluate(NO_LINE)
    page.get_by_label("Your judgement of this phase of care").fill("Nobody charted it.")
    expect(page.locator(".lltic-alarm").get_by_role("heading").first).to_be_visible(timeout=SOON)
    yield "not saved", page
    page.evaluate(LINE)
    saved(page)
    walk.turn(page, f"{review}&page=admission")
    page.get_by_role("button", name="Save and continue").click()
    problem(page)
    yield "form page, errors", page
    walk.turn(page, f"{review}&page=check")
    yield "check answers", page
    page.get_by_role("button", name="Continue").click()
    problem(page)
    yield "check answers, incomplete", page
    walk.turn(page, f"{review}&page=confirm")
    yield "confirm", page
    page.get_by_role("button", name="Confirm and submit").click()
    problem(page)
    yield "confirm, not signed", page
    walk.turn(page, f"{review}&page=hand-back")
    yield "hand back", page


def windows(walk: Walk) -> Iterator[State]:
    """Two windows, and the end of a session."""
    words = "Your judgement of this phase of care"
    here = f"?review={ALONE}-2&page=ongoing"
    page = walk.begin("ben")
    walk.turn(page, here)
    page.get_by_label(words).fill("Mine.")
    saved(page)
    other = walk.load(walk.context.new_page(), here)
    expect(other.get_by_text("This review is open in another window")).to_be_visible(timeout=SOON)
    yield "elsewhere", other
    with deaf(page):  # else a sign of life tells it of the other window before it has written
        other.get_by_role("button", name="Continue here").click()
        expect(other.get_by_label(words)).to_be_editable(timeout=SOON)
        drawn(other)
        other.get_by_label(words).fill("Of the other window.")
        saved(other)
        page.bring_to_front()
        page.get_by_label(words).press_sequentially(" And more.")
    expect(page.get_by_text("This review is open in another window")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Continue here").click()
    expect(page.get_by_text("Two versions").first).to_be_visible(timeout=SOON)
    yield "conflict", page
    page.get_by_role("button", name="Edit a text made of both").click()
    yield "conflict, both in one", page
    page.get_by_role("button", name="Save this text").click()
    saved(page)
    other.close()
    page.evaluate("document.dispatchEvent(new CustomEvent('lltic:session-over', {detail: {}}))")
    expect(page.get_by_role("dialog")).to_be_visible(timeout=SOON)
    yield "session over", page
    page.get_by_role("button", name="Sign in and go on").click()
    expect(page.get_by_role("dialog").get_by_text("Enter your password")).to_be_visible(
        timeout=SOON
    )
    yield "session over, no password", page


def every_kind(walk: Walk) -> Iterator[State]:
    """Questions of every kind."""
    review = f"?review={EVERY_KIND}"
    page = walk.begin("eve")
    walk.turn(page, f"{review}&page=facts")
    yield "every kind", page
    seen = page.get_by_role("group", name="First seen")
    for part, text in (("Day", "31"), ("Month", "2"), ("Year", "2026")):
        seen.get_by_label(part).fill(text)
    page.get_by_role("textbox", name="Age in years").fill("eighty")
    tick(page.get_by_role("checkbox", name="On a ward"))
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("must be a real date").first).to_be_visible(timeout=SOON)
    page.wait_for_timeout(500)
    yield "every kind, errors", page
    for part, text in (("Day", "1"), ("Month", "2"), ("Year", "2026")):
        seen.get_by_label(part).fill(text)
    page.get_by_role("textbox", name="Age in years").fill("80")
    saved(page)
    walk.turn(page, f"{review}&page=problems")
    tick(page.get_by_role("radio", name="Yes").first)
    page.get_by_role("button", name="Add a problem").click()
    # Until the focus has come, another one is not added.
    began = page.get_by_role("group", name=re.compile("When did it begin.*Problem 1"))
    expect(began.get_by_label("Day")).to_be_focused(timeout=SOON)
    tick(page.get_by_role("group", name=re.compile("harm")).get_by_role("radio").first)
    page.get_by_role("button", name="Add another problem").click()
    expect(page.get_by_role("button", name="Remove problem 2")).to_be_visible(timeout=SOON)
    yield "entries", page
    page.get_by_role("button", name="Save and continue").click()
    problem(page)
    yield "entries, errors", page
    walk.turn(page, f"{review}&page=check")
    yield "entries, check answers", page


def notes(walk: Walk) -> Iterator[State]:
    """The notes: words, a table, pictures of pages, what a search finds."""
    page = walk.begin("amira")
    walk.turn(page, f"?review={ALONE}-1&page=ongoing")
    answered(page)
    if page.get_by_text("This review is open in another window").is_visible():
        page.get_by_role("button", name="Continue here").click()
    found_in_notes(page, "drowsy")
    cite(page)
    yield "notes, found", page
    found_in_notes(page, "nowhere at all")
    yield "notes, not found", page
    found_in_notes(page, "")
    for title in ("scan", "Drug chart"):
        choose(page, title)
        yield f"notes, {title}", page


def found_in_notes(page: Page, words: str) -> None:
    """Search the notes, until the first hit is shown or it is said that there is none."""
    notes = page.locator(".lltic-notes").first
    search = notes.get_by_role("searchbox")
    search.fill(words)
    search.press("Enter")
    hit = notes.locator("mark.lltic-hit--current")
    count = notes.locator(".lltic-notes__count")
    expect(count).not_to_have_text("Searching…", timeout=SOON)
    none = count.filter(has_text="Not found")
    if words:
        expect(hit.or_(none).first).to_be_visible(timeout=SOON)
    else:
        expect(hit).to_have_count(0, timeout=SOON)


def cite(page: Page, words: str = "") -> None:
    """Take words of the page as evidence: these, or else those of its longest line."""
    page.locator(".lltic-notes__words").first.evaluate(SELECT, words)
    page.get_by_role("button", name="Use as evidence").click()
    expect(page.locator(".lltic-evidence blockquote").first).to_be_visible(timeout=SOON)


def choose(page: Page, title: str) -> None:
    """Open a document."""
    page.locator(".lltic-notes").get_by_role("tab", name=re.compile(title)).click()
    page.wait_for_timeout(900)  # by then it is said what is still on its way
    coming = re.compile("Loading the notes|being drawn")
    state = page.locator(".lltic-notes__state").first
    expect(state).not_to_contain_text(coming, timeout=SOON)


def settling(walk: Walk) -> Iterator[State]:
    """An adjudication from the list to its receipt, and a second stage."""
    review = f"?review={DIFFERING}-adjudication"
    page = walk.begin("ada")
    yield "adjudicator's worklist", page
    row = page.get_by_role("listitem").filter(has_text="Adjudication")
    row.get_by_role("button", name="Take this case").click()
    expect(page.get_by_role("heading", level=1, name="Your adjudication")).to_be_visible(
        timeout=SOON
    )
    opened(page)
    yield "adjudication", page
    for one in ("admission", "problems", "same", "sources", "check", "confirm"):
        walk.turn(page, f"{review}&page={one}")
        yield f"adjudication, {one}", page
    walk.turn(page, f"{review}&page=admission")
    page.get_by_role("button", name="Save and continue").click()
    problem(page)
    yield "adjudication, errors", page
    walk.turn(page, "?page=cases")
    row = page.get_by_role("listitem").filter(has_text="Second stage")
    row.get_by_role("button", name="Take this case").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("[Ss]econd"))).to_be_visible(
        timeout=SOON
    )
    opened(page)
    yield "second stage", page
    links = page.locator(".lltic-task a")
    expect(links.first).to_be_visible(timeout=SOON)
    for query in [links.nth(n).get_attribute("href") for n in range(links.count())][:3]:
        walk.turn(page, str(query))
        yield f"second stage, {str(query).rpartition('=')[2]}", page


def agreeing(walk: Walk) -> Iterator[State]:
    """What two agree on together."""
    review = f"?review={JOINT}-consensus"
    page = walk.begin("amira")
    walk.turn(page, review)
    yield "consensus", page
    walk.turn(page, f"{review}&page=overall")
    yield "consensus, a page", page
    page.get_by_role("button", name=re.compile("Take this over from Primary")).first.click()
    tick(page.get_by_role("radio", name="3 Adequate"))
    saved(page)
    walk.turn(page, f"{review}&page=confirm")
    yield "consensus, confirm", page
    page.get_by_label("To sign").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="You have signed")).to_be_visible(timeout=SOON)
    yield "consensus, waiting", page


def coordinating(walk: Walk) -> Iterator[State]:
    """Everything a coordinator looks at and does."""
    page = walk.begin("cora")
    yield "progress", page
    steps = {
        "progress, how long": "?page=progress&view=ageing",
        "progress, who has what": "?page=progress&view=allocation",
        "progress, differences": "?page=progress&view=differences",
        "progress, calibration": "?page=progress&view=calibration",
        "progress, one stage": "?page=progress&stage=awaiting",
        "case": f"?case={DIFFERING}",
        "case, serious": f"?case={SERIOUS}",
        "case, read": f"?case={DIFFERING}&do=read",
        "offer a case": f"?case={OFFERED}&do=offer",
        "give a case": f"?case={OFFERED}&do=give&which={OFFERED}-1",
        "break the blind": f"?case={ALONE}&do=break_blind",
        "withdraw": f"?case={ALONE}&do=withdraw&which={ALONE}-1",
        "reopen": f"?case={SERIOUS}&do=reopen&which={SERIOUS}-1",
    }
    for name, query in steps.items():
        walk.turn(page, query)
        yield name, page
    page.get_by_role("button", name="Open it again").click()
    problem(page)
    yield "reopen, errors", page
    walk.turn(page, f"?case={JOINT}")
    page.get_by_role("link", name="Write down").first.click()
    expect(page.get_by_role("heading", level=1, name="What was done")).to_be_visible(timeout=SOON)
    yield "escalation", page
    page.get_by_label("When?", exact=True).fill("31/9/2025")
    page.get_by_role("button", name="Save", exact=True).click()
    problem(page)
    yield "escalation, errors", page


def coding(walk: Walk) -> Iterator[State]:
    """Themes on a reviewer's words."""
    page = walk.begin("cody", "coding")
    yield "texts to code", page
    walk.turn(page, f"?text={DIFFERING}-1")
    yield "coding", page
    page.get_by_text("Coding by keyboard").click()
    yield "coding, the keys", page
    page.get_by_text("Coding by keyboard").click()
    part = page.locator(".lltic-coder").first
    part.get_by_role("button", name="Whole text").click()
    part.get_by_label("Find a theme").fill("early-")
    yield "coding, a theme found", page
    part.get_by_label("Find a theme").press("Enter")
    expect(page.get_by_text("not saved yet", exact=True)).to_have_count(0, timeout=SOON)
    expect(part.get_by_text("Codings of this text (1)")).to_be_visible(timeout=SOON)
    yield "coding, a passage", page
    page.evaluate(NO_LINE)
    part.get_by_label("Find a theme").fill("6")
    part.get_by_label("Find a theme").press("Enter")
    told = page.get_by_role("alert").filter(has_text="not saved yet")
    expect(told.first).to_be_visible(timeout=SOON)
    yield "coding, not saved", page
    page.evaluate(LINE)
    expect(told.first).to_be_hidden(timeout=SOON)


def settling_codings(walk: Walk) -> Iterator[State]:
    """Where two coders differ, and how far the coding is."""
    page = walk.begin("cody", f"coding?settle={DIFFERING}-2")
    tick(page.get_by_role("radio").first)
    expect(page.get_by_text("Saved.", exact=True).first).to_be_visible(timeout=SOON)
    yield "coders differ", page
    page.get_by_role("button", name="All of this text is settled").click()
    expect(page.get_by_text("That was not done")).to_be_visible(timeout=SOON)
    yield "coders differ, errors", page
    for group in page.locator(".lltic-settler__difference").all():
        tick(group.get_by_role("radio").last)
    expect(page.get_by_text("Not decided yet.")).to_have_count(0)
    page.get_by_role("button", name="All of this text is settled").click()
    expect(page.get_by_role("heading", level=1, name="Theme coding")).to_be_visible(timeout=SOON)
    expect(page).to_have_url(re.compile("/coding$"))  # the page has turned, not its heading alone
    walk.turn(page, f"?settle={DIFFERING}-2")
    yield "coders differ, settled", page
    walk.turn(page, "?progress=yes")
    yield "coding, how far", page


def freeing(walk: Walk) -> Iterator[State]:
    """A text that a coder began and left, for a coordinator."""
    browser = walk.context.browser
    assert browser is not None
    with browser.new_context(locale="en-GB") as other:
        Walk(walk.url, other).begin("cody", f"coding?text={DIFFERING}-1")
    page = walk.begin("cora", "coding")
    expect(page.get_by_role("heading", level=1, name="How far we are")).to_be_visible(timeout=SOON)
    yield "coding, who has what", page
    page.get_by_role("link", name="Give it back").first.click()
    title = "Give this text back to the queue"
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=SOON)
    yield "give a text back", page
    page.get_by_role("button", name="Give it back").click()
    problem(page)
    yield "give a text back, errors", page


def suggestions(walk: Walk) -> Iterator[State]:
    """Themes that a computer would have looked at, when the text is coded."""
    page = walk.begin("cody", f"coding?text={SERIOUS}-1")
    page.get_by_role("button", name="I have read all of this text").click()
    region = page.get_by_role("region", name="Themes the computer would have looked at")
    expect(region).to_be_visible(timeout=SOON)
    region.get_by_text("Only part of the text").first.click()
    region.get_by_text("Another theme fits better").first.click()
    yield "suggestions", walk.there(page)
    region.get_by_role("button", name="Accept for the whole text").first.click()
    expect(region.locator(".lltic-tag")).to_have_text("Accepted", timeout=SOON)
    at_rest(page)
    region.get_by_role("button", name="Not this").click()
    expect(region.locator(".lltic-tag")).to_have_count(2, timeout=SOON)
    yield "suggestions, answered", page


def finished(walk: Walk) -> Iterator[State]:
    """What was signed, on its receipt and in full."""
    page = walk.begin("ben")
    walk.turn(page, f"?review={DIFFERING}-2&page=receipt")
    yield "receipt", page
    walk.turn(page, f"?review={DIFFERING}-2&page=check")
    yield "judgement, locked", page
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login*")


WALKS: Mapping[str, Callable[[Walk], Iterator[State]]] = {
    walk.__name__: walk
    for walk in (
        doors,
        starting,
        every_kind,
        notes,
        reviewer,
        windows,
        settling,
        agreeing,
        coordinating,
        coding,
        settling_codings,
        freeing,
        suggestions,
        finished,
    )
}
"""Every walk by its name, in an order in which none stands in another's way."""
