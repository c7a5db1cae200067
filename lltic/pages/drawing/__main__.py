"""Draw one document: ``python -I -m lltic.pages.drawing KIND DESCRIPTOR``.

Questions come one to a line, answers go as two lengths on a line, JSON and bytes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lltic.pages.drawing.made import Document, Unshowable
from lltic.pages.drawing.sealing import more_time, seal

QUESTIONS, ANSWERS = 0, 1


def main() -> int:
    """Answer until there are no more questions."""
    kind, handle = sys.argv[1], int(sys.argv[2])
    opener = _opener(kind)
    more_time()
    seal()
    document: Document | None = None
    for line in os.fdopen(QUESTIONS, "rb"):
        more_time()
        try:
            if document is None:
                document = opener(os.fdopen(handle, "rb"))
            answer, content = _answered(document, json.loads(line))
        except Unshowable as problem:
            answer, content = {"problem": problem.code}, b""
        except MemoryError:
            code = "document-too-large" if document is None else "page-too-large"
            answer, content = {"problem": code}, b""
        except Exception:  # whatever a library meets in a document, the rest of it can be read
            code = "document-broken" if document is None else "page-broken"
            answer, content = {"problem": code}, b""
        _send(answer, content)
        if document is None:
            return 1
    return 0


def _opener(kind: str) -> Any:
    """Return what opens a document of a kind; its libraries are loaded while files can be."""
    if kind == "pdf":
        from lltic.pages.drawing.pdf import Pdf

        return Pdf
    if kind == "docx":
        from lltic.pages.drawing.word import Word

        return Word
    from lltic.pages.drawing.scans import Scans

    return lambda file: Scans(file, kind)


def _answered(document: Document, question: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    if "about" in question:
        return {"pages": document.pages}, b""
    page = question["page"]
    if type(page) is not int or not 1 <= page <= document.pages:
        raise Unshowable("no-such-page")
    if "layer" in question:
        return asdict(document.layer(page)), b""
    return {}, document.image(page, question["width"])


def _send(answer: Mapping[str, Any], content: bytes) -> None:
    said = json.dumps(answer, separators=(",", ":")).encode()
    left = memoryview(b"%d %d\n" % (len(said), len(content)) + said + content)
    while left:
        left = left[os.write(ANSWERS, left) :]


if __name__ == "__main__":
    sys.exit(main())
