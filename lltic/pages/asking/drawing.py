"""One document, and the program that draws it: started when asked, ended when too slow."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lltic.errors import Problem, Refused
from lltic.pages.limits import KINDS, MAX_ANSWER, MAX_BYTES, SECONDS

__all__ = ["CannotShow", "Drawing"]

MESSAGES = {
    "document-broken": "cannot be opened",
    "document-locked": "is protected by a password",
    "document-too-large": "is too large",
    "document-too-slow": "takes too long to open",
    "document-gone": "cannot be found",
    "too-many-pages": "has too many pages",
    "page-broken": "cannot be shown",
    "page-too-slow": "takes too long to draw",
    "page-too-large": "is too large to draw",
    "no-such-page": "is not there",
    "no-image": "is text and has no picture",
}
"""What may be wrong with a document or a page; the program answers with one of these codes."""


class CannotShow(Refused):
    """A document or a page cannot be shown; the rest of the notes can."""

    def __init__(self, code: str, page: int = 0) -> None:
        code = code if code in MESSAGES else "page-broken"
        where = f"page {page}" if page and not code.startswith("document") else "the document"
        hint = "The rest of the notes can be read. Tell your coordinator if it matters."
        super().__init__(Problem(code, where, MESSAGES[code], hint=hint))


class Drawing:
    """A document and the program that draws it. Not for several threads at once.

    The program gets the open file, not its name, and nothing of our environment.

    Parameters
    ----------
    file : Path
        The original.
    kind : str
        One of :data:`~lltic.pages.limits.KINDS`.
    seconds : float
        How long one answer may take; the first one also opens the document.
    """

    def __init__(self, file: Path, kind: str, *, seconds: float = SECONDS) -> None:
        if kind not in KINDS:
            raise ValueError("not a kind of document")
        self._file = file
        self._kind = kind
        self._seconds = seconds
        self._program: _Program | None = None
        self._refused = ""

    def __enter__(self) -> Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def about(self) -> dict[str, Any]:
        """Return ``pages``, how many there are."""
        return self._ask({"about": True})[0]

    def layer(self, page: int) -> dict[str, Any]:
        """Return the words of a page.

        Returns
        -------
        dict
            ``text``; ``size`` (width, height in points; none for text without a picture);
            ``words``: ``[start, end, left, top, right, bottom]``, code points of the text
            and points from the page's upper left corner, in the order of the text.
        """
        return self._ask({"page": page, "layer": True})[0]

    def image(self, page: int, width: int) -> bytes:
        """Return a page drawn so many pixels wide, as PNG or JPEG."""
        return self._ask({"page": page, "width": width})[1]

    def close(self) -> None:
        """End the program."""
        program, self._program = self._program, None
        if program is not None:
            program.end()

    def _ask(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        page = question.get("page", 0)
        if self._refused:
            raise CannotShow(self._refused, page)
        if self._program is None:
            self._open()
        return self._answer(question, page)

    def _open(self) -> None:
        """Start the program and let it open the document; what fails now fails for good."""
        self._program = _Program(self._file, self._kind)
        try:
            self._answer({"about": True}, 0)
        except CannotShow as problem:
            self._refused = problem.codes[0]
            self.close()
            raise

    def _answer(self, question: dict[str, Any], page: int) -> tuple[dict[str, Any], bytes]:
        program = self._program
        if program is None:
            raise CannotShow("page-broken", page)
        try:
            answer, content = program.answer(question, time.monotonic() + self._seconds)
        except TimeoutError:
            self.close()
            raise CannotShow("page-too-slow" if page else "document-too-slow", page) from None
        except (OSError, ValueError, EOFError):
            self.close()
            slow = "page-too-slow" if page else "document-too-slow"
            broken = "page-broken" if page else "document-broken"
            raise CannotShow(slow if program.took_too_long else broken, page) from None
        if "problem" in answer:
            raise CannotShow(str(answer["problem"]), page)
        return answer, content


class _Program:
    """A program that has been started, and the two pipes to it."""

    def __init__(self, file: Path, kind: str) -> None:
        try:
            handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            raise CannotShow("document-gone") from None
        asking, self._questions = os.pipe()
        self._answers, answering = os.pipe()
        try:
            if os.fstat(handle).st_size > MAX_BYTES:
                raise CannotShow("document-too-large")
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "lltic.pages.drawing", kind, str(handle)],
                stdin=asking,
                stdout=answering,
                stderr=subprocess.DEVNULL,  # what libraries say may quote the document
                pass_fds=(handle,),
                env={},
                cwd="/",
                start_new_session=True,
            )
        except BaseException:
            os.close(self._questions)
            os.close(self._answers)
            raise
        finally:
            for given in (handle, asking, answering):
                os.close(given)

    def answer(self, question: dict[str, Any], until: float) -> tuple[dict[str, Any], bytes]:
        """Ask; raise TimeoutError, or EOFError, OSError or ValueError when it is gone or mad."""
        os.write(self._questions, json.dumps(question).encode() + b"\n")
        return _received(self._answers, until)

    @property
    def took_too_long(self) -> bool:
        """Whether the kernel ended it for its use of the processor."""
        return self._process.returncode == -signal.SIGXCPU

    def end(self) -> None:
        """End it, if it has not ended by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Of one that is ending, learn how; one that waits for questions ends without any.
            os.close(self._questions)
            self._process.wait(0.05)
        self._process.kill()
        self._process.wait()
        os.close(self._answers)


def _received(handle: int, until: float) -> tuple[dict[str, Any], bytes]:
    """Return an answer: two lengths on a line, then JSON, then bytes."""
    head = b""
    while not head.endswith(b"\n"):
        if len(head) > 32:
            raise ValueError("not an answer")
        head += _bytes(handle, 1, until)
    first, second = (int(part) for part in head.split())
    if first < 0 or second < 0 or first + second > MAX_ANSWER:
        raise ValueError("not an answer")
    answer = json.loads(_bytes(handle, first, until))
    if not isinstance(answer, dict):
        raise ValueError("not an answer")
    return answer, _bytes(handle, second, until)


def _bytes(handle: int, count: int, until: float) -> bytes:
    parts = []
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    while count:
        left = until - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError
        part = os.read(handle, min(count, 2**20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
