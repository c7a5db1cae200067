"""Waiting for the thing itself: no fixed time is right for a fast machine and a slow one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

if TYPE_CHECKING:
    from lltic.ui.kit import Field

__all__ = [
    "PATIENCE",
    "answered",
    "at_rest",
    "becomes",
    "deaf",
    "drawn",
    "eventually",
    "listen",
    "nobody_held_up",
    "still",
    "tick",
    "until",
]

PATIENCE = 30.0
"""Seconds a browser test waits for what has to come; who promises a time measures it."""


HELD_UP = 10.0
"""Seconds of the processor after which somebody is held up, on any machine.

What is read in passes over it takes a tenth of them; where each part is compared with every
other, or tried with every other, it takes minutes.
"""


@contextmanager
def nobody_held_up() -> Iterator[None]:
    """See that what is done here does not grow out of hand; how long it takes is not the point."""
    begun = time.process_time()
    yield
    took = time.process_time() - begun
    assert took < HELD_UP, f"{took:.1f} seconds of the processor"


def until(ready: Callable[[], Any], seconds: float = PATIENCE, what: str = "it") -> Any:
    """Wait for something to be true, and return it."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.03)
    return found


def eventually(page: Page, ready: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Let a page go on until something is true, or for so long; an assertion then says what it is.

    Playwright calls a route or a function of ours only while it is asked for something, so
    this asks it to wait rather than the whole process to sleep.
    """
    end = time.monotonic() + seconds
    while not ready() and time.monotonic() < end:
        page.wait_for_timeout(20)


def still(page: Page, place: Callable[[], Any]) -> Any:
    """Wait until something has a place and keeps it for a tenth of a second; return the place."""
    found = [place()]

    def holds() -> bool:
        page.wait_for_timeout(100)
        found.append(place())
        return found[-1] is not None and found[-1] == found[-2]

    eventually(page, holds)
    assert holds(), "it did not hold still"
    return found[-1]


def becomes(page: Page, field: Field, value: Any) -> None:
    """See the page bring a field this value."""
    eventually(page, lambda: field.value == value)
    assert field.value == value


def tick(choice: Locator) -> None:
    """Tick a radio button or a box by its label, as a person does, once that holds still."""
    expect(choice).to_be_enabled()
    choice.locator("xpath=following-sibling::label").click()
    expect(choice).to_be_checked()


def at_rest(page: Page) -> None:
    """Wait until nothing on a page is busy: a button that is takes no second press."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE * 1000)


FRAMES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""


def drawn(page: Page) -> None:
    """Wait for two frames: by then a page that has turned has put the focus where it belongs."""
    page.wait_for_function(FRAMES, timeout=PATIENCE * 1000)


ASKED = """(() => {
  const asked = (globalThis.lltic_test_asked = new Set());
  const heard = new WeakSet();
  const hear = ({ data }) => {
    if (typeof data !== "string") return;
    const { header, parent_header: parent, content } = JSON.parse(data);
    if (header.msg_type === "status" && content.execution_state === "idle") asked.delete(parent.msg_id);
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (frame) {
    if (!heard.has(this)) this.addEventListener("message", hear);
    heard.add(this);
    const { channel, header } = typeof frame === "string" ? JSON.parse(frame) : {};
    if (channel === "shell") asked.add(header.msg_id);
    return send.call(this, frame);
  };
})()"""  # noqa: E501


def listen(context: BrowserContext) -> None:
    """Note in every page of a context what its kernel was asked and has not done yet."""
    context.add_init_script(ASKED)


def answered(page: Page) -> None:
    """Wait until the kernel has done all that it was asked, and the page has drawn it.

    That the page is open here comes with it: the page has told its kernel which window it is.
    """
    done = "() => document.documentElement.dataset.llticWindow && !lltic_test_asked.size"
    page.wait_for_function(done, timeout=PATIENCE * 1000)
    drawn(page)


NO_LINE = """() => {
  WebSocket.prototype.said = WebSocket.prototype.send;
  WebSocket.prototype.send = () => {};
}"""
LINE = "void (WebSocket.prototype.send = WebSocket.prototype.said)"


@contextmanager
def deaf(page: Page) -> Iterator[None]:
    """Let nothing leave a page for a while: no sign of life of its own tells it anything."""
    page.evaluate(NO_LINE)
    try:
        yield
    finally:
        page.evaluate(LINE)
