"""A form in which nothing could be asked is refused, and one that could is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from patience import nobody_held_up

from lltic.definitions import names
from lltic.errors import LlticError
from lltic.form import Condition, Form, Item, Page, load_form, resolve
from lltic.form.circles import LONGEST_CHAIN, circles, too_far
from lltic.form.load import load_form_file
from lltic.form.sense import problems_of


def asked(name: str, after: str = "", **more: object) -> Item:
    when = Condition(after, answered=True) if after else None
    return Item(name, "line", name.title(), when=when, **more)


def form(*pages: tuple[Item, ...]) -> Form:
    made = tuple(Page(f"p{n}", "A page", items) for n, items in enumerate(pages, 1))
    return Form("small", "1", "Small", "ours", "ours", {}, made)


def entries(*items: Item, when: Condition | None = None) -> Item:
    return Item("list", "repeat", "List", when=when, items=items, entry="entry")


def told(made: Form) -> list[tuple[str, str, str]]:
    return [(p.code, p.where, p.message) for p in problems_of(made, "f.yml")]


def test_a_circle_is_told_once_with_everybody_on_it() -> None:
    made = form((asked("a", "p1.c"), asked("b", "p1.a"), asked("c", "p1.b"), asked("d", "p1.a")))
    assert told(made) == [
        (
            "form-condition-circle",
            "f.yml: p1.a",
            "is asked only if it is asked itself: p1.a → p1.c → p1.b → p1.a",
        )
    ]


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (form((asked("a", "p1.a"),)), [("p1.a",)]),
        (
            form(
                (asked("a", "p1.b"), asked("b", "p1.a")), (asked("a", "p2.b"), asked("b", "p2.a"))
            ),
            [("p1.a", "p1.b"), ("p2.a", "p2.b")],
        ),
        # Whoever is asked in an entry waits for the entries.
        (
            form(
                (entries(asked("q")), asked("b", "p1.list.q")),
                (),
            ),
            [],
        ),
        (
            form((entries(asked("q"), when=Condition("p1.list.q", answered=True)),)),
            [("p1.list", "p1.list.q")],
        ),
        (
            form((entries(asked("q", "p1.list.r"), asked("r", "p1.list.q")),)),
            [("p1.list.q", "p1.list.r")],
        ),
        # That an answer is needed only at times circles harmlessly.
        (
            form(
                (
                    asked("a", required_when=Condition("p1.b", answered=False)),
                    asked("b", required_when=Condition("p1.a", answered=False)),
                )
            ),
            [],
        ),
    ],
)
def test_circles(made: Form, found: list[tuple[str, ...]]) -> None:
    assert circles(made) == found


@pytest.mark.parametrize("name", names("form"))
def test_our_own_forms_have_none(name: str) -> None:
    shipped = load_form(name).model
    assert circles(shipped) == []
    assert too_far(shipped) == []


def chain(length: int) -> Form:
    return form((asked("q0"), *(asked(f"q{n}", f"p1.q{n - 1}") for n in range(1, length + 1))))


def test_a_long_chain_is_worked_out_and_a_longer_one_is_refused() -> None:
    allowed = chain(LONGEST_CHAIN)
    assert told(allowed) == []
    assert resolve(allowed, {})[f"p1.q{LONGEST_CHAIN}"]["missing"] == "not_reached"
    answers = {f"p1.q{n}": {"value": "x"} for n in range(LONGEST_CHAIN + 1)}
    assert resolve(allowed, answers)[f"p1.q{LONGEST_CHAIN}"]["value"] == "x"
    beyond = [(code, where) for code, where, _ in told(chain(LONGEST_CHAIN + 1))]
    assert beyond == [("form-condition-chain", f"f.yml: p1.q{LONGEST_CHAIN + 1}")]


def test_a_circle_of_thousands_is_found_and_told_in_a_line() -> None:
    many = 5_000
    made = form(tuple(asked(f"q{n}", f"p1.q{(n + 1) % many}") for n in range(many)))
    with nobody_held_up():
        assert [len(circle) for circle in circles(made)] == [many]
    small = form(tuple(asked(f"q{n}", f"p1.q{(n + 1) % 9}") for n in range(9)))
    assert told(small)[0][2].endswith("p1.q5 → and 3 more")


YAML = """\
name: turning
version: 1
title: Turning
source: ours
wording: ours
scales: {}
pages:
  - id: one
    title: One
    items:
      - {id: a, type: line, label: A, when: {item: one.b, answered: true}}
      - {id: b, type: line, label: B, when: {item: one.a, answered: true}}
"""


def test_a_file_with_a_circle_is_refused_where_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "turning.yml").write_text(YAML)
    with pytest.raises(LlticError) as refused:
        load_form_file(tmp_path / "turning.yml")
    assert refused.value.codes == ("form-condition-circle",)
    assert "one.a → one.b → one.a" in str(refused.value)
