"""Registrations of deaths and hospitals' own records become one date of death per person.

Ibis expressions only. A person's earliest registration is laid beside the last stay that
ended in death; how far they agree is one of five classes, which says whose date is taken:

========  =================================================  ======================
class     situation                                          date taken
========  =================================================  ======================
``ONS2``  only registered                                    the registration's
``HES1``  only the hospital's record                         the hospital's
``ONS1``  registered 0 to 3 days before the hospital's date  the registration's
``MIX1``  registered 1 to 3 days after it                    the hospital's, on the
                                                             record registered
``HES2``  further apart, either way                          the hospital's
========  =================================================  ======================

Source: NHS Digital, *HES and ONS linked mortality data guide*, merging ONS data to HES.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Table

__all__ = ["REFUSED", "REGISTRATION", "Reconciliation", "activity", "deaths", "judged"]

REGISTRATION: dict[str, str] = {
    "person_id": "string",
    "died_on": "date",
    "registered_on": "date",
    "link_kept": "boolean",
}
"""What is asked of a registration. ``link_kept`` is false where the link to the person is too
weak to stand alone."""

REFUSED: dict[str, str] = {
    "repeated-registration": "the same registration stands more than once; it was taken once",
    "rejected-link": "the person came to hospital days after this death; it is not theirs",
    "weak-link": "the link to the person is weak, and no stay of theirs ended in death",
}
"""Why a registration is not taken, in the order in which it is asked."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The thresholds, in days.

    Parameters
    ----------
    agreeing_days : int
        Registration and hospital agree when their dates are at most so far apart.
    later_activity_days : int
        A registration is refused when there is activity of the person more than so many days
        after it.
    """

    agreeing_days: int = 3
    later_activity_days: int = 3


def activity(episodes: Table, spells: Table) -> Table:
    """Return the days on which a person's care began: ``person_id``, ``started_on``.

    Of a stay that ended in death only the admission counts, for what is left of it is the
    question that the classes answer. Of every other stay each episode does.

    Parameters
    ----------
    episodes : ibis Table
        ``spell_id`` and ``started_on``.
    spells : ibis Table
        ``spell_id``, ``person_id``, ``admitted_on``, ``died_in_hospital``.
    """
    alive = spells.filter(~spells.died_in_hospital).select("spell_id", "person_id")
    began = episodes.select("spell_id", "started_on").inner_join(alive, "spell_id")
    admitted = spells.select("person_id", started_on=spells.admitted_on)
    return ibis.union(began.select("person_id", "started_on"), admitted)


def judged(
    registrations: Table,
    spells: Table,
    activity: Table,
    thresholds: Reconciliation | None = None,
) -> Table:
    """Say of each registration whether it is taken.

    Parameters
    ----------
    registrations : ibis Table
        Columns of :data:`REGISTRATION`, of the two dates at least one; ``file`` and ``row``.
    spells : ibis Table
        ``spell_id``, ``person_id``, ``discharged_on``, ``died_in_hospital``.
    activity : ibis Table
        What :func:`activity` returns.

    Returns
    -------
    ibis Table
        The registrations with ``died_on`` filled from ``registered_on``, ``death_taken`` (it
        was), ``out`` (a key of :data:`REFUSED`, empty where it is taken), and ``place``: 0
        for the earliest registration that is taken, then 1, 2 ….
    """
    thresholds = thresholds or Reconciliation()
    t = registrations.mutate(
        death_taken=registrations.died_on.isnull(),
        died_on=registrations.died_on.fill_null(registrations.registered_on),
    )
    alike = ibis.window(
        group_by=[t.person_id, t.died_on, t.registered_on],
        order_by=[ibis.desc(t.link_kept), t.file, t.row],
    )
    t = t.mutate(again=ibis.row_number().over(alike) > 0)
    last = activity.group_by("person_id").aggregate(last_start=activity.started_on.max())
    t = t.left_join(last, "person_id").drop("person_id_right")
    ended = spells.filter(spells.died_in_hospital).select("person_id").distinct()
    t = t.left_join(ended.mutate(ended=ibis.literal(True)), "person_id").drop("person_id_right")
    later = t.last_start.delta(t.died_on, unit="day") > thresholds.later_activity_days
    out = ibis.cases(
        (t.again, "repeated-registration"),
        (later, "rejected-link"),
        (~t.link_kept & t.ended.isnull(), "weak-link"),
        else_=ibis.null("string"),
    )
    t = t.mutate(out=out)
    earliest = ibis.window(
        group_by=[t.out.isnull(), t.person_id],
        order_by=[ibis.asc(t.registered_on), ibis.asc(t.died_on), t.file, t.row],
    )
    t = t.mutate(place=ibis.row_number().over(earliest))
    return t.drop("again", "last_start", "ended")


def deaths(registrations: Table, spells: Table, thresholds: Reconciliation | None = None) -> Table:
    """Return the canonical table of deaths.

    Parameters
    ----------
    registrations : ibis Table
        What :func:`judged` returns; those that are out are passed over.
    spells : ibis Table
        As there.

    Returns
    -------
    ibis Table
        The columns of the canonical table ``deaths``, ``file`` and ``row`` (null for a
        hospital's own record) and ``first_episode`` of the spell. ``reconciled`` stands on
        one record per person. Where a registration is reconciled with a stay (``ONS1``,
        ``MIX1``), they are one record, which names the spell; where they contradict each
        other (``HES2``), the hospital's record is taken with the registration's day of
        registration, and the registration stays as a record of its own, as does every
        further registration and every further stay that ended in death.
    """
    thresholds = thresholds or Reconciliation()
    kept = registrations.filter(registrations.out.isnull())
    hospital = _hospital(spells)
    pairs = _side_by_side(kept.filter(kept.place == 0), hospital.filter(hospital.place == 0))
    pairs = pairs.mutate(reconciled=_class(pairs, thresholds))
    return ibis.union(
        _reconciled(pairs), _others_registered(kept, pairs), _others_in_hospital(hospital)
    )


def _hospital(spells: Table) -> Table:
    """Return the stays that ended in death; of several the last is the person's death."""
    t = spells.filter(spells.died_in_hospital).select("spell_id", "person_id", "discharged_on")
    latest = ibis.window(
        group_by=t.person_id, order_by=[ibis.desc(t.discharged_on), ibis.desc(t.spell_id)]
    )
    return t.mutate(place=ibis.row_number().over(latest))


def _side_by_side(registered: Table, hospital: Table) -> Table:
    left = registered.select("person_id", "died_on", "registered_on", "place", "file", "row")
    right = hospital.select("spell_id", other=hospital.person_id, left_on=hospital.discharged_on)
    pairs = left.outer_join(right, left.person_id == right.other)
    return pairs.mutate(person_id=pairs.person_id.fill_null(pairs.other)).drop("other")


def _class(t: Table, thresholds: Reconciliation) -> StringValue:
    days = t.died_on.delta(t.left_on, unit="day")
    near = thresholds.agreeing_days
    return ibis.cases(
        (t.spell_id.isnull(), "ONS2"),
        (t.died_on.isnull(), "HES1"),
        (days.between(-near, 0), "ONS1"),
        (days.between(1, near), "MIX1"),
        else_="HES2",
    )


def _registration_id(t: Table) -> StringValue:
    return ibis.literal("R-") + t.person_id + "-" + (t.place + 1).cast("string")


def _reconciled(t: Table) -> Table:
    of_hospital = t.reconciled.isin(["HES1", "HES2"])
    dated_by_hospital = of_hospital | (t.reconciled == "MIX1")
    nobody = ibis.null("date")
    return t.select(
        death_id=ibis.ifelse(of_hospital, ibis.literal("H-") + t.spell_id, _registration_id(t)),
        person_id=t.person_id,
        died_on=ibis.ifelse(dated_by_hospital, t.left_on, t.died_on),
        registered_on=t.registered_on,
        source=ibis.ifelse(of_hospital, "hospital", "registration"),
        spell_id=t.spell_id,
        told_on=ibis.ifelse(t.reconciled == "MIX1", t.died_on, nobody),
        reconciled=t.reconciled,
        file=ibis.ifelse(of_hospital, ibis.null("int64"), t.file),
        row=ibis.ifelse(of_hospital, ibis.null("int64"), t.row),
    )


def _others_registered(kept: Table, pairs: Table) -> Table:
    """Return later registrations, and the earliest where the hospital contradicts it."""
    overruled = pairs.filter(pairs.reconciled == "HES2").select(contradicted=pairs.person_id)
    t = kept.left_join(overruled, kept.person_id == overruled.contradicted)
    t = t.filter((t.place > 0) | t.contradicted.notnull())
    return t.select(
        death_id=_registration_id(t),
        person_id=t.person_id,
        died_on=t.died_on,
        registered_on=t.registered_on,
        source=ibis.literal("registration"),
        spell_id=ibis.null("string"),
        told_on=ibis.null("date"),
        reconciled=ibis.null("string"),
        file=t.file,
        row=t.row,
    )


def _others_in_hospital(hospital: Table) -> Table:
    t = hospital.filter(hospital.place > 0)
    return t.select(
        death_id=ibis.literal("H-") + t.spell_id,
        person_id=t.person_id,
        died_on=t.discharged_on,
        registered_on=ibis.null("date"),
        source=ibis.literal("hospital"),
        spell_id=t.spell_id,
        told_on=ibis.null("date"),
        reconciled=ibis.null("string"),
        file=ibis.null("int64"),
        row=ibis.null("int64"),
    )
