"""The reference for cohorts: every rule of the language once more, in plain Python.

One person at a time and one spell after the other, with no thought for speed. What the
engines compute from ``lltic/cohort`` must be this, word for word.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from lltic.cohort.model import Definition

Row = dict[str, Any]
EARLIEST, LATEST = (datetime.fromisoformat(f"{year:04}-01-01") for year in (1, 9999))
BIRTHS_AND_CLASSES = {
    "day-case": ("day_case",),
    "regular-attender": ("regular_day", "regular_night"),
    "mother-and-baby": ("mother_and_baby",),
}


@dataclass(frozen=True)
class Extract:
    """An extract as lists of rows."""

    persons: list[Row]
    spells: list[Row]
    deaths: list[Row]
    flags: list[Row]


@dataclass(frozen=True)
class Verdict:
    """What is said of one death. Of one that is out, only why."""

    death_id: str
    rule: str | None
    reason: str
    category: str | None = None
    spell_id: str | None = None
    provider_id: str | None = None
    setting: str | None = None
    specialty: str | None = None
    admitted_on: date | None = None
    discharged_on: date | None = None
    days: int | None = None
    age: int | None = None
    sex: str | None = None
    notes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def judge(extract: Extract, definition: Definition) -> list[Verdict]:
    """Judge every death of an extract, sorted by death."""
    undated = bool(extract.spells) and all(s["admitted_at"] is None for s in extract.spells)
    people = {p["person_id"]: p for p in extract.persons}
    verdicts = []
    for death in sorted(extract.deaths, key=lambda d: d["death_id"]):
        mine = death["person_id"]
        records = sorted((d for d in extract.deaths if d["person_id"] == mine), key=which_is_kept)
        spells = [s for s in extract.spells if s["person_id"] == mine]
        flags = {f["flag"] for f in extract.flags if f["person_id"] == mine}
        one = Death(death, people.get(mine), records, spells, flags, definition, undated)
        verdicts.append(one.verdict())
    return verdicts


def attrition(verdicts: list[Verdict]) -> Counter[str | None]:
    """Count the deaths by the rule that counted them out; None counts the cases."""
    return Counter(v.rule for v in verdicts)


def which_is_kept(record: Row) -> tuple:
    return (
        record["reconciled"] is None,
        record["registered_on"] or date.max,
        record["source"] == "hospital",
        record["died_on"] or date.max,
        record["death_id"],
    )


def day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def between(later: date | None, earlier: date | None) -> int | None:
    return None if later is None or earlier is None else (later - earlier).days


def days_text(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"


class Stay:
    """A spell, with what a definition makes of it for one death."""

    def __init__(self, row: Row, death: Row, definition: Definition, undated: bool, last: Any):
        self.row = row
        self.began = row["sequence"] if undated else row["admitted_at"]
        self.admitted_on, self.discharged_on = day(row["admitted_at"]), day(row["discharged_at"])
        self.barred_by = self._barred_by(definition)
        self.stay = [self]
        if undated:
            in_time = last is None or row["sequence"] is None or row["sequence"] <= last
            finished = True
        else:
            there = self.admitted_on is not None and death["died_on"] is not None
            in_time = there and self.admitted_on <= death["died_on"]
            finished = row["discharged_at"] is not None or row["died_in_hospital"]
        self.before = in_time
        settled = row["setting"] in definition.population.settings
        self.nearness = 0
        for step in (settled, in_time, self.barred_by is None, finished):
            if not step:
                break
            self.nearness += 1

    def _barred_by(self, definition: Definition) -> str | None:
        row, population = self.row, definition.population
        counted = population.patient_classes
        bars = {"stillbirth": row["discharge_method"] == "stillbirth"}
        for rule, classes in BIRTHS_AND_CLASSES.items():
            out = [c for c in classes if counted is not None and c not in counted]
            bars[rule] = row["patient_class"] in out
        bars["excluded-provider"] = (
            definition.attribution == "last_non_excluded_provider"
            and row["provider_id"] in population.excluded_providers
        )
        bars["excluded-specialty"] = row["specialty"] in population.excluded_specialties
        return next((r for r, bar in bars.items() if bar and r in definition.rules), None)

    def rank(self) -> tuple:
        """What the last spell has the most of."""
        end = self.row["discharged_at"]
        lowest = EARLIEST if isinstance(self.began, datetime | None) else -1
        return (
            self.nearness,
            self.began is not None,
            self.began if self.began is not None else lowest,
            end is None,
            end or EARLIEST,
            self.row["spell_id"],
        )


def join(stays: list[Stay], definition: Definition) -> None:
    """Join the spells that count into superspells."""
    parameters = definition.parameters
    for counts in (True, False):
        group = [s for s in stays if (s.nearness >= 3) == counts]
        group.sort(
            key=lambda s: (
                s.row["admitted_at"] or LATEST,
                s.row["discharged_at"] or LATEST,
                s.row["spell_id"],
            )
        )
        for one, following in pairwise(group):
            gap = between(following.admitted_on, one.discharged_on)
            came = following.row["transferred_in"]
            if came is None:
                came = following.row["admission_method"] == "transfer"
            left = bool(one.row["transferred_out"])
            told = {"either_side": left or came, "both_sides": left and came, "not_asked": True}
            near = gap is not None and gap <= parameters.superspell_gap_days
            if near and told[parameters.superspell_transfer]:
                one.stay.append(following)
                following.stay = one.stay


class Death:
    """One record of a death, and all there is to know about it."""

    def __init__(
        self,
        death: Row,
        person: Row | None,
        records: list[Row],
        spells: list[Row],
        flags: set[str],
        definition: Definition,
        undated: bool,
    ):
        self.death, self.person, self.records = death, person, records
        self.flags, self.definition, self.undated = flags, definition, undated
        ended = [
            s["sequence"] for s in spells if s["died_in_hospital"] and s["sequence"] is not None
        ]
        last = min(ended, default=None)
        self.stays = [Stay(s, death, definition, undated, last) for s in spells]
        if definition.unit == "superspell":
            join(self.stays, definition)
        self.stays.sort(key=Stay.rank, reverse=True)
        self.index = self.stays[0] if self.stays else None
        self._facts()

    def _facts(self) -> None:
        died, index = self.death["died_on"], self.index
        born = self.person["born_on"] if self.person else None
        self.age = None
        if born and died:
            before_birthday = (died.month, died.day) < (born.month, born.day)
            self.age = died.year - born.year - before_birthday
        self.age_at_admission = self.age is None and index is not None
        if self.age_at_admission:
            self.age = index.row["age_at_admission"]
            self.age_at_admission = self.age is not None
        self.inside = index is not None and index.row["died_in_hospital"]
        self.days = between(died, index.discharged_on) if index else None
        self.admitted_on = index.stay[0].admitted_on if index else None
        self.days_from_admission = between(died, self.admitted_on)
        self.later_elsewhere = any(
            s.before
            and s.began is not None
            and index.began is not None
            and s.began > index.began
            and s.row["provider_id"] != index.row["provider_id"]
            for s in self.stays
        )

    def reaching(self, nearness: int) -> int:
        return sum(s.nearness >= nearness for s in self.stays)

    # --- rules -----------------------------------------------------------------------------------

    def holds(self, rule: str) -> bool:
        population, window = self.definition.population, self.definition.window
        died, index = self.death["died_on"], self.index
        first, last = population.period
        if rule == "no-person":
            return self.person is None
        if rule == "duplicate-registration":
            return self.death is not self.records[0]
        if rule == "no-date-of-death":
            return died is None and not self.undated
        if rule == "outside-period":
            return bool(first and died < first) or bool(last and died > last)
        if rule == "under-age":
            return self.age is not None and self.age < population.minimum_age
        if rule == "no-spell":
            return self.reaching(1) == 0
        if rule == "admitted-after-death":
            return self.reaching(2) == 0
        if rule == "excluded-provider":
            elsewhere = index.row["provider_id"] in population.excluded_providers
            return elsewhere or index.barred_by == rule
        if rule in ("stillbirth", "excluded-specialty", *BIRTHS_AND_CLASSES):
            return index.barred_by == rule
        if rule == "unfinished-spell":
            return self.reaching(4) == 0
        if rule == "discharged-after-death":
            return not self.inside and self.days < 0
        if rule in ("died-in-hospital", "not-in-hospital"):
            return self.inside == (rule == "died-in-hospital")
        if rule == "outside-window":
            return not self.inside and not window.days_min <= self.days <= window.days_max
        assert rule == "outside-admission-window"
        return not window.days_min <= self.days_from_admission <= window.days_max

    def verdict(self) -> Verdict:
        death_id = self.death["death_id"]
        for rule in self.definition.rules:
            if self.holds(rule):
                return Verdict(death_id, rule, "Out: " + self.why_out(rule))
        row = self.index.row
        return Verdict(
            death_id,
            None,
            self.why_in(),
            "in_hospital" if self.inside else "post_discharge",
            *(row[name] for name in ("spell_id", "provider_id", "setting", "specialty")),
            self.admitted_on,
            self.index.discharged_on,
            self.days,
            self.age,
            self.person["sex"],
            tuple(note for note, there in self.notes().items() if there),
            tuple(m.mark for m in self.definition.marks if self.marked(m)),
        )

    # --- notes and marks -------------------------------------------------------------------------

    def notes(self) -> dict[str, bool]:
        window, row, death = self.definition.window, self.index.row, self.death
        lag = between(death["registered_on"], death["died_on"])
        on_last_day = False
        if window is not None and window.counted_from == "admission":
            on_last_day = self.days_from_admission == window.days_max
        elif window is not None:
            on_last_day = not self.inside and self.days == window.days_max
        before = self.stays[1] if len(self.stays) > 1 else None
        ended = before.discharged_on if before and before.nearness == 4 else None
        return {
            "day-of-discharge": not self.inside and self.days == 0,
            "last-day-of-window": on_last_day,
            "same-day-readmission": ended is not None and ended == self.index.admitted_on,
            "transfer": row["admission_method"] == "transfer",
            "superspell": len(self.index.stay) > 1,
            "later-spell-elsewhere": self.later_elsewhere,
            "unfinished-spell-ignored": self.reaching(3) > self.reaching(4),
            "day-case-counted": row["patient_class"] == "day_case",
            "regular-attender-counted": row["patient_class"] in ("regular_day", "regular_night"),
            "stillbirth-counted": row["discharge_method"] == "stillbirth",
            "spell-after-death-ignored": self.reaching(1) > self.reaching(2),
            "several-registrations": len(self.records) > 1,
            "flag-contradicts-dates": self.inside and self.days not in (None, 0),
            "late-registration": lag is not None
            and lag > self.definition.parameters.late_registration_days,
            "registered-before-death": lag is not None and lag < 0,
            "date-of-the-hospital": death["reconciled"] in ("HES2", "MIX1"),
            "age-at-admission": self.age_at_admission,
        }

    def marked(self, mark: Any) -> bool:
        row = self.index.row
        return (
            bool(self.flags & set(mark.flags))
            or row["specialty"] in mark.specialties
            or (row["primary_diagnosis"] or "").startswith(mark.diagnoses or ("?",))
            or row["admission_method"] in mark.admission_methods
        )

    # --- sentences -------------------------------------------------------------------------------

    def spell(self) -> str:
        row = self.index.row
        setting = row["setting"].replace("_", " ")
        return f"spell {row['spell_id']} ({setting}, provider {row['provider_id']})"

    def stay(self) -> str:
        first, n = self.index.stay[0].row, len(self.index.stay)
        name = f"{first['spell_id']} (provider {first['provider_id']})"
        return f"a superspell of {n} spells, the first {name}" if n > 1 else f"spell {name}"

    def after(self, bound: str = "") -> str:
        when = f"{days_text(self.days)} after" if self.days else "on the day of"
        elsewhere = "yes" if self.later_elsewhere else "no"
        return (
            f"{when} discharge from {self.spell()}{bound}; a later spell at another provider: "
            + (f"{elsewhere}.")
        )

    def during(self) -> str:
        text = f"in hospital during {self.spell()}"
        if self.days:
            side = "after" if self.days > 0 else "before"
            text += (
                f", although the death is dated {days_text(abs(self.days))} {side} the discharge"
            )
        return f"{text}."

    def bound(self, days: int) -> str:
        window = self.definition.window
        if days < window.days_min:
            return f"fewer than {days_text(window.days_min)}"
        return f"more than {days_text(window.days_max)}"

    def why_in(self) -> str:
        window = self.definition.window
        text = f"Died {self.during()}" if self.inside else f"Died {self.after()}"
        if window is not None and window.counted_from == "admission":
            since = days_text(self.days_from_admission)
            text += f" That was {since} after the admission to {self.stay()}."
        for mark in self.definition.marks:
            if self.marked(mark):
                text += f" Must be reviewed ({mark.mark}): {mark.because}"
        return text

    def why_out(self, rule: str) -> str:
        population = self.definition.population
        first, last = population.period
        settings = " or ".join(s.replace("_", " ") for s in population.settings)
        simple = {
            "no-person": "the death cannot be linked to a person in the extract.",
            "duplicate-registration": "another record of the same death is the one that is kept.",
            "no-date-of-death": "the record of the death has no date.",
            "outside-period": f"the death is outside the period {first or '...'} to "
            f"{last or '...'}.",
            "under-age": f"the person was younger than {population.minimum_age} years.",
            "no-spell": f"the person has no {settings} spell in the extract.",
            "admitted-after-death": f"no {settings} spell of the person began on or before the "
            "day of death.",
        }
        if rule in simple:
            return simple[rule]
        other = "and there is no other that counts."
        more = {
            "stillbirth": f"{self.spell()} ended in a stillbirth, {other}",
            "day-case": f"{self.spell()} was a day case, {other}",
            "regular-attender": f"{self.spell()} was a regular attendance, {other}",
            "mother-and-baby": f"{self.spell()} was for a delivery alone, {other}",
            "excluded-provider": f"{self.spell()} was with a provider that this cohort leaves out.",
            "excluded-specialty": f"{self.spell()} was under a specialty that this cohort leaves "
            f"out, {other}",
            "unfinished-spell": f"{self.spell()} was not finished, nor was any other that counts.",
            "died-in-hospital": f"died {self.during()}",
            "not-in-hospital": f"{self.spell()}, the last that counts, does not say that the "
            "person died in it.",
        }
        if rule in more:
            return more[rule]
        if rule == "discharged-after-death":
            late = days_text(-self.days)
            return (
                f"{self.spell()} ended {late} after the death and does not say that the person "
                "died in it."
            )
        if rule == "outside-window":
            return "died " + self.after(f", {self.bound(self.days)}")
        since = days_text(self.days_from_admission)
        bound = self.bound(self.days_from_admission)
        return f"died {since} after the admission to {self.stay()}, {bound}."
