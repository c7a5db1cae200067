"""Read a form from YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.errors import LlticError, Problem
from lltic.form.model import Form
from lltic.form.sense import problems_of

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["load_form", "load_form_file"]


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

    return load_form_file(definitions.find("form", name, study))


def load_form_file(path: Path) -> Loaded[Form]:
    """Load a form from a file, which need not lie in a study yet; as :func:`load_form`."""
    from lltic import definitions

    data = definitions.read_yaml(path)
    try:
        form = definitions.parse(Form, data, str(path))
    except LlticError as error:
        raise LlticError([_by_name(problem, data, path) for problem in error.problems]) from None
    digest = definitions.content_hash(data)
    problems = [*_name_problems(form, path), *problems_of(form, str(path))]
    if problems:
        raise LlticError(problems)
    return definitions.Loaded("form", form.name, form.version, digest, path, form)


def _name_problems(form: Form, path: Path) -> Iterator[Problem]:
    """A copy under another name is noticed."""
    if form.name != path.stem:
        message = f"the file says 'name: {form.name}'"
        yield Problem("definition-name", str(path), message, path.stem)


def _by_name(problem: Problem, data: Any, path: Path) -> Problem:
    """Say ``pages.content.items.score``, which its author can find, for ``pages.1.items.1``."""
    start = f"{path}: "
    if not problem.where.startswith(start):
        return problem
    words: list[str] = []
    here = data
    for word in problem.where.removeprefix(start).split("."):
        if isinstance(here, list) and word.isdigit() and int(word) < len(here):
            here = here[int(word)]
            named = here if isinstance(here, dict) else {}
            words.append(str(named.get("id") or named.get("value") or int(word) + 1))
        else:
            here = here.get(word) if isinstance(here, dict) else None
            words.append(word)
    return replace(problem, where=start + ".".join(words))
