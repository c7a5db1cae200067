"""Pages' kernels among the processes of the machine, started or copied.

A copy has the command line and the start environment of what it is a copy of; what every kernel
has is a home of its own, in which it stays.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["command_line", "connection_file", "environment", "home", "is_copy"]


def home(pid: int) -> Path | None:
    """Return a kernel's home; None for any other process."""
    folder = Path(f"/proc/{pid}/cwd").readlink()
    return folder if folder.name.startswith("home-") else None


def connection_file(pid: int) -> Path:
    """Return the file that says how to reach a kernel, and has its key."""
    folder = home(pid)
    assert folder is not None, f"{pid} is no kernel"
    return folder.with_name(f"kernel-{folder.name.removeprefix('home-')}.json")


def command_line(pid: int) -> str:
    """Return a process's command line; of a copied kernel, with what it was told after it."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return f"{words} -f {connection_file(pid)}" if is_copy(pid) else words


def is_copy(pid: int) -> bool:
    """Say whether this is a kernel, and a copy."""
    return home(pid) is not None and b"zygote.py" in Path(f"/proc/{pid}/cmdline").read_bytes()


def environment(pid: int) -> dict[str, str]:
    """Return what a process was started with."""
    pairs = Path(f"/proc/{pid}/environ").read_text("utf-8", "replace").split("\0")
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs if pair)}
