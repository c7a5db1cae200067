"""A review without a mouse: log in, read, search, cite, judge, mend. No script moves the focus."""

from __future__ import annotations

import random
import re
import sys

from hands import ENDS, Keyboard, heading, opened, saved
from playwright.sync_api import BrowserContext, expect
from serving_study import PASSWORD, Served

__all__ = [
    "WORDS",
    "arrive",
    "change_an_answer",
    "come_in",
    "judge",
    "open_case",
    "read_notes",
    "wandering",
]

JUDGEMENT = "Your judgement of this phase of care"
WORDS = "The fluid chart stopped on day three, and nobody noticed."


def come_in(context: BrowserContext, served: Served, name: str) -> Keyboard:
    """Log in by keyboard; the page that is loaded begins, as every page does, at its top."""
    page = context.new_page()
    page.goto(served.url)
    keys = Keyboard(page)
    keys.into("User name", name)
    keys.into("Password", PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "My cases")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    keys.press("Enter")
    return keys


def arrive(keys: Keyboard, title: str) -> None:
    """The page turns, and its heading has the focus."""
    expect(heading(keys.page, title)).to_be_focused()
    keys.stays()


def open_case(keys: Keyboard) -> str:
    page = keys.page
    keys.reach(page.get_by_role("link", name=re.compile("Start review")).first)
    keys.press("Enter")
    arrive(keys, "Your review")
    return opened(page)


def read_notes(keys: Keyboard) -> None:
    """Choose a document, turn its pages, search, and come back."""
    page = keys.page
    notes = page.get_by_role("region", name="Case notes")
    keys.reach(notes.get_by_role("tab", selected=True), "Shift+Tab")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    tab = notes.get_by_role("tab", selected=True)
    expect(tab).to_be_focused()
    expect(tab).to_have_text("Medical notes")
    keys.reach(notes.get_by_role("button", name="Next page"))
    keys.press("Enter")
    expect(notes.get_by_label("Page", exact=True)).to_have_value("2")
    keys.reach(notes.get_by_role("searchbox"), "Shift+Tab")
    keys.write("synthetic")
    keys.press("Enter")
    found = notes.get_by_role("status").filter(has_text=re.compile(r"^\d+ of \d+"))
    expect(found).to_be_visible()
    keys.press("Enter")


def cite(keys: Keyboard) -> None:
    """Select words of the notes with the arrow keys, and lay them beside the judgement."""
    page = keys.page
    keys.reach(page.locator(".lltic-notes__page"), "Shift+Tab")
    for _ in range(4):
        keys.press("Shift+ArrowRight")
    keys.on("Use as evidence", "Shift+Tab")
    expect(page.locator(".lltic-evidence blockquote")).to_have_count(1)
    keys.stays()


def judge(keys: Keyboard) -> None:
    """Every page of the form, with what is left out pointed out once."""
    page = keys.page
    keys.choose("learning disability", "No sign of it")
    keys.choose("serious mental illness", "No")
    keys.choose("under 18", "No")
    keys.on("Save and continue")
    problem = page.get_by_role("alert", name="There is a problem")
    expect(problem).to_be_focused()
    keys.reach(problem.get_by_role("link"))
    keys.press("Enter")
    keys.choose("raise a concern", "No")
    keys.on("Save and continue")
    for title, score in (("Admission and first day", "4"), ("Ongoing care", "2")):
        arrive(keys, title)
        if title == "Ongoing care":
            cite(keys)
        keys.into(JUDGEMENT, WORDS)
        saved(page)
        keys.stays()  # what the kernel says meanwhile takes nothing away
        keys.choose("care in this phase was", score)
        keys.on("Save and continue")
    for title in ("Care during a procedure", "Care around an operation", "End-of-life"):
        arrive(keys, title)
        keys.choose("care in this phase was", "Does not apply")
        keys.on("Save and continue")
    arrive(keys, "Overall care")
    keys.into("Your judgement of the care as a whole", WORDS)
    keys.choose("Taken as a whole", "3")
    keys.on("Save and continue")
    arrive(keys, "Quality of the record")
    keys.choose("The record was", "5")
    keys.on("Save and continue")
    arrive(keys, "Problems in care")
    keys.choose("any problems", "Yes")
    keys.reach(page.get_by_role("checkbox", name=re.compile("^Monitoring")))
    keys.press("Space")
    expect(page.get_by_role("group", name=re.compile("Monitoring: did it"))).to_be_visible()
    keys.stays()
    keys.choose("Monitoring: did it lead", "Probably")
    keys.on("Save and continue")
    arrive(keys, "What can be learnt")
    keys.into("What should be learnt", WORDS)
    keys.on("Save and continue")


def change_an_answer(keys: Keyboard) -> None:
    """From the page of all answers back to one, and on to the end again."""
    page = keys.page
    change = page.locator('[data-key^="change:ongoing.judgement"], a[href*="page=ongoing"]').first
    keys.reach(change)
    keys.press("Enter")
    arrive(keys, "Ongoing care")
    box = page.get_by_label(JUDGEMENT)
    keys.reach(box)
    keys.press("Control+End")
    keys.write(f" {WORDS}")
    keys.reach(page.get_by_role("link", name="Back to the overview"))
    keys.press("Enter")
    arrive(keys, "Your review")
    keys.on("Check your answers and submit", role="link")
    arrive(keys, "Check your answers")


# -- random steps ---------------------------------------------------------------------------

KEYS = ["Tab"] * 8 + ["Shift+Tab"] * 3 + ["Space", "Enter"] * 3
KEYS += ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Escape", "a", "7"]
ENDING = re.compile("Sign out|Hand this case back|Take |Confirm and submit|Reload")
"""What would leave the page for good; whoever comes by Tab goes on."""


def wander(keys: Keyboard, dice: random.Random, steps: int) -> None:
    """Press keys at random; wherever they lead, the focus is on something."""
    page = keys.page
    for _ in range(steps):
        words, first, last = page.evaluate(ENDS)
        key = dice.choice(KEYS)
        if ENDING.search(words) and key in ("Space", "Enter"):
            key = "Tab"
        if last and key == "Tab":
            key = "Shift+Tab"  # the next one is the browser's own bar
        if first and key == "Shift+Tab":
            key = "Tab"
        keys.press(key)


def wandering(served: Served, context: BrowserContext, seed: int, steps: int) -> Keyboard:
    keys = come_in(context, served, "ellen.moss")
    page = keys.page
    open_case(keys)
    wander(keys, random.Random(seed), steps)
    lost = page.evaluate("lltic_lost")
    sys.stdout.write(f"\n{keys.steps} keys at random, {keys.summary()}\n")
    assert not [one for one in lost if one[1] > keys.longest], lost
    return keys
