"""What a person does at a page: keys, clicks and the clipboard, and what is counted of it.

Every event is a trusted one, made by the browser for a key or a button that was pressed. No
script gives the focus to anything.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from patience import at_rest, drawn, still
from playwright.sync_api import BrowserContext, Locator, Page, expect

__all__ = [
    "Counted",
    "Keyboard",
    "heading",
    "opened",
    "paste",
    "saved",
    "select_words",
    "type_words",
]

COUNT = """
(() => {
  const JUDGEMENT = "textarea";  // words of a judgement; what else is typed is one action a box
  let box = null;
  const tell = (kind, what) => globalThis.lltic_test_action(kind, String(what).slice(0, 40));
  const on = (type, listener) =>
    addEventListener(type, (event) => event.isTrusted && listener(event), true);
  on("pointerdown", ({ target }) => {
    box = null;
    tell("click", target.textContent || target.id || target.tagName);
  });
  on("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey, repeat } = event;
    if (repeat || ["Control", "Shift", "Alt", "Meta"].includes(key)) return;
    const chord = ctrlKey || metaKey || altKey;
    const writes = !chord && (key.length === 1 || ["Backspace", "Delete"].includes(key));
    const boxed = target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
    if (target.matches(JUDGEMENT) && (writes || (key === "Enter" && !chord))) return;
    if (boxed && writes) {
      if (box !== target) tell("box", target.id);
      box = target;
      return;
    }
    box = null;
    tell("key", (ctrlKey ? "Control+" : "") + key);
  });
})();
"""


@dataclass
class Counted:
    """The actions of a person: what is neither reading nor typing judgement.

    A press of a mouse button is one, and so is a key that is pressed, with these exceptions:
    keys that write words into the text area of a judgement; Control, Shift and Alt themselves,
    for they belong to the key they go with; and what is typed into another box, such as a word
    to search for or a password, is one action for the box. Scrolling is reading. A page of the
    notes that is turned is counted as the click, or the key, that turned it.
    """

    seen: list[tuple[str, str]] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> Counted:
        """Count in every page of a context, over reloads."""
        context.expose_binding("lltic_test_action", lambda _, *what: self.seen.append(what))
        context.add_init_script(COUNT)
        return self

    def __str__(self) -> str:
        kinds = Counter(kind for kind, _ in self.seen)
        return f"{len(self.seen)} actions: " + ", ".join(f"{n} {k}" for k, n in kinds.items())


def heading(page: Page, text: str) -> Locator:
    """Wait until a page of this heading has turned, and return the heading.

    The heading is there first; address, title and focus come after it, and who fills a box before
    they have come may lose the focus half-way.
    """
    found = page.get_by_role("heading", level=1, name=text)
    expect(found).to_be_visible()
    expect(page).to_have_title(re.compile(re.escape(text), re.IGNORECASE))
    drawn(page)
    return found


def opened(page: Page) -> str:
    """Return the id of the review that is open, once the address names it: the page comes first."""
    page.wait_for_url(re.compile(r"[?&]review="))
    return page.url.partition("review=")[2].partition("&")[0]


def saved(page: Page) -> None:
    """Wait until everything is saved."""
    said = page.get_by_role("status").filter(has_text=re.compile(r"^Saved \d\d:\d\d"))
    expect(said).to_be_visible()


WHERE = """([words, last, scroll]) => {
  const root = document.querySelector(".lltic-notes__words");
  const at = root.textContent.indexOf(words) + (last ? words.length - 1 : 0);
  if (at < 0) return null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let passed = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (passed + node.length > at) {
      const range = document.createRange();
      range.setStart(node, at - passed);
      range.setEnd(node, at - passed + 1);
      let box = node.parentElement;
      const scrolls = (one) => one.scrollHeight > one.clientHeight + 1
        && ["auto", "scroll"].includes(getComputedStyle(one).overflowY);
      while (box.parentElement && !scrolls(box)) box = box.parentElement;
      const { top, bottom } = box.getBoundingClientRect();
      // In the middle: on a slow machine "not saved yet" may come up from below meanwhile.
      const middle = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
      if (scroll) box.scrollBy(0, range.getBoundingClientRect().y - middle);
      const pane = root.closest(".lltic-notes__pane");
      const beyond = range.getBoundingClientRect().right - pane.getBoundingClientRect().right;
      if (scroll && beyond > -10) pane.scrollBy(beyond + 10, 0);
      const { x, y, width, height } = range.getBoundingClientRect();
      return [last ? x + width - 0.5 : x + 0.5, y + height / 2];
    }
    passed += node.length;
  }
}"""


def select_words(page: Page, words: str) -> None:
    """Draw the mouse over words of the page of notes that is open, until just they are selected.

    On a busy machine the mouse may be let go before the page has followed it; a person sees
    that, and draws again.
    """

    def ends() -> list[Any] | None:
        # Into view first; then both without moving, for they may stand on two lines.
        for last in (True, False):
            page.evaluate(WHERE, [words, last, True])
        found = [page.evaluate(WHERE, [words, last, False]) for last in (False, True)]
        return found if all(found) else None

    for _ in range(3):
        page.evaluate("getSelection().removeAllRanges()")
        found = still(page, ends)
        assert found, f"not on this page: {words}"
        start, end = found
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=5)
        page.mouse.up()
        said = page.evaluate("String(getSelection())")
        if said.split() == words.split():
            return
    raise AssertionError(f"selected {said!r}, not {words!r}")


COPY = """async ([plain, rich]) => navigator.clipboard.write([new ClipboardItem({
  "text/plain": new Blob([plain], { type: "text/plain" }),
  ...(rich ? { "text/html": new Blob([rich], { type: "text/html" }) } : {}),
})])"""


HEARD = """() => {
  globalThis.lltic_test_keys ??= (addEventListener("keydown", ({ key }) => {
    globalThis.lltic_test_heard += key === "Enter" ? "\\n" : key;
  }, true), true);
  globalThis.lltic_test_heard = "";
}"""


def type_words(page: Page, box: Locator, text: str) -> None:
    """Type at the end of a box: what has a key by keys, all else as an input method lays it in.

    A browser takes the two by different ways, and on a busy machine it may drop keys before any
    page hears of them; a person sees that, and presses them again. Every key of which the page
    did hear must stand in the box, or this fails.
    """
    for run in re.findall(r"[\n -~]+|[^\n -~]+", text):
        before = box.input_value()
        if not run.isascii():
            page.keyboard.insert_text(run)
        for _ in range(3) if run.isascii() else ():
            page.evaluate(HEARD)
            page.keyboard.type(run)
            heard = page.evaluate("lltic_test_heard")
            expect(box).to_have_value(before + heard)
            if heard:
                break
        expect(box).to_have_value(before + run)


def paste(page: Page, text: str, rich: str = "") -> None:
    """Put a text into the clipboard, as another program does, and press Control+V.

    Parameters
    ----------
    rich : str
        The same as HTML, which Word lays beside it.
    """
    page.evaluate(COPY, [text, rich])
    page.keyboard.press("Control+V")


# Notes every time the focus is nowhere, and for how long; a page that is loaded begins there.
WATCH = """
(() => {
  const name = (one) => `${one.tagName} ${one.dataset.key || one.id}`;
  globalThis.lltic_lost = [];
  let since = 0;
  let from = "";
  const look = () => {
    const here = document.activeElement;
    const nowhere = !here || here === document.body || here === document.documentElement;
    if (nowhere && from && !since) since = performance.now();
    if (!nowhere && since) lltic_lost.push([from, Math.round(performance.now() - since)]);
    if (!nowhere) [since, from] = [0, name(here)];
    requestAnimationFrame(look);
  };
  addEventListener("DOMContentLoaded", look);
})();
"""

ON_BODY = "document.activeElement === document.body || !document.activeElement"

# What the focus is on, and whether that is the first or the last thing that takes it.
ENDS = """() => {
  const here = document.activeElement;
  const dialog = document.querySelector("dialog[open]");
  const takes = "a[href], button, input, select, textarea, [tabindex]";
  const all = [...(dialog ?? document).querySelectorAll(takes)];
  const there = all.filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility());
  return [here.textContent.slice(0, 200), here === there[0], here === there.at(-1)];
}"""


class Keyboard:
    """Somebody without a mouse, and a page that may never leave them nowhere.

    After every key the focus must be on something: at once, or, where the page turns,
    before anybody could press another one (``longest`` milliseconds).
    """

    longest = 1500
    most_tabs = 80

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0
        self.been: set[str] = set()

    def summary(self) -> str:
        """Say how long the focus was nowhere at most, while pages turned."""
        lost = self.page.evaluate("lltic_lost")
        longest = max((ms for _, ms in lost), default=0)
        return f"{len(lost)} times a page turned under the focus, for {longest} ms at most"

    def press(self, key: str) -> None:
        """Press a key, and look that the focus is somewhere."""
        self.page.keyboard.press(key)
        self.stays()

    def stays(self) -> None:
        """Look that the focus is somewhere, and note how long it took to be."""
        self.steps += 1
        start = time.monotonic()
        while self.page.evaluate(ON_BODY):
            waited = 1000 * (time.monotonic() - start)
            assert waited < self.longest, (
                f"after {self.steps} steps the focus is on the page's body"
            )
            self.page.wait_for_timeout(5)
        self.been.add(self.page.url)

    def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab, or another key, until the focus is there."""
        expect(target).to_be_visible()
        for _ in range(self.most_tabs):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"not to be reached by {key}: {target}")

    def write(self, text: str) -> None:
        """Type a text, letter by letter."""
        self.page.keyboard.type(text)
        self.stays()

    def into(self, label: str, text: str) -> None:
        """Go to a box and type."""
        self.reach(self.page.get_by_label(re.compile(label)))
        self.write(text)

    def choose(self, question: str, option: str) -> None:
        """Go to a group of radios, and by arrows to one of them."""
        group = self.page.get_by_role("group", name=re.compile(question))
        wanted = group.get_by_role("radio", name=option).first
        self.reach(group.get_by_role("radio").first)
        if wanted.evaluate("one => one === document.activeElement"):
            self.press("Space")
        for _ in range(group.get_by_role("radio").count()):
            if wanted.is_checked():
                return
            self.press("ArrowDown")
        raise AssertionError(f"{option} is not to be chosen by arrows")

    def on(self, name: str, key: str = "Tab", role: Any = "button") -> None:
        """Go to a button and press it."""
        self.reach(self.page.get_by_role(role, name=name, exact=True).first, key)
        at_rest(self.page)
        self.press("Enter")
