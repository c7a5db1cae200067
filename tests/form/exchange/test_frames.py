"""Answers as pandas tables: typed by their form, and the same again from CSV and Parquet."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest
from fhir_cases import EVERYTHING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payloads import FORMULAS

from lltic.definitions import names
from lltic.errors import LlticError
from lltic.form import Form, Item, Option, Page, Scale, ScalePoint, check_value, load_form, resolve
from lltic.form.exchange.frames import (
    Frames,
    csv_text,
    from_csv,
    sheets_of,
    to_frames,
    typed,
)
from lltic.records import MISSING_KINDS

SHIPPED = [load_form(name).model for name in names("form")]
FORMS = [*SHIPPED, EVERYTHING]
SLOWLY = settings(
    max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
DATES = {"day": "0987-02-28", "month": "2026-09", "year": "1954"}


def answers_to(item: Item, form: Form) -> st.SearchStrategy[dict[str, Any] | None]:
    """Return answers a reviewer could give: a value, a reason, or nothing."""
    values: st.SearchStrategy[Any]
    if item.type == "scale":
        values = st.sampled_from(form.scales[item.scale or ""].levels)
    elif item.type == "choice":
        values = st.sampled_from([o.value for o in item.options])
    elif item.type == "choices":
        values = st.sets(st.sampled_from([o.value for o in item.options])).map(
            lambda chosen: [o.value for o in item.options if o.value in chosen]
        )
    elif item.type == "date":
        values = st.sampled_from([DATES[precision] for precision in item.precision])
    elif item.type == "number":
        low = 0 if item.minimum is None else int(item.minimum) + 1
        high = low + 9 if item.maximum is None else int(item.maximum) - 1
        values = st.integers(low, max(low, high))
        if item.decimals:
            values |= values.map(lambda n: round(n + 0.5 if n < high else n, item.decimals))
    elif item.type == "repeat":
        values = st.lists(st.sampled_from(["a1", "b2", "c3"]), unique=True, max_size=item.at_most)
    else:
        values = WORDS if item.type == "line" else WORDS.map(lambda w: f"{w}\n{w}")
        values = values.filter(lambda w: item.type != "line" or len(w.splitlines()) < 2)
    given_ = values.map(lambda value: {"value": value})
    reasons = [st.just({"missing": kind}) for kind in item.missing]
    return st.one_of(st.none(), given_, given_, *reasons)


@st.composite
def answers(draw: st.DrawFn, form: Form) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, _, item in form.items():
        answer = draw(answers_to(item, form))
        if answer is None:
            continue
        found[path] = answer
        for entry in answer.get("value", []) if item.type == "repeat" else []:
            for question in item.items:
                inner = draw(answers_to(question, form))
                if inner is not None:
                    found[f"{path}.{entry}.{question.id}"] = inner
    return found


def by_csv(form: Form, frames: Frames) -> Frames:
    long = {group: from_csv(form, csv_text(t), group) for group, t in frames.long.items()}
    return Frames(from_csv(form, csv_text(frames.wide)), long)


def by_parquet(form: Form, frames: Frames) -> Frames:
    def again(table: pd.DataFrame, group: str = "") -> pd.DataFrame:
        stream = io.BytesIO()
        table.to_parquet(stream)
        return typed(form, pd.read_parquet(stream), group)

    return Frames(again(frames.wide), {g: again(table, g) for g, table in frames.long.items()})


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@SLOWLY
@given(st.data())
def test_answers_come_back_from_tables_csv_and_parquet(form: Form, data) -> None:
    reviews = {f"r{n}": data.draw(answers(form)) for n in range(3)}
    for given_ in reviews.values():
        assert not [p for path, a in given_.items() for p in check_value(form, path, a)]
    wanted = {review: resolve(form, given_) for review, given_ in reviews.items()}
    frames = to_frames(form, reviews)
    assert sheets_of(form, frames) == wanted
    for trip in (by_csv, by_parquet):
        back = trip(form, frames)
        pd.testing.assert_frame_equal(back.wide, frames.wide)
        assert back.wide.attrs == frames.wide.attrs
        assert sheets_of(form, back) == wanted


CARE = Scale("Care", "higher_is_better", tuple(ScalePoint(n, w) for n, w in enumerate("vpage", 1)))
ITEMS = (
    Item("score", "scale", "Score", scale="care", missing=("not_in_notes",)),
    Item("kind", "choice", "Kind", options=(Option("x", "X"), Option("y", "Y"))),
    Item("kinds", "choices", "Kinds", options=(Option("missing", "M"), Option("y", "Y"))),
    Item("since", "date", "Since", precision=("day", "month", "year")),
    Item("weight", "number", "Weight", unit="kg", decimals=1),
    Item("words", "text", "Words"),
)
FORM = Form("t", "1", "T", "s", "w", {"care": CARE}, (Page("p", "P", ITEMS),))


def test_columns_have_the_types_the_form_gives_them() -> None:
    given_ = {
        "p.score": {"value": 4},
        "p.kind": {"value": "x"},
        "p.kinds": {"value": ["y"]},
        "p.since": {"value": "2026-09"},
        "p.weight": {"value": 61},
        "p.words": {"value": "Äh"},
    }
    wide = to_frames(FORM, {"r1": given_, "r2": {"p.score": {"missing": "not_in_notes"}}}).wide
    assert list(wide["p.score"].cat.categories) == [1, 2, 3, 4, 5]
    assert wide["p.score"].cat.ordered
    assert wide["p.score"].max() == 4
    assert list(wide["p.kind"].cat.categories) == ["x", "y"]
    assert not wide["p.kind"].cat.ordered
    assert wide["p.kinds=y"].tolist() == [True, pd.NA]
    assert wide["p.kinds=missing"].tolist() == [False, pd.NA]
    assert wide["p.since"].dtype == "datetime64[s]"
    assert wide["p.since"][0] == pd.Timestamp("2026-09-01")
    assert wide["p.since:precision"][0] == "month"
    assert wide["p.weight"].dtype == "Float64"
    assert wide["p.words"].dtype == "string"
    assert wide["p.score:missing"].astype("string").fillna("").tolist() == ["", "not_in_notes"]
    assert wide["p.words:missing"].astype("string").fillna("").tolist() == ["", "missing"]
    assert tuple(wide["p.words:missing"].cat.categories) == MISSING_KINDS
    assert wide.attrs["units"] == {"p.weight": "kg"}
    assert wide.attrs["directions"] == {"p.score": "higher_is_better"}
    assert wide.attrs["labels"]["p.words"] == "Words"


def test_an_entry_has_a_row_of_its_own() -> None:
    inner = (Item("what", "line", "What?"), Item("n", "number", "N"))
    listed = Item("list", "repeat", "List", items=inner, entry="problem")
    form = Form("t", "1", "T", "s", "w", {}, (Page("p", "P", (listed,)),))
    given_ = {"p.list": {"value": ["b", "a"]}, "p.list.a.n": {"value": 3}}
    frames = to_frames(form, {"r1": given_, "r2": {}})
    long = frames.long["p.list"]
    assert long[["review", "entry", "position"]].to_numpy().tolist() == [
        ["r1", "b", 1],
        ["r1", "a", 2],
    ]
    assert long["n"].tolist() == [pd.NA, 3]
    assert frames.wide["p.list"].tolist() == [2, pd.NA]


def test_an_answer_its_column_would_lose_is_refused_and_not_said() -> None:
    with pytest.raises(LlticError) as error:
        to_frames(FORM, {"r1": {"p.score": {"value": 9}, "p.kind": {"value": "canary"}}})
    assert error.value.codes == ("bad-value", "bad-value")
    assert "canary" not in str(error.value)


def test_two_answers_never_share_a_column() -> None:
    options = (Option("x", "X"),)
    items = (Item("a", "choices", "A", options=options), Item("a=x", "line", "B"))
    form = Form("t", "1", "T", "s", "w", {}, (Page("p", "P", items),))
    with pytest.raises(LlticError) as error:
        to_frames(form, {})
    assert error.value.codes == ("form-columns",) * len(error.value.codes)


@pytest.mark.parametrize("text", FORMULAS, ids=range(len(FORMULAS)))
def test_csv_of_answers_is_never_worked_out(text: str) -> None:
    frames = to_frames(FORM, {"r1": {"p.words": {"value": text}}})
    written = csv_text(frames.wide)
    table = pd.read_csv(io.StringIO(written), dtype=str, keep_default_na=False)
    assert not table["p.words"].str.startswith(tuple("=+-@\t\r\n＝＋－＠")).any()
    back = by_parquet(FORM, frames).wide["p.words"][0]
    assert back == text if text.strip() else back is pd.NA
