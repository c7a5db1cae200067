"""How soon the first page of a long case's notes is seen: its picture, with its words.

A case of the demo study gets a document of 500 pages (PDF, laid down as ``lltic ingest`` does).
A reviewer opens it in a real Chromium, with nothing of it drawn before: from choosing the
document until the picture of the page and the words over it are on the screen.

    python -m benchmarks.notes [--runs 5]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks._crowd import load
from benchmarks.load import web_server
from benchmarks.page import CHROMIUM, ROOT, review_service, session_cookie

sys.path.insert(0, str(ROOT / "tests"))  # what lays down a document for the tests

PAGES = 500
LIMIT = 1.0
BODY = "Seen at 08:40. The fluid chart was not kept since Friday; the first ECG was lost.\n" * 16
REVIEWER = "amira.khan"

# As if somebody chose it from the list. Words and picture of another document are gone at once.
OPEN_AND_SEE = """(name) => new Promise((done, failed) => {
  const canvas = () => document.querySelector(".lltic-notes canvas");
  const chooser = document.querySelector(".lltic-notes__documents select");
  const began = performance.now();
  chooser.value = name;
  if (chooser.value !== name) failed(new Error("no such document"));
  chooser.dispatchEvent(new Event("change"));
  const picture = () => canvas() && canvas().width > 100 && !canvas().hidden;
  const look = () => {
    const words = document.querySelector(".lltic-notes__words")?.textContent ?? "";
    if (picture() && words.startsWith(`${name}, page 1 `)) done(performance.now() - began);
    else if (performance.now() - began > 30000) failed(new Error("nothing is shown"));
    else requestAnimationFrame(look);
  };
  look();
})"""


def study_with_notes(folder: Path, names: list[str]) -> tuple[Any, str]:
    """Return the demo study with so many long documents in a reviewer's open case."""
    from papers import lay

    from lltic.cli.demo import make_demo
    from lltic.reviews import read
    from lltic.sources.synthetic.paper import pdf_of

    study = make_demo(folder, 2026)
    done = {judgement.review_id for judgement in read.judgements(study)}
    mine = next(
        one
        for one in read.assignments(study)
        if (one.reviewer, one.form) == (REVIEWER, "sjr") and one.review_id not in done
    )
    for name in names:  # each is another document, so that none has been drawn before
        pages = [f"{name}, page {n} of the notes\n{BODY}" for n in range(1, PAGES + 1)]
        lay(study, mine.case_id, name, "pdf", pdf_of(pages))
    return study, mine.review_id


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the times, and say whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    names = [f"long{n}" for n in range(parser.parse_args(arguments).runs)]
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("LLTIC_CHROMIUM") or shutil.which("chromium")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="l-")))
        study, review = study_with_notes(folder / "study", names)
        socket = stack.enter_context(review_service(folder, study))
        address = stack.enter_context(web_server(folder, socket))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.add_cookies([session_cookie(study, REVIEWER, address)])
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/?review={review}&page=admission")
        page.locator(".lltic-notes canvas").wait_for(state="attached")
        seconds = [page.evaluate(OPEN_AND_SEE, name) / 1000 for name in names]
        browser.close()
    median = statistics.median(seconds)
    print(f"load of the machine: {load():.1f}, {os.cpu_count()} cores")
    print(f"the first of {PAGES} pages, picture and words, seconds: {median:.2f}", end=" ")
    print(f"({min(seconds):.2f}-{max(seconds):.2f}, {len(seconds)} documents)")
    print(f"within 1 s (median): {'yes' if median <= LIMIT else 'NO'}")
    return int(median > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
