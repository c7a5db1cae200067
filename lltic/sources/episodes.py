"""Episodes become spells, by the rule that analysts of Hospital Episode Statistics use.

Ibis expressions only: the rule runs on DuckDB when an extract is taken in, and unchanged
wherever the episodes lie. Nothing here knows the names or codes of HES.

Source: the spell rule of the Health Foundation's HES pipeline (its decision record on
inpatient spells and its documentation of derived variables). What becomes of unfinished
episodes is ours: they may join a spell, but never change how finished episodes are joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerColumn, Table

__all__ = ["EPISODE", "SpellRule", "in_spells", "order_in_time", "spells", "transit"]

EPISODE: dict[str, str] = {
    "episode_id": "string",
    "person_id": "string",
    "provider_id": "string",
    "site_id": "string",
    "setting": "string",
    "finished": "boolean",
    "ordinal": "int64",
    "started_on": "date",
    "ended_on": "date",
    "admitted_on": "date",
    "discharged_on": "date",
    "patient_class": "string",
    "admission_method": "string",
    "transferred_in": "boolean",
    "transferred_out": "boolean",
    "discharge_method": "string",
    "goes_on": "boolean",
    "age": "int64",
    "specialty": "string",
    "consultant": "string",
    "primary_diagnosis": "string",
}
"""What the rule asks of an episode. ``ordinal`` is its place in the spell as the source has
it; ``goes_on`` says that at its end the stay was not over or nobody knew (DISMETH 8, 9)."""

ENDED = ("advice", "self", "court", "died", "stillbirth")
"""Discharge methods that say the stay is over, so that its last day may stand for a discharge
date that is missing."""


@dataclass(frozen=True, slots=True)
class SpellRule:
    """By what an episode continues the spell of the episode before it, at one provider.

    Parameters
    ----------
    same_admission : bool
        Both have the same date of admission.
    same_start : bool
        Both began on the same day.
    continues_unfinished : bool
        The one before ended without an end of the stay (``goes_on``) and this one began on
        that day.
    """

    same_admission: bool = True
    same_start: bool = True
    continues_unfinished: bool = True


def transit(episodes: Table) -> IntegerColumn:
    """Return 0 for no transfer, 1 out only, 2 in and out, 3 in only; unknown counts as none."""
    came = episodes.transferred_in.fill_null(False)
    left = episodes.transferred_out.fill_null(False)
    return ibis.cases((came & left, 2), (came, 3), (left, 1), else_=0)


def order_in_time(t: Table) -> list[ibis.Value]:
    """Return the order of a person's episodes at a provider; what is unknown comes last."""
    # Engines disagree on where nulls go, so every key says it.
    return [ibis.asc(t.started_on), ibis.asc(t.ended_on), ibis.asc(t.ordinal), t.transit, t.key]


def in_spells(episodes: Table, rule: SpellRule | None = None) -> Table:
    """Put each episode into a spell.

    Parameters
    ----------
    episodes : ibis Table
        Columns of :data:`EPISODE`, others are carried along. Person, provider, admission
        and start are there, ``episode_id`` is unique, and finished episodes have an end.
    rule : SpellRule, optional

    Returns
    -------
    ibis Table
        Its columns, ``spell_id`` (the identifier of the spell's first episode), ``place``
        (from 1) and ``joined_by``: ``first``, ``same-admission``, ``same-start`` or
        ``continues-unfinished``.
    """
    rule = rule or SpellRule()
    t = episodes.mutate(transit=transit(episodes), key=episodes.episode_id)
    so_far = ibis.cumulative_window(
        group_by=[t.person_id, t.provider_id], order_by=order_in_time(t)
    )
    # PostgreSQL makes a number of a boolean in 32 bits alone.
    t = t.mutate(after=t.finished.cast("int32").sum().over(so_far))
    finished = _chained(t.filter(t.finished), rule)
    waiting = _with_the_finished(t.filter(~t.finished), finished, rule)
    joining = waiting.filter(waiting.joined_by != "first")
    alone = waiting.filter(waiting.joined_by == "first").drop("spell_id", "joined_by")
    every = ibis.union(finished, joining, _chained(alone, rule), distinct=False)
    in_spell = ibis.window(group_by=every.spell_id, order_by=order_in_time(every))
    placed = every.mutate(place=ibis.row_number().over(in_spell) + 1)
    return placed.drop("transit", "key", "after")


BEFORE = ("admitted_on", "started_on", "ended_on", "goes_on")
"""What of the episode before is asked."""


def _chained(t: Table, rule: SpellRule) -> Table:
    """Compare each episode with the one before it; each that does not join starts a spell."""
    columns = t.columns
    in_time = ibis.window(group_by=[t.person_id, t.provider_id], order_by=order_in_time(t))
    t = t.mutate(**{f"before_{name}": t[name].lag(1).over(in_time) for name in BEFORE})
    t = t.mutate(joined_by=_joined_by(t, rule))
    so_far = ibis.cumulative_window(
        group_by=[t.person_id, t.provider_id], order_by=order_in_time(t)
    )
    t = t.mutate(number=(t.joined_by == "first").cast("int32").sum().over(so_far))
    one_spell = ibis.window(
        group_by=[t.person_id, t.provider_id, t.number], order_by=order_in_time(t)
    )
    t = t.mutate(spell_id=t.episode_id.first().over(one_spell))
    return t.select(*columns, "spell_id", "joined_by")


def _with_the_finished(t: Table, finished: Table, rule: SpellRule) -> Table:
    """Compare each unfinished episode with the last finished one before it in time."""
    columns = t.columns
    last = finished.select(
        "person_id",
        "provider_id",
        "after",
        "spell_id",
        **{f"before_{name}": finished[name] for name in BEFORE},
    )
    t = t.left_join(last, ["person_id", "provider_id", "after"])
    t = t.mutate(joined_by=_joined_by(t, rule))
    return t.select(*columns, "spell_id", "joined_by")


def _joined_by(t: Table, rule: SpellRule) -> ibis.Value:
    """Return the first branch of the rule that holds; the very first episode has none before."""
    goes_on = t.before_goes_on & (t.started_on == t.before_ended_on)
    branches: list[tuple[bool, str, BooleanValue]] = [
        (rule.same_admission, "same-admission", t.admitted_on == t.before_admitted_on),
        (rule.same_start, "same-start", t.started_on == t.before_started_on),
        (rule.continues_unfinished, "continues-unfinished", goes_on),
    ]
    asked = [(holds, name) for wanted, name, holds in branches if wanted]
    return ibis.cases(*asked, else_="first") if asked else ibis.literal("first")


def spells(episodes: Table) -> Table:
    """Make one row of each spell: how it began from its first episode, how it ended from its last.

    Parameters
    ----------
    episodes : ibis Table
        What :func:`in_spells` returns.

    Returns
    -------
    ibis Table
        ``spell_id``, ``person_id``, ``provider_id``, ``site_id``, ``setting``,
        ``patient_class``, ``admitted_on``, ``admission_method``, ``transferred_in``,
        ``age_at_admission``, ``primary_diagnosis`` of the first episode; ``discharged_on``,
        ``discharge_method``, ``transferred_out``, ``specialty``, ``died_in_hospital`` of the
        last. ``discharged_on`` is empty when the last episode is unfinished, or has no
        discharge and does not say that the stay ended; where it does say so, its last day is
        taken and ``discharge_taken`` is true.
    """
    size = episodes.episode_id.count().over(ibis.window(group_by=episodes.spell_id))
    t = episodes.mutate(episodes_in_spell=size)
    first = t.filter(t.place == 1).select(
        "spell_id",
        "person_id",
        "provider_id",
        "site_id",
        "setting",
        "patient_class",
        "admitted_on",
        "admission_method",
        "transferred_in",
        age_at_admission=t.age,
        primary_diagnosis=t.primary_diagnosis,
    )
    last = t.filter(t.place == t.episodes_in_spell)
    taken = last.finished & last.discharged_on.isnull() & last.discharge_method.isin(ENDED)
    last = last.mutate(discharge_taken=taken.fill_null(False))
    discharged = ibis.ifelse(last.discharge_taken, last.ended_on, last.discharged_on)
    last = last.select(
        "spell_id",
        "episodes_in_spell",
        "discharge_taken",
        "transferred_out",
        "specialty",
        last_episode=last.episode_id,
        discharged_on=ibis.ifelse(last.finished, discharged, ibis.null("date")),
        discharge_method=ibis.ifelse(last.finished, last.discharge_method, ibis.null("string")),
        died_in_hospital=last.finished & (last.discharge_method == "died").fill_null(False),
    )
    return first.inner_join(last, "spell_id")
