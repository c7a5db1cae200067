"""What the program gives away before it looks at the document.

From then on it can open nothing, neither a file nor a connection: it holds the
document, the questions and the answers, and the kernel gives it no fourth
descriptor. Its memory, its time and its children are bounded in the same way.
"""

from __future__ import annotations

import math
import resource

from lltic.pages.limits import MEMORY, SECONDS

__all__ = ["more_time", "seal"]


def seal() -> None:
    """Take the limits; for good."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),  # a core file would hold the notes
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (most, most))


def more_time() -> None:
    """Let the next answer take so many seconds of a core; the kernel ends what takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = math.ceil(used.ru_utime + used.ru_stime + SECONDS + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (spent, resource.RLIM_INFINITY))
