"""How much of a review is neither reading nor judging, for somebody who knows the form.

The rules of counting are those of :class:`hands.Counted`: every click and every key, whatever it
is for, but the keys that write a judgement. It begins with the list of cases and ends with the
receipt; all of the case's notes are turned through on the way.
"""

from __future__ import annotations

import re

from hands import heading, select_words
from playwright.sync_api import Page, expect

__all__ = ["MOST", "judge", "read_all"]

CITED = "Synthetic record: not a real person"
JUDGEMENT = "Your judgement of this phase of care"
MOST = 60
"""Actions that are neither reading nor typing judgement."""


def read_all(page: Page) -> None:
    """Turn every page of every document."""
    notes = page.get_by_role("region", name="Case notes")
    tabs = notes.get_by_role("tab")
    expect(tabs.first).to_be_visible()
    for n in range(tabs.count()):
        if n:
            tabs.nth(n).click()
        onward = notes.get_by_role("button", name="Next page")
        while onward.get_attribute("aria-disabled") != "true":
            onward.click()


def choose(page: Page, question: str, option: str) -> None:
    group = page.get_by_role("group", name=re.compile(question))
    group.locator("label").filter(has_text=re.compile(f"^{option}")).first.click()


def write(page: Page, label: str) -> None:
    page.get_by_label(label).click()
    page.keyboard.type("Judged.")


def go_on(page: Page, title: str) -> None:
    page.get_by_role("button", name="Save and continue").click()
    heading(page, title)


def cite(page: Page) -> None:
    """Lay words of the notes beside the judgement that is in hand."""
    select_words(page, CITED)
    page.get_by_role("button", name="Use as evidence").click()
    expect(page.locator(".lltic-evidence blockquote")).to_have_count(1)


def judge(page: Page) -> None:
    page.get_by_role("link", name="Before you start").click()
    heading(page, "Before you start")
    choose(page, "learning disability", "No sign of it")
    for question in ("serious mental illness", "under 18", "raise a concern"):
        choose(page, question, "No")
    for title, score in (("Admission and first day", "3"), ("Ongoing care", "2")):
        go_on(page, title)
        write(page, JUDGEMENT)
        if score == "2":
            cite(page)
        choose(page, "care in this phase was", score)
    for title in ("Care during a procedure", "Care around an operation"):
        go_on(page, title)
        choose(page, "care in this phase was", "Does not apply")
    go_on(page, "End-of-life or discharge care")
    write(page, JUDGEMENT)
    choose(page, "care in this phase was", "4")
    go_on(page, "Overall care")
    write(page, "Your judgement of the care as a whole")
    choose(page, "Taken as a whole", "2")
    go_on(page, "Quality of the record")
    choose(page, "The record was", "4")
    go_on(page, "Problems in care")
    choose(page, "any problems", "Yes")
    for kind in ("Medicines", "Monitoring"):
        page.locator("label").filter(has_text=re.compile(f"^{kind}")).click()
    choose(page, "Medicines.*lead to harm", "Probably")
    choose(page, "Monitoring: did it lead", "Yes")
    go_on(page, "What can be learnt")
    write(page, "What should be learnt from this death?")
    write(page, "What was good practice")
    go_on(page, "Check your answers")
