"""What another format cannot say of a form, told rather than dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lltic.errors import Problem
from lltic.form.model import Form

__all__ = ["Exported", "Imported", "ImportedAnswers", "Loss", "LossKind"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that did not survive the trip as it was.

    Parameters
    ----------
    code : str
        Closed, stable identifier such as ``trigger``; tests assert it.
    where : str
        The item's path, or the part of the form or file.
    message : str
        What the other side cannot say; never an answer or a patient's value.
    instead : str
        What happens instead, for example "kept in an extension of our own".
    """

    code: str
    where: str
    message: str
    instead: str = ""

    def __str__(self) -> str:
        told = f"{self.where}: {self.message}"
        return f"{told}; {self.instead}" if self.instead else told


@dataclass(frozen=True, slots=True)
class LossKind:
    """A kind of loss that a target declares; the page on exchange is made from these.

    Examples
    --------
    >>> kind = LossKind("trigger", "what a submitted answer sets off", "it stays behind")
    >>> str(kind.at("triggers.harm"))
    'triggers.harm: what a submitted answer sets off; it stays behind'
    """

    code: str
    what: str
    instead: str

    def at(self, where: str, detail: str = "") -> Loss:
        """Return this kind of loss at a place, with a detail when there is one."""
        return Loss(
            self.code, where, f"{self.what} ({detail})" if detail else self.what, self.instead
        )


@dataclass(frozen=True, slots=True)
class Exported:
    """A form, or answers, in another format, and what that format could not hold.

    ``document`` is plain JSON data for FHIR, text or bytes for other targets.
    """

    document: Any
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """A form from another format, what of it has no place here, and what was wrong.

    ``form`` is None exactly when ``problems`` say why; then nothing may be kept of it.
    """

    form: Form | None
    losses: tuple[Loss, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedAnswers:
    """Answers from another format: each item's path and ``{"value": x}`` or ``{"missing": kind}``.

    ``answers`` is None exactly when ``problems`` say why; then nothing may be kept of it.
    ``about`` is whatever the file says of the review: ``case_id``, ``status``, ….
    """

    answers: Mapping[str, Mapping[str, Any]] | None
    about: Mapping[str, str] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    problems: tuple[Problem, ...] = ()
