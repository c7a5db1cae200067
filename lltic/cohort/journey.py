"""A case's way through the organisations: stays, what else is dated, and the parts of it.

A stay comes from the spells. Where an extract has no table, as of ambulances and general
practices, a dated document of an organisation shows that it was involved. ``parts`` are the
stretches of the journey that a page of a form may be about (see ``Page.phase``); one that
cannot be told from the extract is not there, and nothing is marked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lltic.records import Case

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["JOURNEY_DAYS", "SETTINGS", "contacts", "parts", "provider_names", "segments"]

JOURNEY_DAYS = 90
"""How far back before death the journey is drawn."""

FIRST_DAY = timedelta(hours=24)
"""How long "admission and first day" lasts, counted from the arrival."""

LEAVING = timedelta(hours=48)
"""How much of the end of a stay belongs to leaving hospital, or to dying there."""

HANDED_OVER = timedelta(hours=24)
"""A stay that begins so soon after another one goes on from it: a transfer."""

BEFORE = timedelta(days=30)
"""How much of the time before an admission is "before admission"."""

SETTINGS = {
    "acute": "Hospital",
    "community": "Community hospital",
    "mental_health": "Mental health unit",
}
"""What a spell's setting is called."""

KINDS = {"ambulance": "ambulance", "gp_record": "primary_care", "community_notes": "nursing"}
"""Whose a document is, by its kind; of other kinds its stay decides."""

EMERGENCY = re.compile(r"\bemergency department\b|\bA&E\b", re.IGNORECASE)
CARE_HOME = re.compile(r"\b(care|nursing|residential) home\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Stay:
    start: datetime
    end: datetime


def provider_names(spells: pd.DataFrame, documents: pd.DataFrame) -> dict[str, str]:
    """Return what the providers of spells are called by those who write in their notes.

    A provider is a code in the spells; the documents of its spells say a name. The one
    said most often counts, and the first by the alphabet among equals.
    """
    both = documents.merge(spells[["spell_id", "provider_id"]], on="spell_id")
    counted = both.groupby(["provider_id", "organisation"]).size().reset_index(name="count")
    ordered = counted.sort_values(["count", "organisation"], ascending=[False, True])
    first = ordered.drop_duplicates("provider_id")
    return dict(zip(first["provider_id"], first["organisation"], strict=True))


def segments(case: Case, stays: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return every stay of the last weeks, in order, to the minute."""
    found = []
    for stay, row in _recent(case, stays):
        kind, provider = str(row["setting"]), str(row["provider_id"])
        specialty = row["specialty"]
        found.append(
            {
                "kind": kind,
                "label": SETTINGS.get(kind, kind),
                "organisation": names.get(provider, provider),
                "detail": specialty if isinstance(specialty, str) else "",
                "spell": str(row["spell_id"]),
                "start": _minute(stay.start),
                "end": _minute(stay.end),
            }
        )
    return found


def contacts(case: Case, stays: pd.DataFrame, documents: pd.DataFrame) -> list[dict[str, str]]:
    """Return the dated documents of the last weeks, each with the kind of care it tells of.

    Where an extract has no dates there are no last weeks.
    """
    if case.died_on is None:
        return []
    settings = dict(zip(stays["spell_id"], stays["setting"], strict=True))
    found = []
    for _, row in documents.iterrows():
        written = row["authored_on"]
        if not _is_there(written):
            continue
        on = written.date() if isinstance(written, datetime) else written
        if on < case.died_on - timedelta(days=JOURNEY_DAYS):
            continue
        spell = row["spell_id"] if _is_there(row["spell_id"]) else ""
        found.append(
            {
                "kind": _kind_of(row, settings.get(spell, "")),
                "label": row["title"],
                "organisation": row["organisation"],
                "on": on.isoformat(),
                "document": row["document_id"],
                "spell": spell,
            }
        )
    return found


def parts(case: Case, stays: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return when each part of the journey was, as far as the spells can tell."""
    chain = _last_chain(case, stays)
    if not chain or case.died_on is None:
        return {}
    arrived, left = chain[0].start, chain[-1].end
    first = min(arrived + FIRST_DAY, left)
    found = {
        "before": (arrived - BEFORE, arrived),
        "first_day": (arrived, first),
        "ongoing": (first, left),
        "stay": (arrived, left),
        "leaving": (max(arrived, left - LEAVING), left),
    }
    if first == left:
        del found["ongoing"]
    if case.category != "in_hospital":
        found["after"] = (left, _end_of(case.died_on))
    return {k: {"start": _minute(a), "end": _minute(b)} for k, (a, b) in found.items()}


def _kind_of(row: pd.Series, setting: str) -> str:
    """Return the kind of care that a document tells of; ``other`` when nothing says."""
    kind = KINDS.get(row["kind"], "")
    if kind == "nursing":
        home = CARE_HOME.search(f"{row['title']} {row['organisation']}")
        return "care_home" if home else "community_care"
    if not kind and EMERGENCY.search(row["title"]):
        return "emergency"
    return kind or setting or "other"


def _recent(case: Case, stays: pd.DataFrame) -> list[tuple[_Stay, pd.Series]]:
    """Return the stays of the last weeks by their start, with their rows; none without dates."""
    if case.died_on is None:
        return []
    earliest = case.died_on - timedelta(days=JOURNEY_DAYS)
    found = []
    for _, row in stays.iterrows():
        if not _is_there(row["admitted_at"]):
            continue
        start = row["admitted_at"].to_pydatetime()
        unfinished = not _is_there(row["discharged_at"])
        end = _end_of(case.died_on) if unfinished else row["discharged_at"].to_pydatetime()
        if end.date() >= earliest and start.date() <= case.died_on:
            found.append((_Stay(start, max(start, end)), row))
    return sorted(found, key=lambda one: (one[0].start, one[1]["spell_id"]))


def _last_chain(case: Case, stays: pd.DataFrame) -> list[_Stay]:
    """Return the stays up to the case's own one that follow each other without a gap."""
    chain: list[_Stay] = []
    for stay, row in _recent(case, stays):
        if chain and stay.start - max(s.end for s in chain) > HANDED_OVER:
            chain = []
        chain.append(stay)
        if row["spell_id"] == case.index_spell_id:
            return chain
    return []


def _end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 23, 59)  # noqa: DTZ001 - local wall-clock time


def _minute(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _is_there(value: Any) -> bool:
    return value is not None and value == value and str(value) != "NaT"  # NaN is not itself
