"""Memory that is free goes back to the system, where the C library would keep it.

Every visit needs some megabytes for a moment: the page's template, the states of its widgets.
The GNU C library keeps what was freed, scattered over an arena for each thread, and the server
grows though it holds nothing more. Other C libraries give it back by themselves: nothing is
done there.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

__all__ = ["give_back", "settle"]

# The numbers of malloc.h.
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8

ARENAS = 2
LARGE = 128 * 1024  # bytes: from here on a block is the system's own, and goes back when freed


def settle(library: Any = None) -> bool:
    """Have few arenas and large blocks apart; say whether this C library can.

    Parameters
    ----------
    library : ctypes.CDLL, optional
        The C library; that of this process when not given.
    """
    set_option = getattr(library or _library(), "mallopt", None)
    if set_option is None:
        return False
    return bool(set_option(M_ARENA_MAX, ARENAS)) and bool(set_option(M_MMAP_THRESHOLD, LARGE))


def give_back(library: Any = None) -> bool:
    """Give free memory back to the system; say whether there was any.

    Parameters
    ----------
    library : ctypes.CDLL, optional
        The C library; that of this process when not given.
    """
    trim = getattr(library or _library(), "malloc_trim", None)
    return trim is not None and bool(trim(0))


def _library() -> Any:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
