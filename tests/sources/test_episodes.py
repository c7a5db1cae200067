"""Episodes become spells: every branch of the rule, and the rule in plain Python beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import hes_by_hand as by_hand
import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis_rows import rows_of

from lltic.sources.episodes import EPISODE, SpellRule, in_spells, spells
from lltic.sources.screening import LEFT_OUT, screened

PLACED = {**EPISODE, "file": "int64", "row": "int64"}
DAY0 = date(2024, 2, 26)  # a leap day is on day 3


def day(n: int | None) -> date | None:
    return None if n is None else DAY0 + timedelta(days=n)


def episode(key: str = "e1", start: int = 0, end: int | None = 2, **changed: Any) -> dict[str, Any]:
    """Return one finished episode of person p at provider RAA, admitted on day 0."""
    row = dict.fromkeys(EPISODE) | {
        "episode_id": key,
        "person_id": "p",
        "provider_id": "RAA",
        "setting": "acute",
        "finished": True,
        "ordinal": 1,
        "started_on": day(start),
        "ended_on": day(end),
        "admitted_on": day(0),
        "admission_method": "emergency",
        "transferred_in": False,
        "transferred_out": False,
        "discharge_method": None,
        "goes_on": False,
        "file": 1,
        "row": 2,
    }
    for name in ("admitted_on", "discharged_on"):
        if name in changed:
            changed[name] = day(changed[name])
    return row | changed


@cache
def joining(rule: SpellRule | None) -> Callable[[], ibis.Table]:
    return lambda: in_spells(ibis.table(EPISODE, name="episodes"), rule)


def spelling() -> ibis.Table:
    return spells(joining(None)())


def screening() -> ibis.Table:
    return screened(ibis.table(PLACED, name="episodes"))


def joined(*episodes: dict[str, Any], rule: SpellRule | None = None) -> dict[str, tuple[Any, ...]]:
    found = rows_of(joining(rule), episodes=(EPISODE, list(episodes)))
    return {r["episode_id"]: (r["spell_id"], r["place"], r["joined_by"]) for r in found}


def spelt(*episodes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = rows_of(spelling, episodes=(EPISODE, list(episodes)))
    return {r["spell_id"]: r for r in found}


def out_of(*episodes: dict[str, Any]) -> list[str | None]:
    rows = [e | {"row": n} for n, e in enumerate(episodes, 2)]
    found = rows_of(screening, episodes=(PLACED, rows))
    return [r["out"] for r in sorted(found, key=lambda r: r["row"])]


# --- the rule, branch by branch ------------------------------------------------------------------


def test_the_same_admission_joins():
    a, b = episode("a", 0, 3), episode("b", 3, 5, ordinal=2)
    assert joined(b, a) == {"a": ("a", 1, "first"), "b": ("a", 2, "same-admission")}


def test_the_same_start_joins_though_the_admission_differs():
    a, b = episode("a", 0, 0), episode("b", 0, 5, admitted_on=-1)
    assert joined(a, b) == {"a": ("a", 1, "first"), "b": ("a", 2, "same-start")}


def test_an_episode_that_continues_where_one_ended_without_an_end_joins():
    a, b = episode("a", 0, 3, goes_on=True), episode("b", 3, 5, admitted_on=3)
    assert joined(a, b)["b"] == ("a", 2, "continues-unfinished")


@pytest.mark.parametrize(
    "changed",
    [
        {"goes_on": False},  # discharged on day 3, admitted again on day 3
        {"goes_on": None},
        {"provider_id": "RBB"},
        {"person_id": "q"},
        {"end": 2},
    ],
)
def test_an_episode_that_joins_by_nothing_starts_a_spell(changed):
    a = episode("a", **{"end": 3, "goes_on": True} | changed)
    assert joined(a, episode("b", 3, 5, admitted_on=3))["b"] == ("b", 1, "first")


@pytest.mark.parametrize(
    ("switch", "second"),
    [
        ("same_admission", episode("b", 3, 5)),
        ("same_start", episode("b", 0, 5, admitted_on=-1)),
        ("continues_unfinished", episode("b", 2, 5, admitted_on=2)),
    ],
)
def test_each_branch_can_be_switched_off_by_its_name(switch, second):
    first = episode("a", goes_on=True)
    assert joined(first, second)["b"][0] == "a"
    assert joined(first, second, rule=SpellRule(**{switch: False}))["b"][0] == "b"


def test_with_every_branch_off_each_episode_is_a_spell():
    rule = SpellRule(False, False, False)
    assert joined(episode("a"), episode("b"), rule=rule)["b"] == ("b", 1, "first")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"start": 0}, {"start": 1}),
        ({"end": 1}, {"end": 4}),
        ({"ordinal": 1}, {"ordinal": 2}),
        ({"ordinal": 3}, {"ordinal": None}),  # not known comes last
        ({}, {"transferred_out": True}),
        ({"transferred_out": True}, {"transferred_in": True, "transferred_out": True}),
        ({"transferred_in": True, "transferred_out": True}, {"transferred_in": True}),
        ({"key": "a"}, {"key": "b"}),
    ],
)
def test_episodes_are_ordered_by_each_key_in_turn(first, second):
    one, two = episode(**{"key": "z"} | first), episode(**{"key": "y"} | second)
    found = joined(two, one)
    assert [found[e["episode_id"]][1] for e in (one, two)] == [1, 2]


def test_a_chain_is_as_long_as_it_is_and_an_extract_may_be_empty():
    chain = [episode(f"e{i:03}", i, i + 1, ordinal=i + 1) for i in range(300)]
    assert {s for s, _, _ in joined(*chain).values()} == {"e000"}
    assert joined() == {}


# --- how a spell began and ended -----------------------------------------------------------------


def test_a_spell_begins_as_its_first_and_ends_as_its_last_episode():
    a = episode("a", 0, 3, transferred_in=True, admission_method="transfer", age=71)
    a |= {"primary_diagnosis": "J189", "specialty": "300", "site_id": "RAA01", "goes_on": True}
    b = episode("b", 3, 5, discharged_on=5, discharge_method="advice", transferred_out=True)
    b |= {"ordinal": 2, "primary_diagnosis": "I219", "specialty": "320", "site_id": "RAA02"}
    b |= {"admission_method": "elective", "age": 72}
    (spell,) = spelt(a, b).values()
    began = ("admitted_on", "transferred_in", "admission_method", "site_id", "primary_diagnosis")
    assert [spell[n] for n in began] == [day(0), True, "transfer", "RAA01", "J189"]
    assert spell["age_at_admission"] == 71
    ended = ("discharged_on", "discharge_method", "transferred_out", "specialty")
    assert [spell[n] for n in ended] == [day(5), "advice", True, "320"]
    assert (spell["died_in_hospital"], spell["last_episode"]) == (False, "b")


@pytest.mark.parametrize(
    ("method", "died"), [("died", True), ("stillbirth", False), (None, False), ("unknown", False)]
)
def test_only_the_discharge_method_of_the_last_episode_says_that_the_person_died(method, died):
    (spell,) = spelt(episode(discharged_on=2, discharge_method=method)).values()
    assert (spell["discharge_method"], spell["died_in_hospital"]) == (method, died)
    earlier = episode("a", 0, 1, discharge_method="died")
    last = episode("b", 1, 2, discharged_on=2, discharge_method="advice")
    assert not spelt(earlier, last)["a"]["died_in_hospital"]


@pytest.mark.parametrize(
    ("method", "discharged"), [("advice", 2), ("died", 2), ("unknown", None), (None, None)]
)
def test_the_last_day_stands_for_a_discharge_only_where_the_stay_is_said_to_have_ended(
    method, discharged
):
    (spell,) = spelt(episode(discharge_method=method)).values()
    assert spell["discharged_on"] == day(discharged)
    assert spell["discharge_taken"] == (discharged is not None)


def test_an_unfinished_episode_makes_its_spell_unfinished():
    done = episode("a", 0, 3, goes_on=True)
    going = episode("b", 3, None, finished=False, ordinal=2, discharge_method="died")
    (spell,) = spelt(done, going).values()
    assert spell["discharged_on"] is None
    assert spell["discharge_method"] is None
    assert not spell["died_in_hospital"]
    assert joined(done, going)["b"] == ("a", 2, "same-admission")


def test_an_unfinished_episode_alone_is_a_spell_of_its_own():
    spell = spelt(episode("a", 0, None, finished=False))["a"]
    assert (spell["admitted_on"], spell["discharged_on"]) == (day(0), None)


def test_two_unfinished_episodes_of_one_stay_are_one_spell():
    a = episode("a", 0, None, finished=False)
    b = episode("b", 4, None, finished=False, ordinal=2)
    assert joined(a, b)["b"] == ("a", 2, "same-admission")


def test_an_unfinished_episode_between_two_finished_ones_does_not_part_them():
    a, b = episode("a", 0, 3), episode("b", 5, 6)
    between = episode("u", 4, None, finished=False, admitted_on=4)
    found = joined(a, between, b)
    assert found["b"] == ("a", 2, "same-admission")
    assert found["u"] == ("u", 1, "first")


def test_a_chain_of_transfers_over_three_providers_is_three_spells_that_name_the_transfers():
    a = episode("a", 0, 2, transferred_out=True, discharged_on=2, discharge_method="advice")
    b = episode("b", 2, 4, provider_id="RBB", admitted_on=2, discharged_on=4)
    b |= {"transferred_in": True, "transferred_out": True, "discharge_method": "advice"}
    c = episode("c", 4, 6, provider_id="RCC", admitted_on=4, discharged_on=6)
    c |= {"transferred_in": True, "discharge_method": "died"}
    found = spelt(a, b, c)
    ends = [(s["transferred_in"], s["transferred_out"]) for _, s in sorted(found.items())]
    assert ends == [(False, True), (True, True), (True, False)]
    assert [s["died_in_hospital"] for _, s in sorted(found.items())] == [False, False, True]


# --- which episodes take part --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "out"),
    [
        ({}, None),
        ({"admitted_on": None}, None),  # taken from the start
        ({"admitted_on": None, "transferred_in": None}, None),
        ({"admitted_on": None, "transferred_in": True}, "no-admission-date"),
        ({"admitted_on": None, "ordinal": 2}, "no-admission-date"),
        ({"admitted_on": None, "ordinal": None}, "no-admission-date"),
        ({"end": None}, "finished-without-end"),
        ({"end": None, "finished": False}, None),
        ({"end": 0}, None),
        ({"end": -1}, "episode-ends-before-start"),
    ],
)
def test_an_episode_takes_part_when_it_is_complete(changed, out):
    assert out_of(episode(**changed)) == [out]


def test_one_key_is_one_episode():
    same, fuller = episode("a"), episode("a", specialty="300")
    going = episode("a", end=None, finished=False)
    assert out_of(same, same) == ["repeated-episode", None]
    assert out_of(fuller, same) == [None, "conflicting-episode"]
    assert out_of(going, same, going) == ["superseded-episode", None, "superseded-episode"]
    elsewhere = episode("a", person_id="q")
    assert out_of(same, elsewhere) == ["conflicting-episode", None]
    later = episode("a", file=2)
    assert out_of(later, episode("a", 0, 3)) == [None, "conflicting-episode"]


def test_alike_episodes_with_two_keys_are_one_and_the_fuller_is_taken():
    assert out_of(episode("a"), episode("b")) == ["duplicate-episode", None]
    assert out_of(episode("a", site_id="RAA01"), episode("b")) == [None, "duplicate-episode"]
    for differing in ({"ordinal": 2}, {"end": 3}, {"transferred_in": True}, {"discharged_on": 2}):
        assert out_of(episode("a"), episode("b", **differing)) == [None, None]


def test_an_unfinished_episode_that_another_year_has_finished_gives_way():
    going = episode("a", end=None, finished=False)
    assert out_of(going, episode("b", file=2)) == ["superseded-episode", None]
    assert out_of(going, episode("b", ordinal=2)) == [None, None]
    assert out_of(going, episode("b", 1)) == [None, None]


# --- against the rule in plain Python ------------------------------------------------------------

near = st.integers(0, 6).map(day)
maybe = st.one_of(st.none(), st.booleans())
METHODS = (None, "advice", "self", "died", "stillbirth", "unknown")


@st.composite
def one_episode(draw, complete: bool) -> dict[str, Any]:
    start = draw(near)
    end = draw(st.one_of(st.none(), st.integers(-1, 4).map(lambda n: start + timedelta(days=n))))
    finished = draw(st.booleans()) if draw(st.booleans()) else True
    if complete and (end is None or end < start):
        end = start if finished else None
    return episode() | {
        "episode_id": draw(st.sampled_from("abcdefg")),
        "person_id": draw(st.sampled_from(["p", "p", "q"])),
        "provider_id": draw(st.sampled_from(["RAA", "RAA", "RBB"])),
        "finished": finished,
        "ordinal": draw(st.sampled_from([None, 1, 1, 2, 3])),
        "started_on": start,
        "ended_on": end,
        "admitted_on": draw(near if complete else st.one_of(st.none(), near)),
        "discharged_on": draw(st.one_of(st.none(), near)),
        "discharge_method": draw(st.sampled_from(METHODS)),
        "goes_on": draw(maybe),
        "transferred_in": draw(maybe),
        "transferred_out": draw(maybe),
        "specialty": draw(st.sampled_from([None, "300"])),
        "file": draw(st.integers(1, 3)),
    }


@st.composite
def extracts(draw, complete: bool) -> list[dict[str, Any]]:
    rows = draw(st.lists(one_episode(complete), max_size=12))
    if not complete and rows:  # the same once more, sometimes under another key or unfinished
        again = draw(st.lists(st.sampled_from(rows), max_size=3))
        other = draw(st.sampled_from([{}, {"episode_id": "z"}, {"finished": False}, {"file": 3}]))
        rows += [e | other for e in again]
    keys = {} if not complete else {"episode_id": None}
    return [
        e | {"row": n} | {name: f"{e[name]}{n:02}" for name in keys} for n, e in enumerate(rows, 2)
    ]


def compare_spells(episodes: list[dict[str, Any]]) -> None:
    assert joined(*episodes) == by_hand.in_spells(episodes)
    found, expected = spelt(*episodes), by_hand.spells(episodes)
    assert found.keys() == expected.keys()
    for key, spell in expected.items():
        assert {name: found[key][name] for name in spell} == spell


def compare_screening(episodes: list[dict[str, Any]]) -> None:
    found = rows_of(screening, episodes=(PLACED, episodes))
    assert {(r["file"], r["row"]): r["out"] for r in found} == by_hand.screened(episodes)
    assert len(found) == len(episodes)
    assert {r["out"] for r in found} <= {None, *LEFT_OUT}
    taking_part = [r["episode_id"] for r in found if r["out"] is None]
    assert len(set(taking_part)) == len(taking_part)


FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=1000)


@FEW
@given(extracts(complete=True))
def test_the_rule_in_plain_python_makes_the_same_spells(episodes):
    compare_spells(episodes)


@FEW
@given(extracts(complete=False))
def test_the_rule_in_plain_python_leaves_out_the_same_episodes(episodes):
    compare_screening(episodes)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@MANY
@given(extracts(complete=True))
def test_the_rule_in_plain_python_makes_the_same_spells_many_times(episodes):
    compare_spells(episodes)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@MANY
@given(extracts(complete=False))
def test_the_rule_in_plain_python_leaves_out_the_same_episodes_many_times(episodes):
    compare_screening(episodes)


@FEW
@given(extracts(complete=True))
def test_unfinished_episodes_never_change_how_the_finished_ones_are_joined(episodes):
    finished = [e for e in episodes if e["finished"]]
    with_all, alone = joined(*episodes), joined(*finished)
    for e in finished:
        assert with_all[e["episode_id"]][::2] == alone[e["episode_id"]][::2]
