"""A codebook as a page to read and to print: Markdown, or one file of HTML that fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from lltic.themes.codebook import Change, Code, Codebook

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["as_html", "as_markdown"]

SHOWS = {"problem": "a problem", "good_practice": "good practice"}
ILLUSTRATIVE = "illustrative"


def as_markdown(loaded: Loaded[Codebook]) -> str:
    """Return the page as Markdown, ending in a line end."""
    book = loaded.model
    lines = [f"# {book.title}", "", f"{loaded.ref}, hash `{loaded.hash}`", ""]
    for said in (book.note, f"Source: {book.source}."):
        lines += [said, ""] if said else []
    for level, code in book.by_level():
        lines += [f"{'#' * min(level + 2, 6)} {code.label} (`{code.code}`)", ""]
        lines += [" · ".join(_facts(code, book)), "", code.definition, ""]
        for heading, entries in (("Use for", code.include), ("Not for", code.exclude)):
            if entries:
                lines += [f"{heading}:", "", *(f"- {entry}" for entry in entries), ""]
        lines += [f"> {code.example}", ""] if code.example else []
        lines += [f"Note: {code.note}", ""] if code.note else []
    lines += _history(book)
    return "\n".join(lines).rstrip("\n") + "\n"


def _facts(code: Code, book: Codebook) -> Iterator[str]:
    """What a line under the label says."""
    if code.parent:
        yield f"part of {book.label(code.parent)}"
    yield f"may show {' or '.join(SHOWS[p] for p in code.polarity)}"
    if code.phases:
        yield f"only in {', '.join(phase.replace('_', ' ') for phase in code.phases)}"
    yield "named by a source" if code.corroborated else "not named by a source"
    if code.illustrative:
        yield ILLUSTRATIVE


def _history(book: Codebook) -> list[str]:
    if book.previous is None:
        return []
    lines = [
        "## What changed",
        "",
        f"Made of {book.previous.name} (`{book.previous.hash[:12]}`).",
        "",
    ]
    lines += [f"- {changed(change)}" for change in book.changes]
    return [*lines, ""] if book.changes else lines


def changed(change: Change) -> str:
    """Return a change in words."""
    of, into = (
        ", ".join(f"`{theme}`" for theme in part) for part in (change.sources, change.targets)
    )
    done = {"merge": "merged", "split": "split", "rename": "renamed", "retire": "retired"}
    told = f"{of} {done[change.kind]}" + (f" into {into}" if into else "")
    return f"{told}: {change.reason}"


def as_html(loaded: Loaded[Codebook]) -> str:
    """Return the page as one HTML document with its style inside and no script."""
    book = loaded.model
    top = "".join(
        f'<li><a href="#{escape(code.code)}">{escape(code.label)}</a></li>'
        for code in book.children("")
    )
    said = "".join(
        f"<p>{escape(text)}</p>" for text in (book.note, f"Source: {book.source}.") if text
    )
    body = "".join(_section(code, level, book) for level, code in book.by_level())
    return PAGE.format(
        title=escape(book.title),
        ref=escape(loaded.ref),
        hash=escape(loaded.hash),
        said=said,
        contents=top,
        body=body,
        history=_history_html(book),
    )


def _section(code: Code, level: int, book: Codebook) -> str:
    head = f"h{min(level + 2, 6)}"
    swatch = f'<span class="swatch" style="background:{code.colour}"></span>' if code.colour else ""
    parts = [
        f'<section class="level{min(level, 1)}" id="{escape(code.code)}">',
        f"<{head}>{swatch}{escape(code.label)} <code>{escape(code.code)}</code></{head}>",
        f'<p class="facts">{escape(" · ".join(_facts(code, book)))}</p>',
        f"<p>{escape(code.definition)}</p>",
    ]
    for heading, entries in (("Use for", code.include), ("Not for", code.exclude)):
        if entries:
            told = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
            parts.append(f'<p class="use">{heading}</p><ul>{told}</ul>')
    if code.example:
        parts.append(f"<blockquote>{escape(code.example)}</blockquote>")
    if code.note:
        parts.append(f'<p class="facts">{escape(code.note)}</p>')
    return "\n".join([*parts, "</section>\n"])


def _history_html(book: Codebook) -> str:
    if book.previous is None:
        return ""
    made = f"Made of {book.previous.name} ({book.previous.hash[:12]})."
    rows = "".join(
        f"<li>{escape(changed(change).replace('`', ''))}</li>" for change in book.changes
    )
    rows = f"<ul>{rows}</ul>" if rows else ""
    return f"<section><h2>What changed</h2><p>{escape(made)}</p>{rows}</section>"


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
base-uri 'none'; form-action 'none'">
<title>{title}: codebook</title>
<style>
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: #f0f4f5; color: #212b32; font: 19px/1.48 Arial, \
"Liberation Sans", sans-serif; }}
main {{ max-width: 44em; margin: 24px auto; background: #fff; padding: 28px 40px; \
border-top: 8px solid #005eb8; }}
h1 {{ font-size: 32px; line-height: 1.2; margin: 0 0 8px; }}
h2 {{ font-size: 24px; line-height: 1.25; margin: 0 0 4px; }}
h3, h4, h5, h6 {{ font-size: 19px; margin: 0 0 4px; }}
p {{ margin: 0 0 12px; }}
code {{ font-size: 16px; font-weight: normal; color: #4c6272; overflow-wrap: anywhere; }}
a {{ color: #005eb8; }}
a:focus {{ outline: 4px solid #212b32; background: #ffeb3b; color: #212b32; }}
nav ol {{ columns: 2; padding-left: 28px; }}
section {{ margin: 24px 0 0; padding-top: 20px; border-top: 1px solid #d8dde0; }}
.level1 {{ margin-left: 24px; padding-left: 16px; border-top: 0; border-left: 4px solid #d8dde0; \
padding-top: 0; }}
.facts {{ color: #4c6272; font-size: 16px; }}
.use {{ font-weight: bold; margin: 0; }}
ul {{ margin: 0 0 12px; padding-left: 22px; }}
blockquote {{ margin: 0 0 12px; padding: 8px 16px; border-left: 4px solid #005eb8; \
background: #f0f4f5; }}
.swatch {{ display: inline-block; width: .8em; height: .8em; margin-right: .4em; \
border: 1px solid #4c6272; }}
@media (max-width: 640px) {{ main {{ margin: 0; padding: 20px 16px; }} nav ol {{ columns: 1; }} \
.level1 {{ margin-left: 0; }} }}
@media print {{ body {{ background: #fff; font-size: 10.5pt; }} main {{ margin: 0; padding: 0; \
max-width: none; }} section {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="facts">{ref}, hash <code>{hash}</code></p>
{said}
<nav aria-label="Themes"><ol>{contents}</ol></nav>
{body}
{history}
</main>
</body>
</html>
"""
