"""The canonical tables, declared once: names, types, what is allowed, what it means.

Times are local wall-clock times without a zone, as hospitals record them; dates
are calendar dates.
"""

from __future__ import annotations

from dataclasses import dataclass

from lltic.errors import UsageError, unknown

__all__ = ["SQL_TYPES", "TABLES", "Column", "Table", "declared"]

SQL_TYPES = {
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}
FIRST_YEAR, LAST_YEAR = 1850, 2299
"""A year outside these is a slip such as 0024; test extracts are shifted as far as 2201."""

SAFE_ID = "[A-Za-z0-9_.-]{1,100}"
AGE = "[0-9]|[1-9][0-9]|1[01][0-9]|120"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
    type : str
        ``text``, ``date``, ``timestamp`` (local, no zone), ``integer`` or ``boolean``.
    meaning : str
        What it says, with its unit.
    nullable : bool
        Whether it may be empty. In a table that is given, such a column may be left out.
    or_else : str
        The column of the same row that must hold something where this one is empty.
    unique : bool
        Whether it is the key of the table.
    allowed : tuple of str
        The closed list of values, if there is one.
    pattern : str
        A regular expression that the whole value, as text, matches, if there is one.
    refers_to : str
        ``table.column`` that must hold the value, if there is one.
    when_wrong : str
        What ingest does with a wrong or dangling value: ``leave-out`` the row,
        ``clear`` the value or ``keep`` it; it is counted as a problem in any case.
    """

    name: str
    type: str
    meaning: str
    nullable: bool = False
    or_else: str = ""
    unique: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    refers_to: str = ""
    when_wrong: str = "leave-out"


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: its name, what a row is, its columns, whether it may be left out."""

    name: str
    row: str
    columns: tuple[Column, ...]
    optional: bool = False

    @property
    def key(self) -> str:
        """The name of the unique column, by which rows are sorted; empty where there is none."""
        return next((c.name for c in self.columns if c.unique), "")

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


_PERSON = "persons.person_id"
_SPELL = "spells.spell_id"

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "persons",
            "one person",
            (
                Column("person_id", "text", "the person's identifier in this extract", unique=True),
                Column(
                    "nhs_number",
                    "text",
                    "NHS number, ten digits without spaces",
                    nullable=True,
                    pattern="[0-9]{10}",
                    when_wrong="clear",
                ),
                Column("born_on", "date", "date of birth", nullable=True, when_wrong="clear"),
                Column("sex", "text", "sex", allowed=("female", "male", "other", "unknown")),
                Column("practice_id", "text", "the general practice, if known", nullable=True),
            ),
        ),
        Table(
            "spells",
            "one stay with one provider, from admission to discharge",
            (
                Column("spell_id", "text", "the spell's identifier", unique=True),
                Column("person_id", "text", "whose spell", refers_to=_PERSON),
                Column("provider_id", "text", "the organisation, such as an ODS code"),
                Column("site_id", "text", "the site where the spell began", nullable=True),
                Column(
                    "setting",
                    "text",
                    "the kind of care",
                    allowed=("acute", "community", "mental_health"),
                ),
                Column("specialty", "text", "specialty at discharge or death", nullable=True),
                Column("ward", "text", "the ward of discharge or death", nullable=True),
                Column(
                    "patient_class",
                    "text",
                    "the class of the admission, empty where it is not recorded",
                    nullable=True,
                    allowed=(
                        "ordinary",
                        "day_case",
                        "regular_day",
                        "regular_night",
                        "mother_and_baby",
                    ),
                    when_wrong="clear",
                ),
                Column(
                    "admitted_at",
                    "timestamp",
                    "admission, local time",
                    nullable=True,
                    or_else="sequence",
                ),
                Column(
                    "discharged_at",
                    "timestamp",
                    "discharge or death, local time; empty while the spell is unfinished",
                    nullable=True,
                ),
                Column(
                    "sequence",
                    "integer",
                    "the order of a person's spells, where an extract has no dates",
                    nullable=True,
                ),
                Column(
                    "admission_method",
                    "text",
                    "how the person came in",
                    allowed=("elective", "emergency", "maternity", "birth", "transfer", "unknown"),
                ),
                Column(
                    "transferred_in",
                    "boolean",
                    "came from another hospital; empty where it is not recorded",
                    nullable=True,
                    when_wrong="clear",
                ),
                Column(
                    "transferred_out",
                    "boolean",
                    "left for another hospital; empty where it is not recorded",
                    nullable=True,
                    when_wrong="clear",
                ),
                Column(
                    "discharge_method",
                    "text",
                    "how the spell ended, empty where it is not recorded",
                    nullable=True,
                    allowed=("advice", "self", "court", "died", "stillbirth", "unknown"),
                    when_wrong="clear",
                ),
                Column("died_in_hospital", "boolean", "the spell ended with the person's death"),
                Column(
                    "age_at_admission",
                    "integer",
                    "completed years, 0 to 120, where there is no date of birth",
                    nullable=True,
                    pattern=AGE,
                    when_wrong="clear",
                ),
                Column(
                    "primary_diagnosis",
                    "text",
                    "ICD-10 code of the first diagnosis, without a dot",
                    nullable=True,
                ),
            ),
        ),
        Table(
            "episodes",
            "one episode: the care of one consultant within a spell",
            (
                Column("episode_id", "text", "the episode's identifier", unique=True),
                Column("spell_id", "text", "the spell it became part of", refers_to=_SPELL),
                Column("person_id", "text", "whose episode", refers_to=_PERSON),
                Column("place", "integer", "its place in the spell, from 1"),
                Column("started_on", "date", "the day it began"),
                Column("ended_on", "date", "the day it ended", nullable=True),
                Column("specialty", "text", "specialty of the consultant", nullable=True),
                Column("consultant", "text", "code of the consultant", nullable=True),
                Column("primary_diagnosis", "text", "as in spells", nullable=True),
                Column(
                    "joined_by",
                    "text",
                    "the rule that put it into its spell",
                    allowed=("first", "same-admission", "same-start", "continues-unfinished"),
                ),
            ),
            optional=True,
        ),
        Table(
            "deaths",
            "one registration or record of a death",
            (
                Column("death_id", "text", "the record's identifier", unique=True),
                # Kept when it dangles: the cohort counts such a death out by a named rule.
                Column("person_id", "text", "who died", refers_to=_PERSON, when_wrong="keep"),
                Column("died_on", "date", "date of death", nullable=True, or_else="spell_id"),
                Column("registered_on", "date", "date of registration", nullable=True),
                Column(
                    "source",
                    "text",
                    "civil registration, or the hospital's own record",
                    allowed=("registration", "hospital"),
                ),
                Column(
                    "spell_id",
                    "text",
                    "the spell whose end told of the death, of a hospital's own record",
                    nullable=True,
                    refers_to=_SPELL,
                    when_wrong="clear",
                ),
                Column(
                    "told_on",
                    "date",
                    "the date as this source tells it, where another was taken",
                    nullable=True,
                    when_wrong="clear",
                ),
                Column(
                    "reconciled",
                    "text",
                    "on the record that is kept: how registration and hospital agreed on the date",
                    nullable=True,
                    allowed=("ONS1", "ONS2", "HES1", "HES2", "MIX1"),
                    when_wrong="clear",
                ),
            ),
        ),
        Table(
            "flags",
            "one thing known about a person that asks for a review of their death",
            (
                Column("flag_id", "text", "the record's identifier", unique=True),
                Column("person_id", "text", "about whom", refers_to=_PERSON),
                Column(
                    "flag",
                    "text",
                    "what is known",
                    allowed=(
                        "concern_of_family",
                        "concern_of_staff",
                        "learning_disability",
                        "severe_mental_illness",
                        "maternal",
                        "medical_examiner",
                    ),
                ),
                Column("noted_on", "date", "when", nullable=True, when_wrong="clear"),
                Column("source", "text", "who says so, such as a register"),
            ),
            optional=True,
        ),
        Table(
            "documents",
            "one document of the case notes; its text is documents/<document_id>.txt",
            (
                Column(
                    "document_id",
                    "text",
                    "identifier and file name: at most 100 letters, digits and . _ -",
                    unique=True,
                    pattern=SAFE_ID,
                ),
                Column("person_id", "text", "whose notes", refers_to=_PERSON),
                Column(
                    "spell_id",
                    "text",
                    "the spell it belongs to, if any",
                    nullable=True,
                    refers_to=_SPELL,
                    when_wrong="clear",
                ),
                Column(
                    "kind",
                    "text",
                    "the kind of document",
                    allowed=(
                        "medical_notes",
                        "nursing_notes",
                        "gp_record",
                        "letter",
                        "community_notes",
                        "ambulance",
                        "chart",
                    ),
                ),
                Column("title", "text", "what the reader sees in the list of documents"),
                Column("organisation", "text", "who wrote it"),
                Column("authored_on", "date", "date written", nullable=True, when_wrong="clear"),
                Column("pages", "integer", "number of pages, parted by form feeds"),
                Column(
                    "sha256",
                    "text",
                    "SHA-256 of the text file, 64 hexadecimal digits",
                    pattern="[0-9a-f]{64}",
                ),
                Column(
                    "original",
                    "text",
                    "what the text was read from, if it did not come as text",
                    nullable=True,
                    allowed=("pdf", "png", "jpeg", "tiff", "docx"),
                ),
                Column(
                    "original_sha256",
                    "text",
                    "SHA-256 of the original, documents/<document_id>.<original>",
                    nullable=True,
                    pattern="[0-9a-f]{64}",
                ),
            ),
        ),
    )
}


def declared(name: str) -> Table:
    """Return the declaration of a canonical table; ``unknown-table`` when there is none."""
    if name not in TABLES:
        raise UsageError(unknown("table", name, list(TABLES)))
    return TABLES[name]
