"""A structured judgement review begun at one computer and ended at another, to be kept as typed.

What is typed and pasted is written down below before anything happens. One thing is not kept as
it lay in the clipboard, and it is the browser that changes it: a text area hands out every line
end as a line feed, so that CRLF, which Word lays there, arrives as LF.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3

from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hands import heading, opened, paste, saved, select_words, type_words
from patience import at_rest, drawn, tick
from playwright.sync_api import BrowserContext, Page, expect
from serving_study import Served, log_in, sign

__all__ = [
    "CHOSEN",
    "CITED",
    "EXPECTED",
    "at_the_first_computer",
    "at_the_second_computer",
    "continue_here",
    "is_told_kindly",
    "on_disk",
    "sign_it",
    "start",
]


# As Word lays it into the clipboard: curly quotes, dashes, no-break spaces (U+00A0, U+202F), soft
# hyphens, its bullets (one of them from the private use area of Symbol), tabs, a vertical tab for a
# line break by hand, zero-width characters, letters with accents in both normal forms, letters
# beyond 16 bits, two ways to write, and white space at the end.
FROM_WORD = (
    "\u201cSepsis\ufeff six\u201d was begun at 09\u202f15 \u2013 not at 08:40 \u2014 "
    "by the registrar\u2026\r\n"
    "\u2022\tLactate 4.1\u00a0mmol/L;\u00a0\u00bd dose\r\n"
    "\uf0b7\tno fluid chart for 6\u2011hours\u00ad\u00ad, co\u00adoperation poor\r\n"
    "o\tna\u00efve fa\u00e7ade \u00c5ngstr\u00f6m / "
    "nai\u0308ve fac\u0327ade A\u030angstro\u0308m, \ufb01ne\x0b"
    "after a line break by hand\r\n\r\n"
    "Family: \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 "
    "\u200e(\u202babc\u202c)\u200f, "
    "zero\u200bwidth\u200djoined \U0001f469\u200d\u2695\ufe0f\U0001f1ec\U0001f1e7\U0001f62e "
    "\U00020bb7 \U0001d54f\r\n"
    "=1+1\t@sum\t-5\u00b0C <b>&amp;</b> \\n %s {0} '; DROP TABLE \u2028paragraph\u2029 end \t \r\n"
)
HTML_OF_WORD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><body><p class=MsoNormal "
    "style='margin:0'><b>&ldquo;Another text&rdquo;</b><o:p></o:p></p></body></html>"
)
"""What lies beside it as HTML and must not be taken."""

TYPED_ADMISSION = "Seen within the hour. Übergabe: “gut” – naïve façade, ß, 😀, e\u0301. "
TYPED_ONGOING = "Half of it here,\nat the first computer; "
TYPED_THERE = "and half at the second: čeština, Ελληνικά, 日本語."
TYPED_OVERALL = "Overall\tthe fluid chart stopped.\n\n\tNobody noticed. "
TYPED_LESSON = "A chart that stops is a chart that speaks.\n"

EXPECTED = {
    "admission.judgement": (TYPED_ADMISSION + FROM_WORD.replace("\r\n", "\n")).encode(),
    "ongoing.judgement": (TYPED_ONGOING + TYPED_THERE).encode(),
    "overall.judgement": TYPED_OVERALL.encode(),
    "lessons.text": (TYPED_LESSON + FROM_WORD.replace("\r\n", "\n")).encode(),
}
"""Every text of the review, as bytes of UTF-8."""

CHOSEN = {
    "gate.learning_disability": ("no_indication", ""),
    "gate.serious_mental_illness": ("no", ""),
    "gate.under_18": ("no", ""),
    "gate.family_concern": (None, "not_in_notes"),
    "admission.score": (3, ""),
    "ongoing.score": (2, ""),
    "procedure.score": (None, "not_applicable"),
    "perioperative.score": (None, "not_applicable"),
    "end_of_life.score": (None, "not_in_notes"),
    "overall.score": (2, ""),
    "record.score": (4, ""),
    "problems.any": ("yes", ""),
    "problems.types": (["medication", "monitoring"], ""),
    "problems.medication.harm": ("probably", ""),
    "problems.monitoring.harm": ("yes", ""),
}
"""Every choice of the review: its value, or why there is none."""

CITED = "Synthetic record: not a real person"
"""Words that stand on every page of the demo's notes, to be laid beside a judgement."""

JUDGEMENT = "Your judgement of this phase of care"
ELSEWHERE = "This review is open in another window"


def choose(page: Page, question: str, option: str) -> None:
    group = page.get_by_role("group", name=re.compile(question))
    group.locator("label").filter(has_text=re.compile(f"^{option}")).first.click()


def go_on(page: Page, title: str) -> None:
    at_rest(page)
    page.get_by_role("button", name="Save and continue").click()
    heading(page, title)


def write(page: Page, label: str, text: str) -> None:
    """Click into a box and type at its end, key by key."""
    box = page.get_by_label(label)
    box.click()
    page.keyboard.press("Control+End")
    type_words(page, box, text)


def start(context: BrowserContext, served: Served) -> tuple[Page, str]:
    page = context.new_page()
    log_in(page, served.url, "amira.khan")
    heading(page, "My cases")
    page.get_by_role("link", name=re.compile("Start review")).first.click()
    heading(page, "Your review")
    return page, opened(page)


def cite(page: Page) -> None:
    """Lay words of the notes beside the judgement of this phase."""
    select_words(page, CITED)
    page.get_by_role("button", name="Use as evidence").click()
    expect(page.locator(".lltic-evidence blockquote")).to_contain_text(CITED)


def at_the_first_computer(page: Page) -> None:
    """The first pages, a mistake that is pointed out, and half a text."""
    page.get_by_role("link", name="Before you start").click()
    heading(page, "Before you start")
    choose(page, "learning disability", "No sign of it")
    choose(page, "serious mental illness", "No")
    choose(page, "under 18", "No")
    page.get_by_role("button", name="Save and continue").click()
    summary = page.get_by_role("alert", name="There is a problem")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    summary.get_by_role("link").click()
    expect(page.locator("input:focus")).to_have_attribute("type", "radio")
    choose(page, "raise a concern", "Not in the notes")
    go_on(page, "Admission and first day")
    write(page, JUDGEMENT, TYPED_ADMISSION)
    paste(page, FROM_WORD, HTML_OF_WORD)
    choose(page, "care in this phase was", "3 Adequate")
    cite(page)
    go_on(page, "Ongoing care")
    write(page, JUDGEMENT, TYPED_ONGOING)
    saved(page)


def continue_here(page: Page, served: Served) -> None:
    """Log in elsewhere, find the place again, and take the review over."""
    log_in(page, served.url, "amira.khan")
    heading(page, "My cases")
    page.get_by_role("link", name=re.compile("^Continue")).first.click()
    heading(page, "Ongoing care")  # the field one wrote in is one click away
    box = page.get_by_label(JUDGEMENT)
    expect(box).to_have_value(TYPED_ONGOING)
    expect(page.get_by_text(ELSEWHERE)).to_be_visible()
    expect(box).not_to_be_editable()
    page.get_by_role("button", name="Continue here").click()
    expect(box).to_be_editable()
    drawn(page)  # the focus is brought back to where one left off


def is_told_kindly(page: Page) -> None:
    """The first computer says where the review is, that the words are safe, and what to do."""
    expect(page.get_by_text(ELSEWHERE)).to_be_visible()
    expect(page.get_by_label(JUDGEMENT)).not_to_be_editable()
    expect(page.get_by_label(JUDGEMENT)).to_have_value(TYPED_ONGOING)
    notice = page.locator("body").inner_text()
    assert re.search("safe|saved", notice) and "Continue here" in notice


def at_the_second_computer(page: Page) -> None:
    write(page, JUDGEMENT, TYPED_THERE)
    choose(page, "care in this phase was", "2 Poor")
    for title in ("Care during a procedure", "Care around an operation"):
        go_on(page, title)
        choose(page, "care in this phase was", "Does not apply")
    go_on(page, "End-of-life or discharge care")
    choose(page, "care in this phase was", "Not in the notes")
    go_on(page, "Overall care")
    page.get_by_label("Your judgement of the care as a whole").click()
    page.keyboard.insert_text(TYPED_OVERALL)  # a tab is a key to another field; so do input methods
    choose(page, "Taken as a whole", "2 Poor")
    go_on(page, "Quality of the record")
    choose(page, "The record was", "4 Good")
    go_on(page, "Problems in care")
    choose(page, "any problems", "Yes")
    tick(page.get_by_role("checkbox", name=re.compile("^Medicines")))
    tick(page.get_by_role("checkbox", name=re.compile("^Monitoring")))
    choose(page, "Medicines.*lead to harm", "Probably")
    choose(page, "Monitoring: did it lead", "Yes")
    go_on(page, "What can be learnt")
    write(page, "What should be learnt from this death?", TYPED_LESSON)
    paste(page, FROM_WORD, HTML_OF_WORD)
    go_on(page, "Check your answers")


def sign_it(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()
    heading(page, "Submit your review")
    sign(page)
    heading(page, "Review submitted")


def on_disk(served: Served, review_id: str) -> dict[str, bytes]:
    """Every text of a review from the database files themselves, past all of our code."""
    case_id, _, _ = review_id.rpartition("-")
    with sqlite3.connect(f"file:{served.study.keys / 'cases.db'}?mode=ro", uri=True) as keys:
        (key,) = keys.execute("SELECT key FROM case_keys WHERE case_id = ?", (case_id,)).fetchone()
    found = {}
    with sqlite3.connect(f"file:{served.study.path / 'reviews.db'}?mode=ro", uri=True) as record:
        rows = record.execute(
            "SELECT field, op_id, value FROM events WHERE review_id = ? AND kind = 'answered' "
            "ORDER BY seq",
            (review_id,),
        )
        for path, op_id, sealed in rows:
            names = [op_id, "answered", case_id, review_id, path, "value"]
            bound = json.dumps(names, separators=(",", ":"), ensure_ascii=False).encode()
            text = base64.urlsafe_b64decode(sealed.removeprefix("siv1:"))
            plain = AESSIV(key).decrypt(text, [bound])
            value = (json.loads(plain) or {}).get("value")
            if path.endswith(("judgement", ".text")):
                assert json.dumps(value, ensure_ascii=False).encode() in plain
                found[path] = str(value).encode()
    return found
