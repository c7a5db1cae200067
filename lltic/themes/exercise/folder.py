"""An exercise on disk: one folder of a study, with what was said, coded and drawn up.

=================== ===========================================================
``texts.json``      what was said, and which files it came from
``codings/NAME.json``  what one coder laid on it
``synthesis.yml``   groups, challenges, opportunities, recommendations: written by hand
=================== ===========================================================

It holds words of people who took part, so that its files are for the owner alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lltic.definitions import Loaded
from lltic.errors import LlticError, Problem
from lltic.records import Coding, from_plain, to_plain
from lltic.study import Study, write_atomically
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.passages import Coded
from lltic.themes.exercise.texts import Text, Voice, text_id, voices_of
from lltic.wording import number_of

__all__ = ["FOLDER", "Folder", "Taken"]

FOLDER = "exercises"
PREFIX = "exercise-"
OWNER = 0o600


@dataclass(frozen=True, slots=True)
class Taken:
    """What reading changed: texts new, gone and as they were, and codings that lost their words."""

    added: int
    gone: int
    kept: int
    uncoded: int


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one exercise in a study."""

    path: Path

    @classmethod
    def of(cls, study: Study, exercise: Loaded[Exercise]) -> Folder:
        """Return the folder of an exercise, there or not."""
        return cls(study.path / FOLDER / exercise.name.removeprefix(PREFIX))

    @property
    def synthesis(self) -> Path:
        """The file that the working group writes."""
        return self.path / "synthesis.yml"

    @property
    def _texts(self) -> Path:
        return self.path / "texts.json"

    def _coder(self, coder: str) -> Path:
        return self.path / "codings" / f"{coder}.json"

    def texts(self, exercise: Loaded[Exercise]) -> tuple[Text, ...]:
        """Return what was said, in the order of questions, sources, sheets and reading.

        Raises
        ------
        LlticError
            ``no-answers`` before anything was read; ``exercise-file`` for a file that was changed
            by hand; ``exercise-changed`` when the definition lost what texts are of.
        """
        if not self._texts.is_file():
            hint = "Read the answers first: lltic exercise read FILE."
            message = "nothing has been read yet"
            raise LlticError(Problem("no-answers", str(self.path), message, hint=hint))
        found: tuple[Text, ...] = from_plain(tuple[Text, ...], self._json(self._texts)["texts"])
        for text in found:
            if text.text_id != text_id(text.source, text.sheet, text.question, text.words):
                raise LlticError(_changed(self._texts))
        return _ordered(found, exercise)

    def take(
        self, texts: Sequence[Text], file: str, data: bytes, at: str, *, again: bool = False
    ) -> Taken:
        """Keep texts; a sheet that is read again is put in the place of what it said before.

        Parameters
        ----------
        texts : sequence of Text
        file, data : str, bytes
            Where they come from: the name and the hash are kept.
        at : str
            The time, in UTC.
        again : bool
            Whether words may go that somebody has coded.

        Raises
        ------
        LlticError
            ``exercise-coded`` where words would go that somebody has coded.
        """
        known = self._json(self._texts) if self._texts.is_file() else {"texts": [], "files": []}
        before: tuple[Text, ...] = from_plain(tuple[Text, ...], known["texts"])
        heard: set[Voice] = voices_of(texts)
        now, then = set(texts), set(before)
        gone = {t for t in before if t.voice in heard and t not in now}
        lost = self._codings_on({t.text_id for t in gone} - {t.text_id for t in texts})
        if lost and not again:
            hint = "Read it with --again; the codings on what goes are then no longer counted."
            where = f"{file}: {number_of(len({t.voice for t in gone}), 'sheet')}"
            stand = number_of(lost, "coding stands", "codings stand")
            message = f"say other words than before, and {stand} on those"
            raise LlticError(Problem("exercise-coded", where, message, hint=hint))
        rest = [t for t in before if t not in gone]
        added = [t for t in texts if t not in then]
        digest = hashlib.sha256(data).hexdigest()
        entry = {"file": Path(file).name, "sha256": digest, "read_at": at, "texts": len(texts)}
        plain = {"texts": to_plain([*rest, *added]), "files": [*known["files"], entry]}
        self._write(self._texts, plain)
        return Taken(len(added), len(gone), len(texts) - len(added), lost)

    def files(self) -> list[dict[str, Any]]:
        """Return which files were read: name, hash, time, how many texts."""
        return list(self._json(self._texts)["files"]) if self._texts.is_file() else []

    def keep(self, coder: str, coded: Coded) -> None:
        """Keep what a coder laid on the texts, in place of what they had before."""
        plain = {"coder": coder, "codings": to_plain(coded.codings), "read": sorted(coded.read)}
        self._write(self._coder(coder), plain)

    def coded(self, texts: Iterable[Text]) -> Coded:
        """Return what all coders made of the texts; what stands on words now gone is stale."""
        return self._coded(sorted((self.path / "codings").glob("*.json")), texts)

    def coded_by(self, coder: str, texts: Iterable[Text]) -> Coded:
        """Return what one coder made of the texts; nothing where they have not begun."""
        file = self._coder(coder)
        return self._coded([file] if file.is_file() else [], texts)

    def _coded(self, files: Iterable[Path], texts: Iterable[Text]) -> Coded:
        hashes = {text.text_id: text.hash for text in texts}
        found: list[Coding] = []
        read: set[str] = set()
        for file in files:
            plain = self._json(file)
            found += from_plain(tuple[Coding, ...], plain["codings"])
            read |= set(plain["read"])
        standing = [c for c in found if hashes.get(c.review_id) == c.source_hash]
        numbered = tuple(replace(c, seq=n) for n, c in enumerate(standing, 1))
        return Coded(numbered, frozenset(read & set(hashes)), len(found) - len(standing))

    def _codings_on(self, texts: set[str]) -> int:
        plain = [self._json(file) for file in (self.path / "codings").glob("*.json")]
        return sum(c["review_id"] in texts for coder in plain for c in coder["codings"])

    def _json(self, file: Path) -> Any:
        try:
            return json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            raise LlticError(_changed(file)) from None

    def _write(self, file: Path, plain: Any) -> None:
        with write_atomically(file, permissions=OWNER) as stream:
            json.dump(plain, stream, ensure_ascii=False, indent=1)
            stream.write("\n")


def _ordered(texts: Iterable[Text], exercise: Loaded[Exercise]) -> tuple[Text, ...]:
    parts = exercise.model
    questions = {q.id: n for n, q in enumerate(parts.questions)}
    sources = {s.id: n for n, s in enumerate(parts.sources)}
    groups = {g.id for g in parts.groups}
    found = list(texts)
    lost = [t for t in found if {t.question, t.source, t.group} - {*questions, *sources, *groups}]
    if lost:
        hint = "Put the id back, or read the answers again under the new one."
        what = number_of(len(lost), "text is", "texts are")
        message = f"no longer has a question, source or group that {what} of"
        raise LlticError(Problem("exercise-changed", str(exercise.path), message, hint=hint))
    return tuple(sorted(found, key=lambda t: (questions[t.question], sources[t.source])))


def _changed(file: Path) -> Problem:
    hint = "Take it from the backup, or read the answers and the coding sheets again."
    return Problem("exercise-file", str(file), "is not as it was written", hint=hint)
