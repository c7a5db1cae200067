"""Read a form from YAML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lltic.errors import LlticError
from lltic.form.model import Form
from lltic.form.sense import problems_of

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["load_form"]


def load_form(name: str, study: Path | None = None) -> Loaded[Form]:
    """Load a form by name, from the study first and then from those shipped.

    Raises
    ------
    UsageError
        ``unknown-form``.
    LlticError
        Every problem of the file at once: ``definition-…`` for its grammar,
        ``form-…`` for its sense.
    """
    from lltic import definitions

    loaded = definitions.load("form", name, Form, study)
    problems = list(problems_of(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded
