"""Which documents a case has: four to seven, as a reviewer would be sent them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.notes.arrival import ambulance_sheet, emergency_notes
from lltic.sources.synthetic.notes.charts import observation_chart, prescription_chart
from lltic.sources.synthetic.notes.nursing import nursing_notes
from lltic.sources.synthetic.notes.outside import (
    community_hospital,
    community_notes,
    discharge_letter,
)
from lltic.sources.synthetic.notes.page import Document
from lltic.sources.synthetic.notes.practice import gp_record
from lltic.sources.synthetic.notes.ward import medical_notes

__all__ = ["write_notes"]

MOST = 7


def _wants(course: Course, writer: str) -> bool:
    return any(writer in p.mechanism.writers for p in course.plants)


def write_notes(course: Course, seed: int) -> tuple[Document, ...]:
    """Return the documents of one case, in the order of the journey."""
    dice = Dice(seed, Part.NOTES, course.number)
    stay = course.stay
    after = stay.category == "post_discharge"
    core = [emergency_notes, medical_notes, nursing_notes, observation_chart]
    if stay.left_at - stay.arrived_at < timedelta(hours=3):
        core.remove(nursing_notes)
    must = []
    if stay.moved_to or (stay.left_at != stay.died_at and not after):
        must.append(community_hospital)
    if after:
        must += [discharge_letter, gp_record]
        if stay.days_after >= 1:
            must.append(community_notes)
    if _wants(course, "gp_before") and gp_record not in must:
        must.append(gp_record)
    if _wants(course, "drug"):
        must.append(prescription_chart)
    optional = {ambulance_sheet: 0.72, prescription_chart: 0.6, gp_record: 0.6}
    for writer, chance in optional.items():
        room = len(core) + len(must) < MOST
        if writer not in must and dice.chance(chance) and room:
            must.append(writer)
    order = [ambulance_sheet, emergency_notes, medical_notes, nursing_notes, observation_chart,
             prescription_chart, discharge_letter, community_hospital, gp_record, community_notes]  # fmt: skip
    chosen = core + must
    documents = [writer(course, seed) for writer in order if writer in chosen]
    for first, second in (("Emergency", "Medical"), ("Observations", "Prescription")):
        if len(documents) > MOST:
            documents = _bound(documents, first, second)
    return tuple(documents)


def _bound(documents: list[Document], first: str, second: str) -> list[Document]:
    """Bind two documents into one, where a case would have too many."""
    one = next((d for d in documents if d.title.startswith(first)), None)
    other = next((d for d in documents if d.title.startswith(second)), None)
    if one is None or other is None:
        return documents
    title = f"{one.title}; {other.title[0].lower()}{other.title[1:]}"
    both = replace(one, title=title, text=f"{one.text}\f{other.text}")
    return [both if d is one else d for d in documents if d is not other]
