"""Superspells: spells that follow each other by transfer, also across providers.

Source: the rule for continuous inpatient spells (CIPS) of the HES pipelines: the next spell
begins at most three days after the one before it ended, and either of the two tells of a
transfer. Here it is computed for the spells of the dead only, and only for those that count
and began in time; a spell is compared with the one before it by admission, then discharge
(an open one last), then identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from lltic.cohort.model import Parameters

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

__all__ = ["joined_up"]

COUNTED = 3
"""The nearness of a spell that counts and began in time; see :mod:`lltic.cohort.index_spells`."""


def joined_up(pairs: Table, parameters: Parameters) -> Table:
    """Return the spells with the superspell that each is part of.

    Parameters
    ----------
    pairs : ibis Table
        Spells of the dead, with ``nearness``.
    parameters : Parameters
        ``superspell_gap_days`` and ``superspell_transfer``.

    Returns
    -------
    ibis Table
        Beside the columns given ``stay_admitted_on``, ``stay_spell_id`` and
        ``stay_provider_id``, of the first spell, and ``n_stay``, how many spells there are.
    """
    # What came in as a transfer did so also where nothing else is recorded.
    by_method = pairs.admission_method == "transfer"
    pairs = pairs.mutate(
        counts=pairs.nearness >= COUNTED,
        came=ibis.coalesce(pairs.transferred_in, by_method),
        left=pairs.transferred_out.fill_null(False),
    )
    order = [
        ibis.asc(pairs.admitted_at, nulls_first=False),
        ibis.asc(pairs.discharged_at, nulls_first=False),
        ibis.asc(pairs.spell_id),
    ]
    groups = [pairs.death_id, pairs.counts]
    in_time = ibis.window(group_by=groups, order_by=order)
    pairs = pairs.mutate(
        previous_end=pairs.discharged_on.lag(1).over(in_time),
        previous_left=pairs.left.lag(1).over(in_time),
    )
    starts = ~_continues(pairs, parameters).fill_null(False)
    so_far = ibis.cumulative_window(group_by=groups, order_by=order)
    pairs = pairs.mutate(starts=starts)
    pairs = pairs.mutate(stay=pairs.starts.cast("int32").sum().over(so_far))
    stay = ibis.window(group_by=[pairs.death_id, pairs.counts, pairs.stay])

    def of_first(name: str, kind: str) -> ibis.Value:
        return ibis.ifelse(pairs.starts, pairs[name], ibis.null(kind)).max().over(stay)

    return pairs.mutate(
        stay_admitted_on=of_first("admitted_on", "date"),
        stay_spell_id=of_first("spell_id", "string"),
        stay_provider_id=of_first("provider_id", "string"),
        n_stay=pairs.spell_id.count().over(stay),
    )


def _continues(pairs: Table, parameters: Parameters) -> BooleanValue:
    gap = pairs.admitted_on.delta(pairs.previous_end, unit="day")
    near = gap <= parameters.superspell_gap_days
    transfer = {
        "either_side": pairs.previous_left | pairs.came,
        "both_sides": pairs.previous_left & pairs.came,
        "not_asked": ibis.literal(value=True),
    }
    return near & transfer[parameters.superspell_transfer]
