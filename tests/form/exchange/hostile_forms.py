"""Forms that make sense and are full of what nobody should write in one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hypothesis import strategies as st

from lltic.form import Condition, Form, Item, Option, Page, Scale, ScalePoint
from lltic.form.exchange import Loss
from lltic.form.exchange.kept import differences, kinds, lost
from lltic.form.model import Conversion, Trigger
from lltic.records import REASONS, to_plain

__all__ = ["FORMS", "TEXTS", "differing", "told", "with_text"]

NASTY = (
    "=1+1",
    "-2",
    "@SUM(A1)",
    "'=1",
    "''+x",
    'say "yes", it\'s | fine',
    "a, b | c, d",
    "two\r\nlines\n\nand\x0bmore\x0c",
    "bell \x07 nul \x00 _x0041_ \ufffe",
    "${x} $ {x} [x] {{7*7}}",
    "<b>&amp;</b>",
    "\u202eright to left\u2066",
    "😀 e\u0301 ＝1",
    " around ",
    "\t",
    "lltic {}",
    "=long " * 7_000,
)
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
IDS = st.one_of(
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    st.sampled_from(
        ["a.missing", "a_missing", "page", "about", "Ä b", "9", "=1", "meta", "x" * 90]
    ),
)
KIND_SETS = st.lists(st.sampled_from(list(REASONS)), unique=True, max_size=4).map(tuple)


def distinct(ids: list[str]) -> list[str]:
    """Return ids that differ, whatever was drawn."""
    return [f"{one}{'_' * ids[:n].count(one)}" for n, one in enumerate(ids)]


@st.composite
def options(draw: st.DrawFn) -> tuple[Option, ...]:
    values = draw(
        st.lists(
            st.one_of(IDS, st.sampled_from(["no", "NO", "a|b", "a, b"])), min_size=1, max_size=4
        )
    )
    values = list(dict.fromkeys(values))
    return tuple(Option(value, draw(TEXTS), draw(st.just("") | TEXTS)) for value in values)


@st.composite
def questions(draw: st.DrawFn, own_id: str, depth: int = 0) -> Item:
    kinds = ["text", "line", "scale", "choice", "choices", "date", "number"]
    kind = draw(st.sampled_from(kinds if depth else [*kinds, "repeat"]))
    more: dict = {}
    if kind == "scale":
        more["scale"] = draw(st.sampled_from(["care", "wörse"]))
    elif kind in ("choice", "choices"):
        more["options"] = draw(options())
    elif kind == "date":
        precisions = st.lists(st.sampled_from(["day", "month", "year"]), unique=True, min_size=1)
        more["precision"] = tuple(draw(precisions))
    elif kind == "number":
        bound = st.none() | st.floats(-1e6, 1e6)
        more["minimum"] = draw(bound)
        more["maximum"] = draw(bound if more["minimum"] is None else st.just(1e6 + 1))
        more["decimals"] = draw(st.integers(0, 6))
        more["unit"] = draw(st.just("") | TEXTS)
    elif kind == "repeat":
        ids = distinct(
            [one.replace(".", "") for one in draw(st.lists(IDS, min_size=1, max_size=3))]
        )
        more["items"] = tuple(draw(questions(one, 1)) for one in ids)
        more["entry"] = draw(TEXTS)
        more["at_most"] = draw(st.integers(1, 50))
    missing = draw(KIND_SETS)
    labels = {one: draw(TEXTS) for one in missing if draw(st.booleans())}
    return Item(
        own_id,
        kind,
        draw(TEXTS),
        hint=draw(st.just("") | TEXTS),
        missing=missing,
        missing_labels=labels or None,
        required=draw(st.booleans()),
        **more,
    )


def tests_of(item: Item, path: str) -> st.SearchStrategy[Condition]:
    """Return conditions that look at an item."""
    found = [Condition(path, answered=True), Condition(path, answered=False)]
    values = [o.value for o in item.options] or (["1", "2"] if item.type == "scale" else ["it's"])
    found += [Condition(path, equals=tuple(values)), Condition(path, equals=(values[0],))]
    if item.type == "choices":
        found.append(Condition(path, includes=values[-1]))
    return st.sampled_from(found)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Make a form of which conditions look back at what was asked before."""
    from dataclasses import replace

    before: list[tuple[str, Item]] = []
    pages = []
    ids = distinct([one.replace(".", "") for one in draw(st.lists(IDS, min_size=1, max_size=3))])
    for page_id in ids:
        items = []
        for own in distinct(draw(st.lists(IDS, min_size=1, max_size=4))):
            item = draw(questions(own))
            path = f"{page_id}.{own}"
            for key in ("when", "required_when"):
                if before and draw(st.integers(0, 2)) == 0:
                    known, target = draw(st.sampled_from(before))
                    item = replace(item, **{key: draw(tests_of(target, known))})
            items.append(item)
            before.append((path, item))
        pages.append(
            Page(
                page_id,
                draw(TEXTS),
                tuple(items),
                kind=draw(st.sampled_from(["gate", "phase", "lessons"])),
                caption=draw(st.just("") | TEXTS),
                hint=draw(st.just("") | TEXTS),
            )
        )
    turned = Conversion("PRISM", "lower_is_better", 3, draw(TEXTS))
    points = tuple(ScalePoint(n, draw(TEXTS), draw(st.just("") | TEXTS)) for n in (1, 2))
    return Form(
        name="hostile",
        version=draw(TEXTS),
        title=draw(TEXTS),
        source=draw(TEXTS),
        wording=draw(TEXTS),
        scales={
            "care": Scale(draw(TEXTS), "higher_is_better", points, conversions=(turned,)),
            "wörse": Scale("Worse", "lower_is_better", points),
        },
        pages=tuple(pages),
        triggers=(
            Trigger("t", "escalation", draw(TEXTS), (Condition(before[0][0], answered=True),)),
        ),
    )


FORMS = forms()


def with_text(text: str) -> Form:
    """Return a form that says a text wherever one can stand."""
    choice = Item("c", "choice", text, hint=text, options=(Option("a", text, text),))
    number = Item("n", "number", text, unit=text, missing=("not_known",))
    page = Page("p", text, (choice, number), caption=text, hint=text)
    return Form("told", text, text, text, text, {}, (page,))


def differing(one: Form, other: Form) -> list[Loss]:
    """Return how one form differs from another, in the words of a loss."""
    meant = to_plain(other)
    return lost(meant, differences(to_plain(one), meant), kinds("x"))


def told(losses: Iterable[Loss]) -> set[tuple[str, str]]:
    """Return place and attribute of all that the losses speak of."""
    found = set()
    for loss in losses:
        keys = re.search(r"\(([^()]*)\)$", loss.message)
        found |= {(loss.where, key) for key in keys[1].split(", ")} if keys else set()
    return found
