"""Words that several pages share: dates, plurals, and what the case is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.clock import parse_instant
from lltic.form import Answers, Form, Item
from lltic.form.kinds import MAX_LINE, MAX_TEXT, number_words
from lltic.ui.dates import in_words, unfinished
from lltic.ui.kit.fields import MISSING_CHOICES
from lltic.wording import number_of

__all__ = [
    "ALONE",
    "CLOSING",
    "KINDS",
    "SYNTHETIC",
    "UNSIGNED",
    "answer_text",
    "day",
    "entries_text",
    "entry_ids",
    "entry_label",
    "item_words",
    "not_taken",
    "plural",
    "progress_counts",
    "time_of_day",
    "within",
]

SYNTHETIC = "Synthetic study: invented people, invented notes."

KINDS = {
    "independent": "Review",
    "repeat": "Second reading: you read this case some time ago, and judge it afresh",
    "adjudication": "Adjudication: two reviewers differ, and you settle it",
    "consensus": "Agreeing together: primary and secondary care on one judgement",
    "stage_2": "Second stage: another look at a case that the first reviewers found serious",
}
"""The kinds of review in plain words."""

ALONE = ("independent", "repeat")
"""The kinds that somebody fills in from the notes alone, with nobody else's words beside them."""

SAYS = "By signing you say: “I have judged this case, and these are my words.”"

CLOSING: Mapping[str, Mapping[str, str]] = {
    "independent": {
        "check": "Nobody sees them until you submit.",
        "title": "Submit your review",
        "lead": "When you submit, your judgement is locked: it cannot be changed afterwards.",
        "told": "The other reviewer of this case, if there is one, never sees it before "
        "submitting their own, and you never see theirs before this.",
        "says": SAYS,
        "button": "Confirm and submit",
        "done": "Review submitted",
    },
    "repeat": {
        "check": "Nobody sees them until you submit.",
        "title": "Submit your second reading",
        "lead": "When you submit, your judgement is locked: it cannot be changed afterwards.",
        "told": "Your first reading stays the one that counts for this case. The two together "
        "show how steady readings are; a concern you raise here is followed up all the same.",
        "says": SAYS,
        "button": "Confirm and submit",
        "done": "Second reading submitted",
    },
    "adjudication": {
        "check": "They become the settled judgement of this case when you sign.",
        "title": "Sign your adjudication",
        "lead": "When you sign, it is locked: it cannot be changed afterwards.",
        "told": "It becomes the settled judgement of this case. What the reviewers wrote stays on "
        "record as they wrote it, and agreement is measured on that.",
        "says": SAYS,
        "button": "Sign and submit",
        "done": "Adjudication signed",
    },
    "consensus": {
        "check": "They become your common judgement when both of you have signed.",
        "title": "Sign what you agreed",
        "lead": "Your common judgement is locked when both of you have signed it.",
        "told": "If either of you changes an answer before that, both sign again. What each of "
        "you wrote before stays on record as it was.",
        "says": SAYS,
        "button": "Sign",
        "done": "Agreed and signed by both",
    },
    "stage_2": {
        "check": "Nobody sees them until you submit.",
        "title": "Submit your second-stage review",
        "lead": "When you submit, your judgement is locked: it cannot be changed afterwards.",
        "told": "What it sets off, such as telling somebody, happens once and by itself.",
        "says": SAYS,
        "button": "Confirm and submit",
        "done": "Second-stage review submitted",
    },
}
"""The words of a review's last pages, by its kind."""

UNSIGNED = {
    "empty": "Enter your password",
    "wrong": "That password is not right. Your answers are safe: enter it again",
    "locked": "Too many wrong passwords. Your answers are safe: wait a few minutes and try "
    "again, or ask your coordinator",
    "over": "Your sign-in has ended. Your answers are safe: sign in again, then sign",
    "unconfirmed": "Your organisation did not say that you have signed in again, so nothing was "
    "signed. Your answers are safe: try again, or ask your coordinator",
    "down": "The server does not answer. Your answers are safe: wait a moment and try again",
    "failed": "That did not work, and nothing was sent. Your answers are safe: try again",
}
"""Why a password did not become a signature, and what to do."""


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "case"), plural(3, "case"), plural(0, "part")
    ('1 case', '3 cases', 'no parts')
    """
    said = number_of(count, one, many)
    return said if count else said.replace("0", "no", 1)


def day(at: str) -> str:
    """Return an instant's date in words, empty for none.

    Examples
    --------
    >>> day("2026-10-19T14:03:22.000000Z")
    '19 Oct 2026'
    """
    if not at:
        return ""
    instant = parse_instant(at)
    return f"{instant.day} {instant.strftime('%b %Y')}"


def time_of_day(at: str) -> str:
    """Return an instant's time of day, in the zone of this machine, empty for none."""
    return parse_instant(at).astimezone().strftime("%H:%M") if at else ""


def progress_counts(progress: Mapping[str, str]) -> tuple[int, int]:
    """Return how many parts are done, of how many that need something.

    Examples
    --------
    >>> progress_counts({"gate": "done", "admission": "started", "lessons": "optional"})
    (1, 2)
    """
    needed = [state for state in progress.values() if state != "optional"]
    return sum(state == "done" for state in needed), len(needed)


def item_words(form: Form, item: Item) -> dict[str, str]:
    """Return how each value of an item reads, empty where there is no choice of them."""
    if item.type == "scale" and item.scale:
        return {str(p.value): f"{p.value} {p.label}" for p in form.scales[item.scale].points}
    return {option.value: option.label for option in item.options}


def answer_text(form: Form, item: Item, answer: Mapping[str, Any] | None) -> str:
    """Return how an answer reads, empty where the value reads by itself."""
    value = (answer or {}).get("value")
    if value is None:
        return ""
    if item.type == "date":
        return in_words(str(value))
    if item.type == "number":
        return _number_text(value, item.unit)
    if item.type == "repeat":
        return plural(len(value), item.entry)
    words = item_words(form, item)
    if item.type == "choices":
        return "; ".join(words.get(v, v) for v in value)
    return str(value) if item.type in ("text", "line") else words.get(str(value), "")


def _number_text(value: float, unit: str) -> str:
    """Return a number as it was typed, all its figures and no more, with its unit."""
    text = str(value)
    if "e" in text:  # below 0.0001; a form asks for six decimals at most
        text = f"{value:.6f}".rstrip("0")
    return f"{text.removesuffix('.0')} {unit}".rstrip()


# -- items that repeat ----------------------------------------------------------------------


def entry_ids(path: str, answers: Answers) -> list[str]:
    """Return the ids of the entries of an item that repeats, in their order."""
    ids = answers.get(path, {}).get("value")
    return ids if isinstance(ids, list) else []


def entry_label(item: Item, number: int) -> str:
    """Return what an entry is called.

    Examples
    --------
    >>> entry_label(Item("list", "repeat", "Problems", entry="problem"), 2)
    'Problem 2'
    """
    return f"{item.entry[:1].upper()}{item.entry[1:]} {number}"


def within(form: Form, path: str, answers: Answers) -> str:
    """Return which entry a question belongs to, in words; empty where it is in none."""
    entry = form.entry(path)
    ids = entry_ids(entry.path, answers) if entry else []
    if entry is None or entry.entry_id not in ids:
        return ""
    return entry_label(entry.group, ids.index(entry.entry_id) + 1)


def entries_text(form: Form, path: str, item: Item, answers: Answers, only: str = "") -> str:
    """Return every answered question of every entry of an item that repeats, line by line.

    Of ``only`` one entry, by its id, where that is given: then without its number.
    """
    parts = []
    for number, entry_id in enumerate(entry_ids(path, answers), 1):
        if only not in ("", entry_id):
            continue
        lines = [] if only else [entry_label(item, number)]
        for question in item.items:
            answer = answers.get(f"{path}.{entry_id}.{question.id}")
            if answer:
                kind = MISSING_CHOICES.get(answer.get("missing", ""))
                said = kind["label"] if kind else answer_text(form, question, answer)
                colon = "" if question.label.endswith("?") else ":"
                lines.append(f"{question.label}{colon} {said}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


# -- what cannot be taken -------------------------------------------------------------------


def not_taken(item: Item, value: Any) -> str:
    """Return what is wrong with a value of an item, in the words of the page.

    Parameters
    ----------
    value : object
        What the service refused to store. It is not repeated.

    Examples
    --------
    >>> not_taken(Item("seen", "date", "First seen"), "2026-09")
    'First seen must include a day'
    >>> not_taken(Item("age", "number", "Age", minimum=0, unit="years"), "old")
    'Age must be a whole number from 0 years'
    >>> not_taken(Item("age", "number", "How old?", minimum=0, unit="years"), "old")
    'How old? It must be a whole number from 0 years'
    """
    what = f"{item.label} It" if item.label.endswith("?") else item.label
    if item.type == "date":
        return f"{what} {unfinished(str(value), item.precision)}"
    if item.type == "number":
        return f"{what} must be {number_words(item)}"
    if item.type == "line":
        return f"{what} must be one line of at most {MAX_LINE} characters"
    if item.type == "text":
        return f"{what} must have at most {MAX_TEXT:,} characters: shorten it"
    if item.type == "repeat":
        return f"{item.label}: there can be up to {item.at_most}"
    return ""
