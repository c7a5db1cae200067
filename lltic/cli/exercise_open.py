"""An exercise of a study, opened: what every command of ``lltic exercise`` begins with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from lltic.errors import LlticError, Problem
from lltic.study import Study
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes import Codebook
    from lltic.themes.exercise import Coded, Exercise, Folder, Passage, Synthesis, Text

__all__ = ["DEFAULT", "OpenExercise", "exercise_option"]

DEFAULT = "exercise-four-questions"


def exercise_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--exercise NAME``."""
    return click.option(
        "--exercise",
        "name",
        default=DEFAULT,
        show_default=True,
        metavar="NAME",
        help="Which exercise of the study.",
    )(command)


@dataclass(frozen=True)
class OpenExercise:
    """An exercise of a study: its definition, its codebook and its folder."""

    study: Study
    exercise: Loaded[Exercise]
    codebook: Loaded[Codebook]
    folder: Folder

    @classmethod
    def of(cls, study: Study, name: str) -> OpenExercise:
        """Open an exercise by its name, with the codebook it says."""
        from lltic.themes import load_codebook
        from lltic.themes.exercise import Folder, load_exercise

        loaded = load_exercise(name, study.path)
        codebook = load_codebook(loaded.model.codebook, study.path)
        return cls(study, loaded, codebook, Folder.of(study, loaded))

    def texts(self) -> tuple[Text, ...]:
        """Return what was said."""
        return self.folder.texts(self.exercise)

    def coded(self, texts: Sequence[Text]) -> Coded:
        """Return what all coders made of the texts.

        Raises
        ------
        LlticError
            ``exercise-codebook`` where codes were used that the codebook does not have by now.
        """
        found = self.folder.coded(texts)
        themes = set(self.codebook.model.themes)
        lost = [c for c in found.codings if c.theme not in themes]
        if lost:
            codes = ", ".join(sorted({c.theme for c in lost}))
            what = number_of(len(lost), "coding is", "codings are")
            message = f"has not the codes that {what} of: {codes}"
            hint = "Put them back, or write others on a sheet: 'lltic exercise sheet' of its coder."
            where = str(self.codebook.path)
            raise LlticError(Problem("exercise-codebook", where, message, hint=hint))
        return found

    def passages(self, texts: Sequence[Text], coded: Coded) -> list[Passage]:
        """Return the coded passages."""
        from lltic.themes.exercise import passages

        return passages(texts, coded.codings, self.codebook.model.themes)

    def synthesis(self, texts: Sequence[Text], coded: Coded) -> tuple[Synthesis, list[Problem]]:
        """Return what was drawn up, and what is wrong or unfinished in it."""
        from lltic.themes.exercise import check, load_synthesis

        drawn = load_synthesis(self.folder.synthesis)
        where = self.folder.synthesis.name
        found = self.passages(texts, coded)
        return drawn, check(drawn, self.exercise.model, self.codebook.model, found, where)

    def unfinished(self, texts: Sequence[Text], coded: Coded) -> list[Problem]:
        """Return what is left to do on the synthesis; also that there is none."""
        try:
            return self.synthesis(texts, coded)[1]
        except LlticError as error:
            return list(error.problems)
