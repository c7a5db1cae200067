"""Documents made to do harm: the service goes on, and nobody waits for their pages."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import papers
import pytest
from papers import HOSTILE, lay
from patience import PATIENCE
from running_service import Line, RunningService, short_folder
from small_study import make_study

from lltic.clock import system_clock
from lltic.errors import Refused
from lltic.pages.limits import SECONDS
from lltic.sources.synthetic.paper import pdf_of

REVIEW, CASE = "AAAAA-00001-1", "AAAAA-00001"
GOOD = "good"
CANARY = "Zebracanary"
KINDS = [name for name, (kind, _) in HOSTILE.items() if kind != "docx"]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    study = make_study(tmp_path_factory.mktemp("s") / "study", system_clock)
    for number, name in enumerate(KINDS):
        lay(study, CASE, f"bad-{number}", *HOSTILE[name])
    lay(study, CASE, GOOD, "pdf", pdf_of([f"{CANARY} {papers.page(n)}" for n in range(1, 41)]))
    with short_folder() as folder:
        running = RunningService(study, folder)
        try:
            running.reader = running.client("amira")
            yield running
        finally:
            running.stop()


def memory(process: int) -> float:
    """MiB that a process holds."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no figure")


def programs(parent: int) -> list[int]:
    """The programs that draw for a process."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            said = (entry / "stat").read_text().rpartition(")")[2].split()
            drawing = b"lltic.pages.drawing" in (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if drawing and int(said[1]) == parent and said[0] != "Z":
            found.append(int(entry.name))
    return found


@pytest.mark.parametrize("name", KINDS)
def test_a_hostile_document_is_a_page_that_cannot_be_shown_and_nothing_more(service, name):
    document = f"bad-{KINDS.index(name)}"
    began = time.monotonic()
    try:
        content = service.reader.note_image(REVIEW, document, 1, 900)
        assert content[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
    except Refused as refused:
        said = refused.problems[0]
        assert said.code.startswith(("page-", "document-", "too-many-pages")), said
        assert said.message
        assert said.hint
    assert time.monotonic() - began < 2 * SECONDS + 2
    assert service.reader.note_page(REVIEW, document, 1)["page"] == 1
    assert service.reader.health()["status"] == "ok"
    assert service.reader.note_image(REVIEW, GOOD, 1, 900)


def test_writing_goes_on_while_everybody_waits_for_slow_pages(service):
    slow = [f"bad-{KINDS.index(name)}" for name in ("drawing in itself", "drawings in drawings")]
    line = Line(Path(service.socket))
    readers = [line.client("amira") for _ in range(4)]
    stop = threading.Event()

    def ask(client, number):
        while not stop.is_set():
            try:
                # Another width each time, so that nothing is known already.
                client.note_image(REVIEW, slow[number % 2], 1, 300 + number)
            except Refused:
                stop.wait(0.02)

    threads = [
        threading.Thread(target=ask, args=one) for one in zip(readers, range(4), strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        taken = []
        for version in range(10):
            began = time.monotonic()
            value = {"value": f"Words {version}."}
            service.answer(service.reader, "admission.judgement", value, version, REVIEW)
            taken.append(time.monotonic() - began)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert sorted(taken)[-2] < 1, taken


def test_a_program_that_is_killed_costs_at_most_a_page(service):
    service.reader.note_image(REVIEW, GOOD, 2, 900)
    for program in programs(service.process.pid):
        os.kill(program, 9)
    with pytest.raises(Refused) as error:
        service.reader.note_image(REVIEW, GOOD, 3, 900)
    assert error.value.codes == ("page-broken",)
    for page in (3, 4):
        assert service.reader.note_image(REVIEW, GOOD, page, 900)


def test_memory_stays_as_it_was_and_few_programs_are_kept(service):
    def read(width):
        for page in range(1, 41):
            service.reader.note_page(REVIEW, GOOD, page)
            service.reader.note_image(REVIEW, GOOD, page, width)

    read(1000)
    before = memory(service.process.pid)
    for width in (1001, 1002):
        read(width)
        time.sleep(1)  # within the limit on how often somebody may ask
    assert memory(service.process.pid) - before < 40  # what is kept of drawn pages is 32
    assert 1 <= len(programs(service.process.pid)) <= 3


def test_no_log_and_no_book_holds_what_stands_in_the_notes_or_their_titles(service):
    service.reader.search(REVIEW, CANARY)
    with pytest.raises(Refused):
        service.reader.search(REVIEW, CANARY[:1])
    kept = {GOOD + suffix for suffix in (".txt", ".pdf", ".layer")}
    for file in service.study.path.rglob("*"):
        if file.is_file() and file.name not in kept:
            assert CANARY.encode() not in file.read_bytes(), file


def test_nothing_that_draws_outlives_the_service(service):
    service.reader.note_image(REVIEW, GOOD, 9, 900)
    mine = programs(service.process.pid)
    assert mine
    service.kill()
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and any(Path(f"/proc/{one}").exists() for one in mine):
        time.sleep(0.05)
    left = [one for one in mine if Path(f"/proc/{one}").exists()]
    assert not left
    service.start()
    service.reader = service.client("amira")
    assert service.reader.note_image(REVIEW, GOOD, 9, 900)
