"""REL-09 in a real page: the disk takes no more, and nothing is claimed, lost or locked."""

from __future__ import annotations

import resource

import pytest
from pages import writers
from patience import until
from serving_study import SERVICE

from lltic.audit.store import verify


@pytest.fixture
def disk(served):
    """Let the running service write no further byte to any file, as a full disk does."""
    changed = []

    class Disk:
        def fill(self):
            [pid] = served.pids(SERVICE)
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
            changed.append((pid, before))

        def empty(self):
            while changed:
                pid, before = changed.pop()
                resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    yield Disk()
    Disk().empty()


def test_nothing_is_called_saved_and_the_form_stays_open(served, browser, disk):
    with writers(browser, served, 2, first=16) as people:
        for one in people:
            one.write("before the disk was full. ")
            one.settle()
        kept = [one.on_record() for one in people]
        disk.fill()
        for one in people:
            one.write("While it was full. ")
        for one in people:
            until(lambda one=one: "not saved yet" in one.alarm(), 6, "the alert")
            said = one.alarm()
            assert "you can go on writing" in said and "do not close the tab" in said
            assert "We keep trying" in said
            assert one.status() == "Not saved yet"
        people[0].write("And on. ")  # the form stays editable
        people[0].page.wait_for_timeout(2500)
        assert people[0].box.is_editable()
        assert [one.on_record() for one in people] == kept, "no word without its commit"
        # Opening a page takes a ticket, which is written down: not now, and it says so.
        people[1].page.on("dialog", lambda dialog: dialog.accept())
        people[1].page.reload()
        told = people[1].page.locator("body").inner_text()
        assert "Everything that was marked as saved is safe" in told and "again" in told, told
        disk.empty()
        people[1].reload()
        for one in people:
            one.settle()
            until(lambda one=one: "Saved" in one.status(), what="the word Saved")
    assert all(claim.passed for claim in verify(served.study))
