"""Somebody with an account: who they are, and what they may be here as."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DISCIPLINES", "ROLES", "Person"]

ROLES = (
    "reviewer",  # reads notes and judges, blind to the others
    "adjudicator",  # reads both judgements of a case where they differ, without names
    "coordinator",  # sees who has how much to do, opens, escalates; the only one to break the blind
    "coder",  # lays themes on locked texts
    "analyst",  # reads locked judgements under pseudonyms
    "auditor",  # reads everything, changes nothing
    "administrator",  # adds and removes people, reads no judgement
)

DISCIPLINES = ("primary_care", "secondary_care", "nursing", "other")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; ``discipline`` is one of :data:`DISCIPLINES`, or empty."""

    name: str
    label: str
    organisation: str
    roles: tuple[str, ...]
    discipline: str = ""
