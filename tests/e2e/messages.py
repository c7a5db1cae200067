"""What is said to people when something goes wrong: every state, reviewed by a person.

Run as a script it writes ``docs/messages.md``, which a test keeps equal to this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["MESSAGES", "PAGE", "Message", "as_page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "messages.md"


@dataclass(frozen=True, slots=True)
class Message:
    """One state, and three pieces of what is then on the page."""

    happened: str
    safe: str
    do: str


SAVED_IS_SAFE = "Everything that was marked as saved is safe"
STATUS = "Saved 14:03:22"
"""The line of the banner; the test knows it by its shape."""

MESSAGES = {
    # Before a page
    "Sign in: the password is wrong": Message(
        "Check your user name and password: together they are not right",
        SAVED_IS_SAFE,
        "If you cannot sign in, ask the coordinator of your review",
    ),
    "Sign in: too many wrong passwords": Message(
        "Too many wrong passwords", SAVED_IS_SAFE, "Wait a few minutes and try again"
    ),
    "Sign in: the account is disabled": Message(
        "Check your user name and password: together they are not right",
        SAVED_IS_SAFE,
        "ask the coordinator of your review",
    ),
    "There is no such page": Message(
        "There is nothing at this address", SAVED_IS_SAFE, "Check the address"
    ),
    "A third page is opened": Message(
        "You have two pages open already", "Nothing you wrote is lost", "Close one of those tabs"
    ),
    "The page takes too long to arrive": Message(
        "This is taking longer than it should", SAVED_IS_SAFE, "Load the page again"
    ),
    "The page cannot be made": Message(
        "The review service does not answer", SAVED_IS_SAFE, "Wait a minute and try again"
    ),
    "Signed out": Message(
        "You have been signed out", SAVED_IS_SAFE, "sign in there and they are put back"
    ),
    # The list of cases
    "A review of somebody else": Message(
        "This review is not one of yours", SAVED_IS_SAFE, "Choose one from the list of your cases"
    ),
    "No case waits to be taken": Message(
        "No case waits for you just now", "Everything you wrote is safe", "Look again later"
    ),
    # Answering
    "What must be answered is left out": Message(
        "There is a problem", STATUS, "The facts: give a number for “Age”"
    ),
    "A date that is none": Message(
        "First seen must be a real date",
        "Your words are still on this page and in this tab",
        "Change the answer and it is tried again",
    ),
    "A line that is too long": Message(
        "Ward must be one line of at most 500 characters",
        "Your words are still on this page and in this tab",
        "Change the answer and it is tried again",
    ),
    "A text that is too long": Message(
        "Your judgement must have at most 200,000 characters",
        "Your words are still on this page and in this tab",
        "shorten it",
    ),
    "A document that is missing": Message(
        "cannot be found", "What you have written is not affected", "Tell your coordinator"
    ),
    # Ending
    "Handed back with too long a reason": Message(
        "Your reason is too long", "everything you wrote is safe", "Shorten it"
    ),
    "Signed with nothing": Message("There is a problem", STATUS, "Enter your password"),
    "Signed with a wrong password": Message(
        "That password is not right", "Your answers are safe", "enter it again"
    ),
    "Signed though something is missing": Message(
        "There is a problem", STATUS, "What went wrong: answer “Did anything go wrong?”"
    ),
    "Signed while the service is away": Message(
        "The server does not answer", "Your answers are safe", "wait a moment and try again"
    ),
    # Windows and sessions
    "Open in another window": Message(
        "This review is open in another window", SAVED_IS_SAFE, "choose “Continue here”"
    ),
    "“Continue here” while the service is away": Message(
        "the review service does not answer", "is safe, and your words stay", "It is tried again"
    ),
    "Two versions of one answer": Message(
        "was changed elsewhere since you opened it", "Both are safe", "choose which to keep"
    ),
    "Nobody was there for a while": Message(
        "Are you still there?", "Everything marked as saved is safe", "Stay signed in"
    ),
    "The session has ended": Message(
        "Your sign-in has ended", "Everything marked as saved is safe", "Sign in and go on"
    ),
    "Signed in again with a wrong password": Message(
        "That password is not right", "Everything marked as saved is safe", "Enter it again"
    ),
    # Faults
    "The service is away, with words unsaved": Message(
        "Your latest words are not saved yet",
        "Your words are kept in this tab",
        "do not close the tab",
    ),
    "The disk is full": Message(
        "Your latest words are not saved yet",
        "Your words are kept in this tab",
        "you can go on writing",
    ),
    "A page is turned while the service is away": Message(
        "The review service does not answer", SAVED_IS_SAFE, "Try again"
    ),
    "The page's kernel has ended, with words unsaved": Message(
        "This page has lost its connection", "Your words are kept in this tab", "Reload the page"
    ),
    "The page's kernel has ended": Message(
        "This page has lost its connection", "Everything you wrote is saved", "Reload the page"
    ),
}


def as_page() -> str:
    """Return the table as a page of Markdown."""
    rows = [
        f"| {state} | {said.happened} | {said.safe} | {said.do} |"
        for state, said in MESSAGES.items()
    ]
    head = (
        "# What is said when something goes wrong\n\n"
        "Every message says what happened, whether what was written is safe, and what to do. "
        "These are the\nstates and the words that carry each part; "
        "`tests/e2e/test_messages.py` reaches every one of them\nin a real browser and looks that "
        f"the words are there. “{STATUS}” is the line of the banner that\nsays so of everything "
        "on the page. Made by `python tests/e2e/messages.py`.\n\n"
        "| when | what happened | is it safe? | what to do |\n|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(as_page(), "utf-8")
