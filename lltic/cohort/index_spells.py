"""The index spell of each death, or the nearest thing to one.

Spells are joined to deaths before anything is ranked: of 50 million spells only those of
the dead are sorted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis

from lltic.cohort.model import Definition
from lltic.cohort.superspells import joined_up

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, StringValue, Table

__all__ = ["BARRING", "index_spells"]

RANKED = ("spell_id", "provider_id", "discharged_at", "barred_by")
OF_THE_STAY = ("stay_admitted_on", "stay_spell_id", "stay_provider_id", "n_stay")
"""What is kept of the index spell by those that rank; truths and counts come beside it."""
TOLD = (
    *("setting", "specialty", "admission_method", "patient_class", "discharge_method"),
    "age_at_admission",
)
"""What else is told of the index spell. It is carried along: to join it afterwards means to read
and to match every spell of the dead a second time."""


# --- spells that cannot be an index spell, by the rule that says so ------------------------------

Barring = Callable[["Table", Definition], "BooleanValue"]


def _stillbirth(spells: Table, definition: Definition) -> BooleanValue:
    return spells.discharge_method == "stillbirth"


def _left_out(*classes: str) -> Barring:
    def bars(spells: Table, definition: Definition) -> BooleanValue:
        counted = definition.population.patient_classes
        out = [c for c in classes if counted is not None and c not in counted]
        return spells.patient_class.isin(out) if out else ibis.literal(value=False)

    return bars


def _provider(spells: Table, definition: Definition) -> BooleanValue:
    # Otherwise the last spell of all is asked, and its provider may count the death out.
    if definition.attribution != "last_non_excluded_provider":
        return ibis.literal(value=False)
    return spells.provider_id.isin(definition.population.excluded_providers)


def _specialty(spells: Table, definition: Definition) -> BooleanValue:
    return spells.specialty.isin(definition.population.excluded_specialties)


BARRING: dict[str, Barring] = {
    "stillbirth": _stillbirth,
    "day-case": _left_out("day_case"),
    "regular-attender": _left_out("regular_day", "regular_night"),
    "mother-and-baby": _left_out("mother_and_baby"),
    "excluded-provider": _provider,
    "excluded-specialty": _specialty,
}
"""Rules that take out single spells; a death is out by one when no other spell is left."""


def _barred_by(spells: Table, definition: Definition) -> StringValue:
    branches = [
        (bars(spells, definition), rule)
        for rule, bars in BARRING.items()
        if rule in definition.rules
    ]
    nothing = ibis.null("string")
    return ibis.cases(*branches, else_=nothing) if branches else nothing


# --- the index spell -----------------------------------------------------------------------------


def index_spells(
    dead: Table,
    spells: Table,
    definition: Definition,
    *,
    undated: bool = False,
) -> Table:
    """Return the index spell of each death that is kept, or the nearest thing to one.

    A spell is *in the settings*; it began *before* the end, that is on or before the day of
    death (without dates: not after the spell that ended in death); it is *counted* when no rule
    takes it out; it *qualifies* when it is also finished. Of those nearest to qualifying, the
    last is taken: by admission, then discharge (an open one last), then identifier.

    Parameters
    ----------
    dead : ibis Table
        Deaths with ``registration_rank``.
    spells : ibis Table
    definition : Definition
    undated : bool
        Go by ``sequence`` in the place of dates.

    Returns
    -------
    ibis Table
        By ``death_id``: columns of the spell, ``barred_by`` (the rule that takes it out),
        ``admitted_on`` (of the superspell, where that is the unit), ``discharged_on``,
        ``died_in_hospital``; ``n_spells`` in the settings, ``n_before`` of them, ``n_counted``
        of those, ``n_qualifying`` of those; ``readmitted_same_day``; ``later_elsewhere``: another
        spell began later, in time, at another provider; ``stay_spell_id``, ``stay_provider_id``
        and ``n_stay``: the first spell of the superspell and how many there are.
    """
    pairs = _pairs(dead, spells, definition, undated=undated)
    latest_first = ibis.window(
        group_by=pairs.death_id,
        order_by=[
            ibis.desc(pairs.nearness),
            ibis.desc(pairs.began),
            ibis.desc(pairs.discharged_at, nulls_first=True),
            ibis.desc(pairs.spell_id),
        ],
    )
    ended = ibis.ifelse(pairs.nearness == 4, pairs.discharged_at, ibis.null("timestamp"))
    ranked = pairs.mutate(
        place=ibis.row_number().over(latest_first),
        ended_before=ended.lead(1).over(latest_first),
        last_began=pairs.began.first(include_null=True).over(latest_first),
        last_provider=pairs.provider_id.first(include_null=True).over(latest_first),
    )
    return _of_each_death(ranked, definition, undated=undated)


def _pairs(dead: Table, spells: Table, definition: Definition, *, undated: bool) -> Table:
    """Return every spell of the dead with what is asked of it; ``nearness`` is 0 to 4."""
    kept = dead.filter(dead.registration_rank == 0).select("death_id", "person_id", "died_on")
    together = definition.unit == "superspell"
    asked = [
        *("person_id", "spell_id", "provider_id", "admitted_at", "discharged_at"),
        *("died_in_hospital", *_told(definition)),
        *("sequence",) * undated,
        *("transferred_in", "transferred_out") * together,
    ]
    pairs = kept.inner_join(spells.select(*asked), "person_id").mutate(
        admitted_on=spells.admitted_at.date(),
        discharged_on=spells.discharged_at.date(),
        barred_by=_barred_by(spells, definition),
    )
    if undated:
        pairs = _by_sequence(pairs)
    else:
        finished = pairs.discharged_at.notnull() | pairs.died_in_hospital
        in_time = (pairs.admitted_on <= pairs.died_on).fill_null(False)
        pairs = pairs.mutate(before=in_time, finished=finished, began=pairs.admitted_at)
    settled = pairs.setting.isin(definition.population.settings)
    counted = settled & pairs.before & pairs.barred_by.isnull()
    steps = (settled, settled & pairs.before, counted, counted & pairs.finished)
    nearness = sum((step.cast("int32") for step in steps), ibis.literal(0, "int32"))
    pairs = pairs.mutate(nearness=nearness)
    if together:
        pairs = joined_up(pairs, definition.parameters)
    needed = (*RANKED, *_told(definition), *OF_THE_STAY * together)
    return pairs.select("death_id", *needed, "died_in_hospital", "began", "before", "nearness")


def _told(definition: Definition) -> tuple[str, ...]:
    by_diagnosis = any(mark.diagnoses for mark in definition.marks)
    return (*TOLD, *("primary_diagnosis",) * by_diagnosis)


def _by_sequence(pairs: Table) -> Table:
    """Take the order of spells for their dates: the first that ended in death is the last one."""
    of_death = ibis.window(group_by=pairs.death_id)
    ending = ibis.ifelse(pairs.died_in_hospital, pairs.sequence, ibis.null("int64"))
    ended = ending.min().over(of_death)
    return pairs.mutate(
        before=(pairs.sequence <= ended).fill_null(True),
        finished=ibis.literal(value=True),
        began=pairs.sequence,
    )


def _of_each_death(ranked: Table, definition: Definition, *, undated: bool) -> Table:
    here = ranked.place == 0
    later = (ranked.began > ranked.last_began) & (ranked.provider_id != ranked.last_provider)
    together = definition.unit == "superspell"
    names = (*RANKED, *_told(definition), *OF_THE_STAY * together)
    chosen = ranked.group_by("death_id").aggregate(
        **{name: ranked[name].max(where=here) for name in names},
        died_in_hospital=ranked.died_in_hospital.any(where=here),
        began=ranked.began.max(where=here),
        ended_before=ranked.ended_before.max(where=here),
        later_elsewhere=(later & ranked.before).any(),
        **{
            name: (ranked.nearness >= least).sum()
            for name, least in (
                ("n_spells", 1),
                ("n_before", 2),
                ("n_counted", 3),
                ("n_qualifying", 4),
            )
        },
    )
    # Ibis takes "== null" for "is null": without dates there is nothing to compare.
    nothing, never = ibis.null("date"), ibis.literal(value=False)
    admitted_on = nothing if undated else chosen.began.date()
    chosen = chosen.mutate(
        admitted_on=admitted_on,
        discharged_on=chosen.discharged_at.date(),
        readmitted_same_day=never if undated else chosen.ended_before.date() == admitted_on,
    ).drop("began", "discharged_at", "ended_before")
    if together:
        return chosen.drop("admitted_on").rename(admitted_on="stay_admitted_on")
    one = ibis.literal(1, "int64")
    return chosen.mutate(
        stay_spell_id=chosen.spell_id, stay_provider_id=chosen.provider_id, n_stay=one
    )
