"""SQLite's own file layer, listened to and tripped up, and what a power failure leaves of it.

SQLite reaches the disk through a table of functions. :class:`RecordedDisk` puts
its own in front of the real ones, in the very library that Python's ``sqlite3``
uses: every write, truncation, flush, creation and deletion is written down, and
may be made to fail. From the log :class:`PowerFailures` makes what a disk may
hold when the power goes at some point: what was flushed is there; of what was
not, each write may be there, be missing or be torn at a sector, in any mixture,
and a file that was made or removed may not have been, until its folder was
flushed.
"""

from __future__ import annotations

import _sqlite3
import ctypes as c
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SQLITE_OK, SQLITE_FULL, IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE = 0, 13, 778, 1034, 1546
CREATE, MAIN_JOURNAL, WAL = 0x4, 0x800, 0x80000
SECTOR = 512


class Methods(c.Structure):
    names = (
        "xClose xRead xWrite xTruncate xSync xFileSize xLock xUnlock xCheckReservedLock "
        "xFileControl xSectorSize xDeviceCharacteristics xShmMap xShmLock xShmBarrier "
        "xShmUnmap xFetch xUnfetch"
    ).split()
    _fields_ = [("iVersion", c.c_int), *((name, c.c_void_p) for name in names)]


class Vfs(c.Structure):
    names = (
        "xOpen xDelete xAccess xFullPathname xDlOpen xDlError xDlSym xDlClose xRandomness "
        "xSleep xCurrentTime xGetLastError xCurrentTimeInt64 xSetSystemCall xGetSystemCall "
        "xNextSystemCall"
    ).split()
    _fields_ = [
        ("iVersion", c.c_int),
        ("szOsFile", c.c_int),
        ("mxPathname", c.c_int),
        ("pNext", c.c_void_p),
        ("zName", c.c_char_p),
        ("pAppData", c.c_void_p),
        *((name, c.c_void_p) for name in names),
    ]


INT = c.POINTER(c.c_int)
# Names as addresses: SQLite keeps them, and more behind them, so they must not be copied.
OPEN = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, INT)
DELETE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int)
WRITE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_int64)
TRUNCATE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int64)
SYNC = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)


@dataclass(frozen=True)
class Step:
    """One thing that happened to the disk, or, with ``what`` "ack", to the writer."""

    what: str
    path: str = ""
    data: Any = None
    offset: int = 0


def library() -> c.CDLL | None:
    """The SQLite that Python's own module is linked with, if it can be reached."""
    file = getattr(_sqlite3, "__file__", None)
    found = c.CDLL(file) if file else None
    return found if found is not None and hasattr(found, "sqlite3_vfs_find") else None


class RecordedDisk:
    """While installed, every SQLite file opened is recorded; it stays so until closed."""

    def __init__(self) -> None:
        self.log: list[Step] = []
        self.trip: Callable[[Step], int] = lambda step: SQLITE_OK
        self._paths: dict[int, tuple[str, bool]] = {}
        self._tables: dict[int, Methods] = {}
        found = library()
        assert found is not None
        self._library = found
        self._library.sqlite3_vfs_find.restype = c.c_void_p
        self._library.sqlite3_vfs_register.argtypes = [c.c_void_p, c.c_int]
        self._library.sqlite3_vfs_unregister.argtypes = [c.c_void_p]
        self._real_address = self._library.sqlite3_vfs_find(None)
        self._real = Vfs.from_address(self._real_address)
        self._own = Vfs.from_buffer_copy(self._real)
        self._own.zName = b"recorded"
        self._kept = [OPEN(self._open), DELETE(self._delete)]
        self._own.xOpen = c.cast(self._kept[0], c.c_void_p).value
        self._own.xDelete = c.cast(self._kept[1], c.c_void_p).value

    @contextmanager
    def installed(self) -> Iterator[RecordedDisk]:
        address = c.addressof(self._own)
        assert self._library.sqlite3_vfs_register(address, 1) == SQLITE_OK
        try:
            yield self
        finally:
            self._library.sqlite3_vfs_register(self._real_address, 1)
            self._library.sqlite3_vfs_unregister(address)

    def acknowledge(self, what: Any) -> None:
        """Write down that the writer was told: it is safe."""
        self.log.append(Step("ack", data=what))

    def _note(self, step: Step) -> int:
        code = self.trip(step)
        if code == SQLITE_OK:
            self.log.append(step)
        return code

    def _open(self, vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        path = c.string_at(name).decode() if name else ""
        there = bool(path) and Path(path).exists()
        code = OPEN(self._real.xOpen)(vfs, name, file, flags, out)
        if code != SQLITE_OK or not path:
            return code
        journal = bool(flags & (MAIN_JOURNAL | WAL)) and bool(flags & CREATE) and not there
        self._paths[file] = (path, journal)
        self.log.append(Step("open", path, data=not there))
        slot = c.c_void_p.from_address(file)
        slot.value = c.addressof(self._table(slot.value or 0))
        return code

    def _table(self, address: int) -> Methods:
        """The file's own functions, with ours in front of those that change it."""
        if address in self._tables:
            return self._tables[address]
        real = Methods.from_address(address)
        table = Methods.from_buffer_copy(real)
        write, truncate, sync = (
            WRITE(real.xWrite),
            TRUNCATE(real.xTruncate),
            SYNC(real.xSync),
        )

        def on_write(file: int, data: int, size: int, offset: int) -> int:
            step = Step("write", self._paths[file][0], c.string_at(data, size), offset)
            return self._note(step) or write(file, data, size, offset)

        def on_truncate(file: int, size: int) -> int:
            step = Step("truncate", self._paths[file][0], offset=size)
            return self._note(step) or truncate(file, size)

        def on_sync(file: int, flags: int) -> int:
            path, folder_too = self._paths[file]
            code = self._note(Step("sync", path)) or sync(file, flags)
            if code == SQLITE_OK and folder_too:
                # SQLite flushes the folder once, with the first flush of a new journal.
                self._paths[file] = (path, False)
                self.log.append(Step("sync_folder", path))
            return code

        ours = {"xWrite": WRITE(on_write), "xTruncate": TRUNCATE(on_truncate)}
        ours["xSync"] = SYNC(on_sync)
        for name, function in ours.items():
            setattr(table, name, c.cast(function, c.c_void_p).value)
        self._kept += [*ours.values()]
        self._tables[address] = self._tables[c.addressof(table)] = table
        return table

    def _delete(self, vfs: int, name: int, folder_too: int) -> int:
        path = c.string_at(name).decode()
        code = self._note(Step("delete", path)) or DELETE(self._real.xDelete)(vfs, name, folder_too)
        if code == SQLITE_OK and folder_too:
            self.log.append(Step("sync_folder", path))
        return code


@dataclass
class Inode:
    """A file's content: what is surely on the disk, and what was written since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)

    def flush(self) -> None:
        for step in self.pending:
            apply(self.durable, step)
        self.pending.clear()


def apply(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.offset :]
        content.extend(bytes(max(0, step.offset - len(content))))
        return
    content.extend(bytes(max(0, step.offset - len(content))))
    content[step.offset : step.offset + len(step.data)] = step.data


class PowerFailures:
    """Goes through a log, and tells at any point what a disk may hold if the power goes.

    ``-shm`` files are memory and never survive.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.acknowledged: list[Any] = []
        self._now: dict[str, Inode] = {}
        self._durable: dict[str, Inode] = {}
        self._changes: list[tuple[str, Inode | None]] = []

    def happen(self, step: Step) -> None:
        if step.what == "ack":
            self.acknowledged.append(step.data)
        elif step.what == "open":
            if step.path not in self._now:
                self._now[step.path] = Inode()
                self._changes.append((step.path, self._now[step.path]))
        elif step.what == "delete":
            self._now.pop(step.path, None)
            self._changes.append((step.path, None))
        elif step.what == "sync_folder":
            for path, inode in self._changes:
                _set(self._durable, path, inode)
            self._changes.clear()
        elif step.what == "sync":
            self._now[step.path].flush()
        else:
            self._now[step.path].pending.append(step)

    def images(self) -> dict[str, bytes]:
        """Return the files that one failure leaves, by path."""
        chance = self.chance
        folder = dict(self._durable)
        # A folder's changes reach the disk in their order, up to some point.
        for path, inode in self._changes[: chance.randint(0, len(self._changes))]:
            _set(folder, path, inode)
        keep = chance.choice((0.0, 0.5, 0.9, 1.0))
        return {path: self._image(inode, keep) for path, inode in folder.items()}

    def _image(self, inode: Inode, keep: float) -> bytes:
        content = bytearray(inode.durable)
        for step in inode.pending:
            if self.chance.random() >= keep:
                continue
            apply(content, self._torn(step))
        return bytes(content)

    def _torn(self, step: Step) -> Step:
        if step.what != "write" or len(step.data) <= SECTOR or self.chance.random() > 0.2:
            return step
        cut = self.chance.randrange(1, len(step.data) // SECTOR + 1) * SECTOR
        if self.chance.random() < 0.5:
            return Step("write", step.path, step.data[:cut], step.offset)
        return Step("write", step.path, step.data[cut:], step.offset + cut)


def _set(folder: dict[str, Inode], path: str, inode: Inode | None) -> None:
    if inode is None:
        folder.pop(path, None)
    else:
        folder[path] = inode
