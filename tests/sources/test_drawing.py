"""The program that draws pages: what it can, what it cannot, and that it never hangs."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import papers
import pytest
from papers import HOSTILE
from PIL import Image

from lltic.pages.asking import CannotShow, Drawing, Drawings
from lltic.pages.limits import SECONDS
from lltic.sources.synthetic.paper import pdf_of


@pytest.fixture
def file(tmp_path: Path):
    def put(content: bytes, kind: str = "pdf") -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.{kind}"
        path.write_bytes(content)
        return path

    return put


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_page_is_drawn_as_wide_as_it_is_asked_for(file):
    with Drawing(file(pdf_of(["Seen at ten."])), "pdf") as drawing:
        for width in (200, 900, 2400):
            picture = opened(drawing.image(1, width))
            assert abs(picture.width - width) <= 1
            assert abs(picture.height - width * 842 / 595) <= 2
            darkest, lightest = picture.convert("L").getextrema()
            assert darkest < 160 < 240 < lightest


def test_words_are_drawn_where_the_layer_says(file):
    with Drawing(file(pdf_of(["\n\nSeen"])), "pdf") as drawing:
        (word,) = drawing.layer(1)["words"]
        picture = opened(drawing.image(1, 1190)).convert("L")
    ink = picture.point(lambda v: 255 if v < 128 else 0).getbbox()
    assert ink is not None
    assert [round(side / 2) for side in ink] == pytest.approx([round(v) for v in word[2:]], abs=2)


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_scans_are_shown_page_by_page_and_never_larger_than_they_are(file, kind):
    content = getattr(papers, kind)()
    with Drawing(file(content, kind), kind) as drawing:
        pages = drawing.about()["pages"]
        assert pages == (3 if kind == "tiff" else 1)
        shown = [opened(drawing.image(page, 2000)).size for page in range(1, pages + 1)]
        assert set(shown) == {(600, 800)}
        assert drawing.layer(1) == {"text": "", "size": [288.0, 384.0], "words": []}


def test_a_word_file_is_pages_of_text(file):
    with Drawing(file(papers.word(), "docx"), "docx") as drawing:
        assert drawing.about() == {"pages": 2}
        assert drawing.layer(1)["text"] == "Discharge letter for a café owner.\nSodium | 128"
        assert drawing.layer(2)["text"].strip() == "Second page."
        with pytest.raises(CannotShow) as error:
            drawing.image(1, 900)
    assert error.value.codes == ("no-image",)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_in_time(file, name):
    kind, content = HOSTILE[name]
    with Drawing(file(content, kind), kind) as drawing:
        for ask in (drawing.about, lambda: drawing.layer(1), lambda: drawing.image(1, 900)):
            began = time.monotonic()
            with contextlib.suppress(CannotShow):
                ask()
            assert time.monotonic() - began < 2 * SECONDS + 2


def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_drawn(file):
    slow = HOSTILE["drawings in drawings"][1]
    with Drawing(file(slow), "pdf", seconds=0.4) as drawing:
        began = time.monotonic()
        with pytest.raises(CannotShow) as error:
            drawing.image(1, 900)
        assert error.value.codes == ("page-too-slow",)
        assert time.monotonic() - began < SECONDS
        assert drawing.about() == {"pages": 1}  # by a new program
    assert not _programs()


def test_what_cannot_be_opened_is_not_tried_again(file):
    with Drawing(file(HOSTILE["encrypted"][1]), "pdf") as drawing:
        began = time.monotonic()
        with pytest.raises(CannotShow):
            drawing.layer(1)
        first = time.monotonic() - began
        began = time.monotonic()
        for _ in range(100):
            with pytest.raises(CannotShow) as error:
                drawing.layer(1)
        assert error.value.codes == ("document-locked",)
        assert time.monotonic() - began < 10 * first
    assert not _programs()


def test_pages_that_are_not_there_and_widths_that_nobody_needs(file):
    with Drawing(file(pdf_of(["One"])), "pdf") as drawing:
        for page, width, code in ((2, 900, "no-such-page"), (1, 10_000, "page-too-large")):
            with pytest.raises(CannotShow) as error:
                drawing.image(page, width)
            assert error.value.codes == (code,)


def test_a_file_that_is_gone(tmp_path):
    with Drawing(tmp_path / "a.pdf", "pdf") as drawing, pytest.raises(CannotShow) as error:
        drawing.about()
    assert error.value.codes == ("document-gone",)


SEALED = """
import resource, socket, subprocess, sys
from lltic.pages.drawing.sealing import seal
seal()
for deed in (lambda: open("/etc/hostname"), lambda: open("written-here", "w"), socket.socket):
    try:
        deed()
        sys.exit("done")
    except OSError:
        pass
try:
    held = bytearray(2**30)
    sys.exit("held")
except MemoryError:
    pass
print("sealed")
"""


def test_the_program_can_open_nothing_and_take_no_more_than_its_memory(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SEALED], capture_output=True, text=True, cwd=tmp_path
    )
    assert (run.returncode, run.stdout) == (0, "sealed\n"), run.stderr


def test_the_program_holds_the_document_and_its_two_pipes_and_no_secret(file, monkeypatch):
    monkeypatch.setenv("LLTIC_CANARY", "a-secret-of-ours")
    with Drawing(file(pdf_of(["One"])), "pdf") as drawing:
        drawing.about()
        (program,) = _programs()
        held = Path(f"/proc/{program}/fd")
        # Question, answer, nowhere, the document.
        assert len(list(held.iterdir())) == 4
        assert b"CANARY" not in Path(f"/proc/{program}/environ").read_bytes()
        asked = Path(f"/proc/{program}/cmdline").read_bytes()
        assert b".pdf" not in asked


def _programs() -> list[int]:
    """The programs that draw for this process."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            said = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"lltic.pages.drawing" in said:
            found.append(int(entry.name))
    return found


def test_a_pool_keeps_a_few_programs_and_the_pages_drawn_last(file):
    drawings = Drawings(programs=2, kept=60_000)
    files = [file(pdf_of([f"Document {n}"] * 3)) for n in range(4)]
    for one in files:
        for page in (1, 2, 3):
            assert drawings.image(one, "pdf", page, 900)
    assert len(_programs()) == 2
    assert drawings._size <= 60_000
    files[-1].unlink()
    assert drawings.image(files[-1], "pdf", 3, 900)  # from what is kept
    drawings.close()
    assert not _programs()


def test_a_pool_remembers_what_cannot_be_drawn(file):
    drawings = Drawings()
    one = file(HOSTILE["drawing in itself"][1])
    began = time.monotonic()
    for _ in range(2):  # the first time it may have been killed by somebody else
        with pytest.raises(CannotShow):
            drawings.image(one, "pdf", 1, 900)
    tried = time.monotonic() - began
    began = time.monotonic()
    for width in (900, 901, 902):
        with pytest.raises(CannotShow):
            drawings.image(one, "pdf", 1, width)
    assert time.monotonic() - began < tried / 2
    drawings.close()
