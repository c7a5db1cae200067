"""One definition, many faces: forms and answers in the formats of others, and back.

Each target is a module here with a ``TARGET``, which says how a form is written to
a file and read from one. What a target cannot say is listed, never silently dropped.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from lltic.errors import UsageError, unknown
from lltic.form.exchange.losses import Exported, Imported, ImportedAnswers, Loss, LossKind
from lltic.form.model import Form

__all__ = [
    "TARGETS",
    "Exported",
    "Imported",
    "ImportedAnswers",
    "Loss",
    "LossKind",
    "Target",
    "target",
]

TARGETS = ("fhir", "xlsform", "redcap", "dictionary")
"""The names of the targets, which are the names of their modules."""


@dataclass(frozen=True, slots=True)
class Target:
    """A format that forms travel in.

    Parameters
    ----------
    name : str
        What ``--to`` and ``--from`` call it.
    title : str
        What people call it, for example ``FHIR R4 Questionnaire``.
    suffix : str
        Of its files, with the dot.
    losses : tuple of LossKind
        Every kind of loss an export or an import may list.
    write : callable
        Form and its hash to :class:`Exported` with a document of text or bytes.
    read : callable or None
        The bytes of a file to :class:`Imported`; None when nothing is read from it.
    """

    name: str
    title: str
    suffix: str
    losses: tuple[LossKind, ...]
    write: Callable[[Form, str], Exported]
    read: Callable[[bytes], Imported] | None = None


def target(name: str) -> Target:
    """Return the target of that name.

    Raises
    ------
    UsageError
        ``unknown-target`` naming the known ones.
    """
    if name not in TARGETS:
        raise UsageError(unknown("target", name, TARGETS))
    found: Target = importlib.import_module(f"lltic.form.exchange.{name}").TARGET
    return found
