"""What do we know about these people and deaths? Extracts become canonical tables."""

from __future__ import annotations

from lltic.sources.tables import (
    TABLES,
    check_table,
    check_tables,
    count_pages,
    document_hash,
    read_table,
    table_path,
    write_tables,
)

__all__ = [
    "TABLES",
    "check_table",
    "check_tables",
    "count_pages",
    "document_hash",
    "read_table",
    "table_path",
    "write_tables",
]
