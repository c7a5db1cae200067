"""One plain sentence for each death: why it is in, or why it is out.

The sentences are texts with gaps, all in one place; the engine fills the gaps, so that they
are equal on every engine and cost nothing extra for a nation.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import TYPE_CHECKING

import ibis

from lltic.cohort.marks import column_of
from lltic.cohort.model import Definition
from lltic.wording import number_of

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

__all__ = ["SENTENCES_IN", "SENTENCES_MORE", "SENTENCES_OUT", "reasoned"]

SENTENCES_IN: dict[str, str] = {
    "in-hospital": "Died in hospital during {spell}{contradiction}.",
    "post-discharge": "Died {after} from {spell}; a later spell at another provider: {elsewhere}.",
}
"""Why a death is a case."""

SENTENCES_OUT: dict[str, str] = {
    "no-person": "Out: the death cannot be linked to a person in the extract.",
    "duplicate-registration": "Out: another record of the same death is the one that is kept.",
    "no-date-of-death": "Out: the record of the death has no date.",
    "outside-period": "Out: the death is outside the period {period}.",
    "under-age": "Out: the person was younger than {minimum_age} years.",
    "no-spell": "Out: the person has no {settings} spell in the extract.",
    "admitted-after-death": "Out: no {settings} spell of the person began on or before the day "
    "of death.",
    "stillbirth": "Out: {spell} ended in a stillbirth, and there is no other that counts.",
    "day-case": "Out: {spell} was a day case, and there is no other that counts.",
    "regular-attender": "Out: {spell} was a regular attendance, and there is no other that counts.",
    "mother-and-baby": "Out: {spell} was for a delivery alone, and there is no other that counts.",
    "excluded-provider": "Out: {spell} was with a provider that this cohort leaves out.",
    "excluded-specialty": "Out: {spell} was under a specialty that this cohort leaves out, and "
    "there is no other that counts.",
    "unfinished-spell": "Out: {spell} was not finished, nor was any other that counts.",
    "discharged-after-death": "Out: {spell} ended {early} after the death and does not say that "
    "the person died in it.",
    "died-in-hospital": "Out: died in hospital during {spell}{contradiction}.",
    "not-in-hospital": "Out: {spell}, the last that counts, does not say that the person died "
    "in it.",
    "outside-window": "Out: died {after} from {spell}, {bound}; a later spell at another "
    "provider: {elsewhere}.",
    "outside-admission-window": "Out: died {since} after the admission to {stay}, {since_bound}.",
}
"""Why a death is not a case, by the rule that counts it out."""

SENTENCES_MORE: dict[str, str] = {
    "admission": " That was {since} after the admission to {stay}.",
    "mark": " Must be reviewed ({mark}): {because}",
}
"""What follows where the window counts from admission, and where a mark holds."""


def reasoned(judged: Table, definition: Definition) -> Table:
    """Return the judged deaths with ``reason``, one sentence each.

    Parameters
    ----------
    judged : ibis Table
        What :func:`lltic.cohort.judge.judge` returns.
    definition : Definition
    """
    gaps = _gaps(judged, definition)
    inside, after = (
        _filled(SENTENCES_IN[kind], gaps) for kind in ("in-hospital", "post-discharge")
    )
    why_in = ibis.ifelse(judged.died_in_hospital, inside, after)
    if definition.window is not None and definition.window.counted_from == "admission":
        why_in = why_in + _filled(SENTENCES_MORE["admission"], gaps)
    for mark in definition.marks:
        words = {"mark": mark.mark, "because": mark.because}
        sentence = _filled(SENTENCES_MORE["mark"], words)
        why_in = why_in + ibis.ifelse(judged[column_of(mark)], sentence, "")
    branches = [
        (judged.rule == rule, _filled(SENTENCES_OUT[rule], gaps)) for rule in definition.rules
    ]
    return judged.mutate(reason=ibis.cases(*branches, else_=why_in))


def _filled(sentence: str, gaps: Mapping[str, StringValue | str]) -> StringValue:
    """Return a sentence with its gaps filled, as an expression."""
    parts: list[StringValue | str] = []
    for text, gap, _, _ in Formatter().parse(sentence):
        parts += [text] if text else []
        parts += [gaps[gap]] if gap else []
    whole: StringValue = ibis.literal("")
    for part in parts:
        whole = whole + part
    return whole


def _gaps(t: Table, definition: Definition) -> dict[str, StringValue | str]:
    population = definition.population
    first, last = population.period
    spell = _spell(t.spell_id, t.setting.replace("_", " "), t.provider_id)
    return {
        "spell": spell,
        "stay": _stay(t),
        "contradiction": _contradiction(t),
        "after": ibis.ifelse(
            t.days == 0, "on the day of discharge", _days(t.days) + " after discharge"
        ),
        "early": _days(-t.days),
        "since": _days(t.days_from_admission),
        "elsewhere": ibis.ifelse(t.later_elsewhere, "yes", "no"),
        "bound": _bound(t.days, definition),
        "since_bound": _bound(t.days_from_admission, definition),
        "period": f"{first or '...'} to {last or '...'}",
        "minimum_age": str(population.minimum_age),
        "settings": " or ".join(s.replace("_", " ") for s in population.settings),
    }


def _spell(name: StringValue, setting: StringValue, provider: StringValue) -> StringValue:
    return ibis.literal("spell ") + name + " (" + setting + ", provider " + provider + ")"


def _stay(t: Table) -> StringValue:
    first = t.stay_spell_id + " (provider " + t.stay_provider_id + ")"
    together = ibis.literal("a superspell of ") + t.n_stay.cast("string") + " spells, the first "
    return ibis.ifelse(t.n_stay > 1, together + first, ibis.literal("spell ") + first)


def _days(days: IntegerValue) -> StringValue:
    return days.cast("string") + ibis.ifelse(days == 1, " day", " days")


def _bound(days: IntegerValue, definition: Definition) -> StringValue | str:
    window = definition.window
    if window is None:
        return ""
    least, most = (number_of(n, "day") for n in (window.days_min, window.days_max))
    return ibis.ifelse(days < window.days_min, f"fewer than {least}", f"more than {most}")


def _contradiction(t: Table) -> StringValue:
    late = t.days > 0
    side = ibis.ifelse(late, _days(t.days) + " after", _days(-t.days) + " before")
    words = ibis.literal(", although the death is dated ") + side + " the discharge"
    return ibis.ifelse((t.days != 0).fill_null(False), words, "")
