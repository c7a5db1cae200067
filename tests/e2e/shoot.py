"""Pictures of every page for ``docs/img``: ``make screenshots``, then look at each of them.

The data are the demo study's and the walks': the same in every run, but for the times of day.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs

from every_state_study import make_every_state
from patience import PATIENCE, tick
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from serving_study import CHROMIUM, Served
from states import WALKS, State, Walk, cite, found_in_notes, saved

from lltic.cli.demo import LOGINS, make_demo
from lltic.cli.demo import PASSWORD as DEMO_PASSWORD

SIZES = {"": (1366, 768), "-390": (390, 844)}
COLOURS = (40, 28, 16)
LARGEST = 60_000
"""Bytes that a picture may have, and 1.5 MB all of them, so that a clone stays light."""

WORDS = (
    "Sepsis was recognised and treated at once, and the leg was less red by the second day. Blood "
    "sugars of 16 to 20 were written down day after day and nobody acted on them. Her family was "
    "told early and honestly what might come."
)
CITED = "Margin static, blisters deroofed, BMs 16-20"

STATES: Mapping[str, Mapping[str, str]] = {
    "doors": {"log-in, wrong": "log-in", "new password, nothing written": "new-password"},
    "every_kind": {"every kind, errors": "every-kind", "entries": "entries"},
    "reviewer": {
        "form page, errors": "errors",
        "not saved": "not-saved",
        "check answers, incomplete": "check-answers",
        "confirm": "confirm",
        "hand back": "hand-back",
    },
    "windows": {"conflict": "conflict", "session over": "session-over"},
    "settling": {
        "adjudication": "adjudication",
        "adjudication, admission": "adjudication-page",
        "second stage": "second-stage",
    },
    "agreeing": {"consensus, a page": "consensus"},
    "coordinating": {
        "progress": "progress",
        "progress, how long": "ageing",
        "progress, who has what": "allocation",
        "progress, differences": "differences",
        "progress, calibration": "calibration",
        "case, serious": "case",
        "escalation": "escalation",
    },
    "coding": {"coding, a passage": "coding"},
    "settling_codings": {"coders differ": "coders-differ"},
    "finished": {"receipt": "receipt"},
}
"""Which states of the walks are kept, and under which name."""


def demo(walk: Walk) -> Iterator[State]:
    """The pages a reviewer sees most, on a case of the demo study."""
    page = walk.begin(LOGINS[0][0])
    yield "worklist", page
    links = page.locator(".lltic-work a")
    asked = [str(links.nth(n).get_attribute("href")) for n in range(links.count())]
    reviews = [parse_qs(query.lstrip("?"))["review"][0] for query in asked]
    for review in reviews:
        walk.turn(page, f"?review={review}&page=ongoing")
        if page.get_by_role("heading", level=1, name="Ongoing care").count():
            break
    walk.turn(page, f"?review={review}&page=tasks")
    yield "overview", page
    walk.turn(page, f"?review={review}&page=ongoing")
    page.get_by_label("Your judgement of this phase of care").fill(WORDS)
    tick(page.get_by_role("radio", name="3 Adequate"))
    saved(page)
    found_in_notes(page, "fluid")
    cite(page, CITED)
    page.evaluate("scrollTo(0, 220)")  # past the journey, which the overview shows
    yield "review", page


def take(page: Page, name: str, folder: Path) -> None:
    """Keep a picture of a page at each size."""
    for suffix, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        path = folder / f"{name}{suffix}.png"
        with Image.open(io.BytesIO(page.screenshot())) as taken:
            shot = taken.convert("RGB")
        for colours in COLOURS:
            small(shot, colours).save(path, optimize=True)
            if path.stat().st_size <= LARGEST:
                break
    page.set_viewport_size({"width": 1366, "height": 768})


def small(shot: Image.Image, colours: int) -> Image.Image:
    """Return a picture in its commonest colours; others become the nearest of those."""
    found = sorted(shot.getcolors(shot.width * shot.height), reverse=True)[:colours]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in found for part in colour])
    return shot.quantize(palette=palette, dither=Image.Dither.NONE)


def dark(page: Page, name: str, folder: Path) -> None:
    """The same in the dark."""
    page.emulate_media(color_scheme="dark")
    take(page, name, folder)
    page.emulate_media(color_scheme="light")


def shoot(folder: Path, only: str = "") -> None:
    """Take all pictures, or those of one walk."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE * 1000)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)

        def walked(
            served: Served, way: Callable[[Walk], Iterator[State]], *password: str
        ) -> Iterator[State]:
            context: BrowserContext = browser.new_context(
                viewport={"width": 1366, "height": 768}, locale="en-GB"
            )
            context.set_default_timeout(PATIENCE * 1000)
            yield from way(Walk(served.url, context, *password))
            context.close()

        if only in ("", "demo"):
            served = Served(make_demo(Path(scratch) / "demo", 2026))
            for state, page in walked(served, demo, DEMO_PASSWORD):
                take(page, state, folder)
                if state == "review":
                    dark(page, "review-dark", folder)
            served.stop()
        served = Served(make_every_state(Path(scratch) / "states"))
        for name, wanted in STATES.items():
            if only in ("", name):
                for state, page in walked(served, WALKS[name]):
                    if state in wanted:
                        take(page, wanted[state], folder)
        served.stop()
        browser.close()


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), *sys.argv[2:3])
