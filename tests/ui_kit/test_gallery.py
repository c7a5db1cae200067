"""The gallery notebook in Voilà and in JupyterLab as they come, in a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import nbformat
import pytest
from patience import eventually, tick
from playwright.sync_api import Browser, Page, expect
from ports import free_port

from lltic.clock import system_clock
from lltic.study import Study
from lltic.ui.gallery import FIELDS, Gallery, examples
from lltic.ui.gallery_parts import PARTS

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "90-components.ipynb"
SHOWN = [name for name in (*FIELDS, *PARTS) if name != "SaveStatus"]
"""All but the one that a page has once: it is among what is being saved."""

WAIT = 30_000
"""Milliseconds that a server, its kernel and some hundred widgets may take."""


def test_the_notebook_shows_every_component() -> None:
    source = "\n".join(c.source for c in nbformat.read(NOTEBOOK, as_version=4).cells)
    assert all(f'gallery.show("{name}")' in source for name in SHOWN)
    assert "gallery.saving()" in source


def test_a_box_has_the_same_id_and_words_in_every_run_and_closes_the_one_before() -> None:
    gallery = Gallery(system_clock)
    first = gallery.show("DateInput")
    shown = first._repr_mimebundle_()
    assert shown["text/plain"].splitlines()[0] == "DateInput: empty"
    again = gallery.show("DateInput")
    assert again._repr_mimebundle_() == shown
    assert first.comm is None, "what was shown before is closed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study, and beside it the notebook without its outputs."""
    Study.init(tmp_path / "study", title="Small", synthetic=True)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / NOTEBOOK.name)
    return tmp_path


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def running(folder: Path, *command: str) -> Iterator[str]:
    """Run a web server of Jupyter's on the notebook's folder; give its address."""
    port = free_port()
    private = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    environment = {
        **os.environ,
        **private,
        "LLTIC_STUDY": str(folder / "study"),
        "PYTHONPATH": str(ROOT),
    }
    log = folder / "server.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, f"--port={port}"],
            cwd=folder / "notebooks",
            env=environment,
            stdout=stream,
            stderr=stream,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + WAIT / 1000
        while not answers(port):
            assert server.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    yield context.new_page()
    context.close()


def test_it_works_in_voila_as_it_comes(folder: Path, page: Page) -> None:
    # Stock Voilà's own client asks the kernel for all models of a page at once, and waits some
    # seconds only; on a busy machine it gives up, and says so or leaves out what did not come.
    parts = in_parts(folder / "notebooks", 4)
    with running(folder, "voila", ".", "--no-browser", "--Voila.ip=127.0.0.1") as address:
        for name, components in parts.items():
            for _ in range(6):
                page.goto(f"{address}/voila/render/{name}", wait_until="commit", timeout=WAIT)
                eventually(
                    page, lambda c=components: not lacking(page, c) or gave_up(page), WAIT / 1000
                )
                if not lacking(page, components):
                    break
            looks_right(page, components)


def in_parts(folder: Path, most: int) -> dict[str, list[str]]:
    """Write the notebook as several, chapter by chapter; return which components each shows."""
    whole = nbformat.read(folder / NOTEBOOK.name, as_version=4)
    first, *rest = whole.cells[1:-1]
    starts = [n for n, cell in enumerate(rest) if cell.cell_type == "markdown"]
    chapters = [rest[a:b] for a, b in zip(starts, [*starts[1:], len(rest)], strict=True)]
    size = -(-len(chapters) // most)
    found = {}
    for number in range(0, len(chapters), size):
        cells = list(chain(*chapters[number : number + size]))
        part = nbformat.v4.new_notebook(cells=[first, *cells], metadata=whole.metadata)
        nbformat.write(part, folder / f"part-{number}.ipynb")
        shown = (re.fullmatch(r'gallery.show\("(\w+)"\)', cell.source) for cell in cells)
        found[f"part-{number}.ipynb"] = [one[1] for one in shown if one]
    assert sorted(name for names in found.values() for name in names) == sorted(SHOWN)
    return found


def lacking(page: Page, components: list[str]) -> set[str]:
    """The headings that are not there, or not yet."""
    states = {f"{name}: {state}" for name in components for state, _ in examples(name)}
    # The text as it stands: JupyterLab does not lay out what is far from the window.
    return states - set(page.locator("h4").all_text_contents())


def gave_up(page: Page) -> bool:
    return page.get_by_text("model not found").count() > 0


def looks_right(page: Page, components: list[str]) -> None:
    """Every state of every component is there, and the live ones live."""
    assert not lacking(page, components)
    if "DateInput" in components:
        expect(page.get_by_label("Month").nth(1)).to_have_value("9", timeout=WAIT)
    if "ConflictNotice" not in components:
        return
    words = page.locator("#lltic-f-live-words")
    words.fill("Seen promptly.")
    said = page.get_by_text(re.compile(r"^Saved \d\d:\d\d:\d\d$")).locator("visible=true")
    expect(said.first).to_be_visible(timeout=WAIT)
    tick(page.get_by_role("radio", name="Somebody else has answered meanwhile"))
    words.press_sequentially(" By whom?")
    two = page.get_by_role("region", name="Two versions of Your judgement")
    expect(two.filter(has_text="What somebody else wrote.")).to_be_visible(timeout=WAIT)


def test_it_works_in_jupyterlab_as_it_comes(folder: Path, page: Page) -> None:
    command = ("jupyterlab", "--no-browser", "--allow-root", "--IdentityProvider.token=")
    with running(folder, *command, "--ServerApp.ip=127.0.0.1") as address:
        page.goto(f"{address}/lab/tree/{NOTEBOOK.name}", wait_until="commit", timeout=WAIT)
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=WAIT)
        page.get_by_role("menuitem", name="Run", exact=True).click(timeout=WAIT)
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click(timeout=WAIT)
        eventually(page, lambda: not lacking(page, SHOWN), WAIT / 1000)
        looks_right(page, SHOWN)
