"""Pages of HTML that stand alone, filled in from the room's templates."""

from __future__ import annotations

import re
from pathlib import Path

from lltic.study import write_atomically

__all__ = ["write_html"]

TEMPLATES = Path(__file__).with_name("templates")


def write_html(path: Path, template: str, **what: object) -> None:
    """Write a template, filled in, as one file; every text in it is escaped.

    Parameters
    ----------
    path : Path
        The HTML file to make or replace.
    template : str
        Its file's name. What it asks for and ``what`` does not have is an error, not a gap.
    what
        What the template asks for, by name.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css"] = _css
    page = environment.get_template(template).render(**what)
    with write_atomically(path) as stream:
        stream.write(page)


def _css(text: str) -> str:
    r"""Return a text for a quoted string in a style sheet, where it can end nothing.

    Examples
    --------
    >>> _css('sjr v1 "x"')
    'sjr\\20 v1\\20 \\22 x\\22 '
    """
    return re.sub(r"[^A-Za-z0-9]", lambda found: f"\\{ord(found[0]):x} ", text)
