"""What is answered, by field; and how a refusal is said."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from lltic.reviews.record.events import ACCESS_KINDS
from lltic.reviews.service.shapes import Answer, CaseId, Instant, Plain, ReviewId

__all__ = [
    "About",
    "AccessLine",
    "Accesses",
    "Case",
    "CaseReview",
    "CaseRow",
    "Document",
    "Done",
    "Events",
    "Evidence",
    "Extract",
    "ExtractRow",
    "FieldNow",
    "GivenCapability",
    "GivenTicket",
    "Health",
    "Held",
    "Json",
    "Left",
    "Load",
    "Nothing",
    "OneProblem",
    "OpenedSession",
    "Problems",
    "Review",
    "ReviewRow",
    "Signature",
    "Source",
    "Standing",
    "Text",
    "Vouched",
    "Waiting",
    "WaitingRow",
    "Who",
    "Worklist",
]


class Nothing(Answer):
    """Done."""


class Who(Answer):
    """A person."""

    name: str
    label: str
    roles: list[str]
    discipline: str


class OpenedSession(Who):
    """A session, and whose it is."""

    session: str


class Vouched(Who):
    """A grant worth one session within two minutes, and whose it is."""

    grant: str


class GivenTicket(Answer):
    """Single use, one minute, for one kernel."""

    ticket: str


class GivenCapability(Who):
    """What a kernel shows at each call; it ends with the session it came from."""

    capability: str


class Signature(Answer):
    """Good for one act of one person, in one operation, for two minutes."""

    signature: str


class About(Answer):
    """What every first page says of the study."""

    title: str
    synthetic: bool
    support: str
    idle_minutes: int


class LastWritten(Answer):
    """The question that a person answered last, and the page it is on."""

    field: str
    page: str
    title: str = Field(description="Of the page.")
    question: str


class ReviewRow(Answer):
    """One review in a list."""

    review_id: ReviewId
    case_id: CaseId
    kind: Literal["independent", "repeat", "adjudication", "consensus", "stage_2"]
    status: Literal["offered", "open", "locked", "handed_back"]
    form: str
    summary: str
    note_pages: int
    progress: dict[str, str] = Field(description="Of each page of the form.")
    next_page: str
    last: LastWritten | None = Field(description="Where to go on; none where two people write.")
    given_at: Instant = Field(description="Since when the person has it, or has it again.")
    due_on: str = Field(description="A date, by which it is asked for; empty: by none.")
    saved_at: Instant
    submitted_at: Instant
    receipt: str
    reopened: bool


class Worklist(About):
    """The reviews that a person writes in, and nothing of anybody else's."""

    person: Who
    today: str = Field(description="The service's date.")
    reviews: list[ReviewRow]


class FieldNow(Answer):
    """One item as it stands."""

    answer: Plain | None
    version: int


class Evidence(Answer):
    """A passage of the notes beside an item; offsets are code points of the page's text."""

    field: str
    citation_id: str
    document: str
    sha256: str
    page: int
    start: int
    end: int
    text: str


class Source(Answer):
    """What somebody judged, under a letter or a discipline."""

    label: str
    answers: Plain
    evidence: list[Evidence]


class Review(ReviewRow):
    """All that a person needs to work on one of their reviews.

    The last five are there when it follows from others' reviews.
    """

    case: Plain = Field(description="The case's page of the case book.")
    form: Plain = Field(description="The form, as this review is asked it.")  # type: ignore[assignment]
    fields: dict[str, FieldNow] = Field(description="By the item's path.")
    evidence: list[Evidence]
    sources: list[Source] = Field([])
    source_form: Plain = Field({}, description="The form that the sources were asked.")
    differing: list[str] = Field([])
    signed: bool = False
    others_signed: bool = False


class Held(Answer):
    """The review is this window's for half a minute."""

    review_id: ReviewId


class Left(Answer):
    """The review is not this window's any more."""

    review_id: ReviewId


class Document(Answer):
    """The text of each page."""

    pages: list[str]


class Done(Answer):
    """An operation that is on record. It holds no place in the record: that would tell of others.

    `version` comes with an answer, `receipt` with a submission (empty until all have signed).
    """

    op_id: str
    case_id: CaseId
    review_id: ReviewId
    field: str
    at: Instant
    version: int = 0
    receipt: str = ""


class WaitingRow(Answer):
    """A case, and as what it can be taken."""

    case_id: CaseId
    kind: Literal["adjudication", "stage_2"]


class Waiting(About):
    """The cases an adjudicator may take."""

    person: Who
    waiting: list[WaitingRow]


class CaseReview(Answer):
    """One review of a case, and who writes it; its answers only where the case is open."""

    review_id: ReviewId
    kind: str
    members: list[str]
    discipline: str
    status: str
    out_since: Instant = Field(description="Given, offered, taken or opened again.")
    saved_at: Instant
    submitted_at: Instant
    answers: Plain = Field({})
    evidence: list[Evidence] = Field([])
    form: Plain = Field({})


class CaseRow(Answer):
    """How far a case is."""

    case_id: CaseId
    stage: str
    setting: str = Field(description="Where the case's stay was; empty when it is not known.")
    joint: bool
    unblinded: bool
    reviews: list[CaseReview]
    second_readings: list[CaseReview] = Field(
        description="By readers of it, of the case once more; without answers."
    )


class Load(Answer):
    """How much somebody has to do."""

    reviewer: str
    status: str
    reviews: int


class Case(CaseRow):
    """A case with its answers."""

    escalations: list[Plain]


class ExtractRow(Answer):
    """One locked judgement, its reviewer under a pseudonym."""

    case_id: CaseId
    reviewer: str
    form_hash: str
    answers: Plain
    evidence: list[Evidence]


class Extract(About):
    """The locked judgements of the cases that are in."""

    reviews: list[ExtractRow]


class Events(Answer):
    """A stretch of the record; ask again behind the last one's `seq`."""

    events: list[Plain]


class AccessLine(Answer):
    """One line of the book of accesses; never with anything that somebody typed."""

    seq: int
    at: Instant
    kind: Annotated[str, Field(json_schema_extra={"enum": list(ACCESS_KINDS)})]
    call: str = Field(description="What was asked; `left-out` where refusals are summed up.")
    person: str
    roles: list[str]
    organisation: str
    case_id: CaseId
    review_id: ReviewId
    codes: list[str] = Field(description="Why it was refused.")
    left_out: int = Field(description="How many refusals the line stands for.")
    hash: str


class Accesses(Answer):
    """A stretch of the book of accesses; ask again behind the last one's `seq`."""

    accesses: list[AccessLine]


class Health(Answer):
    """The service answers, and reaches the record; nothing of what is in it."""

    status: Literal["ok"]
    record: bool


class Text(RootModel[str]):
    """Prometheus' text."""


class Json(RootModel[Plain]):
    """A JSON object."""


# -- what is refused ----------------------------------------------------------------------------


class OneProblem(Answer):
    """One thing that is wrong; never with a value in it."""

    code: str
    where: str
    message: str
    allowed: str
    hint: str
    count: int


class Standing(Answer):
    """What stands there instead."""

    value: Plain | None
    version: int
    at: str = Field("", description="When it was given; empty where that is not known.")


class Problems(Answer):
    """Why not; nothing was changed. `conflict` comes with 409."""

    problems: list[OneProblem]
    conflict: Standing | None = None
