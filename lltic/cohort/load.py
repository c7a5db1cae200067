"""Find, read and check a cohort definition, with values changed where it lets them be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lltic.cohort.adjust import adjusted
from lltic.cohort.model import Definition
from lltic.cohort.soundness import problems_of
from lltic.definitions import Loaded, content_hash, load, parse, read_yaml
from lltic.errors import LlticError
from lltic.study import Study

__all__ = ["load_definition"]


def load_definition(
    study: Study | None, name: str, settings: Mapping[str, str] | None = None
) -> Loaded[Definition]:
    """Find, read and check a cohort definition.

    Parameters
    ----------
    study : Study or None
        Its own definitions come first; None for those that come with the package alone.
    name : str
    settings : mapping of str to str, optional
        Other values for what the definition lists as ``adjustable``. The hash is then that of
        the changed content.

    Raises
    ------
    UsageError
        ``unknown-cohort``; ``not-adjustable``.
    LlticError
        Every problem of the file at once: those of :func:`lltic.definitions.parse` and of
        :func:`lltic.cohort.soundness.problems_of`.
    """
    loaded = load("cohort", name, Definition, study.path if study else None)
    where = str(loaded.path)
    _refuse(loaded.model, where)
    if not settings:
        return loaded
    data = adjusted(read_yaml(loaded.path), loaded.model, settings)
    model = parse(Definition, data, f"{where} with --set")
    _refuse(model, f"{where} with --set")
    return replace(loaded, model=model, hash=content_hash(data))


def _refuse(definition: Definition, where: str) -> None:
    problems = problems_of(definition, where)
    if problems:
        raise LlticError(problems)
