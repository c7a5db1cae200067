"""Let the power go, start again as the service would, and look for what was acknowledged."""

from __future__ import annotations

from pathlib import Path

from recorded_disk import PowerFailures

from lltic.errors import LlticError
from lltic.reviews.record.engines import open_sqlite
from lltic.reviews.record.events import GENESIS, digest
from lltic.reviews.record.keys import KeyFile
from lltic.reviews.record.sql import SqlStore


def after(power: PowerFailures, folder: Path) -> str:
    """Let the power go now, and say what became of the record."""
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        file.unlink()
    for name, content in power.images().items():
        (folder / Path(name).name).write_bytes(content)
    return _verdict(folder, [line for batch in power.acknowledged for line in batch])


def _verdict(folder: Path, acknowledged: list[tuple[int, str, str]]) -> str:
    """Open what is left as the service would, and look for every acknowledged event."""
    engine = keys = None
    try:
        engine = open_sqlite(folder / "reviews.db")
        keys = KeyFile(folder / "cases.db")
        store = SqlStore(engine, keys)
        events = list(store.read())
        lines = list(store.stored())
    except LlticError as error:
        return error.codes[0]
    finally:
        for one in (engine, keys.engine if keys else None):
            if one is not None:
                one.dispose()
    previous = GENESIS
    for seq, line in enumerate(lines, 1):
        if (line.seq, line.prev_hash, line.hash) != (seq, previous, digest(line)):
            return "chain-broken"
        previous = line.hash
    if [(e.seq, e.op_id, e.hash) for e in events[: len(acknowledged)]] != acknowledged:
        return "acknowledged-lost"
    return "whole"
