"""The codebook as a page: everything on it, nothing run, nothing fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from lltic.definitions import names
from lltic.themes import load_codebook
from lltic.themes.codebook_page import as_html, as_markdown


class Words(HTMLParser):
    """The words of a page, the ids on it and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.ids, self.links, self.tags = "", [], [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize("name", names("codebook"))
def test_everything_a_coder_needs_is_on_either_page(name):
    loaded = load_codebook(name)
    page, text = Words(as_html(loaded)), as_markdown(loaded)
    for code in loaded.model.codes:
        for said in (code.label, code.definition, *code.include, *code.exclude, code.example):
            assert said in page.words
            assert said in text
    assert loaded.hash in page.words
    assert loaded.hash in text
    assert [one for one in page.ids if one in loaded.model] == [
        code.code for _, code in loaded.model.by_level()
    ]
    assert page.links == [f"#{code.code}" for code in loaded.model.children("")]
    assert "script" not in page.tags
    assert ("· illustrative" in page.words) == any(c.illustrative for c in loaded.model.codes)


def test_what_an_author_wrote_is_text_and_nothing_else():
    loaded = load_codebook("lltic-12")
    sly = replace(
        loaded.model.codes[0], label='<img src="https://example.org/x">', note="{title} & <b>"
    )
    page = Words(as_html(replace(loaded, model=replace(loaded.model, codes=(sly,)))))
    assert "img" not in page.tags
    assert '<img src="https://example.org/x">' in page.words
    assert "{title} & <b>" in page.words


def test_headings_follow_the_levels():
    page = as_html(load_codebook("lltic-12-v2"))
    levels = [int(found) for found in re.findall(r"<h([1-6])>", page)]
    assert levels[:4] == [1, 2, 3, 3]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert "Made of lltic-12" in page
