"""REL-06: memory that is free goes back to the system."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from typing import Any

import pytest
from conftest import lacking

from lltic.ui.server.heap import give_back, settle

SEEN = """
import ctypes, json, sys
from pathlib import Path
from lltic.ui.server.heap import give_back, settle

FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"

class Information(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS.split()]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Information

def apart():
    "How many of a hundred large blocks are the system's own, after a larger one was freed."
    before = library.mallinfo2().hblks
    larger = bytearray(8 << 20)
    del larger
    blocks = [bytearray(200_000) for _ in range(100)]
    return library.mallinfo2().hblks - before

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

if sys.argv[1] in ("stock", "settled"):
    settled = sys.argv[1] == "settled" and settle()
    print(json.dumps({"settled": settled, "apart": apart()}))
elif sys.argv[1] == "server":
    from lltic.ui.server.app import Server

    try:
        Server(socket="/nowhere").initialize()  # there is no service: it goes no further
    except Exception as error:
        print(json.dumps({"error": type(error).__name__, "apart": apart()}))
else:
    kept = [bytearray(20_000) for _ in range(4000)]
    kept = kept[::2]  # holes everywhere: nothing at the end of the heap is free
    before = resident()
    gave = give_back()
    print(json.dumps({"gave": gave, "freed": before - resident()}))
"""


def seen(what: str) -> dict[str, Any]:
    """Return what a fresh process saw of its own memory."""
    if not hasattr(ctypes.CDLL(None), "mallinfo2"):
        lacking("the GNU C library 2.33 or newer")
    run = [sys.executable, "-c", SEEN, what]
    return json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def test_large_blocks_are_apart_however_large_the_ones_before_were() -> None:
    """Stock behaviour is to put them among the small ones once a larger one was freed."""
    stock, settled = seen("stock"), seen("settled")
    assert not stock["settled"] and settled["settled"]
    assert stock["apart"] < 10 and settled["apart"] > 90  # of a hundred; a hole may take some


def test_the_server_settles_this_before_anything_else() -> None:
    found = seen("server")
    assert found["error"] == "ServiceDown"
    assert found["apart"] > 90


def test_holes_are_given_back() -> None:
    found = seen("holes")
    assert found["gave"] is True
    assert found["freed"] > 20_000_000  # of forty


@pytest.mark.parametrize("act", [settle, give_back])
def test_another_c_library_is_left_alone(act) -> None:
    assert act(object()) is False
