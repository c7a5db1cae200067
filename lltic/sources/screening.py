"""Which episodes take part: complete ones, and one of each.

Ibis expressions only. Nothing is dropped here: an episode that does not take part is
given the code that says why, in the column ``out``, and is counted by it.

Source: valid episodes and duplicates as in the documentation of derived variables of the
Health Foundation's HES pipeline. The rules on one key that comes twice, and on an
unfinished episode that a later file has finished, are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis

from lltic.sources.episodes import EPISODE, transit

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

__all__ = ["LEFT_OUT", "imputed", "screened"]

LEFT_OUT: dict[str, str] = {
    "no-admission-date": "the date of admission is empty and may not be taken from the start",
    "finished-without-end": "the episode is finished and has no end",
    "episode-ends-before-start": "the episode ends before it starts",
    "repeated-episode": "the same episode stands more than once; it was taken once",
    "superseded-episode": "the episode is unfinished here and finished elsewhere; that was taken",
    "conflicting-episode": "another episode has the same key and says more, or came later",
    "duplicate-episode": "another episode with its own key has the same dates; one was taken",
}
"""Why an episode does not take part, in the order in which it is asked."""

SAME = (
    "person_id",
    "provider_id",
    "started_on",
    "ended_on",
    "ordinal",
    "admitted_on",
    "discharged_on",
)
"""Episodes alike in these, and in how the patient came and left, are one episode."""


def imputed(episodes: Table) -> Table:
    """Fill an empty date of admission from the start of a first episode that is no transfer.

    Adds ``admission_imputed``.
    """
    first = (episodes.ordinal == 1).fill_null(False)
    by_transfer = episodes.transferred_in.fill_null(False)
    may = episodes.admitted_on.isnull() & first & ~by_transfer
    return episodes.mutate(
        admitted_on=ibis.ifelse(may, episodes.started_on, episodes.admitted_on),
        admission_imputed=may,
    )


def screened(episodes: Table) -> Table:
    """Say of each episode whether it takes part.

    Parameters
    ----------
    episodes : ibis Table
        Columns of :data:`lltic.sources.episodes.EPISODE`, and ``file`` and ``row``, the
        place of each in its source; files are numbered in their order in time.

    Returns
    -------
    ibis Table
        Its columns, ``admission_imputed``, and ``out``: a key of :data:`LEFT_OUT`, empty for
        an episode that takes part.
    """
    t = imputed(episodes).mutate(out=ibis.null("string"))
    columns = t.columns
    t = _marked(t, "no-admission-date", t.admitted_on.isnull())
    t = _marked(t, "finished-without-end", t.finished & t.ended_on.isnull())
    t = _marked(t, "episode-ends-before-start", t.ended_on < t.started_on)
    said = [t[name].cast("string").fill_null("") for name in EPISODE if name != "episode_id"]
    known = [t[name].notnull().cast("int32") for name in EPISODE]
    t = t.mutate(
        transit=transit(t), content=ibis.literal("|").join(said), known=sum(known[1:], known[0])
    )
    t = _one_of_each_key(t)
    t = _one_of_each_content(t)
    return _finished_elsewhere(t).select(*columns)


def _marked(t: Table, code: str, holds: BooleanValue) -> Table:
    mark = ibis.ifelse(holds.fill_null(False), ibis.literal(code), ibis.null("string"))
    return t.mutate(out=t.out.fill_null(mark))


def _rank(t: Table, among: Sequence[str]) -> Table:
    """Rank the episodes still taking part that are alike: finished, fuller, later ones first."""
    still = t.out.isnull()
    best_first = ibis.window(
        group_by=[still, *(t[name] for name in among)],
        order_by=[
            ibis.desc(t.finished),
            ibis.desc(t.known),
            ibis.desc(t.file),
            ibis.desc(t.row),
        ],
    )
    return t.mutate(
        rank=ibis.row_number().over(best_first),
        best_content=t.content.first().over(best_first),
        best_finished=t.finished.first().over(best_first),
    )


def _one_of_each_key(t: Table) -> Table:
    t = _rank(t, ["episode_id"])
    again = t.rank > 0
    t = _marked(t, "repeated-episode", again & (t.content == t.best_content))
    t = _marked(t, "superseded-episode", again & t.best_finished & ~t.finished)
    return _marked(t, "conflicting-episode", again)


def _one_of_each_content(t: Table) -> Table:
    t = _rank(t, [*SAME, "transit", "finished"])
    return _marked(t, "duplicate-episode", t.rank > 0)


def _finished_elsewhere(t: Table) -> Table:
    """An unfinished episode that began as the same place in a spell as a finished one."""
    t = _rank(t, ["person_id", "provider_id", "started_on", "ordinal"])
    return _marked(t, "superseded-episode", t.best_finished & ~t.finished)
