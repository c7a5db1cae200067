"""SQLite's promises hold on a local disk only: say where a folder really is.

Locks and flushes over a network share, or through a file system that is a
program, may do nothing and say that they did. Two writers can then meet, and a
power failure can take what was acknowledged.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

from lltic.errors import LlticError, Problem

__all__ = ["file_system", "refuse_distant"]

DISTANT = frozenset(
    "9p acfs afpfs afs beegfs ceph cifs coda davfs drvfs gfs gfs2 glusterfs gpfs lustre ncpfs nfs "
    "nfs3 nfs4 ocfs2 orangefs prl_fs pvfs2 smb2 smb3 smbfs vboxsf virtiofs vmhgfs webdav".split()
)


def refuse_distant(folder: Path, kind: str | None = None) -> None:
    """Raise ``not-a-local-disk`` when a record may not be kept in a folder.

    Parameters
    ----------
    folder : Path
        Where ``reviews.db`` is, or is to be.
    kind : str, optional
        The file system's name, when it is known already.
    """
    kind = file_system(folder) if kind is None else kind
    # fuseblk is a local disk with a foreign format; fuse and fuse.* can be anything.
    if kind in DISTANT or kind == "fuse" or kind.startswith("fuse."):
        hint = "Keep the study on a disk of this machine, or its record in PostgreSQL."
        message = f"is on {kind}, where a saved word can be lost"
        raise LlticError(Problem("not-a-local-disk", str(folder), message, hint=hint))


def file_system(folder: Path) -> str:
    """Return the name of the file system a folder is on; empty when it cannot be told."""
    folder = folder.resolve()
    if sys.platform == "win32":
        return _windows(folder)
    mounts = Path("/proc/self/mounts")
    try:
        if mounts.is_file():
            return of_mounts(folder.as_posix(), mounts.read_text("utf-8", "surrogateescape"))
        listed = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10)
        return of_mount_command(folder.as_posix(), listed.stdout)
    except (OSError, subprocess.SubprocessError):
        return ""


def of_mounts(folder: str, mounts: str) -> str:
    r"""Return a folder's file system by the text of ``/proc/mounts``.

    Examples
    --------
    >>> said = "/dev/a / ext4 rw 0 0\n//host/s /mnt/team\\040share cifs rw 0 0"
    >>> of_mounts("/mnt/team share/study", said)
    'cifs'
    """
    entries = [line.split(" ") for line in mounts.splitlines()]
    named = [(_unescaped(entry[1]), entry[2]) for entry in entries if len(entry) > 2]
    return _deepest(folder, named)


def of_mount_command(folder: str, listed: str) -> str:
    r"""Return a folder's file system by what ``mount`` prints on macOS and the BSDs.

    Examples
    --------
    >>> said = "/dev/disk3s1 on / (apfs, local)\n//me@nas/x on /Volumes/x (smbfs, nodev)"
    >>> of_mount_command("/Volumes/x/study", said)
    'smbfs'
    """
    named = []
    for line in listed.splitlines():
        place, _, kind = line.partition(" on ")[2].rpartition(" (")
        named.append((place, kind.split(",")[0].rstrip(")")))
    return _deepest(folder, named)


def _deepest(folder: str, named: list[tuple[str, str]]) -> str:
    path = PurePosixPath(folder)
    # Of two mounts on one place the later one hides the earlier.
    over = [(len(PurePosixPath(p).parts), n, k) for n, (p, k) in enumerate(named) if p]
    over = [o for o in over if path.is_relative_to(named[o[1]][0])]
    return max(over)[2] if over else ""


def _unescaped(place: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, character)
    return place


def _windows(folder: Path) -> str:
    if str(folder).startswith("\\\\"):
        return "smbfs"
    import ctypes

    windll = getattr(ctypes, "windll")  # noqa: B009 - there is none on other systems' type stubs
    remote = 4
    return "smbfs" if windll.kernel32.GetDriveTypeW(folder.anchor) == remote else ""
