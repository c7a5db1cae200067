"""What an office program shows of a workbook."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["shown"]


def shown(soffice: str, book: Path) -> str:
    """Return the first sheet as LibreOffice shows it: a row a line, cells parted by tabs."""
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{book.parent}/profile",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):9,0,76,1,,0,false,false",
            "--outdir",
            str(book.parent),
            str(book),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return book.with_suffix(".csv").read_text("utf-8")
