"""What goes in and what comes out, by field; the interface's document is made from these.

What comes in is checked against its shape, and a field that has no place is
refused. What goes out is not checked while the service runs, but by its tests.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from lltic.reviews.rules import OPERATIONS

__all__ = ["MAX_BODY", "Answer", "Body"]

MAX_BODY = 2_000_000
"""Bytes of a request."""

Short = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(max_length=64)]
CaseId = Annotated[str, Field(max_length=80, examples=["4F7K2-9QDXM"])]
ReviewId = Annotated[str, Field(max_length=80, examples=["4F7K2-9QDXM-1"])]
Instant = Annotated[str, Field(examples=["2026-10-05T09:00:00.000000Z"])]
Plain = dict[str, Any]


class Body(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="forbid", strict=True)


# -- coming in ------------------------------------------------------------------------------


class Login(Body):
    """A name and a password."""

    name: Short
    password: Short


class Password(Body):
    """A person's password, and the one they want instead."""

    name: Short
    password: Short
    new_password: Short


class Again(Body):
    """A session, open or not long over, and its owner's password; or whom the voucher names."""

    session: Short
    password: Short = ""
    issuer: Short = ""
    subject: Short = ""


class Sign(Again):
    """What is signed, by whose session, and how the owner shows again who they are."""

    act: Annotated[
        str, Field(max_length=120, pattern=r"^(submit|reopen|break_blind):[^:\s]{1,80}$")
    ] = Field(
        description="`submit:` or `reopen:` and a review id, or `break_blind:` and a case id."
    )


class Session(Body):
    """A session; with a claim, only when it is the session of whom the voucher names."""

    session: Short
    issuer: Short = ""
    subject: Short = ""


class Logout(Body):
    """The session that ends."""

    session: Short


class Vouch(Body):
    """Whom somebody vouches for: who issued the identity, and who it is there."""

    issuer: Short
    subject: Short


class Redeem(Body):
    """A grant."""

    grant: Short


class Ticket(Body):
    """The kernel that a session's owner is given a ticket for."""

    session: Short
    kernel_id: Name


class Exchange(Body):
    """A ticket."""

    ticket: Short


class Hold(Body):
    """Which window works on the review; `take_over` from the one that does."""

    window: Name
    take_over: bool = False


class Operation(Body):
    """One thing done to a review. Which fields count, and their values, depends on `kind`."""

    op_id: Annotated[str, Field(max_length=64)] = Field(
        description="Chosen by the caller, `[A-Za-z0-9_-]{8,64}`. An operation that is repeated "
        "under its id is done once and answered each time."
    )
    kind: Annotated[str, Field(max_length=32, json_schema_extra={"enum": list(OPERATIONS)})]
    case_id: CaseId = ""
    review_id: ReviewId = ""
    field: Annotated[str, Field(max_length=200)] = Field(
        default="", description="The path of an item in the form, such as `admission.score`."
    )
    value: Any = Field(
        default=None,
        description="`answer`: `{value}` or `{missing}` or null; `take`: `{kind}`; `withdraw`: "
        "`{offer_again}`; `escalation_update`: what is added; `code`: `{theme, start, end, "
        "codebook_hash}`; `uncode`: `{coding_id}`.",
    )
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        default=None,
        description="`answer`, `escalation_update`: the version the writer had seen; 0 when empty.",
    )
    reason: Annotated[str, Field(max_length=10_000)] = ""
    window: Name = Field(default="", description="The window it comes from.")
    signature: Short = Field(
        default="", description="From `/v1/sign`; `submit`, `reopen` and `break_blind` need one."
    )


# -- going out ------------------------------------------------------------------------------


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


class ReviewRow(Answer):
    """One review in a list."""

    review_id: ReviewId
    case_id: CaseId
    kind: Literal["independent", "adjudication", "consensus", "stage_2"]
    status: Literal["offered", "open", "locked", "handed_back"]
    form: str
    summary: str
    note_pages: int
    progress: dict[str, str] = Field(description="Of each page of the form.")
    next_page: str
    saved_at: Instant
    submitted_at: Instant
    receipt: str
    reopened: bool


class Worklist(About):
    """The reviews that a person writes in, and nothing of anybody else's."""

    person: Who
    reviews: list[ReviewRow]


class FieldNow(Answer):
    """One item as it stands."""

    answer: Plain | None
    version: int


class Source(Answer):
    """What somebody judged, under a letter or a discipline."""

    label: str
    answers: Plain


class Review(ReviewRow):
    """All that a person needs to work on one of their reviews.

    The last five are there when it follows from others' reviews.
    """

    case: Plain = Field(description="The case's page of the case book.")
    form: Plain = Field(description="The form, as this review is asked it.")  # type: ignore[assignment]
    fields: dict[str, FieldNow] = Field(description="By the item's path.")
    sources: list[Source] = []
    source_form: Plain = Field({}, description="The form that the sources were asked.")
    differing: list[str] = []
    signed: bool = False
    others_signed: bool = False


class Held(Answer):
    """The review is this window's for half a minute."""

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


class CodingRow(Answer):
    """A locked review, without its author."""

    review_id: ReviewId
    case_id: CaseId
    done: bool
    codings: int


class CodingQueue(About):
    """What a coder may read, and the codebook."""

    person: Who
    texts: list[CodingRow]
    codebook: Plain
    codebook_hash: str


class CodingText(Answer):
    """The texts of one review, and this coder's codings on them."""

    review_id: ReviewId
    case_id: CaseId
    texts: list[Plain]
    codings: list[Plain]
    done: bool


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
    saved_at: Instant
    submitted_at: Instant
    answers: Plain = {}
    form: Plain = {}


class CaseRow(Answer):
    """How far a case is."""

    case_id: CaseId
    stage: str
    joint: bool
    unblinded: bool
    reviews: list[CaseReview]


class Load(Answer):
    """How much somebody has to do."""

    reviewer: str
    status: str
    reviews: int


class Overview(About):
    """How far every case is; no answer."""

    person: Who
    cases: list[CaseRow]
    load: list[Load]
    escalations: list[Plain]


class Case(CaseRow):
    """A case with its answers."""

    escalations: list[Plain]


class ExtractRow(Answer):
    """One locked judgement, its reviewer under a pseudonym."""

    case_id: CaseId
    reviewer: str
    form_hash: str
    answers: Plain


class Extract(About):
    """The locked judgements of the cases that are in."""

    reviews: list[ExtractRow]


class Events(Answer):
    """A stretch of the record; ask again behind the last one's `seq`."""

    events: list[Plain]


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
