"""What a cohort definition may say: a small language that a clinician can read.

A definition names a population, the unit of stay, the index spell, a window in days, which
deaths are in, every rule by which a death is counted out, in the order in which the rules
are asked, and the marks of deaths that must be reviewed. Rules come from closed lists; a
definition holds no executable text.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, get_args

__all__ = [
    "CLASS_RULES",
    "CORE_RULES",
    "EXCLUSIONS",
    "Approximation",
    "Definition",
    "Exclusion",
    "Mark",
    "Parameters",
    "Population",
    "Window",
]

CLOSED: dict[str, Any] = {"extra": "forbid"}

Setting = Literal["acute", "community", "mental_health"]
PatientClass = Literal["ordinary", "day_case", "regular_day", "regular_night", "mother_and_baby"]
AdmissionMethod = Literal["elective", "emergency", "maternity", "birth", "transfer", "unknown"]
Flag = Literal[
    "concern_of_family",
    "concern_of_staff",
    "learning_disability",
    "severe_mental_illness",
    "maternal",
    "medical_examiner",
]
MarkName = Literal[
    "concern",
    "learning_disability",
    "severe_mental_illness",
    "alarm",
    "elective_unexpected",
    "improvement",
    "maternal",
]
ExclusionName = Literal[
    "no-person",
    "duplicate-registration",
    "no-date-of-death",
    "outside-period",
    "under-age",
    "no-spell",
    "admitted-after-death",
    "stillbirth",
    "day-case",
    "regular-attender",
    "mother-and-baby",
    "excluded-provider",
    "excluded-specialty",
    "unfinished-spell",
    "discharged-after-death",
    "died-in-hospital",
    "not-in-hospital",
    "outside-window",
    "outside-admission-window",
]

EXCLUSIONS: tuple[str, ...] = get_args(ExclusionName)
"""Every rule that can count a death out, in the only order in which they make sense."""

CORE_RULES = (
    "no-person",
    "duplicate-registration",
    "no-date-of-death",
    "no-spell",
    "admitted-after-death",
    "unfinished-spell",
)
"""Rules without which no spell could be named as the index spell; each definition has them."""

CLASS_RULES: dict[str, str] = {
    "day_case": "day-case",
    "regular_day": "regular-attender",
    "regular_night": "regular-attender",
    "mother_and_baby": "mother-and-baby",
}
"""The rule that takes out the spells of a class of patient that a definition does not name."""


@dataclass(frozen=True, slots=True)
class Population:
    """Whose deaths, and which spells count.

    ``month`` (such as 2016-10) or ``died_from`` and ``died_to`` (inclusive) bound the date of
    death; ``minimum_age`` is in completed years at death. The others say which spells can be
    the index spell: ``settings``, the kinds of care; ``patient_classes``, all when not given (a
    spell without a class counts as ordinary); ``excluded_providers`` and
    ``excluded_specialties``, as they are written in the extract.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    settings: tuple[Setting, ...]
    patient_classes: tuple[PatientClass, ...] | None = None
    excluded_providers: tuple[str, ...] = ()
    excluded_specialties: tuple[str, ...] = ()
    month: str | None = None
    died_from: date | None = None
    died_to: date | None = None
    minimum_age: int | None = None

    @property
    def period(self) -> tuple[date | None, date | None]:
        """The first and the last date of death that are in, each None where there is no bound."""
        if not self.month:
            return self.died_from, self.died_to
        year, month = int(self.month[:4]), int(self.month[5:])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True, slots=True)
class Window:
    """Days to the date of death, both ends in, from the date of discharge or of admission.

    Counted from discharge it bounds the deaths after discharge; counted from admission, all.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    days_min: int
    days_max: int
    counted_from: Literal["discharge", "admission"] = "discharge"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One rule that counts deaths out, and why it is there, in plain words."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    rule: ExclusionName
    because: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Deaths that must be reviewed: any of these holds of the person or of the index spell.

    ``flags`` are of the person; ``specialties`` are written as in the extract, ``diagnoses``
    are beginnings of the ICD-10 code of the first diagnosis, without a dot.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    mark: MarkName
    because: str
    flags: tuple[Flag, ...] = ()
    specialties: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    admission_methods: tuple[AdmissionMethod, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameters:
    """Numbers and choices that belong to no other part.

    ``late_registration_days``: a death registered more than so many days after it is marked.
    ``superspell_gap_days``: the next spell of a superspell begins at most so many days after
    the one before it ended. ``superspell_transfer``: whether one of the two spells must tell
    of a transfer, both, or none (``not_asked``).
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    late_registration_days: int = 30
    superspell_gap_days: int = 3
    superspell_transfer: Literal["either_side", "both_sides", "not_asked"] = "either_side"


@dataclass(frozen=True, slots=True)
class Approximation:
    """Whose published specification a definition follows, and what of it is not reproduced."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    specification: str
    not_reproduced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A cohort definition, as parsed."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    name: str
    version: str
    title: str
    source: str
    population: Population
    index_spell: Literal["last_before_death"]
    attribution: Literal["provider_of_index_spell", "last_non_excluded_provider"]
    inclusion: tuple[Literal["in_hospital", "post_discharge"], ...]
    exclusions: tuple[Exclusion, ...]
    unit: Literal["spell", "superspell"] = "spell"
    window: Window | None = None
    marks: tuple[Mark, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)
    approximates: Approximation | None = None
    adjustable: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the exclusions, in order."""
        return tuple(e.rule for e in self.exclusions)
